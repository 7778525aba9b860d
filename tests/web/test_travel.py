"""The page Travel today and travel wished for: sentences, bars and the table, few left out."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.store import Store
from tests import builders as a
from tests.web.test_pages import page, signed_in

URL = "/plan/borgen/reisemate"


@pytest.fixture
def planner(light: FlaskClient, embedded: Store) -> FlaskClient:
    """Seven who are driven and would rather walk, six who walk and like it, two who would rather ski."""
    with embedded.writing() as db:
        where = a.arena(db, a.process(db))
        for today, wish, people in (("car", "walk", 7), ("walk", "walk", 6), ("car", "ski", 2)):
            for _ in range(people):
                a.route(db, a.pupil(db, where), a.along((-900, 0), (0, 0)), mode=today, preferred_mode=wish)
        a.officer(db)
    return signed_in(light)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", "15 personer har fortalt"),
        ("nn", "15 personar har fortalt"),
        ("en", "15 people have told"),
    ],
)
def test_what_is_told_is_said_in_words(planner: FlaskClient, language: str, said: str) -> None:
    html = page(planner, URL, language)
    assert said in html
    words = {"nb": "og vil fortsette", "nn": "og vil halde fram", "en": "would not change it"}[language]
    assert f"6 går i dag {words}" in html if language != "en" else f"6 walk today and {words}" in html


def test_few_are_left_out_of_the_table_and_cannot_be_worked_out(planner: FlaskClient) -> None:
    html = page(planner, URL)
    assert "vil heller gå på ski" not in html
    matrix = html[html.index('class="matrix"') :]
    figures = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", matrix)]
    out = "utelatt"
    assert figures == ["0", out, out, "9", "0", "6", "0", "6", "0", "0", "0", "0", "0", out, out, "15"]


def test_a_filter_that_leaves_few_says_what_to_do(planner: FlaskClient) -> None:
    assert "Vel eit vidare." in page(planner, f"{URL}?grade=6", "nn")
    assert "Type vei" in page(planner, f"{URL}?category=leisure")


def test_where_nobody_was_asked_the_page_says_how_to_ask(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        a.process(db)
        a.officer(db)
    assert "be klassene svare på det" in page(signed_in(light), URL)


def test_a_filter_that_cannot_be_read_is_explained(planner: FlaskClient) -> None:
    answer = planner.get(f"{URL}?grade=fem")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)


def test_another_municipality_and_a_stranger_see_nothing(
    planner: FlaskClient, embedded: Store, light_app: Flask
) -> None:
    with embedded.writing() as db:
        a.officer(db, municipality="0301", username="nabo")
    assert signed_in(light_app.test_client(), "nabo").get(URL).status_code == 404
    assert light_app.test_client().get(URL).status_code == 302
