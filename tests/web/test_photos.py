"""Photos and open maps through the service's doors: sent, refused with a reason, looked at by staff alone."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app.model import Arena, Photo
from app.services import arenas
from app.store import Store
from tests import builders as a
from tests import pictures

PLACE = {"kind": "place", "group": "bad", "category": "crossing", "comment": "Bilene stopper ikke"}


@pytest.fixture
def code(store: Store) -> str:
    with store.writing() as db:
        a.officer(db)
        return a.open_map(db, a.process(db)).join_code or ""


@pytest.fixture
def light_code(embedded: Store) -> str:
    with embedded.writing() as db:
        a.officer(db)
        return a.open_map(db, a.process(db)).join_code or ""


def join(client: FlaskClient, code: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {client.post('/api/v1/join', json={'code': code}).json['token']}"}  # type: ignore[index]


def put_place(client: FlaskClient, headers: dict[str, str]) -> str:
    id = str(uuid4())
    feature = {"type": "Feature", "geometry": a.wire(a.at(10, 10)), "properties": PLACE}
    assert client.put(f"/api/v1/contributions/{id}", json=feature, headers=headers).status_code == 201
    return id


def put_photo(client: FlaskClient, headers: dict[str, str], beside: str, body: bytes, photo: str | None = None) -> Any:
    url = f"/api/v1/contributions/{beside}/photos/{photo or uuid4()}"
    return client.put(url, data=body, headers=headers, content_type="image/jpeg")


def sign_in(client: FlaskClient) -> None:
    assert client.post("/plan/logg-inn", data={"username": "planlegger", "password": a.PASSWORD}).status_code == 302


def bodies(store: Store) -> list[bytes | None]:
    with store.reading() as db:
        return [photo.body for photo in db.scalars(select(Photo).options(undefer(Photo.body)))]


def test_a_photo_sent_straight_to_the_api_is_stored_without_its_position(
    client: FlaskClient, store: Store, code: str
) -> None:
    headers = join(client, code)
    beside = put_place(client, headers)
    answer = put_photo(client, headers, beside, pictures.from_a_phone())
    assert (answer.status_code, answer.json["state"]) == (201, "pending")
    assert (answer.json["width"], answer.json["height"]) == (480, 640)
    (kept,) = bodies(store)
    assert kept is not None
    assert b"Exif" not in kept
    assert b"Telefonmerke" not in kept
    assert b"secret place" not in kept
    assert dict(Image.open(io.BytesIO(kept)).getexif()) == {}


def test_a_photo_is_created_first_and_known_after(client: FlaskClient, store: Store, code: str) -> None:
    headers = join(client, code)
    beside, photo, body = put_place(client, headers), str(uuid4()), pictures.jpeg()
    answers = [put_photo(client, headers, beside, body, photo) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert answers[0].json == answers[2].json
    assert len(bodies(store)) == 1


def test_a_photo_before_its_contribution_is_asked_to_come_again(client: FlaskClient, code: str) -> None:
    headers, beside = join(client, code), str(uuid4())
    early = put_photo(client, headers, beside, pictures.jpeg())
    assert (early.status_code, early.json["code"]) == (409, "contribution_awaited")


@pytest.mark.parametrize(("body", "wanted"), pictures.NOT_PHOTOS.values(), ids=pictures.NOT_PHOTOS)
def test_what_is_no_photo_is_refused_in_the_readers_language(
    light: FlaskClient, embedded: Store, light_code: str, body: bytes, wanted: str
) -> None:
    headers = join(light, light_code)
    refused = put_photo(light, {**headers, "Accept-Language": "nb"}, put_place(light, headers), body)
    assert (refused.status_code, refused.json["code"], refused.json["field"]) == (422, wanted, "photo")
    assert refused.json["title"]
    assert refused.json["detail"]
    assert bodies(embedded) == []


def test_a_photo_of_60_mb_is_refused_before_it_is_read(light: FlaskClient, light_code: str) -> None:
    headers = join(light, light_code)
    beside = put_place(light, headers)
    refused = put_photo(light, headers, beside, pictures.jpeg() + bytes(60_000_000))
    assert (refused.status_code, refused.json["code"], refused.json["facts"]) == (413, "photo_too_large", {"most": 8})
    endless = light.put(
        f"/api/v1/contributions/{beside}/photos/{uuid4()}",
        input_stream=io.BytesIO(pictures.jpeg() + bytes(60_000_000)),
        headers={**headers, "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert endless.status_code == 413


def test_only_photos_may_be_larger_than_other_requests(light: FlaskClient, light_code: str) -> None:
    headers = join(light, light_code)
    noisy = Image.effect_noise((2400, 2400), 90).convert("RGB")
    body = pictures.encoded(noisy, quality=92)
    assert 2_000_000 < len(body) < 8_000_000
    assert put_photo(light, headers, put_place(light, headers), body).status_code == 201
    feature = {"type": "Feature", "geometry": None, "properties": {"comment": "x" * 2_000_000}}
    assert light.put(f"/api/v1/contributions/{uuid4()}", json=feature, headers=headers).status_code == 413


def test_nobody_touches_another_persons_photo(light: FlaskClient, embedded: Store, light_code: str) -> None:
    mine, other = join(light, light_code), join(light, light_code)
    beside, photo = put_place(light, mine), str(uuid4())
    put_photo(light, mine, beside, pictures.jpeg(), photo)
    for response in (
        put_photo(light, other, beside, pictures.jpeg()),
        put_photo(light, other, beside, pictures.jpeg(10, 10), photo),
        light.delete(f"/api/v1/contributions/{beside}/photos/{photo}", headers=other),
    ):
        assert (response.status_code, response.json["code"]) == (403, "not_yours")
    nobody = put_photo(light, {}, beside, pictures.jpeg())
    assert (nobody.status_code, nobody.json["code"]) == (401, "token_missing")
    (kept,) = bodies(embedded)
    assert kept is not None


def test_a_photo_is_taken_back(client: FlaskClient, store: Store, code: str) -> None:
    headers = join(client, code)
    beside, photo = put_place(client, headers), str(uuid4())
    put_photo(client, headers, beside, pictures.jpeg(), photo)
    url = f"/api/v1/contributions/{beside}/photos/{photo}"
    assert [client.delete(url, headers=headers).status_code for _ in range(2)] == [204, 204]
    assert bodies(store) == [None]
    unknown = client.delete(f"/api/v1/contributions/{beside}/photos/{uuid4()}", headers=headers)
    assert (unknown.status_code, unknown.json["code"]) == (404, "photo_unknown")


def test_deleting_the_contribution_erases_the_photo(client: FlaskClient, store: Store, code: str) -> None:
    headers = join(client, code)
    beside = put_place(client, headers)
    put_photo(client, headers, beside, pictures.jpeg())
    client.delete(f"/api/v1/contributions/{beside}", headers=headers)
    assert bodies(store) == [None]


def test_staff_look_at_photos_and_no_cache_keeps_them(client: FlaskClient, store: Store, code: str) -> None:
    headers = join(client, code)
    beside, photo = put_place(client, headers), str(uuid4())
    put_photo(client, headers, beside, pictures.jpeg(), photo)
    address = f"/plan/borgen/bilder/{photo}.jpg"
    assert client.get(address).status_code in (302, 401)
    assert client.get(address, headers=headers).status_code in (302, 401)
    sign_in(client)
    shown = client.get(address)
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    page = client.get("/plan/borgen/lese/bilder").text
    assert address in page
    assert "Bilene stopper ikke" in page
    client.post(f"/plan/borgen/lese/bilder/{photo}", data={"verdict": "released", "state": "pending"})
    assert address not in client.get("/plan/borgen/lese/bilder").text
    assert address in client.get("/plan/borgen/lese/bilder?state=released").text
    client.delete(f"/api/v1/contributions/{beside}", headers=headers)
    assert client.get(address).status_code == 404


def test_an_open_link_lets_one_in_without_a_code(client: FlaskClient, code: str) -> None:
    page = client.get(f"/aapen/{code.lower()}")
    assert page.status_code == 200
    assert "Delta" in page.text
    assert f'value="{code}"' in page.text
    assert client.get(f"/k/{code}").headers["Location"] == f"/aapen/{code}"


def test_a_class_is_not_joined_by_an_open_link(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        code = a.arena(db, a.process(db)).join_code
    assert light.get(f"/aapen/{code}").headers["Location"] == f"/k/{code}"
    assert light.get("/aapen/XXXXXX").status_code == 404


def test_residents_and_children_read_words_of_their_own(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        adults, children = a.open_map(db, made).join_code, a.arena(db, made).join_code
    joined = light.post("/api/v1/join", json={"code": adults}).json
    assert joined is not None
    assert joined["alias"].startswith("Bidrag ")
    offered = {entry["code"]: entry["word"] for entry in joined["catalogue"]["bad"]}
    assert (offered["scary"], "mean" in offered) == ("utrygt", False)
    ways = {entry["code"] for entry in joined["catalogue"]["way"]}
    assert {"to_work", "leisure"} <= ways
    assert "to_school" not in ways
    pupils = light.post("/api/v1/join", json={"code": children}).json
    assert pupils is not None
    offered = {entry["code"]: entry["word"] for entry in pupils["catalogue"]["bad"]}
    assert offered["scary"] == "skummelt"
    assert "to_work" not in {entry["code"] for entry in pupils["catalogue"]["way"]}


def test_the_planner_opens_and_closes_a_map(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        a.officer(db)
        a.process(db)
    sign_in(light)
    refused = light.post("/plan/borgen/arenaer/apent-kart", data={"title": " "})
    assert refused.status_code == 422
    assert light.post("/plan/borgen/arenaer/apent-kart", data={"title": "Sentrum nord"}).status_code == 302
    with embedded.reading() as db:
        arena = db.scalar(select(Arena))
        assert arena is not None
    page = light.get("/plan/borgen/arenaer").text
    assert f"/aapen/{arena.join_code}" in page
    assert "Sentrum nord" in page
    light.post(f"/plan/borgen/arenaer/{arena.id}/tilstand", data={"state": "closed"})
    closed = light.get(f"/aapen/{arena.join_code}").text
    assert 'id="join"' not in closed
    with embedded.reading() as db:
        assert arenas.by_code(db, arena.join_code or "").state == "closed"


def test_another_municipality_cannot_close_the_map(light: FlaskClient, embedded: Store, light_code: str) -> None:
    with embedded.writing() as db:
        a.process(db, "annet", municipality="3203")
        arena = arenas.by_code(db, light_code)
    sign_in(light)
    found = light.post(f"/plan/annet/arenaer/{arena.id}/tilstand", data={"state": "closed"})
    assert found.status_code == 404
