from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis.crs import WGS84, project_xy
from gis.density import interleave, point_codes
from gis.raster import Window

degrees = st.tuples(st.floats(4, 31), st.floats(57, 71), st.floats(0, 0.2), st.floats(0, 0.2))


@given(degrees, st.integers(5, 16), st.floats(0, 1), st.floats(0, 1))
def test_every_point_of_the_bounds_is_in_the_cell_where_its_metres_are(
    box: tuple[float, float, float, float], level: int, across: float, up: float
) -> None:
    west, south, width, height = box
    window = Window.covering((west, south, west + width, south + height), level)
    lon, lat = np.array([west + across * width]), np.array([south + up * height])
    code = point_codes(lon, lat) >> np.uint64(2 * (26 - level))
    raster = window.filled(code, np.array([7]))
    assert raster.values.sum() == 7
    [row], [column] = np.nonzero(raster.values)
    x, y = project_xy(lon, lat, WGS84, 3857)
    assert abs(x[0] - (raster.west + (column + 0.5) * raster.cell)) <= raster.cell / 2 + 1e-6
    assert abs(y[0] - (raster.north - (row + 0.5) * raster.cell)) <= raster.cell / 2 + 1e-6


@given(st.integers(-3, 6), st.integers(-3, 6))
def test_what_lies_outside_is_left_out(column: int, row: int) -> None:
    window = Window(5, 10, 12, 4, 3)
    code = interleave(np.array([10 + column], np.uint64), np.array([12 + row], np.uint64))
    inside = 0 <= column < 4 and 0 <= row < 3
    assert window.filled(code, np.array([1])).values.sum() == inside
