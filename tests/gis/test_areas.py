"""Areas: the same clusters as a slow search finds, counted in people, and outlines that hold them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import areas
from gis.geojson import Unusable


def slow(x: np.ndarray, y: np.ndarray, people: np.ndarray, weights: np.ndarray, minimum: int) -> set[frozenset[int]]:
    """DBSCAN by looking at every pair, on the same lattice; clusters of too few people left out."""
    lx, ly = np.round(x / areas.LATTICE) * areas.LATTICE, np.round(y / areas.LATTICE) * areas.LATTICE
    near = np.hypot(lx[:, None] - lx, ly[:, None] - ly) <= areas.REACH
    core = [weights[np.unique(people[row])].sum() >= minimum for row in near]
    label = np.full(len(x), -1)
    for seed in range(len(x)):
        if core[seed] and label[seed] < 0:
            queue, label[seed] = [seed], seed
            while queue:
                at = queue.pop()
                for other in np.flatnonzero(near[at]):
                    if core[other] and label[other] < 0:
                        label[other] = seed
                        queue.append(other)
    for point in np.flatnonzero(label < 0):
        reach = [o for o in np.flatnonzero(near[point]) if core[o]]
        if reach:
            distance = np.hypot(lx[reach] - lx[point], ly[reach] - ly[point])
            best = distance.min()
            labels = {int(label[o]) for o, d in zip(reach, distance, strict=True) if d == best}
            label[point] = min(labels) if len(labels) == 1 else -2
    found = {frozenset(np.flatnonzero(label == n).tolist()) for n in set(label.tolist()) if n >= 0}
    return {c for c in found if weights[np.unique(people[list(c)])].sum() >= minimum}


@given(seed=st.integers(0, 10_000), n=st.integers(1, 60), minimum=st.integers(1, 5))
def test_clusters_are_those_a_slow_search_finds(seed: int, n: int, minimum: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 500, n), rng.uniform(0, 500, n)
    people, weights = rng.integers(0, 8, n), np.array([1, 1, 1, 1, 1, 1, 2, 3])
    found = {frozenset(c.members.tolist()) for c in areas.clusters(x, y, people, weights, minimum)}
    wanted = slow(x, y, people, weights, minimum)
    tied = {p for c in found ^ wanted for p in c}
    assert {c - tied for c in found} == {c - tied for c in wanted}


def test_one_eager_child_is_no_cluster() -> None:
    x = y = np.zeros(40)
    assert areas.clusters(x, y, np.zeros(40, int), np.ones(1, int), 5) == []


def test_a_cluster_counts_people_and_covers_its_points() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(0, 20, 30), rng.normal(0, 20, 30)
    (found,) = areas.clusters(x, y, np.arange(30) % 10, np.ones(10, int), 5)
    assert found.people == 10
    assert shapely.covers(found.outline, shapely.multipoints(np.column_stack([x, y])))
    assert found.outline.geom_type == "Polygon"
    assert found.outline.is_valid


def test_the_order_of_the_rows_does_not_matter() -> None:
    rng = np.random.default_rng(2)
    x, y, people = rng.uniform(0, 400, 80), rng.uniform(0, 400, 80), rng.integers(0, 20, 80)
    order = rng.permutation(80)
    one = areas.clusters(x, y, people, np.ones(20, int), 4)
    other = areas.clusters(x[order], y[order], people[order], np.ones(20, int), 4)
    assert [set(c.members.tolist()) for c in one] == [set(order[c.members].tolist()) for c in other]


@pytest.mark.parametrize("n", [0, 1])
def test_no_data_and_one_point_make_no_area(n: int) -> None:
    assert areas.clusters(np.zeros(n), np.zeros(n), np.zeros(n, int), np.ones(1, int), 3) == []


def scattered(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """A few clumps and points anywhere between."""
    rng = np.random.default_rng(seed)
    middle = rng.uniform(0, 1500, (5, 2))[rng.integers(0, 5, n)]
    xy = np.where(rng.random((n, 1)) < 0.7, middle + rng.normal(0, 25, (n, 2)), rng.uniform(0, 1500, (n, 2)))
    return xy[:, 0], xy[:, 1]


@pytest.mark.parametrize("method", [areas.even, areas.uneven])
@given(seed=st.integers(0, 10_000), n=st.integers(1, 200))
def test_an_outline_is_one_polygon_around_all_its_points(method: areas.Method, seed: int, n: int) -> None:
    x, y = scattered(seed, n)
    for cluster in areas.clusters(x, y, np.arange(n), np.ones(n, int), 4, method):
        assert cluster.outline.geom_type == "Polygon"
        assert cluster.outline.is_valid
        assert len(cluster.outline.interiors) == 0
        points = shapely.points(x[cluster.members], y[cluster.members])
        assert shapely.distance(cluster.outline.exterior, points).min() > areas.OUTLINE - areas.LATTICE
        assert shapely.covers(cluster.outline, points).all()


@pytest.mark.parametrize("method", [areas.even, areas.uneven])
@given(seed=st.integers(0, 10_000), minimum=st.integers(2, 6))
def test_no_cluster_is_of_too_few_people_and_no_point_in_two(method: areas.Method, seed: int, minimum: int) -> None:
    x, y = scattered(seed, 150)
    rng = np.random.default_rng(seed)
    people, weights = rng.integers(0, 30, 150), rng.integers(1, 4, 30)
    found = areas.clusters(x, y, people, weights, minimum, method)
    for cluster in found:
        assert cluster.people == sum(weights[p] for p in set(people[cluster.members].tolist())) >= minimum
    members = np.concatenate([cluster.members for cluster in found]) if found else np.zeros(0)
    assert len(set(members.tolist())) == len(members)


def town_and_hamlet() -> tuple[np.ndarray, np.ndarray]:
    """Two squares 120 m apart where many meet, ten people along each street between them, and a hamlet of seven."""
    rng = np.random.default_rng(3)
    squares = [rng.normal(middle, 15, (60, 2)) for middle in ((0, 0), (120, 0))]
    between = np.column_stack([np.linspace(-200, 320, 27), np.zeros(27)])
    hamlet = np.column_stack([3000 + 90 * np.arange(7), np.full(7, 3000)])
    xy = np.vstack([*squares, between, hamlet])
    return xy[:, 0], xy[:, 1]


def test_uneven_density_parts_a_town_and_still_finds_a_hamlet() -> None:
    x, y = town_and_hamlet()
    people, weights = np.arange(len(x)), np.ones(len(x), int)
    even = areas.clusters(x, y, people, weights, 5)
    uneven = areas.clusters(x, y, people, weights, 5, areas.uneven)
    hamlet = set(range(len(x) - 7, len(x)))
    assert not any(hamlet & set(c.members.tolist()) for c in even)
    assert any(hamlet == set(c.members.tolist()) for c in uneven)
    squares = [set(range(60)), set(range(60, 120))]
    assert any(len(squares[0] & set(c.members.tolist())) > 50 < len(squares[1] & set(c.members.tolist())) for c in even)
    for square, other in (squares, squares[::-1]):
        assert any(len(square & set(c.members.tolist())) > 40 and not other & set(c.members.tolist()) for c in uneven)


def test_uneven_density_does_not_depend_on_the_order_of_the_rows() -> None:
    x, y = town_and_hamlet()
    people, weights = np.arange(len(x)), np.ones(len(x), int)
    order = np.random.default_rng(9).permutation(len(x))
    one = areas.clusters(x, y, people, weights, 5, areas.uneven)
    other = areas.clusters(x[order], y[order], people[order], weights, 5, areas.uneven)
    assert [set(c.members.tolist()) for c in one] == [set(order[c.members].tolist()) for c in other]


def test_everyone_on_one_spot_is_one_cluster_whatever_the_method() -> None:
    x = y = np.full(80, 7.0)
    for method in (areas.even, areas.uneven):
        (found,) = areas.clusters(x, y, np.arange(80), np.ones(80, int), 5, method)
        assert found.people == 80


def test_uneven_density_refuses_more_places_than_it_can_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(areas, "MOST_UNEVEN", 60)
    x, y = town_and_hamlet()
    with pytest.raises(Unusable) as refused:
        areas.clusters(x, y, np.arange(len(x)), np.ones(len(x), int), 5, areas.uneven)
    assert refused.value.facts == {"found": 147, "most": 60}


@given(seed=st.integers(0, 10_000), n=st.integers(0, 80))
def test_inside_is_what_lies_in_or_on_each_shape(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 40, n).astype(float), rng.integers(0, 40, n).astype(float)
    shapes = [shapely.box(0, 0, 10, 10), shapely.buffer(shapely.Point(20, 20), 9.5), shapely.box(50, 50, 60, 60)]
    wanted = [np.flatnonzero(shapely.intersects(shape, shapely.points(x, y))).tolist() for shape in shapes]
    assert [found.tolist() for found in areas.inside(shapes, x, y)] == wanted
