"""Reading the whole index anew out of PostGIS, against reading the same columns into arrays and nothing more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from statistics import median

import psycopg

from app.services import processes
from app.services.index import Index, Selection
from benchmarks.ground import Ground
from benchmarks.measuring import Row, pairs, same
from gis.density import FINEST

PAIRS, TARGET = 3, 3.0
EVERYTHING = Selection(kinds=frozenset({"place"}))
AGAIN = """
UPDATE contribution SET change = pg_current_xact_id()::text::bigint
WHERE number = (SELECT max(number) FROM contribution WHERE kind = 'place' AND state = 'pending')
"""
PEER = "ADBC → NumPy of the same columns, no index made"
COLUMNS = 'number, state, kind, "group", category, feeling, mode, created_at, arena_id::text, participant_id::text'
QUERY = f"SELECT {COLUMNS}, ST_AsBinary(geometry) AS shape FROM contribution ORDER BY number"
OURS = """
import json, re, sys, time
from pathlib import Path
import pandas, pyarrow
from app.services import processes
from app.services.index import Index
from app.store import Store, binary_copy
# the libraries of both sides are loaded before their clocks start: numba loads itself with the first compiled function
binary_copy.arrays(b"", {"number": pyarrow.int64()}, frozenset())
def peak():
    # KiB since this program began: ru_maxrss can be what its parent held
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before = peak()
store = Store(sys.argv[1])
with store.reading() as db:
    process = processes.by_slug(db, sys.argv[2])
    began = time.perf_counter()
    index = Index(process)
    index.refresh(db, process)
    took = time.perf_counter() - began
def size(arrays):
    return sum(each.nbytes for each in arrays)
routes = index._columns["kind"].among(frozenset({"route"}))
everyone = [index._weights, index._people.codes, index._alive, index._numbers, index._day, index._xy]
row = size(everyone + [column.codes for column in index._columns.values()]) + index._people.values.nbytes
row = row / len(index._alive)
hexagons = index._base.hexagons
on_routes = routes[hexagons.rows].sum()
each = size(hexagons.arrays) / len(hexagons.rows)
place = row + (size(index._base.points.arrays) + each * (len(hexagons.rows) - on_routes)) / (~routes).sum()
route = row + (size(index._base.lines.arrays) + each * on_routes) / routes.sum()
print(json.dumps({"seconds": took, "rows": len(index._alive), "place": place, "route": route,
                  "peak_mib": (peak() - before) / 1024}))
"""
PEERS = """
import json, sys, time
import adbc_driver_postgresql.dbapi as adbc
import numpy, pandas
with adbc.connect(sys.argv[1]) as connection, connection.cursor() as cursor:
    began = time.perf_counter()
    cursor.execute(sys.argv[2])
    found = cursor.fetch_arrow_table()
    arrays = [column.to_numpy() for column in found.columns]
    took = time.perf_counter() - began
named = dict(zip(found.column_names, arrays))
sensitive = (named["group"] == "bad") & (named["category"] == "mean")
counted = numpy.isin(named["state"].astype(str), ["pending", "released"]) & ~sensitive
print(json.dumps({"seconds": took, "rows": int(counted.sum())}))
"""


def rows(ground: Ground) -> list[Row]:
    ours, theirs = pairs(lambda: _said(OURS, ground.url, ground.slug), lambda: _said(PEERS, ground.libpq, QUERY), PAIRS)
    count = ours[0]["rows"]
    registrations = f"{count:,.0f} rows"
    more = {
        "equal": same("rows that count", ours[0]["rows"], theirs[0]["rows"]) and registrations,
        "ours_peak_mib": round(max(run["peak_mib"] for run in ours)),
        "bytes_a_place": round(ours[0]["place"]),
        "bytes_a_route": round(ours[0]["route"]),
    }
    return [
        Row(
            f"index read cold from PostGIS, {registrations}",
            median(run["seconds"] for run in ours),
            PEER,
            median(run["seconds"] for run in theirs),
            TARGET,
            PAIRS,
            more,
        ),
        _fresh(ground),
    ]


def _fresh(ground: Ground) -> Row:
    """From a change in the database to the counts of the finest cells, in an index that a worker holds."""
    with ground.store.reading() as db:
        process = processes.by_slug(db, ground.slug)
        index = Index(process)
        index.refresh(db, process)
        view = index.view(EVERYTHING, "place")
        codes = view.counts(FINEST)[0]
    with psycopg.connect(ground.libpq, autocommit=True) as other:
        took = []
        for _ in range(PAIRS):
            other.execute(AGAIN)
            began = time.perf_counter()
            with ground.store.reading() as db:
                index.refresh(db, process)
            index.view(EVERYTHING, "place").counts(FINEST)
            took.append(time.perf_counter() - began)
    same("nothing but the touched row changed", len(index.view(EVERYTHING, "place").counts(FINEST)[0]), len(codes))
    work = "one changed registration in the counts a tile is drawn from"
    return Row(work, median(took), "the second it may take", 1.0, 1.0, PAIRS)


def _said(program: str, *arguments: str) -> dict[str, float]:
    """What a fresh process measured of itself."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=os.environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-800:])
    found: dict[str, float] = json.loads(done.stdout)
    return found
