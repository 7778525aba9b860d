"""Distinct people in hexagons of 100 m: from our index, and from the database by a join with its own grid."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from app.services import processes
from app.services.index import Index, Selection
from benchmarks.ground import Ground
from benchmarks.measuring import Row, compared, same
from gis import grid

PEER = "PostGIS ST_HexagonGrid join, points in metres ready"
TARGET_WARM, TARGET_COLD, PAIRS = 0.01, 0.1, 3
PLACES = Selection(kinds=frozenset({"place"}))
PREPARE = """
CREATE TABLE IF NOT EXISTS peer_metric AS
SELECT session_id, ST_SetSRID(ST_MakePoint(ST_Y(m), ST_X(m)), 0) AS geom
FROM (SELECT session_id, ST_Transform(geom, 25832) AS m FROM peer_place) AS moved;
CREATE INDEX IF NOT EXISTS peer_metric_geom ON peer_metric USING gist (geom);
ANALYZE peer_metric;
"""
JOIN = """
SELECT h.i, h.j, count(DISTINCT p.session_id), count(*)
FROM ST_HexagonGrid(%s, (SELECT ST_SetSRID(ST_Extent(geom)::geometry, 0) FROM peer_metric)) AS h
JOIN peer_metric AS p ON ST_Intersects(p.geom, h.geom) GROUP BY h.i, h.j
"""


def rows(ground: Ground) -> list[Row]:
    with ground.store.reading() as db:
        process = processes.by_slug(db, ground.slug)
        index = Index(process)
        index.refresh(db, process)
    edge = process.hexagon_m / np.sqrt(3)
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(ground.libpq) as peer:
        kept = Path(folder) / "index.sni"
        index.save(kept)
        peer.execute(PREPARE)

        def cold() -> Any:
            with ground.store.reading() as db:
                fresh = Index(process)
                same("index taken from disk", fresh.load(kept, db, process), True)
                return fresh.hexagons(PLACES)

        def join() -> Any:
            return peer.execute(JOIN, (edge,)).fetchall()

        equal = _equal(index.hexagons(PLACES), join(), process.hexagon_m)
        work = f"distinct people in hexagons of {process.hexagon_m} m, all places"
        return [
            Row(f"{work}, {said}", *_times(ours, join), target, PAIRS, {"equal": equal})
            for said, ours, target in (
                ("warm", lambda: index.hexagons(PLACES), TARGET_WARM),
                ("a new worker, index kept on disk", cold, TARGET_COLD),
            )
        ]


def _times(ours: Any, join: Any) -> tuple[float, str, float]:
    took, theirs = compared(ours, join, PAIRS)
    return took, PEER, theirs


def _equal(ours: Any, theirs: list[Any], width: float) -> str:
    """The peer's hexagons stand on a flat side, so it counts with x and y exchanged. A point on an edge is in one of
    ours and in two of its.
    """
    keys, people, registrations = ours
    x, y = _middles(keys, width)
    places = {
        (round(float(b), 1), round(float(a), 1)): (int(p), int(n))
        for a, b, p, n in zip(x, y, people, registrations, strict=True)
    }
    edge = width / np.sqrt(3)
    found = {
        (round(1.5 * edge * i, 1), round(edge * np.sqrt(3) * (j + 0.5 * (i % 2)), 1)): (p, n) for i, j, p, n in theirs
    }
    differing = sum(places.get(key) != found.get(key) for key in places.keys() | found.keys())
    same("at most one cell in a thousand differs", differing * 1000 <= len(places), True)
    return f"people and registrations in {len(places):,} cells; {differing} differ by a point on an edge"


def _middles(keys: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    q, r = grid.unpack(keys)
    size = width / np.sqrt(3)
    return size * (np.sqrt(3) * q + np.sqrt(3) / 2 * r), size * 1.5 * r
