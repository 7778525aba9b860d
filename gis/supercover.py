"""Which cells of a grid lines pass through: every one, and each once for each line.

Every crossing of a grid line enters one new cell, whose other coordinate is the line's position at the crossing. No
sampling, no sorting.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from gis import once
from gis.morton import spread_one


@njit(cache=True, nogil=True)
def walk(xy: np.ndarray, part: np.ndarray, row_of_part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(row, Morton code of the cell), the rows in order.

    ``xy`` (n, 2) are vertices in cells, ``part[n]`` the part a vertex is of, ``row_of_part`` ascending.
    """
    total, largest = _bounds(xy, part, row_of_part)
    rows, codes = np.empty(total, np.uint32), np.empty(total, np.uint64)
    values, owners = once.table(largest)
    found = 0
    for n in range(len(xy)):
        row = row_of_part[part[n]]
        code = _code(np.floor(xy[n, 0]), np.floor(xy[n, 1]))
        if once.first_time(code, row, values, owners):
            rows[found], codes[found] = row, code
            found += 1
        if n + 1 == len(xy) or part[n + 1] != part[n]:
            continue
        for axis in range(2):
            p, q = xy[n, axis], xy[n + 1, axis]
            r, s = xy[n, 1 - axis], xy[n + 1, 1 - axis]
            first, last = int(np.floor(p)), int(np.floor(q))
            step = 1 if last > first else -1
            for nth in range(abs(last - first)):
                cell = first + step * (nth + 1)
                edge = cell if step > 0 else cell + 1
                across = r + (edge - p) / (q - p) * (s - r)
                across = np.floor(min(max(across, min(r, s)), max(r, s)))
                code = _code(cell, across) if axis == 0 else _code(across, cell)
                if once.first_time(code, row, values, owners):
                    rows[found], codes[found] = row, code
                    found += 1
    return rows[:found].copy(), codes[:found].copy()


@njit(cache=True, nogil=True)
def _code(x: float, y: float) -> np.uint64:
    return spread_one(np.uint64(x)) | (spread_one(np.uint64(y)) << np.uint64(1))


@njit(cache=True, nogil=True)
def _bounds(xy: np.ndarray, part: np.ndarray, row_of_part: np.ndarray) -> tuple[int, int]:
    """At most how many cells all lines touch together, and the longest of them."""
    total, largest, here, row = 0, 0, 0, -1
    for n in range(len(xy)):
        if row_of_part[part[n]] != row:
            row, here = row_of_part[part[n]], 0
        entered = 1
        if n and part[n - 1] == part[n]:
            for axis in range(2):
                entered += abs(int(np.floor(xy[n, axis])) - int(np.floor(xy[n - 1, axis])))
        total, here = total + entered, here + entered
        largest = max(largest, here)
    return total, largest
