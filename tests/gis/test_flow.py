"""Routes on the grid against slow, obviously right counting: each person once, in the right cells, the right way."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import density, flow
from gis.crs import WGS84, project
from gis.flow import AGAINST, ALONG, Grid, People, Routes, Stretches

seeds = st.integers(0, 10_000)


def drawn(rng: np.random.Generator, routes: int, people: int, spread: float = 120) -> tuple[Routes, People]:
    """Random walks in one or two parts."""
    lines = []
    for _ in range(routes):
        parts = [
            rng.normal(0, spread, 2) + np.cumsum(rng.normal(0, 25, (int(rng.integers(2, 12)), 2)), axis=0)
            for _ in range(int(rng.integers(1, 3)))
        ]
        lines.append(shapely.multilinestrings([shapely.linestrings(part) for part in parts]))
    who = rng.integers(0, people, routes)
    return Routes.of(np.array(lines, dtype=object), (-1000.0, -1000.0)), People(
        who, rng.integers(1, 4, people), rng.random(routes) < 0.8
    )


def parts_of(routes: Routes, route: int) -> list[np.ndarray]:
    """Coordinates as they are kept, in metres."""
    bounds = [routes.parts[n : n + 2] for n in range(routes.first[route], routes.first[route + 1])]
    return [routes.xy[a:b].astype(float) + routes.origin for a, b in bounds]


def entered(xy: np.ndarray, grid: Grid) -> list[int]:
    """Cells in the order a line enters them: it is cut at every grid line, and each bit lies in one cell."""
    cells: list[int] = []
    units = (xy - (grid.west, grid.south)) / grid.cell
    for a, b in pairwise(units):
        cuts = {0.0, 1.0}
        for axis in (0, 1):
            low, high = sorted((a[axis], b[axis]))
            cuts |= {(edge - a[axis]) / (b[axis] - a[axis]) for edge in range(int(np.ceil(low)), int(high) + 1)}
        ordered = sorted(cuts)
        for s, t in pairwise(ordered):
            column, row = np.floor(a + (s + t) / 2 * (b - a)).astype(int)
            cell = int(row * grid.columns + column)
            if not cells or cells[-1] != cell:
                cells.append(cell)
    return cells


def everyone(routes: int) -> People:
    """Each route somebody else's."""
    return People(np.arange(routes), np.ones(routes, np.int64), np.ones(routes, bool))


def around(cell: int, reach: int, columns: int) -> set[int]:
    steps = range(-reach, reach + 1)
    return {cell + up * columns + across for up in steps for across in steps}


def by_hand(routes: Routes, people: People, grid: Grid, reach: int) -> dict[int, int]:
    """People in each cell, with sets."""
    there: dict[int, set[int]] = defaultdict(set)
    for route in range(len(routes)):
        for part in parts_of(routes, route) if people.keep[route] else []:
            for cell in entered(part, grid):
                for near in around(cell, reach, grid.columns):
                    there[near].add(int(people.of_route[route]))
    return {cell: sum(int(people.weights[who]) for who in crowd) for cell, crowd in there.items()}


def counted(routes: Routes, people: People, grid: Grid, reach: int = 0) -> dict[int, int]:
    counts = flow.people_by_cell(routes, people, grid, reach=reach)
    return {int(cell): int(counts[cell]) for cell in np.flatnonzero(counts)}


@given(seeds, st.integers(0, 2))
def test_people_are_counted_once_in_every_cell_they_pass_or_come_near(seed: int, reach: int) -> None:
    routes, people = drawn(np.random.default_rng(seed), 8, 4)
    grid = Grid.covering(routes)
    assert counted(routes, people, grid, reach) == by_hand(routes, people, grid, reach)


@given(seeds)
def test_people_of_one_mode_are_counted_by_their_routes_of_that_mode(seed: int) -> None:
    rng = np.random.default_rng(seed)
    routes, people = drawn(rng, 10, 3)
    mode = rng.integers(0, 3, len(routes))
    grid = Grid.covering(routes)
    for wanted in range(3):
        chosen = People(people.of_route, people.weights, people.keep & (mode == wanted))
        assert counted(routes, chosen, grid) == by_hand(routes, chosen, grid, 0)


@given(seeds)
def test_the_cells_are_those_of_the_heat_index_on_its_own_grid(seed: int) -> None:
    rng, level = np.random.default_rng(seed), 18
    lonlat = (10.5, 59.8) + np.cumsum(rng.normal(0, 0.001, (9, 2)), axis=0)
    _, codes = density.crossed(np.array([shapely.linestrings(lonlat)], dtype=object), level)
    wanted = set(zip(*(axis.astype(int).tolist() for axis in density.deinterleave(codes)), strict=True))
    x = lonlat[:, 0] / 360 + 0.5
    y = 0.5 - np.arcsinh(np.tan(np.radians(lonlat[:, 1]))) / (2 * np.pi)
    units = np.column_stack([x, y]) * 2**level
    origin = (float(np.floor(units[0, 0])), float(np.floor(units[0, 1])))
    routes = Routes.of(np.array([shapely.linestrings(units)], dtype=object), origin)
    grid = Grid.covering(routes, 1.0)
    cells = np.array(list(counted(routes, everyone(1), grid)))
    corners = grid.at(np.column_stack([cells % grid.columns, cells // grid.columns]))
    found = {(int(column), int(row)) for column, row in corners}
    assert len(found ^ wanted) <= 1, "single precision may decide a corner the other way"


def samples_of(*lines: Any, lengths: tuple[float, ...] = ()) -> Stretches:
    """Lines as one stretch each, sampled every 10 m."""
    xy, stretch, along = [], [], []
    for number, line in enumerate(lines):
        many = max(3, round(line.length / 10))
        at = (np.arange(many) + 0.5) * line.length / many
        xy.append(shapely.get_coordinates(shapely.line_interpolate_point(line, at)))
        stretch.append(np.full(many, number))
        along.append(at)
    length = np.array([line.length for line in lines])
    return Stretches(np.concatenate(xy), np.concatenate(stretch), np.concatenate(along), length)


def nearest_by_hand(stretches: Stretches, grid: Grid, reach: float, cell: int) -> int:
    centre = grid.at(np.array([[cell % grid.columns, cell // grid.columns]]) + 0.5)[0]
    away = np.hypot(*(stretches.xy - centre).T) / grid.cell
    return int(away.argmin()) if away.min() <= reach else -1


def followed_by_hand(
    routes: Routes, people: People, grid: Grid, stretches: Stretches, reach: float
) -> dict[tuple[int, int], int]:
    """Every visit of every stretch written down, and every pair of visits compared."""
    found: dict[tuple[int, int], int] = defaultdict(int)
    for route in np.flatnonzero(people.keep).tolist():
        visits: dict[int, list[list[np.float32]]] = defaultdict(list)
        for part in parts_of(routes, route):
            last: dict[int, int] = {}
            for step, cell in enumerate(entered(part, grid)):
                sample = nearest_by_hand(stretches, grid, reach, cell)
                if sample < 0:
                    continue
                stretch = int(stretches.stretch[sample])
                if stretch not in last or step - last[stretch] - 1 > flow.PAUSE:
                    visits[stretch].append([])
                visits[stretch][-1].append(np.float32(stretches.along[sample]))
                last[stretch] = step
        for stretch, runs in visits.items():
            enough = np.float32(stretches.length[stretch] / 2)
            pairs = [(a, b) for run in runs for n, a in enumerate(run) for b in run[n:]]
            way = ALONG * any(b - a >= enough for a, b in pairs) + AGAINST * any(a - b >= enough for a, b in pairs)
            if way:
                found[route, stretch] = way
    return found


def followed(routes: Routes, people: People, grid: Grid, stretches: Stretches, reach: float = 2.5) -> dict[Any, int]:
    near = flow.nearest(stretches.xy, grid, reach)
    found = flow.followed(routes, people, grid, stretches, near)
    return {(route, stretch): way for route, stretch, way in np.column_stack(found).tolist()}


@given(seeds)
def test_a_cell_belongs_to_the_nearest_sample(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stretches = samples_of(*(shapely.linestrings(rng.uniform(-80, 80, (4, 2))) for _ in range(3)))
    grid = Grid.covering(Routes.of(np.array([shapely.linestrings([(-80, -80), (80, 80)])], dtype=object)))
    near = flow.nearest(stretches.xy, grid, 2.5)
    assert near.tolist() == [nearest_by_hand(stretches, grid, 2.5, cell) for cell in range(grid.cells)]


@given(seeds)
def test_who_follows_which_stretch_which_way(seed: int) -> None:
    rng = np.random.default_rng(seed)
    routes, people = drawn(rng, 12, 6, spread=40)
    stretches = samples_of(*(shapely.linestrings(rng.normal(0, 60, (3, 2))) for _ in range(3)))
    grid = Grid.covering(Routes.joined([routes, Routes.of(shapely.linestrings(stretches.xy[None]), routes.origin)]))
    assert followed(routes, people, grid, stretches) == followed_by_hand(routes, people, grid, stretches, 2.5)


STREET = shapely.linestrings([(0, 0), (100, 0)])


@pytest.mark.parametrize(
    ("line", "way"),
    [
        ([(-50, 4), (150, -4)], ALONG),
        ([(150, -4), (-50, 4)], AGAINST),
        ([(-50, 4), (150, 4), (-50, -4)], ALONG + AGAINST),
        ([(20, 4), (75, 4), (20, -4)], ALONG + AGAINST),
        ([(20, 4), (60, 4)], None),
        ([(50, -90), (50, 90)], None),
        ([(20, -90), (20, 0), (40, 0), (40, 90), (70, 90), (70, -90)], None),
        ([(-50, 40), (150, 40)], None),
    ],
)
def test_following_is_getting_on_along_the_street_not_crossing_it(line: Any, way: int | None) -> None:
    routes = Routes.of(np.array([shapely.linestrings(line)], dtype=object))
    grid = Grid.covering(routes)
    assert followed(routes, everyone(1), grid, samples_of(STREET)).get((0, 0)) == way


def test_what_was_cut_out_of_a_route_is_not_walked_through() -> None:
    cut = shapely.multilinestrings([[(0, 0), (30, 0)], [(70, 0), (100, 0)]])
    routes = Routes.of(np.array([cut], dtype=object))
    grid = Grid.covering(routes)
    assert followed(routes, everyone(1), grid, samples_of(STREET)) == {}
    assert len(counted(routes, everyone(1), grid)) == 8


def test_a_route_back_and_forth_and_many_routes_of_one_child_count_once() -> None:
    line = shapely.linestrings([(3, 3), (57, 3)] * 40)
    routes = Routes.of(np.array([line] * 5, dtype=object))
    people = People(np.zeros(5, np.int64), np.array([7]), np.ones(5, bool))
    assert set(counted(routes, people, Grid.covering(routes)).values()) == {7}
    assert set(counted(routes, people, Grid.covering(routes), 1).values()) == {7}


@given(seeds)
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    routes, people = drawn(rng, 9, 4)
    lines = np.array(
        [shapely.multilinestrings([shapely.linestrings(p) for p in parts_of(routes, n)]) for n in range(9)]
    )
    order = rng.permutation(9)
    turned = Routes.of(lines[order], routes.origin)
    other = People(people.of_route[order], people.weights, people.keep[order])
    grid = Grid.covering(routes)
    for reach in (0, 1):
        assert counted(routes, people, grid, reach) == counted(turned, other, grid, reach)


@given(seeds, st.integers(0, 6))
def test_batches_joined_are_the_whole(seed: int, at: int) -> None:
    rng = np.random.default_rng(seed)
    lines = np.array([shapely.linestrings(rng.normal(0, 50, (3, 2))) for _ in range(6)], dtype=object)
    whole, joined = Routes.of(lines), Routes.joined([Routes.of(lines[:at]), Routes.of(lines[at:])])
    for name in ("xy", "parts", "first"):
        assert np.array_equal(getattr(whole, name), getattr(joined, name))


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"), [(28.05, 70.6, 25833), (28.05, 70.6, 25835), (11.999, 60.0, 25832), (12.001, 60.0, 25833)]
)
def test_in_the_far_north_and_over_the_zone_border_cells_are_ten_metres_on_the_ground(
    lon: float, lat: float, epsg: int
) -> None:
    """A kilometre of any zone's grid is a kilometre, and lies in a hundred cells or a few more."""
    east = 0.009 / np.cos(np.radians(lat))
    line = shapely.linestrings([(lon - east, lat - 0.001), (lon + east, lat + 0.001)])
    drawn_there = project(line, WGS84, epsg)
    origin = tuple(np.floor(shapely.get_coordinates(drawn_there)[0]).tolist())
    routes = Routes.of(np.array([drawn_there], dtype=object), origin)
    grid = Grid.covering(routes)
    assert counted(routes, everyone(1), grid) == by_hand(routes, everyone(1), grid, 0)
    dx, dy = np.abs(np.diff(shapely.get_coordinates(drawn_there), axis=0))[0]
    assert abs(len(counted(routes, everyone(1), grid)) - (dx + dy) / 10) <= 2
    assert np.hypot(dx, dy) == pytest.approx(2_012, rel=0.02)


def test_a_country_gets_coarser_cells() -> None:
    routes = Routes.of(np.array([shapely.linestrings([(1, 2), (399_977, 1_699_951)])], dtype=object))
    grid = Grid.covering(routes)
    assert grid.cell in {10 * 2**n for n in range(1, 12)}
    assert flow.MOST_CELLS / 5 < grid.cells <= flow.MOST_CELLS
    assert counted(routes, everyone(1), grid) == by_hand(routes, everyone(1), grid, 0)


def test_without_routes_there_is_nobody() -> None:
    routes = Routes.joined([])
    grid = Grid.covering(routes)
    assert len(routes) == 0
    assert counted(routes, everyone(0), grid, 1) == {}
    assert followed(routes, everyone(0), grid, samples_of(STREET)) == {}
