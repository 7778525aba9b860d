"""The fixed hexagon grid of what is published: pointy-top hexagons in a metric CRS, anchored at its origin.

A cell is ``(q, r)`` in axial coordinates, packed into one int64 key. The same width in the same CRS gives the same
cells for every process and every release, so figures of two releases speak of the same ground.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numba import njit

from gis import once

_SQRT3 = np.sqrt(3.0)
_OFFSET = 1 << 30
_SAMPLES_PER_WIDTH = 12


def cells(x: np.ndarray, y: np.ndarray, width: float) -> np.ndarray:
    """The key of the hexagon (``width`` metres from side to side) that each point lies in.

    Axial rounding of cube coordinates: the nearest centre is the cell.
    """
    size = width / _SQRT3
    q = (_SQRT3 / 3 * x - y / 3) / size
    r = (2 / 3 * y) / size
    s = -q - r
    rq, rr, rs = np.round(q), np.round(r), np.round(s)
    dq, dr, ds = np.abs(rq - q), np.abs(rr - r), np.abs(rs - s)
    fix_q = (dq > dr) & (dq > ds)
    fix_r = ~fix_q & (dr > ds)
    rq = np.where(fix_q, -rr - rs, rq)
    rr = np.where(fix_r, -rq - rs, rr)
    return pack(rq.astype(np.int64), rr.astype(np.int64))


def cells_of(geometry: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """For an array of points, lines and polygons: (index into the array, cell key), each pair once, in the array's
    order.

    Lines and outlines are sampled every twelfth of a width: a corner clipped by less than that is not counted. Inside,
    polygons are sampled every third of a width.
    """
    geometry = np.asarray(geometry, dtype=object)
    flat = np.flatnonzero(shapely.get_dimensions(geometry) == 2)
    drawn = geometry.copy()
    drawn[flat] = shapely.boundary(geometry[flat])
    parts, owner = shapely.get_parts(drawn, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    return cells_along(xy, part, owner, width, dict(zip(flat.tolist(), geometry[flat], strict=True)))


def cells_along(
    xy: np.ndarray, part: np.ndarray, row_of_part: np.ndarray, width: float, polygons: dict[int, Any]
) -> tuple[np.ndarray, np.ndarray]:
    """``cells_of`` from vertices: ``part[n]`` is the part a vertex is of, ``row_of_part`` ascends; ``polygons`` are
    those rows whose parts are rings.
    """
    index, keys = _along(xy, part, row_of_part, width, width / _SAMPLES_PER_WIDTH)
    if not polygons:
        return index, keys
    for row, polygon in polygons.items():
        inside = np.setdiff1d(_keys_inside(polygon, width), keys[index == row])
        index, keys = np.append(index, np.full(len(inside), row)), np.append(keys, inside)
    order = np.argsort(index, kind="stable")
    return index[order], keys[order]


@njit(cache=True, nogil=True)
def _along(
    xy: np.ndarray, part: np.ndarray, row_of_part: np.ndarray, width: float, step: float
) -> tuple[np.ndarray, np.ndarray]:
    """(row, cell key) of samples at most ``step`` apart along lines, each pair once; rows in order."""
    total, largest = _samples(xy, part, row_of_part, step)
    rows, keys = np.empty(total, np.int64), np.empty(total, np.int64)
    values, owners = once.table(largest)
    found, last = 0, -1
    for n in range(len(xy)):
        row = row_of_part[part[n]]
        joined = n + 1 < len(xy) and part[n + 1] == part[n]
        times = _times(xy[n], xy[n + 1], step) if joined else 1
        for nth in range(times):
            x, y = xy[n, 0], xy[n, 1]
            if nth:
                x += (xy[n + 1, 0] - x) * nth / times
                y += (xy[n + 1, 1] - y) * nth / times
            key = _cell(x, y, width)
            if (key != last or found == 0 or rows[found - 1] != row) and once.first_time(
                np.uint64(key), row, values, owners
            ):
                rows[found], keys[found] = row, key
                found += 1
            last = key
    return rows[:found].copy(), keys[:found].copy()


@njit(cache=True, nogil=True)
def _samples(xy: np.ndarray, part: np.ndarray, row_of_part: np.ndarray, step: float) -> tuple[int, int]:
    """How many samples there are, and the most of one row."""
    total, largest, here, row = 0, 0, 0, -1
    for n in range(len(xy)):
        if row_of_part[part[n]] != row:
            row, here = row_of_part[part[n]], 0
        taken = 1
        if n and part[n - 1] == part[n]:
            taken = _times(xy[n - 1], xy[n], step)
        total, here = total + taken, here + taken
        largest = max(largest, here)
    return total, largest


@njit(cache=True, nogil=True)
def _times(a: np.ndarray, b: np.ndarray, step: float) -> int:
    """Into how many parts, none longer than ``step``, the segment from a to b is cut."""
    return max(int(np.ceil(np.hypot(b[0] - a[0], b[1] - a[1]) / step)), 1)


@njit(cache=True, nogil=True)
def _cell(x: float, y: float, width: float) -> int:
    """``cells`` of one point."""
    size = width / _SQRT3
    q = (_SQRT3 / 3 * x - y / 3) / size
    r = (2 / 3 * y) / size
    rq, rr, rs = np.round(q), np.round(r), np.round(-q - r)
    dq, dr, ds = abs(rq - q), abs(rr - r), abs(rs + q + r)
    if dq > dr and dq > ds:
        rq = -rr - rs
    elif dr > ds:
        rr = -rq - rs
    return ((int(rq) + _OFFSET) << 32) | (int(rr) + _OFFSET)


def _keys_inside(polygon: Any, width: float) -> np.ndarray:
    """Cells of points a third of a width apart inside a polygon."""
    step = width / 3
    west, south, east, north = polygon.bounds
    x, y = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
    inside = shapely.contains_xy(polygon, x.ravel(), y.ravel())
    return cells(x.ravel()[inside], y.ravel()[inside], width)


def hexagons(keys: np.ndarray, width: float) -> Any:
    """The polygons of cell keys, in the metric CRS."""
    q, r = unpack(np.asarray(keys, dtype=np.int64))
    size = width / _SQRT3
    cx = size * (_SQRT3 * q + _SQRT3 / 2 * r)
    cy = size * 1.5 * r
    angles = np.radians(np.arange(30, 390, 60))
    ring = np.stack([cx[:, None] + size * np.cos(angles), cy[:, None] + size * np.sin(angles)], axis=-1)
    return shapely.polygons(np.concatenate([ring, ring[:, :1]], axis=1))


def pack(q: np.ndarray, r: np.ndarray) -> np.ndarray:
    return ((q + _OFFSET) << 32) | (r + _OFFSET)


def unpack(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return (keys >> 32) - _OFFSET, (keys & 0xFFFFFFFF) - _OFFSET
