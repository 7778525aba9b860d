"""The page of corridors: figures and directions in words, filters in the address, nothing of too few, what next."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.store import Store
from app.web import flow
from gis.corridors import Corridor
from tests import builders as a
from tests.web.test_pages import signed_in, visible

URL = "/plan/borgen/ferdsel"


@pytest.fixture
def planner(light: FlaskClient, embedded: Store) -> FlaskClient:
    """Twelve walk east and seven cycle west along one street, three go by bus along another."""
    with embedded.writing() as db:
        made = a.process(db)
        five, six = a.arena(db, made, "5A", 5), a.arena(db, made, "6B", 6)
        for _ in range(12):
            a.route(db, a.pupil(db, five), a.along((-1500, 0), (1500, 0)))
        for _ in range(7):
            a.route(db, a.pupil(db, six), a.along((1500, 0), (-1500, 0)), mode="cycle")
        for _ in range(3):
            a.route(db, a.pupil(db, six), a.along((-1500, 900), (1500, 900)), mode="bus")
        a.officer(db)
    return signed_in(light)


def page(client: FlaskClient, query: str = "", language: str = "nb") -> str:
    answer = client.get(URL + query, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", visible(html)).replace("\xa0", " ")


def data_of(html: str) -> dict[str, Any]:
    found = re.search(r'(?s)id="page-data">(.*?)</script>', html)
    assert found is not None
    read: dict[str, Any] = json.loads(found[1])
    return read


def test_corridors_are_told_with_people_direction_modes_and_length(planner: FlaskClient) -> None:
    html = page(planner)
    said = words(html)
    for part in (
        "22 barn, 22 tegnede veier",
        "10–19 barn",
        "12 mot øst, 7 mot vest",
        "går 12, sykler 7",
        "meter · BORGEN-F",
    ):
        assert part in said
    assert "buss" not in said.split("Ferdselsårer", 1)[1]
    assert html.index("10–19 barn") < html.index("mot øst")
    levels = [each["level"] for each in data_of(html)["corridors"]]
    assert levels[0] == 1
    assert levels == sorted(levels, reverse=True)
    assert len(levels) == html.count("data-corridor=")


def test_no_route_of_a_child_goes_to_the_browser(planner: FlaskClient) -> None:
    corridors = data_of(page(planner))["corridors"]
    assert corridors
    for each in corridors:
        assert set(each) == {"id", "label", "level", "line", "ground"}
        lat = [y for _, y in each["line"]["coordinates"]]
        assert max(lat) < a.along((0, 0), (0, 400)).bounds[3], "three by bus are too few"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?mode=cycle", "7 mot vest"),
        ("?mode=cycle&mode=walk", "12 mot øst, 7 mot vest"),
        ("?grade=5", "12 mot øst"),
        ("?grade=6&mode=cycle", "7 mot vest"),
    ],
)
def test_a_filter_in_the_address_is_followed_and_shown_in_the_form(planner: FlaskClient, query: str, said: str) -> None:
    html = page(planner, query)
    assert said in words(html)
    value = query.rpartition("=")[2]
    assert re.search(rf'<option (value="{value}" )?selected>', html)
    assert f'href="{URL}"' in html


def test_a_form_sent_with_nothing_chosen_asks_for_everything(planner: FlaskClient) -> None:
    answer = planner.get(f"{URL}?mode=&grade=6&arena=")
    assert (answer.status_code, answer.location) == (302, f"{URL}?grade=6")
    assert planner.get(f"{URL}?mode=&grade=&arena=").status_code == 302
    assert "12 mot øst, 7 mot vest" in words(planner.get(f"{URL}?mode=", follow_redirects=True).get_data(as_text=True))


def test_a_filter_that_cannot_be_read_is_refused(planner: FlaskClient) -> None:
    assert planner.get(f"{URL}?grade=femte").status_code == 422
    assert planner.get(f"{URL}?arena=5A").status_code == 422


def test_a_filter_that_leaves_too_few_says_so_and_how_to_go_on(planner: FlaskClient) -> None:
    for query in ("?mode=bus", "?mode=train", "?grade=9"):
        html = page(planner, query)
        assert "Gjør utvalget større" in words(html)
        assert "Vis alt" in words(html)
        assert data_of(html)["corridors"] == []
        assert "tegnet vei" not in words(html).split("Ferdselsårer")[0]


def test_an_empty_process_says_what_will_be_here_and_the_next_step(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        a.process(db)
        a.officer(db)
    html = page(signed_in(light))
    assert "Ferdselsårer vises her når minst 5 barn" in words(html)
    assert 'href="/plan/borgen/arenaer">Til arenaene' in html


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_page_speaks_one_language(planner: FlaskClient, language: str) -> None:
    said = words(page(planner, language=language))
    assert {"nb": "12 mot øst", "nn": "12 mot aust", "en": "12 to the east"}[language] in said


def corridor(**of: Any) -> Corridor:
    facts = {"reference": "", "line": None, "polygon": None, "people": 0, "registrations": 0, "modes": {}}
    return Corridor(**{**facts, "bearing": 350, "along": None, "against": None, **of})


@pytest.mark.parametrize(
    ("of", "arrow", "said"),
    [
        ({"along": 34, "against": 12}, "↑", "34 mot nord, 12 mot sør"),
        ({"along": 1234, "bearing": 200}, "↓", "1\xa0234 mot sør"),
        ({}, "↑", "de fleste mot nord"),
        ({"against": 26, "bearing": 135}, "↘", "de fleste mot sørøst, 26 mot nordvest"),
        ({"along": 5, "against": 5, "bearing": 44}, "⤢", "5 mot nordøst, 5 mot sørvest"),
        ({"bearing": None}, "", "for få hver vei til å si hvilken"),
    ],
)
def test_directions_in_plain_words(light_app: Flask, of: dict[str, Any], arrow: str, said: str) -> None:
    with light_app.test_request_context(headers={"Accept-Language": "nb"}):
        found = flow._direction(corridor(**of))
    assert (found[0], str(found[1])) == (arrow, said)


def test_every_bearing_has_the_nearest_of_eight_arrows(light_app: Flask) -> None:
    arrows = "↑↗→↘↓↙←↖"
    with light_app.test_request_context():
        for bearing in range(360):
            off = {n: min((bearing - 45 * n) % 360, (45 * n - bearing) % 360) for n in range(8)}
            nearest = {arrows[n] for n in off if off[n] == min(off.values())}
            assert flow._direction(corridor(bearing=bearing))[0] in nearest


def test_a_long_list_ends_and_says_where_the_rest_is(planner: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Filen til GIS har alle" not in words(page(planner))
    monkeypatch.setattr(flow, "MOST_SHOWN", 1)
    html = page(planner)
    assert html.count("data-corridor=") == len(data_of(html)["corridors"]) == 1
    assert "De 1 med flest barn er vist. Filen til GIS har alle" in words(html)


def test_another_municipality_and_a_stranger_see_nothing(
    planner: FlaskClient, embedded: Store, light_app: Flask
) -> None:
    with embedded.writing() as db:
        a.officer(db, municipality="0301", username="nabo")
    assert signed_in(light_app.test_client(), "nabo").get(URL).status_code == 404
    assert light_app.test_client().get(URL).status_code in (302, 401)
