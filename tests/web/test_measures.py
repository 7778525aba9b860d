"""The planner's pages of measures: made, filtered, stepped on, both versions when two write at once."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.model import Contribution
from app.services import answers, arenas, measures, moderation, processes, staff
from app.store import Store
from tests import builders as a
from tests.services.test_answers import REASON, Scene

TITLE = "Lys langs Skogstien"
FORM = {"title": TITLE, "inputs": "BORGEN-0001", "focus_area": "Trygg skolevei", "deadline": "2026-11-22"}


def desk(client: FlaskClient, store: Store, *sizes: int) -> FlaskClient:
    """A planner signed in, with one input of so many children."""
    with store.writing() as db:
        Scene(db, *(sizes or (6,)))
    client.post("/plan/logg-inn", data={"username": "planlegger", "password": a.PASSWORD})
    return client


def made(client: FlaskClient, **form: str) -> str:
    """The address of a measure just made."""
    answer = client.post("/plan/borgen/tiltak/nytt", data={**FORM, **form})
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def text(client: FlaskClient, address: str, **more: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(address, **more).text))


def test_from_an_input_one_comes_to_the_measure_and_back(client: FlaskClient, store: Store) -> None:
    desk(client, store)
    assert "/plan/borgen/tiltak/nytt?input=BORGEN-0001" in client.get("/plan/borgen/veikart/BORGEN-0001").text
    form = client.get("/plan/borgen/tiltak/nytt?input=BORGEN-0001").text
    assert 'name="inputs" value="BORGEN-0001" checked' in form
    address = made(client)
    assert address == "/plan/borgen/tiltak/BORGEN-T001"
    page = client.get(address).text
    assert "/plan/borgen/veikart/BORGEN-0001" in page
    assert "/plan/borgen/kart?area=BORGEN-O001" in page
    assert "Minst 5 " in text(client, address)
    assert address in client.get("/plan/borgen/veikart/BORGEN-0001").text


def test_figures_of_too_few_are_on_no_page_of_a_measure(light: FlaskClient, embedded: Store) -> None:
    desk(light, embedded)
    address = made(light)
    with embedded.writing() as db:
        planner = staff.sign_in(db, "planlegger", a.PASSWORD)
        for id in list(db.scalars(select(Contribution.id).limit(2))):
            moderation.decide(db, planner, processes.by_slug(db, "borgen"), id, "hidden", now=a.NOW)
    said = text(light, address)
    assert "Færre enn 5 " in said
    assert "færre enn 5" in said
    assert not re.search(r"Barn: 4\b", said)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": " "}, "field_missing"),
        ({"inputs": " "}, "measure_without_inputs"),
        ({"inputs": "BORGEN-0077"}, "input_unknown"),
        ({"deadline": "snart"}, "day_unreadable"),
        ({"priority": "haste"}, "value_unknown"),
    ],
)
def test_what_was_typed_is_kept_when_it_is_refused(
    light: FlaskClient, embedded: Store, change: dict[str, str], code: str
) -> None:
    desk(light, embedded)
    answer = light.post("/plan/borgen/tiltak/nytt", data={**FORM, "goal": "Ingen skal gå i mørket", **change})
    assert answer.status_code in (404, 422)
    assert code in answer.text
    assert "Ingen skal gå i mørket" in answer.text
    with embedded.reading() as db:
        assert measures.of_process(db, processes.by_slug(db, "borgen")) == []


def test_two_who_write_at_once_see_both_versions_and_nothing_is_lost(client: FlaskClient, store: Store) -> None:
    desk(client, store)
    address = made(client)
    seen = re.search(r'name="version" value="(\d+)"', client.get(address).text)
    assert seen
    form = {**FORM, "version": seen[1]}
    assert client.post(address, data={**form, "goal": "Den førstes mål"}).status_code == 302
    late = client.post(address, data={**form, "goal": "Den andres mål", "owner": "FAU", "priority": "high"})
    assert late.status_code == 409
    assert "changed_by_other" in late.text
    both = re.search(r'<table class="both">.*?</table>', late.text, re.S)
    assert both
    rows = re.findall(r"<tr><th[^>]*>(.*?)</th><td>(.*?)</td><td>(.*?)</td></tr>", both[0])
    assert rows == [
        ("Eier", "–", "FAU"),
        ("Mål", "Den førstes mål", "Den andres mål"),
        ("Prioritet", "middels", "høy"),
    ]
    assert re.search(r"<textarea[^>]*>Den andres mål</textarea>", late.text)
    again = re.findall(r'name="version" value="(\d+)"', late.text)
    assert client.post(address, data={**form, "goal": "Den andres mål", "version": again[-1]}).status_code == 302
    assert "Den andres mål" in client.get(address).text


def test_a_step_that_comes_too_late_keeps_its_sentence(light: FlaskClient, embedded: Store) -> None:
    desk(light, embedded)
    address = made(light)
    light.post(address, data={**FORM, "goal": "Nytt mål", "version": "1"})
    late = light.post(f"{address}/steg", data={"status": "rejected", "reason": REASON, "version": "1"})
    assert late.status_code == 409
    assert REASON in late.text
    assert '<option value="rejected" selected>' in late.text
    assert light.post(f"{address}/steg", data={"status": "rejected", "version": "2"}).status_code == 422


def test_a_dropped_measure_is_never_shown_without_its_reason(client: FlaskClient, store: Store) -> None:
    desk(client, store)
    address = made(client)
    assert (
        client.post(f"{address}/steg", data={"status": "rejected", "reason": REASON, "version": "1"}).status_code == 302
    )
    client.post(f"{address}/offentlig", data={"public": "1"})
    client.post("/plan/borgen/veikart/BORGEN-0001/offentlig", data={"public": "1"})
    with store.reading() as db:
        process = processes.by_slug(db, "borgen")
        code = arenas.in_process(db, process)[0].join_code
        assert [each.reason for each in answers.of_process(db, process).measures] == [REASON]
    pages = (
        address,
        "/plan/borgen/tiltak",
        "/plan/borgen/veikart/BORGEN-0001",
        "/p/borgen/svar",
        "/p/borgen/svar.atom",
        f"/dette-skjedde/{code}",
    )
    for page in pages:
        assert REASON in client.get(page).text, page
        assert TITLE in client.get(page).text, page


def test_overdue_is_said_in_words_and_told_by_the_clock_here(light: FlaskClient, embedded: Store, clock: Any) -> None:
    desk(light, embedded)
    made(light)
    for now, late in (
        (datetime(2026, 11, 22, 22, 30, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), True),
    ):
        clock.now = now
        assert ("over fristen" in text(light, "/plan/borgen/tiltak").lower()) is late
        assert ('class="late"' in light.get("/plan/borgen/tiltak/BORGEN-T001").text) is late


def test_every_figure_of_the_list_opens_that_many_rows(light: FlaskClient, embedded: Store) -> None:
    desk(light, embedded)
    for number in range(6):
        address = made(
            light,
            title=f"Tiltak {number}",
            focus_area=("Trygg skolevei", "Møteplasser", "")[number % 3],
            owner=("FAU", "Vei og park")[number % 2],
            quick="lamp" if number < 2 else "",
            deadline="2026-11-01" if number < 4 else "",
        )
        if number > 2:
            light.post(f"{address}/steg", data={"status": "rejected", "reason": "Nei.", "version": "1"})
    everything = 0
    for query in ("", "?owner=FAU", "?quick=1&status=proposed", "?overdue=1"):
        page = light.get(f"/plan/borgen/tiltak{query}").text
        figures = re.findall(r'<a class="facet" href="([^"]+)" >.*?<b>(\d+)</b></a>', page, re.S)
        figures += re.findall(r'<a class="badge" href="([^"]+)">.*?</span>(\d+)</a>', page, re.S)
        assert len(figures) > 5
        for address, count in figures:
            rows = light.get(address.replace("&amp;", "&")).text.count("<td><code>BORGEN-T")
            assert rows == int(count), (query, address)
        everything += len(figures)
    assert everything > 30
    assert light.get("/plan/borgen/tiltak?slug=asker&_external=1&lang=nn").status_code == 200


def test_partners_and_inputs_are_changed_and_logged(light: FlaskClient, embedded: Store) -> None:
    desk(light, embedded)
    address = made(light)
    light.post(f"{address}/medspiller", data={"partner": "Velforeningen", "state": "pending"})
    light.post(f"{address}/medspiller", data={"partner": "Velforeningen", "state": "accepted"})
    assert "Velforeningen (spurt) → Velforeningen (er med)" in text(light, address)
    for data, status in (
        ({"partner": " ", "state": "pending"}, 422),
        ({"partner": "FAU", "state": "maybe"}, 422),
    ):
        assert light.post(f"{address}/medspiller", data=data).status_code == status
    refused = light.post(f"{address}/innspill", data={"input": "BORGEN-0099"})
    assert refused.status_code == 404
    assert 'value="BORGEN-0099"' in refused.text
    assert light.post(f"{address}/innspill", data={"input": "borgen-0001"}).status_code == 302
    refused = light.post(f"{address}/innspill", data={"input": "BORGEN-0001", "remove": "1"})
    assert (refused.status_code, "measure_without_inputs" in refused.text) == (409, True)


def test_a_measure_of_another_municipality_does_not_exist(light: FlaskClient, embedded: Store) -> None:
    desk(light, embedded)
    address = made(light)
    with embedded.writing() as db:
        a.officer(db, municipality="4204", username="annen")
    light.post("/plan/logg-inn", data={"username": "annen", "password": a.PASSWORD})
    assert light.get(address).status_code == 404
    assert light.post(address, data=FORM).status_code == 404
    assert light.post(f"{address}/offentlig", data={"public": "1"}).status_code == 404
    assert light.get("/plan/borgen/tiltak").status_code == 404


def test_an_empty_list_says_what_to_do_next(light: FlaskClient, embedded: Store) -> None:
    desk(light, embedded)
    assert "/plan/borgen/veikart" in light.get("/plan/borgen/tiltak").text
    assert 'class="empty"' in light.get("/plan/borgen/tiltak").text
    made(light)
    assert 'class="empty"' in light.get("/plan/borgen/tiltak?status=done").text
