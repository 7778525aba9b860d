"""How many people go through each cell of a 1024² grid, each once: ours, rasterio's and GDAL's."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import rasterio.features
import shapely
from rasterio.enums import MergeAlg
from rasterio.transform import from_bounds

from app.model import Process
from app.services import processes, route_density
from app.services.index import Index, Selection
from benchmarks.ground import Ground
from benchmarks.measuring import Row, child, compared, pairs, same, timed
from benchmarks.peers.tile import WORLD
from gis.density import View, deinterleave
from gis.morton import unit
from gis.raster import Window

SIDE, LEVEL, PAIRS = 1024, 20, 3
WARM, COLD = 0.01, 0.5
RASTERIO = "rasterio.features.rasterize, all touched, one geometry a person, in memory"
GDAL = "gdal_rasterize -at from PostGIS (counts a way in a cell more than once)"
ROUTES = Selection(kinds=frozenset({"route"}))
COUNTED = """
FROM contribution c JOIN catalogue_entry e ON e.process_id = c.process_id AND e."group" = c."group"
    AND e.code = c.category AND NOT e.sensitive
WHERE kind = 'route' AND state IN ('pending', 'released')
"""


def rows(ground: Ground) -> list[Row]:
    with ground.store.reading() as db:
        process = processes.by_slug(db, ground.slug)
        db.expunge(process)
        process.minimum_people = 1
        index = Index(process)
        index.refresh(db, process)
    corner = _corner(process)
    people, bounds = _people(ground), _bounds(*corner)
    view = index.view(ROUTES, "route")
    equal = _equal(_counted(view, corner), _rasterio(people, bounds))
    work = f"exact density of ways, {SIDE}², once per person"
    found = [_row(f"{work}, warm", lambda: _counted(view, corner), lambda: _rasterio(people, bounds), WARM, equal)]
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "index.sni"
        index.save(kept)

        def new_worker() -> Any:
            with ground.store.reading() as db:
                made = Index(process)
                same("a kept index is taken", made.load(kept, db, process), True)
            return _counted(made.view(ROUTES, "route"), corner)

        def anew() -> Any:
            with ground.store.reading() as db:
                return route_density.of(db, process, Window(LEVEL, *corner, SIDE, SIDE)).values

        same("read anew, the same", bool((anew() == _counted(view, corner)).all()), True)
        gdal = _gdal(ground, bounds, Path(folder) / "ways.tif")
        for said, count in (("a new worker", new_worker), ("cold from PostGIS", anew)):
            ours, theirs = pairs(lambda count=count: timed(count), gdal, PAIRS)
            found.append(Row(f"{work}, {said}", float(np.median(ours)), GDAL, float(np.median(theirs)), COLD, PAIRS))
    return found


def _row(work: str, ours: Callable[[], Any], peer: Callable[[], Any], target: float, equal: str) -> Row:
    took, theirs = compared(ours, peer, PAIRS)
    return Row(work, took, RASTERIO, theirs, target, PAIRS, {"equal": equal})


def _corner(process: Process) -> tuple[int, int]:
    """Column and row of the window's first cell: its middle is that of the process's area."""
    west, south, east, north = process.area.bounds
    x, y = unit(np.array([(west + east) / 2]), np.array([(south + north) / 2]))
    return int(x[0] * (1 << LEVEL)) - SIDE // 2, int(y[0] * (1 << LEVEL)) - SIDE // 2


def _bounds(left: int, top: int) -> tuple[float, float, float, float]:
    """West, south, east and north of the window in Web Mercator."""
    cell, half = WORLD / (1 << LEVEL), WORLD / 2
    return left * cell - half, half - (top + SIDE) * cell, (left + SIDE) * cell - half, half - top * cell


def _counted(view: View, corner: tuple[int, int]) -> np.ndarray:
    codes, people = view.counts(LEVEL)
    x, y = deinterleave(codes)
    column, row = x.astype(np.int64) - corner[0], y.astype(np.int64) - corner[1]
    inside = (column >= 0) & (column < SIDE) & (row >= 0) & (row < SIDE)
    grid = np.zeros((SIDE, SIDE), np.int32)
    grid[row[inside], column[inside]] = people[inside]
    return grid


def _people(ground: Ground) -> list[Any]:
    """Every person's ways as one geometry in Web Mercator."""
    with psycopg.connect(ground.libpq) as db:
        found = db.execute(
            f"SELECT ST_AsBinary(ST_Transform(ST_Collect(geometry), 3857)) {COUNTED} GROUP BY participant_id"
        ).fetchall()
    shapes = shapely.from_wkb([bytes(row[0]) for row in found])
    parts, owner = shapely.get_parts(shapes, return_index=True)
    lines, again = shapely.get_parts(parts, return_index=True)
    return list(shapely.multilinestrings(lines, indices=owner[again]))


def _rasterio(people: list[Any], bounds: tuple[float, float, float, float]) -> np.ndarray:
    grid: np.ndarray = rasterio.features.rasterize(
        people,
        out_shape=(SIDE, SIDE),
        transform=from_bounds(*bounds, SIDE, SIDE),
        all_touched=True,
        merge_alg=MergeAlg.add,
        dtype="int32",
        default_value=1,
    )
    return grid


def _gdal(ground: Ground, bounds: tuple[float, float, float, float], out: Path) -> Callable[[], float]:
    west, south, east, north = (str(edge) for edge in bounds)
    command = ["gdal_rasterize", "-q", "-at", "-add", "-burn", "1", "-init", "0", "-ot", "Int32", "-a_srs", "EPSG:3857"]
    command += ["-te", west, south, east, north, "-ts", str(SIDE), str(SIDE)]
    command += ["-sql", f"SELECT ST_Transform(geometry, 3857) AS geom {COUNTED}", f"PG:{ground.libpq}", str(out)]

    def run() -> float:
        out.unlink(missing_ok=True)
        return child(command).seconds

    return run


def _equal(ours: np.ndarray, theirs: np.ndarray) -> str:
    """A line through the corner of cells may touch one more in either: one cell in a thousand may differ by it, the
    whole by one person's cell in 100,000.
    """
    differing, cells, total = int((ours != theirs).sum()), int((ours > 0).sum()), int(ours.sum())
    same("hardly a cell differs", differing * 1_000 <= cells, True)
    same("the whole is the same", abs(total - int(theirs.sum())) * 100_000 <= total, True)
    return f"people in each of {cells:,} cells; {differing} differ by a line through a corner; in all {total:,}"
