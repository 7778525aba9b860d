"""Reading the whole index anew out of PostGIS, against reading the same columns into arrays and nothing more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from statistics import median

from benchmarks.ground import Ground
from benchmarks.measuring import Row, pairs, same

PAIRS = 3
PEER = "ADBC → NumPy of the same columns, no index made"
COLUMNS = 'number, state, kind, "group", category, feeling, mode, created_at, arena_id::text, participant_id::text'
QUERY = f"SELECT {COLUMNS}, ST_AsBinary(geometry) AS shape FROM contribution ORDER BY number"
OURS = """
import json, resource, sys, time
from app.services import processes
from app.services.index import Index
from app.store import Store
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
store = Store(sys.argv[1])
with store.reading() as db:
    process = processes.by_slug(db, sys.argv[2])
    began = time.perf_counter()
    index = Index(process)
    index.refresh(db, process)
    took = time.perf_counter() - began
kept = [index._alive, index._day, index._weights, index._people.codes, index._at.xy, index._at.hexagons]
kept += [index._at.points.codes, index._at.points.rows, index._at.lines.codes, index._at.lines.rows]
kept += [column.codes for column in index._columns.values()]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": took, "rows": len(index._alive), "bytes": sum(each.nbytes for each in kept),
                  "peak_mib": (peak - before) / 1024}))
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
print(json.dumps({"seconds": took, "rows": len(arrays[0])}))
"""


def rows(ground: Ground) -> list[Row]:
    ours, theirs = pairs(lambda: _said(OURS, ground.url, ground.slug), lambda: _said(PEERS, ground.libpq, QUERY), PAIRS)
    count = ours[0]["rows"]
    registrations = f"{count:,.0f} rows"
    more = {
        "equal": same("rows read", ours[0]["rows"], theirs[0]["rows"]) and registrations,
        "ours_peak_mib": round(max(run["peak_mib"] for run in ours)),
        "index_mib": round(ours[0]["bytes"] / 2**20),
        "index_bytes_a_row": round(ours[0]["bytes"] / count),
    }
    return [
        Row(
            f"index read cold from PostGIS, {registrations}",
            median(run["seconds"] for run in ours),
            PEER,
            median(run["seconds"] for run in theirs),
            None,
            PAIRS,
            more,
        )
    ]


def _said(program: str, *arguments: str) -> dict[str, float]:
    """What a fresh process measured of itself."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=os.environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-800:])
    found: dict[str, float] = json.loads(done.stdout)
    return found
