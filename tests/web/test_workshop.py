"""A workshop over HTTP: who votes, who runs it, what is refused and in whose words."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.serving import make_server

from app.model import Arena, Ballot, Offer
from app.store import Store
from tests import builders as a
from tests.services.test_workshop import written
from tests.soak import votes
from tests.web.test_notes import decoded
from tests.web.test_pages import signed_in

LIST = "/plan/borgen/verksted"
IDS = ["BORGEN-0001", "BORGEN-0002", "BORGEN-0003"]


@pytest.fixture
def planner(client: FlaskClient, store: Store) -> FlaskClient:
    with store.writing() as db:
        made = a.process(db)
        a.officer(db)
        for n in (1, 2, 3):
            written(db, made, n)
    return signed_in(client)


def opened(planner: FlaskClient, store: Store, **more: Any) -> Arena:
    form = {"title": "Veikartverksted", "dots": "5", "input": IDS, **more}
    answer = planner.post(LIST, data=form)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    with store.reading() as db:
        return db.scalars(select(Arena).where(Arena.method == "workshop")).one()


def phone(client: FlaskClient, arena: Arena, people: int = 1) -> dict[str, str]:
    answer = client.post("/api/v1/join", json={"code": arena.join_code, "head_count": people})
    assert answer.status_code == 201
    assert answer.json["map"] == f"/verksted/{arena.join_code}"
    return {"Authorization": f"Bearer {answer.json['token']}"}


def put(client: FlaskClient, key: dict[str, str], dots: Any, revision: Any = 1) -> Any:
    return client.put("/api/v1/ballot", json={"dots": dots, "revision": revision}, headers=key)


def test_a_phone_votes_and_the_wall_tells(planner: FlaskClient, store: Store) -> None:
    arena = opened(planner, store)
    page = planner.get(f"/verksted/{arena.join_code}").get_data(as_text=True)
    assert re.findall(r'data-input="([^"]+)"', page) == IDS
    key = phone(planner, arena)
    assert put(planner, key, {IDS[1]: 3}).json == {"dots": {IDS[1]: 3}}
    assert planner.get("/api/v1/ballot", headers=key).json == {"dots": {IDS[1]: 3}}
    told = planner.get(f"/verksted/{arena.join_code}/tall").json
    assert (told["ballots"], told["people"], told["dots"]) == (1, 1, 3)
    assert next((each["id"], each["dots"], each["place"]) for each in told["ranked"]) == (IDS[1], 3, 1)
    assert planner.get(f"/verksted/{arena.join_code}/vegg").status_code == 200


@pytest.mark.parametrize(
    ("dots", "revision", "status", "code", "field"),
    [
        ({IDS[0]: 6}, 1, 422, "too_many_dots", "dots"),
        ({"BORGEN-0404": 1}, 1, 422, "input_not_on_table", "dots"),
        ({IDS[0]: "x"}, 1, 422, "number_out_of_range", "dots"),
        ({IDS[0]: 1}, None, 422, "number_out_of_range", "revision"),
        (None, 1, 422, "field_missing", "dots"),
    ],
)
def test_a_ballot_that_cannot_be_is_refused(
    planner: FlaskClient, store: Store, dots: Any, revision: Any, status: int, code: str, field: str
) -> None:
    arena = opened(planner, store)
    answer = put(planner, phone(planner, arena), dots, revision)
    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (status, code, field)
    with store.reading() as db:
        assert db.scalars(select(Ballot)).all() == []


def test_a_vote_after_the_close_is_refused_in_the_voters_language(planner: FlaskClient, store: Store) -> None:
    arena = opened(planner, store)
    key = phone(planner, arena)
    assert planner.post(f"{LIST}/{arena.id}/tilstand", data={"state": "closed"}).status_code == 302
    answer = planner.put(
        "/api/v1/ballot", json={"dots": {IDS[0]: 1}, "revision": 1}, headers={**key, "Accept-Language": "nn"}
    )
    assert (answer.status_code, answer.json["code"]) == (409, "arena_closed")
    assert planner.post(f"{LIST}/{arena.id}/tilstand", data={"state": "open"}).status_code == 302
    assert put(planner, key, {IDS[0]: 1}).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"title": ""}, "field_missing"),
        ({"dots": "0"}, "number_out_of_range"),
        ({"dots": "mange"}, "number_out_of_range"),
        ({"input": []}, "field_missing"),
    ],
)
def test_a_workshop_that_cannot_be_opened_keeps_what_was_typed(
    planner: FlaskClient, store: Store, wrong: dict[str, Any], code: str
) -> None:
    answer = planner.post(LIST, data={"title": "Vårverksted", "dots": "7", "input": IDS[:2], **wrong})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, code in page) == (422, True)
    if "title" not in wrong:
        assert 'value="Vårverksted"' in page
    with store.reading() as db:
        assert db.scalars(select(Arena)).all() == []


def test_the_planner_shelves_with_a_case_and_never_without(planner: FlaskClient, store: Store) -> None:
    arena = opened(planner, store)
    url = f"{LIST}/{arena.id}/hylle/{IDS[0]}"
    refused = planner.post(url, data={"case": " "})
    assert (refused.status_code, "field_missing" in refused.get_data(as_text=True)) == (422, True)
    assert planner.post(url, data={"case": "Reguleringsplan"}).status_code == 302
    page = planner.get(f"/verksted/{arena.join_code}").get_data(as_text=True)
    assert re.findall(r'data-input="([^"]+)"', page) == IDS[1:]
    assert "Reguleringsplan" in planner.get(f"{LIST}/{arena.id}/referat").get_data(as_text=True)
    assert planner.post(url, data={"back": "yes"}).status_code == 302


def test_an_offer_is_seen_by_the_planner_and_answered(planner: FlaskClient, store: Store) -> None:
    arena = opened(planner, store)
    key = phone(planner, arena)
    made = planner.post("/api/v1/offers", json={"input": IDS[0], "name": "Borgen vel"}, headers=key)
    assert (made.status_code, made.json) == (201, {"name": "Borgen vel", "state": "pending"})
    nameless = planner.post("/api/v1/offers", json={"input": IDS[0], "name": ""}, headers=key)
    assert (nameless.status_code, nameless.json["field"]) == (422, "name")
    with store.reading() as db:
        offer = db.scalars(select(Offer)).one()
    answer = planner.post(f"{LIST}/{arena.id}/tilbud/{offer.id}", data={"state": "accepted"})
    assert answer.status_code == 302
    assert "Borgen vel" in planner.get(f"{LIST}/{arena.id}").get_data(as_text=True)
    assert "Borgen vel" not in planner.get(f"/verksted/{arena.join_code}").get_data(as_text=True)


def test_nobody_else_runs_it(planner: FlaskClient, store: Store) -> None:
    arena = opened(planner, store)
    with store.writing() as db:
        a.officer(db, username="nabo", municipality="1507")
    planner.post("/plan/logg-ut")
    assert planner.get(f"{LIST}/{arena.id}").status_code in (302, 401)
    neighbour = signed_in(planner, "nabo")
    assert neighbour.get(f"{LIST}/{arena.id}").status_code == 404
    assert neighbour.post(f"{LIST}/{arena.id}/tilstand", data={"state": "closed"}).status_code == 404


def test_a_class_code_opens_no_workshop(planner: FlaskClient, store: Store) -> None:
    with store.writing() as db:
        by, _ = a.host(db, db.scalars(select(a.Process)).one())
        code = a.school_class(db, by).join_code
    assert planner.get(f"/verksted/{code}").status_code == 404
    arena = opened(planner, store)
    assert planner.get(f"/kart/{arena.join_code}").headers["Location"] == f"/verksted/{arena.join_code}"


def test_every_table_of_a_workshop_has_a_card_that_opens_it(planner: FlaskClient, store: Store) -> None:
    arena = opened(planner, store)
    assert "bordkort.pdf" in planner.get(f"{LIST}/{arena.id}").text
    cards = planner.get(f"/plan/borgen/arenaer/{arena.id}/bordkort.pdf?bord=2")
    found = decoded(cards.data)
    assert found == [f"http://localhost/verksted/{arena.join_code}?part={n}" for n in (1, 2)]
    assert "Bord 2" in planner.get(found[1]).text
    assert "Bord" not in planner.get(f"/verksted/{arena.join_code}?part=x").text


def test_phones_that_vote_at_once_in_a_bad_network_count_once_each(
    app: Flask, planner: FlaskClient, store: Store
) -> None:
    """What ``python -m tests.soak.votes`` does with 120 phones, with ten."""
    arena = opened(planner, store)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        found = votes.ballots(server.server_port, arena.join_code or "", IDS, phones=10, over=1, again=0.05)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert (found.cast, found.counted, found.lost, found.doubled) == (10, 10, 0, 0), found.line
    with store.reading() as db:
        assert len(db.scalars(select(Ballot)).all()) == 10
