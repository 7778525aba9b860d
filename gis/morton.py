"""Cells of a Web-Mercator quadtree as Morton codes: columns and rows of cells, bit by bit in turn."""

from __future__ import annotations

import numpy as np
from numba import njit

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


def interleave(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Morton codes of unsigned 26-bit cell columns and rows."""
    return _spread(x) | (_spread(y) << np.uint64(1))


def deinterleave(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cell columns and rows of Morton codes."""
    return _gather(codes), _gather(codes >> np.uint64(1))


def unit(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Web Mercator as fractions of the world, x east and y south, in [0, 1)."""
    x = lon / 360 + 0.5
    siny = np.clip(np.sin(np.radians(lat)), -0.9999, 0.9999)
    y = 0.5 - np.log((1 + siny) / (1 - siny)) / (4 * np.pi)
    top = 1 - 2.0**-40
    return np.clip(x, 0, top), np.clip(y, 0, top)


def _spread(v: np.ndarray) -> np.ndarray:
    for shift, mask in _SPREADING:
        v = (v | (v << shift)) & mask
    return v


def _gather(v: np.ndarray) -> np.ndarray:
    v = v & _SPREADING[-1][1]
    for shift, mask in _GATHERING:
        v = (v | (v >> shift)) & mask
    return v


@njit(cache=True, nogil=True)
def spread_one(v: np.uint64) -> np.uint64:
    """``interleave`` of one column, for compiled loops."""
    v = (v | (v << np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    v = (v | (v << np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    v = (v | (v << np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    v = (v | (v << np.uint64(2))) & np.uint64(0x3333333333333333)
    return (v | (v << np.uint64(1))) & np.uint64(0x5555555555555555)
