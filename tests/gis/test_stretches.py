"""What one said of stretches still holds of what is kept of the line, and tells nothing of what was cut off."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import privacy, stretches

LINE = shapely.LineString([(0, 0), (400, 0), (400, 600)])


@pytest.mark.parametrize(
    ("kept", "changes", "wanted"),
    [
        ([(0, 0), (400, 0), (400, 600)], [(0.4, "bus")], ("walk", [(0.4, "bus")])),
        ([(200, 0), (400, 0), (400, 600)], [(0.4, "bus")], ("walk", [(0.25, "bus")])),
        ([(200, 0), (400, 0), (400, 600)], [(0.1, "bus")], ("bus", [])),
        ([(200, 0), (400, 0), (400, 600)], [(0.1, "bus"), (0.6, "walk")], ("bus", [(0.5, "walk")])),
        ([(0, 0), (400, 0)], [(0.8, "bus")], ("walk", [])),
    ],
    ids=["whole", "start cut", "change cut off", "one of two", "end cut"],
)
def test_changes_move_with_what_is_kept(kept: Any, changes: Any, wanted: Any) -> None:
    assert stretches.kept(LINE, shapely.LineString(kept), "walk", changes) == wanted


def test_a_gap_keeps_what_was_said_on_both_sides() -> None:
    pieces = shapely.MultiLineString([[(0, 0), (200, 0)], [(400, 200), (400, 600)]])
    assert stretches.kept(LINE, pieces, "walk", [(0.4, "bus")]) == ("walk", [(round(200 / 600, 4), "bus")])


def test_a_line_that_crosses_itself_is_followed_in_order() -> None:
    eight = shapely.LineString([(0, 0), (100, 0), (100, 100), (50, 100), (50, -100)])
    after = shapely.LineString([(50, 50), (50, -100)])
    assert stretches.kept(eight, after, "walk", [(0.2, "bus"), (0.9, "car")])[0] == "bus"


@given(st.integers(0, 2**32), st.lists(st.floats(0.01, 0.99), max_size=5, unique=True))
def test_words_follow_the_masked_line_and_say_nothing_of_the_rest(seed: int, fractions: list[float]) -> None:
    rng = np.random.default_rng(seed)
    steps = np.cumsum(rng.normal(0, 60, (40, 2)) + rng.normal(0, 25, 2), axis=0)
    drawn = shapely.LineString(steps)
    masked = privacy.mask_route(drawn, [], rng=rng).geometry
    if masked is None:
        return
    changes = [(fraction, f"mode{i}") for i, fraction in enumerate(sorted(fractions))]
    first, found = stretches.kept(drawn, masked, "walk", changes)
    assert all(0 < fraction < 1 for fraction, _ in found)
    assert [word for _, word in found] == sorted({word for _, word in found})
    spoken = {word for word, part in _stretches(drawn, changes).items() if part.intersection(masked).length > 0.05}
    assert {first, *(word for _, word in found)} >= spoken
    hidden = {word for word, part in _stretches(drawn, changes).items() if part.distance(masked) > 0.05}
    assert not {first, *(word for _, word in found)} & hidden


def _stretches(drawn: Any, changes: list[tuple[float, str]]) -> dict[str, Any]:
    from shapely.ops import substring

    marks = [(0.0, "walk"), *changes, (1.0, "")]
    return {word: substring(drawn, a, b, normalized=True) for (a, word), (b, _) in pairwise(marks)}
