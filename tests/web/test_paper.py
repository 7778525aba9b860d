"""The pages of maps on paper over HTTP: who may print, what a photo answers, what a group says."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pypdfium2
import pytest
from flask.testing import FlaskClient

from app.services import arenas, paper
from app.store import Store
from gis import sheet
from tests import builders as a
from tests.gis.test_sheet import FLAT, file_of, photographed
from tests.web.test_pages import signed_in

LANGUAGES = ("nb", "nn", "en")


@dataclass
class Room:
    """A class, its host link, and a kindergarten beside it."""

    token: str
    id: str
    code: str
    kindergarten: str
    kindergarten_token: str

    @property
    def base(self) -> str:
        return f"/vert/{self.token}/papir/{self.id}"


@pytest.fixture
def room(embedded: Store) -> Room:
    with embedded.writing() as db:
        made = a.process(db)
        a.officer(db)
        by, token = a.host(db, made)
        where = a.school_class(db, by)
        small = arenas.create_host_link(db, made, label="Maurtua", method="kindergarten", now=a.NOW)
        group = arenas.open_class(
            db, arenas.host(db, small, a.NOW), grade=None, group_name="Maur", school="Maurtua", now=a.NOW
        )
        return Room(token, str(where.id), where.join_code or "", group.join_code or "", small)


def printed(client: FlaskClient, room: Room, query: str = "part=5000") -> bytes:
    found = client.get(f"{room.base}/kart.pdf?{query}")
    assert (found.status_code, found.mimetype) == (200, "application/pdf")
    return found.data


def photo(client: FlaskClient, room: Room, angle: float = 0) -> bytes:
    picture = np.asarray(pypdfium2.PdfDocument(printed(client, room))[0].render(scale=2.0).to_pil().convert("RGB"))
    return file_of(photographed(picture, angle=angle, **FLAT))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_paper_opens_in_every_language(light: FlaskClient, room: Room, language: str) -> None:
    for address in (room.base, f"{room.base}/tegn"):
        found = light.get(address, headers={"Accept-Language": language})
        assert found.status_code == 200
        assert f'lang="{language}"' in found.get_data(as_text=True)


@pytest.mark.parametrize(("language", "words"), [("nb", "Ikke bra"), ("nn", "Ikkje bra"), ("en", "Not good")])
def test_the_sheet_is_printed_in_the_language_of_who_asks(
    light: FlaskClient, room: Room, language: str, words: str
) -> None:
    found = light.get(f"{room.base}/kart.pdf", headers={"Accept-Language": language})
    said = pypdfium2.PdfDocument(found.data)[0].get_textpage().get_text_bounded()
    assert words in said
    assert "Skolen 5A" in said


def test_the_square_code_of_a_sheet_opens_nothing(light: FlaskClient, room: Room, embedded: Store) -> None:
    """A sheet lies on tables and in bins: it must not carry the teacher's secret."""
    body = printed(light, room)
    assert room.token.encode() not in body
    with embedded.reading() as db:
        process = arenas.host(db, room.token, a.NOW).process_id
    number = sheet.number(sheet.around("A4", 5000, 10.7871, 59.8834, process.bytes))
    found = light.get(f"/papir/{number}")
    assert found.status_code == 200
    text = found.get_data(as_text=True)
    assert number in text
    assert "/vert/" not in text
    assert light.get("/papir/2222-2222-2222").status_code == 404


def test_paper_is_behind_the_hosts_link(light: FlaskClient, room: Room) -> None:
    for path in ("", "/kart.pdf", "/tegn"):
        assert light.get(f"/vert/nobody/papir/{room.id}{path}").status_code == 401
        assert light.get(f"/vert/{room.kindergarten_token}/papir/{room.id}{path}").status_code == 404
    assert light.post(f"/vert/nobody/papir/{room.id}/bilde", data=b"x").status_code == 401


def test_a_planner_prints_the_whole_area(light: FlaskClient, room: Room) -> None:
    address = "/plan/borgen/papirkart.pdf"
    assert light.get(address).status_code == 302
    found = signed_in(light).get(address)
    width, height = pypdfium2.PdfDocument(found.data)[0].get_size()
    assert sorted((round(width), round(height))) == [842, 1191], "A3"
    assert address in light.get("/plan/borgen/arenaer").get_data(as_text=True)


def test_a_wrong_paper_or_part_is_named(light: FlaskClient, room: Room) -> None:
    for query, field in (("paper=A9", "paper"), ("part=7", "part")):
        found = light.get(f"{room.base}/kart.pdf?{query}", headers={"Accept": "application/json"})
        assert (found.status_code, found.json["code"], found.json["field"]) == (422, "value_unknown", field)  # type: ignore[index]


def test_a_photo_comes_back_straight_with_its_ground(light: FlaskClient, room: Room) -> None:
    found = light.post(f"{room.base}/bilde", data=photo(light, room, angle=184), content_type="image/jpeg")
    assert (found.status_code, found.mimetype) == (200, "image/jpeg")
    west, south, east, north = map(float, found.headers["X-Bounds"].split(","))
    assert west < east
    assert south < north
    assert found.headers["X-Missing"] == ""
    assert len(found.headers["X-Sheet"]) == 14
    assert found.headers["Cache-Control"] == "no-store"


def test_a_photo_leaves_nothing_behind(light: FlaskClient, room: Room, embedded: Store, tmp_path: object) -> None:
    from pathlib import Path

    def everything() -> set[str]:
        return {path.name for path in Path(str(tmp_path)).rglob("*") if "sqlite" not in path.name}

    body = photo(light, room)
    before = everything()
    assert light.post(f"{room.base}/bilde", data=body).status_code == 200
    assert everything() == before


def test_what_is_wrong_with_a_photo_is_said_with_a_code_and_a_next_step(light: FlaskClient, room: Room) -> None:
    good = photo(light, room)
    wrong = {
        "picture_missing": (b"", 422),
        "picture_type": (b"<svg xmlns='http://www.w3.org/2000/svg'/>" * 9, 422),
        "picture_cut_short": (good[: len(good) // 3], 422),
        "marks_missing": (file_of(np.full((900, 1200, 3), 90, np.uint8)), 422),
        "picture_too_large": (b"\xff\xd8\xff" + bytes(60_000_000), 413),
    }
    for code, (body, status) in wrong.items():
        found = light.post(f"{room.base}/bilde", data=body, headers={"Accept": "image/jpeg, application/json"})
        assert (found.status_code, found.json["code"]) == (status, code)  # type: ignore[index]
        assert found.json["field"] == "picture"  # type: ignore[index]
        assert found.json["detail"]  # type: ignore[index]


def test_twenty_megabytes_are_taken_although_other_requests_are_small(light: FlaskClient, room: Room) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (2000, 2200, 3), dtype=np.uint8)
    body = file_of(picture, "PNG")
    assert 10_000_000 < len(body) < paper.MOST_MB * 1024 * 1024
    found = light.post(f"{room.base}/bilde", data=body, headers={"Accept": "application/json"})
    assert found.json["code"] == "marks_missing"  # type: ignore[index]


def test_a_group_joins_with_its_number_and_changes_it(light: FlaskClient, room: Room) -> None:
    asked = light.post("/api/v1/join", json={"code": room.kindergarten})
    assert (asked.status_code, asked.json["code"]) == (422, "head_count_missing")  # type: ignore[index]
    joined = light.post("/api/v1/join", json={"code": room.kindergarten, "head_count": 12})
    assert joined.status_code == 201
    assert joined.json["head_count"] == 12  # type: ignore[index]
    assert joined.json["arena"]["largest_group"] == 30  # type: ignore[index]
    key = {"Authorization": f"Bearer {joined.json['token']}"}  # type: ignore[index]
    assert light.put("/api/v1/me", json={"head_count": 11}, headers=key).json == {"head_count": 11}
    assert light.get("/api/v1/me", headers=key).json["head_count"] == 11  # type: ignore[index]
    wrong = light.put("/api/v1/me", json={"head_count": 99}, headers=key)
    assert (wrong.status_code, wrong.json["code"]) == (422, "head_count_out_of_range")  # type: ignore[index]
    page = light.get(f"/vert/{room.kindergarten_token}/").get_data(as_text=True)
    assert 'id="grade"' not in page


def test_a_pupil_of_a_class_cannot_say_that_it_is_thirty(light: FlaskClient, room: Room) -> None:
    found = light.post("/api/v1/join", json={"code": room.code, "head_count": 30})
    assert (found.status_code, found.json["code"]) == (422, "groups_not_here")  # type: ignore[index]


def test_a_planner_makes_a_link_for_a_kindergarten_that_opens_without_a_grade(light: FlaskClient, room: Room) -> None:
    page = signed_in(light).post("/plan/borgen/arenaer", data={"label": "Maurtua", "method": "kindergarten"})
    import re

    link = re.search(r"/vert/[\w-]+/", page.get_data(as_text=True))
    assert link is not None
    opened = light.post(link[0], data={"school": "Maurtua", "group_name": "Maur"})
    assert opened.status_code == 302
    board = light.get(opened.headers["Location"]).get_data(as_text=True)
    assert 'data-count="people"' in board
    assert light.post("/plan/borgen/arenaer", data={"label": "X", "method": "circus"}).status_code == 422


def test_photos_are_counted_since_each_costs_work(light: FlaskClient, room: Room) -> None:

    answers = [light.post(f"{room.base}/bilde", data=io.BytesIO(b"x" * 900)).status_code for _ in range(32)]
    assert answers[0] == 422
    assert answers[-1] == 429


def test_the_service_starts_without_loading_what_straightens_photos() -> None:
    look = "import sys, app, app.web.blueprints, app.cli; app.create_app; sys.exit('cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
