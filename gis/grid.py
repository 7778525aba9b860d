"""The fixed hexagon grid of what is published: pointy-top hexagons in a metric CRS, anchored at its origin.

A cell is ``(q, r)`` in axial coordinates, packed into one int64 key. The same width in the same CRS gives the same
cells for every process and every release, so figures of two releases speak of the same ground.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

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
    """For an array of points, lines and polygons: (index into the array, cell key), each pair once.

    Lines and outlines are sampled every twelfth of a width: a corner clipped by less than that is not counted. Inside,
    polygons are sampled every third of a width.
    """
    geometry = np.asarray(geometry, dtype=object)
    flat = shapely.get_dimensions(geometry) == 2
    drawn = np.where(flat, shapely.boundary(geometry), geometry)
    dense = shapely.segmentize(drawn, width / _SAMPLES_PER_WIDTH)
    xy, index = shapely.get_coordinates(dense, return_index=True)
    for polygon in np.flatnonzero(flat):
        inside = _lattice(geometry[polygon], width / 3)
        xy, index = np.vstack([xy, inside]), np.concatenate([index, np.full(len(inside), polygon)])
    keys = cells(xy[:, 0], xy[:, 1], width)
    return _once(*_once(index, keys, ordered=True))


def _once(index: np.ndarray, keys: np.ndarray, *, ordered: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Each pair once, in order; if they are taken as ``ordered``, only repetitions that follow each other go."""
    if not ordered:
        order = np.lexsort((keys, index))
        index, keys = index[order], keys[order]
    first = np.ones(len(index), bool)
    first[1:] = (index[1:] != index[:-1]) | (keys[1:] != keys[:-1])
    return index[first], keys[first]


def _lattice(polygon: Any, step: float) -> np.ndarray:
    """Points ``step`` apart inside a polygon, as an (n, 2) array."""
    west, south, east, north = polygon.bounds
    x, y = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
    xy = np.column_stack([x.ravel(), y.ravel()])
    return xy[shapely.contains_xy(polygon, xy[:, 0], xy[:, 1])]


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
