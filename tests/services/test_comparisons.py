"""Comparing two groups: cells against counting and testing one by one, and nothing told of too few."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from sqlalchemy import select

from app.model import Arena, Contribution, Participant, Process
from app.services import arenas, comparisons, participants
from app.services.index import Index, Selection
from app.store import Session, Store
from gis import grid
from tests import builders as a

K = 3
FIVE, SEVEN = (Selection(grades=frozenset({grade})) for grade in (5, 7))


def ground(db: Session, seed: int = 3) -> Process:
    """Two grades: they go the same ways, but play in different corners."""
    made = a.process(db, minimum_people=K)
    by, _ = a.host(db, made)
    rng = np.random.default_rng(seed)
    for name, grade, corner in (("5A", 5, -600), ("7A", 7, 600)):
        where = a.school_class(db, by, name, grade)
        for _ in range(18):
            actor = a.pupil(db, where)
            if rng.random() < 0.8:
                a.place(db, actor, a.at(corner, 0), "activity", "play" if grade == 5 else "ball")
            a.place(db, actor, a.at(*rng.uniform(-300, 300, 2)), "bad", "dark")
            a.route(db, actor, a.along((0, -900), (0, float(rng.uniform(-200, 200)))))
    return made


def index_of(db: Session, process: Process) -> Index:
    found = Index(process)
    found.refresh(db, process)
    return found


def slowly(db: Session, made: Process, grade: int) -> tuple[dict[Any, int], int]:
    """People of a grade in each cell and for each thing said, asked one by one, and how many they are."""
    seen: dict[Any, dict[Any, int]] = {}
    everyone: dict[Any, int] = {}
    for row in db.scalars(select(Contribution)):
        person, where = db.get_one(Participant, row.participant_id), db.get_one(Arena, row.arena_id)
        if where.grade != grade or person.practice:
            continue
        everyone[person.id] = person.head_count
        keys: list[Any] = [(row.group, row.category)]
        if row.geometry is not None:
            shape = np.array([comparisons.publication.metric(made, row.geometry)], dtype=object)
            keys += grid.cells_of(shape, made.hexagon_m)[1].tolist()
        for key in keys:
            seen.setdefault(key, {})[person.id] = person.head_count
    return {key: sum(people.values()) for key, people in seen.items()}, sum(everyone.values())


def said_slowly(first: dict[Any, int], second: dict[Any, int], n: int, m: int, kind: type) -> dict[Any, str]:
    """What can be said of each cell (or thing), with SciPy's own tests."""
    keys = [key for key in {*first, *second} if isinstance(key, kind)]
    said, tested = dict.fromkeys(keys, "few"), []
    for key in keys:
        a_people, b_people = first.get(key, 0), second.get(key, 0)
        if max(a_people, b_people) < K:
            continue
        x, y = (max(each, K - 1) if each < K else each for each in (a_people, b_people))
        larger = "first" if x / n > y / m else "second"
        hidden = {"first": a_people < K, "second": b_people < K}
        p = 1.0 if hidden[larger] else stats.fisher_exact([[x, n - x], [y, m - y]]).pvalue
        tested.append((key, larger, p))
    for (key, larger, _), q in zip(tested, stats.false_discovery_control([p for *_, p in tested]), strict=True):
        said[key] = larger if q <= 0.05 else "same"
    return said


def test_what_is_said_of_cells_and_categories_is_what_testing_one_by_one_says(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        index = index_of(db, made)
        (first, n), (second, m) = slowly(db, made, 5), slowly(db, made, 7)
        batch = comparisons.layer(made, index, FIVE, SEVEN).collect()
        rows = {name: batch.values(name) for name in ("cell", "first", "second", "difference")}
        wanted = said_slowly(first, second, n, m, int)
        found = {int(cell): said for cell, said in zip(rows["cell"], rows["difference"], strict=True)}
        assert found == wanted
        assert {"first", "second", "same", "few"} == set(wanted.values())
        for cell, a_people, b_people in zip(rows["cell"], rows["first"], rows["second"], strict=True):
            for told, people in ((a_people, first.get(int(cell), 0)), (b_people, second.get(int(cell), 0))):
                assert told == (people if people >= K else None)
        answer = comparisons.of(db, made, index, FIVE, SEVEN)
        assert (answer.first, answer.second, answer.both) == (n, m, None)
        assert {row.key: row.said for row in answer.categories} == {
            key: said for key, said in said_slowly(first, second, n, m, tuple).items() if said != "few"
        }
        certain = {cell for cell, said in wanted.items() if said in ("first", "second")}
        assert {row.key for _, row in answer.places} == certain
        assert sum(answer.cells.values()) == len(wanted)


def test_the_largest_difference_comes_first_with_a_name_and_shares(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        answer = comparisons.of(db, made, index_of(db, made), FIVE, SEVEN)
        gaps = [abs((row.first_share or 0) - (row.second_share or 0)) for _, row in answer.places]
        assert gaps == sorted(gaps, reverse=True)
        near, row = answer.places[0]
        assert near == "Skolen"
        shown = row.first if row.said == "first" else row.second
        share = row.first_share if row.said == "first" else row.second_share
        assert shown is not None
        assert share == pytest.approx(shown / 18)


def test_a_group_compared_with_itself_or_with_nobody_differs_nowhere(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        index = index_of(db, made)
        alike = comparisons.of(db, made, index, FIVE, FIVE)
        assert (alike.places, alike.cells["first"], alike.cells["second"]) == ([], 0, 0)
        assert alike.both == alike.first == 18
        nobody = comparisons.of(db, made, index, FIVE, Selection(grades=frozenset({1})))
        assert (nobody.second, nobody.places, nobody.categories) == (None, [], [])
        assert set(nobody.cells) - {said for said, number in nobody.cells.items() if number == 0} == {"few"}


def test_a_process_without_answers_is_compared_without_error(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        answer = comparisons.of(db, made, index_of(db, made), FIVE, SEVEN)
        assert (answer.first, answer.cells["same"], answer.categories) == (None, 0, [])
        assert len(comparisons.layer(made, index_of(db, made), FIVE, SEVEN).collect().geometry) == 0


def test_a_kindergarten_that_walks_together_is_one_answer(store: Store) -> None:
    """Twenty who went one way behind one adult are no evidence that their grade goes there."""
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        token = arenas.create_host_link(db, made, label="Barnehagen", method="kindergarten", now=a.NOW)
        by = arenas.host(db, token, a.NOW)
        where = arenas.open_class(db, by, grade=None, group_name="Maur", school="Barnehagen", now=a.NOW)
        for n in range(3):
            joined = participants.join(db, where.join_code or "", a.NOW, valid=a.timedelta(days=1), head_count=20)
            actor = participants.authenticate(db, joined.token, a.NOW)
            a.place(db, actor, a.at(-700 + 700 * (n > 0), n))
        five = a.arena(db, made)
        a.crowd(db, five, a.at(900, 0), 15)
        index = index_of(db, made)
        group, alone = (Selection(arenas=frozenset({each.id})) for each in (where, five))
        batch = comparisons.layer(made, index, group, alone).collect()
        said = dict(zip(batch.values("first"), batch.values("difference"), strict=True))
        assert said[20] == "same"
        assert comparisons.of(db, made, index, group, alone).first == 60
