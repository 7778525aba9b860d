"""The page Who is missing: whom one has not heard from, shares, and the form for how many were invited."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.store import Store
from tests import builders as a
from tests.services.test_turnout import open_class
from tests.web.test_pages import page, signed_in

URL = "/plan/borgen/hvem-mangler"


@pytest.fixture
def classes(embedded: Store) -> dict[str, str]:
    """A class of six who took part and one of whom nobody did, by name; another school has only its link."""
    with embedded.writing() as db:
        made = a.process(db)
        four, five = open_class(db, made, "Myra", 4), open_class(db, made, "Myra", 5)
        a.crowd(db, four, a.at(0, 0), 6)
        a.host(db, made, "Nes skole")
        a.officer(db)
        return {"4": str(four.id), "5": str(five.id)}


def test_those_nobody_has_heard_from_come_first(light: FlaskClient, classes: dict[str, str]) -> None:
    html = page(signed_in(light), URL)
    assert "6 personer har vært med." in html
    heard, missing = html.index("Etter skole og trinn"), html.index("Nes skole")
    assert missing < html.index("5. trinn: 1 klasse er åpnet, og ingen har tegnet noe") < heard


def test_how_many_were_invited_is_written_down_and_gives_the_share(light: FlaskClient, classes: dict[str, str]) -> None:
    planner = signed_in(light)
    form = {f"invited-{classes['4']}": "8", f"invited-{classes['5']}": "12"}
    form |= {f"how-{id}": "counted" for id in classes.values()}
    answer = planner.post(f"{URL}?from=2026-01-01", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{URL}?from=2026-01-01")
    html = page(planner, URL)
    assert "Av 20 inviterte har 6 vært med (30 %)." in html
    assert "75 %" in html
    assert 'value="12"' in html


def test_a_number_that_cannot_be_is_explained_and_what_was_typed_is_kept(
    light: FlaskClient, classes: dict[str, str]
) -> None:
    form = {f"invited-{classes['4']}": "mange", f"how-{classes['4']}": "counted", f"invited-{classes['5']}": "12"}
    answer = signed_in(light).post(URL, data=form)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'role="alert"' in html
    assert 'value="mange" aria-invalid="true"' in html
    assert 'value="12"' in html


@pytest.mark.parametrize("id", ["x", "0b918161-6d5e-4ea6-964c-7370e8384482"])
def test_an_arena_that_is_not_there_is_refused(light: FlaskClient, classes: dict[str, str], id: str) -> None:
    assert signed_in(light).post(URL, data={f"invited-{id}": "5", f"how-{id}": "counted"}).status_code == 404


def test_an_empty_process_says_how_to_begin(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        a.process(db)
        a.officer(db)
    planner = signed_in(light)
    assert "Ingen klasse er åpnet ennå." in page(planner, URL)
    assert "Velg andre dager." in page(planner, f"{URL}?from=2030-01-01")
    assert planner.get(f"{URL}?from=i går").status_code == 422


def test_another_municipality_a_stranger_and_a_forged_request_change_nothing(
    light: FlaskClient, classes: dict[str, str], embedded: Store, light_app: Flask
) -> None:
    with embedded.writing() as db:
        a.officer(db, municipality="0301", username="nabo")
    neighbour = signed_in(light_app.test_client(), "nabo")
    form = {f"invited-{classes['4']}": "8", f"how-{classes['4']}": "counted"}
    assert neighbour.get(URL).status_code == 404
    assert neighbour.post(URL, data=form).status_code == 404
    assert light_app.test_client().get(URL).status_code == 302
    light_app.config["WTF_CSRF_ENABLED"] = True
    assert light.post(URL, data=form).status_code == 400
