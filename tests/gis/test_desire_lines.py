"""Desire lines: enough people, no single one's hand, once each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.desire_lines import REACH, DesireLine, desire_lines
from tests.gis.streets import line, lines, shaken

K = 4


def found(*drawn: Any, people: list[int] | None = None, weights: list[int] | None = None) -> list[DesireLine]:
    who = np.arange(len(drawn)) if people is None else np.array(people, int)
    heads = np.ones(who.max(initial=0) + 1) if weights is None else np.array(weights)
    return desire_lines(lines(*drawn), who, heads, K)


def hands(way: Any, many: int, seed: int = 1) -> list[Any]:
    rng = np.random.default_rng(seed)
    return [shaken(way, 6, rng) for _ in range(many)]


ACROSS = line((0, 0), (90, 60), (200, 80))


def test_enough_people_make_a_line_where_they_went() -> None:
    (one,) = found(*hands(ACROSS, 7))
    assert one.people == 7
    assert shapely.hausdorff_distance(one.geometry, ACROSS) < 20
    assert one.geometry.length == pytest.approx(ACROSS.length, rel=0.2)


def test_too_few_make_none_and_one_child_many_times_is_one() -> None:
    assert found(*hands(ACROSS, K - 1)) == []
    assert found(*hands(ACROSS, 12), people=[0, 1, 2] * 4) == []
    assert found() == []


def test_a_group_counts_its_heads() -> None:
    (one,) = found(*hands(ACROSS, 2), weights=[1, 8])
    assert one.people == 9


def test_both_directions_are_one_way() -> None:
    drawn = [shapely.reverse(each) if n % 2 else each for n, each in enumerate(hands(ACROSS, 8))]
    (one,) = found(*drawn)
    assert one.people == 8


def test_ways_apart_are_lines_of_their_own_the_most_people_first() -> None:
    other = line((0, 300), (120, 420))
    assert [each.people for each in found(*hands(ACROSS, 5), *hands(other, 9))] == [9, 5]


def test_ways_that_fork_are_counted_where_they_are_together_and_apart() -> None:
    stem = [(0, 0), (150, 0)]
    left, right = line(*stem, (290, 140)), line(*stem, (290, -140))
    made = found(*hands(left, 6), *hands(right, 6, seed=2))
    assert sum(each.people for each in made) >= 12
    assert all(6 <= each.people <= 12 for each in made)


def test_where_only_one_went_on_the_line_ends() -> None:
    short = line((0, 0), (150, 0))
    longer = line((0, 0), (400, 0))
    (one,) = found(*hands(short, 6), *hands(longer, 1, seed=3))
    assert one.people == 7
    assert one.geometry.bounds[2] < line((185, 0), (185, 1)).bounds[2]


def test_what_is_too_short_to_be_a_way_is_none() -> None:
    assert found(*hands(line((0, 0), (20, 0)), 9)) == []


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_every_point_of_a_line_is_passed_by_enough_people(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ways = [line(*rng.uniform(0, 300, (int(rng.integers(2, 4)), 2))) for _ in range(3)]
    drawn = [shaken(ways[rng.integers(3)], 8, rng) for _ in range(24)]
    people = rng.integers(0, 14, 24)
    weights = rng.integers(1, 3, 14)
    for made in desire_lines(lines(*drawn), people, weights, K):
        assert made.people >= K
        for point in shapely.points(shapely.get_coordinates(made.geometry)):
            near = {int(p) for p, each in zip(people, drawn, strict=True) if shapely.distance(each, point) <= 2 * REACH}
            assert sum(int(weights[p]) for p in near) >= K
