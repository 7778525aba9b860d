"""Comparing two groups: against SciPy's tests, alike groups, and how often chance passes for a difference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gis import comparison
from gis.comparison import FEW, FIRST, SAME, SECOND, Counts, adjusted, chance, differences

K = 5


def alone(people: np.ndarray, all_people: int) -> Counts:
    """Where everyone answers for oneself."""
    return Counts(people, people, all_people, all_people)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 10**6))
def test_the_exact_chance_is_fishers(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, n + 1, 12), rng.integers(0, m + 1, 12)
    wanted = [stats.fisher_exact([[x, n - x], [y, m - y]]).pvalue for x, y in zip(a, b, strict=True)]
    assert chance(a, b, n, m) == pytest.approx(wanted, rel=1e-9)


def test_the_chance_of_very_many_is_that_of_two_proportions() -> None:
    rng = np.random.default_rng(4)
    n, m = 60_000, 45_000
    a, b = rng.integers(9_000, 15_000, 40), rng.integers(7_000, 11_000, 40)
    pooled = (a + b) / (n + m)
    z = (a / n - b / m) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    assert chance(a, b, n, m) == pytest.approx(2 * stats.norm.sf(np.abs(z)), rel=1e-9)


def test_where_the_two_tests_meet_they_say_much_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    a, b = rng.integers(2_900, 3_100, 50), rng.integers(2_900, 3_100, 50)
    rough = chance(a, b, 20_000, 20_000)
    monkeypatch.setattr(comparison, "_EXACT", 10**6)
    assert rough == pytest.approx(chance(a, b, 20_000, 20_000), abs=0.02)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_many_chances_are_corrected_as_benjamini_and_hochberg_do(p: list[float]) -> None:
    assert adjusted(np.array(p)) == pytest.approx(stats.false_discovery_control(p))


@given(st.lists(st.integers(0, 80), min_size=1, max_size=40))
def test_a_group_does_not_differ_from_itself(people: list[int]) -> None:
    counts = alone(np.array(people), 100)
    found = differences(counts, counts, K)
    assert set(found) <= {FEW, SAME}
    assert ((found == FEW) == (counts.people < K)).all()


def test_the_larger_share_is_named_not_the_larger_number() -> None:
    found = differences(alone(np.array([40, 40, 300]), 1000), alone(np.array([40, 4, 30]), 100), K)
    assert found.tolist() == [SECOND, SAME, SAME]
    assert differences(alone(np.array([90]), 100), alone(np.array([3]), 100), K).tolist() == [FIRST]


@given(st.integers(0, 10**6))
def test_the_answer_tells_nothing_of_figures_that_are_withheld(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = (alone(rng.integers(0, 30, 20), int(rng.integers(30, 90))) for _ in range(2))
    found = differences(first, second, K)
    other = [
        replace(c, people=hidden, answers=hidden)
        for c in (first, second)
        for hidden in [np.where(c.people < K, rng.integers(0, K, 20), c.people)]
    ]
    assert (differences(other[0], other[1], K) == found).all()
    few = (first.people < K) & (second.people < K)
    assert (found[few] == FEW).all()
    assert not (found[~few] == FEW).any()


def test_many_who_walk_together_are_one_answer() -> None:
    walked = Counts(np.array([60]), np.array([60]), 80, 80)
    together = Counts(np.array([60]), np.array([1]), 80, 4)
    nobody = Counts(np.array([4]), np.array([4]), 80, 80)
    assert differences(walked, nobody, K).tolist() == [FIRST]
    assert differences(together, nobody, K).tolist() == [SAME]


def test_too_few_people_altogether_are_not_compared() -> None:
    assert differences(alone(np.array([9]), 9), alone(np.array([4]), 4), K).tolist() == [FEW]
    assert differences(alone(np.array([], int), 9), alone(np.array([], int), 9), K).tolist() == []


def walks(rng: np.random.Generator, people: int, places: int, likely: np.ndarray) -> np.ndarray:
    """How many of so many people come to each place; whoever comes to one comes to the next as well, as ways do."""
    drawn = rng.random((people, places)) < likely
    return np.asarray((drawn | np.roll(drawn, 1, axis=1)).sum(axis=0))


def test_chance_seldom_passes_for_a_difference() -> None:
    """Two hundred times two groups that are alike: in hardly more than one of twenty is anything found."""
    rng = np.random.default_rng(11)
    likely = rng.uniform(0.01, 0.4, 120)
    wrong = 0
    for _ in range(200):
        first, second = (alone(walks(rng, n, 120, likely), n) for n in (150, 90))
        wrong += bool(np.isin(differences(first, second, K), (FIRST, SECOND)).any())
    assert wrong <= 0.08 * 200


def test_what_is_found_is_mostly_true_and_what_is_plain_is_found() -> None:
    rng = np.random.default_rng(12)
    usual = rng.uniform(0.05, 0.3, 100)
    changed = usual.copy()
    changed[:20] += 0.4
    errors, missed = [], []
    for _ in range(60):
        first, second = alone(rng.binomial(200, usual), 200), alone(rng.binomial(160, changed), 160)
        found = differences(first, second, K)
        named = np.isin(found, (FIRST, SECOND))
        errors.append(named[20:].sum() / max(1, named.sum()))
        missed.append((found[:20] != SECOND).mean())
    assert np.mean(errors) <= 0.05
    assert np.mean(missed) <= 0.05
