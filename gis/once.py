"""Each value once for each row: a small hash table for compiled loops over many rows."""

from __future__ import annotations

import numpy as np
from numba import njit

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@njit(cache=True, nogil=True)
def table(most: int) -> tuple[np.ndarray, np.ndarray]:
    """Room for ``most`` different values of one row at a time: the values, and the row that put them there."""
    size = 8
    while size < 2 * most:
        size *= 2
    return np.empty(size, np.uint64), np.full(size, -1, np.int64)


@njit(cache=True, nogil=True)
def first_time(value: np.uint64, row: int, values: np.ndarray, owners: np.ndarray) -> bool:
    """Whether the row has not had this value before; from now on it has. Rows must come one after the other."""
    last = np.uint64(len(values) - 1)
    at = ((value * _GOLDEN) >> np.uint64(20)) & last
    while owners[at] == row:
        if values[at] == value:
            return False
        at = (at + np.uint64(1)) & last
    owners[at], values[at] = row, value
    return True
