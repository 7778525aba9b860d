"""DBSCAN as others do it: inside PostGIS, and by SciPy's KD-tree and connected components."""

from __future__ import annotations

import adbc_driver_postgresql.dbapi as adbc
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

POSTGIS = "PostGIS ST_ClusterDBSCAN, labels through ADBC"
SCIPY = "SciPy cKDTree.query_pairs and connected_components"
TABLE = """
CREATE TABLE peer_cluster AS
SELECT id, ST_Transform(geom, 25832) AS geom FROM peer_place WHERE id % {every} = 0 ORDER BY id LIMIT {n}
"""


class InDatabase:
    """``n`` places in a table of their own, in metres and with a GiST index; ``xy`` are their coordinates."""

    def __init__(self, address: str, places: int, n: int) -> None:
        self.connection = adbc.connect(address, autocommit=True)
        with self.connection.cursor() as cursor:
            cursor.execute(TABLE.format(every=max(places * 9 // (10 * n), 1), n=n))
            cursor.execute("CREATE INDEX ON peer_cluster USING gist (geom)")
            cursor.execute("ANALYZE peer_cluster")
            cursor.execute("SELECT ST_X(geom) AS x, ST_Y(geom) AS y FROM peer_cluster ORDER BY id")
            found = cursor.fetch_arrow_table()
        self.xy = np.column_stack([found["x"].to_numpy(), found["y"].to_numpy()])

    def close(self) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("DROP TABLE peer_cluster")
        self.connection.close()

    def labels(self, reach: float, minimum: int) -> np.ndarray:
        """In the order of ``xy``; -1 for noise."""
        query = (
            f"SELECT id, coalesce(ST_ClusterDBSCAN(geom, {reach}, {minimum}) OVER (), -1) AS label FROM peer_cluster"
        )
        with self.connection.cursor() as cursor:
            cursor.execute(query)
            found = cursor.fetch_arrow_table()
        label: np.ndarray = found["label"].to_numpy()[np.argsort(found["id"].to_numpy())]
        return label


def labels(xy: np.ndarray, reach: float, minimum: int) -> tuple[np.ndarray, np.ndarray]:
    """-1 for noise; and which points are cores."""
    pairs = cKDTree(xy).query_pairs(reach, output_type="ndarray")
    core = np.bincount(pairs.ravel(), minlength=len(xy)) + 1 >= minimum
    joined = pairs[core[pairs[:, 0]] & core[pairs[:, 1]]]
    graph = coo_array((np.ones(len(joined), np.int8), joined.T), shape=(len(xy), len(xy)))
    component = connected_components(graph, directed=False)[1]
    label = np.where(core, component, -1)
    border = pairs[core[pairs[:, 0]] != core[pairs[:, 1]]]
    first = core[border[:, 0]]
    label[np.where(first, border[:, 1], border[:, 0])] = component[np.where(first, border[:, 0], border[:, 1])]
    return label, core
