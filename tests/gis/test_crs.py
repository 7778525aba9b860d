"""Reprojection, held against published positions."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis.crs import project, project_xy

# On a zone's central meridian the easting is 500 km and the northing 0.9996 times the meridian arc of GRS80,
# which from the equator to 60° N is 6 654 072.819 m.
ARC_60 = 6_654_072.819


@pytest.mark.parametrize(("meridian", "epsg"), [(9.0, 25832), (15.0, 25833), (27.0, 25835)])
def test_the_central_meridian_lies_where_the_ellipsoid_says(meridian: float, epsg: int) -> None:
    found = project(shapely.Point(meridian, 60), 4326, epsg)
    assert found.distance(shapely.Point(500_000, 0.9996 * ARC_60)) < 0.01


@pytest.mark.parametrize("epsg", [25832, 25833, 25835])
def test_there_and_back_is_the_same_place(epsg: int) -> None:
    points = shapely.points([[5.0, 58.0], [10.5, 59.8], [31.0, 71.0]])
    back = project(project(points, 4326, epsg), epsg, 4326)
    assert shapely.distance(points, back).max() < 1e-9


def test_nothing_stays_nothing_and_the_same_crs_moves_nothing() -> None:
    line = shapely.LineString([(10, 59), (11, 60)])
    assert project(None, 4326, 25832) is None
    assert project(line, 4326, 4326) is line
    mixed = project(np.array([line, None], dtype=object), 4326, 25832)
    assert mixed[1] is None


def test_arrays_of_coordinates_move_as_geometries_do() -> None:
    x, y = project_xy(np.array([10.5]), np.array([59.8]), 4326, 25832)
    assert shapely.Point(x[0], y[0]).distance(project(shapely.Point(10.5, 59.8), 4326, 25832)) < 1e-6
