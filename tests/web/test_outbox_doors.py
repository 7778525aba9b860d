"""What the outbox asks of the service: keys renewed with the class code, and the worker for opening offline."""

from __future__ import annotations

import re
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.model import Participant
from app.store import Store
from tests import builders as a
from tests.conftest import Clock


def school(store: Store, state: str = "open") -> tuple[str, str]:
    """The codes of two classes."""
    from app.services import arenas

    with store.writing() as db:
        made = a.process(db)
        one, other = a.arena(db, made), a.arena(db, made, "5B")
        if state != "open":
            arenas.change_state(db, None, one, state, a.NOW)
        return one.join_code or "", other.join_code or ""


def test_a_key_that_is_over_is_renewed_by_the_code_of_its_class(
    client: FlaskClient, store: Store, clock: Clock
) -> None:
    code, _ = school(store)
    first = client.post("/api/v1/join", json={"code": code}).get_json()
    clock.now += timedelta(days=60)
    key = {"Authorization": f"Bearer {first['token']}"}
    assert client.get("/api/v1/me", headers=key).get_json()["code"] == "token_expired"
    again = client.post("/api/v1/join", json={"code": code, "token": first["token"]})
    assert again.status_code == 201
    assert again.get_json()["alias"] == first["alias"]
    assert again.get_json()["expires"] > first["expires"]
    assert client.get("/api/v1/me", headers=key).status_code == 200
    with store.reading() as db:
        assert db.scalar(select(func.count()).select_from(Participant)) == 1


def test_a_key_of_another_class_or_of_nobody_gives_a_new_name(client: FlaskClient, store: Store) -> None:
    code, other = school(store)
    first = client.post("/api/v1/join", json={"code": code}).get_json()
    for typed, token in ((other, first["token"]), (code, "nobody's"), (code, ""), (code, 7)):
        made = client.post("/api/v1/join", json={"code": typed, "token": token}).get_json()
        assert made["token"] != first["token"]
    with store.reading() as db:
        assert db.scalar(select(func.count()).select_from(Participant)) == 5


def test_a_closed_class_renews_no_key(client: FlaskClient, store: Store, clock: Clock) -> None:
    from app.services import arenas

    code, _ = school(store)
    first = client.post("/api/v1/join", json={"code": code}).get_json()
    with store.writing() as db:
        arenas.change_state(db, None, arenas.by_code(db, code), "closed", a.NOW)
    clock.now += timedelta(days=60)
    refused = client.post("/api/v1/join", json={"code": code, "token": first["token"]})
    assert refused.get_json()["code"] == "arena_closed"


def test_the_worker_covers_the_whole_site_and_names_files_that_are_there(light: FlaskClient) -> None:
    answer = light.get("/service-worker.js")
    assert answer.status_code == 200
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]
    files = re.findall(r'"(/static/[^"]+)"', answer.text)
    assert any(name.endswith("pages/participate.js") for name in files)
    assert not [name for name in files if "staff" in name or "plan" in name]
    for name in files:
        assert light.get(name).status_code == 200, name


def test_what_the_worker_keeps_is_small(light: FlaskClient) -> None:
    """The whole of it once, compressed, beside the 300 kB of a first load."""
    files = re.findall(r'"(/static/[^"]+)"', light.get("/service-worker.js").text)
    sizes = [len(light.get(name, headers={"Accept-Encoding": "br"}).data) for name in files]
    assert sum(sizes) < 300_000


def test_the_map_page_that_is_kept_on_the_device_is_the_same_for_everyone(light: FlaskClient, embedded: Store) -> None:
    """It is made from the code alone; only its nonce differs."""
    code, _ = school(embedded)
    joined = light.post("/api/v1/join", json={"code": code}).get_json()
    pages = [light.get(f"/kart/{code}", headers={"Accept-Language": "nb"}).text for _ in range(2)]
    one, other = (re.sub(r'nonce="[^"]+"|map_[0-9a-f]+|geo_json_[0-9a-f]+', "", page) for page in pages)
    assert one == other
    assert joined["alias"] not in one
    assert joined["token"] not in one
