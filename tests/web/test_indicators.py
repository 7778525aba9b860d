"""Indicators over HTTP: the planner's page, what everyone sees, refusals that keep what was typed."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.model import Indicator
from app.store import Store
from tests import builders as a
from tests.web.test_pages import signed_in

URL, PUBLIC = "/plan/borgen/livet", "/p/borgen/livet"
NEW = {"name": "Trygg på vei hjem", "unit": "%", "source": "Ungdata"}


@pytest.fixture
def planner(client: FlaskClient, store: Store) -> FlaskClient:
    with store.writing() as db:
        a.process(db)
        a.officer(db)
    return signed_in(client)


def made(planner: FlaskClient, store: Store) -> str:
    assert planner.post(URL, data=NEW).status_code == 302
    with store.reading() as db:
        return f"{URL}/{db.scalars(select(Indicator.id)).one()}"


def words(client: FlaskClient, url: str) -> str:
    found = client.get(url, headers={"Accept-Language": "nb"})
    assert found.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", found.get_data(as_text=True)).split())


def test_a_figure_is_public_only_when_the_planner_says_so(planner: FlaskClient, store: Store) -> None:
    url = made(planner, store)
    value = {"place": "Borgen", "own": "yes", "year": "2024", "value": "61,5"}
    assert planner.post(url, data=value).status_code == 302
    assert "61,5" in words(planner, URL)
    assert "61,5" not in words(planner, PUBLIC)
    assert planner.post(f"{url}/vis", data={"public": "yes"}).status_code == 302
    told = words(planner, PUBLIC)
    assert "61,5 %" in told
    assert "Ungdata" in told


def test_a_value_about_few_is_never_written_out(planner: FlaskClient, store: Store) -> None:
    url = made(planner, store)
    value = {"place": "Borgen", "own": "yes", "year": "2024", "value": "61,5", "people": "2"}
    planner.post(url, data=value)
    planner.post(f"{url}/vis", data={"public": "yes"})
    for address in (URL, PUBLIC):
        assert "61,5" not in words(planner, address)
        assert "for få" in words(planner, address)


def test_a_refused_value_keeps_what_was_typed(planner: FlaskClient, store: Store) -> None:
    url = made(planner, store)
    answer = planner.post(url, data={"place": "Borgen øst", "year": "2024", "value": "seksti"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "number_unreadable" in page
    assert 'value="Borgen øst"' in page
    again = planner.post(URL, data={**NEW, "source": "SSB"})
    assert (again.status_code, "already_taken" in again.get_data(as_text=True)) == (422, True)
    assert 'value="SSB"' in again.get_data(as_text=True)


def test_another_municipality_sees_none_of_it(planner: FlaskClient, store: Store) -> None:
    url = made(planner, store)
    with store.writing() as db:
        a.officer(db, username="nabo", municipality="1507")
    planner.post("/plan/logg-ut")
    neighbour = signed_in(planner, "nabo")
    assert neighbour.get(URL).status_code == 404
    assert neighbour.post(f"{url}/vis", data={"public": "yes"}).status_code == 404
