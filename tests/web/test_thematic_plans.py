"""The pages of the thematic plan: keep a version, see what changed since, write down answers, read the decisions."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.store import Store
from tests.services.test_answers import REASON
from tests.web.test_measures import desk, made, text

PLAN = "/plan/borgen/temaplan"


def test_a_version_is_kept_and_shows_what_changed_since(client: FlaskClient, store: Store) -> None:
    desk(client, store)
    address = made(client)
    assert client.post(PLAN, data={"title": "Høringsutkast"}).location == f"{PLAN}/1"
    kept = text(client, f"{PLAN}/1")
    assert "Ingenting er endret siden" in kept
    assert "22. november 2026" in kept
    client.post(f"{address}/steg", data={"status": "rejected", "reason": REASON, "version": "1"})
    said = text(client, f"{PLAN}/1")
    assert "foreslått → forkastet" in said
    assert REASON in said
    assert "Høringsutkast" in client.get(PLAN).text
    decisions = text(client, f"{PLAN}/vedtak")
    assert REASON in decisions
    assert "foreslått → forkastet" in decisions


@pytest.mark.parametrize(
    ("path", "data", "code", "status"),
    [
        ("", {"title": " "}, "field_missing", 422),
        ("/1/svar", {"sender": "FAU", "text": " ", "section": ""}, "field_missing", 422),
        ("/1/svar", {"sender": "FAU", "text": "Bra", "section": "Kultur"}, "section_unknown", 422),
        ("/1/svar/1", {"reply": " "}, "field_missing", 422),
        ("/1/svar/77", {"reply": "Takk"}, "answer_unknown", 404),
        ("/7/svar", {"sender": "FAU", "text": "Bra"}, "plan_version_unknown", 404),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_what_was_typed(
    light: FlaskClient, embedded: Store, path: str, data: dict[str, str], code: str, status: int
) -> None:
    desk(light, embedded)
    made(light)
    light.post(PLAN, data={"title": "Utkast"})
    light.post(f"{PLAN}/1/svar", data={"sender": "Velet", "text": "Godt.", "section": "Trygg skolevei"})
    answer = light.post(f"{PLAN}{path}", data=data)
    assert (answer.status_code, code in answer.text) == (status, True)
    if status == 422 and "sender" in data:
        assert 'value="FAU"' in answer.text


def test_a_plan_without_measures_is_no_plan(light: FlaskClient, embedded: Store) -> None:
    desk(light, embedded)
    assert 'class="empty"' in light.get(PLAN).text
    assert 'class="empty"' in light.get(f"{PLAN}/vedtak").text
    refused = light.post(PLAN, data={"title": "Utkast"})
    assert (refused.status_code, "plan_empty" in refused.text, 'value="Utkast"' in refused.text) == (409, True, True)


def test_an_answer_stands_at_its_section_with_its_reply(light: FlaskClient, embedded: Store) -> None:
    desk(light, embedded)
    made(light)
    light.post(PLAN, data={"title": "Utkast"})
    for section, said in (("Trygg skolevei", "Om skoleveien"), ("", "Om hele planen")):
        light.post(f"{PLAN}/1/svar", data={"sender": "FAU", "text": said, "section": section})
    light.post(f"{PLAN}/1/svar/1", data={"reply": "Det er tatt inn."})
    page = light.get(f"{PLAN}/1").text
    assert page.index("Om skoleveien") < page.index("Det er tatt inn.") < page.index('id="hearing"')
    assert page.index('id="hearing"') < page.index("Om hele planen")
    assert "Om skoleveien" not in light.get("/p/borgen/svar").text
