"""Two groups of people over many places: where they differ for certain, and where it may be chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

FEW, SAME, FIRST, SECOND = 0, 1, 2, 3
LEVEL = 0.05
_EXACT = 2_000
_ALIKE = 1 + 1e-7
_erfc = np.vectorize(math.erfc, otypes=[float])


@dataclass(frozen=True)
class Counts:
    """Of one group: ``people`` in each place and altogether, and how many ``answers`` they gave: one who answers for
    several walks with them, so that what tells chance from certainty is the number of answers.
    """

    people: np.ndarray
    answers: np.ndarray
    all_people: int
    all_answers: int

    def masked(self, minimum: int) -> tuple[np.ndarray, np.ndarray]:
        """Answers as far as anyone may know them, and where that is exact: few are taken for the most that is few."""
        shown = self.people >= minimum
        return np.where(shown, self.answers, min(minimum - 1, self.all_answers)), shown


def differences(first: Counts, second: Counts, minimum: int, level: float = LEVEL) -> np.ndarray:
    """FEW, SAME, FIRST or SECOND for each place: too few people, no certain difference, or whose share is larger.

    Each place is a test of two shares (``chance``); the false discoveries of all together are held to ``level``
    (Benjamini & Hochberg 1995). Fewer than ``minimum`` people of one group are taken for the most that could be, and
    only the other one can then be called the larger: the answer tells nothing that the figures shown do not.
    """
    (a, shown_a), (b, shown_b) = first.masked(minimum), second.masked(minimum)
    tested = shown_a | shown_b
    n, m = first.all_answers, second.all_answers
    found = np.where(tested, SAME, FEW)
    if not tested.any() or min(first.all_people, second.all_people) < minimum:
        return np.full(len(a), FEW)
    larger = np.sign(a * m - b * n)
    said = np.where(shown_a & shown_b, np.sign(first.people * second.all_people - second.people * first.all_people), 0)
    one_way = np.where(shown_a & ~shown_b, 1, np.where(shown_b & ~shown_a, -1, said))
    p = np.where(larger == one_way, chance(a, b, n, m), 1.0)[tested]
    certain = np.zeros(len(a), bool)
    certain[tested] = adjusted(p) <= level
    found[certain & (larger > 0)] = FIRST
    found[certain & (larger < 0)] = SECOND
    return found


def chance(a: np.ndarray, b: np.ndarray, n: int, m: int) -> np.ndarray:
    """How likely shares at least as unlike as ``a`` of ``n`` and ``b`` of ``m`` are if the groups are alike.

    Two-sided: Fisher's exact test, summed over the tables that are no likelier; where these are very many, the test of
    two proportions with the pooled share.
    """
    a, b = np.asarray(a, np.int64), np.asarray(b, np.int64)
    total = a + b
    tables = np.minimum(np.minimum(total, n), np.minimum(m, n + m - total)) + 1
    exact = tables <= _EXACT
    p = np.ones(len(a))
    p[exact] = _fisher(a[exact], total[exact], n, m)
    p[~exact] = _proportions(a[~exact], b[~exact], n, m)
    return p


def adjusted(p: np.ndarray) -> np.ndarray:
    """Chances corrected for their number: those of at most q hold, on average, no more than a share q of errors."""
    order = np.argsort(p)[::-1]
    ranked = p[order] * len(p) / np.arange(len(p), 0, -1)
    found = np.empty(len(p))
    found[order] = np.minimum.accumulate(np.minimum(ranked, 1.0))
    return found


def _fisher(a: np.ndarray, total: np.ndarray, n: int, m: int) -> np.ndarray:
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + m + 1)))])

    def ways(of: int, chosen: np.ndarray) -> np.ndarray:
        found: np.ndarray = factorial[of] - factorial[chosen] - factorial[of - chosen]
        return found

    p = np.ones(len(a))
    for t in np.unique(total):
        at = np.flatnonzero(total == t)
        low = max(0, int(t) - m)
        k = np.arange(low, min(n, int(t)) + 1)
        likely = np.exp(ways(n, k) + ways(m, t - k) - ways(n + m, np.array(t)))
        ordered = np.sort(likely)
        no_likelier = np.searchsorted(ordered, likely[a[at] - low] * _ALIKE, side="right")
        p[at] = np.concatenate([[0.0], np.cumsum(ordered)])[no_likelier]
    return np.minimum(p, 1.0)


def _proportions(a: np.ndarray, b: np.ndarray, n: int, m: int) -> np.ndarray:
    pooled = (a + b) / (n + m)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return _erfc(np.abs(a / n - b / m) / spread / math.sqrt(2)) if len(a) else np.ones(0)
