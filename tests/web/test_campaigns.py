"""The solution hunt over HTTP: the planner's pages, the public counter, refusals that keep what was typed."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.model import Arena, Campaign, CampaignTask
from app.store import Store
from tests import builders as a
from tests.services.test_campaigns import HUNT
from tests.web.test_indicators import words
from tests.web.test_pages import signed_in

URL, PUBLIC = "/plan/borgen/losningsjakten", "/p/borgen/losningsjakten"
FORM = {**HUNT, "target_groups": "Ungdom\nEldre"}


@pytest.fixture
def planner(client: FlaskClient, store: Store) -> FlaskClient:
    with store.writing() as db:
        process = a.process(db)
        a.officer(db)
        where = a.arena(db, process, "5A")
        for people in range(6):
            a.place(db, a.pupil(db, where), a.at(people, 0))
        few = a.arena(db, process, "1B")
        a.place(db, a.pupil(db, few), a.at(0, 0))
    return signed_in(client)


def made(planner: FlaskClient, store: Store, title: str = "5A") -> str:
    assert planner.post(URL, data=FORM).status_code == 302
    with store.reading() as db:
        url = f"{URL}/{db.scalars(select(Campaign.id)).one()}"
        arena = db.scalars(select(Arena.id).where(Arena.title == f"Skolen {title}")).one()
    assert planner.post(f"{url}/arenaer", data={"arena": str(arena)}).status_code == 302
    return url


def test_everyone_sees_the_counter_once_it_is_shown(planner: FlaskClient, store: Store) -> None:
    url = made(planner, store)
    assert "6 personer" in words(planner, url)
    assert planner.get(f"{PUBLIC}/tall").status_code == 404
    assert HUNT["expectation"] not in words(planner, PUBLIC)
    assert planner.post(f"{url}/vis", data={"public": "yes"}).status_code == 302
    assert planner.get(f"{PUBLIC}/tall").json == {"people": 6, "inputs": 0, "arenas": 1}
    assert HUNT["expectation"] in words(planner, PUBLIC)


def test_too_few_people_are_no_number(planner: FlaskClient, store: Store) -> None:
    url = made(planner, store, "1B")
    planner.post(f"{url}/vis", data={"public": "yes"})
    assert planner.get(f"{PUBLIC}/tall").json["people"] is None
    assert "1 personer" not in words(planner, PUBLIC)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"title": ""}, "field_missing"), ({"ends_on": "2016-01-01"}, "period_backwards")],
)
def test_a_refused_hunt_keeps_what_was_typed(planner: FlaskClient, wrong: dict[str, Any], code: str) -> None:
    answer = planner.post(URL, data={**FORM, "expectation": "Vi skriver ned alt.", **wrong})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, code in page, "Vi skriver ned alt." in page) == (422, True, True)


def test_a_task_is_planned_overdue_and_done(planner: FlaskClient, store: Store) -> None:
    url = made(planner, store)
    task = {"what": "Pressemelding", "channel": "Avisen", "due_on": "2016-03-01", "spokesperson": "Prosjektleder"}
    refused = planner.post(f"{url}/oppgaver", data={**task, "due_on": "snart"})
    assert (refused.status_code, 'value="Avisen"' in refused.get_data(as_text=True)) == (422, True)
    assert planner.post(f"{url}/oppgaver", data=task).status_code == 302
    assert "over fristen" in words(planner, url)
    with store.reading() as db:
        id = db.scalars(select(CampaignTask.id)).one()
    assert planner.post(f"{URL}/oppgaver/{id}", data={"done": "yes"}).status_code == 302
    assert "over fristen" not in words(planner, url)


def test_a_neighbour_sees_none_of_it(planner: FlaskClient, store: Store) -> None:
    url = made(planner, store)
    with store.writing() as db:
        a.officer(db, username="nabo", municipality="1507")
    planner.post("/plan/logg-ut")
    neighbour = signed_in(planner, "nabo")
    assert neighbour.get(url).status_code == 404
    assert neighbour.post(f"{url}/vis", data={"public": "yes"}).status_code == 404
