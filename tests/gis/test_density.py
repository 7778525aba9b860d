"""The index against slow, obviously right counting."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import density

lon = st.floats(-179.9, 179.9)
lat = st.floats(-84, 84)


def unit(point: tuple[float, float]) -> tuple[float, float]:
    """Web Mercator by the book."""
    x = point[0] / 360 + 0.5
    y = 0.5 - np.arcsinh(np.tan(np.radians(point[1]))) / (2 * np.pi)
    return x, float(y)


def cell(point: tuple[float, float], level: int) -> tuple[int, int]:
    x, y = unit(point)
    return int(x * (1 << level)), int(y * (1 << level))


@given(st.lists(st.integers(0, 2**26 - 1), min_size=1), st.integers(0, 2**26 - 1))
def test_codes_interleave_and_come_apart(columns: list[int], row: int) -> None:
    x = np.array(columns, np.uint64)
    y = np.full(len(columns), row, np.uint64)
    found = density.deinterleave(density.interleave(x, y))
    assert np.array_equal(found[0], x)
    assert np.array_equal(found[1], y)


@given(st.lists(st.tuples(lon, lat), min_size=1, max_size=30))
def test_a_point_is_indexed_in_its_mercator_cell(points: list[tuple[float, float]]) -> None:
    cells = density.index_points(shapely.points(points))
    x, y = density.deinterleave(cells.codes >> np.uint64(2 * (density.LEVEL - 15)))
    found = {
        int(r): (int(a), int(b))
        for r, a, b in zip(
            cells.rows, np.repeat(x, np.diff(cells.starts)), np.repeat(y, np.diff(cells.starts)), strict=True
        )
    }
    for row, point in enumerate(points):
        wanted = cell(point, 15)
        assert abs(found[row][0] - wanted[0]) <= 1
        assert abs(found[row][1] - wanted[1]) <= 1


LEVEL = 18
START = (10.5, 59.8)
STEP = 360 / 2**LEVEL


def brute(line: shapely.LineString, level: int) -> set[tuple[int, int]]:
    """Every cell whose square meets the line, by looking at each square near it."""
    xy = np.array([unit(p) for p in line.coords]) * (1 << level)
    drawn = shapely.LineString(xy)
    low, high = np.floor(xy.min(0)).astype(int) - 1, np.ceil(xy.max(0)).astype(int) + 1
    return {
        (x, y)
        for x in range(low[0], high[0] + 1)
        for y in range(low[1], high[1] + 1)
        if shapely.box(x, y, x + 1, y + 1).intersection(drawn).length > 1e-6
    }


steps = st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=12)


@given(steps)
def test_a_line_is_indexed_in_exactly_the_cells_it_passes_through(moves: Any) -> None:
    xy = np.cumsum([(0.0, 0.0), *moves], axis=0) * STEP * np.array([1, 0.5]) + np.array(START)
    line = shapely.LineString(xy)
    rows, codes = density.crossed(np.array([line], dtype=object), LEVEL)
    x, y = density.deinterleave(codes)
    found = set(zip(x.astype(int).tolist(), y.astype(int).tolist(), strict=True))
    wanted = brute(line, LEVEL)
    assert wanted <= found
    assert set(rows.tolist()) == {0}
    for extra in found - wanted:
        units = shapely.LineString(np.array([unit(p) for p in line.coords]) * (1 << LEVEL))
        assert shapely.box(*extra, extra[0] + 1, extra[1] + 1).distance(units) < 1e-6


def test_a_line_back_and_forth_over_one_cell_counts_it_once() -> None:
    near = START[0] + STEP / 10
    line = shapely.LineString([START, (near, START[1])] * 50)
    rows, codes = density.crossed(np.array([line], dtype=object), LEVEL)
    assert len(rows) == len(set(codes.tolist())) <= 2


def random_view(seed: int, n: int = 4000, people: int = 60, minimum: int = 1) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    points = np.column_stack([10.5 + rng.normal(0, 0.004, n), 59.8 + rng.normal(0, 0.002, n)])
    person = rng.integers(0, people, n)
    weights = np.ones(people, np.int64)
    view = density.View(density.index_points(shapely.points(points)), person, weights, minimum)
    return view, points, person


@pytest.mark.parametrize("level", [12, 15, 17, 20, 21])
def test_people_are_counted_once_in_a_cell_at_every_level(level: int) -> None:
    view, points, person = random_view(1)
    wanted: dict[tuple[int, int], set[int]] = defaultdict(set)
    for point, who in zip(points, person, strict=True):
        wanted[cell(tuple(point), level)].add(int(who))
    codes, people = view.counts(level)
    x, y = density.deinterleave(codes)
    found = {(int(a), int(b)): int(n) for a, b, n in zip(x, y, people, strict=True)}
    assert found == {key: len(who) for key, who in wanted.items()}


def test_one_child_with_forty_stickers_counts_as_one() -> None:
    cells = density.index_points(shapely.points([[10.5, 59.8]] * 40))
    view = density.View(cells, np.zeros(40, int), np.ones(1, np.int64), 1)
    assert view.counts(15)[1].tolist() == [1]


def test_a_group_counts_as_the_people_it_stands_for() -> None:
    cells = density.index_points(shapely.points([[10.5, 59.8]] * 3))
    view = density.View(cells, np.array([0, 0, 1]), np.array([12, 1]), 1)
    assert view.counts(15)[1].tolist() == [13]


@pytest.mark.parametrize("minimum", [2, 5, 10])
def test_nothing_is_seen_where_too_few_people_were(minimum: int) -> None:
    """Every block of the view holds at least the minimum of distinct people, and every fuller block is there."""
    rng = np.random.default_rng(7)
    points = np.column_stack([10.5 + rng.normal(0, 0.01, 600), 59.8 + rng.normal(0, 0.005, 600)])
    person = rng.integers(0, 40, 600)
    view = density.View(density.index_points(shapely.points(points)), person, np.ones(40, np.int64), minimum)
    wanted: dict[tuple[int, int], set[int]] = defaultdict(set)
    for point, who in zip(points, person, strict=True):
        wanted[cell(tuple(point), density.BLOCK)].add(int(who))
    codes, people = view.counts(density.BLOCK)
    x, y = density.deinterleave(codes)
    found = {(int(a), int(b)): int(n) for a, b, n in zip(x, y, people, strict=True)}
    assert found == {key: len(who) for key, who in wanted.items() if len(who) >= minimum}


def test_a_filter_is_applied_before_people_are_counted() -> None:
    cells = density.index_points(shapely.points([[10.5, 59.8]] * 6))
    keep = np.array([True, True, True, False, False, False])
    view = density.View(cells, np.arange(6), np.ones(6, np.int64), 4, keep)
    assert not view
    assert len(view.counts(20)[0]) == 0


@given(st.integers(0, 20), st.integers(0, 2**20))
def test_a_part_of_the_codes_is_the_part_between(seed: int, cut: int) -> None:
    view, _, _ = random_view(seed % 3, n=300)
    codes, people = view.counts(20)
    low = int(codes[0]) + cut % 50
    found = view.between(20, low, low + cut)
    inside = (codes >= low) & (codes < low + cut)
    assert np.array_equal(found[0], codes[inside])
    assert np.array_equal(found[1], people[inside])


pairs = st.lists(st.tuples(st.integers(0, 2**50), st.integers(0, 30)), max_size=60, unique=True)


@given(pairs)
def test_cells_are_in_the_order_of_their_codes(given: list[tuple[int, int]]) -> None:
    codes, rows = np.array(given, np.uint64).reshape(-1, 2).T
    cells = density.Cells.of((codes, rows))
    order = np.argsort(codes, kind="stable")
    assert np.array_equal(cells.codes, np.unique(codes))
    assert np.array_equal(np.repeat(cells.codes, np.diff(cells.starts)), codes[order])
    assert np.array_equal(cells.rows, rows[order])


@given(pairs, st.integers(1, 7))
def test_parts_joined_are_the_cells_of_all_together(given: list[tuple[int, int]], parts: int) -> None:
    codes, rows = np.array(given, np.uint64).reshape(-1, 2).T // np.uint64(2)
    codes, rows = np.unique(np.stack([codes, rows]), axis=1)
    each = [density.Cells.of((codes[rows % parts == n], rows[rows % parts == n])) for n in range(parts)]
    joined, whole = density.Cells.joined(each), density.Cells.of((codes, rows))
    assert np.array_equal(joined.codes, whole.codes)
    assert np.array_equal(joined.starts, whole.starts)
    of_cell = np.repeat(whole.codes, np.diff(whole.starts))
    assert sorted(zip(of_cell, joined.rows, strict=True)) == list(zip(of_cell, whole.rows, strict=True))


@given(pairs, st.lists(st.booleans(), min_size=31, max_size=31))
def test_the_cells_of_some_rows_are_those_of_a_set_without_the_others(given: Any, kept: list[bool]) -> None:
    codes, rows = np.array(given, np.uint64).reshape(-1, 2).T
    becomes = np.where(kept, np.cumsum(kept) - 1, -1)
    found = density.Cells.of((codes, rows)).where(becomes)
    stays = becomes[rows.astype(int)] >= 0
    wanted = density.Cells.of((codes[stays], becomes[rows[stays].astype(int)]))
    for array, other in zip(found.arrays, wanted.arrays, strict=True):
        assert np.array_equal(array, other)


@given(st.integers(0, 50), st.integers(0, 400), st.integers(1, 6), st.sampled_from([10, 15, 17, 20]))
def test_what_came_later_counts_as_if_it_had_always_been_there(seed: int, cut: int, minimum: int, level: int) -> None:
    rng = np.random.default_rng(seed)
    points = np.column_stack([10.5 + rng.normal(0, 0.004, 400), 59.8 + rng.normal(0, 0.002, 400)])
    person, weights = rng.integers(0, 60, 400), rng.integers(1, 4, 60)
    whole = density.index_points(shapely.points(points))
    number = np.arange(400)
    earlier, later = whole.where(np.where(number < cut, number, -1)), whole.where(np.where(number < cut, -1, number))
    keep = rng.random(400) < 0.8
    one = density.View(whole, person, weights, minimum, keep).counts(level)
    two = density.View(earlier, person, weights, minimum, keep, later).counts(level)
    assert np.array_equal(one[0], two[0])
    assert np.array_equal(one[1], two[1])


def test_an_empty_index_has_an_empty_view() -> None:
    cells = density.index_points(np.empty(0, dtype=object))
    lines = density.index_lines(np.empty(0, dtype=object))
    assert len(cells.rows) == len(lines.rows) == 0
    view = density.View(cells, np.zeros(0, int), np.zeros(0, np.int64), 5)
    assert len(view.counts(10)[0]) == 0
