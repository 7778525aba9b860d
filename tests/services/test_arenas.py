"""Arenas, host links and joining."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.errors import Closed, Conflict, Invalid, NotFound, Unauthenticated
from app.model import ArenaLog, HostLink, Participant
from app.model.arena import ARENA_STATES
from app.services import arenas, participants
from app.store import Store
from tests import builders as a


@pytest.mark.rule(2)
def test_a_class_opens_with_a_code_a_child_can_type(store: Store) -> None:
    with store.writing() as db:
        found = a.arena(db, a.process(db))
    assert len(found.join_code or "") == arenas.CODE_LENGTH
    assert not set(found.join_code or "") & set("01OILU")
    assert found.state == "open"


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}\n"])
@pytest.mark.rule(2)
def test_a_code_may_be_typed_in_small_letters_with_spaces(store: Store, typed: str) -> None:
    with store.writing() as db:
        where = a.arena(db, a.process(db))
        code = where.join_code or ""
        spaced = f"{code[:3]}-{code[3:]}".lower()
        assert arenas.by_code(db, typed.format(spaced)).id == where.id


@pytest.mark.parametrize(
    ("grade", "name", "school", "field"),
    [
        (0, "5A", "S", "grade"),
        (14, "5A", "S", "grade"),
        (None, "5A", "S", "grade"),
        (5, " ", "S", "group_name"),
        (5, "5A", "", "school"),
        (5, "x" * 81, "S", "group_name"),
    ],
)
def test_a_class_needs_a_grade_a_name_and_a_school(
    embedded: Store, grade: int | None, name: str, school: str, field: str
) -> None:
    with embedded.writing() as db:
        by, _ = a.host(db, a.process(db))
        with pytest.raises(Invalid) as refused:
            arenas.open_class(db, by, grade=grade, group_name=name, school=school, now=a.NOW)
    assert refused.value.field == field


def test_a_link_is_stored_only_as_a_digest(store: Store) -> None:
    with store.writing() as db:
        _, token = a.host(db, a.process(db))
        row = db.scalars(select(HostLink)).one()
    assert token not in str(vars(row))


def test_an_unknown_an_expired_and_a_revoked_link_open_nothing(store: Store) -> None:
    with store.writing() as db:
        by, token = a.host(db, a.process(db))
        with pytest.raises(Unauthenticated):
            arenas.host(db, "nonsense", a.NOW)
        with pytest.raises(Unauthenticated):
            arenas.host(db, token, a.NOW + timedelta(days=366))
        a.link_of(db, by).revoked_at = a.NOW
        db.flush()
        with pytest.raises(Unauthenticated) as refused:
            arenas.host(db, token, a.NOW)
    assert refused.value.code == "link_not_valid"


def test_a_host_sees_only_its_own_classes(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        one, other = a.host(db, made, "En")[0], a.host(db, made, "To")[0]
        mine = a.school_class(db, one)
        a.school_class(db, other)
        assert [board.arena.id for board in arenas.boards(db, one)] == [mine.id]
        with pytest.raises(NotFound):
            arenas.of_host(db, other, mine.id)


def test_the_board_counts_what_counts(store: Store) -> None:
    with store.writing() as db:
        by, _ = a.host(db, a.process(db))
        where = a.school_class(db, by)
        first, second = a.pupil(db, where), a.pupil(db, where)
        a.route(db, first, a.along((-1000, 0), (0, 0)))
        a.place(db, first, a.at(1, 1))
        a.place(db, second, a.at(2, 2))
        participants.finish(db, second, a.NOW)
        from app.services import contributions

        contributions.erase(db, second, a.place(db, second, a.at(3, 3)), a.NOW)
        found = arenas.board(db, by, where.id)
    assert (found.joined, found.finished, found.routes, found.places) == (2, 1, 1, 2)


@pytest.mark.parametrize("present", list(ARENA_STATES))
@pytest.mark.parametrize("wanted", list(ARENA_STATES))
def test_a_class_moves_only_along_its_transitions(embedded: Store, present: str, wanted: str) -> None:
    with embedded.writing() as db:
        by, _ = a.host(db, a.process(db))
        where = a.school_class(db, by)
        where.state = present
        db.flush()
        if wanted == present:
            assert arenas.change_state(db, by, where, wanted, a.NOW) is False
        elif wanted in ARENA_STATES.table[present]:
            assert arenas.change_state(db, by, where, wanted, a.NOW) is True
        else:
            with pytest.raises(Conflict):
                arenas.change_state(db, by, where, wanted, a.NOW)


def test_two_teachers_who_close_at_once_both_succeed_and_the_log_says_it_once(store: Store) -> None:
    with store.writing() as db:
        by, _ = a.host(db, a.process(db))
        id = a.school_class(db, by).id

    def close(_: int) -> bool:
        with store.writing() as db:
            return arenas.change_state(db, by, arenas.of_host(db, by, id), "closed", a.NOW)

    with ThreadPoolExecutor(6) as pool:
        changed = list(pool.map(close, range(6)))
    with store.reading() as db:
        assert arenas.of_host(db, by, id).state == "closed"
        assert len(db.scalars(select(ArenaLog)).all()) == 1
    assert changed.count(True) == 1


def test_joining_gives_a_secret_name_and_a_key_that_is_not_stored(store: Store) -> None:
    with store.writing() as db:
        where = a.arena(db, a.process(db))
        joined = participants.join(db, where.join_code or "", a.NOW, valid=timedelta(days=1))
        row = db.scalars(select(Participant)).one()
    colour, animal, number = joined.alias.split(".")
    assert colour in participants.COLOURS
    assert animal in participants.ANIMALS
    assert 1 <= int(number) <= participants.HIGHEST
    assert joined.token not in str(vars(row))


def test_thirty_children_who_join_at_once_get_thirty_names(store: Store) -> None:
    with store.writing() as db:
        where = a.arena(db, a.process(db))
        code = where.join_code or ""

    def join(_: int) -> str:
        with store.writing() as db:
            return participants.join(db, code, a.NOW, valid=timedelta(days=1)).alias

    with ThreadPoolExecutor(10) as pool:
        names = list(pool.map(join, range(30)))
    assert len(set(names)) == 30


def test_a_participant_has_no_name_no_address_and_no_device() -> None:
    columns = {column.name for column in Participant.__table__.columns}
    assert columns == {
        "id",
        "arena_id",
        "alias",
        "digest",
        "head_count",
        "sealed_zones",
        "escrowed_zones",
        "practice",
        "joined_at",
        "expires_at",
        "finished_at",
    }


@pytest.mark.parametrize(("state", "code"), [("paused", "arena_paused"), ("closed", "arena_closed")])
@pytest.mark.rule(25)
def test_nobody_joins_a_class_that_is_not_open(embedded: Store, state: str, code: str) -> None:
    with embedded.writing() as db:
        by, _ = a.host(db, a.process(db))
        where = a.school_class(db, by)
        arenas.change_state(db, by, where, state, a.NOW)
        with pytest.raises(Closed) as refused:
            a.pupil(db, where)
    assert refused.value.code == code


def test_nobody_joins_a_process_that_collects_no_more(embedded: Store) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        where = a.arena(db, made)
        made.phase = "deciding"
        db.flush()
        with pytest.raises(Closed) as refused:
            a.pupil(db, where)
    assert refused.value.code == "process_closed"


@pytest.mark.parametrize("code", ["", "XXXXXX", "💥", "' OR 1=1 --"])
def test_a_wrong_code_is_unknown(embedded: Store, code: str) -> None:
    with embedded.writing() as db, pytest.raises(NotFound) as refused:
        arenas.by_code(db, code)
    assert (refused.value.code, refused.value.field) == ("code_unknown", "code")


def test_a_key_that_is_unknown_or_over_opens_nothing(store: Store) -> None:
    with store.writing() as db:
        where = a.arena(db, a.process(db))
        joined = participants.join(db, where.join_code or "", a.NOW, valid=timedelta(hours=1))
        for token, when, code in (
            ("nonsense", a.NOW, "token_unknown"),
            (joined.token, a.NOW + timedelta(hours=1), "token_expired"),
        ):
            with pytest.raises(Unauthenticated) as refused:
                participants.authenticate(db, token, when)
            assert refused.value.code == code
