"""A host in its own class: practice, hiding and deleting, and a way back for a pupil whose tablet died."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from app.errors import Conflict, NotAllowed, NotFound, Unauthenticated
from app.model import Arena, ArenaLog, Contribution, ModerationLog, NewKey, Participant
from app.services import arenas, classroom, erasure, keys, moderation, participants, publication
from app.services.actors import ALPHABET, Host, Pupil
from app.services.index import Index, Selection
from app.store import Session, Store
from tests import builders as a

DAY = timedelta(days=1)
HOME, SCHOOL = (-2000.0, 40.0), (0.0, 0.0)
WAY = a.along(HOME, (-1200, 300), (-600, 100), SCHOOL)


def opened(db: Session, **details: Any) -> tuple[Any, Host, Arena]:
    made = a.process(db)
    by, _ = a.host(db, made)
    where = arenas.open_class(db, by, grade=5, group_name="5A", school="Skolen", now=a.NOW, **details)
    return made, by, where


def new_key(db: Session, by: Host, who: Pupil) -> str:
    return participants.offer_new_key(db, by, who.participant_id, a.NOW)[0]


def back_again(db: Session, code: str, now: Any = a.NOW) -> tuple[Pupil, str]:
    stretched = keys.one_time(code)
    assert stretched is not None
    joined = participants.take_new_key(db, stretched, now, valid=DAY)
    assert joined.returning
    return participants.authenticate(db, joined.token, now), joined.token


# Practice


def counted_anywhere(db: Session, process: Any) -> int:
    """The registrations of a process through every door that counts."""
    index = Index(process)
    index.refresh(db, process)
    rows = sum(publication.count(db, process, kind) for kind in ("place", "route"))
    exported = sum(len(publication.contributions(db, process, kind).collect().geometry) for kind in ("place", "route"))
    waiting = moderation.waiting(db, process)
    return rows + exported + waiting + int(index.hexagons(Selection())[2].sum()) + len(index.rows(Selection()))


def test_nothing_made_in_practice_counts_anywhere(store: Store) -> None:
    with store.writing() as db:
        made, by, where = opened(db, practice=True)
        a.crowd(db, where, a.at(300, 300), 7, comment="bare en prøve")
        a.route(db, a.pupil(db, where), WAY)
        db.flush()
        assert counted_anywhere(db, made) == 0
        board = arenas.board(db, by, where.id)
        assert (board.joined, board.routes, board.places) == (8, 1, 7)


def test_what_is_made_after_beginning_for_real_counts_and_the_practice_is_erased(store: Store) -> None:
    with store.writing() as db:
        made, by, where = opened(db, practice=True)
        trying = a.pupil(db, where)
        id = a.place(db, trying, a.at(300, 300), comment="bare en prøve")
        assert classroom.begin_for_real(db, by, where.id, a.NOW)
    with store.writing() as db:
        row = db.scalar(select(Contribution).where(Contribution.id == id))
        assert row is not None
        assert (row.state, row.comment, row.geometry) == ("erased", None, None)
        assert counted_anywhere(db, made) == 0
        a.place(db, a.pupil(db, where), a.at(300, 300))
        db.flush()
        assert publication.count(db, made, "place") == 1
        board = arenas.board(db, by, where.id)
        assert (board.joined, board.places, board.arena.practice) == (1, 1, False)


def test_a_key_from_the_practice_opens_nothing_afterwards(store: Store) -> None:
    with store.writing() as db:
        _, by, where = opened(db, practice=True)
        joined = participants.join(db, where.join_code or "", a.NOW, valid=DAY)
        assert participants.authenticate(db, joined.token, a.NOW)
        classroom.begin_for_real(db, by, where.id, a.NOW)
    with store.reading() as db, pytest.raises(Unauthenticated) as refused:
        participants.authenticate(db, joined.token, a.NOW)
    assert refused.value.code == "practice_over"


def test_a_drawing_on_its_way_when_the_practice_ends_never_counts(store: Store) -> None:
    with store.writing() as db:
        made, by, where = opened(db, practice=True)
        slow = a.pupil(db, where)
        classroom.begin_for_real(db, by, where.id, a.NOW)
    with store.writing() as db:
        a.place(db, slow, a.at(300, 300))
        a.route(db, slow, WAY)
        db.flush()
        assert counted_anywhere(db, made) == 0
        board = arenas.board(db, by, where.id)
        assert (board.joined, board.routes, board.places) == (0, 0, 0)
        assert classroom.work(db, by, where.id)[1] == 0


def test_beginning_for_real_twice_is_said_once_and_erases_nothing_real(store: Store) -> None:
    with store.writing() as db:
        _, by, where = opened(db, practice=True)
        assert classroom.begin_for_real(db, by, where.id, a.NOW)
        a.place(db, a.pupil(db, where), a.at(300, 300))
        assert not classroom.begin_for_real(db, by, where.id, a.NOW)
        db.flush()
        assert arenas.board(db, by, where.id).places == 1
        logged = db.scalars(select(ArenaLog).where(ArenaLog.arena_id == where.id)).all()
        assert [(row.present, row.wanted, row.actor) for row in logged] == [("practice", "real", by.label)]


def test_the_demo_is_not_practice(store: Store) -> None:
    with store.writing() as db:
        _, _, where = opened(db)
        assert where.practice is False
        assert not a.pupil(db, where).allows.get("practice")


# Reading, hiding, deleting


def test_what_is_meant_for_an_adult_stands_first_then_words_then_the_rest(store: Store) -> None:
    with store.writing() as db:
        _, by, where = opened(db)
        who = a.pupil(db, where)
        sensitive = a.place(db, who, a.at(0, 300), group="bad", category="mean")
        said = a.place(db, who, a.at(0, 320), comment="en benk her")
        plain = a.place(db, who, a.at(0, 340))
        db.flush()
        rows, total = classroom.work(db, by, where.id)
        assert [row.contribution.id for row in rows] == [sensitive, said, plain]
        assert [row.held for row in rows] == [True, True, False]
        assert total == 3
        only, held = classroom.work(db, by, where.id, held=True)
        assert (len(only), held) == (2, 2)
        assert arenas.board(db, by, where.id).held == 2


def test_hiding_takes_it_out_undo_puts_it_back_and_both_are_logged(store: Store) -> None:
    with store.writing() as db:
        made, by, where = opened(db)
        id = a.place(db, a.pupil(db, where), a.at(300, 300), comment="hei")
        assert classroom.hide(db, by, where.id, id, a.NOW)
        assert publication.count(db, made, "place") == 0
        assert not classroom.hide(db, by, where.id, id, a.NOW)
        assert classroom.put_back(db, by, where.id, id, a.NOW)
        assert publication.count(db, made, "place") == 1
        logged = moderation.history(db, id)
        assert [(row.present, row.wanted, row.actor) for row in logged] == [
            ("pending", "hidden", by.label),
            ("hidden", "pending", by.label),
        ]


def test_deleting_removes_what_was_drawn_and_written(store: Store) -> None:
    with store.writing() as db:
        _, by, where = opened(db)
        id = a.place(db, a.pupil(db, where), a.at(300, 300), comment="hei", own_name="hulen")
        classroom.erase(db, by, where.id, id, a.NOW)
    with store.writing() as db:
        row = db.scalar(select(Contribution).where(Contribution.id == id))
        assert row is not None
        assert (row.state, row.geometry, row.comment, row.own_name) == ("erased", None, None, None)
        last = db.scalars(select(ModerationLog).where(ModerationLog.contribution_id == id)).all()[-1]
        assert (last.wanted, last.actor) == ("erased", by.label)
        with pytest.raises(NotFound):
            classroom.hide(db, by, where.id, id, a.NOW)


def test_a_teacher_does_not_put_back_what_the_municipality_hid(store: Store) -> None:
    with store.writing() as db:
        made, by, where = opened(db)
        id = a.place(db, a.pupil(db, where), a.at(300, 300))
        moderation.decide(db, a.officer(db), made, id, "hidden", now=a.NOW)
        with pytest.raises(NotAllowed) as refused:
            classroom.put_back(db, by, where.id, id, a.NOW)
        assert refused.value.code == "hidden_by_staff"


def test_words_a_teacher_put_back_wait_to_be_read_again(store: Store) -> None:
    with store.writing() as db:
        made, by, where = opened(db)
        id = a.place(db, a.pupil(db, where), a.at(300, 300), comment="hei")
        moderation.decide(db, a.officer(db), made, id, "released", now=a.NOW)
        classroom.hide(db, by, where.id, id, a.NOW)
        classroom.put_back(db, by, where.id, id, a.NOW)
        assert moderation.waiting(db, made) == 1


def test_a_teacher_reaches_only_classes_it_opened(store: Store) -> None:
    with store.writing() as db:
        made, _, where = opened(db)
        other, _ = a.host(db, made, "En annen skole")
        who = a.pupil(db, where)
        id = a.place(db, who, a.at(300, 300))
        mine = a.school_class(db, other)
        for refused in (
            lambda: classroom.pupils(db, other, where.id),
            lambda: classroom.work(db, other, where.id),
            lambda: classroom.hide(db, other, where.id, id, a.NOW),
            lambda: classroom.hide(db, other, mine.id, id, a.NOW),
            lambda: classroom.put_back(db, other, mine.id, id, a.NOW),
            lambda: classroom.erase(db, other, mine.id, id, a.NOW),
            lambda: classroom.begin_for_real(db, other, where.id, a.NOW),
            lambda: participants.offer_new_key(db, other, who.participant_id, a.NOW),
        ):
            with pytest.raises(NotFound):
                refused()


def test_the_list_of_pupils_says_how_much_and_whether_they_are_done(store: Store) -> None:
    with store.writing() as db:
        _, by, where = opened(db)
        busy, done = a.pupil(db, where), a.pupil(db, where)
        a.route(db, busy, WAY)
        a.place(db, busy, a.at(300, 300), now=a.NOW + timedelta(minutes=5))
        a.place(db, busy, a.at(300, 330), comment="hei")
        participants.finish(db, done, a.NOW + timedelta(minutes=9))
        found = {row.id: row for row in classroom.pupils(db, by, where.id)}
    row = found[busy.participant_id]
    assert (row.routes, row.places, row.held, row.finished) == (1, 2, 1, False)
    assert row.last_at == a.NOW + timedelta(minutes=5)
    assert found[done.participant_id].finished
    assert found[done.participant_id].last_at == a.NOW + timedelta(minutes=9)


# A tablet died


def test_a_new_key_is_for_the_same_pupil_and_the_old_one_stops(store: Store) -> None:
    with store.writing() as db:
        _, by, where = opened(db)
        joined = participants.join(db, where.join_code or "", a.NOW, valid=DAY)
        who = participants.authenticate(db, joined.token, a.NOW)
        a.place(db, who, a.at(300, 300))
        code = new_key(db, by, who)
    with store.writing() as db:
        assert participants.authenticate(db, joined.token, a.NOW).alias == who.alias
        again, _ = back_again(db, code)
        assert (again.participant_id, again.alias) == (who.participant_id, who.alias)
    with store.writing() as db, pytest.raises(Unauthenticated):
        participants.authenticate(db, joined.token, a.NOW)
    with store.writing() as db, pytest.raises(NotFound):
        back_again(db, code)


def test_after_a_new_key_ways_are_cut_by_the_very_same_zones(store: Store) -> None:
    """Two different cuts of ways from one home would tell more than one."""
    with store.writing() as db:
        _, by, where = opened(db)
        who = a.pupil(db, where)
        a.route(db, who, WAY, seed=1)
        before = participants.locked_zones(db, who)
        assert len(before) == 1
        again, _ = back_again(db, new_key(db, by, who))
        after = participants.locked_zones(db, again)
        assert [zone.wkb for zone in after] == [zone.wkb for zone in before]
        a.route(db, again, WAY, seed=99)
        db.flush()
        cuts = db.scalars(select(Contribution.geometry).where(Contribution.kind == "route")).all()
        assert len(cuts) == 2
        assert cuts[0].equals_exact(cuts[1], 1e-9)


def test_zones_survive_one_new_key_after_another(store: Store) -> None:
    with store.writing() as db:
        _, by, where = opened(db)
        who = a.pupil(db, where)
        a.route(db, who, WAY)
        before = [zone.wkb for zone in participants.locked_zones(db, who)]
        for _ in range(3):
            who, _ = back_again(db, new_key(db, by, who))
        assert [zone.wkb for zone in participants.locked_zones(db, who)] == before
        a.route(db, who, a.along((900, 2500), (500, 900), (400, 300)))
        more = [zone.wkb for zone in participants.locked_zones(db, who)]
        assert more[0] == before[0]
        who, _ = back_again(db, new_key(db, by, who))
        assert [zone.wkb for zone in participants.locked_zones(db, who)] == more


def test_the_database_alone_opens_no_zone(store: Store) -> None:
    """Everything the rows hold, tried against everything the rows hold."""
    with store.writing() as db:
        _, by, where = opened(db)
        who = a.pupil(db, where)
        a.route(db, who, WAY)
        code = new_key(db, by, who)
        person = db.get_one(Participant, who.participant_id)
        offered = db.get_one(NewKey, who.participant_id)
        arena = db.get_one(Arena, where.id)
        sealed = [person.sealed_zones, person.escrowed_zones, offered.sealed_zones, arena.sealed_key]
        assert all(sealed)
        home = shapely.to_wkb(participants.locked_zones(db, who)[0], hex=True)
        kept = [*sealed, arena.public_key, person.digest.encode(), offered.digest.encode()]
        for row in kept:
            assert home.encode() not in row
            assert code.encode() not in row
        for secret, box in combinations([bytes(row)[:64] for row in kept], 2):
            guess = keys.derived(secret, "snarvei secret zones")
            assert keys.opened(bytes(box), guess) is None
        stranger = keys.derived(b"another link", "snarvei host")
        assert keys.opened_by_host(person.escrowed_zones, arena.sealed_key, stranger) is None
        assert keys.opened_by_host(person.escrowed_zones, arena.sealed_key, by.key) is not None


def test_a_code_that_is_old_replaced_or_wrong_opens_nothing(store: Store) -> None:
    with store.writing() as db:
        _, by, where = opened(db)
        who = a.pupil(db, where)
        first, second = new_key(db, by, who), new_key(db, by, who)
        assert db.scalar(select(func.count()).select_from(NewKey)) == 1
    for code, now in ((first, a.NOW), (second, a.NOW + timedelta(minutes=15)), ("BBBBBBBB", a.NOW)):
        with store.writing() as db, pytest.raises(NotFound) as refused:
            back_again(db, code, now)
        assert refused.value.code == "code_unknown"
    with store.writing() as db:
        assert back_again(db, second, a.NOW + timedelta(minutes=14))


def test_a_row_from_before_there_were_copies_gets_new_zones(store: Store) -> None:
    with store.writing() as db:
        _, by, where = opened(db)
        who = a.pupil(db, where)
        a.route(db, who, WAY)
        db.execute(update(Participant).values(escrowed_zones=None))
        again, _ = back_again(db, new_key(db, by, who))
        assert participants.locked_zones(db, again) == []
        a.route(db, again, WAY, seed=5)
        assert len(participants.locked_zones(db, again)) == 1


def test_a_class_from_before_there_were_keys_still_gives_one(store: Store) -> None:
    with store.writing() as db:
        _, by, where = opened(db)
        db.execute(update(Arena).values(public_key=None, sealed_key=None))
        who = a.pupil(db, where)
        a.route(db, who, WAY)
        again, _ = back_again(db, new_key(db, by, who))
        assert again.alias == who.alias


def test_who_was_forgotten_gets_no_key_and_leaves_no_copy(store: Store) -> None:
    with store.writing() as db:
        made, by, where = opened(db)
        who = a.pupil(db, where)
        a.route(db, who, WAY)
        code = new_key(db, by, who)
        erasure.forget_participant(db, made, where.join_code or "", who.alias, a.NOW)
        person = db.get_one(Participant, who.participant_id)
        db.refresh(person)
        assert (person.digest, person.sealed_zones, person.escrowed_zones) == (None, None, None)
        with pytest.raises(NotFound):
            new_key(db, by, who)
        with pytest.raises(NotFound):
            back_again(db, code)


def test_a_paused_class_lets_nobody_back_in_and_keeps_the_code(store: Store) -> None:
    with store.writing() as db:
        _, by, where = opened(db)
        code = new_key(db, by, a.pupil(db, where))
        arenas.change_state(db, by, where, "paused", a.NOW)
        with pytest.raises(Exception, match="arena_paused"):
            back_again(db, code)
        arenas.change_state(db, by, where, "open", a.NOW)
        assert back_again(db, code)


@given(st.binary(min_size=1, max_size=300), st.binary(min_size=16, max_size=32))
@settings(max_examples=25)
def test_what_is_sealed_to_a_class_is_read_by_its_host_and_nobody_else(plain: bytes, token: bytes) -> None:
    by, other = keys.derived(token, "snarvei host"), keys.derived(token + b"x", "snarvei host")
    public, sealed_key = keys.pair(by)
    sealed = keys.sealed_to(public, plain)
    assert plain not in sealed or len(plain) < 8
    assert keys.opened_by_host(sealed, sealed_key, by) == plain
    assert keys.opened_by_host(sealed, sealed_key, other) is None


@pytest.mark.parametrize("code", ["", "BCDFGH", "BCDFGHJ0", "BCDFGHJKL", "💥💥💥💥💥💥💥💥"])
def test_what_cannot_be_a_one_time_code_is_not_even_stretched(code: str) -> None:
    assert keys.one_time(code) is None


def test_one_time_codes_are_long_enough_and_easy_to_type() -> None:
    assert len(ALPHABET) ** keys.ONE_TIME_LENGTH > 3e11
    codes = {keys.one_time_code() for _ in range(50)}
    assert len(codes) == 50
    assert all(set(code) <= set(ALPHABET) for code in codes)


def test_hiding_what_is_erased_is_refused_and_says_so(embedded: Store) -> None:
    with embedded.writing() as db:
        _, by, where = opened(db)
        who = a.pupil(db, where)
        id = a.place(db, who, a.at(300, 300))
        classroom.erase(db, by, where.id, id, a.NOW)
        with pytest.raises((NotFound, Conflict)):
            classroom.put_back(db, by, where.id, id, a.NOW)
