"""Masking: whatever is drawn, what remains does not lead to the home."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import privacy

HOME = shapely.Point(0, 0)
SCHOOL = shapely.buffer(shapely.Point(1500, 0), 60)
coordinate = st.floats(-3000, 3000, allow_nan=False).map(lambda v: round(v, 2))
lines = st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=30, unique=True).map(shapely.LineString)


def generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def to_school(x: float = 0, y: float = 0) -> Any:
    return shapely.LineString([(x, y), (400, 300), (900, -100), (1500, 0)])


@given(seed=st.integers(0, 2**32), x=coordinate, y=coordinate)
def test_a_secret_zone_holds_the_home_deep_inside_and_off_centre(seed: int, x: float, y: float) -> None:
    home = shapely.Point(x, y)
    zone = privacy.secret_zone(home, generator(seed))
    assert zone.is_valid
    assert zone.contains(home)
    assert zone.exterior.distance(home) >= privacy.FLOOR
    assert zone.centroid.distance(home) > 30


@given(line=lines, seed=st.integers(0, 2**32))
def test_what_remains_keeps_its_distance_from_both_ends(line: Any, seed: int) -> None:
    masked = privacy.mask_route(line, [], rng=generator(seed))
    if masked.geometry is not None:
        for end in (line.coords[0], line.coords[-1]):
            assert masked.geometry.distance(shapely.Point(end)) >= privacy.FLOOR - 1e-6


@given(line=lines, seed=st.integers(0, 2**32))
def test_what_remains_is_part_of_what_was_drawn(line: Any, seed: int) -> None:
    masked = privacy.mask_route(line, [], rng=generator(seed))
    if masked.geometry is not None:
        assert shapely.covers(shapely.buffer(line, 0.01), masked.geometry)
        assert masked.geometry.length <= line.length + 1e-6
        zone = shapely.union_all(masked.zones)
        assert masked.geometry.intersection(zone).length < 0.01


@given(line=lines, seed=st.integers(0, 2**32))
def test_nothing_long_outside_the_zones_is_lost(line: Any, seed: int) -> None:
    masked = privacy.mask_route(line, [], rng=generator(seed))
    outside = shapely.difference(line, shapely.union_all(masked.zones))
    kept = 0.0 if masked.geometry is None else masked.geometry.length
    pieces = [p for p in shapely.get_parts(shapely.line_merge(outside)) if p.length >= privacy.SHORTEST_KEPT]
    longest = max((p.length for p in pieces), default=0.0)
    assert kept >= longest - 1e-6


def test_an_end_at_a_public_destination_is_kept() -> None:
    masked = privacy.mask_route(to_school(), [], destinations=SCHOOL, rng=generator(1))
    assert masked.geometry.distance(shapely.Point(1500, 0)) == 0
    assert masked.geometry.distance(HOME) >= privacy.FLOOR
    assert len(masked.zones) == 1


def test_both_ends_are_cut_where_no_destination_is_known() -> None:
    masked = privacy.mask_route(to_school(), [], rng=generator(1))
    assert len(masked.zones) == 2
    assert masked.geometry.distance(shapely.Point(1500, 0)) >= privacy.FLOOR


def test_many_routes_from_one_home_share_one_zone() -> None:
    zones: tuple[Any, ...] = ()
    rng = generator(3)
    for bearing in np.linspace(0, 2 * np.pi, 24, endpoint=False):
        x, y = 5 * np.cos(bearing), 5 * np.sin(bearing)
        far = (1500 * np.cos(bearing), 1500 * np.sin(bearing))
        goal = shapely.buffer(shapely.Point(far), 50)
        masked = privacy.mask_route(shapely.LineString([(x, y), far]), zones, destinations=goal, rng=rng)
        zones = masked.zones
    assert len(zones) == 1


def test_the_cut_ends_of_many_routes_do_not_circle_the_home() -> None:
    """The centre of the cut ends, an attacker's best guess from a constant circle, is not where the home is."""
    guesses = []
    for seed in range(60):
        zones: tuple[Any, ...] = ()
        cuts = []
        rng = generator(seed)
        for bearing in np.linspace(0, 2 * np.pi, 12, endpoint=False):
            far = shapely.Point(1500 * np.cos(bearing), 1500 * np.sin(bearing))
            line = shapely.LineString([HOME, far])
            masked = privacy.mask_route(line, zones, destinations=shapely.buffer(far, 50), rng=rng)
            zones = masked.zones
            cuts.append(shapely.get_coordinates(masked.geometry)[0])
        guesses.append(np.hypot(*np.mean(cuts, axis=0)))
    assert np.median(guesses) > 50
    assert np.mean(np.array(guesses) < 20) < 0.1


def test_masking_what_was_masked_takes_nothing_more() -> None:
    """A device that only has the stored line may send it again with a new comment."""
    first = privacy.mask_route(to_school(), [], destinations=SCHOOL, rng=generator(5))
    cuts = privacy.ends([first.geometry])
    second = privacy.mask_route(first.geometry, first.zones, destinations=SCHOOL, known_cuts=cuts, rng=generator(6))
    assert shapely.equals_exact(second.geometry, first.geometry, 1e-6)
    assert len(second.zones) == 1


def test_a_second_home_near_the_edge_of_the_first_zone_gets_its_own() -> None:
    zone = shapely.buffer(shapely.Point(0, 0), 300)
    masked = privacy.mask_route(
        shapely.LineString([(250, 0), (1500, 0)]), [zone], destinations=SCHOOL, rng=generator(2)
    )
    assert len(masked.zones) == 2
    assert masked.geometry.distance(shapely.Point(250, 0)) >= privacy.FLOOR


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        pytest.param(shapely.LineString([(0, 0), (100, 0)]), 0, id="short: nothing is left"),
        pytest.param(shapely.LineString([(0, 0), (1000, 0), (1000, 1000), (0, 0)]), 1, id="a loop from home and back"),
        pytest.param(shapely.LineString([(0, 0), (2000, 0), (2000, 50), (0, 50)]), 1, id="out and back"),
        pytest.param(
            shapely.LineString([(-1500, 0), (1500, 0), (1500, 1500), (0, 0)]), 2, id="past the home and back to it"
        ),
        pytest.param(shapely.MultiLineString([[(0, 0), (1500, 0)], [(1500, 900), (0, 900)]]), 2, id="two strokes"),
        pytest.param(
            shapely.LineString([(0, 0), (700, 700), (1400, 0), (700, 0), (1500, 1500)]), 1, id="crossing itself"
        ),
        pytest.param(shapely.LineString([(0, 0), (0, 0), (1500, 0), (1500, 0)]), 1, id="standing still at the ends"),
    ],
)
def test_awkward_routes(line: Any, parts: int) -> None:
    masked = privacy.mask_route(line, [], destinations=SCHOOL, rng=generator(1))
    found = 0 if masked.geometry is None else len(shapely.get_parts(masked.geometry))
    assert found == parts
    if parts:
        assert masked.geometry.distance(HOME) >= privacy.FLOOR - 1e-6


def test_a_route_that_crosses_itself_keeps_its_order() -> None:
    line = shapely.LineString([(0, 0), (700, 0), (900, 300), (900, -300), (700, 10), (1500, 0)])
    masked = privacy.mask_route(line, [], destinations=SCHOOL, rng=generator(1))
    kept = [tuple(p) for p in shapely.get_coordinates(masked.geometry)]
    wanted = [(900.0, 300.0), (900.0, -300.0), (700.0, 10.0), (1500.0, 0.0)]
    assert [p for p in kept if p in wanted] == wanted


@pytest.mark.parametrize(("people", "hidden"), [(0, False), (1, True), (4, True), (5, False), (50, False)])
def test_figures_of_too_few_people_are_withheld(people: int, hidden: bool) -> None:
    assert privacy.suppressed(np.array([people]), 5)[0] == hidden


@given(st.integers(5, 10_000), st.integers(3, 10))
def test_a_class_never_tells_one_child_more(people: int, minimum: int) -> None:
    low, high = privacy.people_class(people, minimum)
    assert low <= people <= high
    assert high - low + 1 == minimum
