"""Travel today and travel wished for: figures against counting one by one, and few left out beyond working out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from app.model import Arena, Contribution, Participant, Process
from app.services import moderation, travel
from app.services.index import Selection
from app.store import Session, Store
from gis.suppression import withheld
from tests import builders as a

K = 3
MODES = ("walk", "cycle", "car", "bus")


def ground(db: Session, seed: int = 2) -> Process:
    made = a.process(db, minimum_people=K)
    by, _ = a.host(db, made)
    rng = np.random.default_rng(seed)
    for name, grade in (("5A", 5), ("7A", 7)):
        where = a.school_class(db, by, name, grade)
        for _ in range(16):
            actor = a.pupil(db, where)
            for _ in range(2):
                today, wish = (MODES[n] for n in rng.choice(4, 2, p=(0.5, 0.25, 0.2, 0.05)))
                told = {"preferred_mode": wish} if rng.random() < 0.8 else {}
                a.route(db, actor, a.along((-900, 0), (0, 0)), mode=today, **told)
    return made


def slowly(db: Session, grades: tuple[int, ...] = (5, 7)) -> dict[tuple[Any, Any], int]:
    """People by mode and wish, asked one by one; None is any."""
    seen: dict[tuple[Any, Any], dict[Any, int]] = {}
    for row in db.scalars(select(Contribution)):
        person, where = db.get_one(Participant, row.participant_id), db.get_one(Arena, row.arena_id)
        if row.kind == "route" and row.state != "hidden" and row.preferred_mode and where.grade in grades:
            for key in ((row.mode, row.preferred_mode), (row.mode, None), (None, row.preferred_mode), (None, None)):
                seen.setdefault(key, {})[person.id] = person.head_count
    return {key: sum(people.values()) for key, people in seen.items()}


@pytest.mark.parametrize("grades", [(5, 7), (5,)], ids=str)
def test_figures_are_those_of_counting_one_by_one(store: Store, grades: tuple[int, ...]) -> None:
    with store.writing() as db:
        made = ground(db)
        found = travel.of(db, made, Selection(grades=frozenset(grades)))
        wanted = slowly(db, grades)
        axes = [*found.modes, None]
        table = np.array([[wanted.get((today, wish), 0) for wish in axes] for today in axes])
        assert set(found.modes) == {mode for pair in wanted for mode in pair if mode}
        assert found.table == np.where(withheld(table, K), -1, table).tolist()
        assert any(-1 in row for row in found.table)
        assert found.people == wanted[None, None]
        totals = [row[-1] for row in table[:-1]]
        assert totals == sorted(totals, reverse=True)


def test_ways_without_a_wish_are_told_apart(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        where = a.arena(db, made)
        for n in range(2 * K):
            actor = a.pupil(db, where)
            a.route(db, actor, a.along((-900, 0), (0, 0)), mode="car", **({"preferred_mode": "walk"} if n < K else {}))
        found = travel.of(db, made, Selection())
        assert (found.modes, found.people, found.silent) == (["car", "walk"], K, K)
        assert found.table == [[0, K, K], [0, 0, 0], [0, K, K]]


def test_what_does_not_count_and_what_the_filter_leaves_out_is_not_counted(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        where = a.arena(db, made)
        ids = [
            a.route(db, a.pupil(db, where), a.along((-900, 0), (0, 0)), mode="car", preferred_mode="walk")
            for _ in range(K + 1)
        ]
        moderation.decide(db, a.officer(db), made, ids[0], "hidden", now=a.NOW)
        assert travel.of(db, made, Selection()).people == K
        assert travel.of(db, made, Selection(modes=frozenset({"walk"}))).people is None
        assert travel.of(db, made, Selection(until=a.NOW.date().replace(day=1))).table == [[0]]


def test_few_are_told_nothing_of(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        where = a.arena(db, made)
        for _ in range(K - 1):
            a.route(db, a.pupil(db, where), a.along((-900, 0), (0, 0)), mode="car", preferred_mode="walk")
        found = travel.of(db, made, Selection())
        assert found.people is None
        assert {number for row in found.table for number in row} <= {0, -1}
        assert travel.of(db, a.process(db, "tomt"), Selection()) == travel.Travel([], [[0]], None, None)
