"""People and registrations in cells, counted in partitions of people and added up.

Each person is in one partition, so the distinct people of a cell are the sum of the partitions' distinct people. They
do not add up over cells or levels: a coarser grid is counted anew. What fewer than the minimum of people did is
withheld from the whole; sums of some of the partitions hold smaller groups and are for nobody's eyes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import shapely
from numba import njit

from gis import density, grid, partitions
from gis.crs import WGS84, project, project_xy

T = TypeVar("T")
_POINT = np.array([1, 1, 0, 0, 0], np.uint8)
_POINT_BYTES = 21
_LINES = (1, 5)


@dataclass(frozen=True)
class Hexagons:
    """The fixed grid of hexagons ``width`` metres wide in a metric CRS."""

    width: float
    epsg: int

    def of_points(self, xy: np.ndarray) -> np.ndarray:
        """The cell of each point (n, 2) in WGS 84. Raises ValueError where the CRS has no coordinates for one."""
        metric = _finite(np.column_stack(project_xy(xy[:, 0], xy[:, 1], WGS84, self.epsg)))
        each = np.arange(len(xy))
        return grid.cells_along(metric, each, each, self.width, {})[1].astype(np.uint64)

    def of_lines(self, lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(row, cell) of shapely lines in WGS 84, each pair once. Raises ValueError as ``of_points`` does."""
        metric = project(lines, WGS84, self.epsg)
        _finite(shapely.bounds(metric))
        rows, keys = grid.cells_of(metric, self.width)
        return rows, keys.astype(np.uint64)

    def polygons(self, cells: np.ndarray) -> np.ndarray:
        """In ``epsg``."""
        return np.asarray(grid.hexagons(cells.astype(np.int64), self.width))

    def names(self, cells: np.ndarray) -> list[str]:
        q, r = grid.unpack(cells.astype(np.int64))
        return [f"{a}:{b}" for a, b in zip(q.tolist(), r.tolist(), strict=True)]


@dataclass(frozen=True)
class Squares:
    """The cells of one level of the Web-Mercator quadtree, at most ``density.FINEST``."""

    level: int
    epsg = WGS84

    def of_points(self, xy: np.ndarray) -> np.ndarray:
        return density.point_codes(xy[:, 0], xy[:, 1]) >> np.uint64(2 * (density.LEVEL - self.level))

    def of_lines(self, lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return density.crossed(lines, self.level)

    def polygons(self, cells: np.ndarray) -> np.ndarray:
        x, y = (at.astype(float) for at in density.deinterleave(cells))
        side = 1 << self.level
        west, east = (360 * at / side - 180 for at in (x, x + 1))
        north, south = (np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * at / side)))) for at in (y, y + 1))
        return np.asarray(shapely.box(west, south, east, north))

    def names(self, cells: np.ndarray) -> list[str]:
        x, y = density.deinterleave(cells)
        return [f"{self.level}/{a}/{b}" for a, b in zip(x.tolist(), y.tolist(), strict=True)]


@dataclass(frozen=True)
class Sums:
    """Sorted cells (uint64), distinct people and registrations in each (int64), and how many rows were counted."""

    cells: np.ndarray
    people: np.ndarray
    registrations: np.ndarray
    rows: int

    @classmethod
    def none(cls) -> Sums:
        return cls(np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.int64), 0)


def added(a: Sums, b: Sums) -> Sums:
    """The sums of two partitions of people that have nobody in common."""
    return Sums(*_merged(a.cells, a.people, a.registrations, b.cells, b.people, b.registrations), a.rows + b.rows)


def tree(parts: Iterable[T], add: Callable[[T, T], T]) -> T | None:
    """All parts added up, two of a size at a time: of n that came, never more than log n sums are held."""
    held: list[tuple[int, T]] = []
    for part in parts:
        size = 1
        while held and held[-1][0] == size:
            part, size = add(held.pop()[1], part), 2 * size
        held.append((size, part))
    while len(held) > 1:
        (_, last), (size, before) = held.pop(), held.pop()
        held.append((size, add(before, last)))
    return held[0][1] if held else None


def counted(path: Path, where: Hexagons | Squares, chosen: Mapping[str, frozenset[str]]) -> Sums:
    """The sums of one partition.

    Raises ``Unusable``: what ``partitions.read`` raises, and column_not_usable for geometries that are no points or
    lines in WGS 84 or that the grid's CRS cannot hold.
    """
    read = partitions.read(path, chosen)
    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    rows = 0
    for at, shapes in read.shapes():
        rows += len(at)
        with partitions.usable(path, "geometry"):
            pairs += ((codes, at[owner].astype(np.uint32)) for owner, codes in _cells(shapes, where))
    cells = density.Cells.of(*pairs)
    del pairs
    codes, people, registrations = density.everyone(
        cells, density.Cells.none(), np.ones(len(read.person), bool), read.person, read.weights
    )
    return Sums(codes, people.astype(np.int64), registrations, rows)


def _cells(shapes: pa.BinaryArray, where: Hexagons | Squares) -> list[tuple[np.ndarray, np.ndarray]]:
    """(row, cell), each pair once, of points and of lines."""
    plain, xy = _points(shapes)
    rest = np.flatnonzero(~plain)
    drawn = shapely.from_wkb(shapes.take(pa.array(rest)).to_numpy(zero_copy_only=False))
    types = shapely.get_type_id(drawn)
    points, lines = types == 0, np.isin(types, _LINES)
    if not (points | lines).all() or shapely.is_empty(drawn).any():
        raise ValueError("neither points nor lines")
    xy = np.vstack([xy, shapely.get_coordinates(drawn[points])])
    _within(xy)
    _within(shapely.get_coordinates(drawn[lines]))
    along, crossed = where.of_lines(drawn[lines]) if lines.any() else (np.zeros(0, np.int64), np.zeros(0, np.uint64))
    return [
        (np.concatenate([np.flatnonzero(plain), rest[points]]), where.of_points(xy)),
        (rest[lines][along], crossed),
    ]


def _points(shapes: pa.BinaryArray) -> tuple[np.ndarray, np.ndarray]:
    """Which rows are plain little-endian points, and where: nearly all, and without an object for each."""
    _, offsets, content = shapes.buffers()
    at = np.frombuffer(offsets or bytes(4), np.int32)[shapes.offset : shapes.offset + len(shapes) + 1].astype(np.int64)
    plain = np.diff(at) == _POINT_BYTES
    found = np.frombuffer(content or b"", np.uint8)[at[:-1][plain, None] + np.arange(_POINT_BYTES)]
    right = (found[:, : len(_POINT)] == _POINT).all(axis=1)
    plain[plain] = right
    return plain, np.ascontiguousarray(found[right, len(_POINT) :]).view("<f8").reshape(-1, 2)


def _within(xy: np.ndarray) -> None:
    if not ((np.abs(xy[:, 0]) <= 180) & (np.abs(xy[:, 1]) <= 90)).all():
        raise ValueError("not longitude and latitude")


def _finite(metric: np.ndarray) -> np.ndarray:
    if not np.isfinite(metric).all():
        raise ValueError("outside the coordinate system")
    return metric


@njit(cache=True, nogil=True)
def _merged(
    cells: np.ndarray,
    people: np.ndarray,
    registrations: np.ndarray,
    cells_2: np.ndarray,
    people_2: np.ndarray,
    registrations_2: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both sorted by cell, the figures of equal cells added."""
    most = len(cells) + len(cells_2)
    out, who, often = np.empty(most, np.uint64), np.empty(most, np.int64), np.empty(most, np.int64)
    i = j = found = 0
    while i < len(cells) or j < len(cells_2):
        first = j == len(cells_2) or (i < len(cells) and cells[i] <= cells_2[j])
        second = i == len(cells) or (j < len(cells_2) and cells_2[j] <= cells[i])
        out[found], who[found], often[found] = cells[i] if first else cells_2[j], 0, 0
        if first:
            who[found] += people[i]
            often[found] += registrations[i]
            i += 1
        if second:
            who[found] += people_2[j]
            often[found] += registrations_2[j]
            j += 1
        found += 1
    return out[:found].copy(), who[:found].copy(), often[:found].copy()
