"""Workshops: dots within the limit, each ballot once however often it is sent, ranks with ties, the shelf, offers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.errors import Closed, Conflict, Invalid, NotFound
from app.model import Arena, Dots, Offer, Process, RoadmapInput
from app.services import arenas, heads, participants, roadmap, workshop
from app.services.actors import Officer, Pupil
from app.store import Session, Store
from tests import builders as a

YEAR = timedelta(days=365)
DOTS = 5


@dataclass
class Room:
    """A workshop of some inputs, and the door for those who come."""

    store: Store
    process: Process
    planner: Officer
    arena: Arena
    inputs: list[str]

    def comes(self, db: Session, people: int = 1) -> Pupil:
        joined = participants.join(db, self.arena.join_code or "", a.NOW, valid=YEAR, head_count=people)
        return self.again(db, joined.token)

    def again(self, db: Session, token: str) -> Pupil:
        return participants.authenticate(db, token, a.NOW)

    def token(self, people: int = 1) -> str:
        with self.store.writing() as db:
            return participants.join(db, self.arena.join_code or "", a.NOW, valid=YEAR, head_count=people).token

    def votes(self, token: str, dots: dict[str, int], revision: int = 1) -> dict[str, int]:
        with self.store.writing() as db:
            return workshop.cast(db, self.again(db, token), dots, revision=revision, now=a.NOW)

    def stands(self) -> list[tuple[int, str, int]]:
        with self.store.reading() as db:
            return [
                (each.place, each.input.public_id, each.dots)
                for each in workshop.standing(db, db.get_one(Arena, self.arena.id)).ranked
            ]


def room(store: Store, inputs: int = 4) -> Room:
    with store.writing() as db:
        process = a.process(db)
        planner = a.officer(db)
        rows = [written(db, process, n) for n in range(1, inputs + 1)]
        ids = [row.public_id for row in rows]
        arena = workshop.open_workshop(db, process, title="Veikartverksted", dots=DOTS, public_ids=ids, now=a.NOW)
        return Room(store, process, planner, arena, ids)


def written(db: Session, process: Process, n: int) -> RoadmapInput:
    row = RoadmapInput(
        process_id=process.id,
        number=n,
        public_id=f"BORGEN-{n:04d}",
        title=f"Innspill {n}",
        theme="traffic_safety",
        kind="suggestion",
        realiser="together",
        created_at=a.NOW,
        changed_at=a.NOW,
    )
    db.add(row)
    db.flush()
    return row


def test_dots_are_added_up_and_ranked(store: Store) -> None:
    at = room(store)
    one, two, *_ = at.inputs
    at.votes(at.token(), {one: 1, two: 4})
    at.votes(at.token(), {one: 2})
    assert at.stands()[:2] == [(1, two, 4), (2, one, 3)]


def test_more_ballots_go_before_fewer_with_as_many_dots_and_equals_share_a_place(store: Store) -> None:
    at = room(store)
    one, two, three, four = at.inputs
    at.votes(at.token(), {one: 2, three: 1, four: 1})
    at.votes(at.token(), {two: 1, three: 1, four: 1})
    at.votes(at.token(), {two: 1})
    with store.reading() as db:
        ranked = workshop.standing(db, at.arena).ranked
    assert [(each.place, each.input.public_id, each.shared) for each in ranked] == [
        (1, two, True),
        (1, three, True),
        (1, four, True),
        (4, one, False),
    ]


def test_a_ballot_takes_the_place_of_the_one_before(store: Store) -> None:
    at = room(store)
    one, two, *_ = at.inputs
    token = at.token()
    at.votes(token, {one: 5}, 1)
    assert at.votes(token, {two: 3}, 2) == {two: 3}
    assert at.stands()[0] == (1, two, 3)
    assert sum(dots for _, _, dots in at.stands()) == 3


def test_what_was_slow_on_its_way_undoes_nothing_newer(store: Store) -> None:
    at = room(store)
    one, two, *_ = at.inputs
    token = at.token()
    at.votes(token, {two: 3}, 7)
    assert at.votes(token, {one: 5}, 6) == {two: 3}
    assert at.votes(token, {one: 5}, 7) == {two: 3}


@pytest.mark.parametrize("given", [{"dots": {"A": 6}}, {"dots": {"A": 3, "B": 3}}])
def test_more_dots_than_one_has_are_refused_and_the_earlier_ballot_stays(
    store: Store, given: dict[str, dict[str, int]]
) -> None:
    at = room(store)
    names = dict(zip("AB", at.inputs, strict=False))
    token = at.token()
    at.votes(token, {at.inputs[0]: 2})
    with pytest.raises(Invalid) as refused:
        at.votes(token, {names[name]: count for name, count in given["dots"].items()}, 2)
    assert (refused.value.code, refused.value.facts) == ("too_many_dots", {"most": 5, "given": 6})
    assert at.stands()[0] == (1, at.inputs[0], 2)


def test_a_table_has_the_dots_of_all_its_people(store: Store) -> None:
    at = room(store)
    table = at.token(people=6)
    assert at.votes(table, {at.inputs[0]: 30}) == {at.inputs[0]: 30}
    with pytest.raises(Invalid, match="too_many_dots"):
        at.votes(table, {at.inputs[0]: 31}, 2)
    with store.reading() as db:
        standing = workshop.standing(db, at.arena)
    assert (standing.ballots, standing.people, standing.dots) == (1, 6, 30)


@pytest.mark.parametrize(
    ("dots", "code"),
    [
        (None, "field_missing"),
        ([], "field_missing"),
        ({"BORGEN-9999": 1}, "input_not_on_table"),
        ({"BORGEN-0001": -1}, "number_out_of_range"),
        ({"BORGEN-0001": 1.5}, "number_out_of_range"),
        ({"BORGEN-0001": True}, "number_out_of_range"),
    ],
)
def test_what_is_no_ballot_is_refused(store: Store, dots: dict[str, int], code: str) -> None:
    at = room(store)
    with pytest.raises(Invalid, match=code):
        at.votes(at.token(), dots)
    assert sum(each for _, _, each in at.stands()) == 0


def test_after_the_close_nothing_is_taken_and_what_was_given_counts(store: Store) -> None:
    at = room(store)
    token = at.token()
    at.votes(token, {at.inputs[0]: 2})
    with store.writing() as db:
        arenas.change_state(db, at.planner, db.get_one(Arena, at.arena.id), "closed", a.NOW)
    with pytest.raises(Closed, match="arena_closed"):
        at.votes(token, {at.inputs[1]: 5}, 2)
    assert at.stands()[0] == (1, at.inputs[0], 2)


def test_the_shelf_takes_an_input_off_and_gives_it_back_with_its_dots(store: Store) -> None:
    at = room(store)
    one, two, *_ = at.inputs
    token = at.token()
    at.votes(token, {one: 3, two: 1})
    with store.writing() as db:
        workshop.shelve(db, at.process, db.get_one(Arena, at.arena.id), one, "  Reguleringsplan for   sentrum ")
    with store.reading() as db:
        standing = workshop.standing(db, at.arena)
        assert [(row.public_id, case) for row, case in standing.shelf] == [(one, "Reguleringsplan for sentrum")]
        assert one not in [row.public_id for row in workshop.on_the_table(db, at.arena)]
    assert at.stands()[0] == (1, two, 1)
    with store.writing() as db:
        workshop.take_back(db, at.process, db.get_one(Arena, at.arena.id), one)
    assert at.stands()[0] == (1, one, 3)


def test_a_table_that_was_without_network_loses_only_the_dots_of_what_was_shelved(store: Store) -> None:
    at = room(store)
    one, two, *_ = at.inputs
    token = at.token()
    with store.writing() as db:
        workshop.shelve(db, at.process, db.get_one(Arena, at.arena.id), one, "Annen sak")
    assert at.votes(token, {one: 3, two: 2}) == {two: 2}


def test_a_workshop_is_about_what_is_not_decided(store: Store) -> None:
    at = room(store)
    with store.writing() as db:
        at.process = db.get_one(Process, at.process.id)
        roadmap.change_status(
            db, at.planner, at.process, at.inputs[0], "declined", reason="Fylket eier veien.", now=a.NOW
        )
        db.flush()
        assert at.inputs[0] not in [row.public_id for row in workshop.suggested(db, at.process)]
        with pytest.raises(Conflict, match="input_decided"):
            workshop.open_workshop(db, at.process, title="To", dots=3, public_ids=at.inputs[:1], now=a.NOW)
        for wrong, code in (({"dots": 0}, "number_out_of_range"), ({"public_ids": []}, "field_missing")):
            with pytest.raises(Invalid, match=code):
                workshop.open_workshop(
                    db, at.process, **{"title": "To", "dots": 3, "public_ids": at.inputs[1:], "now": a.NOW, **wrong}
                )
        with pytest.raises(NotFound):
            workshop.by_code(db, a.arena(db, at.process).join_code or "")


def test_an_offer_waits_for_the_municipality_and_stands_once(store: Store) -> None:
    at = room(store)
    token = at.token()
    with store.writing() as db:
        for words in ("Vi kan måke.", "Vi kan måke og salte."):
            made = workshop.offer(db, at.again(db, token), at.inputs[0], "  Borgen   vel ", words, a.NOW)
        assert (made.name, made.words, made.state) == ("Borgen vel", "Vi kan måke og salte.", "pending")
        assert db.scalar(select(func.count()).select_from(Offer)) == 1
        assert workshop.answer_offer(db, at.process, made.id, "accepted").state == "accepted"
        with pytest.raises(Invalid, match="field_missing"):
            workshop.offer(db, at.again(db, token), at.inputs[0], "  ", None, a.NOW)
        other = a.process(db, slug="andre")
        with pytest.raises(NotFound):
            workshop.answer_offer(db, other, made.id, "declined")


def test_who_votes_can_draw_nothing(store: Store) -> None:
    at = room(store)
    token = at.token()
    with store.writing() as db, pytest.raises(Invalid):
        a.route(db, at.again(db, token), a.along((0, 0), (600, 0)))


@pytest.mark.parametrize("seed", range(6))
def test_the_list_is_what_one_counts_by_hand(store: Store, seed: int) -> None:
    at = room(store)
    ballots = a.rng(seed).integers(0, 3, (seed + 2, 4)).clip(0, 1 + seed % 2).tolist()
    for given in ballots:
        if sum(given) <= DOTS:
            at.votes(at.token(), dict(zip(at.inputs, given, strict=True)))
    taken = [given for given in ballots if sum(given) <= DOTS]
    by_hand = {
        public_id: (sum(each[n] for each in taken), sum(each[n] > 0 for each in taken))
        for n, public_id in enumerate(at.inputs)
    }
    with store.reading() as db:
        ranked = workshop.standing(db, at.arena).ranked
    assert {each.input.public_id: (each.dots, each.ballots) for each in ranked} == by_hand
    for each in ranked:
        better = [other for other in by_hand.values() if other > (each.dots, each.ballots)]
        assert each.place == len(better) + 1
        assert each.shared == (list(by_hand.values()).count((each.dots, each.ballots)) > 1)


def test_a_hundred_and_twenty_phones_at_once_are_each_counted_once(store: Store) -> None:
    at = room(store)
    tokens = [at.token() for _ in range(120)]

    def votes(number: int) -> None:
        for revision in (1, 1, 2):
            at.votes(tokens[number], {at.inputs[number % 4]: revision + 1}, revision)

    with ThreadPoolExecutor(12) as phones:
        list(phones.map(votes, range(120)))
    assert [dots for _, _, dots in at.stands()] == [90, 90, 90, 90]
    with store.reading() as db:
        assert db.scalar(select(func.count()).select_from(Dots)) == 120
        assert workshop.standing(db, at.arena).ballots == 120
        assert heads.of_arena(db, at.process, at.arena) == heads.Heads(120, None, "ballots")


def test_an_arena_of_another_kind_is_no_workshop(store: Store) -> None:
    at = room(store)
    with store.writing() as db:
        process = db.get_one(Process, at.process.id)
        other = arenas.open_map(db, process, title="Kart", now=a.NOW)
        with pytest.raises(NotFound):
            workshop.of(db, process, other.id)
