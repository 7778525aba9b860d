"""Crossings: what is one, who goes through, and who comes to the other side of a street."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import shapely

from gis import matching, neighbourhood, network
from gis.graph import Graph, edges_at, graph
from gis.junctions import junctions, passages
from tests.gis.streets import CENTRE, grid, line, lines, streets
from tests.gis.test_matching import walks


def through(made: Graph, *routes: object) -> list[tuple[int, list[int], bool]]:
    """Each route's passages: (route, where in whole metres, crosses)."""
    found, matched = junctions(made), matching.match(made, lines(*routes))
    went = passages(made, found, matched)
    where = (found.xy[went.junction] - CENTRE).round().astype(int).tolist()
    return list(zip(matched.line[went.stretch].tolist(), where, went.crosses.tolist(), strict=True))


def test_going_straight_over_crosses_the_street_and_turning_does_not() -> None:
    made = streets(line((-200, 0), (200, 0)), line((0, -200), (0, 200)))
    straight, turning = line((-150, 2), (150, -2)), line((-150, 0), (0, 0), (0, 150))
    assert through(made, straight, turning) == [(0, [0, 0], True), (1, [0, 0], False)]


def test_where_a_street_ends_in_another_nobody_comes_to_its_other_side() -> None:
    made = streets(line((-200, 0), (200, 0)), line((0, 0), (0, 200)))
    along, into, out = line((-150, 0), (150, 0)), line((-150, 0), (0, 0), (0, 150)), line((0, 150), (0, 0), (150, 0))
    assert through(made, along, into, out) == [(n, [0, 0], False) for n in range(3)]


def test_a_staggered_crossing_is_one_crossing_and_is_crossed() -> None:
    made = streets(line((-200, 0), (200, 0)), line((-6, 0), (-6, -200)), line((6, 0), (6, 200)))
    assert junctions(made).arms.tolist() == [4]
    over = line((-6, -150), (-6, 0), (6, 0), (6, 150))
    assert through(made, over, line((-150, 0), (150, 0))) == [(0, [0, 0], True), (1, [0, 0], True)]


def test_corners_and_ends_are_no_crossings() -> None:
    made = streets(line((0, 0), (200, 0)), line((200, 0), (200, 200)), line((400, 0), (500, 0)))
    assert len(junctions(made).arms) == 0
    assert through(made, line((0, 0), (200, 0), (200, 200))) == []


def test_who_turns_round_at_a_crossing_or_begins_there_does_not_pass_it() -> None:
    made = streets(line((-200, 0), (200, 0)), line((0, -200), (0, 200)))
    assert through(made, line((-150, 0), (2, 0), (-150, 0)), line((0, 0), (180, 0))) == []


def test_a_way_that_left_the_streets_did_not_pass_where_it_was_away() -> None:
    made = grid(side=200)
    route = line((20, 200), (180, 200), (400, 420), (580, 400))
    assert all(where in ([200, 200], [400, 400]) for _, where, _ in through(made, route))


def test_a_loop_that_begins_and_ends_in_a_crossing_has_two_arms_there() -> None:
    ring = [(100 * math.cos(a), 100 * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 40)]
    assert junctions(streets(line(*ring), line((100, 0), (300, 0)))).arms.tolist() == [3]


def test_a_network_without_streets_has_no_crossings() -> None:
    made = graph(network.build(np.empty(0, dtype=object)), 25832)
    found = junctions(made)
    assert found.xy.shape == (0, 2)
    assert len(passages(made, found, matching.match(made, lines(line((0, 0), (90, 0))))).stretch) == 0


@pytest.mark.parametrize("seed", range(3))
def test_walks_pass_and_cross_where_it_is_written_out_that_they_do(seed: int) -> None:
    rng = np.random.default_rng(seed)
    made = graph(network.build(neighbourhood.make(children_per_class=1).ways), neighbourhood.EPSG)
    known = [walks(made, rng) for _ in range(40)]
    found = junctions(made)
    matched = matching.match(made, lines(*(way for way, _ in known)))
    went = passages(made, found, matched)
    rows = matched.line[went.stretch].tolist()
    got = list(zip(rows, went.junction.tolist(), went.crosses.tolist(), strict=True))
    wanted = [(row, *each) for row, (_, edges) in enumerate(known) for each in slowly(made, found.of_node, edges)]
    assert got == wanted
    assert any(over for *_, over in got)


def slowly(made: Graph, of_node: np.ndarray, edges: list[int]) -> list[tuple[int, bool]]:
    start, at = edges_at(made.reach.edges, len(made.nodes))
    found = []
    for one, two in itertools.pairwise(edges):
        (node,) = set(made.reach.edges[one].tolist()) & set(made.reach.edges[two].tolist())
        others = set(at[start[node] : start[node + 1]].tolist()) - {one, two}
        if len(others) > 0:
            go = bearing(made, node, two) - bearing(made, node, one)
            left = [(bearing(made, node, each) - bearing(made, node, one)) % 360 < go % 360 for each in others]
            found.append((int(of_node[node]), any(left) and not all(left)))
    return found


def bearing(made: Graph, node: int, edge: int) -> float:
    way = made.lines[edge] if made.reach.edges[edge, 0] == node else shapely.reverse(made.lines[edge])
    x, y = shapely.get_coordinates(way.interpolate(15))[0] - made.nodes[node]
    return math.degrees(math.atan2(y, x))
