"""Vertices read straight from WKB against shapely's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import wkb

number = st.floats(-180, 180)
point = st.tuples(number, number)
line = st.lists(point, min_size=2, max_size=6)
ring = st.lists(point, min_size=3, max_size=5)
geometry = st.one_of(
    st.none(),
    point.map(shapely.Point),
    line.map(shapely.LineString),
    st.lists(point, min_size=1, max_size=4).map(shapely.MultiPoint),
    st.lists(line, min_size=1, max_size=3).map(shapely.MultiLineString),
    st.tuples(ring, st.lists(ring, max_size=2)).map(lambda rings: shapely.Polygon(*rings)),
    st.lists(ring, min_size=1, max_size=3).map(lambda rings: shapely.MultiPolygon([(r, []) for r in rings])),
)


def as_column(shapes: list[Any]) -> pa.BinaryArray:
    return pa.array(shapely.to_wkb(np.array(shapes, dtype=object), byte_order=1).tolist(), pa.binary())


@given(st.lists(geometry, max_size=8))
def test_every_vertex_is_read_with_its_part_and_its_row(shapes: list[Any]) -> None:
    found = wkb.vertices(as_column(shapes))
    parts: list[Any] = []
    rows: list[int] = []
    for row, shape in enumerate(shapes):
        for part in [] if shape is None else shapely.get_parts(shape):
            rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
            parts += rings
            rows += [row] * len(rings)
    wanted, part = shapely.get_coordinates(parts, return_index=True)
    assert np.array_equal(found.xy, wanted)
    assert np.array_equal(found.part, part)
    assert found.row_of_part.tolist() == rows
    assert found.dimension.tolist() == [shapely.get_dimensions(shape) for shape in shapes]


def test_a_slice_of_a_column_is_read_from_where_it_begins() -> None:
    column = as_column([shapely.Point(n, -n) for n in range(5)]).slice(2, 2)
    assert wkb.vertices(column).xy.tolist() == [[2, -2], [3, -3]]


@pytest.mark.parametrize("shape", [shapely.GeometryCollection([shapely.Point(1, 2)]), shapely.Point(1, 2, 3)])
def test_what_is_no_point_line_or_polygon_of_the_plane_is_refused(shape: Any) -> None:
    with pytest.raises(ValueError, match="little-endian"):
        wkb.vertices(pa.array([shapely.to_wkb(shape, byte_order=1)], pa.binary()))
