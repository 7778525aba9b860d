"""Vertices straight out of very many geometries as little-endian WKB, without an object for each.

(OGC 06-103r4, 8.2: a byte for the order, a type, counts, coordinates; no Z, no M, no SRID.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numba import njit

_DIMENSION = np.array([-1, 0, 1, 2, 0, 1, 2, -1], np.int8)


@dataclass(frozen=True)
class Vertices:
    """``xy`` (n, 2); ``part`` the part each vertex is of: a point, a line or a ring; ``row_of_part`` ascending;
    ``dimension`` of each row, -1 where there is no geometry.
    """

    xy: np.ndarray
    part: np.ndarray
    row_of_part: np.ndarray
    dimension: np.ndarray


def vertices(shapes: pa.BinaryArray, wanted: np.ndarray | None = None) -> Vertices:
    """Of points, lines and polygons, single or multi, of the ``wanted`` rows. Raises ValueError for anything else."""
    _, offsets, content = shapes.buffers()
    at = np.frombuffer(offsets, np.int32)[shapes.offset : shapes.offset + len(shapes) + 1]
    data = np.frombuffer(content or b"", np.uint8)
    there = shapes.is_valid().to_numpy(zero_copy_only=False)
    there = there if wanted is None else there & wanted
    coordinates, parts = _sizes(data, at, there)
    if coordinates < 0:
        raise ValueError("not a point, line or polygon in little-endian WKB")
    xy = np.empty((coordinates, 2))
    part, row_of_part = np.empty(coordinates, np.int64), np.empty(parts, np.int64)
    kinds = _read(data, at, there, xy.view(np.uint8).reshape(-1), part, row_of_part)
    return Vertices(xy, part, row_of_part, _DIMENSION[kinds])


@njit(cache=True, nogil=True)
def _whole(data: np.ndarray, at: int) -> int:
    found = np.int64(0)
    for byte in range(4):
        found |= np.int64(data[at + byte]) << 8 * byte
    return int(found)


@njit(cache=True, nogil=True)
def _sizes(data: np.ndarray, offsets: np.ndarray, there: np.ndarray) -> tuple[int, int]:
    """How many vertices and parts; (-1, -1) for what cannot be read."""
    vertices = parts = 0
    for row in range(len(there)):
        if there[row]:
            more, also = _geometry(data, int(offsets[row]), np.empty(0, np.uint8), 0, np.empty(0, np.int64), 0)[1:]
            if more < 0:
                return -1, -1
            vertices, parts = vertices + more, parts + also
    return vertices, parts


@njit(cache=True, nogil=True)
def _read(
    data: np.ndarray,
    offsets: np.ndarray,
    there: np.ndarray,
    out: np.ndarray,
    part: np.ndarray,
    row_of_part: np.ndarray,
) -> np.ndarray:
    kinds = np.zeros(len(there), np.int64)
    vertices = parts = 0
    for row in range(len(there)):
        if there[row]:
            kinds[row] = _whole(data, offsets[row] + 1)
            _, more, also = _geometry(data, int(offsets[row]), out, vertices, part, parts)
            row_of_part[parts : parts + also] = row
            vertices, parts = vertices + more, parts + also
    return kinds


@njit(cache=True, nogil=True)
def _geometry(
    data: np.ndarray, at: int, out: np.ndarray, first: int, part: np.ndarray, parts: int
) -> tuple[int, int, int]:
    """Where it ends, its vertices and its parts, written to ``out`` and ``part`` from there on if they have room."""
    kind = _whole(data, at + 1)
    if data[at] != 1 or kind < 1 or kind > 6:
        return at, -1, -1
    many = 1
    at += 5
    if kind > 3:
        many = _whole(data, at)
        at += 4
    vertices = rings = 0
    for _ in range(many):
        if kind > 3:
            at += 5
        lines = 1
        if kind in (3, 6):
            lines = _whole(data, at)
            at += 4
        for _ in range(lines):
            points = 1
            if kind not in (1, 4):
                points = _whole(data, at)
                at += 4
            if len(out):
                begin = 16 * (first + vertices)
                out[begin : begin + 16 * points] = data[at : at + 16 * points]
                part[first + vertices : first + vertices + points] = parts + rings
            at += 16 * points
            vertices += points
            rings += 1
    return at, vertices, rings
