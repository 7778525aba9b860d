"""Points of a vector tile with one attribute each, as the Feature messages of a layer, in one compiled pass.

(Mapbox Vector Tile 2.1, 4.3: MoveTo of one point is 9, then zigzag x and y; Protocol Buffers for the rest.)
"""

from __future__ import annotations

import numpy as np
from numba import njit

_MOVE_TO_ONE = 9


@njit(cache=True, nogil=True)
def features(x: np.ndarray, y: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The bytes of one feature for each point in whole units of the tile; ``keys`` and ``values`` are positions in the
    layer's lists.
    """
    total = 0
    for n in range(len(x)):
        message = 7 + _size(keys[n]) + _size(values[n]) + _size(_zigzag(x[n])) + _size(_zigzag(y[n]))
        total += 1 + _size(message) + message
    out = np.empty(total, np.uint8)
    at = 0
    for n in range(len(x)):
        tags = _size(keys[n]) + _size(values[n])
        drawn = 1 + _size(_zigzag(x[n])) + _size(_zigzag(y[n]))
        at = _put(out, at, 2 << 3 | 2)
        at = _put(out, at, 6 + tags + drawn)
        at = _put(out, at, 1 << 4 | 2)
        at = _put(out, at, tags)
        at = _put(out, at, keys[n])
        at = _put(out, at, values[n])
        at = _put(out, at, 3 << 3)
        at = _put(out, at, 1)
        at = _put(out, at, 4 << 3 | 2)
        at = _put(out, at, drawn)
        at = _put(out, at, _MOVE_TO_ONE)
        at = _put(out, at, _zigzag(x[n]))
        at = _put(out, at, _zigzag(y[n]))
    return out


@njit(cache=True, nogil=True)
def _zigzag(number: int) -> int:
    return (number << 1) ^ (number >> 63)


@njit(cache=True, nogil=True)
def _size(number: int) -> int:
    size = 1
    while number >= 128:
        number >>= 7
        size += 1
    return size


@njit(cache=True, nogil=True)
def _put(out: np.ndarray, at: int, number: int) -> int:
    while number >= 128:
        out[at] = number & 127 | 128
        number >>= 7
        at += 1
    out[at] = number
    return at + 1
