"""The planner's areas: computed anew, told what changed, each with its history and what people call the place."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from app.model import Contribution
from app.store import Store, next_change
from gis import areas as clustering
from tests import builders as a
from tests.web.test_pages import signed_in

URL = "/plan/borgen/omrader"


class Town:
    """A planner at a process whose areas are computed once a day."""

    def __init__(self, client: FlaskClient, store: Store, clock: Any) -> None:
        self.store, self.clock = store, clock
        with store.writing() as db:
            self.arena = a.arena(db, a.process(db))
            a.officer(db)
        self.client = signed_in(client)

    def put(self, x: float, people: int, category: str = "dark", **answers: Any) -> None:
        with self.store.writing() as db:
            a.crowd(db, self.arena, a.at(x, 0), people, group="bad", category=category, **answers)

    def show(self, state: str, category: str) -> None:
        with self.store.writing() as db:
            db.execute(
                update(Contribution)
                .where(Contribution.category == category)
                .values(state=state, change=next_change(Contribution))
            )

    def compute(self, **way: str) -> Any:
        self.clock.now += timedelta(days=1)
        return self.client.post(URL, data=way)

    def page(self, path: str, language: str = "nb", **headers: str) -> str:
        answer = self.client.get(f"/plan/borgen/{path}", headers={"Accept-Language": language, **headers})
        assert answer.status_code == 200
        words = re.sub(r"<[^>]+>", "", answer.get_data(as_text=True)).replace("\xa0", " ")
        return " ".join(words.split())


@pytest.fixture
def town(client: FlaskClient, store: Store, clock: Any) -> Town:
    return Town(client, store, clock)


def merged(town: Town) -> None:
    """Two areas that became one."""
    town.put(0, 6)
    town.put(30, 6)
    town.put(170, 6)
    town.compute()
    for x in (60, 100, 135):
        town.put(x, 5, "litter")
    town.compute()


def test_the_page_says_what_the_last_computing_changed(town: Town) -> None:
    assert "Ingen områder er beregnet ennå." in town.page("kart")
    merged(town)
    assert "Beregnet 25. november 2026: 1 gikk inn i et annet." in town.page("kart")
    town.show("hidden", "litter")
    answer = town.compute()
    assert answer.headers["Location"].endswith("/plan/borgen/kart#computed")
    said = {
        "nb": "Beregnet 26. november 2026: 1 tilbake, 1 ble delt.",
        "nn": "1 tilbake, 1 blei delt.",
        "en": "1 back again, 1 split.",
    }
    for language, words in said.items():
        assert words in town.page("kart", language)
    town.compute()
    assert "27. november 2026: ingenting er endret." in town.page("kart")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "nb",
            (
                "Slått sammen med BORGEN-O002: fra 0,48 til 1,3 hektar",
                "Funnet her for første gang",
                "Fra minst 10 til minst 30 barn",
            ),
        ),
        (
            "nn",
            (
                "Slått saman med BORGEN-O002: frå 0,48 til 1,3 hektar",
                "Funne her for første gong",
                "Frå minst 10 til minst 30 barn",
            ),
        ),
        (
            "en",
            (
                "Merged with BORGEN-O002: from 0.48 to 1.3 hectares",
                "Found here for the first time",
                "From at least 10 to at least 30",
            ),
        ),
    ],
)
def test_the_card_tells_the_areas_history_the_latest_first(town: Town, language: str, words: tuple[str, ...]) -> None:
    merged(town)
    text = town.page("omrader/BORGEN-O001", language)
    for each in words:
        assert each in text
    assert text.index(words[0]) < text.index(words[1])


def test_the_card_of_an_area_that_is_gone_says_where_to_look(town: Town) -> None:
    merged(town)
    text = town.page("omrader/BORGEN-O002")
    assert "Dette området har gått inn i et annet. ID-en er beholdt. Se her nå: BORGEN-O001." in text
    assert "Gikk inn i BORGEN-O001." in text
    html = town.client.get(f"{URL}/BORGEN-O002").get_data(as_text=True)
    assert 'href="/plan/borgen/kart?area=BORGEN-O001"' in html
    assert "data-outline" in html
    town.show("hidden", "litter")
    town.show("hidden", "dark")
    town.compute()
    assert "Ingen andre områder er der nå." in town.page("omrader/BORGEN-O001")


def test_an_area_that_is_as_it_was_says_so(town: Town) -> None:
    town.put(0, 6)
    town.compute()
    assert "Som før" not in town.page("omrader/BORGEN-O001")
    town.compute()
    assert "25. november 2026 Som før." in town.page("omrader/BORGEN-O001")


def test_who_opens_the_address_of_a_card_comes_to_the_map(town: Town) -> None:
    town.put(0, 6)
    town.compute()
    answer = town.client.get(f"{URL}/BORGEN-O001", headers={"Sec-Fetch-Mode": "navigate"})
    assert answer.headers["Location"] == "/plan/borgen/kart?area=BORGEN-O001"
    assert town.client.get(f"{URL}/BORGEN-O009", headers={"Sec-Fetch-Mode": "navigate"}).status_code == 404


def test_areas_of_each_category_are_listed_under_their_category(town: Town) -> None:
    town.put(0, 6, "dark")
    town.put(0, 6, "litter")
    town.compute()
    town.compute(by="category", method="dbscan")
    listed = town.client.get(URL).json
    assert listed is not None
    assert {(each["id"], each["category"], each["people"]) for each in listed["areas"]} == {
        ("BORGEN-O002", "dark", 6),
        ("BORGEN-O003", "litter", 6),
    }
    narrowed = town.client.get(f"{URL}?category=litter").json
    assert narrowed is not None
    assert [each["id"] for each in narrowed["areas"]] == ["BORGEN-O003"]
    text = town.page("kart")
    assert "2 nye, 1 lagt til side" in text
    assert "klistremerker i samme kategori" in text
    assert "Områdene ble sist beregnet på den andre måten" in town.page("omrader/BORGEN-O001")
    assert "Se her nå: BORGEN-O002 og BORGEN-O003." in town.page("omrader/BORGEN-O001")


def test_the_chosen_way_stays_chosen(town: Town) -> None:
    town.put(0, 6)
    town.compute(by="category", method="hdbscan")
    html = town.client.get("/plan/borgen/kart").get_data(as_text=True)
    assert '<option value="category" selected>' in html
    assert '<option value="hdbscan" selected>' in html


def test_a_way_that_is_not_offered_is_refused(town: Town) -> None:
    answer = town.compute(method="magic")
    assert answer.status_code == 422
    assert "dbscan, hdbscan" in answer.get_data(as_text=True)


def test_too_many_places_for_the_method_are_refused_with_the_next_step(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clustering, "MOST_UNEVEN", 5)
    town.put(0, 12)
    answer = town.compute(method="hdbscan")
    assert answer.status_code == 413
    text = answer.get_data(as_text=True)
    assert "12 steder ligger for tett til å skilles på denne måten." in text
    assert "Det går med høyst 5." in text


def test_the_card_names_what_people_call_the_place(town: Town) -> None:
    town.put(0, 6, own_name="Steinrøysa")
    town.put(0, 2, own_name="<b>Ura</b>")
    town.compute()
    text = town.page("omrader/BORGEN-O001")
    assert "«Steinrøysa» 6 barn · ikke frigitt" in text
    assert "«&lt;b&gt;Ura&lt;/b&gt;» færre enn 5 · ikke frigitt" in text
