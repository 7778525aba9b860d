"""Every page in every language; who may see it; what it must never contain."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.config import load
from app.services import (
    analysis,
    answers,
    arenas,
    campaigns,
    demo,
    indicators,
    measures,
    moderation,
    notes,
    occasions,
    publication,
    roadmap,
    thematic_plans,
    workshop,
)
from app.services.index import Index
from app.store import Store
from app.web.language import TRANSLATED
from tests import builders as a
from tests.services.test_campaigns import HUNT

WORDS = {"title": "Lys på stien", "theme": "traffic_safety", "realiser": "together"}


@pytest.fixture
def school(embedded: Store) -> dict[str, str]:
    """A process with a class, an area and an input; the addresses of its pages."""
    with embedded.writing() as db:
        made = a.process(db)
        by, token = a.host(db, made)
        where = a.school_class(db, by)
        a.crowd(db, where, a.at(0, 0), 6, group="bad", category="dark", comment="<script>alert('hei')</script>")
        a.route(db, a.pupil(db, where), a.along((-2000, 0), (0, 0)))
        planner = a.officer(db)
        index = Index(made)
        index.refresh(db, made)
        (area,) = analysis.derive_areas(db, made, index, a.NOW)
        found = roadmap.from_area(db, planner, made, area, **WORDS, now=a.NOW)
        table = workshop.open_workshop(db, made, title="Bord", dots=5, public_ids=[found.public_id], now=a.NOW)
        hunt = campaigns.open_hunt(db, made, **{**HUNT, "expectation": "Alt står her."}, now=a.NOW)
        campaigns.publish(db, made, hunt.id, True)
        safe = indicators.add(db, made, name="Trygg på vei hjem", unit="%", source="Ungdata", now=a.NOW)
        indicators.measure(db, made, safe.id, place="Borgen", own=True, year="2015", value="61,5")
        indicators.publish(db, made, safe.id, True)
        measure = measures.create(db, planner, made, [found.public_id], {"title": "Lykter"}, a.NOW)
        thematic_plans.freeze(db, planner, made, "Utkast", a.NOW)
        measures.release(db, planner, made, measure.public_id, True, a.NOW)
        answers.release_input(db, planner, made, found.public_id, True, a.NOW)
        publication.release(db, made, analysis.hexagons_by_group(index), now=a.NOW)
        said = occasions.open_by_staff(db, made, title="Borgenmøtet", method="conference", now=a.NOW)
        notes.add(db, said, uuid4(), {"kind": "quality", "text": "Lys på stien"}, now=a.NOW)
        dinners = arenas.create_host_link(db, made, label="Ali", method="hosted_dinner", now=a.NOW)
        dinner = occasions.open_by_host(db, arenas.host(db, dinners, a.NOW), title="Ali", now=a.NOW)
    desk = "/plan/borgen"
    return {
        "front": "/",
        "front with a code": f"/k/{where.join_code}",
        "map": f"/kart/{where.join_code}",
        "privacy": "/personvern",
        "process": "/p/borgen",
        "classes": f"/vert/{token}/",
        "class": f"/vert/{token}/klasse/{where.id}",
        "sign in": "/plan/logg-inn",
        "plan": f"{desk}/kart",
        "area": f"{desk}/omrader/{area.public_id}",
        "flow": f"{desk}/ferdsel",
        "answer": "/p/borgen/svar",
        "happened": f"/dette-skjedde/{where.join_code}",
        "roadmap": f"{desk}/veikart",
        "measures": f"{desk}/tiltak",
        "measure": f"{desk}/tiltak/{measure.public_id}",
        "new measure": f"{desk}/tiltak/nytt?input={found.public_id}",
        "plan versions": f"{desk}/temaplan",
        "plan version": f"{desk}/temaplan/1",
        "decisions": f"{desk}/temaplan/vedtak",
        "input": f"{desk}/veikart/{found.public_id}",
        "moderate": f"{desk}/lese",
        "hidden": f"{desk}/lese?state=hidden",
        "arenas": f"{desk}/arenaer",
        "exports": f"{desk}/eksport",
        "plan conflict": f"{desk}/plankonflikt",
        "streets": f"{desk}/gater",
        "questions": f"{desk}/sporsmal",
        "here": f"{desk}/her?place=Skolen",
        "compare": f"{desk}/sammenlign?a_group=bad&b_kind=route",
        "turnout": f"{desk}/hvem-mangler",
        "travel": f"{desk}/reisemate",
        "ours": "/p/borgen/vart",
        "committee": f"{desk}/lokalsamfunnsutvalg",
        "life": f"{desk}/livet",
        "public life": "/p/borgen/livet",
        "hunts": f"{desk}/losningsjakten",
        "hunt": f"{desk}/losningsjakten/{hunt.id}",
        "public hunt": "/p/borgen/losningsjakten",
        "workshops": f"{desk}/verksted",
        "workshop": f"{desk}/verksted/{table.id}",
        "minutes": f"{desk}/verksted/{table.id}/referat",
        "vote": f"/verksted/{table.join_code}",
        "vote wall": f"/verksted/{table.join_code}/vegg",
        "notes": f"/notater/{said.join_code}",
        "occasions": f"/vert/{dinners}/anledning",
        "occasion": f"/vert/{dinners}/anledning/{dinner.id}",
        "arena": f"{desk}/arenaer/{said.id}",
        "import": f"{desk}/veikart/import",
        "alike": f"{desk}/veikart/duplikater",
        "missing": "/nix",
    }


STAFF = ("plan", "area", "flow", "roadmap", "input", "moderate", "hidden", "arenas", "exports", "plan conflict")
STAFF += ("streets", "questions", "here", "compare", "turnout", "travel", "life", "hunts", "hunt", "workshops")
STAFF += ("workshop", "minutes", "arena", "import", "alike", "committee")
STAFF += ("measures", "measure", "new measure", "plan versions", "plan version", "decisions")
OPEN = ("front", "front with a code", "map", "privacy", "process", "classes", "class", "sign in", "vote", "vote wall")
OPEN += ("public life", "public hunt", "missing", "notes", "occasions", "occasion", "answer", "happened", "ours")
PAGES = (*OPEN, *STAFF)


def signed_in(client: FlaskClient, username: str = "planlegger") -> FlaskClient:
    found = client.post("/plan/logg-inn", data={"username": username, "password": a.PASSWORD})
    assert found.status_code == 302
    return client


def page(client: FlaskClient, url: str, language: str = "nb") -> str:
    return client.get(url, headers={"Accept-Language": language}).get_data(as_text=True)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_in_every_language(
    light: FlaskClient, school: dict[str, str], name: str, language: str
) -> None:
    found = signed_in(light).get(school[name], headers={"Accept-Language": language})
    assert found.status_code == (404 if name == "missing" else 200)
    text = found.get_data(as_text=True)
    if name != "area":
        assert f'<html lang="{language}"' in text
        assert re.search(r"<h1[ >]", text)
        assert "<title>" in text


def test_a_code_that_was_sent_before_the_script_was_there_is_kept(light: FlaskClient, school: dict[str, str]) -> None:
    code = school["front with a code"].rpartition("/")[2]
    assert f'value="{code}"' in light.get(f"/?code={code.lower()}").get_data(as_text=True)


def visible(html: str) -> str:
    """The words on a page: no tags, no scripts, no names of languages, no code."""
    html = re.sub(r'(?s)<nav class="languages".*?</nav>', " ", html)
    html = re.sub(r"(?s)<(script|style|svg|code|nav class=\"languages\").*?</(script|style|svg|code|nav)>", " ", html)
    labels = " ".join(re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]*)"', html))
    return re.sub(r"<[^>]+>", " ", html) + labels


ENGLISH = re.compile(
    r"\b(the|your|you|what|and|with|from|here|this|that|are|not yet|map|class|school|way|save|close)\b", re.I
)
NYNORSK = re.compile(r"\b(ikkje|kva|kven|korleis|eg|frå|skulen|dykk|noko|vegen)\b", re.I)
BOKMAL = re.compile(r"\b(ikke|hva|hvem|hvordan|jeg|fra|skolen|noe|veien|barnehagen|dere)\b", re.I)


@pytest.mark.parametrize("name", [p for p in PAGES if p != "area"])
def test_no_page_mixes_languages(light: FlaskClient, school: dict[str, str], name: str) -> None:
    client = signed_in(light)
    data = ("Skolen", "Lys på stien", "borgen", "alert")
    for language, foreign in (("nb", [ENGLISH, NYNORSK]), ("nn", [ENGLISH, BOKMAL]), ("en", [NYNORSK, BOKMAL])):
        text = visible(page(client, school[name], language))
        if name == "exports":
            text = text.split("</dl>")[0].split("EPSG:4326")[0]
        for word in data:
            text = text.replace(word, "")
        for pattern in foreign:
            assert pattern.findall(text) == [], f"{name} in {language}"


@pytest.mark.parametrize("language", sorted(TRANSLATED))
@pytest.mark.parametrize("name", ["front", "map", "privacy", "process", "missing", "happened"])
def test_participants_pages_speak_every_language_and_no_other(
    light: FlaskClient, school: dict[str, str], name: str, language: str
) -> None:
    html = page(light, school[name], language)
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in html
    assert "ikke kvalitetssikret" in html
    text = visible(html)
    somali = ("way ", "Way ") if language == "so" else ()
    for word in ("Skolen", "borgen", "Borgen", *somali):
        text = text.replace(word, "")
    for pattern in (ENGLISH, NYNORSK, BOKMAL):
        assert pattern.findall(text) == []


def test_staff_read_their_own_languages_whatever_a_participant_chose(light: FlaskClient) -> None:
    light.get("/?lang=ar")
    assert '<html lang="ar" dir="rtl"' in page(light, "/personvern")
    assert '<html lang="nb" dir="ltr"' in page(light, "/plan/logg-inn")


@pytest.mark.parametrize("name", PAGES)
def test_what_a_child_wrote_is_text_and_nothing_else(light: FlaskClient, school: dict[str, str], name: str) -> None:
    assert "<script>alert" not in page(signed_in(light), school[name])


@pytest.mark.parametrize("name", PAGES)
def test_no_page_names_another_host(light: FlaskClient, school: dict[str, str], name: str) -> None:
    text = page(signed_in(light), school[name])
    hosts = set(re.findall(r"https?://([\w.-]+)", text)) - {"localhost", "www.w3.org"}
    assert hosts == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_answer_carries_a_strict_policy(light: FlaskClient, school: dict[str, str], name: str) -> None:
    found = signed_in(light).get(school[name])
    policy = found.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce is not None
    text = found.get_data(as_text=True)
    assert re.findall(r"\son\w+=", text) == []
    assert re.findall(r"\sstyle=", text) == []
    scripts = re.findall(r"<script([^>]*)>", text)
    assert all("application/json" in s or f'nonce="{nonce[1]}"' in s for s in scripts)
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert found.headers["Referrer-Policy"] == "same-origin"
    assert found.headers["Cache-Control"] == "no-store"


def test_folium_draws_and_its_header_never_comes_along(light: FlaskClient, school: dict[str, str]) -> None:
    text = page(light, school["map"])
    assert "L.map(" in text
    assert "user-scalable" not in text
    assert "cdn" not in text
    assert "width=device-width, initial-scale=1" in text


@pytest.mark.parametrize("name", STAFF)
def test_a_stranger_is_sent_to_the_sign_in_and_back(light: FlaskClient, school: dict[str, str], name: str) -> None:
    found = light.get(school[name])
    assert found.status_code == 302
    after = found.headers["Location"]
    assert after.startswith("/plan/logg-inn?til=")
    answer = light.post(after, data={"username": "planlegger", "password": a.PASSWORD})
    assert answer.headers["Location"] == school[name]


@pytest.mark.parametrize("til", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_the_sign_in_sends_nobody_elsewhere(light: FlaskClient, school: dict[str, str], til: str) -> None:
    found = light.post("/plan/logg-inn", data={"username": "planlegger", "password": a.PASSWORD, "til": til})
    assert found.headers["Location"] == "/plan/"
    assert school


@pytest.mark.parametrize("name", STAFF)
def test_another_municipalitys_planner_finds_nothing(
    light: FlaskClient, embedded: Store, school: dict[str, str], name: str
) -> None:
    with embedded.writing() as db:
        a.officer(db, municipality="1532", username="nabo")
    found = signed_in(light, "nabo").get(school[name])
    assert found.status_code == 404
    assert "process_unknown" in found.get_data(as_text=True)


def test_signing_out_ends_it(light: FlaskClient, school: dict[str, str]) -> None:
    client = signed_in(light)
    client.post("/plan/logg-ut")
    assert client.get(school["plan"]).status_code == 302


def test_a_wrong_password_keeps_the_name_and_says_so(light: FlaskClient, school: dict[str, str]) -> None:
    found = light.post("/plan/logg-inn", data={"username": "planlegger", "password": "nei"})
    assert found.status_code == 401
    assert 'value="planlegger"' in found.get_data(as_text=True)
    assert school


def test_guessing_passwords_is_slowed_down(light: FlaskClient, school: dict[str, str]) -> None:
    codes = [light.post("/plan/logg-inn", data={"username": "x", "password": "y"}).status_code for _ in range(12)]
    assert codes.count(401) == 10
    assert codes[-1] == 429
    assert school


def test_a_form_without_its_token_is_refused(light_app: Flask, school: dict[str, str]) -> None:
    light_app.config["WTF_CSRF_ENABLED"] = True
    client = light_app.test_client()
    for url in ("/plan/logg-inn", school["classes"], school["plan"].replace("kart", "omrader")):
        found = client.post(url, data={"username": "planlegger", "password": a.PASSWORD})
        assert found.status_code == 400
        assert "form_expired" in found.get_data(as_text=True)


def test_a_class_is_opened_paused_closed_and_reopened(client: FlaskClient, store: Store) -> None:
    with store.writing() as db:
        _, token = a.host(db, a.process(db))
    opened = client.post(f"/vert/{token}/", data={"school": "Skolen", "grade": "5", "group_name": "5A"})
    board = opened.headers["Location"]
    text = page(client, board)
    code = re.search(r'aria-label="(\w \w \w \w \w \w)"', text)
    assert code is not None
    assert "<svg" in text
    for state in ("paused", "open", "closed", "closed", "open"):
        assert client.post(f"{board}/tilstand", data={"state": state}).status_code == 302
        figures = client.get(f"{board}/tall").json
        assert figures is not None
        assert figures["state"] == state
    assert client.post(f"{board}/tilstand", data={"state": "burning"}).status_code == 404


def test_what_a_teacher_typed_is_kept_when_something_is_missing(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        _, token = a.host(db, a.process(db))
    found = light.post(f"/vert/{token}/", data={"school": "Borgen skole", "grade": "", "group_name": "5A"})
    text = found.get_data(as_text=True)
    assert found.status_code == 422
    assert 'value="Borgen skole"' in text
    assert 'value="5A"' in text
    assert 'aria-invalid="true"' in text


@pytest.mark.parametrize("path", ["", "klasse/00000000-0000-0000-0000-000000000000"])
def test_a_link_that_is_not_valid_opens_nothing(light: FlaskClient, path: str) -> None:
    found = light.get(f"/vert/nonsense/{path}")
    assert found.status_code == 401
    assert "link_not_valid" in found.get_data(as_text=True)


def test_an_area_becomes_a_roadmap_input_that_carries_its_figures(client: FlaskClient, store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        a.crowd(db, a.arena(db, made), a.at(0, 0), 7, group="bad", category="dark")
        a.officer(db)
    signed_in(client)
    client.post("/plan/borgen/omrader")
    listed = client.get("/plan/borgen/omrader").json
    assert listed is not None
    (area,) = listed["areas"]
    assert (area["id"], area["people"], area["registrations"]) == ("BORGEN-O001", 7, 7)
    assert listed["totals"] == {"people": 7, "registrations": 7}
    made_at = client.post(f"/plan/borgen/omrader/{area['id']}/innspill", data=WORDS).headers["Location"]
    assert made_at == "/plan/borgen/veikart/BORGEN-0001"
    assert "Lys på stien" in page(client, "/plan/borgen/veikart")
    text = page(client, made_at)
    assert "BORGEN-O001" in text
    assert ">7<" in text
    again = client.get("/plan/borgen/omrader").json
    assert again is not None
    assert again["areas"][0]["inputs"] == ["BORGEN-0001"]


def test_what_a_planner_typed_is_kept_when_something_is_missing(light: FlaskClient, school: dict[str, str]) -> None:
    client = signed_in(light)
    found = client.post(f"{school['area']}/innspill", data={**WORDS, "title": "Min tittel", "theme": ""})
    assert found.status_code == 422
    assert 'value="Min tittel"' in found.get_data(as_text=True)


def test_an_edit_on_old_words_keeps_both(light: FlaskClient, school: dict[str, str]) -> None:
    client = signed_in(light)
    assert client.post(school["input"], data={**WORDS, "title": "Første", "version": "1"}).status_code == 302
    found = client.post(school["input"], data={**WORDS, "title": "Andre", "version": "1"})
    text = found.get_data(as_text=True)
    assert found.status_code == 409
    assert 'value="Andre"' in text
    assert "Første" in text


def test_a_status_change_needs_a_sentence(light: FlaskClient, school: dict[str, str]) -> None:
    client = signed_in(light)
    assert client.post(f"{school['input']}/status", data={"status": "considered", "reason": ""}).status_code == 422
    assert client.post(f"{school['input']}/status", data={"status": "done", "reason": "x"}).status_code == 409
    done = client.post(f"{school['input']}/status", data={"status": "considered", "reason": "Vi ser på lyset."})
    assert done.status_code == 302
    assert "Vi ser på lyset." in page(client, school["input"])


def test_a_comment_is_released_hidden_and_put_back(light: FlaskClient, embedded: Store, school: dict[str, str]) -> None:
    client = signed_in(light)
    with embedded.reading() as db:
        from app.services import processes

        items, total = moderation.queue(db, processes.by_slug(db, "borgen"), state="pending")
        id = items[0].contribution.id
    for verdict, left in (("released", total - 1), ("hidden", total - 1), ("pending", total)):
        assert client.post(f"/plan/borgen/lese/{id}", data={"verdict": verdict}).status_code == 302
        with embedded.reading() as db:
            assert moderation.waiting(db, processes.by_slug(db, "borgen")) == left
    assert school


def test_a_new_teacher_link_is_shown_once_and_works(light: FlaskClient, school: dict[str, str]) -> None:
    client = signed_in(light)
    found = client.post(school["arenas"], data={"label": "Hagaløkka skole"}).get_data(as_text=True)
    link = re.search(r"http://localhost(/vert/[\w-]+/)", found)
    assert link is not None
    assert link[1] not in page(client, school["arenas"])
    assert "Hagaløkka skole" in page(light, link[1])


@pytest.mark.parametrize("query", ["grade=five", "arena=x", "from=yesterday", "to=2026-13-01"])
def test_a_filter_that_cannot_be_read_is_refused(light: FlaskClient, school: dict[str, str], query: str) -> None:
    found = signed_in(light).get(f"/plan/borgen/omrader?{query}", headers={"Accept": "application/json"})
    assert found.status_code == 422
    assert found.json is not None
    assert found.json["field"] == "filter"
    assert school


def test_the_demo_says_what_it_is_on_every_page(tmp_path: Any, embedded: Store) -> None:
    from app import create_app

    with embedded.writing() as db:
        demo.create(db, "k" * 32, a.NOW, per_class=4)
        keys = demo.keys(db, "k" * 32)
    assert keys is not None
    url = embedded.engine.url.render_as_string(hide_password=False)
    app = create_app(
        load({"DATABASE_URL": url, "SNARVEI_SECRET_KEY": "k" * 32, "SNARVEI_DATA_DIR": str(tmp_path)}),
        clock=lambda: a.NOW,
    )
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/plan/logg-inn", data={"username": keys.username, "password": keys.password})
    for path in (
        f"/kart/{keys.class_code}",
        f"/vert/{keys.host_token}/",
        "/plan/proveoya/kart",
        "/plan/proveoya/veikart",
    ):
        assert "oppdiktet" in page(client, path)
    app.extensions["snarvei"].store.dispose()
