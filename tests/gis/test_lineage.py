"""Lineage: ids last, and what happened to each area is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import lineage


def circle(x: float, y: float = 0, radius: float = 50) -> Any:
    return shapely.buffer(shapely.Point(x, y), radius)


def told(old: list[Any], new: list[Any], gone: set[int] = frozenset()) -> tuple[dict[int, int], set[Any]]:  # type: ignore[assignment]
    """What continues what, and events as (what, new, old, others)."""
    found = lineage.trace(old, [at not in gone for at in range(len(old))], new)
    return found.continued, {(event.what, event.new, event.old, event.others) for event in found.events}


CASES = {
    "nothing at all": ([], [], set(), {}, set()),
    "found": ([], [circle(0)], set(), {}, {("found", 0, None, ())}),
    "gone": ([circle(0)], [], set(), {}, {("gone", None, 0, ())}),
    "kept": ([circle(0)], [circle(0)], set(), {0: 0}, {("kept", 0, 0, ())}),
    "kept though it moved a little": ([circle(0)], [circle(10)], set(), {0: 0}, {("kept", 0, 0, ())}),
    "another place": (
        [circle(0)],
        [circle(500)],
        set(),
        {},
        {("found", 0, None, ()), ("gone", None, 0, ())},
    ),
    "grew": ([circle(0)], [circle(0, 0, 60)], set(), {0: 0}, {("grew", 0, 0, ())}),
    "shrank": ([circle(0)], [circle(0, 0, 40)], set(), {0: 0}, {("shrank", 0, 0, ())}),
    "split into three, the largest piece keeps the id": (
        [circle(0, 0, 200)],
        [circle(-120, 0, 40), circle(0, 0, 60), circle(120, 0, 50)],
        set(),
        {1: 0},
        {("split", 1, 0, (0, 2)), ("split_off", 0, None, (0,)), ("split_off", 2, None, (0,))},
    ),
    "merged from two, the larger keeps its id": (
        [circle(-60, 0, 40), circle(60, 0, 50)],
        [circle(0, 0, 130)],
        set(),
        {0: 1},
        {("merged", 0, 1, (0,)), ("absorbed", None, 0, (0,))},
    ),
    "two equal ones merged: the first keeps its id": (
        [circle(-60), circle(60)],
        [circle(0, 0, 120)],
        set(),
        {0: 0},
        {("merged", 0, 0, (1,)), ("absorbed", None, 1, (0,))},
    ),
    "two that cross over": (
        [circle(0), circle(300)],
        [circle(305), circle(5)],
        set(),
        {0: 1, 1: 0},
        {("kept", 0, 1, ()), ("kept", 1, 0, ())},
    ),
    "returned after it was gone": ([circle(0)], [circle(5)], {0}, {0: 0}, {("returned", 0, 0, ())}),
    "a gone one stays gone": ([circle(0)], [], {0}, {}, set()),
    "a current one comes before a gone one in the same place": (
        [circle(0, 0, 60), circle(30)],
        [circle(0, 0, 60)],
        {0},
        {0: 1},
        {("grew", 0, 1, ())},
    ),
    "split off into the place of a gone one": (
        [circle(0, 0, 200), circle(150, 0, 40)],
        [circle(-50, 0, 100), circle(150, 0, 40)],
        {1},
        {0: 0, 1: 1},
        {("split", 0, 0, (1,)), ("returned", 1, 1, (0,))},
    ),
    "merged and split at once": (
        [circle(0, 0, 100), circle(150, 0, 30)],
        [circle(60, 0, 110), circle(-85, 0, 25)],
        set(),
        {0: 0},
        {
            ("merged", 0, 0, (1,)),
            ("split", 0, 0, (1,)),
            ("split_off", 1, None, (0,)),
            ("absorbed", None, 1, (0,)),
        },
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_happened_is_named(case: str) -> None:
    old, new, gone, continued, events = CASES[case]
    assert told(old, new, gone) == (continued, events)


outlines = st.lists(
    st.builds(circle, st.integers(0, 600), st.integers(0, 100), st.integers(20, 150)), min_size=0, max_size=7
)


@given(old=outlines, new=outlines, dead=st.integers(0, 127))
def test_every_area_is_accounted_for_and_no_id_goes_to_two(old: list[Any], new: list[Any], dead: int) -> None:
    current = [not dead >> at & 1 for at in range(len(old))]
    found = lineage.trace(old, current, new)
    assert len(set(found.continued.values())) == len(found.continued)
    assert {event.new for event in found.events if event.new is not None} == set(range(len(new)))
    ended = [event.old for event in found.events if event.new is None]
    assert sorted(ended) == [o for o in range(len(old)) if current[o] and o not in found.continued.values()]
    for n, o in found.continued.items():
        shared = shapely.intersection(new[n], old[o]).area
        assert shared >= lineage.SAME_AREA * min(new[n].area, old[o].area)
    for event in found.events:
        for other in event.others:
            if event.what == "merged":
                assert any(e.what == "absorbed" and e.old == other and e.others == (event.new,) for e in found.events)
            if event.what == "split":
                assert any(e.new == other and e.others == (event.old,) for e in found.events)


def test_the_same_again_changes_nothing() -> None:
    rng = np.random.default_rng(5)
    shapes = [
        circle(x, y, r)
        for x, y, r in zip(rng.uniform(0, 9000, 40), rng.uniform(0, 9000, 40), rng.uniform(20, 90, 40), strict=True)
    ]
    found = lineage.trace(shapes, [True] * 40, shapes)
    assert found.continued == {at: at for at in range(40)}
    assert {event.what for event in found.events} == {"kept"}


def test_the_same_place_is_where_most_is_shared() -> None:
    assert lineage.same_place(circle(0), [circle(80, 0, 30), circle(500), circle(10)]) == [2]
    assert lineage.same_place(circle(0), []) == []
