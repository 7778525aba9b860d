"""Who can realise it: the shares of the roadmap, counted from its rows, in whole per cents that add up to 100."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TOGETHER = ("residents", "together")


@dataclass(frozen=True)
class Slice:
    """Those of one answer, and their whole per cents."""

    realiser: str
    count: int
    percent: int


@dataclass(frozen=True)
class Chart:
    """``joint`` are those that will not happen unless people work together: everything but the municipality alone."""

    total: int
    slices: tuple[Slice, ...]
    joint: Slice


def chart(counts: Mapping[str, int]) -> Chart:
    """The joint share is the sum of its slices' whole per cents, so that the figures on the page add up."""
    percents = whole_percents(counts)
    slices = tuple(Slice(realiser, count, percents[realiser]) for realiser, count in counts.items())
    joint = [each for each in slices if each.realiser in TOGETHER]
    return Chart(
        sum(counts.values()),
        slices,
        Slice("joint", sum(each.count for each in joint), sum(each.percent for each in joint)),
    )


def whole_percents(counts: Mapping[str, int]) -> dict[str, int]:
    """Largest remainder (Hare quota): each rounded down, and the per cents that are left over go to the largest
    remainders, to the larger count where remainders are equal, then to the first. All 0 if nothing was counted.
    """
    total = sum(counts.values())
    if not total:
        return dict.fromkeys(counts, 0)
    percents = {name: 100 * count // total for name, count in counts.items()}
    order = sorted(counts, key=lambda name: (-(100 * counts[name] % total), -counts[name]))
    for name in order[: 100 - sum(percents.values())]:
        percents[name] += 1
    return percents
