"""A grown-up with a phone: one tap in, ways, places, areas and photos; and what the municipality sees of it."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely
from PIL import Image
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app.model import Contribution, Photo
from app.services import arenas, processes
from tests import pictures
from tests.maps.conftest import DESK, PHONE, TABLET, Fingers, Served, on_map, received, shot, sign_in
from tests.maps.test_axe import serious
from tests.maps.test_participate import set_state, things

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
SQUARE = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.6), (0.25, 0.6))
BOW = ((0.25, 0.25), (0.75, 0.6), (0.75, 0.25), (0.25, 0.6))


def open_map(served: Served, title: str = "Sentrum nord") -> str:
    """The code of a new map for residents."""
    store = served.store()
    with store.writing() as db:
        made = arenas.open_map(db, processes.by_slug(db, "proveoya"), title=title, now=datetime.now(UTC))
        code = made.join_code or ""
    store.dispose()
    return code


@pytest.fixture
def code(served: Served) -> str:
    return open_map(served)


def take_part(page: Page) -> Page:
    page.click("button[type=submit]")
    page.wait_for_url("**/kart/**")
    page.click("#sheet-welcome [data-close]")
    page.wait_for_selector(".place-name-school span")
    return page


def begin_area(page: Page, mode: str = "tap", group: str = "good") -> None:
    page.click("#tool-area")
    page.locator(f"#area-form input[value={group}]").check()
    page.click(f"[data-draw-area={mode}]")
    page.wait_for_timeout(200)


def tap_corners(page: Page, corners: Any = SQUARE) -> None:
    for corner in corners:
        page.touchscreen.tap(*on_map(page, *corner))


def draw_area(page: Page, group: str = "good") -> None:
    begin_area(page, "tap", group)
    tap_corners(page)
    page.click("#save-area")
    page.wait_for_selector("#sheet-item:visible")


def put_place(page: Page, group: str, category: str, at: tuple[float, float]) -> None:
    page.click("#tool-stickers")
    page.click(f"#tab-{group}")
    page.click(f"[data-group={group}][data-category={category}]")
    page.wait_for_timeout(200)
    page.touchscreen.tap(*on_map(page, *at))
    page.wait_for_selector("#sheet-item:visible")


def add_photo(page: Page, *bodies: bytes, name: str = "IMG_0001.jpg", mime: str = "image/jpeg") -> None:
    files = [{"name": name, "mimeType": mime, "buffer": body} for body in bodies]
    page.locator("[data-photo]").last.set_input_files(files)


def stored_photos(served: Served, page: Page) -> list[Photo]:
    ids = [item["id"] for item in things(page)]
    store = served.store()
    with store.reading() as db:
        rows = list(db.scalars(select(Photo).options(undefer(Photo.body)).order_by(Photo.number)))
    store.dispose()
    return [row for row in rows if str(row.contribution_id) in ids]


def stored_areas(served: Served, page: Page) -> list[Contribution]:
    ids = [item["id"] for item in things(page)]
    store = served.store()
    with store.reading() as db:
        rows = list(db.scalars(select(Contribution).where(Contribution.kind == "area")))
    store.dispose()
    return [row for row in rows if str(row.id) in ids]


def photos_kept(page: Page) -> list[bytes]:
    """The photos the device keeps, byte by byte."""
    found = page.evaluate(
        """() => new Promise(done => {
            const open = indexedDB.open('snarvei');
            open.onsuccess = () => {
                const all = open.result.transaction('photos').objectStore('photos').getAll();
                all.onsuccess = async () => {
                    open.result.close();
                    const read = blob => new Promise(said => {
                        const reader = new FileReader();
                        reader.onload = () => said(reader.result.split(',')[1]);
                        reader.readAsDataURL(blob);
                    });
                    done(await Promise.all(all.result.map(photo => read(photo.blob))));
                };
            };
        })"""
    )
    return [base64.b64decode(body) for body in found]


def test_one_tap_and_a_resident_is_on_the_map(served: Served, visit: Visit, code: str) -> None:
    page = visit(f"{served.url}/aapen/{code}")
    assert page.locator("input:visible").count() == 0
    assert "Klassekode" not in page.inner_text("body")
    shot(page, "open-link")
    page.click("button[type=submit]")
    page.wait_for_url("**/kart/**")
    page.wait_for_selector("#sheet-welcome:visible")
    words = page.inner_text("#sheet-welcome")
    assert re.search(r"Bidrag [2-9B-Z]{4}", words)
    assert "læreren" not in words.lower()
    assert "klassen" not in words.lower()
    assert page.locator("#tool-area, #tool-stickers, #tool-route").count() == 3
    page.click("#sheet-welcome [data-close]")
    page.click("#tool-stickers")
    assert "bygge hytte" not in page.inner_text("#sheet-stickers")
    page.click("#tab-bad")
    assert "utrygt" in page.inner_text("#stickers-bad").lower()
    assert "skummelt" not in page.inner_text("#stickers-bad").lower()


def test_children_see_no_areas_and_no_photos(served: Served, visit: Visit) -> None:
    page = visit(served.url)
    page.fill("#code", served.code)
    page.click("button[type=submit]")
    page.wait_for_url("**/kart/**")
    page.wait_for_selector("#sheet-welcome:visible")
    assert page.locator("#tool-area, #photos, [data-photo]").count() == 0


@pytest.mark.parametrize("size", [PHONE, TABLET], ids=["phone", "tablet"])
def test_an_area_is_drawn_corner_by_corner(served: Served, visit: Visit, code: str, size: tuple[int, int]) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}", size=size))
    draw_area(page, "wish")
    received(page, 1)
    (item,) = things(page)
    assert item["properties"]["kind"] == "area"
    assert item["properties"]["group"] == "wish"
    ring = item["geometry"]["coordinates"][0]
    assert len(ring) == 5
    assert ring[0] == ring[-1]
    (row,) = stored_areas(served, page)
    assert shapely.intersects(row.geometry, shapely.Polygon(ring))
    assert row.geometry.is_valid
    assert page.locator(".area-line.area-wish").get_attribute("stroke-dasharray") == "2 9"
    assert page.locator(".area-line.area-wish").get_attribute("fill") == "url(#hatch-wish)"
    page.click("#sheet-item [data-close]")
    page.click("#tool-list")
    assert "Område: " in page.inner_text("#things")


def test_an_area_and_a_place_can_lie_in_another_area(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    draw_area(page, "good")
    page.click("#sheet-item [data-close]")
    page.wait_for_timeout(300)
    draw_area(page, "bad")
    page.click("#sheet-item [data-close]")
    page.wait_for_timeout(300)
    put_place(page, "wish", "bench", (0.5, 0.4))
    received(page, 3)
    assert sorted(item["properties"]["kind"] for item in things(page)) == ["area", "area", "place"]


def test_an_area_is_drawn_by_hand_and_an_overshooting_end_is_cut(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    begin_area(page, "freehand")
    path = [on_map(page, *f) for f in (*SQUARE, (0.25, 0.2))]
    path[0] = on_map(page, 0.2, 0.26)
    Fingers(page).drag(*path)
    expect(page.locator("#save-area")).to_be_enabled()
    page.click("#save-area")
    received(page, 1)
    (row,) = stored_areas(served, page)
    assert row.geometry.is_valid


def test_a_line_that_would_cross_the_outline_is_taken_away_with_a_hint(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    begin_area(page)
    tap_corners(page, BOW)
    expect(page.locator("#hint")).to_contain_text("krysse")
    expect(page.locator("#save-area")).to_be_enabled()
    page.touchscreen.tap(*on_map(page, 0.9, 0.7))
    expect(page.locator("#hint")).to_contain_text("krysse")
    expect(page.locator("#save-area")).to_be_disabled()
    page.click("#undo")
    expect(page.locator("#save-area")).to_be_enabled()
    begin = page.locator("#save-area")
    begin.click()
    received(page, 1)


def test_a_hand_that_draws_a_knot_is_asked_to_draw_again(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    begin_area(page, "freehand")
    knot = [(0.2, 0.2), (0.8, 0.6), (0.8, 0.2), (0.2, 0.6), (0.2, 0.22), (0.5, 0.7), (0.6, 0.2)]
    Fingers(page).drag(*(on_map(page, *f) for f in knot))
    expect(page.locator("#hint")).to_contain_text("krysset seg selv")
    expect(page.locator("#save-area")).to_be_disabled()
    expect(page.locator("#undo")).to_be_disabled()


def test_corners_are_undone_and_done_again(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    begin_area(page)
    tap_corners(page)
    page.click("#undo")
    page.click("#undo")
    expect(page.locator("#save-area")).to_be_disabled()
    page.click("#redo")
    page.keyboard.press("Control+Shift+Z")
    page.click("#save-area")
    (item,) = things(page)
    assert len(item["geometry"]["coordinates"][0]) == 5


def test_an_area_too_small_to_be_one_is_explained_while_drawing(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    begin_area(page)
    tap_corners(page, ((0.5, 0.4), (0.53, 0.4), (0.53, 0.42)))
    expect(page.locator("#hint")).to_contain_text("for lite")
    expect(page.locator("#save-area")).to_be_disabled()


def test_an_unfinished_area_survives_a_reload_and_another_tool(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    begin_area(page, "tap", "bad")
    tap_corners(page, SQUARE[:2])
    page.click("#tool-list")
    page.click("#tool-area")
    page.wait_for_selector("#sheet-area-drawing:visible")
    page.reload()
    page.wait_for_selector("#sheet-area-drawing:visible")
    page.wait_for_selector(".place-name-school span")
    page.wait_for_timeout(300)
    tap_corners(page, SQUARE[2:])
    page.click("#save-area")
    (item,) = things(page)
    assert item["properties"]["group"] == "bad"
    assert len(item["geometry"]["coordinates"][0]) == 5


def test_a_corner_is_moved_by_its_handle_and_a_crossing_one_goes_back(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}", size=TABLET))
    draw_area(page)
    page.wait_for_timeout(300)
    expect(page.locator(".handle")).to_have_count(4)

    def drag(index: int, dx: float, dy: float) -> list[Any]:
        box = page.locator(".handle").nth(index).bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + dx / 2, y + dy / 2, steps=4)
        page.mouse.move(x + dx, y + dy, steps=4)
        page.mouse.up()
        page.wait_for_timeout(200)
        return list(things(page)[0]["geometry"]["coordinates"][0])

    before = list(things(page)[0]["geometry"]["coordinates"][0])
    moved = drag(0, -25, 20)
    assert moved != before
    boxes = [page.locator(".handle").nth(i).bounding_box() for i in range(4)]
    a, c = boxes[0], boxes[2]
    assert a is not None
    assert c is not None
    assert drag(0, 2 * (c["x"] - a["x"]), (c["y"] - a["y"]) / 2) == moved
    expect(page.locator("#hint")).to_contain_text("krysse")


def test_an_area_is_drawn_with_the_keyboard_alone(served: Served, visit: Visit, code: str) -> None:
    page = visit(f"{served.url}/aapen/{code}", size=DESK, touch=False)
    page.locator("button[type=submit]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/kart/**")
    page.wait_for_selector("#sheet-welcome:visible")
    page.keyboard.press("Escape")
    page.wait_for_selector(".place-name-school span")
    page.locator("#tool-area").focus()
    page.keyboard.press("Enter")
    page.locator("#area-form input[name=group]").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-of-group=bad]")).to_be_visible()
    page.locator("[data-draw-area=tap]").focus()
    page.keyboard.press("Enter")
    for arrow in ("ArrowRight", "ArrowDown", "ArrowLeft", None):
        page.keyboard.press("Enter")
        if arrow:
            page.keyboard.press(arrow)
            page.wait_for_timeout(500)
    page.locator("#save-area").focus()
    page.keyboard.press("Enter")
    received(page, 1)
    (row,) = stored_areas(served, page)
    assert row.group == "bad"


def test_a_photo_leaves_its_position_on_the_device_and_the_server(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    put_place(page, "bad", "crossing", (0.5, 0.4))
    add_photo(page, pictures.from_a_phone(2400, 1800))
    expect(page.locator("#photo-list [data-state=received] img")).to_have_count(1)
    (kept,) = photos_kept(page)
    (row,) = stored_photos(served, page)
    assert row.body is not None
    for body in (kept, row.body):
        assert body.startswith(b"\xff\xd8\xff")
        assert b"Exif" not in body
        assert b"Telefonmerke" not in body
        assert dict(Image.open(io.BytesIO(body)).getexif()) == {}
        assert Image.open(io.BytesIO(body)).size == (1200, 1600)
    assert row.state == "pending"
    expect(page.locator("#photo-list .item-state")).to_contain_text("Ingen ser det før kommunen")


@pytest.mark.parametrize(
    ("body", "name", "why"),
    [
        (pictures.SVG, "bilde.jpg", "er ikke et bilde"),
        (pictures.heic(), "IMG_1.HEIC", "skjermbilde"),
        (pictures.moving(), "dans.gif", "bevegelig"),
        (pictures.jpeg()[:700], "halvt.jpg", "skadet"),
        (b"", "tom.jpg", "ingenting i"),
    ],
    ids=["svg", "heic", "gif", "half", "empty"],
)
@pytest.mark.rule(20)
def test_a_file_that_cannot_be_used_gives_a_reason(
    served: Served, visit: Visit, code: str, body: bytes, name: str, why: str
) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    put_place(page, "good", "nature", (0.5, 0.4))
    add_photo(page, body, name=name)
    expect(page.locator("#photo-trouble")).to_contain_text(why)
    expect(page.locator("#photo-trouble")).to_contain_text(name)
    assert photos_kept(page) == []


def test_a_refused_file_stays_explained_while_an_earlier_photo_is_still_drawn(
    served: Served, visit: Visit, code: str
) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    put_place(page, "good", "nature", (0.5, 0.4))
    page.evaluate(
        """() => {
            const quick = createImageBitmap;
            globalThis.createImageBitmap = async (...asked) => {
                await new Promise((done) => setTimeout(done, 600));
                return quick(...asked);
            };
        }"""
    )
    add_photo(page, pictures.jpeg())
    add_photo(page, pictures.SVG)
    expect(page.locator("#photo-list [data-state=received] img")).to_have_count(1)
    expect(page.locator("#photo-trouble")).to_contain_text("er ikke et bilde")


def test_a_photo_of_60_mb_gives_a_reason(served: Served, visit: Visit, code: str, tmp_path: Path) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    put_place(page, "good", "nature", (0.5, 0.4))
    huge = tmp_path / "stort.jpg"
    huge.write_bytes(pictures.jpeg() + bytes(60_000_000))
    page.locator("[data-photo]").last.set_input_files(huge)
    expect(page.locator("#photo-trouble")).to_contain_text("for stort")


@pytest.mark.rule(19)
def test_photos_stay_when_the_place_is_moved_the_sheet_is_left_and_the_page_is_loaded_again(
    served: Served, visit: Visit, code: str
) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    put_place(page, "good", "nature", (0.5, 0.3))
    add_photo(page, pictures.jpeg(), pictures.jpeg(500, 400))
    expect(page.locator("#photo-list [data-state=received] img")).to_have_count(2)
    box = page.locator(".sticker-marker.chosen").bounding_box()
    assert box is not None
    Fingers(page).drag((box["x"] + 24, box["y"] + 24), (box["x"] + 70, box["y"] + 60))
    page.click("#sheet-item [data-close]")
    page.reload()
    page.wait_for_selector(".place-name-school span")
    page.click("#tool-list")
    page.click(".thing")
    expect(page.locator("#photo-list [data-state=received] img")).to_have_count(2)
    assert len(stored_photos(served, page)) == 2


def test_a_photo_waits_offline_and_arrives_after_its_place(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    page.context.set_offline(True)
    put_place(page, "good", "nature", (0.5, 0.4))
    add_photo(page, pictures.jpeg())
    expect(page.locator("#photo-list .item-state")).to_contain_text("ikke sendt")
    page.click("#sheet-item [data-close]")
    page.click("#tool-finish")
    expect(page.locator("#finish-now")).to_be_disabled()
    page.context.set_offline(False)
    expect(page.locator("#finish-now")).to_be_enabled()
    (row,) = stored_photos(served, page)
    assert row.state == "pending"


def test_a_photo_that_comes_too_early_is_sent_again(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    put_place(page, "good", "nature", (0.5, 0.4))
    received(page, 1)
    early = []

    def once(route: Route) -> None:
        early.append(route.request.url)
        body = '{"code": "contribution_awaited", "title": "x", "detail": "y"}'
        if len(early) == 1:
            route.fulfill(status=409, body=body, content_type="application/problem+json")
        elif len(early) == 2:
            route.abort()
        else:
            route.continue_()

    page.route("**/photos/*", once)
    add_photo(page, pictures.jpeg())
    expect(page.locator("#photo-list [data-state=received] img")).to_have_count(1)
    assert len(set(early)) == 1
    assert len(stored_photos(served, page)) == 1


def test_a_deleted_photo_is_erased_and_can_be_put_back(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    put_place(page, "good", "nature", (0.5, 0.4))
    add_photo(page, pictures.jpeg())
    expect(page.locator("#photo-list [data-state=received] img")).to_have_count(1)
    page.click("[data-change]")
    page.wait_for_function("() => document.querySelectorAll('#photo-list img').length === 0")
    expect(page.locator("#receipt")).not_to_contain_text("bilde")
    assert [(row.state, row.body) for row in stored_photos(served, page)] == [("erased", None)]
    page.click("[data-change]")
    expect(page.locator("#photo-list [data-state=received] img")).to_have_count(1)
    assert [row.state for row in stored_photos(served, page)] == ["pending"]


def test_deleting_a_place_erases_its_photo_and_undo_brings_both_back(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    put_place(page, "good", "nature", (0.5, 0.4))
    add_photo(page, pictures.jpeg())
    expect(page.locator("#photo-list [data-state=received] img")).to_have_count(1)
    (row,) = stored_photos(served, page)
    page.click("#delete-item")
    expect(page.locator("#receipt")).not_to_contain_text("mottatt")
    page.click("#undo")
    received(page, 1)
    page.click("#tool-list")
    page.click(".thing")
    expect(page.locator("#photo-list [data-state=received] img")).to_have_count(1)
    again = [photo for photo in stored_photos(served, page) if photo.id == row.id]
    assert [photo.state for photo in again] == ["pending"]
    assert again[0].body is not None


def test_finishing_leaves_no_photo_on_the_device(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    put_place(page, "good", "nature", (0.5, 0.4))
    add_photo(page, pictures.jpeg())
    expect(page.locator("#photo-list [data-state=received] img")).to_have_count(1)
    page.click("#sheet-item [data-close]")
    page.click("#tool-finish")
    page.click("#finish-now")
    page.wait_for_selector("#sheet-thanks:visible")
    assert photos_kept(page) == []


def test_on_a_closed_map_one_still_comes_to_what_was_not_sent(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    page.route("**/api/v1/contributions/**", lambda route: route.abort())
    draw_area(page, "wish")
    page.click("#sheet-item [data-close]")
    set_state(served, code, "closed")
    page.goto(f"{served.url}/aapen/{code}")
    expect(page.locator("#left-here")).to_have_text("0 veier · 0 steder · 1 område · 1 ting er ikke sendt ennå")
    assert page.locator("#join").count() == 0
    assert serious(page) == []
    page.click("#go-on a")
    expect(page.locator(".area-line.area-wish")).to_have_count(1)
    page.goto(f"{served.url}/aapen/{code}")
    page.click("#discard")
    page.click("#keep")
    assert len(things(page)) == 1
    page.click("#discard")
    page.click("#discard-yes")
    expect(page.locator("#go-on")).to_be_hidden()
    expect(page.locator("h1")).to_be_focused()
    assert things(page) == []


def test_a_device_that_has_what_an_earlier_version_kept_goes_on(served: Served, visit: Visit, code: str) -> None:
    page = visit(f"{served.url}/healthz")
    page.evaluate(
        """() => new Promise((done, broken) => {
            const open = indexedDB.open('snarvei', 1);
            open.onupgradeneeded = () => ['items', 'session'].forEach(name => open.result.createObjectStore(name));
            open.onsuccess = () => {
                const put = open.result.transaction('session', 'readwrite').objectStore('session');
                put.put({alias: 'blå rev 7', map: '/kart/XXXXXX', token: 't', arena: 'a'}, 'current').onsuccess =
                    () => { open.result.close(); done(); };
            };
            open.onerror = broken;
        })"""
    )
    page.goto(f"{served.url}/aapen/{code}")
    expect(page.locator("#go-on")).to_contain_text("blå rev 7")
    take_part(page)
    put_place(page, "good", "nature", (0.5, 0.4))
    received(page, 1)


def test_the_planner_looks_at_a_photo_and_releases_it(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}"))
    put_place(page, "bad", "crossing", (0.5, 0.4))
    page.fill("#comment", "Her er det uoversiktlig")
    add_photo(page, pictures.jpeg(900, 700))
    expect(page.locator("#photo-list [data-state=received] img")).to_have_count(1)
    planner = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    planner.goto(f"{served.url}/plan/proveoya/lese")
    planner.click("text=Se på bilder")
    first = planner.locator(".photo-queue li").first
    expect(first).to_contain_text("uoversiktlig")
    planner.wait_for_function("() => document.querySelector('.photo-queue img').naturalWidth === 900")
    shot(planner, "photos")
    assert serious(planner) == []
    before = planner.locator(".photo-queue li").count()
    first.locator("button[value=released]").click()
    expect(planner.locator(".photo-queue li")).to_have_count(before - 1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nb-NO", "nn-NO", "en-GB"])
def test_residents_pages_have_no_serious_finding(
    served: Served, visit: Visit, code: str, language: str, scheme: str
) -> None:
    page = visit(f"{served.url}/aapen/{code}", language=language, color_scheme=scheme)
    assert serious(page) == []
    page.click("button[type=submit]")
    page.wait_for_url("**/kart/**")
    page.wait_for_selector("#sheet-welcome:visible")
    assert serious(page) == []
    page.click("#sheet-welcome [data-close]")
    page.wait_for_selector(".place-name-school span")
    page.click("#tool-stickers")
    assert serious(page) == []
    page.click("#tool-area")
    assert serious(page) == []
    page.click("#tool-area")
    begin_area(page)
    tap_corners(page)
    assert serious(page) == []
    page.click("#save-area")
    add_photo(page, pictures.jpeg())
    add_photo(page, pictures.SVG)
    page.wait_for_selector("#photo-trouble:visible")
    assert serious(page) == []
    page.click("#sheet-item [data-close]")
    page.click("#tool-list")
    assert serious(page) == []


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=["phone", "tablet", "desk"])
def test_the_planner_opens_a_map_and_prints_its_code(served: Served, visit: Visit, size: tuple[int, int]) -> None:
    planner = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    planner.set_viewport_size({"width": size[0], "height": size[1]})
    planner.goto(f"{served.url}/plan/proveoya/arenaer")
    planner.fill("#open-map-title", f"Åpent kart {size[0]}")
    planner.click(".new-map button")
    expect(planner.locator("#open-maps")).to_contain_text(f"Åpent kart {size[0]}")
    assert planner.locator("#open-maps .qr").count() >= 1
    assert serious(planner) == []
