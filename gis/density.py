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

from gis import counting, supercover
from gis.morton import deinterleave, interleave, unit

__all__ = ["BLOCK", "FINEST", "LEVEL", "ROUTE_LEVEL", "Cells", "View", "crossed", "deinterleave", "distinct"]
__all__ += ["index_lines", "index_points", "interleave"]

LEVEL = 26
ROUTE_LEVEL = 21
FINEST = 21
BLOCK = 17
_EVERY = np.zeros(0, np.uint64), np.uint64(0), True


@dataclass(frozen=True)
class Cells:
    """Sorted distinct cell codes (uint64), and the rows that registered in each: those of cell ``n`` are
    ``rows[starts[n] : starts[n + 1]]`` (uint32).
    """

    codes: np.ndarray
    starts: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, *pairs: tuple[np.ndarray, np.ndarray]) -> Cells:
        """From arrays of cell codes and the rows beside them, each pair of the two once, in any order."""
        if not pairs:
            return cls.none()
        codes, rows = (
            np.concatenate(part, dtype=kind, casting="unsafe")
            for part, kind in zip(zip(*pairs, strict=True), (np.uint64, np.uint32), strict=True)
        )
        codes, rows = counting.ordered(codes, rows, np.empty_like(codes), np.empty_like(rows))
        starts = np.flatnonzero(np.append(True, codes[1:] != codes[:-1])[: len(codes)])
        return cls(codes[starts], _narrow(np.append(starts, len(codes))), rows)

    @classmethod
    def joined(cls, parts: Sequence[Cells]) -> Cells:
        """Of parts that have no row in common, two and two."""
        filled = [part for part in parts if len(part.codes)]
        if len(filled) < 2:
            return filled[0] if filled else cls.none()
        half = len(filled) // 2
        one, other = cls.joined(filled[:half]), cls.joined(filled[half:])
        codes, starts, rows = counting.merged(one.arrays, other.arrays)
        return cls(codes, _narrow(starts), rows)

    @classmethod
    def none(cls) -> Cells:
        return cls(np.zeros(0, np.uint64), np.zeros(1, np.uint32), np.zeros(0, np.uint32))

    @property
    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.codes, self.starts, self.rows

    def where(self, becomes: np.ndarray) -> Cells:
        """The cells of some rows, numbered anew: row ``n`` is now ``becomes[n]``, or gone if that is negative."""
        return Cells(*counting.chosen(*self.arrays, becomes))


def _narrow(starts: np.ndarray) -> np.ndarray:
    return starts.astype(np.uint32) if starts[-1] < 2**32 else starts


def index_points(points: np.ndarray) -> Cells:
    """``points``: shapely points in WGS 84. Rows are positions in ``points``."""
    return Cells.of((point_codes(shapely.get_x(points), shapely.get_y(points)), np.arange(len(points))))


def point_codes(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """The cells of ``LEVEL`` that points in WGS 84 lie in."""
    x, y = unit(lon, lat)
    side = 1 << LEVEL
    return interleave((x * side).astype(np.uint64), (y * side).astype(np.uint64))


def index_lines(lines: np.ndarray) -> Cells:
    """Every cell of ``ROUTE_LEVEL`` that a line touches, once per line."""
    rows, codes = line_codes(*_vertices(lines))
    return Cells.of((codes, rows))


def line_codes(xy: np.ndarray, part: np.ndarray, row_of_part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(row, cell code at ``LEVEL``): every cell of ``ROUTE_LEVEL`` that lines touch, once for each row, standing for
    its middle. Vertices as ``touched`` takes them.
    """
    rows, codes = touched(xy, part, row_of_part, ROUTE_LEVEL)
    shift = np.uint64(2 * (LEVEL - ROUTE_LEVEL))
    return rows, (codes << shift) | np.uint64(1) << (shift - np.uint64(1))


def crossed(lines: np.ndarray, level: int) -> tuple[np.ndarray, np.ndarray]:
    """``touched`` by each (multi)line in WGS 84."""
    return touched(*_vertices(lines), level)


def touched(xy: np.ndarray, part: np.ndarray, row_of_part: np.ndarray, level: int) -> tuple[np.ndarray, np.ndarray]:
    """(row, cell code): every cell of ``level`` that lines pass through, once for each row; the rows in order. Vertices
    in WGS 84 as ``supercover.walk`` takes them.
    """
    return supercover.walk(np.column_stack(unit(xy[:, 0], xy[:, 1])) * (1 << level), part, row_of_part)


def _vertices(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    parts, owner = shapely.get_parts(lines, return_index=True)
    return *shapely.get_coordinates(parts, return_index=True), owner


class View:
    """The cells of one filter that may be seen, and their counts of people at any level down to ``FINEST``."""

    def __init__(
        self,
        cells: Cells,
        person_of_row: np.ndarray,
        weights: np.ndarray,
        minimum: int,
        keep: np.ndarray | None = None,
        recent: Cells | None = None,
    ) -> None:
        """``weights[person]`` is how many people a person index stands for; ``keep[row]`` is the filter. ``recent``
        are cells of rows that came later.
        """
        self.minimum = minimum
        self._cells = cells.arrays, (recent or Cells.none()).arrays
        self._who = np.ones(len(person_of_row), bool) if keep is None else keep, person_of_row, weights
        self._levels: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        blocks, people, _ = counting.people(*self._cells, _shift(BLOCK), self._who, _EVERY)
        self._seen = blocks[people >= minimum], _shift(BLOCK), False

    def __bool__(self) -> bool:
        """Whether there is anything to see."""
        return len(self._seen[0]) > 0

    def counts(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        """Sorted codes at ``level`` and the distinct people in each; computed once."""
        if level not in self._levels:
            self._levels[level] = counting.people(*self._cells, _shift(level), self._who, self._seen)[:2]
        return self._levels[level]

    def between(self, level: int, low: int, high: int) -> tuple[np.ndarray, np.ndarray]:
        """``counts`` for the codes at ``level`` in [low, high)."""
        codes, people = self.counts(level)
        part = slice(*np.searchsorted(codes, np.array([low, high], np.uint64)))
        return codes[part], people[part]


def _shift(level: int) -> np.uint64:
    return np.uint64(2 * (LEVEL - level))


def everyone(
    cells: Cells, recent: Cells, keep: np.ndarray, person_of_row: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes as they are, distinct people (weighted) and registrations of the rows to ``keep``, however few."""
    return counting.people(cells.arrays, recent.arrays, np.uint64(0), (keep, person_of_row, weights), _EVERY)


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
