"""Merging, splitting and undoing on the pages, with what was typed kept when it is refused."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.services import processes, roadmap
from app.store import Store
from tests import builders as a
from tests.web.test_pages import page, signed_in

URL = "/plan/borgen/veikart"
PART = {
    "version": "1",
    "stays_title": "Bare lys",
    "stays_text": "",
    "part_title": "Benk",
    "part_text": "En benk",
    "part_theme": "other",
    "part_kind": "suggestion",
    "part_realiser": "residents",
}


@pytest.fixture
def planner(light: FlaskClient, embedded: Store) -> FlaskClient:
    with embedded.writing() as db:
        made = a.process(db)
        a.officer(db)
        for title in ("Lys på stien", "Lys på stien", "Svømmehall"):
            a.wanted(db, made, title)
    return signed_in(light)


def row(store: Store, number: int) -> Any:
    with store.reading() as db:
        return roadmap.find(db, processes.by_slug(db, "borgen"), f"BORGEN-{number:04d}")


def test_alike_inputs_are_pointed_out_and_merged_from_there(planner: FlaskClient, embedded: Store) -> None:
    html = page(planner, f"{URL}/duplikater", "en")
    assert "Merge BORGEN-0002 into BORGEN-0001" in html
    assert "Merge BORGEN-0001 into BORGEN-0002" in html
    assert "Svømmehall" not in html
    done = planner.post(f"{URL}/BORGEN-0002/sla-sammen", data={"into": "borgen-0001", "version": "1"})
    assert done.headers["Location"] == f"{URL}/BORGEN-0001"
    assert row(embedded, 2).status == "merged"
    assert "No two inputs here are so alike" in page(planner, f"{URL}/duplikater", "en")
    assert "No two inputs here are so alike" in page(planner, f"{URL}/duplikater?of=BORGEN-0003", "en")
    assert planner.get(f"{URL}/duplikater?of=BORGEN-9999").status_code == 404


def test_each_side_of_a_merging_shows_the_other_and_how_to_undo_it(planner: FlaskClient, embedded: Store) -> None:
    planner.post(f"{URL}/BORGEN-0002/sla-sammen", data={"into": "BORGEN-0001", "version": "1"})
    survivor, merged = (page(planner, f"{URL}/BORGEN-000{n}", "en") for n in (1, 2))
    assert f'href="{URL}/BORGEN-0002"' in survivor
    assert f'action="{URL}/BORGEN-0002/angre-sammenslaing"' in survivor
    assert "Merged into" in merged
    assert f'href="{URL}/BORGEN-0001"' in merged
    assert "Save the words" not in merged
    assert "merged into: BORGEN-0001" in merged
    done = planner.post(f"{URL}/BORGEN-0002/angre-sammenslaing")
    assert done.headers["Location"] == f"{URL}/BORGEN-0002"
    assert row(embedded, 2).status == "heard"


def test_an_input_is_split_and_put_together_again(planner: FlaskClient, embedded: Store) -> None:
    done = planner.post(f"{URL}/BORGEN-0001/del", data=PART)
    assert done.headers["Location"] == f"{URL}/BORGEN-0004"
    assert row(embedded, 1).title == "Bare lys"
    assert "Undo the splitting" in page(planner, f"{URL}/BORGEN-0004", "en")
    done = planner.post(f"{URL}/BORGEN-0004/angre-deling")
    assert done.headers["Location"] == f"{URL}/BORGEN-0001"
    assert row(embedded, 1).title == "Lys på stien"


@pytest.mark.parametrize(
    ("door", "data", "status", "words"),
    [
        ("sla-sammen", {"into": "BORGEN-0001", "version": "1"}, 409, "cannot be merged into itself"),
        ("sla-sammen", {"into": "BORGEN-0777", "version": "1"}, 422, "cannot find that input"),
        ("sla-sammen", {"into": "", "version": "1"}, 422, "cannot find that input"),
        ("sla-sammen", {"into": "BORGEN-0002", "version": "9"}, 409, "Someone else changed this"),
        ("del", {**PART, "part_title": ""}, 422, "missing"),
        ("del", {**PART, "part_theme": "dragons"}, 422, "theme"),
        ("angre-deling", {}, 409, "not merged, or was not split"),
        ("angre-sammenslaing", {}, 409, "not merged, or was not split"),
    ],
)
def test_what_is_refused_says_why_and_keeps_what_was_typed(
    planner: FlaskClient, door: str, data: dict[str, str], status: int, words: str
) -> None:
    found = planner.post(f"{URL}/BORGEN-0001/{door}", data=data, headers={"Accept-Language": "en"})
    html = found.get_data(as_text=True)
    assert found.status_code == status
    assert words in html
    for name in ("into", "stays_title", "part_text"):
        if data.get(name):
            assert data[name] in html


def test_another_municipality_merges_nothing_here(planner: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        a.officer(db, municipality="1532", username="annen")
    planner.post("/plan/logg-ut")
    signed_in(planner, "annen")
    for door, data in (("sla-sammen", {"into": "BORGEN-0002", "version": "1"}), ("del", PART)):
        assert planner.post(f"{URL}/BORGEN-0001/{door}", data=data).status_code == 404
    assert planner.get(f"{URL}/import").status_code == 404
    assert planner.get(f"{URL}/veikart.csv").status_code == 404
    assert row(embedded, 1).version == 1
