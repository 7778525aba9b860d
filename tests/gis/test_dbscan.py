"""DBSCAN: the same cores, clusters and noise as scikit-learn's, whatever the points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN

from gis.crs import WGS84, project_xy
from gis.dbscan import dbscan


def partition(label: np.ndarray, among: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero((label == n) & among).tolist()) for n in set(label[among].tolist())}


def nearest_core(x: np.ndarray, y: np.ndarray, core: np.ndarray, point: int) -> int:
    """The first in the input of the nearest cores."""
    away = np.where(core, (x - x[point]) ** 2 + (y - y[point]) ** 2, np.inf)
    return int(away.argmin())


def check(x: Any, y: Any, reach: float, minimum: int) -> np.ndarray:
    """Hold our labels against scikit-learn's: the cores' clusters, the noise, and our own rule for the border."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    found = dbscan(x, y, reach, minimum)
    peer = DBSCAN(eps=reach, min_samples=minimum, algorithm="brute").fit(np.column_stack([x, y]))
    core = np.zeros(len(x), bool)
    core[peer.core_sample_indices_] = True
    assert ((found < 0) == (peer.labels_ < 0)).all()
    assert partition(found, core) == partition(peer.labels_, core)
    for point in np.flatnonzero(~core & (found >= 0)):
        assert found[point] == found[nearest_core(x, y, core, point)]
    firsts = [int(np.flatnonzero(core & (found == n))[0]) for n in range(found.max() + 1)]
    assert firsts == sorted(firsts)
    return found


@given(
    seed=st.integers(0, 100_000),
    n=st.integers(1, 150),
    side=st.floats(1, 2000),
    reach=st.sampled_from([10.0, 50.0, 173.2]),
    minimum=st.integers(1, 12),
)
def test_labels_are_those_of_scikit_learn(seed: int, n: int, side: float, reach: float, minimum: int) -> None:
    rng = np.random.default_rng(seed)
    check(rng.uniform(-side, side, n), rng.uniform(-side, side, n), reach, minimum)


@given(
    at=st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=1, max_size=80),
    reach=st.sampled_from([1.0, 2.0, 5.0]),
    minimum=st.integers(1, 6),
)
def test_points_on_one_another_and_exactly_within_reach_count(at: Any, reach: float, minimum: int) -> None:
    """Whole numbers: 3, 4 and 5 make a right angle, and every distance is exact."""
    x, y = np.array(at, float).T
    check(x, y, reach, minimum)


@given(seed=st.integers(0, 10_000))
def test_clumps_of_very_different_density(seed: int) -> None:
    rng = np.random.default_rng(seed)
    spread = rng.choice([2.0, 30.0, 200.0], 12)
    middle = rng.uniform(0, 1500, (12, 2))
    xy = np.repeat(middle, 25, axis=0) + rng.normal(size=(300, 2)) * np.repeat(spread, 25)[:, None]
    check(*xy.T, 50.0, 10)


@pytest.mark.parametrize(
    ("x", "y", "minimum", "clusters", "noise"),
    [
        ([], [], 3, 0, 0),
        ([5.0], [5.0], 1, 1, 0),
        ([5.0], [5.0], 2, 0, 1),
        ([7.0] * 500, [7.0] * 500, 10, 1, 0),
        ([7.0] * 500, [7.0] * 500, 501, 0, 500),
        (np.arange(0, 2000, 40.0), np.zeros(50), 3, 1, 0),
        (np.zeros(50), np.arange(0, 2500, 50.0), 3, 1, 0),
        (np.arange(0, 3000, 60.0), np.zeros(50), 2, 0, 50),
        ([0.0, 1.0, 9e6, 9e6 + 1], [0.0, 0.0, -9e6, -9e6], 2, 2, 0),
    ],
    ids=[
        "nothing",
        "one point",
        "one point too few",
        "all on one spot",
        "more wanted than there are",
        "a line",
        "a line with every step exactly the reach",
        "a line with too long steps",
        "far apart",
    ],
)
def test_awkward_points(x: Any, y: Any, minimum: int, clusters: int, noise: int) -> None:
    found = check(x, y, 50.0, minimum) if len(x) else dbscan(np.array(x), np.array(y), 50.0, minimum)
    assert (int(found.max(initial=-1)) + 1, int((found < 0).sum())) == (clusters, noise)


def test_seventy_degrees_north() -> None:
    rng = np.random.default_rng(70)
    x, y = project_xy(25.8 + rng.normal(0, 0.008, 400), 70.0 + rng.normal(0, 0.003, 400), WGS84, 25835)
    assert check(x, y, 50.0, 5).max() > 0


@pytest.mark.parametrize(
    ("x", "reach"), [([0.0, np.nan], 50.0), ([0.0, np.inf], 50.0), ([0.0, 1e12], 1.0), ([0.0, 1.0], 0.0), ([0.0], -1.0)]
)
def test_what_cannot_be_sorted_into_cells_is_refused(x: list[float], reach: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        dbscan(np.array(x), np.zeros(len(x)), reach, 3)
