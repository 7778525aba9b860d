"""Ours to do: what waits for residents, offers that wait for an answer, refusals that keep what was typed."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.model import Offer, RoadmapInput
from app.store import Store
from tests import builders as a
from tests.services.test_workshop import written
from tests.web.test_indicators import words
from tests.web.test_pages import signed_in

URL, PUBLIC = "/plan/borgen/lokalsamfunnsutvalg", "/p/borgen/vart"
ROWS = (
    ("Dugnad", "residents", "heard", True),
    ("Turgruppe", "together", "considered", True),
    ("Gangfelt", "municipality", "heard", True),
    ("Nabovakt", "residents", "heard", False),
    ("Utedo", "residents", "declined", True),
)


@pytest.fixture
def planner(client: FlaskClient, store: Store) -> FlaskClient:
    with store.writing() as db:
        made = a.process(db)
        a.officer(db)
        for number, (title, realiser, status, public) in enumerate(ROWS, 1):
            row = written(db, made, number)
            row.title, row.realiser, row.status = title, realiser, status
            row.released_at = a.NOW if public else None
    return signed_in(client)


def shown(client: FlaskClient, url: str) -> set[str]:
    said = words(client, url)
    return {title for title, *_ in ROWS if title in said}


def test_everyone_sees_what_is_released_and_waits_for_residents(planner: FlaskClient) -> None:
    assert shown(planner, PUBLIC) == {"Dugnad", "Turgruppe"}
    assert shown(planner, URL) == {"Dugnad", "Turgruppe", "Nabovakt"}


def test_an_offer_stands_for_everyone_once_staff_accepted_it(planner: FlaskClient, store: Store) -> None:
    offer = {"name": "Borgen vel", "words": "Vi kan måke."}
    for _ in range(2):
        assert planner.post(f"{PUBLIC}/BORGEN-0001", data=offer).status_code == 302
    with store.reading() as db:
        id = db.scalars(select(Offer.id)).one()
    assert "Vi kan måke." in words(planner, URL)
    assert "Borgen vel" not in words(planner, PUBLIC)
    assert planner.post(f"{URL}/{id}", data={"state": "accepted"}).status_code == 302
    assert "Borgen vel" in words(planner, PUBLIC)
    assert planner.post(f"{URL}/{id}", data={"state": "declined"}).status_code == 302
    assert "Borgen vel" not in words(planner, PUBLIC)


@pytest.mark.parametrize("public_id", ["BORGEN-0003", "BORGEN-0004", "BORGEN-0005", "BORGEN-9999"])
def test_help_is_offered_only_to_what_everyone_can_read(planner: FlaskClient, store: Store, public_id: str) -> None:
    assert planner.post(f"{PUBLIC}/{public_id}", data={"name": "Borgen vel"}).status_code == 404
    with store.reading() as db:
        assert db.scalars(select(Offer)).all() == []


def test_an_offer_without_a_name_keeps_its_words(planner: FlaskClient, store: Store) -> None:
    answer = planner.post(f"{PUBLIC}/BORGEN-0001", data={"name": " ", "words": "Vi kan måke."})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "field_missing" in page, "Vi kan måke." in page) == (422, True, True)
    with store.reading() as db:
        assert db.scalars(select(Offer)).all() == []


def test_a_neighbour_answers_no_offers(planner: FlaskClient, store: Store) -> None:
    planner.post(f"{PUBLIC}/BORGEN-0001", data={"name": "Borgen vel"})
    with store.writing() as db:
        a.officer(db, username="nabo", municipality="1507")
        id = db.scalars(select(Offer.id)).one()
        assert db.scalar(select(RoadmapInput.id).limit(1))
    planner.post("/plan/logg-ut")
    neighbour = signed_in(planner, "nabo")
    assert neighbour.get(URL).status_code == 404
    assert neighbour.post(f"{URL}/{id}", data={"state": "accepted"}).status_code == 404
