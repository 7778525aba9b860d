"""Outlines of areas in the browser, held against shapely: what crosses, how large it is, which loop a hand meant."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from playwright.sync_api import Page

from gis.crs import WGS84, project
from tests import builders as a
from tests.maps.conftest import DESK, Served

pytestmark = pytest.mark.browser


@pytest.fixture
def run(served: Served, visit: Callable[..., Page]) -> Callable[[str, Any], Any]:
    """``run("x.map(ring => m.size(ring))", rings)``: an expression over core/rings.js."""
    page = visit(served.url, size=DESK, touch=False)
    build = re.search(r"/static/(\w+)/", page.content())
    assert build is not None
    address = f"/static/{build[1]}/maps/core/rings.js"

    def evaluate(expression: str, x: Any) -> Any:
        program = f"async ([address, x]) => {{ const m = await import(address); return ({expression}); }}"
        return page.evaluate(program, [address, x])

    return evaluate


def rings(count: int = 300) -> list[list[list[float]]]:
    """Random rings near the centre, about half of which cross themselves."""
    rng = np.random.default_rng(7)
    found = []
    for number in range(count):
        corners = rng.integers(3, 9)
        if number % 2:
            angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
            xy = np.column_stack([np.cos(angles), np.sin(angles)]) * rng.uniform(40, 400, (corners, 1))
        else:
            xy = rng.uniform(-400, 400, (corners, 2))
        found.append([list(point.coords[0]) for point in (a.at(x, y) for x, y in xy)])
    return found


def test_a_ring_crosses_itself_where_shapely_says_so(run: Any) -> None:
    made = rings()
    wanted = [not shapely.LinearRing(ring).is_simple for ring in made]
    assert 40 < sum(wanted) < 260
    assert run("x.map(ring => m.crosses(ring, {closed: true}))", made) == wanted
    lines = [not shapely.LineString(ring).is_simple for ring in made]
    assert run("x.map(ring => m.crosses(ring))", made) == lines


def test_the_size_of_a_ring_is_right_within_a_hundredth(run: Any) -> None:
    made = [ring for ring in rings() if shapely.LinearRing(ring).is_simple]
    wanted = [project(shapely.Polygon(ring), WGS84, a.EPSG).area for ring in made]
    assert run("x.map(ring => m.size(ring))", made) == pytest.approx(wanted, rel=0.01)


def test_a_polygon_is_closed_valid_and_turns_to_the_left(run: Any) -> None:
    made = [ring for ring in rings(60) if shapely.LinearRing(ring).is_simple]
    for shape in run("x.map(ring => m.polygon(ring))", made):
        found = shapely.Polygon(shape["coordinates"][0])
        assert found.is_valid
        assert found.exterior.is_ccw
        assert shape["coordinates"][0][0] == shape["coordinates"][0][-1]


def circle(turns: float, radius: float = 200) -> list[list[float]]:
    """A hand's circle, drawn so far round, drifting a little inwards."""
    steps = np.linspace(0, turns * 2 * math.pi, 90)
    reach = radius * (1 - 0.06 * steps / (2 * math.pi))
    return [list(a.at(r * math.cos(t), r * math.sin(t) * 1.1).coords[0]) for t, r in zip(steps, reach, strict=True)]


@pytest.mark.parametrize("turns", [0.85, 0.95, 1.0])
def test_a_loop_that_nearly_closes_is_the_one_that_was_meant(run: Any, turns: float) -> None:
    drawn = circle(turns)
    kept = run("m.loop(x)", drawn)
    assert kept is not None
    assert shapely.Polygon(kept).is_valid


def test_ends_that_overshoot_are_cut_off_where_they_cross(run: Any) -> None:
    drawn = [list(a.at(x, y).coords[0]) for x, y in ((-20, 60), (200, 60), (200, 300), (0, 300), (0, 20))]
    kept = run("m.loop(x)", drawn)
    assert kept is not None
    assert shapely.Polygon(kept).is_valid
    inside = project(shapely.Polygon(kept), WGS84, a.EPSG)
    assert inside.area == pytest.approx(200 * 240, rel=0.01)


def test_a_knot_is_no_loop(run: Any) -> None:
    knot = [
        list(a.at(x, y).coords[0]) for x, y in ((0, 0), (300, 300), (300, 0), (0, 300), (0, 10), (150, 400), (200, 0))
    ]
    assert run("m.loop(x)", knot) is None
