"""The page What happens here: an answer under an address of its own, and refusals beside the form."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.services import processes, roadmap
from app.store import Store
from tests import builders as a
from tests.web.test_pages import page, signed_in

URL = "/plan/borgen/her"
WKT = a.square(0, 0, 300).wkt


@pytest.fixture
def planner(light: FlaskClient, embedded: Store) -> FlaskClient:
    with embedded.writing() as db:
        where = a.arena(db, a.process(db))
        for actor in a.crowd(db, where, a.at(0, 0), 6, group="bad", category="dark", comment="her er det <b>mørkt</b>"):
            a.route(db, actor, a.along((-900, 0), (0, 0)))
        a.officer(db)
    return signed_in(light)


@pytest.mark.parametrize(
    "asked",
    [f"wkt={WKT}", "place=skolen&radius=100", f"at={a.at(0, 0).x},{a.at(0, 0).y}", "place=Skolen&grade=5&from="],
)
def test_every_way_to_point_at_a_place_gives_the_answer(planner: FlaskClient, asked: str) -> None:
    html = page(planner, f"{URL}?{asked}")
    assert "<b>6</b> personer · <b>12</b> registreringer" in html
    assert "her er det &lt;b&gt;mørkt&lt;/b&gt;" in html


def test_without_a_place_the_page_says_how_to_choose_one(planner: FlaskClient) -> None:
    html = page(planner, URL)
    assert "Klikk i kartet" in html
    assert '<option value="Skolen">' in html


@pytest.mark.parametrize(
    "asked",
    ["place=Skolen&grade=6", f"at={a.at(0, 900).x},{a.at(0, 900).y}&radius=50", f"wkt={a.square(900, 900, 50).wkt}"],
)
def test_few_are_told_nothing_of(planner: FlaskClient, asked: str) -> None:
    html = page(planner, f"{URL}?{asked}")
    assert "Færre enn 5 personer har merket noe her." in html
    assert "mørkt" not in html
    assert "personer · " not in html


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("place=Atlantis", "som heter Atlantis"),
        ("place=Skolen&radius=3", "avstand"),
        ("place=Skolen&radius=x", "avstand"),
        ("at=her", "ikke tall"),
        ("at=1,2,3", "ikke tall"),
        ("wkt=POLYGON((0 0,0 1,1 1,0 0))", "utenfor"),
        ("wkt=LINESTRING(0 0,1 1)", "LineString"),
        ("place=Skolen&grade=fem", "filter"),
    ],
)
def test_what_cannot_be_used_is_explained_beside_the_form(planner: FlaskClient, asked: str, said: str) -> None:
    answer = planner.get(f"{URL}?{asked}", headers={"Accept-Language": "nb"})
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert said in html
    assert 'role="alert"' in html
    assert 'name="place"' in html


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_answer_speaks_one_language(planner: FlaskClient, language: str) -> None:
    html = page(planner, f"{URL}?wkt={WKT}", language)
    assert {"nb": "Med egne ord", "nn": "Med eigne ord", "en": "In their own words"}[language] in html


def test_another_municipality_and_a_stranger_see_nothing(
    planner: FlaskClient, embedded: Store, light_app: Flask
) -> None:
    with embedded.writing() as db:
        a.officer(db, municipality="0301", username="nabo")
    assert signed_in(light_app.test_client(), "nabo").get(f"{URL}?wkt={WKT}").status_code == 404
    assert light_app.test_client().get(f"{URL}?wkt={WKT}").status_code == 302


WORDS = {"kind": "challenge", "title": "Lys ved skolen", "theme": "traffic_safety", "realiser": "together"}


def test_a_roadmap_input_is_made_of_the_place(planner: FlaskClient, embedded: Store) -> None:
    answer = planner.post(f"{URL}?wkt={WKT}&kind=place", data=WORDS)
    assert answer.status_code == 302
    html = page(planner, answer.headers["Location"])
    assert "Lys ved skolen" in html
    with embedded.reading() as db:
        made = processes.by_slug(db, "borgen")
        (row,) = roadmap.inputs(db, made)
        assert (row.kind, roadmap.figures(db, made)[row.id]) == ("challenge", (6, 6))
        assert a.metres(row.location).area == pytest.approx(300 * 300, rel=0.01)


@pytest.mark.parametrize(
    ("asked", "words", "status", "said"),
    [
        (f"wkt={WKT}", {**WORDS, "title": ""}, 422, "Noe mangler"),
        (f"wkt={WKT}", {**WORDS, "kind": "guess"}, 422, "Vi kjenner ikke"),
        (f"wkt={WKT}&grade=6", WORDS, 409, "For få personer"),
        ("", WORDS, 422, "mangler"),
        ("wkt=POINT(1 1)", WORDS, 422, "Point"),
    ],
)
def test_an_input_that_cannot_be_made_is_explained_and_makes_nothing(
    planner: FlaskClient, embedded: Store, asked: str, words: dict[str, str], status: int, said: str
) -> None:
    answer = planner.post(f"{URL}?{asked}", data=words, headers={"Accept-Language": "nb"})
    assert answer.status_code == status
    assert said in answer.get_data(as_text=True)
    with embedded.reading() as db:
        assert roadmap.inputs(db, processes.by_slug(db, "borgen")) == []
