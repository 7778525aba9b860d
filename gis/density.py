"""Heat and counts from an index, not from a scan.

A registration is one or more cells of a Web-Mercator quadtree: a place one cell, a route every cell it crosses. Cells
are Morton codes at ``LEVEL``, sorted, so that a tile is a few slices. Beside each code stands the registration's row,
by which it is known who drew it: people are counted, not registrations, each once in a cell, at every zoom.

Safety: a ``View`` leaves out everything in blocks (``BLOCK`` level, about 150 m on a side at 60° N) where fewer than
``minimum`` distinct people registered anything that passes the same filter. What is left is all that tiles can show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

LEVEL = 26
ROUTE_LEVEL = 21
FINEST = 21
BLOCK = 17
_CHUNK = 1 << 16
_STEPS = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)
_SPREADING = [(np.uint64(shift), np.uint64(mask)) for shift, mask in _STEPS]
_GATHERING = [
    (np.uint64(shift), np.uint64(mask))
    for (shift, _), (_, mask) in zip(_STEPS[::-1], (*_STEPS[:-1][::-1], (0, 0x00000000FFFFFFFF)), strict=True)
]


@dataclass(frozen=True)
class Cells:
    """Sorted cell codes (uint64 at ``LEVEL``), and for each the registration's row (uint32)."""

    codes: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, codes: np.ndarray, rows: np.ndarray) -> Cells:
        order = np.argsort(codes, kind="stable")
        return cls(codes[order], rows[order].astype(np.uint32))

    @classmethod
    def joined(cls, parts: Sequence[Cells]) -> Cells:
        return cls.of(np.concatenate([p.codes for p in parts]), np.concatenate([p.rows for p in parts]))

    def numbered(self, rows: np.ndarray) -> Cells:
        """The same cells whose row ``n`` is now ``rows[n]``."""
        return Cells(self.codes, rows[self.rows].astype(np.uint32))

    def where(self, chosen: np.ndarray) -> Cells:
        return Cells(self.codes[chosen], self.rows[chosen])

    def __len__(self) -> int:
        return len(self.codes)


def index_points(points: np.ndarray) -> Cells:
    """``points``: shapely points in WGS 84. Rows are positions in ``points``."""
    x, y = _unit(shapely.get_x(points), shapely.get_y(points))
    side = 1 << LEVEL
    codes = interleave((x * side).astype(np.uint64), (y * side).astype(np.uint64))
    return Cells.of(codes, np.arange(len(points)))


def index_lines(lines: np.ndarray) -> Cells:
    """Every cell of ``ROUTE_LEVEL`` that a line touches, once per line."""
    rows, codes = crossed(lines, ROUTE_LEVEL)
    shift = np.uint64(2 * (LEVEL - ROUTE_LEVEL))
    middle = np.uint64(1) << (shift - np.uint64(1))
    return Cells.of((codes << shift) | middle, rows)


def crossed(lines: np.ndarray, level: int) -> tuple[np.ndarray, np.ndarray]:
    """(row, cell code): every cell of ``level`` (at most 23) that each line passes through, once per line.

    Exact supercover: every crossing of a grid line enters one new cell, whose other coordinate is the line's position
    at the crossing. No sampling, no sorting along the line.
    """
    rows, codes = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    for first in range(0, len(lines), _CHUNK):
        owner, cells = _crossed(lines[first : first + _CHUNK], level)
        bits = np.uint64(2 * level)
        pairs = _unique(owner.astype(np.uint64) << bits | cells)
        rows.append((pairs >> bits).astype(np.int64) + first)
        codes.append(pairs & ((np.uint64(1) << bits) - np.uint64(1)))
    return np.concatenate(rows), np.concatenate(codes)


def _crossed(lines: np.ndarray, level: int) -> tuple[np.ndarray, np.ndarray]:
    parts, owner = shapely.get_parts(lines, return_index=True)
    lonlat, part = shapely.get_coordinates(parts, return_index=True)
    xy = np.column_stack(_unit(lonlat[:, 0], lonlat[:, 1])) * (1 << level)
    same = part[1:] == part[:-1]
    a, b, row = xy[:-1][same], xy[1:][same], owner[part][1:][same]
    entered = [_entered(a, b, 0), _entered(a, b, 1)]
    cells = [_code(xy), *(cell for _, cell in entered)]
    return np.concatenate([owner[part], *(row[segment] for segment, _ in entered)]), np.concatenate(cells)


def _entered(a: np.ndarray, b: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """(segment, cell code) for every crossing of a grid line across ``axis`` by the segments a-b, in cell units."""
    first, last = np.floor(a[:, axis]).astype(np.int64), np.floor(b[:, axis]).astype(np.int64)
    count = np.abs(last - first)
    segment = np.repeat(np.arange(len(a)), count)
    nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + 1
    step = np.sign(last - first)[segment]
    cell = first[segment] + step * nth
    edge = np.where(step > 0, cell, cell + 1)
    t = (edge - a[segment, axis]) / (b[segment, axis] - a[segment, axis])
    p, q = a[segment, 1 - axis], b[segment, 1 - axis]
    across = np.clip(p + t * (q - p), np.minimum(p, q), np.maximum(p, q))
    pair = (cell, across) if axis == 0 else (across, cell)
    return segment, _code(np.column_stack(pair))


def _code(xy: np.ndarray) -> np.ndarray:
    cell = np.floor(xy).astype(np.uint64)
    return interleave(cell[:, 0], cell[:, 1])


class View:
    """The cells of one filter that may be seen, and their counts of people at any level down to ``FINEST``."""

    def __init__(
        self,
        cells: Cells,
        person_of_row: np.ndarray,
        weights: np.ndarray,
        minimum: int,
        keep: np.ndarray | None = None,
    ) -> None:
        """``weights[person]`` is how many people a person index stands for; ``keep[row]`` is the filter."""
        if keep is not None:
            cells = cells.where(keep[cells.rows])
        self.person_of_row = person_of_row
        self.weights = weights
        self.minimum = minimum
        self.cells = cells.where(self._safe(cells))
        self._levels: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def _safe(self, cells: Cells) -> np.ndarray:
        _, people, block = self._count(cells, BLOCK)
        return (people >= self.minimum)[block]

    def counts(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        """Sorted codes at ``level`` and the distinct people in each; computed once."""
        if level not in self._levels:
            self._levels[level] = self._count(self.cells, level)[:2]
        return self._levels[level]

    def between(self, level: int, low: int, high: int) -> tuple[np.ndarray, np.ndarray]:
        """``counts`` for the codes at ``level`` in [low, high)."""
        codes, people = self.counts(level)
        part = slice(*np.searchsorted(codes, np.array([low, high], np.uint64)))
        return codes[part], people[part]

    def _count(self, cells: Cells, level: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Codes, people, and for each cell the position of its code."""
        shifted = cells.codes >> np.uint64(2 * (LEVEL - level))
        first = np.append(True, shifted[1:] != shifted[:-1])[: len(shifted)]
        group = np.cumsum(first) - 1
        people = distinct(group, self.person_of_row[cells.rows], self.weights, int(first.sum()))
        return shifted[first], people, group


def distinct(group: np.ndarray, people: np.ndarray, weights: np.ndarray, groups: int) -> np.ndarray:
    """Distinct people (weighted) per group number."""
    if not len(group):
        return np.zeros(groups, np.float32)
    pairs = _unique(group.astype(np.int64) << 32 | people.astype(np.int64))
    return np.bincount(pairs >> 32, weights=weights[pairs & 0xFFFFFFFF], minlength=groups).astype(np.float32)


def _unique(values: np.ndarray) -> np.ndarray:
    """Sorted unique integers; NumPy's own hashes them, which is many times slower than sorting on wide registers."""
    values = np.sort(values)
    return values[np.append(True, values[1:] != values[:-1])[: len(values)]]


def interleave(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Morton codes of unsigned 26-bit cell columns and rows."""
    return _spread(x) | (_spread(y) << np.uint64(1))


def deinterleave(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cell columns and rows of Morton codes."""
    return _gather(codes), _gather(codes >> np.uint64(1))


def _spread(v: np.ndarray) -> np.ndarray:
    for shift, mask in _SPREADING:
        v = (v | (v << shift)) & mask
    return v


def _gather(v: np.ndarray) -> np.ndarray:
    v = v & _SPREADING[-1][1]
    for shift, mask in _GATHERING:
        v = (v | (v >> shift)) & mask
    return v


def _unit(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Web Mercator as fractions of the world, x east and y south, in [0, 1)."""
    x = lon / 360 + 0.5
    siny = np.clip(np.sin(np.radians(lat)), -0.9999, 0.9999)
    y = 0.5 - np.log((1 + siny) / (1 - siny)) / (4 * np.pi)
    top = 1 - 2.0**-40
    return np.clip(x, 0, top), np.clip(y, 0, top)
