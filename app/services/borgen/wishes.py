"""What people of the fixture wish for: subjects in places, put into words, and how often who can realise them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.services.borgen.story import told

QUOTA = {"municipality": 115, "residents": 183, "together": 160}
TWICE = 12


@dataclass(frozen=True)
class Wish:
    """A subject in a place, or for a group. ``other`` is what somebody else calls the same; ``said`` what people say
    of it in so many words; ``measure`` what is done about it, if anything.
    """

    title: str
    other: str
    theme: str
    kind: str
    realiser: str
    tags: tuple[str, ...]
    place: str | None
    said: tuple[str, ...]
    measure: str | None
    quick: str
    subject: int


class Wishes:
    """Those of each realiser in the order they are taken; none is given twice, and so no title is."""

    def __init__(self, waiting: dict[str, list[Wish]]) -> None:
        self._waiting = waiting

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Wishes:
        words = told("words")
        waiting: dict[str, list[Wish]] = {realiser: [] for realiser in QUOTA}
        for number, subject in enumerate(words["subject"]):
            for where in words["where"][subject["where"]]:
                waiting[subject["realiser"]].append(_wish(number, subject, where, rng))
        return cls({name: [rows[int(at)] for at in rng.permutation(len(rows))] for name, rows in waiting.items()})

    def take(self, realiser: str, many: int) -> list[Wish]:
        """The next ones. Raises ValueError where there are no more."""
        rows = self._waiting[realiser]
        if len(rows) < many:
            raise ValueError(f"{len(rows)} wishes of {realiser}, {many} wanted")
        self._waiting[realiser] = rows[many:]
        return rows[:many]


def _wish(number: int, subject: dict[str, Any], where: list[str], rng: np.random.Generator) -> Wish:
    words, place = where[0], where[1] if len(where) > 1 else None
    kind = "suggestion" if rng.random() < 0.6 else "challenge"
    if "quality" in subject and rng.random() < 0.35:
        kind = "quality"
    other = "challenge" if kind == "suggestion" else "suggestion"
    said = subject["good"] if kind == "quality" else subject["said"]
    return Wish(
        title=subject[kind].format(w=words),
        other=subject[other].format(w=words),
        theme=subject["theme"],
        kind=kind,
        realiser=subject["realiser"],
        tags=tuple(subject["tags"]),
        place=place,
        said=tuple(each.format(w=words) for each in said),
        measure=None if kind == "quality" else subject["measure"].format(w=words),
        quick=subject.get("quick", ""),
        subject=number,
    )
