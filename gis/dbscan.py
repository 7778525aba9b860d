"""DBSCAN in near linear time: points whose neighbourhood is dense enough, and what hangs together through them.

(Ester, Kriegel, Sander, Xu 1996: a core has enough points within ``reach``, itself counted; cores within reach of each
other are one cluster; what is within reach of a core belongs to it; the rest is noise.) Points are sorted into square
cells of ``reach`` / √2, after Gunawan 2013: all points of a cell are neighbours, so that a full cell needs no search
and cells, not points, are joined.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit

SIDE = (1 - 1e-9) / np.sqrt(2)
ROUND = 2
FEW = 20_000
MOST_CELLS = 2**31


def dbscan(x: np.ndarray, y: np.ndarray, reach: float, minimum: int) -> np.ndarray:
    """A cluster number for each point, -1 for noise.

    The same cores, clusters and noise as any DBSCAN; clusters are numbered by their first core in the input, and a
    border point belongs to its nearest core, of equally near ones to the first in the input. Raises ValueError for
    coordinates that are not finite, or lie too far apart for such a ``reach``.
    """
    near = Neighbourhoods.of(x, y, reach)
    return near.clusters(near.dense(minimum))


@dataclass(frozen=True)
class Neighbourhoods:
    """Points sorted by cell, row after row: ``order`` are their positions in the input, ``start`` bounds each cell's
    points, ``rows[cell, dy]`` bounds the cells that may hold neighbours in the row ``dy`` - 2 above it.
    """

    x: np.ndarray
    y: np.ndarray
    order: np.ndarray
    start: np.ndarray
    rows: np.ndarray
    reach2: float

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray, reach: float) -> Neighbourhoods:
        """Raises ValueError for coordinates that are not finite, or lie too far apart for such a ``reach``."""
        x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        (west, columns), (south, _) = _extent(x, reach), _extent(y, reach)
        width = columns + 2 * ROUND
        key = _keys(x, y, west, south, reach * SIDE, width)
        order = np.argsort(key)
        cells, start = _bounds(key, order)
        rows = np.empty((len(cells), 2 * ROUND + 1, 2), np.int32)
        _side_by_side(len(x), lambda dy, _: _rows(cells, width, dy, rows), range(2 * ROUND + 2))
        return cls(x[order], y[order], order, start, rows, reach * reach)

    @property
    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        return self.x, self.y, self.start, self.rows

    def dense(self, minimum: int) -> np.ndarray:
        """Which points have at least ``minimum`` points within reach, in the order of the cells."""
        core = np.zeros(len(self.x), bool)
        self._by_cells(lambda first, last: _counted(*self.arrays, self.reach2, minimum, first, last, core))
        return core

    def crowded(self, start: np.ndarray, person: np.ndarray, weights: np.ndarray, minimum: int) -> np.ndarray:
        """Which points have at least ``minimum`` distinct people within reach, in the order of the cells.

        The people at a point of the input are ``person[start[point] : start[point + 1]]``, each as many as ``weights``.
        """
        return _crowded(*self.arrays, self.reach2, self.order, start, person, np.asarray(weights), minimum)

    def clusters(self, core: np.ndarray) -> np.ndarray:
        """A cluster number for each point of the input, -1 for none; ``core`` is in the order of the cells."""
        box = _boxes(self.x, self.y, self.start, core)
        root = _joined(*self.arrays, self.reach2, core, box)
        label = _numbered(self.order, self.start, core, root)
        held = np.append(0, np.cumsum(box[:, 0] <= box[:, 1]))
        near = *self.arrays, self.reach2, self.order, core, box, held
        self._by_cells(lambda first, last: _settle(*near, first, last, label))
        return label

    def _by_cells(self, task: Callable[[int, int], None]) -> None:
        """``task`` for parts of the cells with equally many points."""
        points = np.linspace(0, len(self.x), (os.cpu_count() or 1) + 1)
        _side_by_side(len(self.x), task, np.searchsorted(self.start, points).tolist())


def _side_by_side(size: int, task: Callable[[int, int], None], bounds: Sequence[int]) -> None:
    """``task`` from each bound to the next, at the same time if the size is worth it."""
    workers = (os.cpu_count() or 1) if size > FEW else 1
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(task, bounds[:-1], bounds[1:]))


def _extent(at: np.ndarray, reach: float) -> tuple[float, int]:
    """Where the cells begin, and how many they are."""
    if not len(at):
        return 0.0, 0
    low, high = float(at.min()), float(at.max())
    if not (reach > 0 and (high - low) / (reach * SIDE) < MOST_CELLS):
        raise ValueError("coordinates must be finite and not too far apart for the reach")
    return low, int((high - low) / (reach * SIDE)) + 1


@njit(cache=True)
def _keys(x, y, west, south, side, width):  # type: ignore[no-untyped-def]
    key = np.empty(len(x), np.int64)
    for n in range(len(x)):
        key[n] = int((y[n] - south) / side) * width + int((x[n] - west) / side)
    return key


@njit(cache=True)
def _bounds(key, order):  # type: ignore[no-untyped-def]
    """The different keys, ascending, and where the points of each begin in ``order``."""
    cells, start = np.empty_like(key), np.empty(len(key) + 1, np.int64)
    found = 0
    for n in range(len(order)):
        if n == 0 or key[order[n]] != key[order[n - 1]]:
            cells[found], start[found] = key[order[n]], n
            found += 1
    start[found] = len(order)
    return cells[:found], start[: found + 1]


@njit(cache=True, nogil=True)
def _rows(key, width, dy, rows):  # type: ignore[no-untyped-def]
    """``key`` ascends and no two are the same, so that between two keys there are no more than their difference."""
    cells, wide, low = len(key), rows.shape[1], 0
    for cell in range(cells):
        first = key[cell] + (dy - ROUND) * width - ROUND
        while low < cells and key[low] < first:
            low += 1
        high = low
        for nth in range(low, min(low + wide, cells)):
            high += key[nth] < first + wide
        rows[cell, dy, 0] = low
        rows[cell, dy, 1] = high


@njit(cache=True, nogil=True)
def _counted(x, y, start, rows, reach2, minimum, begin, end, core):  # type: ignore[no-untyped-def]
    for cell in range(begin, end):
        first, last = start[cell], start[cell + 1]
        around = 0
        for dy in range(rows.shape[1]):
            around += start[rows[cell, dy, 1]] - start[rows[cell, dy, 0]]
        if last - first >= minimum:
            core[first:last] = True
        elif around >= minimum:
            for a in range(first, last):
                core[a] = _enough(x, y, start, rows, reach2, cell, a, minimum)


@njit(cache=True, nogil=True)
def _enough(x, y, start, rows, reach2, cell, a, minimum):  # type: ignore[no-untyped-def]
    found = 0
    for dy in (2, 1, 3, 0, 4):
        for b in range(start[rows[cell, dy, 0]], start[rows[cell, dy, 1]]):
            dx, up = x[a] - x[b], y[a] - y[b]
            found += dx * dx + up * up <= reach2
        if found >= minimum:
            return True
    return False


@njit(cache=True)
def _crowded(x, y, start, rows, reach2, order, begin, person, weights, minimum):  # type: ignore[no-untyped-def]
    core = np.zeros(len(x), np.bool_)
    seen = np.full(len(weights), -1)
    for cell in range(len(rows)):
        for a in range(start[cell], start[cell + 1]):
            people = 0
            for dy in (2, 1, 3, 0, 4):
                for b in range(start[rows[cell, dy, 0]], start[rows[cell, dy, 1]]):
                    dx, up = x[a] - x[b], y[a] - y[b]
                    if people < minimum and dx * dx + up * up <= reach2:
                        people += _unseen(seen, a, person[begin[order[b]] : begin[order[b] + 1]], weights, minimum)
            core[a] = people >= minimum
    return core


@njit(cache=True)
def _unseen(seen, at, persons, weights, enough):  # type: ignore[no-untyped-def]
    """Count those not seen before at this point."""
    people = 0
    for one in persons:
        if seen[one] != at:
            seen[one] = at
            people += weights[one]
            if people >= enough:
                break
    return people


@njit(cache=True)
def _root(parent, cell):  # type: ignore[no-untyped-def]
    while parent[cell] != cell:
        parent[cell] = parent[parent[cell]]
        cell = parent[cell]
    return cell


@njit(cache=True)
def _joined(x, y, start, rows, reach2, core, box):  # type: ignore[no-untyped-def]
    """The root of each cell; cells that hold cores within reach of each other have the same."""
    cells = len(rows)
    parent = np.arange(cells)
    for cell in range(cells):
        if box[cell, 0] > box[cell, 1]:
            continue
        for dy in range(ROUND, rows.shape[1]):
            for other in range(max(cell + 1, rows[cell, dy, 0]), rows[cell, dy, 1]):
                if box[other, 0] > box[other, 1] or _gap2(box[cell], box[other]) > reach2:
                    continue
                one, another = _root(parent, cell), _root(parent, other)
                if one != another and _touch(x, y, start, reach2, core, cell, other, box[other]):
                    parent[max(one, another)] = min(one, another)
    for cell in range(cells):
        parent[cell] = _root(parent, cell)
    return parent


@njit(cache=True)
def _boxes(x, y, start, core):  # type: ignore[no-untyped-def]
    """West, east, south, north of each cell's cores; east of west where there are any."""
    box = np.empty((len(start) - 1, 4))
    for cell in range(len(box)):
        box[cell] = (np.inf, -np.inf, np.inf, -np.inf)
        for a in range(start[cell], start[cell + 1]):
            if core[a]:
                box[cell] = (
                    min(box[cell, 0], x[a]),
                    max(box[cell, 1], x[a]),
                    min(box[cell, 2], y[a]),
                    max(box[cell, 3], y[a]),
                )
    return box


@njit(cache=True)
def _gap2(one, other):  # type: ignore[no-untyped-def]
    dx = max(one[0] - other[1], other[0] - one[1], 0.0)
    dy = max(one[2] - other[3], other[2] - one[3], 0.0)
    return dx * dx + dy * dy


@njit(cache=True)
def _touch(x, y, start, reach2, core, cell, other, box):  # type: ignore[no-untyped-def]
    for a in range(start[cell], start[cell + 1]):
        if core[a] and _away2(x[a], y[a], box) <= reach2:
            for b in range(start[other], start[other + 1]):
                dx, up = x[a] - x[b], y[a] - y[b]
                if core[b] and dx * dx + up * up <= reach2:
                    return True
    return False


@njit(cache=True, nogil=True)
def _away2(x, y, box):  # type: ignore[no-untyped-def]
    """Square of the distance of a point from a box; infinite from that of a cell without cores."""
    dx, up = max(box[0] - x, x - box[1], 0.0), max(box[2] - y, y - box[3], 0.0)
    return dx * dx + up * up


@njit(cache=True)
def _numbered(order, start, core, root):  # type: ignore[no-untyped-def]
    """Of each core the number of its cell's root, of other points -1: in the order in which roots first stand in the
    input.
    """
    label = np.full(len(order), -1)
    for cell in range(len(root)):
        for a in range(start[cell], start[cell + 1]):
            if core[a]:
                label[order[a]] = root[cell]
    number = np.full(len(root), -1)
    following = 0
    for at in range(len(label)):
        if label[at] >= 0:
            if number[label[at]] < 0:
                number[label[at]] = following
                following += 1
            label[at] = number[label[at]]
    return label


@njit(cache=True, nogil=True)
def _settle(x, y, start, rows, reach2, order, core, box, held, begin, end, label):  # type: ignore[no-untyped-def]
    """Give each point that is no core and has one within reach the label of the nearest. ``held`` cells of those before
    each hold cores.
    """
    for cell in range(begin, end):
        around = 0
        for dy in range(rows.shape[1]):
            around += held[rows[cell, dy, 1]] - held[rows[cell, dy, 0]]
        if around:
            for a in range(start[cell], start[cell + 1]):
                chosen = -1 if core[a] else _nearest(x, y, start, rows, reach2, order, core, box, cell, a)
                if chosen >= 0:
                    label[order[a]] = label[chosen]


@njit(cache=True, nogil=True)
def _nearest(x, y, start, rows, reach2, order, core, box, cell, a):  # type: ignore[no-untyped-def]
    """The core nearest to a point, as it stands in the input; -1 if none is within reach."""
    nearest, chosen = reach2, -1
    for dy in range(rows.shape[1]):
        for other in range(rows[cell, dy, 0], rows[cell, dy, 1]):
            if _away2(x[a], y[a], box[other]) > nearest:
                continue
            for b in range(start[other], start[other + 1]):
                dx, up = x[a] - x[b], y[a] - y[b]
                gap = dx * dx + up * up
                if core[b] and (gap < nearest or (gap == nearest and (chosen < 0 or order[b] < chosen))):
                    nearest, chosen = gap, order[b]
    return chosen
