"""Corridors against towns whose truth is known: who goes where, which way and how, and nothing of too few."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from gis import corridors as making
from gis.corridors import Corridor, corridors, count_class
from gis.crs import WGS84, project
from gis.flow import People, Routes

K = 3
BLOCK = 140.0
MODES = ["walk", "cycle", "car"]
seeds = st.integers(0, 10_000)


@dataclass
class Town:
    """Routes as they are drawn, in metres."""

    lines: list[Any] = field(default_factory=list)
    who: list[int] = field(default_factory=list)
    mode: list[str] = field(default_factory=list)
    weights: dict[int, int] = field(default_factory=dict)

    def walk(self, people: Iterable[int], *points: tuple[float, float], mode: str = "walk", times: int = 1) -> Town:
        for person in people:
            for _ in range(times):
                self.lines.append(shapely.linestrings(points))
                self.who.append(person)
                self.mode.append(mode)
        return self

    def people(self, who: np.ndarray | None = None) -> People:
        who = np.array(self.who, np.int64) if who is None else who
        weights = np.array([self.weights.get(n, 1) for n in range(max(self.who, default=-1) + 1)], np.int64)
        return People(who, weights, np.ones(len(who), bool))

    def corridors(self, minimum: int = K, *, order: Any = slice(None), epsg: int | None = None) -> list[Corridor]:
        """``epsg``: the routes are longitude and latitude, to be counted in that CRS."""
        lines = np.array(self.lines, dtype=object)[order]
        routes = Routes.of(lines if epsg is None else project(lines, WGS84, epsg))
        mode = np.array(self.mode)[order]
        modes = {name: mode == name for name in sorted(set(self.mode))}
        return corridors(routes, self.people(np.array(self.who, np.int64)[order]), minimum, modes, epsg or 25832)


def avenues(seed: int, people: int = 25, count: int = 3) -> Town:
    """Avenues a block apart, some people straight along each, others turning at crossings till they are out again; with
    hands that tremble.
    """
    rng = np.random.default_rng(seed)
    town = Town(weights=dict(enumerate(rng.integers(1, 4, people).tolist())))
    for n in range(count):
        for ends in (((-1, n), (count, n)), ((n, -1), (n, count))):
            for person in rng.choice(people, K, replace=False).tolist():
                town.walk([person], *_trembling(ends[:: rng.choice([-1, 1])], rng), mode=str(rng.choice(MODES)))
    for person in rng.integers(0, people, 2 * people).tolist():
        heading = np.array([1, 0])
        corners = [np.array([-1, rng.integers(count)])]
        while len(corners) < 2 or ((corners[-1] >= 0).all() and (corners[-1] < count).all()):
            if len(corners) > 1:
                heading = rng.choice([-1, 1]) * heading[::-1] if rng.random() < 0.5 else heading
            corners.append(corners[-1] + heading)
        town.walk([person], *_trembling(corners, rng), mode=str(rng.choice(MODES)))
    return town


def _trembling(corners: Any, rng: np.random.Generator) -> list[tuple[float, float]]:
    xy = np.array(corners) * BLOCK
    return [(float(x), float(y)) for x, y in xy + rng.normal(0, 2, xy.shape)]


def by_hand(town: Town, corridor: Corridor) -> dict[str, tuple[set[int], set[int]]]:
    """People and routes that go more than half a block within the polygon: all of them, of each mode and each way."""
    ground = shapely.buffer(corridor.polygon, 8)
    found: dict[str, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for number, line in enumerate(town.lines):
        xy = shapely.get_coordinates(line)
        blocks = shapely.intersection(shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)), ground)
        for block in blocks[shapely.length(blocks) >= 0.6 * BLOCK]:
            start, end = shapely.line_locate_point(corridor.line, shapely.points(shapely.get_coordinates(block)))[
                [0, -1]
            ]
            for key in ("all", town.mode[number], "along" if end > start else "against"):
                people, routes = found[key]
                people.add(town.who[number])
                routes.add(number)
    return found


def many(town: Town, people: set[int]) -> int:
    return sum(town.weights.get(n, 1) for n in people)


@given(seeds)
def test_the_people_of_a_corridor_are_those_who_go_along_in_its_polygon(seed: int) -> None:
    town = avenues(seed)
    found = town.corridors()
    assert found
    for corridor in found:
        counted = by_hand(town, corridor)
        assert corridor.people == many(town, counted["all"][0])
        assert corridor.registrations == len(counted["all"][1])
        for mode, people in corridor.modes.items():
            assert people == many(town, counted[mode][0])
        for way, told in (("along", corridor.along), ("against", corridor.against)):
            true = many(town, counted[way][0])
            safe = true >= K and not 0 < corridor.people - true < K
            assert told == (true if safe else None)


EAST = ((0.0, 0.0), (400.0, 0.0))
WEST = EAST[::-1]


@given(seeds)
def test_who_goes_which_way_is_counted_by_the_order_of_each_routes_own_points(seed: int) -> None:
    rng = np.random.default_rng(seed)
    town = Town(weights=dict(enumerate(rng.integers(1, 4, 20).tolist())))
    east, west = set[int](), set[int]()
    for person in range(20):
        for way, side in ((EAST, east), (WEST, west)):
            if rng.random() < 0.5:
                side.add(person)
                town.walk([person], *way, times=int(rng.integers(1, 3)))
    (corridor,) = town.corridors()
    everyone, most, fewest = many(town, east | west), *sorted((many(town, east), many(town, west)), reverse=True)
    assert corridor.people == everyone
    assert (corridor.bearing is not None) == (most >= K)
    for told, true in ((corridor.along, most), (corridor.against, fewest)):
        safe = true >= K and not 0 < everyone - true < K
        assert told == (true if safe else None)
    start, end = shapely.get_coordinates(corridor.line)[[0, -1]]
    if many(town, east) != many(town, west):
        assert (end[0] > start[0]) == (many(town, east) > many(town, west))


@pytest.mark.parametrize(
    ("east", "west", "told"),
    [
        (range(34), range(34, 46), (34, 12)),
        (range(12), range(12, 46), (34, 12)),
        (range(10), range(10), (10, 10)),
        (range(30), range(20, 50), (30, 30)),
        (range(30), range(0), (30, None)),
        (range(30), range(30, 32), (None, None)),
        (range(30), range(5, 31), (None, 26)),
        (range(2), range(2, 4), (None, None)),
    ],
)
def test_a_direction_is_told_if_neither_it_nor_what_is_left_is_too_few(east: range, west: range, told: Any) -> None:
    (corridor,) = Town().walk(east, *EAST).walk(west, *WEST).corridors()
    assert (corridor.along, corridor.against) == told


@pytest.mark.parametrize(
    ("modes", "told"),
    [
        ({"walk": 8, "cycle": 4}, {"walk": 8, "cycle": 4}),
        ({"walk": 8, "cycle": 2}, {}),
        ({"walk": 9, "cycle": 5, "car": 2}, {"walk": 9}),
        ({"walk": 9, "cycle": 5, "car": 2, "bus": 1}, {"walk": 9, "cycle": 5}),
        ({"walk": 7}, {"walk": 7}),
    ],
)
def test_modes_of_too_few_are_told_neither_by_number_nor_by_what_is_missing(
    modes: dict[str, int], told: dict[str, int]
) -> None:
    town, first = Town(), 0
    for mode, count in modes.items():
        town.walk(range(first, first + count), *EAST, mode=mode)
        first += count
    (corridor,) = town.corridors()
    assert corridor.people == first
    assert corridor.modes == told


def walks(seed: int) -> Town:
    """Scribbles all over a field, most of them nobody else's."""
    rng = np.random.default_rng(seed)
    town = Town()
    for person in rng.integers(0, 12, 30).tolist():
        points = rng.normal(0, 90, 2) + np.cumsum(rng.normal(0, 60, (6, 2)), axis=0)
        town.walk([person], *map(tuple, points), mode=str(rng.choice(MODES)))
    return town


@given(seeds, st.integers(2, 6))
def test_nothing_is_told_of_fewer_than_the_smallest_group(seed: int, minimum: int) -> None:
    town = walks(seed)
    for corridor in town.corridors(minimum):
        assert corridor.length >= making.SHORTEST
        told = [corridor.along, corridor.against, *corridor.modes.values()]
        for figure in [corridor.people, *(each for each in told if each is not None)]:
            assert figure >= minimum
            assert not 0 < corridor.people - figure < minimum
        for place in shapely.points(shapely.get_coordinates(shapely.segmentize(corridor.line, 20))):
            near = {who for who, line in zip(town.who, town.lines, strict=True) if line.distance(place) < 60}
            assert len(near) >= minimum


@given(seeds)
def test_no_ground_lies_in_two_corridors_and_none_is_a_sliver(seed: int) -> None:
    found = avenues(seed).corridors()
    grounds = [corridor.polygon for corridor in found]
    assert all(ground.is_valid and ground.geom_type == "MultiPolygon" for ground in grounds)
    assert sum(ground.area for ground in grounds) == pytest.approx(shapely.union_all(grounds).area, abs=1)
    assert min(part.area for ground in grounds for part in ground.geoms) >= making.SLIVER
    for corridor in found:
        assert shapely.buffer(corridor.line, making.HALF_WIDTH + 0.5).covers(corridor.polygon)


@given(seeds)
def test_corridors_come_in_the_same_order_with_the_same_ids_whatever_the_order_of_rows(seed: int) -> None:
    town = avenues(seed)
    order = np.random.default_rng(seed).permutation(len(town.lines))
    found, again = town.corridors(), town.corridors(order=order)
    assert found == again
    assert [c.people for c in found] == sorted((c.people for c in found), reverse=True)
    assert len({c.reference for c in found}) == len(found)


def test_a_corridor_goes_on_with_those_who_turn_and_ends_where_the_crowd_parts() -> None:
    town = Town().walk(range(20), (0, 0), (300, 0), (300, 300)).walk(range(20, 24), (300, 0), (600, 0))
    turning, going_on = town.corridors()
    assert (turning.people, turning.length) == (20, pytest.approx(600, abs=20))
    assert (going_on.people, going_on.length) == (4, pytest.approx(300, abs=20))
    parting = Town().walk(range(20), (0, 0), (300, 0)).walk(range(7), (300, 0), (700, 0))
    assert [c.people for c in parting.corridors()] == [20, 7]


def test_a_street_through_a_field_where_enough_go_everywhere_is_still_a_street() -> None:
    rng = np.random.default_rng(6)
    town = Town()
    for person in range(400):
        town.walk([person], *map(tuple, rng.uniform(0, 500, (2, 2))))
    town.walk(range(400, 500), (0, 250), (500, 250))
    first = town.corridors()[0]
    inner = shapely.intersection(first.line, shapely.box(60, 0, 440, 500))
    assert first.people >= 100
    assert inner.length > 300
    assert shapely.hausdorff_distance(inner, shapely.intersection(inner, shapely.box(0, 240, 500, 260))) < 1


def test_a_way_that_turns_back_is_two_corridors_each_with_its_direction() -> None:
    found = Town().walk(range(5), (0, 0), (500, 0), (500, 150), (0, 150)).corridors()
    assert len(found) > 1
    for corridor in found:
        start, end = shapely.get_coordinates(corridor.line)[[0, -1]]
        assert np.hypot(*(end - start)) >= corridor.length * making.STRAIGHTNESS
        assert (corridor.along, corridor.against) == (5, None)


def test_a_ring_has_corridors_all_round() -> None:
    angles = np.linspace(0, 2.6 * np.pi, 80)
    ring = [(200 * np.cos(t), 200 * np.sin(t)) for t in angles]
    found = Town().walk(range(5), *ring).corridors()
    assert sum(c.length for c in found) == pytest.approx(2 * np.pi * 200, rel=0.03)
    assert {c.people for c in found} == {5}


def test_the_line_lies_in_the_middle_of_those_who_walk_there() -> None:
    rng = np.random.default_rng(4)
    town = Town()
    for person in range(60):
        y = rng.normal(0, 6)
        town.walk([person], (0, y), (500, y + 30))
    (corridor,) = town.corridors()
    assert shapely.hausdorff_distance(corridor.line, shapely.linestrings([(0, 0), (500, 30)])) < 15
    inner = shapely.intersection(corridor.line, shapely.box(50, -99, 450, 99))
    assert shapely.hausdorff_distance(inner, shapely.linestrings([(50, 3), (450, 27)])) < 4


def test_two_pavements_of_a_street_are_one_corridor_and_two_streets_are_two() -> None:
    pavements = Town().walk(range(2), (0, 0), (400, 0)).walk(range(2, 4), (0, 12), (400, 12))
    assert [c.people for c in pavements.corridors()] == [4]
    streets = Town().walk(range(3), (0, 0), (400, 0)).walk(range(3, 6), (0, 80), (400, 80))
    assert [c.people for c in streets.corridors()] == [3, 3]


def test_many_routes_of_one_child_back_and_forth_are_one_child() -> None:
    town = Town().walk([0], *(EAST + WEST) * 5, times=4).walk([1, 2], *EAST)
    (corridor,) = town.corridors()
    assert (corridor.people, corridor.registrations) == (3, 6)


def test_a_group_counts_as_the_people_it_stands_for() -> None:
    town = Town(weights={0: 12}).walk([0, 1], *EAST)
    (corridor,) = town.corridors(5)
    assert (corridor.people, corridor.registrations, corridor.along) == (13, 2, 13)


def test_everything_on_one_line_is_one_corridor() -> None:
    (corridor,) = Town().walk(range(500), *EAST).corridors(5)
    assert (corridor.people, corridor.length) == (500, pytest.approx(400, abs=15))
    assert corridor.polygon.area == pytest.approx(400 * 30 + np.pi * 15**2, rel=0.05)


@pytest.mark.parametrize(
    "town",
    [
        Town(),
        Town().walk([0], *EAST),
        Town().walk(range(2), *EAST),
        Town().walk(range(5), (0, 0), (20, 0)),
        Town().walk(range(5), (7, 7), (7, 7)),
        Town().walk(range(5), *[(3, 3), (9, 9)] * 30),
    ],
    ids=["no data", "one route", "too few", "too short", "a point", "a scribble on one spot"],
)
def test_where_there_is_no_stretch_of_enough_people_there_is_no_corridor(town: Town) -> None:
    assert town.corridors() == []


def test_one_route_is_a_corridor_where_one_is_enough() -> None:
    (corridor,) = Town().walk([0], *EAST).corridors(1)
    assert (corridor.people, corridor.along, corridor.against) == (1, 1, None)


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"), [(28.05, 70.6, 25833), (28.05, 70.6, 25835), (11.999, 60.0, 25832), (11.999, 60.0, 25833)]
)
def test_in_the_far_north_and_over_the_zone_border_length_and_bearing_are_those_of_the_ground(
    lon: float, lat: float, epsg: int
) -> None:
    way = [(lon - 0.008, lat - 0.002), (lon + 0.008, lat + 0.002)]
    (corridor,) = Town().walk(range(5), *way).corridors(epsg=epsg)
    azimuth, _, length = Geod(ellps="WGS84").inv(*way[0], *way[1])
    assert corridor.length == pytest.approx(length, abs=15)
    assert corridor.bearing == pytest.approx(azimuth, abs=3)


@pytest.mark.parametrize(
    ("people", "found"), [(3, (3, 5)), (5, (3, 5)), (6, (6, 11)), (12, (12, 23)), (47, (24, 47)), (48, (48, None))]
)
def test_classes_are_those_of_the_hexagons(people: int, found: tuple[int, int | None]) -> None:
    assert count_class(people, 3) == found
