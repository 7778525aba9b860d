"""Vector tiles: rows of a ``Layer`` cut to XYZ tiles, and the cells of a ``density.View``, as MVT 2.1.

Written for the Mapbox Vector Tile Specification, version 2.1. A tile is a square of ``EXTENT`` units, x east and y
south; a layer's rows go on for ``BUFFER`` units outside it, so that no outline shows where two tiles meet.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from gis import vector_points
from gis.crs import WEB_MERCATOR_WORLD_M, WGS84, project, project_xy
from gis.density import FINEST, View, deinterleave, interleave
from gis.layer import Layer
from gis.repeating import repeated
from gis.varints import packed, sizes, varint, zigzag

EXTENT = 4096
BUFFER = 64
WEB_MERCATOR = 3857
CELL_STEPS = 6
FINEST_OVERVIEW = FINEST - CELL_STEPS
FINEST_LAYER = 14
_LEAST_PX = 2
_VALUES_KEPT = 4096
_MARGINS = (-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
_POINT, _LINE, _POLYGON = 1, 2, 3
_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 15


@dataclass(frozen=True)
class Attribute:
    """A column: row n has ``values[codes[n]]``, an encoded Value message, and nothing where its code is negative."""

    name: str
    codes: np.ndarray
    values: Sequence[bytes]

    @classmethod
    def of(cls, name: str, values: Sequence[Any]) -> Attribute:
        """Of text, whole numbers, real numbers or booleans, or None."""
        column = pa.array(values)
        coded = (column.cast(pa.string()) if column.type == pa.null() else column).dictionary_encode()
        codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return cls(name, codes, [_value(value) for value in coded.dictionary.to_pylist()])

    def of_rows(self, rows: np.ndarray) -> Attribute:
        return Attribute(self.name, self.codes[rows], self.values)


def overview(view: View, z: int, x: int, y: int, name: str) -> bytes | None:
    """The tile of everything that may be seen: each cell of a 64th of the tile, as the point in its middle, with the
    distinct ``people`` in it, or ``withheld`` if they are fewer than the view's minimum. None if there is nothing.

    ``z``: at most ``FINEST_OVERVIEW``.
    """
    span = 1 << (2 * CELL_STEPS)
    first = int(interleave(np.array([x], np.uint64), np.array([y], np.uint64))[0]) * span
    codes, people = view.between(z + CELL_STEPS, first, first + span)
    if not len(codes):
        return None
    column, row = deinterleave(codes - np.uint64(first))
    side = EXTENT >> CELL_STEPS
    x_, y_ = (axis.astype(np.int64) * side + side // 2 for axis in (column, row))
    counts, at = np.unique(people.astype(np.int64), return_inverse=True)
    shown = people >= view.minimum
    drawn = vector_points.features(x_, y_, np.where(shown, 0, 1), np.where(shown, at, len(counts)))
    values = [*map(_value, counts.tolist()), _value(True)]
    return _layer(name, drawn.tobytes(), ("people", "withheld"), values)


class Tiled:
    """A layer's rows in Web Mercator, ready to be cut. ``bounds``: west, south, east, north in WGS 84, or None."""

    def __init__(self, layer: Layer) -> None:
        rows = layer.collect()
        self.name = layer.name
        self.attributes = [Attribute.of(field.name, rows.values(field.name)) for field in layer.fields]
        self.bounds: tuple[float, ...] | None = None
        if len(rows):
            self.bounds = tuple(shapely.total_bounds(project(rows.geometry, layer.epsg, WGS84)).tolist())
        metric = project(rows.geometry, layer.epsg, WEB_MERCATOR)
        self._geometry = shapely.transform(metric, lambda xy: xy * (1, -1) / WEB_MERCATOR_WORLD_M + 0.5)
        self._tree = shapely.STRtree(self._geometry)
        self._clearance = shapely.minimum_clearance(self._geometry)
        self._paths = Paths.of(self._geometry)

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Everything of the layer in tile z/x/y, or None if there is nothing.

        A row that lies inside and whose vertices are so far apart that whole units cannot break it is only rounded.
        """
        scale, corner = EXTENT << z, np.array([x, y]) * EXTENT
        margins = (np.reshape(_MARGINS, (2, 2)) + corner) / scale
        near = np.sort(self._tree.query(shapely.box(*margins.ravel())))
        extents = shapely.bounds(self._geometry[near])
        inside = (extents[:, :2] >= margins[0]).all(axis=1) & (extents[:, 2:] <= margins[1]).all(axis=1)
        inside &= self._clearance[near] * scale > 2
        over, within = near[~inside], near[inside]
        cut = clipped(shapely.transform(self._geometry[over], lambda xy: xy * scale - corner))
        left = ~shapely.is_empty(cut)
        rows = np.concatenate([within, over[left]])
        if not len(rows):
            return None
        rounded = self._paths.of_rows(within).moved(scale, corner)
        drawn = Paths.joined(rounded, Paths.of(cut[left]), len(within))
        return _tile(self.name, drawn, [each.of_rows(rows) for each in self.attributes])


def coarsest(width: float, latitude: float) -> int:
    """The first zoom at which what is ``width`` metres wide on the ground is at least two of a tile's 256 pixels."""
    across = WEB_MERCATOR_WORLD_M * np.cos(np.radians(latitude)) / 256
    return max(int(np.ceil(np.log2(_LEAST_PX * across / width))), 0)


def covering(bounds: Sequence[float], z: int) -> tuple[int, int, int, int]:
    """First and last column, first and last row of the tiles that hold ``bounds`` (WGS 84)."""
    x, y = project_xy(np.array(bounds[0::2]), np.array(bounds[1::2]), WGS84, WEB_MERCATOR)
    at = np.concatenate([x, -y[::-1]]) / WEB_MERCATOR_WORLD_M + 0.5
    west, east, north, south = np.clip(np.floor(at * (1 << z)), 0, (1 << z) - 1).astype(int).tolist()
    return west, east, north, south


def clipped(geometry: np.ndarray) -> np.ndarray:
    """Geometries in a tile's units cut to it and its margin, on whole units and valid; empty where nothing is left."""
    box = shapely.box(*_MARGINS)
    whole = shapely.transform(shapely.clip_by_rect(geometry, *_MARGINS), np.rint)
    fine = shapely.is_valid(whole)
    whole[fine] = shapely.remove_repeated_points(whole[fine])
    whole[~fine] = shapely.set_precision(shapely.intersection(geometry[~fine], box), 1)
    same = shapely.get_dimensions(whole) == shapely.get_dimensions(geometry)
    return np.where(same, whole, shapely.Point())


@dataclass(frozen=True)
class Paths:
    """What rows are drawn with: coordinates ``xy``, and for each path (all points of a row, a line, a ring) how many of
    them are its own, its row and its kind, in the order of the rows. Rings are not closed; where y grows to the south,
    outer ones go round clockwise.
    """

    xy: np.ndarray
    counts: np.ndarray
    row: np.ndarray
    kinds: np.ndarray

    @classmethod
    def of(cls, geometry: np.ndarray) -> Paths:
        kinds = shapely.get_dimensions(geometry).astype(np.int64) + 1
        parts, owner = shapely.get_parts(shapely.orient_polygons(geometry), return_index=True)
        fits = shapely.get_dimensions(parts) + 1 == kinds[owner]
        parts, owner = parts[fits], owner[fits]
        rings, part = shapely.get_rings(parts, return_index=True)
        flat = kinds[owner] == _POLYGON
        row = np.concatenate([owner[~flat], owner[part]])
        order = np.argsort(row, kind="stable")
        row = row[order]
        xy, path = shapely.get_coordinates(np.concatenate([parts[~flat], rings])[order], return_index=True)
        closes = np.append(path[1:] != path[:-1], True)[: len(path)] & (kinds[row[path]] == _POLYGON)
        xy, path = xy[~closes], path[~closes]
        at = row[path]
        begins = (path[1:] != path[:-1]) & ((at[1:] != at[:-1]) | (kinds[at[1:]] != _POINT))
        path = np.cumsum(np.append(False, begins)[: len(path)])
        at = at[np.unique(path, return_index=True)[1]]
        return cls(xy, np.bincount(path), at, kinds[at])

    @classmethod
    def joined(cls, first: Paths, second: Paths, rows: int) -> Paths:
        """The second's rows after the first's, which are so many."""
        return cls(
            np.concatenate([first.xy, second.xy]),
            np.concatenate([first.counts, second.counts]),
            np.concatenate([first.row, second.row + rows]),
            np.concatenate([first.kinds, second.kinds]),
        )

    def of_rows(self, rows: np.ndarray) -> Paths:
        first = np.searchsorted(self.row, rows)
        each = np.searchsorted(self.row, rows, side="right") - first
        found, nth = repeated(each)
        path = first[found] + nth
        counts = self.counts[path]
        begins = (np.cumsum(self.counts) - self.counts)[path]
        drawn, nth = repeated(counts)
        return Paths(self.xy[begins[drawn] + nth], counts, found, self.kinds[path])

    def moved(self, scale: float, corner: np.ndarray) -> Paths:
        """To whole units of a tile."""
        return replace(self, xy=np.rint(self.xy * scale - corner))


def encode(name: str, geometry: np.ndarray, attributes: Sequence[Attribute]) -> bytes:
    """A tile of one layer: points, lines and polygons in whole units of the tile, none of them empty."""
    return _tile(name, Paths.of(geometry), attributes)


def _commands(paths: Paths) -> tuple[np.ndarray, np.ndarray]:
    """The command integers of all rows, one after the other, and how many are each row's (section 4.3)."""
    xy, counts, row = paths.xy.astype(np.int64), paths.counts, paths.row
    drawn, closed = paths.kinds >= _LINE, paths.kinds == _POLYGON
    length = 1 + 2 * counts + drawn + closed
    first = np.cumsum(length) - length
    out = np.empty(int(length.sum()), np.int64)
    out[first] = np.where(drawn, 1 << 3, counts << 3) | _MOVE_TO
    out[first[drawn] + 3] = (counts[drawn] - 1) << 3 | _LINE_TO
    out[(first + length - 1)[closed]] = _CLOSE_PATH
    path, nth = repeated(counts)
    at = first[path] + 1 + 2 * nth + (drawn[path] & (nth > 0))
    begins = np.append(True, row[path][1:] != row[path][:-1])[: len(xy)]
    before = np.where(begins[:, None], 0, np.roll(xy, 1, axis=0))
    out[at], out[at + 1] = zigzag(xy - before).T
    return out, np.bincount(row, length).astype(np.int64)


def _tile(name: str, paths: Paths, attributes: Sequence[Attribute]) -> bytes:
    """``attributes`` of the same rows, each of which has a path."""
    kinds = paths.kinds[np.unique(paths.row, return_index=True)[1]]
    tags, of_row, values = _tags(attributes, len(kinds))
    drawn = _features(kinds, tags, of_row, *_commands(paths))
    return _layer(name, drawn, [each.name for each in attributes], values)


def _layer(name: str, features: bytes, keys: Iterable[str], values: Iterable[bytes]) -> bytes:
    """A tile of one layer (section 4.1); ``values`` are fields of it already."""
    layer = [_field(1, name.encode()), features]
    layer += [_field(3, key.encode()) for key in keys]
    layer += values
    layer += [bytes([5 << 3]), varint(EXTENT), bytes([15 << 3, 2])]
    return _field(3, b"".join(layer))


def _features(
    kinds: np.ndarray, tags: np.ndarray, tags_of: np.ndarray, commands: np.ndarray, commands_of: np.ndarray
) -> bytes:
    """All Feature messages. They hold varints only, so that all rows are one array of numbers: field and length of the
    message, field, length and numbers of its tags, its type, and field, length and numbers of its geometry.
    """
    tag_bytes, command_bytes = _bytes_of(tags, tags_of), _bytes_of(commands, commands_of)
    message = 4 + sizes(tag_bytes) + tag_bytes + sizes(command_bytes) + command_bytes
    length = 8 + tags_of + commands_of
    first = np.cumsum(length) - length
    out = np.empty(int(length.sum()), np.int64)
    for nth, number in enumerate(np.broadcast_arrays(2 << 3 | 2, message, 2 << 3 | 2, tag_bytes)):
        out[first + nth] = number
    for nth, number in enumerate(np.broadcast_arrays(3 << 3, kinds, 4 << 3 | 2, command_bytes)):
        out[first + 4 + tags_of + nth] = number
    for begins, counts, numbers in ((first + 4, tags_of, tags), (first + 8 + tags_of, commands_of, commands)):
        row, at = repeated(counts)
        out[begins[row] + at] = numbers
    return packed(out)


def _tags(attributes: Sequence[Attribute], rows: int) -> tuple[np.ndarray, np.ndarray, list[bytes]]:
    """Pairs of key and value of all rows, one after the other; how many numbers are each row's; and the values."""
    values: list[bytes] = []
    pairs = np.full((rows, len(attributes), 2), -1, np.int64)
    for key, each in enumerate(attributes):
        has = each.codes >= 0
        used, at = np.unique(each.codes[has], return_inverse=True)
        pairs[has, key] = np.column_stack([np.full(len(at), key), at + len(values)])
        values += [each.values[code] for code in used.tolist()]
    has = pairs[:, :, 0] >= 0
    return pairs[has].ravel(), 2 * has.sum(axis=1), values


def _bytes_of(numbers: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """How many bytes the numbers of each row take."""
    total = np.append(0, np.cumsum(sizes(numbers)))
    ends = np.cumsum(counts)
    return np.asarray(total[ends] - total[ends - counts])


@lru_cache(_VALUES_KEPT, typed=True)
def _value(value: Any) -> bytes:
    """A Value message as a layer has it (section 4.1)."""
    if isinstance(value, str):
        message = _field(1, value.encode())
    elif isinstance(value, bool):
        message = bytes([7 << 3, value])
    elif isinstance(value, int):
        message = bytes([5 << 3]) + varint(value) if value >= 0 else bytes([6 << 3]) + varint(-2 * value - 1)
    else:
        message = struct.pack("<Bd", 3 << 3 | 1, value)
    return _field(4, message)


def _field(number: int, body: bytes) -> bytes:
    """A length-delimited field of a Protocol Buffers message."""
    return varint(number << 3 | 2) + varint(len(body)) + body
