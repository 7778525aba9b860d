"""Areas: the same clusters as a slow search finds, counted in people, with ids that last."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import areas


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


def circle(x: float, y: float, radius: float = 50) -> Any:
    return shapely.buffer(shapely.Point(x, y), radius)


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ([], [circle(0, 0)], {}),
        ([circle(0, 0)], [], {}),
        ([circle(0, 0)], [circle(10, 0)], {0: 0}),
        ([circle(0, 0)], [circle(500, 0)], {}),
        ([circle(0, 0)], [circle(0, 0, 200)], {0: 0}),
        ([circle(0, 0, 200)], [circle(-90, 0, 60), circle(95, 0, 60)], {0: 0}),
        ([circle(-60, 0), circle(60, 0)], [circle(0, 0, 120)], {0: 0}),
        ([circle(0, 0), circle(300, 0)], [circle(305, 0), circle(5, 0)], {0: 1, 1: 0}),
    ],
    ids=["first", "gone", "moved a little", "another place", "grew", "split", "merged", "two that cross over"],
)
def test_an_area_keeps_its_id_when_it_is_the_same_place(old: Any, new: Any, wanted: dict[int, int]) -> None:
    found = areas.match(old, new)
    assert found == wanted
    assert len(set(found.values())) == len(found)
