"""The fixed hexagons: every point in exactly the cell whose polygon holds it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import grid

metre = st.floats(-1e6, 8e6, allow_nan=False)


@given(x=metre, y=metre, width=st.sampled_from([50.0, 100.0, 250.0, 1000.0]))
def test_a_point_lies_in_the_hexagon_of_its_cell(x: float, y: float, width: float) -> None:
    (key,) = grid.cells(np.array([x]), np.array([y]), width)
    (hexagon,) = grid.hexagons(np.array([key]), width)
    assert hexagon.distance(shapely.Point(x, y)) < 1e-6 * width


@given(x=metre, y=metre)
def test_a_hexagon_is_as_wide_as_was_asked(x: float, y: float) -> None:
    (hexagon,) = grid.hexagons(grid.cells(np.array([x]), np.array([y]), 100.0), 100.0)
    west, _, east, _ = hexagon.bounds
    assert east - west == pytest.approx(100)
    assert hexagon.area == pytest.approx(np.sqrt(3) / 2 * 100**2)


@given(q=st.integers(-(2**29), 2**29), r=st.integers(-(2**29), 2**29))
def test_a_key_unpacks_to_what_was_packed(q: int, r: int) -> None:
    found = grid.unpack(grid.pack(np.array([q]), np.array([r])))
    assert (int(found[0][0]), int(found[1][0])) == (q, r)


def test_neighbouring_hexagons_tile_the_plane() -> None:
    x, y = np.meshgrid(np.arange(0, 2000, 15.0), np.arange(0, 2000, 15.0))
    keys = np.unique(grid.cells(x.ravel(), y.ravel(), 100.0))
    shapes = grid.hexagons(keys, 100.0)
    assert shapely.union_all(shapes).area == pytest.approx(sum(shape.area for shape in shapes), rel=1e-9)


def test_a_line_counts_once_in_each_hexagon_it_crosses() -> None:
    line = shapely.LineString([(0, 0), (900, 400), (0, 0), (900, 400)])
    index, keys = grid.cells_of(np.array([line], dtype=object), 100.0)
    assert len(set(keys.tolist())) == len(keys)
    assert set(index.tolist()) == {0}
    grown = list(grid.hexagons(keys, 100.0))
    assert shapely.union_all(grown).buffer(1).covers(line)
    assert all(hexagon.intersects(line) for hexagon in grown)


@pytest.mark.parametrize(
    "shape",
    [shapely.Point(3, 4), shapely.LineString([(0, 0), (0.1, 0)]), shapely.box(0, 0, 3, 3), shapely.box(0, 0, 500, 500)],
)
def test_every_shape_counts_somewhere(shape: shapely.Geometry) -> None:
    _, keys = grid.cells_of(np.array([shape], dtype=object), 100.0)
    assert len(keys) >= 1
    found = grid.hexagons(keys, 100.0)
    assert all(hexagon.distance(shape) < 1e-6 for hexagon in found)
    assert shapely.union_all(found).buffer(1e-6).covers(shape)


def test_nothing_counts_nowhere() -> None:
    index, keys = grid.cells_of(np.empty(0, dtype=object), 100.0)
    assert len(index) == len(keys) == 0
