"""The page that takes a spreadsheet: try, mend, store; the page carries the file, and nothing is kept before that."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.model import RoadmapInput
from app.services import roadmap_imports
from app.store import Store
from tests import builders as a
from tests.web.test_pages import signed_in

URL = "/plan/borgen/veikart/import"
HEAD = "Nr;Tittel;Ordrett;Tema;Hvem kan\r\n"
GOOD = HEAD + "1;Lys på stien;«Så mørkt»;Annet;Kommunen\r\n2;Benk;;Annet;Innbyggerne\r\n"
BAD = HEAD + "1;=1+1;;Annet;Kommunen\r\n2;Benk;;Drager;Innbyggerne\r\n"


@pytest.fixture
def planner(light: FlaskClient, embedded: Store) -> FlaskClient:
    with embedded.writing() as db:
        a.process(db)
        a.officer(db)
    return signed_in(light)


def sent(client: FlaskClient, body: bytes, name: str = "innspill.csv", language: str = "en") -> Any:
    """Written by hand: the client's own forms leave large temporary files open."""
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    return client.post(
        URL,
        data=head + body + b"\r\n--b--\r\n",
        content_type="multipart/form-data; boundary=b",
        headers={"Accept-Language": language},
    )


def again(client: FlaskClient, html: str, **changes: str) -> Any:
    """The form of the page, as a browser would send it."""
    form = {
        name: re.search(rf'name="{name}" value="([^"]*)"', html)[1]  # type: ignore[index]
        for name in ("carried", "called")
    }
    for name, options in re.findall(r'(?s)<select id="\w+" name="(\w+)">(.*?)</select>', html):
        chosen = re.search(r'value="([^"]*)" selected', options)
        form[name] = chosen[1] if chosen else ""
    return client.post(URL, data={**form, **changes}, headers={"Accept-Language": "en"})


def stored(store: Store) -> int:
    with store.reading() as db:
        return db.scalar(select(func.count()).select_from(RoadmapInput)) or 0


def test_a_file_is_tried_then_stored(planner: FlaskClient, embedded: Store) -> None:
    html = sent(planner, GOOD.encode("latin-1")).get_data(as_text=True)
    assert stored(embedded) == 0
    for words in ("Lys på stien", "2 become new inputs", "Store 2 inputs", "the municipality"):
        assert words in html, words
    done = again(planner, html, do="store").get_data(as_text=True)
    assert "2 inputs stored" in done
    assert "BORGEN-0001 to BORGEN-0002" in done
    assert stored(embedded) == 2
    page = planner.get("/plan/borgen/veikart/BORGEN-0001", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "innspill.csv, row 2 (1)" in page
    twice = again(planner, html, do="store").get_data(as_text=True)
    assert "0 inputs stored" in twice
    assert "2 rows were there already" in twice
    assert stored(embedded) == 2


def test_each_row_to_mend_is_told_with_what_to_do_and_nothing_is_stored(planner: FlaskClient, embedded: Store) -> None:
    html = sent(planner, BAD.encode()).get_data(as_text=True)
    table = re.search(r'(?s)<table id="refused">.*?</table>', html)
    assert table is not None
    rows = re.findall(r'<th scope="row" class="figure">(\d+)</th><td>([^<]+)</td>', table[0])
    assert rows == [("2", "title"), ("3", "theme")]
    for words in ("holds a formula", "paste it as values only", "Drager", "Trafikksikkerhet og skolevei"):
        assert words in table[0], words
    assert 'value="store"' not in html
    forced = again(planner, html, do="store")
    assert forced.status_code == 422
    assert "nothing was stored" in forced.get_data(as_text=True)
    assert stored(embedded) == 0


def test_other_columns_and_defaults_can_be_chosen(planner: FlaskClient, embedded: Store) -> None:
    html = sent(planner, "Navn på ting;Annet felt\nLys;x\n".encode()).get_data(as_text=True)
    assert "No column gives the title" in html
    tried = again(
        planner, html, do="try", column_title="Navn på ting", default_theme="other", default_realiser="together"
    ).get_data(as_text=True)
    assert "Store 1 input" in tried
    again(planner, tried, do="store")
    with embedded.reading() as db:
        row = db.scalars(select(RoadmapInput)).one()
        assert (row.title, row.theme, row.realiser, row.kind) == ("Lys", "other", "together", "suggestion")


@pytest.mark.parametrize(
    ("body", "name", "status", "words"),
    [
        (b"", "a.csv", 422, "has no rows"),
        (b"no", "a.xlsx", 422, "cannot be read as a spreadsheet"),
        (b"no", "a.pdf", 422, "cannot read that kind of file"),
        (b"x" * 2_000_001, "a.csv", 413, "too large"),
        (b"x" * 5_000_000, "a.csv", 413, "too large"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_on_the_page(
    planner: FlaskClient, body: bytes, name: str, status: int, words: str
) -> None:
    found = sent(planner, body, name)
    assert found.status_code == status
    assert words in found.get_data(as_text=True)
    assert 'type="file"' in found.get_data(as_text=True)


@pytest.mark.parametrize("carried", ["", "%%%", "AAA"])
def test_a_page_that_carries_nothing_usable_is_refused(planner: FlaskClient, carried: str) -> None:
    found = planner.post(URL, data={"carried": carried, "called": "a.csv", "do": "store"})
    assert found.status_code == 422


def test_a_form_from_elsewhere_stores_nothing(planner: FlaskClient, light_app: Flask, embedded: Store) -> None:
    light_app.config["WTF_CSRF_ENABLED"] = True
    carried = base64.b64encode(GOOD.encode()).decode()
    found = planner.post(URL, data={"carried": carried, "called": "a.csv", "do": "store", "column_title": "Tittel"})
    assert found.status_code == 400
    assert stored(embedded) == 0


def test_strangers_are_shown_the_door(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        a.process(db)
    assert light.get(URL).status_code == 302
    assert sent(light, GOOD.encode()).status_code == 401


def test_every_field_can_be_chosen(planner: FlaskClient) -> None:
    html = sent(planner, GOOD.encode()).get_data(as_text=True)
    assert re.findall(r'<select id="column_(\w+)"', html) == list(roadmap_imports.FIELDS)
