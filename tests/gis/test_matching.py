"""Routes on streets: the fast model against one that is written out, and awkward networks and routes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import matching, neighbourhood, network
from gis.crs import WGS84, project
from gis.graph import RADIUS, Graph, edges_at, graph
from gis.matching import Stretches
from tests.gis.streets import CENTRE, grid, line, lines, shaken, streets

State = tuple[int, float]
OFF: State = (-1, 0.0)


class Slow:
    """The same model in dictionaries: every edge is asked for, every way is found anew."""

    def __init__(self, made: Graph) -> None:
        self.made = made
        self.beside: dict[int, list[tuple[int, int, float]]] = {}
        for edge, (a, b) in enumerate(made.reach.edges.tolist()):
            length = float(made.reach.lengths[edge])
            self.beside.setdefault(a, []).append((b, edge, length))
            self.beside.setdefault(b, []).append((a, edge, length))

    def states(self, point: Any) -> list[State]:
        away = [(shapely.distance(each, point), edge) for edge, each in enumerate(self.made.lines)]
        close = sorted((d, edge) for d, edge in away if d <= RADIUS)[: matching.CANDIDATES]
        return [(edge, float(shapely.line_locate_point(self.made.lines[edge], point))) for _, edge in close] + [OFF]

    def place(self, state: State) -> Any:
        return shapely.line_interpolate_point(self.made.lines[state[0]], state[1])

    def here(self, state: State, point: Any) -> float:
        away = matching.OFF if state == OFF else shapely.distance(self.place(state), point)
        return float(-0.5 * (away / matching.SIGMA) ** 2)

    def ways(self, source: int) -> dict[int, tuple[float, list[tuple[int, bool]]]]:
        """Metres to every node and the edges that lead there, forwards or backwards."""
        best: dict[int, tuple[float, list[tuple[int, bool]]]] = {source: (0.0, [])}
        waiting = [source]
        while waiting:
            node = waiting.pop(0)
            for other, edge, length in self.beside[node]:
                total = best[node][0] + length
                if total < best.get(other, (math.inf, []))[0]:
                    forward = self.made.reach.edges[edge, 0] == node
                    best[other] = (total, [*best[node][1], (edge, bool(forward))])
                    waiting.append(other)
        return best

    def walk(self, one: State, two: State) -> tuple[float, list[tuple[int, bool]]]:
        """Metres along the network, and the edges one walks on."""
        (e, p), (f, q) = one, two
        found = [(abs(p - q), [(e, q > p)] * (abs(p - q) > 1e-6))] if e == f else []
        for (u, out), (v, into) in itertools.product(self.ends(e, p), self.ends(f, q)):
            if v in (ways := self.ways(u)):
                pieces = [(e, u != self.made.reach.edges[e, 0])] * (out > 1e-6) + ways[v][1]
                pieces += [(f, v == self.made.reach.edges[f, 0])] * (into > 1e-6)
                found.append((out + ways[v][0] + into, pieces))
        return min(found, default=(math.inf, []), key=lambda each: each[0])

    def ends(self, edge: int, at: float) -> list[tuple[int, float]]:
        a, b = self.made.reach.edges[edge].tolist()
        return [(a, at), (b, float(self.made.reach.lengths[edge]) - at)]

    def change(self, one: State, two: State, straight: float) -> float:
        if OFF in (one, two):
            return 0.0 if one == two else -matching.LEAVING
        more = abs(self.walk(one, two)[0] - straight)
        return -more / matching.BETA if more <= matching.DETOUR else -math.inf

    def score(self, states: Sequence[State], points: Sequence[Any]) -> float:
        total = sum(self.here(state, point) for state, point in zip(states, points, strict=True))
        for (one, two), (a, b) in zip(itertools.pairwise(states), itertools.pairwise(points), strict=True):
            total += self.change(one, two, shapely.distance(a, b))
        return total

    def best(self, points: Sequence[Any]) -> float:
        """The score of the best sequence."""
        scores = {state: self.here(state, points[0]) for state in self.states(points[0])}
        for a, b in itertools.pairwise(points):
            scores = {
                two: max(before + self.change(one, two, shapely.distance(a, b)) for one, before in scores.items())
                + self.here(two, b)
                for two in self.states(b)
            }
        return max(scores.values())


def drawn(points: Any, apart: float = 1.0) -> Any:
    return shapely.LineString(np.array(points, float) * apart + CENTRE)


def looked_at(route: Any) -> tuple[np.ndarray, list[Any]]:
    points, _, _ = matching.sampled(lines(route), matching.STEP)
    return points, list(shapely.points(points))


@st.composite
def small(draw: st.DrawFn) -> tuple[Graph, Any]:
    """Some streets within 240 metres, and a route among them; no two lengths are equal."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    many = draw(st.integers(1, 7))
    ways = [drawn(rng.uniform(0, 240, (int(rng.integers(2, 4)), 2))) for _ in range(many)]
    route = drawn(rng.uniform(0, 240, (2, 2)).mean(axis=0) + np.cumsum(rng.normal(0, 45, (4, 2)), axis=0))
    return streets(*ways), route


@given(small())
@settings(max_examples=80)
def test_the_fast_model_finds_what_the_written_out_one_finds(made_and_route: tuple[Graph, Any]) -> None:
    made, route = made_and_route
    slow = Slow(made)
    xy, points = looked_at(route)
    edge, offset, _ = matching._states(made.grid, made.reach, xy)
    states = [(int(e), float(o)) if e >= 0 else OFF for e, o in zip(edge, offset, strict=True)]
    for state, point in zip(states, points, strict=True):
        assert any(state[0] == e and abs(state[1] - o) < 1e-6 for e, o in slow.states(point))
    assert slow.score(states, points) == pytest.approx(slow.best(points), abs=1e-6)


@given(small())
def test_between_two_points_one_walks_the_shortest_way(made_and_route: tuple[Graph, Any]) -> None:
    made, route = made_and_route
    slow = Slow(made)
    edge, offset, _ = matching._states(made.grid, made.reach, looked_at(route)[0])
    pieces, along = matching._walked(made.reach, edge, offset)
    for t in range(1, len(edge)):
        if edge[t] >= 0 and edge[t - 1] >= 0:
            _, wanted = slow.walk((int(edge[t - 1]), float(offset[t - 1])), (int(edge[t]), float(offset[t])))
            mine = (pieces[:, 1] == t - 1) & (pieces[:, 0] >= 0) & (np.abs(along[:, 1] - along[:, 0]) > 1e-6)
            walked = zip(pieces[mine, 0].tolist(), (along[mine, 1] > along[mine, 0]).tolist(), strict=True)
            assert list(walked) == wanted


@given(small())
@settings(max_examples=40)
def test_confidence_is_the_share_of_all_sequences_that_pass_there(made_and_route: tuple[Graph, Any]) -> None:
    made, route = made_and_route
    slow = Slow(made)
    xy = looked_at(route)[0][:4]
    points = list(shapely.points(xy))
    edge, offset, sure = matching._states(made.grid, made.reach, xy)
    chosen = [(int(e), float(o)) if e >= 0 else OFF for e, o in zip(edge, offset, strict=True)]
    whole, passing = 0.0, np.zeros(len(points))
    for states in itertools.product(*map(slow.states, points)):
        likely = math.exp(slow.score(states, points))
        whole += likely
        for t, state in enumerate(states):
            if state == OFF or chosen[t] == OFF:
                passing[t] += likely * (state == chosen[t])
            else:
                passing[t] += likely * (shapely.distance(slow.place(state), slow.place(chosen[t])) <= 5.0)
    assert sure == pytest.approx(passing / whole, abs=1e-6)


def walks(made: Graph, rng: np.random.Generator, least: float = 700.0) -> tuple[Any, list[int]]:
    """A walk along the streets that never turns round, and its edges."""
    start, at = edges_at(made.reach.edges, len(made.nodes))
    while True:
        node, before, xy, edges, metres = int(rng.integers(len(made.nodes))), -1, [], [], 0.0
        while metres < least:
            ways = [edge for edge in at[start[node] : start[node + 1]].tolist() if edge != before]
            if not ways:
                break
            edge = int(rng.choice(ways))
            along = shapely.get_coordinates(made.lines[edge])
            a, b = made.reach.edges[edge].tolist()
            xy.append(along if a == node else along[::-1])
            node, before, metres = a + b - node, edge, metres + float(made.reach.lengths[edge])
            edges.append(edge)
        else:
            return shapely.LineString(np.concatenate(xy)), edges


def on(found: Stretches, row: int) -> dict[int, float]:
    """Metres of a route on each edge."""
    mine = (found.line == row) & (found.edge >= 0)
    metres = np.abs(found.end - found.start)
    return {int(edge): float(metres[mine & (found.edge == edge)].sum()) for edge in np.unique(found.edge[mine])}


@pytest.fixture(scope="module")
def town() -> Graph:
    return graph(network.build(neighbourhood.make(children_per_class=1).ways), neighbourhood.EPSG)


def test_of_routes_drawn_eight_metres_beside_the_streets_ninety_five_percent_lie_right(town: Graph) -> None:
    rng = np.random.default_rng(11)
    known = [walks(town, rng) for _ in range(120)]
    found = matching.match(town, lines(*(shaken(walk, 8, rng) for walk, _ in known)))
    right = wrong = whole = 0.0
    for row, (_, edges) in enumerate(known):
        wanted = {edge: edges.count(edge) * float(town.reach.lengths[edge]) for edge in edges}
        there = on(found, row)
        whole += sum(wanted.values())
        right += sum(min(there.get(edge, 0), metres) for edge, metres in wanted.items())
        wrong += sum(max(metres - wanted.get(edge, 0), 0) for edge, metres in there.items())
    assert right > 0.95 * whole
    assert wrong < 0.05 * whole
    assert found.confidence.mean() > 0.8


def test_edges_come_in_the_order_and_direction_one_walked() -> None:
    made = grid(6, 6)
    route = line((130, 103), (297, 97), (303, 350))
    found = matching.match(made, lines(route))
    ends = [made.nodes[made.reach.edges[e]][:: 1 if f else -1] for e, f in zip(found.edge, found.forward, strict=True)]
    walked = [(a - CENTRE).round().tolist() for a, _ in ends]
    assert walked == [[100, 100], [200, 100], [300, 100], [300, 200], [300, 300]]
    assert all(np.allclose(ends[i][1], ends[i + 1][0]) for i in range(4))
    assert found.begins[0] == 0
    assert found.ends[-1] == pytest.approx(route.length)
    assert found.confidence.min() > 0.8


def test_a_walk_across_a_field_is_off_the_network_between_the_streets() -> None:
    made = grid(side=200)
    route = line((0, 0), (200, 0), (400, 200), (600, 200))
    found = matching.match(made, lines(route))
    at, shapes = matching.off_network(lines(route), found)
    assert found.edge[at].tolist() == [-1]
    assert 180 < shapes[0].length < 330
    assert shapely.distance(shapes[0].interpolate(0.5, normalized=True), line((300, 100), (300, 101))) < 15
    assert found.forward[found.edge >= 0].all()


def test_crossing_a_street_is_not_walking_on_it() -> None:
    made = streets(line((0, 0), (400, 0)), line((0, 300), (400, 300)))
    found = matching.match(made, lines(line((200, -150), (210, 450))))
    assert found.edge.tolist() == [-1]


def test_a_short_gap_in_the_network_is_no_desire_line() -> None:
    made = streets(line((0, 0), (200, 0)), line((225, 0), (420, 0)))
    route = line((0, 2), (420, -2))
    found = matching.match(made, lines(route))
    assert set(found.edge.tolist()) <= {0, 1, -2}
    assert {0, 1} <= set(found.edge.tolist())
    assert len(matching.off_network(lines(route), found)[0]) == 0
    wide = streets(line((0, 0), (200, 0)), line((320, 0), (520, 0)))
    assert -1 in matching.match(wide, lines(line((0, 2), (520, -2)))).edge


def test_one_street_walked_to_and_fro_is_walked_twice() -> None:
    made = streets(line((0, 0), (300, 0)))
    found = matching.match(made, lines(line((20, 4), (260, 3), (261, -3), (30, -4))))
    assert found.edge.tolist() == [0, 0]
    assert found.forward.tolist() == [True, False]
    assert found.end - found.start == pytest.approx([240, -230], abs=15)


def test_an_unsteady_hand_neither_turns_round_nor_visits_side_streets() -> None:
    made = grid()
    found = matching.match(made, lines(line((5, 0), (60, 2), (48, -2), (90, 0), (104, 12), (110, 0), (290, 0))))
    assert [(made.lines[edge].bounds[1] - CENTRE[1]) < 1 for edge in found.edge] == [True] * 3
    assert found.forward.all()


def test_of_two_streets_ten_metres_apart_the_nearer_is_chosen_and_doubt_is_told() -> None:
    made = streets(line((0, 0), (300, 0)), line((0, 10), (300, 10)))
    upper = int(np.argmax([each.bounds[1] for each in made.lines]))
    on_it = matching.match(made, lines(line((0, 10), (300, 10))))
    assert on_it.edge.tolist() == [upper]
    between = matching.match(made, lines(line((0, 5.2), (300, 5.2))))
    assert between.edge.tolist() == [upper]
    assert between.confidence[0] < 0.65 < on_it.confidence[0]
    alone = matching.match(streets(line((0, 10), (300, 10))), lines(line((0, 5.2), (300, 5.2))))
    assert alone.confidence[0] > 0.98


@pytest.mark.parametrize("shift", [(0.0, 3_000.0), (50_000.0, 0.0), (-4e6, 9e6)])
def test_far_from_every_street_and_outside_the_network_a_route_is_off_it(shift: tuple[float, float]) -> None:
    route = shapely.transform(line((0, 0), (150, 40), (380, 0)), lambda xy: xy + np.array(shift))
    found = matching.match(grid(), lines(route))
    assert found.edge.tolist() == [-1]
    assert found.ends[0] == pytest.approx(route.length)
    assert found.confidence[0] == pytest.approx(1.0)
    assert found.of_parts(1) == pytest.approx([1.0])


def test_a_network_without_streets_has_every_route_off_it() -> None:
    made = graph(network.build(np.empty(0, dtype=object)), 25832)
    assert matching.match(made, lines(line((0, 0), (100, 0)))).edge.tolist() == [-1]


@pytest.mark.parametrize("given_", [[], [None], [shapely.LineString()], [line((5, 5), (5, 5))]])
def test_what_has_no_length_has_no_stretches(given_: list[Any]) -> None:
    found = matching.match(grid(), lines(*given_))
    assert len(found.edge) == 0
    assert len(matching.off_network(lines(*given_), found)[0]) == 0


def test_parts_are_matched_by_themselves_and_belong_to_their_line() -> None:
    made = grid()
    whole = line((0, 0), (300, 0))
    cut = shapely.MultiLineString([line((0, 0), (90, 0)), line((210, 0), (300, 0))])
    found = matching.match(made, lines(whole, cut))
    assert found.line.tolist() == [0, 0, 0, 1, 1]
    assert found.part.tolist() == [0, 0, 0, 1, 2]
    assert (found.edge >= 0).all()
    assert (found.of_parts(3) > 0.9).all()


def test_at_seventy_degrees_north_metres_are_metres() -> None:
    centre = tuple(shapely.get_coordinates(project(shapely.Point(27.0, 70.2), WGS84, 25835))[0].tolist())
    ways = [line((0, 0), (300, 0), centre=centre), line((0, 60), (300, 60), centre=centre)]
    made = streets(*ways, epsg=25835)
    assert made.reach.lengths == pytest.approx([300, 300], abs=0.5)
    found = matching.match(made, lines(line((0, 55), (300, 55), centre=centre)))
    assert [made.lines[edge].bounds[1] - centre[1] for edge in found.edge] == pytest.approx([60], abs=0.5)


def test_a_street_that_comes_back_to_where_it_began_can_be_walked_round() -> None:
    ring = [(100 * math.cos(a), 100 * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 40)]
    made = streets(line(*ring), line((100, 0), (300, 0)))
    found = matching.match(made, lines(line((290, 0), *ring, (290, 0))))
    loop = int(np.argmax(made.reach.lengths))
    assert found.edge.tolist() == [1 - loop, loop, 1 - loop]


@given(small())
def test_the_order_and_company_of_lines_change_nothing(made_and_route: tuple[Graph, Any]) -> None:
    made, route = made_and_route
    alone = matching.match(made, lines(route))
    among = matching.match(made, lines(line((0, 0), (80, 10)), route, None, route))
    for row in (1, 3):
        mine = among.line == row
        assert np.array_equal(among.edge[mine], alone.edge)
        assert np.allclose(among.confidence[mine], alone.confidence, atol=1e-6)
