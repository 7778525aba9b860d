"""What a child tells about a way or a place: stored, given back, in the file; and how a lesson starts."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pyogrio
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.model import Contribution, Process
from app.services import arenas, exports, moderation, processes
from app.services.index import Index
from app.store import Store
from tests import builders as a

WAY = {
    "kind": "route",
    "category": "to_school",
    "mode": "car",
    "preferred_mode": "cycle",
    "company": "adult",
    "feeling": "bad",
    "season": "winter",
    "frequency": "daily",
    "comment": "Det er glatt",
}
PLACE = {
    "kind": "place",
    "group": "activity",
    "category": "den",
    "own_name": "Steinrøysa",
    "company": "friends",
    "season": "all_year",
    "comment": "Vi bygger hytte",
}


def told(client: FlaskClient, code: str) -> list[dict[str, str]]:
    """Both things sent; the server's answers to the two and to the question what it has."""
    token = client.post("/api/v1/join", json={"code": code}).json["token"]  # type: ignore[index]
    headers = {"Authorization": f"Bearer {token}"}
    answers = []
    for geometry, properties in ((a.along((-2000, 0), (0, 0)), WAY), (a.at(300, 300), PLACE)):
        feature = {"type": "Feature", "geometry": a.wire(geometry), "properties": properties}
        sent = client.put(f"/api/v1/contributions/{uuid4()}", json=feature, headers=headers)
        assert sent.status_code == 201, sent.json
        answers.append(sent.json["properties"])  # type: ignore[index]
    kept = client.get("/api/v1/contributions", headers=headers).json
    assert kept is not None
    return answers + [feature["properties"] for feature in kept["features"]]


def test_every_answer_is_stored_and_comes_back(client: FlaskClient, store: Store) -> None:
    with store.writing() as db:
        code = a.arena(db, a.process(db)).join_code or ""
    sent_way, sent_place, kept_way, kept_place = told(client, code)
    for found, expected in ((sent_way, WAY), (kept_way, WAY), (sent_place, PLACE), (kept_place, PLACE)):
        assert {name: found[name] for name in expected} == expected
    with store.reading() as db:
        rows = {row.kind: row for row in db.scalars(select(Contribution))}
    for kind, expected in (("route", WAY), ("place", PLACE)):
        assert {name: getattr(rows[kind], name) for name in expected} == expected


def test_the_answers_are_in_the_file_the_municipality_gets(client: FlaskClient, store: Store, tmp_path: Path) -> None:
    with store.writing() as db:
        code = a.arena(db, a.process(db)).join_code or ""
    told(client, code)
    with store.writing() as db:
        made = db.scalars(select(Process)).one()
        planner = a.officer(db)
        for id in db.scalars(select(Contribution.id)).all():
            moderation.decide(db, planner, made, id, "released", now=a.NOW)
    path = tmp_path / "x.gpkg"
    with store.reading() as db:
        made = db.scalars(select(Process)).one()
        exports.export(db, made, Index(made), layers=("places",), format="gpkg", epsg=25832, path=path, now=a.NOW)
        places = _rows(path, "places")
        exports.export(db, made, Index(made), layers=("routes",), format="gpkg", epsg=25832, path=path, now=a.NOW)
        routes = _rows(path, "routes")
    for row, expected in ((places, PLACE), (routes, WAY)):
        assert {name: row[name] for name in expected if name != "kind"} == {
            name: value for name, value in expected.items() if name != "kind"
        }


def _rows(path: Path, layer: str) -> dict[str, str]:
    meta, _, _, values = pyogrio.raw.read(path, layer=layer)
    (row,) = zip(*values, strict=True)
    return dict(zip(meta["fields"], row, strict=True))


@pytest.mark.parametrize(
    ("name", "value"),
    [("company", "dragon"), ("season", "autumn"), ("frequency", "always"), ("preferred_mode", "rocket")],
)
def test_an_answer_that_is_not_offered_is_refused_by_name(
    client: FlaskClient, store: Store, name: str, value: str
) -> None:
    with store.writing() as db:
        code = a.arena(db, a.process(db)).join_code or ""
    token = client.post("/api/v1/join", json={"code": code}).json["token"]  # type: ignore[index]
    feature = {
        "type": "Feature",
        "geometry": a.wire(a.along((-2000, 0), (0, 0))),
        "properties": WAY | {name: value},
    }
    headers = {"Authorization": f"Bearer {token}"}
    found = client.put(f"/api/v1/contributions/{uuid4()}", json=feature, headers=headers)
    assert found.status_code == 422
    assert found.json is not None
    assert (found.json["code"], found.json["field"]) == ("value_unknown", name)
    with store.reading() as db:
        assert db.scalars(select(Contribution)).all() == []


def test_every_choice_has_a_word_and_a_picture_in_every_language(embedded: Store) -> None:
    sprite = (Path(__file__).resolve().parents[2] / "static" / "maps" / "icons.svg").read_text()
    with embedded.writing() as db:
        entries = processes.catalogue(db, a.process(db).id)
    assert set(entries["company"]) == {"alone", "friends", "adult"}
    for group, found in entries.items():
        for entry in found.values():
            assert {"nb", "nn", "en"} <= set(entry.words), (group, entry.code)
            assert f'id="{entry.icon}"' in sprite, entry.icon


@pytest.mark.parametrize(
    ("method", "allows", "expected"),
    [
        ("school_class", {}, True),
        ("school_class", {"guided": False}, False),
        ("school_class", {"guided": "yes"}, True),
        ("kindergarten", {}, False),
        ("kindergarten", {"guided": True}, True),
    ],
)
def test_a_lesson_is_guided_as_the_arena_says_and_otherwise_for_school_classes(
    embedded: Store, method: str, allows: dict[str, object], expected: bool
) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        arena = arenas.create(db, made, title="Onsdag", method=method, now=a.NOW)
        arena.allows = {**arena.allows, **allows}
        assert arenas.guided(arena) is expected


def test_only_stickers_that_an_adult_must_read_are_marked(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        code = a.arena(db, a.process(db)).join_code or ""
    answer = light.post("/api/v1/join", json={"code": code}).json
    assert answer is not None
    marked = [entry["code"] for entries in answer["catalogue"].values() for entry in entries if entry.get("sensitive")]
    assert marked == ["mean"]


def test_the_map_page_is_compressed_and_pages_with_a_secret_are_not(light: FlaskClient, embedded: Store) -> None:
    """Compressing a page that holds a secret beside what a stranger sent lets the secret be guessed."""
    with embedded.writing() as db:
        by, token = a.host(db, a.process(db))
        code = a.school_class(db, by).join_code or ""
    headers = {"Accept-Encoding": "br"}
    assert light.get(f"/kart/{code}", headers=headers).headers.get("Content-Encoding") == "br"
    for path in (f"/vert/{token}/", "/plan/logg-inn"):
        found = light.get(path, headers=headers)
        assert found.status_code == 200
        assert "Content-Encoding" not in found.headers, path
