"""The public pages: nothing that was not released, no figure of too few, and the feed."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.model import Contribution
from app.services import arenas, measures, moderation, processes, staff
from app.services.answers import release_input
from app.store import Store
from tests import builders as a
from tests.services.test_answers import REASON, Scene
from tests.services.test_measures import step

ATOM = "{http://www.w3.org/2005/Atom}"
SECRETS = ("Hemmelig innspill", "Hemmelig tiltak", "Hemmelig setning", "BORGEN-0002", "BORGEN-T002")


def scene(store: Store, *sizes: int) -> str:
    """One input and one measure for everyone, one of each for staff alone; the code of the first class."""
    with store.writing() as db:
        made = Scene(db, *sizes)
        public = made.measure(made.input, title="Lykter langs stien", goal="Alle ser stien")
        step(db, made.planner, made.made, public, "adopted", "Vedtatt i november.")
        step(db, made.planner, made.made, public, "rejected", REASON)
        made.release(made.input)
        hidden = made.measure(made.heard("Hemmelig innspill"), made.input, public=False, title="Hemmelig tiltak")
        step(db, made.planner, made.made, hidden, "adopted", "Hemmelig setning.")
        return made.classes[0].join_code or ""


def pages(code: str) -> tuple[str, ...]:
    return ("/p/borgen", "/p/borgen/svar", "/p/borgen/svar.atom", f"/dette-skjedde/{code}")


def test_what_is_not_released_is_on_no_public_page(client: FlaskClient, store: Store) -> None:
    code = scene(store, 6)
    for page in pages(code):
        said = client.get(page)
        assert said.status_code == 200, page
        assert [word for word in SECRETS if word in said.text] == [], page
    page = client.get("/p/borgen/svar").text
    assert REASON in page
    assert re.findall(r'"id": ?"(BORGEN-\w+)"', page) == ["BORGEN-0001"], "one place stands on the map"


def test_what_is_withdrawn_leaves_every_public_page(light: FlaskClient, embedded: Store) -> None:
    code = scene(embedded, 6)
    with embedded.writing() as db:
        planner, made = staff.sign_in(db, "planlegger", a.PASSWORD), processes.by_slug(db, "borgen")
        release_input(db, planner, made, "BORGEN-0001", False, a.NOW)
        measures.release(db, planner, made, "BORGEN-T001", False, a.NOW)
    for page in pages(code):
        said = light.get(page).text
        assert [word for word in ("Lys på stien", "Lykter", REASON, "BORGEN-") if word in said] == [], page


@pytest.mark.parametrize(("sizes", "told"), [((4, 1), "Minst 5"), ((9,), "Minst 5"), ((12,), "Minst 10")])
def test_a_figure_is_told_in_steps(light: FlaskClient, embedded: Store, sizes: tuple[int, ...], told: str) -> None:
    code = scene(embedded, *sizes)
    said = light.get("/p/borgen/svar").text
    assert f"{told} personer" in said
    words = re.sub(r"<[^>]+>", " ", light.get(f"/dette-skjedde/{code}").text.split("</main>")[0].split("<main")[1])
    assert not re.search(rf"\b({sum(sizes)}|{sizes[0]})\b", words.replace("5A", "")), (
        "no figure stands on a class's page"
    )


def test_too_few_are_not_counted(light: FlaskClient, embedded: Store) -> None:
    scene(embedded, 5)
    with embedded.writing() as db:
        id = db.scalars(select(Contribution.id).limit(1)).one()
        planner, made = staff.sign_in(db, "planlegger", a.PASSWORD), processes.by_slug(db, "borgen")
        moderation.decide(db, planner, made, id, "hidden", now=a.NOW)
    said = light.get("/p/borgen/svar").text
    assert "Færre enn 5 personer" in said
    assert "Minst" not in said
    assert "page-data" not in said, "no map of a place that too few stand behind"


def test_a_class_reads_its_answer_by_its_code_alone(light: FlaskClient, embedded: Store) -> None:
    code = scene(embedded, 6)
    page = light.get(f"/dette-skjedde/{code}").text
    assert page.index("Dette sa mange av dere") < page.index("Lys på stien") < page.index("Lykter langs stien")
    assert page.index("Svaret ble nei.") < page.index(REASON)
    assert light.get(f"/dette-skjedde/{code.lower()}").location == f"/dette-skjedde/{code}"
    unknown = light.get("/dette-skjedde/XXXXXX")
    assert (unknown.status_code, "code_unknown" in unknown.text) == (404, True)
    with embedded.writing() as db:
        made = processes.by_slug(db, "borgen")
        other = a.arena(db, made, "6B")
        arenas.change_state(db, None, other, "closed", a.NOW)
        closed = other.join_code
    page = light.get(f"/dette-skjedde/{closed}").text
    assert "Dette sa mange av dere" not in page
    assert "Lys på stien" in page


@pytest.mark.parametrize("language", ["nb", "nn", "en", "se", "so", "ar", "pl", "uk"])
def test_a_class_reads_it_in_its_language(light: FlaskClient, embedded: Store, language: str) -> None:
    code = scene(embedded, 6)
    page = light.get(f"/dette-skjedde/{code}?lang={language}").text
    assert f'<html lang="{language}"' in page
    assert ("The answer was no." in page) is (language == "en")


def test_a_child_asks_what_became_of_its_own_things(client: FlaskClient, store: Store) -> None:
    code = scene(store, 6)
    joined = client.post("/api/v1/join", json={"code": code}).json
    assert joined
    headers = {"Authorization": f"Bearer {joined['token']}"}
    assert client.get("/api/v1/answers", headers=headers).json == {"answers": {}}
    assert client.get("/api/v1/answers").status_code == 401


def test_the_feed_is_atom_and_asks_for_nothing(light: FlaskClient, embedded: Store) -> None:
    scene(embedded, 6)
    answer = light.get("/p/borgen/svar.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(answer.text)
    assert [entry.findtext(f"{ATOM}summary") for entry in feed.iter(f"{ATOM}entry")] == [REASON, "Vedtatt i november."]
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles[0] == "BORGEN-T001 Lykter langs stien: Svaret ble nei."
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(set(ids)) == 2
    links = {link.get("href") or "" for link in feed.iter(f"{ATOM}link")}
    assert all(link.startswith("http://localhost/p/borgen/svar") for link in links)
    assert "@" not in answer.text
    again = light.get("/p/borgen/svar.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_nothing_released_yet_is_said(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        made = Scene(db, 6)
        code = made.classes[0].join_code
    for page in ("/p/borgen/svar", f"/dette-skjedde/{code}"):
        assert 'class="empty"' in light.get(page).text
    assert light.get("/p/borgen/svar.atom").status_code == 200
    assert light.get("/p/finnes-ikke/svar").status_code == 404
    assert light.get("/p/finnes-ikke/svar.atom").status_code == 404
