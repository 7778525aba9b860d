"""Where routes go: how many people pass each cell of a metric grid, and which way people follow a line.

A route is every cell it passes through, in the order it enters them: exact traversal of a grid (Amanatides, Woo 1987),
whose steps are computed afresh from the segment's ends, so that no rounding adds up. A person counts once in a cell,
however often and on however many routes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numba import njit

CELL = 10.0
MOST_CELLS = 1 << 24
ALONG, AGAINST = 1, 2
MARGIN = 6
PAUSE = 3


@dataclass(frozen=True)
class Routes:
    """Routes in metres from ``origin``, ``xy`` (n, 2) in single precision: part p is ``xy[parts[p]:parts[p + 1]]``,
    route r its parts ``first[r]`` to ``first[r + 1]``, between which nobody knows the way.
    """

    xy: np.ndarray
    parts: np.ndarray
    first: np.ndarray
    origin: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def of(cls, lines: np.ndarray, origin: tuple[float, float] = (0.0, 0.0)) -> Routes:
        """``lines``: LineStrings and MultiLineStrings in metres."""
        pieces, owner = shapely.get_parts(lines, return_index=True)
        xy, piece = shapely.get_coordinates(pieces, return_index=True)
        return cls(
            (xy - origin).astype(np.float32),
            np.searchsorted(piece, np.arange(len(pieces) + 1)),
            np.searchsorted(owner, np.arange(len(lines) + 1)),
            origin,
        )

    @classmethod
    def joined(cls, several: Sequence[Routes]) -> Routes:
        """Routes of one origin, one after the other."""
        points = np.cumsum([0, *(len(each.xy) for each in several)])
        pieces = np.cumsum([0, *(len(each.parts) - 1 for each in several)])
        return cls(
            np.concatenate([np.zeros((0, 2), np.float32), *(each.xy for each in several)]),
            np.concatenate([[0], *(each.parts[1:] + n for each, n in zip(several, points, strict=False))]),
            np.concatenate([[0], *(each.first[1:] + n for each, n in zip(several, pieces, strict=False))]),
            several[0].origin if several else (0.0, 0.0),
        )

    def __len__(self) -> int:
        return len(self.first) - 1


@dataclass(frozen=True)
class Grid:
    """Square cells of ``cell`` metres, numbered ``row * columns + column`` from the south-west.

    Cell edges lie on multiples of ``cell``, so that the same ground has the same cells whatever else there is.
    """

    west: float
    south: float
    cell: float
    columns: int
    rows: int

    @classmethod
    def covering(cls, routes: Routes, cell: float = CELL) -> Grid:
        """Room for all routes and a margin; coarser by doubling where that were more than ``MOST_CELLS`` cells."""
        if not len(routes.xy):
            return cls(0.0, 0.0, cell, 2 * MARGIN, 2 * MARGIN)
        low, high = (getattr(routes.xy, end)(0).astype(float) + routes.origin for end in ("min", "max"))
        (west, south), (east, north) = np.floor(low / cell) - MARGIN, np.floor(high / cell) + MARGIN + 1
        columns, rows = int(east - west), int(north - south)
        if columns * rows > MOST_CELLS:
            return cls.covering(routes, 2 * cell)
        return cls(float(west * cell), float(south * cell), cell, columns, rows)

    @property
    def cells(self) -> int:
        return self.columns * self.rows

    def at(self, columns_rows: np.ndarray) -> np.ndarray:
        """Metres of positions in cells from the south-west corner, (n, 2)."""
        return columns_rows * self.cell + (self.west, self.south)

    def ground(self, routes: Routes) -> tuple[Any, ...]:
        """What the loops need to walk through the cells of ``routes``."""
        corner = self.west - routes.origin[0], self.south - routes.origin[1]
        return (
            routes.xy,
            routes.parts.astype(np.int64),
            routes.first.astype(np.int64),
            *corner,
            self.cell,
            self.columns,
        )


@dataclass(frozen=True)
class People:
    """Who drew each route, how many people each person index stands for, and which routes count (``keep``)."""

    of_route: np.ndarray
    weights: np.ndarray
    keep: np.ndarray

    @property
    def order(self) -> np.ndarray:
        """The routes that count, person by person."""
        kept = np.flatnonzero(self.keep)
        return kept[np.argsort(self.of_route[kept], kind="stable")]

    def many(self, who: np.ndarray) -> int:
        """How many people distinct person indices stand for."""
        return int(self.weights[who].sum())


def people_by_cell(routes: Routes, people: People, grid: Grid, *, reach: int = 0) -> np.ndarray:
    """Distinct people (weighted, int32) who pass each cell, or a cell at most ``reach`` columns and rows away.

    ``grid`` covers the routes; ``reach`` stays within its margin, ``MARGIN`` cells.
    """
    counts = np.zeros(grid.cells, np.int32)
    who, weights = people.of_route.astype(np.int64), people.weights.astype(np.int64)
    _count(grid.ground(routes), people.order, who, weights, reach, counts)
    return counts


@dataclass(frozen=True)
class Stretches:
    """Lines sampled about every cell: sample n lies at ``xy[n]`` metres, ``along[n]`` metres from the beginning of
    stretch ``stretch[n]``, which is ``length[stretch]`` metres long.
    """

    xy: np.ndarray
    stretch: np.ndarray
    along: np.ndarray
    length: np.ndarray


def nearest(samples: np.ndarray, grid: Grid, reach: float) -> np.ndarray:
    """For each cell the sample (n, 2) closest to its middle, the first of equals; -1 if none within ``reach`` cells."""
    found = np.full(grid.cells, -1, np.int32)
    position = (samples - (grid.west, grid.south)) / grid.cell
    _paint(position, reach, grid.columns, np.full(grid.cells, np.inf, np.float32), found)
    return found


def followed(
    routes: Routes, people: People, grid: Grid, stretches: Stretches, near: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who follows which stretch: route, stretch, and ``ALONG``, ``AGAINST`` or both added.

    ``near`` holds the sample each cell belongs to, or -1. A route follows a stretch in a direction if, without leaving
    its cells for more than ``PAUSE`` cells, it gets ahead by half of the stretch's length.
    """
    stretch, enough = stretches.stretch.astype(np.int64), (stretches.length / 2).astype(np.float32)
    found = _follow(grid.ground(routes), people.order, near, stretch, stretches.along.astype(np.float32), enough)
    return found[:, 0], found[:, 1], found[:, 2]


@njit(cache=True, nogil=True)
def _walk(ground: Any, route: int, out: Any) -> tuple[Any, int]:  # pragma: no cover
    """The cells of a route in ``out``, which grows where it must, and how many; -1 stands before each part."""
    xy, parts, first, west, south, size, columns = ground
    n = 0
    for part in range(first[route], first[route + 1]):
        start = parts[part]
        ax, ay = (xy[start, 0] - west) / size, (xy[start, 1] - south) / size
        column, row = int(np.floor(ax)), int(np.floor(ay))
        for i in range(start, parts[part + 1]):
            bx, by = (xy[i, 0] - west) / size, (xy[i, 1] - south) / size
            across, up = int(np.floor(bx)) - column, int(np.floor(by)) - row
            east, north = int(across > 0), int(up > 0)
            across, up = abs(across), abs(up)
            if n + across + up + 2 > len(out):
                out = np.append(out, np.empty(len(out) + across + up, np.int64))
            if i == start:
                out[n], out[n + 1] = -1, row * columns + column
                n += 2
            while across + up:
                if up == 0 or (across and (column + east - ax) / (bx - ax) <= (row + north - ay) / (by - ay)):
                    column, across = column + 2 * east - 1, across - 1
                else:
                    row, up = row + 2 * north - 1, up - 1
                out[n] = row * columns + column
                n += 1
            ax, ay = bx, by
    return out, n


@njit(cache=True, nogil=True)
def _count(ground: Any, order: Any, who: Any, weights: Any, reach: int, counts: Any) -> None:  # pragma: no cover
    """Each step from cell to cell adds the far edge of what is within reach."""
    seen, out, columns = np.full(len(counts), -1, np.int32), np.empty(1024, np.int64), ground[-1]
    for route in order:
        person = who[route]
        out, n = _walk(ground, route, out)
        for i in range(n):
            if out[i] < 0:
                continue
            move = out[i] - out[i - 1] if out[i - 1] >= 0 else 0
            for up in range(reach if move == columns else -reach, (-reach if move == -columns else reach) + 1):
                for across in range(reach if move == 1 else -reach, (-reach if move == -1 else reach) + 1):
                    cell = out[i] + up * columns + across
                    if seen[cell] != person:
                        seen[cell] = person
                        counts[cell] += weights[person]


@njit(cache=True, nogil=True)
def _paint(position: Any, radius: float, columns: int, best: Any, found: Any) -> None:  # pragma: no cover
    reach, rows = int(np.ceil(radius)), len(found) // columns
    for n in range(len(position)):
        column, row = int(np.floor(position[n, 0])), int(np.floor(position[n, 1]))
        for y in range(max(row - reach, 0), min(row + reach + 1, rows)):
            for x in range(max(column - reach, 0), min(column + reach + 1, columns)):
                away = np.float32((x + 0.5 - position[n, 0]) ** 2 + (y + 0.5 - position[n, 1]) ** 2)
                cell = y * columns + x
                if away <= radius * radius and away < best[cell]:
                    best[cell], found[cell] = away, n


@njit(cache=True, nogil=True)
def _follow(ground: Any, order: Any, near: Any, stretch: Any, along: Any, enough: Any) -> Any:  # pragma: no cover
    many = len(enough)
    met, low, high = np.full(many, -1, np.int64), np.zeros(many, np.float32), np.zeros(many, np.float32)
    seen, ways, touched = np.zeros(many, np.int64), np.zeros(many, np.int64), np.zeros(many, np.int64)
    out, kept, count = np.empty(1024, np.int64), np.empty((1024, 3), np.int64), 0
    for route in order:
        out, n = _walk(ground, route, out)
        step = hits = 0
        for i in range(n):
            step += 1 if out[i] >= 0 else PAUSE + 1
            if out[i] < 0 or near[out[i]] < 0:
                continue
            s, at = stretch[near[out[i]]], along[near[out[i]]]
            if met[s] != route:
                met[s], ways[s], touched[hits] = route, 0, s
                low[s] = high[s] = at
                hits += 1
            elif step - seen[s] > PAUSE + 1:
                low[s] = high[s] = at
            low[s], high[s], seen[s] = min(low[s], at), max(high[s], at), step
            ways[s] |= (ALONG if at - low[s] >= enough[s] else 0) | (AGAINST if high[s] - at >= enough[s] else 0)
        for s in touched[:hits]:
            if ways[s]:
                if count == len(kept):
                    kept = np.append(kept, np.empty_like(kept), axis=0)
                kept[count] = route, s, ways[s]
                count += 1
    return kept[:count]
