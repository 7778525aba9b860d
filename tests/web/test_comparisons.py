"""The page Compare: two filters in one address, words for each, and the cells for the map."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.store import Store
from tests import builders as a
from tests.services.test_comparisons import ground
from tests.web.test_pages import page, signed_in

URL = "/plan/borgen/sammenlign"
GRADES = "a_grade=5&b_grade=7&a_mode=&b_from="


@pytest.fixture
def planner(light: FlaskClient, embedded: Store) -> FlaskClient:
    with embedded.writing() as db:
        ground(db)
        a.officer(db)
    return signed_in(light)


def test_two_filters_are_compared_under_one_address(planner: FlaskClient) -> None:
    html = page(planner, f"{URL}?{GRADES}")
    for words in ("A: 5. trinn", "B: 7. trinn", "mer i A", "mer i B", "Aktivitet: leke"):
        assert words in html
    cells = planner.get(f"{URL}/sekskanter?{GRADES}").json
    assert cells is not None
    said = [each["properties"]["difference"] for each in cells["features"]]
    assert {"first", "second"} <= set(said)
    assert html.count("<tr data-cell=") == said.count("first") + said.count("second")


def test_before_anything_is_chosen_the_page_suggests_what_can_be_compared(planner: FlaskClient) -> None:
    html = page(planner, URL)
    assert "5. trinn og 7. trinn" in html
    assert "a_grade=5&amp;b_grade=7" in html
    assert "data-cell" not in html


def test_the_same_twice_is_pointed_out(planner: FlaskClient) -> None:
    assert "A og B er samme valg." in page(planner, f"{URL}?a_grade=5&b_grade=5")


def test_a_filter_of_too_few_says_so(planner: FlaskClient) -> None:
    html = page(planner, f"{URL}?a_grade=5&b_mode=boat")
    assert "Velg videre filtre." in html
    assert "data-cell" not in html


@pytest.mark.parametrize("asked", ["a_grade=fem", "b_from=i går", "a_arena=x"])
def test_a_filter_that_cannot_be_read_is_explained_beside_the_form(planner: FlaskClient, asked: str) -> None:
    answer = planner.get(f"{URL}?{asked}", headers={"Accept-Language": "nb"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert planner.get(f"{URL}/sekskanter?{asked}").status_code == 422


def test_another_municipality_and_a_stranger_see_nothing(
    planner: FlaskClient, embedded: Store, light_app: Flask
) -> None:
    with embedded.writing() as db:
        a.officer(db, municipality="0301", username="nabo")
    neighbour = signed_in(light_app.test_client(), "nabo")
    for url in (f"{URL}?{GRADES}", f"{URL}/sekskanter?{GRADES}"):
        assert neighbour.get(url).status_code == 404
        assert light_app.test_client().get(url).status_code in (302, 401)
