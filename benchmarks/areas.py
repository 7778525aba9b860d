"""Clusters of places: ours in memory, PostGIS's in the database, and SciPy's in memory."""

from __future__ import annotations

from statistics import median

import numpy as np

from benchmarks.ground import Ground
from benchmarks.measuring import Differs, Row, compared, timed
from benchmarks.peers import cluster as peer
from gis.dbscan import dbscan

PLACES = 100_000
REACH, MINIMUM = 50.0, 10
PAIRS = 15
EQUAL = "the same noise, and the same cores in the same clusters; a border point may be in either of two clusters"


def rows(ground: Ground) -> list[Row]:
    base = peer.InDatabase(ground.libpq, ground.size.places, PLACES)
    try:
        x, y = base.xy.T.copy()
        label = dbscan(x, y, REACH, MINIMUM)
        theirs, core = peer.labels(base.xy, REACH, MINIMUM)
        for name, other in ((peer.POSTGIS, base.labels(REACH, MINIMUM)), (peer.SCIPY, theirs)):
            _check(name, label, other, core)
        facts = {"equal": EQUAL, "clusters": int(label.max()) + 1, "noise": int((label < 0).sum()), **_more(x, y)}
        database = compared(lambda: dbscan(x, y, REACH, MINIMUM), lambda: base.labels(REACH, MINIMUM), PAIRS)
        memory = compared(lambda: dbscan(x, y, REACH, MINIMUM), lambda: peer.labels(base.xy, REACH, MINIMUM), PAIRS)
    finally:
        base.close()
    work = f"clusters of {len(x):,} places, 50 m, 10"
    return [
        Row(work, database[0], peer.POSTGIS, database[1], 1 / 15, PAIRS, facts),
        Row(work, memory[0], peer.SCIPY, memory[1], 1 / 5, PAIRS, facts),
    ]


def _more(x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Seconds for ten times as many places in the same towns."""
    many = np.random.default_rng(1).normal(scale=20, size=(2, 10, len(x)))
    east, north = (x + many[0]).ravel(), (y + many[1]).ravel()
    return {"ours_ten_times_s": round(median(timed(lambda: dbscan(east, north, REACH, MINIMUM)) for _ in range(3)), 4)}


def _check(name: str, label: np.ndarray, other: np.ndarray, core: np.ndarray) -> None:
    """Raises Differs unless noise and the cores' clusters are the same."""
    if not np.array_equal(label < 0, other < 0):
        raise Differs(f"{name}: {int(((label < 0) != (other < 0)).sum())} points are noise to one of the two alone")
    pairs = len(np.unique(np.column_stack([label[core], other[core]]), axis=0))
    if not pairs == len(np.unique(label[core])) == len(np.unique(other[core])):
        raise Differs(f"{name}: the cores lie in other clusters")
