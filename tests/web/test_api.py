"""The participant's API: the contract that other programs rely on, and every bad input the service must meet."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text, update

from app.model import Contribution, ModerationLog
from app.services import arenas
from app.store import Store
from tests import builders as a
from tests.conftest import Clock

PLACE = {"kind": "place", "group": "bad", "category": "crossing"}


def body(geometry: Any = None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry or a.wire(a.at(10, 10)), "properties": {**PLACE, **properties}}


@pytest.fixture
def code(store: Store) -> str:
    with store.writing() as db:
        return a.arena(db, a.process(db)).join_code or ""


@pytest.fixture
def light_code(embedded: Store) -> str:
    with embedded.writing() as db:
        return a.arena(db, a.process(db)).join_code or ""


def join(client: FlaskClient, code: str) -> dict[str, str]:
    """The headers of someone who has joined."""
    return {"Authorization": f"Bearer {client.post('/api/v1/join', json={'code': code}).json['token']}"}  # type: ignore[index]


def rows(store: Store) -> int:
    with store.reading() as db:
        return db.scalar(select(func.count()).select_from(Contribution)) or 0


def test_joining_answers_all_a_device_needs(client: FlaskClient, code: str) -> None:
    found = client.post("/api/v1/join", json={"code": code.lower()})
    assert found.status_code == 201
    answer = found.json
    assert answer is not None
    assert set(answer) == {"token", "alias", "head_count", "arena", "catalogue", "expires", "map", "returning"}
    assert answer["alias"].split()[0] in {"blå", "grønn", "gul", "rød", "grå", "lilla", "rosa", "oransje"}
    assert answer["arena"]["title"] == "Skolen 5A"
    assert answer["catalogue"]["activity"][0] == {"code": "play", "icon": "activity-play", "word": "leke"}
    assert answer["expires"] == (a.NOW + timedelta(days=14)).isoformat(timespec="seconds")


def test_a_put_is_created_first_and_known_after(client: FlaskClient, store: Store, code: str) -> None:
    headers = join(client, code)
    url = f"/api/v1/contributions/{uuid4()}"
    first = client.put(url, json=body(comment="Bilene stopper ikke"), headers=headers)
    again = client.put(url, json=body(comment="Bilene stopper ikke"), headers=headers)
    changed = client.put(url, json=body(comment="Nå stopper de"), headers=headers)
    assert [r.status_code for r in (first, again, changed)] == [201, 200, 200]
    assert first.json == again.json
    assert changed.json is not None
    assert changed.json["properties"]["comment"] == "Nå stopper de"
    assert len(changed.json["properties"]["short_id"]) == 6
    assert rows(store) == 1


def test_what_one_sent_can_be_read_and_taken_back(client: FlaskClient, code: str) -> None:
    mine, other = join(client, code), join(client, code)
    id = str(uuid4())
    client.put(f"/api/v1/contributions/{id}", json=body(), headers=mine)
    found = client.get("/api/v1/contributions", headers=mine).json
    assert found is not None
    assert [f["id"] for f in found["features"]] == [id]
    nothing = client.get("/api/v1/contributions", headers=other).json
    assert nothing is not None
    assert nothing["features"] == []
    assert client.delete(f"/api/v1/contributions/{id}", headers=mine).status_code == 204
    assert client.delete(f"/api/v1/contributions/{id}", headers=mine).status_code == 204
    after = client.get("/api/v1/contributions", headers=mine).json
    assert after is not None
    assert after["features"] == []


def test_a_version_that_comes_late_changes_nothing_and_has_its_receipt(
    client: FlaskClient, store: Store, code: str
) -> None:
    headers = join(client, code)
    url = f"/api/v1/contributions/{uuid4()}"

    def put(revision: int | None, comment: str) -> Any:
        sent = body(comment=comment) | ({} if revision is None else {"revision": revision})
        return client.put(url, json=sent, headers=headers)

    assert put(2, "med ord").status_code == 201
    late = put(1, "uten")
    assert (late.status_code, late.json["properties"]["comment"], late.json["revision"]) == (200, "med ord", 2)
    assert put(3, "enda flere").json["properties"]["comment"] == "enda flere"
    assert put(None, "en gammel side").json["properties"]["comment"] == "en gammel side"
    assert put(2, "for sent").json["properties"]["comment"] == "en gammel side"
    assert client.delete(f"{url}?revision=5", headers=headers).status_code == 204
    assert put(4, "for sent").status_code == 200
    assert client.get("/api/v1/contributions", headers=headers).json["features"] == []
    assert put(6, "angret").json["properties"]["comment"] == "angret"
    assert rows(store) == 1


@pytest.mark.parametrize("revision", [-1, 1.5, True, "x", [1], 1 << 31])
def test_a_version_that_is_no_count_is_refused(light: FlaskClient, light_code: str, revision: Any) -> None:
    answer = light.put(
        f"/api/v1/contributions/{uuid4()}", json=body() | {"revision": revision}, headers=join(light, light_code)
    )
    assert answer.status_code == 422
    assert (answer.json["code"], answer.json["field"]) == ("value_unknown", "revision")  # type: ignore[index]


def test_what_was_released_is_changed_with_its_note_or_not_at_all(client: FlaskClient, store: Store, code: str) -> None:
    headers = join(client, code)
    url = f"/api/v1/contributions/{uuid4()}"
    client.put(url, json=body(comment="Bilene stopper ikke"), headers=headers)
    with store.writing() as db:
        db.execute(update(Contribution).values(state="released"))
        db.execute(text("ALTER TABLE moderation_log RENAME TO moderation_log_away"))
    try:
        assert client.put(url, json=body(comment="Nå stopper de"), headers=headers).status_code >= 500
    finally:
        with store.writing() as db:
            db.execute(text("ALTER TABLE moderation_log_away RENAME TO moderation_log"))
    with store.reading() as db:
        assert db.execute(select(Contribution.state, Contribution.comment)).one() == ("released", "Bilene stopper ikke")
    client.put(url, json=body(comment="Nå stopper de"), headers=headers)
    with store.reading() as db:
        assert db.execute(select(Contribution.state, Contribution.comment)).one() == ("pending", "Nå stopper de")
        assert db.execute(select(ModerationLog.present, ModerationLog.wanted)).all() == [("released", "pending")]


def test_the_stored_route_is_the_masked_one(client: FlaskClient, code: str) -> None:
    line = a.along((-1500, 0), (-600, 100), (0, 0))
    answer = client.put(
        f"/api/v1/contributions/{uuid4()}",
        json={
            "type": "Feature",
            "geometry": a.wire(line),
            "properties": {"kind": "route", "category": "to_school", "mode": "walk"},
        },
        headers=join(client, code),
    ).json
    assert answer is not None
    start = answer["geometry"]["coordinates"][0]
    assert start != pytest.approx(list(line.coords[0]), abs=1e-4)


BAD: dict[str, tuple[Any, int, str]] = {
    "not JSON": (b"hello", 422, "not_json"),
    "half an answer": (b'{"type": "Feature", "geom', 422, "not_json"),
    "NaN": (
        b'{"type": "Feature", "properties": {"kind": "place"}, "geometry": {"type": "Point", "coordinates": [NaN, 1]}}',
        422,
        "not_json",
    ),
    "a list": (b"[]", 422, "not_json"),
    "bytes that are no text": (b"\xff\xfe\x00", 422, "not_json"),
    "deep nonsense": (b"[" * 100_000, 422, "not_json"),
    "no feature": ({"type": "Point"}, 422, "not_json"),
    "no properties": ({"type": "Feature", "geometry": None}, 422, "not_json"),
    "a line of one point": (
        body({"type": "LineString", "coordinates": [[10, 59]]}, kind="route", category="to_school", mode="walk"),
        422,
        "line_too_short",
    ),
    "ten thousand points": (
        body(
            {"type": "LineString", "coordinates": [[10.7 + i / 1e6, 59.8] for i in range(10_000)]},
            kind="route",
            category="to_school",
            mode="walk",
        ),
        422,
        "too_many_points",
    ),
    "empty": (body({"type": "Point", "coordinates": []}), 422, "geometry_empty"),
    "outside": (body({"type": "Point", "coordinates": [5, 60]}), 422, "outside_area"),
    "wrong CRS": (body({"type": "Point", "coordinates": [600000, 6640000]}), 422, "crs_not_wgs84"),
    "three hundred kilometres": (
        body(
            {"type": "LineString", "coordinates": [[10.78, 59.88], [10.78, 57.2]]},
            kind="route",
            category="to_school",
            mode="walk",
        ),
        422,
        "route_too_long",
    ),
    "half a megabyte of words": (body(comment="x" * 500_000), 422, "text_too_long"),
    "two megabytes of words": (body(comment="x" * 2_000_000), 413, "body_too_large"),
    "an unknown field": (body(navn="Kari"), 422, "field_unknown"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_with_a_code_and_nothing_is_stored(
    light: FlaskClient, embedded: Store, light_code: str, name: str
) -> None:
    sent, status, code = BAD[name]
    data = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    found = light.put(
        f"/api/v1/contributions/{uuid4()}", data=data, content_type="application/json", headers=join(light, light_code)
    )
    assert (found.status_code, found.mimetype) == (status, "application/problem+json")
    problem = found.json
    assert problem is not None
    assert problem["code"] == code
    assert problem["title"]
    assert problem["detail"]
    assert rows(embedded) == 0


def test_a_route_may_cross_itself(light: FlaskClient, light_code: str) -> None:
    line = a.along((-2000, 0), (-600, 500), (-600, -500), (-1000, 400), (0, 0))
    sent = body(a.wire(line), kind="route", category="to_school", mode="walk")
    del sent["properties"]["group"]
    found = light.put(f"/api/v1/contributions/{uuid4()}", json=sent, headers=join(light, light_code))
    assert found.status_code == 201


@pytest.mark.parametrize("id", ["1", "not-a-uuid", "'; DROP TABLE contribution; --"])
def test_an_id_that_is_no_uuid_is_refused(light: FlaskClient, light_code: str, id: str) -> None:
    found = light.put(f"/api/v1/contributions/{id}", json=body(), headers=join(light, light_code))
    assert found.status_code == 422
    assert found.json is not None
    assert found.json["field"] == "id"


def test_someone_elses_id_is_refused(light: FlaskClient, embedded: Store, light_code: str) -> None:
    id = uuid4()
    assert light.put(f"/api/v1/contributions/{id}", json=body(), headers=join(light, light_code)).status_code == 201
    for call in (
        lambda h: light.put(f"/api/v1/contributions/{id}", json=body(comment="min"), headers=h),
        lambda h: light.delete(f"/api/v1/contributions/{id}", headers=h),
    ):
        found = call(join(light, light_code))
        assert found.status_code == 403
        assert found.json["code"] == "not_yours"
    assert rows(embedded) == 1


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "token_missing"),
        ({"Authorization": "Bearer"}, "token_missing"),
        ({"Authorization": "Basic abc"}, "token_missing"),
        ({"Authorization": "Bearer nonsense"}, "token_unknown"),
        ({"Authorization": "Bearer æøå"}, "token_unknown"),
    ],
)
def test_without_a_key_nothing_is_open(light: FlaskClient, light_code: str, headers: dict[str, str], code: str) -> None:
    for call in (
        light.get("/api/v1/contributions", headers=headers),
        light.put(f"/api/v1/contributions/{uuid4()}", json=body(), headers=headers),
        light.delete(f"/api/v1/contributions/{uuid4()}", headers=headers),
        light.get("/api/v1/me", headers=headers),
        light.post("/api/v1/finish", headers=headers),
    ):
        assert call.status_code == 401
        assert call.json is not None
        assert call.json["code"] == code
        assert call.headers["WWW-Authenticate"] == "Bearer"


def test_a_key_that_has_run_out_says_so(light: FlaskClient, light_code: str, clock: Clock) -> None:
    headers = join(light, light_code)
    clock.now += timedelta(days=14)
    found = light.get("/api/v1/contributions", headers=headers)
    assert found.json is not None
    assert (found.status_code, found.json["code"]) == (401, "token_expired")


@pytest.mark.parametrize("state", ["paused", "closed"])
@pytest.mark.rule(25)
def test_a_put_after_the_class_closed_keeps_what_was_received(
    client: FlaskClient, store: Store, code: str, state: str
) -> None:
    headers = join(client, code)
    known, new = f"/api/v1/contributions/{uuid4()}", f"/api/v1/contributions/{uuid4()}"
    assert client.put(known, json=body(), headers=headers).status_code == 201
    with store.writing() as db:
        arenas.change_state(db, None, arenas.by_code(db, code), state, a.NOW)
    late = client.put(new, json=body(), headers=headers)
    assert late.json is not None
    assert (late.status_code, late.json["code"]) == (409, f"arena_{state}")
    assert client.put(known, json=body(), headers=headers).status_code == 200
    shut = client.post("/api/v1/join", json={"code": code})
    assert shut.json is not None
    assert shut.json["code"] == f"arena_{state}"
    assert rows(store) == 1


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"code": "XXXXXX"}, 404, "code_unknown"),
        ({"code": ""}, 422, "field_missing"),
        ({"code": 7}, 422, "field_missing"),
        ({}, 422, "field_missing"),
        ({"code": "--- "}, 422, "field_missing"),
    ],
)
@pytest.mark.rule(1)
def test_a_wrong_code_says_what_to_do(
    light: FlaskClient, light_code: str, sent: dict[str, Any], status: int, code: str
) -> None:
    found = light.post("/api/v1/join", json=sent)
    assert found.json is not None
    assert (found.status_code, found.json["code"], found.json["field"]) == (status, code, "code")
    assert light_code


def test_guessing_codes_is_slowed_down_but_a_class_at_one_address_is_not(light: FlaskClient, light_code: str) -> None:
    for _ in range(70):
        assert light.post("/api/v1/join", json={"code": light_code}).status_code == 201
    codes = [light.post("/api/v1/join", json={"code": "XXXXXX"}).status_code for _ in range(62)]
    assert codes.count(404) == 60
    assert codes[-1] == 429
    assert light.post("/api/v1/join", json={"code": "XXXXXX"}).headers["Retry-After"]


def test_a_message_is_in_the_language_that_was_asked_for(light: FlaskClient) -> None:
    said = {
        language: light.post("/api/v1/join", json={"code": "XXXXXX"}, headers={"Accept-Language": language}).json[
            "title"
        ]  # type: ignore[index]
        for language in ("nb", "nn", "en", "de")
    }
    assert said["en"] == "We cannot find that code."
    assert said["nb"] == said["de"] != said["en"]
    assert said["nn"] not in (said["nb"], said["en"])


def test_finishing_is_noted(client: FlaskClient, store: Store, code: str) -> None:
    headers = join(client, code)
    assert client.post("/api/v1/finish", headers=headers).status_code == 204
    me = client.get("/api/v1/me", headers=headers).json
    assert me is not None
    assert me["arena_state"] == "open"
    with store.reading() as db:
        from app.model import Participant

        assert db.scalars(select(Participant.finished_at)).one() == a.NOW


def test_the_description_names_every_address_of_the_api(light_app: Flask) -> None:
    described = light_app.test_client().get("/api/openapi.json").json
    assert described is not None
    found = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in light_app.url_map.iter_rules()
        if rule.rule.startswith(("/api/", "/ogc/"))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    named = {(path, method) for path, item in described["paths"].items() for method in item if method != "parameters"}
    assert named == found


def test_the_description_names_every_property_the_service_takes(light: FlaskClient) -> None:
    from app.services.contributions import PROPERTIES

    described = light.get("/api/openapi.json").json
    assert described is not None
    feature = described["components"]["schemas"]["Contribution"]["properties"]["properties"]["properties"]
    taken = {name for name, schema in feature.items() if not schema.get("readOnly")}
    assert taken == PROPERTIES
