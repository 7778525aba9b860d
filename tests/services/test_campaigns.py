"""Solution hunts: the counter against counting by hand, nobody twice, days and tasks, refusals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.errors import Invalid, NotFound
from app.model import Campaign, Process
from app.services import arenas, campaigns, moderation, participants, roadmap, workshop
from app.store import Session, Store
from tests import builders as a
from tests.services.test_roadmap import WORDS, derive
from tests.services.test_workshop import written

HUNT = {
    "title": "Løsningsjakten",
    "expectation": "Mye av dette må dere gjøre selv.",
    "starts_on": "2016-03-01",
    "ends_on": "2016-04-30",
    "target_groups": ["Ungdom", " Ungdom ", "", "Eldre som bor alene"],
}


def hunt(db: Session, process: Process, *chosen: Any, **more: Any) -> Campaign:
    made = campaigns.open_hunt(db, process, **{**HUNT, **more}, now=a.NOW)
    campaigns.choose_arenas(db, process, made, [arena.id for arena in chosen])
    return made


def test_who_draws_much_and_votes_too_counts_once(store: Store) -> None:
    with store.writing() as db:
        process = a.process(db)
        five, six = a.arena(db, process, "5A"), a.arena(db, process, "6B")
        eager = a.pupil(db, five)
        for x in range(4):
            a.place(db, eager, a.at(x * 10, 0))
        a.route(db, eager, a.along((0, 0), (900, 0)))
        a.place(db, a.pupil(db, five), a.at(0, 0))
        a.pupil(db, five)
        a.place(db, a.pupil(db, six), a.at(0, 0))
        row = written(db, process, 1)
        table = workshop.open_workshop(db, process, title="Bord", dots=5, public_ids=[row.public_id], now=a.NOW)
        for people in (6, 1):
            key = participants.join(db, table.join_code or "", a.NOW, valid=timedelta(days=1), head_count=people).token
            pupil = participants.authenticate(db, key, a.NOW)
            for revision in (1, 2):
                workshop.cast(db, pupil, {row.public_id: 1}, revision=revision, now=a.NOW)
        counted = campaigns.counter(db, process, hunt(db, process, five, table))
        assert {each.arena.title: (each.people, each.counted) for each in counted.arenas} == {
            "Skolen 5A": (2, False),
            "Bord": (7, False),
        }
        assert (counted.people, counted.registrations) == (9, 6)
        assert campaigns.counter(db, process, hunt(db, process, five, six, table)).people == 10


def test_a_count_made_by_somebody_stands_alone_and_never_on_top(store: Store) -> None:
    with store.writing() as db:
        process = a.process(db)
        meeting = arenas.create(db, process, title="Konferanse", method="conference", now=a.NOW, head_count=139)
        class_ = a.arena(db, process, "5A")
        class_.head_count = 24
        a.place(db, a.pupil(db, class_), a.at(0, 0))
        counted = campaigns.counter(db, process, hunt(db, process, meeting, class_))
    assert {each.arena.title: (each.people, each.counted) for each in counted.arenas} == {
        "Skolen 5A": (1, False),
        "Konferanse": (139, True),
    }


def test_what_is_hidden_counts_nowhere(store: Store) -> None:
    with store.writing() as db:
        process = a.process(db)
        where = a.arena(db, process)
        mine = a.place(db, a.pupil(db, where), a.at(0, 0))
        made = hunt(db, process, where)
        assert campaigns.counter(db, process, made).people == 1
        moderation.decide(db, a.officer(db), process, mine, "hidden", now=a.NOW)
        counted = campaigns.counter(db, process, made)
        assert (counted.people, counted.registrations) == (0, 0)


def test_an_input_with_many_voices_is_one(store: Store) -> None:
    with store.writing() as db:
        process = a.process(db)
        where = a.arena(db, process)
        a.crowd(db, where, a.at(0, 0), 6, group="bad", category="dark")
        (area,) = derive(db, process)
        roadmap.from_area(db, a.officer(db), process, area, **WORDS, now=a.NOW)
        written(db, process, 99)
        assert campaigns.counter(db, process, hunt(db, process, where)).inputs == 1
        assert campaigns.counter(db, process, hunt(db, process)).inputs == 0


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"title": " "}, "field_missing", "title"),
        ({"starts_on": ""}, "field_missing", "starts_on"),
        ({"starts_on": "1. mars"}, "day_unreadable", "starts_on"),
        ({"ends_on": "2016-02-30"}, "day_unreadable", "ends_on"),
        ({"ends_on": "2016-02-28"}, "period_backwards", "ends_on"),
        ({"expectation": "x" * 1001}, "text_too_long", "expectation"),
    ],
)
def test_a_hunt_that_cannot_be_is_refused(store: Store, wrong: dict[str, str], code: str, field: str) -> None:
    with store.writing() as db:
        process = a.process(db)
        with pytest.raises(Invalid) as refused:
            hunt(db, process, **wrong)
        assert (refused.value.code, refused.value.field) == (code, field)
        assert campaigns.of_process(db, process) == []


def test_a_group_is_named_once(store: Store) -> None:
    with store.writing() as db:
        assert hunt(db, a.process(db)).target_groups == ["Ungdom", "Eldre som bor alene"]


def test_tasks_stand_in_the_order_they_are_due_and_can_be_undone(store: Store) -> None:
    with store.writing() as db:
        process = a.process(db)
        made = hunt(db, process)
        for what, due in (("Pressemelding", "2016-04-01"), ("Plakat", "2016-03-01")):
            campaigns.add_task(db, process, made.id, what=what, channel="Facebook", due_on=due)
        first, second = campaigns.tasks(db, made)
        assert (first.what, second.what) == ("Plakat", "Pressemelding")
        campaigns.tick(db, process, first.id, True, date(2016, 3, 2))
        assert first.done_on == date(2016, 3, 2)
        campaigns.tick(db, process, first.id, False, date(2016, 3, 3))
        assert first.done_on is None
        with pytest.raises(Invalid, match="field_missing"):
            campaigns.add_task(db, process, made.id, what="X", channel="", due_on="2016-03-01")


def test_another_process_is_another_hunt(store: Store) -> None:
    with store.writing() as db:
        process, other = a.process(db), a.process(db, slug="andre")
        made = hunt(db, process)
        task = campaigns.add_task(db, process, made.id, what="X", channel="Y", due_on="2016-03-01")
        for wrong in (
            lambda: campaigns.find(db, other, made.id),
            lambda: campaigns.tick(db, other, task.id, True, date(2016, 3, 1)),
            lambda: campaigns.choose_arenas(db, other, made, [a.arena(db, process).id]),
        ):
            with pytest.raises(NotFound):
                wrong()
