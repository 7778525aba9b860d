"""Streets as a graph and as one compact file."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import neighbourhood, network

BOX = st.tuples(st.integers(-60, 60), st.integers(-60, 60))
LINES = st.lists(st.lists(BOX, min_size=2, max_size=7), min_size=1, max_size=14)


def lines(*coordinates: Any) -> np.ndarray:
    """Lines through whole tens of metres around 10° E 60° N."""
    made = [shapely.LineString([(10 + x * 2e-4, 60 + y * 1e-4) for x, y in line]) for line in coordinates]
    return np.array(made, dtype=object)


def ends(made: network.Network) -> set[tuple[int, int]]:
    """The nodes, counted in tens of metres."""
    return {(round((x * 1e-6 - 10) / 2e-4), round((y * 1e-6 - 60) / 1e-4)) for x, y in made.nodes}


def test_lines_that_cross_on_the_ground_meet_there() -> None:
    made = network.build(lines([(0, 0), (10, 0)], [(5, -5), (5, 5)]))
    assert len(made.edges) == 4
    assert (5, 0) in ends(made)


def test_a_bridge_passes_over_and_joins_where_it_lands() -> None:
    street, below, bridge = [(0, 0), (5, 0)], [(10, -5), (10, 5)], [(5, 0), (15, 0)]
    made = network.build(lines(street, below, bridge), np.array([0, 0, 1]))
    assert (10, 0) not in ends(made)
    assert len(made.edges) == 2
    landed = network.build(lines([(0, -5), (0, 0), (0, 5)], [(0, 0), (9, 0)]), np.array([0, 1]))
    assert len(landed.edges) == 3


def test_pieces_of_one_street_are_joined_and_doubles_dropped() -> None:
    made = network.build(lines([(0, 0), (4, 0)], [(4, 0), (4, 3), (9, 3)], [(4, 0), (0, 0)]))
    assert len(made.edges) == 1
    assert ends(made) == {(0, 0), (9, 3)}
    assert made.counts.tolist() == [2]


def test_a_street_that_ends_in_the_middle_of_another_is_joined_to_it() -> None:
    made = network.build(lines([(0, 0), (10, 0)], [(5, 0), (5, 9)]))
    assert len(made.edges) == 3


@pytest.mark.parametrize("given_", [[], [shapely.LineString()], [None], [shapely.LineString([(10, 60), (10, 60)])]])
def test_nothing_to_walk_on_is_an_empty_network(given_: list[Any]) -> None:
    made = network.build(np.array(given_, dtype=object))
    assert len(made.edges) == 0
    assert len(network.decode(network.encode(made)).edges) == 0


def test_a_loop_is_kept() -> None:
    made = network.build(lines([(0, 0), (9, 0), (9, 9), (0, 9), (0, 0)], [(0, 0), (-5, -5)]))
    assert len(made.edges) == 2
    assert made.metres == pytest.approx(4 * 9 * 10 * 1.11 + 78, rel=0.1)


@given(LINES, st.data())
def test_what_is_decoded_is_what_was_encoded(drawn: Any, data: st.DataObject) -> None:
    levels = np.array(data.draw(st.lists(st.integers(-1, 1), min_size=len(drawn), max_size=len(drawn))))
    made = network.build(lines(*drawn), levels)
    back = network.decode(network.encode(made))
    for name in ("nodes", "edges", "counts", "bends"):
        assert np.array_equal(getattr(back, name), getattr(made, name)), name


@given(LINES)
def test_the_network_lies_where_the_lines_lay(drawn: Any) -> None:
    """Within a metre, on both sides, and with no crossing that is not a node."""
    given_ = lines(*drawn)
    made = network.build(given_)
    whole = shapely.union_all(given_)
    if whole.is_empty or whole.length == 0:
        return
    flat = [shapely.transform(shape, lambda xy: xy * (0.5, 1.0)) for shape in (whole, shapely.union_all(made.lines()))]
    assert shapely.hausdorff_distance(*flat) * 111_320 <= network.SMOOTH_M + 0.3
    assert len(np.unique(made.nodes, axis=0)) == len(made.nodes)


@given(st.binary(max_size=80))
def test_other_bytes_are_refused(data: bytes) -> None:
    for content in (data, network.MAGIC + data):
        try:
            network.decode(content)
        except network.Unreadable:
            continue


def test_a_file_that_was_cut_is_refused() -> None:
    data = network.encode(network.build(lines([(0, 0), (3, 4), (9, 9)], [(0, 0), (5, -5)])))
    for length in range(len(data)):
        with pytest.raises(network.Unreadable):
            network.decode(data[:length])


def test_the_demos_network_is_small_and_in_one_piece() -> None:
    made = network.build(neighbourhood.make(children_per_class=0).ways)
    assert len(network.encode(made)) < 5000
    assert len(made.edges) > 80
    reached = {0}
    while more := {int(b) for a, b in _both(made) if a in reached and b not in reached}:
        reached |= more
    assert len(reached) == len(made.nodes)


def _both(made: network.Network) -> list[tuple[int, int]]:
    return [pair for a, b in made.edges.tolist() for pair in ((a, b), (b, a))]
