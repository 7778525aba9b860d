"""Who is missing: people of each school and grade against counting one by one, and those nobody has heard from."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy import select

from app.errors import Invalid, NotFound
from app.model import Arena, Contribution, Participant, Process
from app.services import arenas, moderation, processes, turnout
from app.store import Session, Store
from gis.suppression import withheld
from tests import builders as a

K = 3


def open_class(db: Session, made: Process, school: str, grade: int, name: str = "A", **more: object) -> Arena:
    by, _ = a.host(db, made, school)
    return arenas.open_class(db, by, grade=grade, group_name=f"{grade}{name}", school=school, now=a.NOW, **more)  # type: ignore[arg-type]


def ground(db: Session) -> Process:
    """Three schools; some pupils only look on, and one class only practises."""
    made = a.process(db, minimum_people=K)
    rng = np.random.default_rng(7)
    for school in ("Myra", "Lia", "Nes"):
        for grade in (4, 5, 6):
            where = open_class(db, made, school, grade)
            for _ in range(int(rng.integers(0, 9))):
                actor = a.pupil(db, where)
                if rng.random() < 0.7:
                    a.place(db, actor, a.at(0, 0))
    a.crowd(db, open_class(db, made, "Myra", 7, practice=True), a.at(0, 0), 5)
    return made


def slowly(db: Session, school: str | None, grade: int | None) -> int:
    """People who made something that counts, asked one by one."""
    seen = {}
    for row in db.scalars(select(Contribution)):
        person, where = db.get_one(Participant, row.participant_id), db.get_one(Arena, row.arena_id)
        counts = row.state in ("pending", "released") and not person.practice
        if counts and school in (None, where.school) and grade in (None, where.grade):
            seen[person.id] = person.head_count
    return sum(seen.values())


def test_figures_are_those_of_counting_one_by_one(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        found = turnout.of(db, made)
        schools = {str(school.name): (school, grades) for school, grades in found.schools}
        names, years = ["Lia", "Myra", "Nes"], [4, 5, 6, 7]
        table = np.array([[slowly(db, school, grade) for grade in (*years, None)] for school in (*names, None)])
        hidden = withheld(table, K)
        wanted = [
            [None if h else n for n, h in zip(row, gone, strict=True)] for row, gone in zip(table, hidden, strict=True)
        ]
        for n, name in enumerate(names):
            school, grades = schools[name]
            assert school.took_part == wanted[n][-1]
            assert {grade.name: grade.took_part for grade in grades} == {
                year: wanted[n][m] for m, year in enumerate(years) if year != 7 or name == "Myra"
            }
        assert {grade.name: grade.took_part for grade in found.grades} == dict(zip(years, wanted[-1], strict=False))
        assert found.everyone.took_part == wanted[-1][-1] == slowly(db, None, None)
        assert any(None in row for row in wanted)
        assert 0 in wanted[1]


def test_nobody_comes_first_then_the_smallest_share(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        said = {}
        for grade, people in ((4, 8), (5, 4), (6, 0)):
            where = open_class(db, made, "Myra", grade)
            a.crowd(db, where, a.at(0, 0), people)
            said[where.id] = ("10", "class_list")
        turnout.invite(db, made, said)
        ((school, grades),) = turnout.of(db, made).schools
        assert [(grade.name, grade.invited, grade.took_part, grade.share) for grade in grades] == [
            (6, 10, 0, 0),
            (5, 10, 4, 0.4),
            (4, 10, 8, 0.8),
        ]
        assert (school.arenas, school.invited, school.took_part) == (3, 30, 12)


def test_what_is_hidden_does_not_count_and_a_missing_number_is_no_nought(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        first, second = open_class(db, made, "Myra", 4), open_class(db, made, "Myra", 5)
        a.crowd(db, second, a.at(0, 0), K)
        hidden = a.place(db, a.pupil(db, first), a.at(0, 0))
        moderation.decide(db, a.officer(db), made, hidden, "hidden", now=a.NOW)
        turnout.invite(db, made, {second.id: ("20", "counted")})
        everyone = turnout.of(db, made).everyone
        assert (everyone.took_part, everyone.invited, everyone.share) == (K, None, None)


def test_schools_that_opened_nothing_are_named(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        places = [
            {"kind": "school", "name": name, "geometry": a.square(x, 0, 50)}
            for x, name in ((500, "Lia"), (900, "Myra skole"))
        ]
        processes.add_named_places(db, made, places)
        open_class(db, made, "Myra", 4)
        a.host(db, made, "Nes skole")
        assert turnout.of(db, made).silent == ["Lia", "Nes skole", "Skolen"]


def test_only_what_was_held_in_a_time_is_shown(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        a.crowd(db, open_class(db, made, "Myra", 4), a.at(0, 0), K)
        day = a.NOW.date()
        assert turnout.of(db, made, since=day, until=day).everyone.took_part == K
        assert turnout.of(db, made, since=day + timedelta(days=1)).rows == []
        assert turnout.of(db, made, until=day - timedelta(days=1)).everyone.took_part == 0


def test_a_number_is_kept_and_can_be_taken_away(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        where = open_class(db, made, "Myra", 4)
        turnout.invite(db, made, {where.id: (" 24 ", "estimated")})
        assert (where.head_count, where.head_count_method) == (24, "estimated")
        turnout.invite(db, made, {where.id: ("", "class_list")})
        assert (where.head_count, where.head_count_method) == (None, None)


@pytest.mark.parametrize("number", ["0", "-3", "2001", "ti", "2.5", "²"])
def test_a_number_that_cannot_be_is_refused(embedded: Store, number: str) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        where = open_class(db, made, "Myra", 4)
        with pytest.raises(Invalid) as refused:
            turnout.invite(db, made, {where.id: (number, "class_list")})
        assert (refused.value.code, refused.value.field) == ("head_count_out_of_range", "head_count")


def test_an_unknown_method_and_another_processs_arena_are_refused(embedded: Store) -> None:
    with embedded.writing() as db:
        made, other = a.process(db), a.process(db, "annen")
        where = open_class(db, made, "Myra", 4)
        with pytest.raises(Invalid):
            turnout.invite(db, made, {where.id: ("5", "guessed")})
        for process, id in ((other, where.id), (made, uuid4())):
            with pytest.raises(NotFound):
                turnout.invite(db, process, {id: ("5", "counted")})
