"""Centre lines of what many walk: ridges of a raster of counts, thinned to lines that meet where ways meet.

Thinning after Guo and Hall (1989, algorithm A1), which keeps slanting lines as long as they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numba import njit

from gis.components import joined
from gis.flow import Grid

SHORTEST = 50.0
MEETING = 35.0
STRAIGHTENED = 2.0
_LOWER = 0.75
_FARTHEST = 5
_PULL = 2
_THINNED = 1.5
_SMOOTHINGS = 3


def centre_lines(passing: np.ndarray, near: np.ndarray, grid: Grid, minimum: int) -> np.ndarray:
    """LineStrings in metres along which at least ``minimum`` people go, each from one meeting of ways to the next.

    ``passing`` and ``near`` are the people in each cell, and in it or next to it: lines run where ``near`` is enough
    and falls off to both sides, and are drawn to where most pass.
    """
    cells = np.flatnonzero(_thin(_ridges(near, grid.columns, minimum), grid.columns))
    lines = _without_spurs(_joined(_neighbours(cells, grid.columns)), SHORTEST / grid.cell)
    lines = _without_spurs(_meeting(lines, MEETING / grid.cell), SHORTEST / grid.cell)
    return _settled(lines, passing, grid)


def _neighbours(cells: np.ndarray, columns: int) -> np.ndarray:
    """Lines (columns and rows) between neighbouring cells; no diagonal where one can go round its corner."""
    pairs = [np.zeros((0, 2), np.int64)]
    for step, corners in ((1, ()), (columns, ()), (columns + 1, (1, columns)), (columns - 1, (-1, columns))):
        there = np.isin(cells + step, cells)
        for corner in corners:
            there &= ~np.isin(cells + corner, cells)
        pairs.append(np.column_stack([cells[there], cells[there] + step]))
    ends = np.concatenate(pairs)
    return np.asarray(shapely.linestrings(np.stack([ends % columns, ends // columns], axis=-1).astype(float)))


def _joined(lines: np.ndarray) -> np.ndarray:
    """Lines that meet two and two become one."""
    return np.asarray(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))))


def _nodes(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points where lines end, which of them each line's two ends are, and how many ends meet in each."""
    ends = [shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)]
    points, node = np.unique(np.concatenate(ends), axis=0, return_inverse=True)
    return points, node.reshape(2, -1).T, np.bincount(node.ravel(), minlength=len(points))


def _without_spurs(lines: np.ndarray, shortest: float) -> np.ndarray:
    """Without the short lines that lead nowhere, and short rings."""
    _, ends, degree = _nodes(lines)
    nowhere = (degree[ends] == 1).any(axis=1) | (ends[:, 0] == ends[:, 1])
    return _joined(lines[~(nowhere & (shapely.length(lines) < shortest))])


def _meeting(lines: np.ndarray, reach: float) -> np.ndarray:
    """Meetings of ways that a short line joins made one."""
    points, ends, degree = _nodes(lines)
    short = (shapely.length(lines) < reach) & (degree[ends] > 1).all(axis=1)
    root = joined(len(points), ends[short])
    lines, ends = lines[~short], ends[~short]
    together = np.maximum(np.bincount(root, minlength=len(points)), 1)
    middle = np.column_stack([np.bincount(root, points[:, axis], len(points)) / together for axis in (0, 1)])
    xy, line = shapely.get_coordinates(lines, return_index=True)
    first = np.searchsorted(line, np.arange(len(lines)))
    last = np.searchsorted(line, np.arange(len(lines)), "right") - 1
    xy[first], xy[last] = middle[root[ends[:, 0]]], middle[root[ends[:, 1]]]
    return _joined(shapely.linestrings(xy, indices=line))


def _settled(lines: np.ndarray, passing: np.ndarray, grid: Grid) -> np.ndarray:
    """In metres, drawn to the middle of those who pass nearby, smooth, and as long as before thinning where nothing
    meets; ends that met still meet.
    """
    degree, ends = _nodes(lines)[:0:-1]
    xy, line = shapely.get_coordinates(lines, return_index=True)
    xy = _drawn_in(np.round(xy).astype(np.int64), passing, grid.columns)
    inner = np.flatnonzero(line[2:] == line[:-2]) + 1
    for _ in range(_SMOOTHINGS):
        xy[inner] = (xy[inner - 1] + 2 * xy[inner] + xy[inner + 1]) / 4
    numbers = np.arange(len(lines))
    for side, at, inwards in (
        (0, np.searchsorted(line, numbers), 1),
        (1, np.searchsorted(line, numbers, "right") - 1, -1),
    ):
        free = at[degree[ends[:, side]] == 1]
        ahead = xy[free] - xy[free + inwards]
        xy[free] += ahead / np.hypot(*ahead.T)[:, None] * _THINNED
    return np.asarray(shapely.simplify(shapely.linestrings(grid.at(xy + 0.5), indices=line), STRAIGHTENED))


def _drawn_in(cells: np.ndarray, passing: np.ndarray, columns: int) -> np.ndarray:
    """Columns and rows (n, 2) moved to the middle of those who pass in a few cells around."""
    weight, moved = np.full(len(cells), 1e-9), np.zeros((len(cells), 2))
    for up in range(-_PULL, _PULL + 1):
        for across in range(-_PULL, _PULL + 1):
            here = passing[(cells[:, 1] + up) * columns + cells[:, 0] + across]
            weight += here
            moved += here[:, None] * (across, up)
    return cells + moved / weight[:, None]


@njit(cache=True, nogil=True)
def _ridges(near: Any, columns: int, minimum: int) -> Any:  # pragma: no cover
    """Cells of enough people from which it falls off to both sides, across at least one of four directions."""
    found = np.zeros(len(near), np.uint8)
    for cell in range(len(near)):
        if near[cell] >= minimum:
            for step in (1, columns, columns + 1, columns - 1):
                left = right = near[cell]
                for away in range(2, _FARTHEST + 1):
                    left, right = min(left, near[cell - away * step]), min(right, near[cell + away * step])
                if max(left, right) < _LOWER * near[cell]:
                    found[cell] = 1
    return found


@njit(cache=True, nogil=True)
def _ring(there: Any, cell: int, columns: int) -> tuple[int, int, int, int, int, int, int, int]:  # pragma: no cover
    """The eight cells around, from north and on with the sun."""
    n, s = cell + columns, cell - columns
    return (
        there[n],
        there[n + 1],
        there[cell + 1],
        there[s + 1],
        there[s],
        there[s - 1],
        there[cell - 1],
        there[n - 1],
    )


@njit(cache=True, nogil=True)
def _sides(ring: Any) -> int:  # pragma: no cover
    """How often one comes from the outside in, going round: more than once where taking the cell away breaks a line."""
    count = 0
    for n in range(0, 8, 2):
        count += ring[n] == 0 and (ring[n + 1] == 1 or ring[(n + 2) % 8] == 1)
    return count


@njit(cache=True, nogil=True)
def _thin(there: Any, columns: int) -> Any:  # pragma: no cover
    cells = np.flatnonzero(there)
    going = True
    while going:
        going = False
        for turn in range(0, 8, 4):
            gone = np.zeros(len(cells), np.bool_)
            for i in range(len(cells)):
                ring = _ring(there, int(cells[i]), columns)
                even = odd = 0
                for n in range(0, 8, 2):
                    even += ring[n] | ring[n + 1]
                    odd += ring[(n + 7) % 8] | ring[n]
                kept = ring[(turn + 6) % 8] and (
                    ring[(turn + 4) % 8] or ring[(turn + 5) % 8] or not ring[(turn + 7) % 8]
                )
                gone[i] = _sides(ring) == 1 and 2 <= min(even, odd) <= 3 and not kept
            there[cells[gone]] = 0
            if gone.any():
                going = True
            cells = cells[~gone]
    return there
