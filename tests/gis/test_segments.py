"""Figures of streets: exact, and nothing from which few people could be worked out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import matching, segments
from tests.gis.streets import line, lines, streets

K = 4
ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 14), st.integers(-1, 2)), max_size=120)


def told(rows: list[tuple[int, int, int]], weights: np.ndarray) -> tuple[Any, Any]:
    place, people, label = np.array(rows, int).reshape(-1, 3).T
    return segments.told_by(place, people, label, weights, (4, 3), K)


@given(ROWS, st.lists(st.integers(1, 3), min_size=15, max_size=15))
def test_figures_are_those_of_counting_one_by_one(rows: list[tuple[int, int, int]], heads: list[int]) -> None:
    whole, parts = told(rows, np.array(heads))
    for place in range(4):
        there = {person for at, person, _ in rows if at == place}
        people = sum(heads[person] for person in there)
        assert whole.tolist()[place] == (people if people >= K else None)
        for label in range(3):
            of = sum(heads[p] for p in {person for at, person, said in rows if (at, said) == (place, label)})
            assert parts.tolist()[place][label] in (None, of)
            assert parts.tolist()[place][label] is None or of >= K


@given(ROWS)
def test_no_figure_told_leaves_a_rest_of_few(rows: list[tuple[int, int, int]]) -> None:
    whole, parts = told(rows, np.ones(15))
    for place in range(4):
        there = {person for at, person, _ in rows if at == place}
        shown = [label for label in range(3) if parts.tolist()[place][label] is not None]
        assert not shown or whole.tolist()[place] is not None
        for labels in ([label] for label in shown):
            assert_no_few(len(there - {p for at, p, said in rows if at == place and said in labels}))
        assert_no_few(len(there - {p for at, p, said in rows if at == place and said in shown}) if shown else 0)


def assert_no_few(people: int) -> None:
    assert people == 0 or people >= K


def test_a_part_is_withheld_where_the_rest_would_be_few_and_told_where_it_would_not() -> None:
    walkers, riders = [(0, person, 0) for person in range(10)], [(0, person, 1) for person in range(10, 13)]
    whole, parts = told(walkers + riders, np.ones(15))
    assert (whole.tolist()[0], parts.tolist()[0]) == (13, [None, None, None])
    whole, parts = told([*walkers, *riders, (0, 13, 1)], np.ones(15))
    assert (whole.tolist()[0], parts.tolist()[0]) == (14, [10, 4, None])
    whole, parts = told(walkers, np.ones(15))
    assert (whole.tolist()[0], parts.tolist()[0]) == (10, [10, None, None])


def test_a_street_is_used_by_who_walks_twenty_metres_or_half_of_it() -> None:
    made = streets(line((0, 0), (200, 0)), line((200, 0), (200, 16)), line((200, 0), (300, 0)))
    found = matching.match(made, lines(line((0, 0), (212, 0)), line((150, 0), (280, 0))))
    used = segments.used(made, found)
    metres = np.abs(found.end - found.start)
    assert used.tolist() == [
        bool(m >= min(20, made.reach.lengths[e] / 2)) for e, m in zip(found.edge, metres, strict=True)
    ]
    assert used.any()
    assert not used.all()


def test_what_is_off_the_network_uses_no_street() -> None:
    made = streets(line((0, 0), (200, 0)))
    found = matching.match(made, lines(line((0, 500), (300, 500))))
    assert segments.used(made, found).tolist() == [False]


@given(st.lists(st.tuples(st.integers(-80, 380), st.integers(-80, 80), st.integers(0, 6)), max_size=60))
def test_marks_near_a_street_are_those_one_measures(marks: list[tuple[int, int, int]]) -> None:
    shapes = lines(line((0, 0), (150, 0)), line((150, 0), (300, 60)))
    points = lines(*(shapely.Point(line((x, y), (x, y)).coords[0]) for x, y, _ in marks))
    people = np.array([person for *_, person in marks], int)
    found = segments.near(shapes, points, 25.0, people, np.array([1, 1, 1, 1, 1, 1, 9]), K)
    for shape, figure in zip(shapes, found.tolist(), strict=True):
        who = {p for point, p in zip(points, people.tolist(), strict=True) if shape.distance(point) <= 25}
        count = sum(9 if p == 6 else 1 for p in who)
        assert figure == (count if count >= K else None)


def test_a_street_has_the_name_of_what_most_of_it_lies_on() -> None:
    made = lines(line((0, 0), (300, 0)), line((0, 0), (0, 200)), line((300, 0), (700, 0)), line((0, 200), (5, 200)))
    named = lines(line((-50, 4), (420, 4)), line((0, -20), (0, 210)), line((420, 4), (520, 4)))
    assert segments.names(made, named, np.array([3, 5, 7])).tolist() == [3, 5, -1, 5]
    assert segments.names(made, lines(), np.zeros(0, int)).tolist() == [-1] * 4
    assert segments.names(lines(), named, np.array([3, 5, 7])).tolist() == []


@pytest.mark.parametrize("minimum", [3, 10])
def test_none_and_few_look_the_same(minimum: int) -> None:
    assert segments.told(np.array([0, 1, minimum - 1, minimum]), minimum).tolist() == [None, None, None, minimum]
