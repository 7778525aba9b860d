"""A nation's registrations, partitioned by person: one process against Dask's workers, out of core.

``python -m benchmarks.partitions --registrations 50_000_000`` makes them in a temporary folder, counts them in every
way and checks that the figures are the same.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from benchmarks import data, measuring
from benchmarks.ground import Ground
from benchmarks.measuring import Row, same
from gis import partitions
from gis.crs import WGS84
from gis.formats import geoparquet
from gis.partitions import COLUMNS, Mark
from gis.sums import Hexagons, Squares, Sums

REGISTRATIONS = 5_000_000
SMALL = 100_000
A_PART = 500_000
WORKERS = 2
PAIRS = 3
PLACES_TO_A_ROUTE = 19
TOWNS = 356
SCHOOLS = 3_000
COAST = np.array([(7.0, 58.2), (10.6, 59.8), (5.6, 60.4), (10.4, 63.4), (14.4, 67.3), (19.0, 69.6), (29.0, 70.1)])
WAYS = {"way": (1.0, ("to_school", "leisure", "shortcut"))}
GRIDS = {"hexagons 250 m": Hexagons(250, 25833), "squares z15": Squares(15)}
COUNTING = """
import json, sys, time
from pathlib import Path
from app.cli import schedulers
from app.services import aggregation
from benchmarks.partitions import GRIDS, figures, peak, peaks
source = aggregation.source(aggregation.files([Path(sys.argv[1])]))
with schedulers.opened(sys.argv[2]) as opened:
    aggregation.summed(aggregation.Source(source.files[:4]), GRIDS[sys.argv[3]], {}, opened)
    began = time.perf_counter()
    found = aggregation.summed(source, GRIDS[sys.argv[3]], {}, opened)
    took = time.perf_counter() - began
    said = {"seconds": took, "figures": figures(found), "peak_mib": peak(), "worker_mib": max(peaks(opened), default=0)}
print(json.dumps(said))
"""
SCHEDULERS = (f"local:{WORKERS}", f"processes:{WORKERS}", "single")


@dataclass(frozen=True)
class Nation:
    """What every part is made from: where schools are, how many children each has, and the seed."""

    schools: np.ndarray
    share: np.ndarray
    seed: int


def nation(seed: int = data.SEED) -> Nation:
    """Towns along a coast, from zone 32 into zone 35 and past 70° N; few large, many small."""
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, len(COAST) - 1, TOWNS)
    leg = at.astype(int)
    towns = COAST[leg] + (at - leg)[:, None] * (COAST[leg + 1] - COAST[leg]) + rng.normal(0, (0.8, 0.3), (TOWNS, 2))
    people = np.arange(1, TOWNS + 1) ** -0.9
    town = rng.choice(TOWNS, SCHOOLS, p=people / people.sum())
    spread = rng.normal(0, 4_000, (SCHOOLS, 2)) * np.sqrt(people[town] / people.mean())[:, None].clip(0.2, 3)
    share = rng.gamma(2, 1, SCHOOLS)
    schools = towns[town] + spread / np.column_stack([_metres_lon(towns[town]), np.full(SCHOOLS, data.METRES_LAT)])
    return Nation(schools, share / share.sum(), seed)


def make(folder: Path, registrations: int, seed: int = data.SEED) -> int:
    """The files of one set; returns how many. Each worker holds one part."""
    of = max(round(registrations / A_PART), 2)
    people = np.random.default_rng(seed).integers(0, 2**62, max(registrations // data.PLACES_PER_CHILD, of * 10))
    people = np.unique(people)
    part = partitions.part_of(pa.array(people), of)
    made, rows = nation(seed), np.diff(np.linspace(0, registrations, of + 1).astype(int))
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        jobs = [
            pool.submit(_part, folder, Mark("bench", number, of, 5), made, people[part == number], int(rows[number]))
            for number in range(of)
        ]
        for job in jobs:
            job.result()
    return of


def _part(folder: Path, mark: Mark, made: Nation, people: np.ndarray, rows: int) -> None:
    rng = np.random.default_rng([made.seed, mark.number])
    school = rng.choice(SCHOOLS, len(people), p=made.share)
    heads = np.where(rng.random(len(people)) < 0.005, 12, 1)
    path = folder / f"part-{mark.number:04}.parquet"
    with geoparquet.writer(path, COLUMNS, WGS84, more=mark.texts) as out:
        routes = rows // (PLACES_TO_A_ROUTE + 1)
        for kind, count, shapes, words in (
            ("place", rows - routes, _places, data.STICKERS),
            ("route", routes, _routes, WAYS),
        ):
            who = rng.integers(0, len(people), count)
            groups, categories = _words(rng, count, words)
            columns = [people[who], pa.repeat(kind, count), groups, categories, heads[who].astype(np.int32)]
            table = pa.table([*columns, shapes(rng, made.schools[school[who]], school[who])], COLUMNS.names)
            out.write_table(table.cast(COLUMNS))


def _words(rng: np.random.Generator, count: int, words: Any) -> tuple[pa.Array, pa.Array]:
    pairs = [(group, code, share / len(codes)) for group, (share, codes) in words.items() for code in codes]
    picked = pa.array(rng.choice(len(pairs), count, p=[share for _, _, share in pairs]))
    return tuple(pa.array([pair[n] for pair in pairs]).take(picked) for n in range(2))


def _places(rng: np.random.Generator, around: np.ndarray, _: np.ndarray) -> pa.Array:
    spread = rng.choice([60.0, 500.0, 5_000.0], len(around), p=[0.4, 0.45, 0.15])
    moved = rng.normal(size=around.shape) * spread[:, None]
    xy = around + moved / np.column_stack([_metres_lon(around), np.full(len(around), data.METRES_LAT)])
    content = np.zeros((len(xy), 21), np.uint8)
    content[:, :2] = 1
    content[:, 5:] = np.round(xy, 7).view(np.uint8).reshape(-1, 16)
    offsets = np.arange(len(xy) + 1, dtype=np.int32) * 21
    return pa.Array.from_buffers(pa.binary(), len(xy), [None, pa.py_buffer(offsets), pa.py_buffer(content)])


def _routes(rng: np.random.Generator, around: np.ndarray, school: np.ndarray) -> pa.Array:
    centre = np.array([(data.WEST + data.EAST) / 2, (data.SOUTH + data.NORTH) / 2])
    xy, offsets = data.walks(rng, np.tile(centre, (len(around), 1)), school % data.SCHOOLS)
    owner = np.repeat(np.arange(len(around)), np.diff(offsets))
    scale = np.column_stack([data.METRES_LON / _metres_lon(around), np.ones(len(around))])
    moved = np.round(around[owner] + (xy - centre) * scale[owner], 7)
    return pa.array(shapely.to_wkb(shapely.linestrings(moved, indices=owner)), pa.binary())


def _metres_lon(lonlat: np.ndarray) -> np.ndarray:
    return np.asarray(data.METRES_LAT * np.cos(np.radians(lonlat[:, 1])))


def peak() -> float:
    """MiB that this process held at most."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


def peaks(scheduler: Any) -> list[float]:
    """MiB that each worker held at most."""
    if hasattr(scheduler, "_client"):
        return list(scheduler._client.run(peak).values())
    if hasattr(scheduler, "_executor"):
        return [scheduler._executor.submit(peak).result() for _ in range(2 * WORKERS)]
    return []


def figures(found: Sums) -> list[Any]:
    """What two ways of counting must agree on: how many, and every cell's figures."""
    digest = hashlib.sha256()
    for each in (found.cells, found.people, found.registrations):
        digest.update(each.tobytes())
    return [len(found.cells), found.rows, int(found.registrations.sum()), digest.hexdigest()]


def rows(ground: Ground) -> list[Row]:
    return measured(SMALL if ground.size == data.SMALL else REGISTRATIONS, PAIRS, list(GRIDS)[:1])


def measured(registrations: int, times: int, grids: Sequence[str]) -> list[Row]:
    """Rows of both ways of several workers against one process, for each grid; workers have begun before."""
    with tempfile.TemporaryDirectory(prefix="snarvei-") as name:
        folder = Path(name)
        began = time.perf_counter()
        of = make(folder, registrations)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 2**20
        print(f"made {registrations:,} in {of} files, {size:,.0f} MiB: {time.perf_counter() - began:.0f} s", flush=True)
        return [row for grid in grids for row in _compared(folder, registrations, grid, times)]


def _compared(folder: Path, registrations: int, grid: str, times: int) -> list[Row]:
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEDULERS}
    for _ in range(times):
        for name in SCHEDULERS:
            found[name].append(_said(folder, name, grid))
    single = found.pop("single")
    made = []
    for name, runs in found.items():
        equal = same(f"{grid}, {name}", runs[0]["figures"], single[0]["figures"])
        more = {
            "equal": equal,
            "cells": single[0]["figures"][0],
            "peak_mib": round(max(run["peak_mib"] for run in runs)),
            "worker_mib": round(max(run["worker_mib"] for run in runs)),
            "peer_peak_mib": round(max(run["peak_mib"] for run in single)),
        }
        work = f"{registrations:,} registrations out of core, {grid}, {name}"
        seconds = (median(run["seconds"] for run in each) for each in (runs, single))
        made.append(Row(work, next(seconds), "one process", next(seconds), None, times, more))
    return made


def _said(folder: Path, scheduler: str, grid: str) -> dict[str, Any]:
    command = [sys.executable, "-c", COUNTING, str(folder), scheduler, grid]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-800:])
    found: dict[str, Any] = json.loads(done.stdout)
    print(f"{grid}, {scheduler}: {found['seconds']:.1f} s, {found['peak_mib']:.0f} MiB, {found['worker_mib']:.0f} MiB")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.partitions", description=__doc__)
    parser.add_argument("--registrations", type=int, default=REGISTRATIONS)
    parser.add_argument("--times", type=int, default=1)
    asked = parser.parse_args()
    found = measured(asked.registrations, asked.times, list(GRIDS))
    print(measuring.table(found))
    for row in found:
        print(json.dumps(row.as_json()))


if __name__ == "__main__":
    main()
