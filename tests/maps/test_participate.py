"""A child with a tablet or a phone: join, draw, place, change, finish; and nothing is lost on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from app.model import Arena, Contribution, Participant
from app.services import arenas
from tests import builders as a
from tests.maps.conftest import (
    DESK,
    PHONE,
    TABLET,
    Fingers,
    Served,
    draw,
    join,
    on_device,
    on_map,
    put_sticker,
    received,
    shot,
    sign_in,
)

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
WAY = ((0.25, 0.15), (0.35, 0.4), (0.5, 0.62), (0.75, 0.8))


def things(page: Page) -> list[dict[str, Any]]:
    """What the device keeps."""
    return list(on_device(page, "items", "(items) => items.getAll()"))


def stored(served: Served, page: Page) -> list[Contribution]:
    """What the server keeps of this device's participant."""
    ids = [item["id"] for item in things(page)]
    store = served.store()
    with store.reading() as db:
        rows = list(db.scalars(select(Contribution).order_by(Contribution.number)))
    store.dispose()
    return [row for row in rows if str(row.id) in ids]


def set_state(served: Served, code: str, state: str) -> None:
    store = served.store()
    with store.writing() as db:
        arenas.change_state(db, None, arenas.by_code(db, code), state, a.NOW)
    store.dispose()


@pytest.fixture
def own_class(served: Served) -> str:
    """The code of a class that only this test uses."""
    store = served.store()
    with store.writing() as db:
        from datetime import UTC, datetime

        token = served.teacher.rstrip("/").rpartition("/")[2]
        host = arenas.host(db, token, datetime.now(UTC))
        made = arenas.open_class(db, host, grade=6, group_name="6B", school="Prøveøya skole", now=datetime.now(UTC))
        code = made.join_code or ""
    store.dispose()
    return code


def test_a_phone_joins_draws_and_the_planners_map_shows_it_within_five_seconds(either: Served, visit: Visit) -> None:
    planner = sign_in(visit(f"{either.url}/plan/", size=DESK, touch=False), either)
    before = planner.text_content("#totals")
    page = visit(either.url)
    shot(page, "join")
    join(page, either)
    draw(page, *WAY)
    received(page, 1)
    put_sticker(page, "bad", "crossing", (0.5, 0.4))
    page.fill("#comment", "Bilene stopper ikke")
    expect(page.locator("#item-state")).to_have_attribute("data-state", "received")
    page.click("#sheet-item [data-close]")
    received(page, 2)
    shot(page, "map")
    expect(planner.locator("#totals")).not_to_have_text(before or "")
    kinds = sorted(row.kind for row in stored(either, page))
    assert kinds == ["place", "route"]
    place = next(row for row in stored(either, page) if row.kind == "place")
    assert (place.category, place.comment) == ("crossing", "Bilene stopper ikke")


@pytest.mark.parametrize("size", [PHONE, TABLET], ids=["phone", "tablet"])
def test_a_drawn_way_is_where_the_finger_went(served: Served, visit: Visit, size: tuple[int, int]) -> None:
    page = join(visit(served.url, size=size), served)
    draw(page, *WAY)
    (item,) = things(page)
    assert item["geometry"]["type"] == "LineString"
    line = item["geometry"]["coordinates"]
    assert 4 <= len(line) <= 60
    assert item["properties"] == {"kind": "route", "category": "to_school", "mode": "walk", "source": "map"}
    west, east = line[0][0], line[-1][0]
    north, south = line[0][1], line[-1][1]
    assert west < east
    assert north > south


@pytest.mark.rule(9)
def test_two_fingers_move_the_map_and_never_draw(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    page.click("#tool-route")
    page.click("[data-draw=freehand]")
    page.wait_for_timeout(200)
    name = page.locator(".place-name-school span")
    before = name.bounding_box()
    Fingers(page).pan(60, 80, on_map(page, 0.5, 0.5))
    page.wait_for_timeout(400)
    after = name.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["x"] - before["x"] - 60) < 30
    assert abs(after["y"] - before["y"] - 80) < 30
    expect(page.locator("#save-route")).to_be_disabled()
    expect(page.locator("#undo")).to_be_disabled()


@pytest.mark.rule(9)
def test_point_by_point_a_tap_adds_and_a_drag_moves_the_map(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    page.click("#tool-route")
    page.click("[data-draw=tap]")
    page.wait_for_timeout(200)
    page.click("#follow-street")
    for point in WAY:
        page.touchscreen.tap(*on_map(page, *point))
    Fingers(page).drag(on_map(page, 0.5, 0.5), on_map(page, 0.6, 0.55))
    page.click("#save-route")
    (item,) = things(page)
    assert len(item["geometry"]["coordinates"]) == 4


@pytest.mark.rule(11)
def test_strokes_are_undone_and_done_again_while_drawing(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    page.click("#tool-route")
    page.click("[data-draw=freehand]")
    page.wait_for_timeout(200)
    fingers = Fingers(page)
    fingers.drag(on_map(page, 0.2, 0.2), on_map(page, 0.5, 0.3))
    fingers.drag(on_map(page, 0.5, 0.3), on_map(page, 0.7, 0.7))
    page.click("#undo")
    page.click("#undo")
    expect(page.locator("#save-route")).to_be_disabled()
    page.click("#redo")
    page.click("#redo")
    page.click("#save-route")
    (item,) = things(page)
    first, last = item["geometry"]["coordinates"][0], item["geometry"]["coordinates"][-1]
    assert first[1] > last[1]


@pytest.mark.rule(11)
def test_everything_can_be_undone_and_done_again_also_a_deletion(served: Served, visit: Visit, own_class: str) -> None:
    page = join(visit(served.url), served, own_class)
    put_sticker(page, "good", "fun", (0.5, 0.4))
    received(page, 1)
    page.click("#delete-item")
    expect(page.locator(".sticker-marker")).to_have_count(0)
    page.click("#undo")
    expect(page.locator(".sticker-marker")).to_have_count(1)
    received(page, 1)
    (row,) = stored(served, page)
    assert row.state == "pending"
    page.keyboard.press("Control+z")
    expect(page.locator(".sticker-marker")).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".sticker-marker")).to_have_count(1)
    received(page, 1)


def test_a_sticker_is_dragged_from_the_tray_to_its_place(served: Served, visit: Visit) -> None:
    page = join(visit(served.url, size=TABLET), served)
    page.click("#tool-stickers")
    box = page.locator("[data-group=activity][data-category=play]").bounding_box()
    assert box is not None
    Fingers(page).drag((box["x"] + 30, box["y"] + 30), on_map(page, 0.4, 0.5))
    page.wait_for_selector("#sheet-item:visible")
    expect(page.locator(".sticker-marker")).to_have_count(1)
    (item,) = things(page)
    assert item["properties"]["category"] == "play"


def test_a_sticker_is_dragged_to_another_place(served: Served, visit: Visit) -> None:
    page = join(visit(served.url, size=TABLET), served)
    put_sticker(page, "wish", "bench", (0.5, 0.3))
    (before,) = things(page)
    box = page.locator(".sticker-marker").bounding_box()
    assert box is not None
    Fingers(page).drag((box["x"] + 24, box["y"] + 24), (box["x"] + 120, box["y"] + 60))
    received(page, 1)
    (after,) = things(page)
    assert after["id"] == before["id"]
    assert after["geometry"]["coordinates"][0] > before["geometry"]["coordinates"][0]
    page.click("#undo")
    received(page, 1)
    (undone,) = things(page)
    assert undone["geometry"]["coordinates"] == before["geometry"]["coordinates"]


@pytest.mark.rule(15)
def test_a_line_is_changed_by_its_handles(served: Served, visit: Visit) -> None:
    page = join(visit(served.url, size=TABLET), served)
    draw(page, *WAY)
    (before,) = things(page)
    page.wait_for_timeout(700)
    handle = page.locator(".handle").nth(2).bounding_box()
    assert handle is not None
    Fingers(page).drag((handle["x"] + 18, handle["y"] + 18), (handle["x"] + 78, handle["y"] + 8))
    page.wait_for_timeout(300)
    (after,) = things(page)
    assert after["geometry"] != before["geometry"]
    received(page, 1)


def test_the_answers_of_a_way_can_be_changed(served: Served, visit: Visit, own_class: str) -> None:
    page = join(visit(served.url), served, own_class)
    draw(page, *WAY)
    page.locator("#sheet-item input[name=mode][value=cycle]").check(force=True)
    page.locator("#sheet-item input[name=feeling][value=bad]").check(force=True)
    page.click("#tell-more summary")
    page.fill("#comment", "glatt her")
    page.click("#sheet-item [data-close]")
    page.wait_for_timeout(200)
    received(page, 1)
    (row,) = stored(served, page)
    assert (row.mode, row.feeling, row.comment) == ("cycle", "bad", "glatt her")


def test_without_network_everything_is_kept_and_sent_once_when_it_returns(
    served: Served, visit: Visit, own_class: str
) -> None:
    page = join(visit(served.url), served, own_class)
    page.context.set_offline(True)
    for number in range(5):
        put_sticker(page, "good", "nice", (0.3 + number / 10, 0.4))
        expect(page.locator("#item-state")).to_have_attribute("data-state", "device")
        page.click("#sheet-item [data-close]")
    expect(page.locator("#receipt")).to_contain_text("5 på denne enheten")
    expect(page.locator("#trouble-line")).to_be_visible()
    shot(page, "offline")
    page.context.set_offline(False)
    received(page, 5)
    assert len(stored(served, page)) == 5
    expect(page.locator("#trouble-line")).to_be_hidden()


def test_an_answer_that_is_lost_on_the_way_makes_no_double(served: Served, visit: Visit, own_class: str) -> None:
    """The server stored it, the receipt never came, the device asks again."""
    page = join(visit(served.url), served, own_class)
    lost = []

    def lose(route: Route) -> None:
        if route.request.method == "PUT" and not lost:
            lost.append(route.request.url)
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/contributions/**", lose)
    put_sticker(page, "good", "nice", (0.4, 0.4))
    received(page, 1)
    assert len(lost) == 1
    assert len(stored(served, page)) == 1


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_in_trouble_is_asked_again(served: Served, visit: Visit, status: int) -> None:
    page = join(visit(served.url), served)
    left = [2]

    def fail(route: Route) -> None:
        if route.request.method == "PUT" and left[0]:
            left[0] -= 1
            route.fulfill(status=status, headers={"Retry-After": "1"}, body="<html>busy</html>")
        else:
            route.continue_()

    page.route("**/api/v1/contributions/**", fail)
    put_sticker(page, "good", "nice", (0.4, 0.4))
    received(page, 1)
    assert left == [0]


def test_one_bad_thing_does_not_hold_up_the_others(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)

    def refuse(route: Route) -> None:
        if route.request.method == "PUT" and "boring" in (route.request.post_data or ""):
            problem = {"code": "text_too_long", "title": "Teksten er for lang.", "detail": "Skriv kortere."}
            route.fulfill(status=422, json=problem)
        else:
            route.continue_()

    page.route("**/api/v1/contributions/**", refuse)
    put_sticker(page, "bad", "boring", (0.4, 0.4))
    expect(page.locator("#item-state")).to_contain_text("Skriv kortere.")
    page.click("#sheet-item [data-close]")
    put_sticker(page, "good", "nice", (0.5, 0.5))
    received(page, 1)
    page.click("#sheet-item [data-close]")
    page.click("#tool-list")
    page.unroute("**/api/v1/contributions/**")
    page.click("#things button.quiet")
    received(page, 2)


def test_a_reload_in_the_middle_of_a_line_loses_nothing(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    put_sticker(page, "good", "nice", (0.6, 0.3))
    page.click("#sheet-item [data-close]")
    page.click("#tool-route")
    page.locator("#route-form input[value=leisure]").check(force=True)
    page.click("[data-draw=freehand]")
    page.wait_for_timeout(200)
    Fingers(page).drag(*(on_map(page, *f) for f in WAY))
    page.reload()
    expect(page.locator("#save-route")).to_be_enabled()
    expect(page.locator(".sticker-marker")).to_have_count(1)
    page.click("#save-route")
    received(page, 2)
    route = next(item for item in things(page) if item["properties"]["kind"] == "route")
    assert route["properties"]["category"] == "leisure"


def test_leaving_the_line_for_another_tool_keeps_it(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    page.click("#tool-route")
    page.click("[data-draw=freehand]")
    page.wait_for_timeout(200)
    Fingers(page).drag(*(on_map(page, *f) for f in WAY))
    page.click("#tool-stickers")
    received(page, 1)
    assert [item["properties"]["kind"] for item in things(page)] == ["route"]


def test_a_paused_class_keeps_things_on_the_device_and_sends_them_later(
    served: Served, visit: Visit, own_class: str
) -> None:
    page = join(visit(served.url), served, own_class)
    set_state(served, own_class, "paused")
    put_sticker(page, "good", "nice", (0.4, 0.4))
    expect(page.locator("#trouble-line")).to_contain_text("arena_paused")
    expect(page.locator("#item-state")).to_have_attribute("data-state", "device")
    set_state(served, own_class, "open")
    page.evaluate("dispatchEvent(new Event('online'))")
    received(page, 1)
    set_state(served, own_class, "closed")


@pytest.mark.rule(28)
def test_finishing_waits_for_receipts_then_leaves_nothing_on_the_device(
    served: Served, visit: Visit, own_class: str
) -> None:
    page = join(visit(served.url), served, own_class)
    page.context.set_offline(True)
    put_sticker(page, "good", "nice", (0.4, 0.4))
    page.click("#tool-finish")
    expect(page.locator("#finish-now")).to_be_disabled()
    expect(page.locator("#finish-wait")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#finish-now")).to_be_enabled()
    page.click("#finish-now")
    expect(page.locator("#sheet-thanks")).to_be_visible()
    assert things(page) == []
    left = page.evaluate("() => JSON.stringify({...localStorage, ...sessionStorage}) + document.cookie")
    assert "token" not in left
    page.click("#sheet-thanks a")
    expect(page.locator("#go-on")).to_be_hidden()
    store = served.store()
    with store.reading() as db:
        done = db.scalar(select(func.count(Participant.finished_at)).join(Arena).where(Arena.join_code == own_class))
    store.dispose()
    assert done == 1


def test_the_next_child_on_the_same_tablet_starts_clean_but_unsent_things_are_not_thrown_away(
    served: Served, visit: Visit, own_class: str
) -> None:
    page = join(visit(served.url), served, own_class)
    set_state(served, own_class, "paused")
    put_sticker(page, "good", "nice", (0.4, 0.4))
    expect(page.locator("#trouble-line")).to_be_visible()
    first = page.text_content("#who")
    set_state(served, own_class, "open")
    page.route("**/api/v1/contributions/**", lambda route: route.abort())
    page.goto(served.url)
    page.fill("#code", own_class)
    page.click("button[type=submit]")
    expect(page.locator("#unsent")).to_be_visible()
    expect(page.locator("#go-on")).to_contain_text(first or "")
    page.click("#anew")
    page.wait_for_url("**/kart/**")
    page.click("#sheet-welcome [data-close]")
    expect(page.locator("#who")).not_to_have_text(first or "")
    expect(page.locator(".sticker-marker")).to_have_count(0)


@pytest.mark.parametrize(("typed", "code"), [("XXXXXX", "code_unknown"), ("", "field_missing")])
@pytest.mark.rule(1)
def test_a_wrong_code_says_what_to_do_and_keeps_what_was_typed(
    served: Served, visit: Visit, typed: str, code: str
) -> None:
    page = visit(served.url)
    page.fill("#code", typed)
    page.click("button[type=submit]")
    expect(page.locator("#trouble")).to_contain_text(code)
    expect(page.locator("#code")).to_have_value(typed)
    expect(page.locator("#code")).to_be_focused()


@pytest.mark.rule(1)
def test_a_qr_address_fills_in_the_code(served: Served, visit: Visit) -> None:
    page = visit(f"{served.url}/k/{served.code.lower()}")
    expect(page.locator("#code")).to_have_value(served.code)


def test_the_map_of_a_class_one_has_not_joined_asks_for_the_code(served: Served, visit: Visit) -> None:
    page = visit(f"{served.url}/kart/{served.code}")
    page.wait_for_url(f"**/k/{served.code}")


def test_html_in_a_comment_stays_text(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    put_sticker(page, "good", "nice", (0.4, 0.4))
    page.fill("#comment", "<img src=x onerror=alert(1)> <3")
    page.click("#sheet-item [data-close]")
    page.click("#tool-list")
    expect(page.locator("#things")).to_contain_text("<img src=x onerror=alert(1)> <3")
    assert page.locator("#things img").count() == 0


@pytest.mark.rule(17)
def test_outside_the_border_is_explained(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    for _ in range(6):
        page.click("#zoom-out")
        page.wait_for_timeout(300)
    page.click("#tool-stickers")
    page.click("[data-group=activity][data-category=play]")
    page.wait_for_timeout(300)
    page.touchscreen.tap(*on_map(page, 0.05, 0.5))
    expect(page.locator("#hint")).to_contain_text("grensa")
    assert things(page) == []


def test_the_whole_task_by_keyboard_alone(served: Served, visit: Visit, own_class: str) -> None:
    """No pointer at all: join, draw a way, put a sticker, write, delete, undo, finish."""
    page = visit(served.url, size=DESK, touch=False)
    reach(page, "#code")
    page.keyboard.type(own_class)
    page.keyboard.press("Enter")
    page.wait_for_url("**/kart/**")
    page.wait_for_selector(".place-name-school span")
    reach(page, "#sheet-welcome [data-close]")
    page.keyboard.press("Enter")
    reach(page, "#switch-mode")
    page.keyboard.press("Enter")
    reach(page, "#tool-route")
    page.keyboard.press("Enter")
    reach(page, "[data-draw=tap]")
    page.keyboard.press("Enter")
    expect(page.locator(".map")).to_be_focused()
    expect(page.locator("#cross")).to_be_visible()
    for _ in range(3):
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(400)
    reach(page, "#save-route")
    page.keyboard.press("Enter")
    expect(page.locator("#sheet-item")).to_be_visible()
    page.keyboard.press("Escape")
    reach(page, "#tool-stickers")
    page.keyboard.press("Enter")
    reach(page, "#tab-activity")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    reach(page, "[data-group=bad][data-category=dark]")
    page.keyboard.press("Enter")
    expect(page.locator(".map")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    reach(page, "#comment")
    page.keyboard.type("Ingen lys her")
    reach(page, "#delete-item")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+z")
    received(page, 2)
    rows = {row.kind: row for row in stored(served, page)}
    assert rows["place"].comment == "Ingen lys her"
    assert set(rows) == {"route", "place"}
    reach(page, "#tool-finish")
    page.keyboard.press("Enter")
    reach(page, "#finish-now")
    page.keyboard.press("Enter")
    expect(page.locator("#sheet-thanks")).to_be_visible()


def reach(page: Page, selector: str) -> None:
    """Tab until it has the focus, as someone without a mouse must."""
    for _ in range(80):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached with Tab")


@pytest.mark.parametrize("size", [(195, 422), (384, 512), (320, 568), PHONE, TABLET, (844, 390)], ids=str)
def test_nothing_is_cut_off_at_any_size_or_zoom(served: Served, visit: Visit, size: tuple[int, int]) -> None:
    """195x422 is a phone at 200 %, 384x512 a tablet at 200 %."""
    page = join(visit(served.url, size=size), served)
    for open_sheet in ("#tool-route", "#tool-stickers", "#tool-list", "#tool-finish", "#help"):
        page.click(open_sheet)
        overflow = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, open_sheet
        for button in page.locator(".sheet:visible .actions .button").all():
            button.scroll_into_view_if_needed()
            box = button.bounding_box()
            assert box is not None
            assert box["x"] >= -1
            assert box["x"] + box["width"] <= size[0] + 1
        page.click(open_sheet)
    box = page.locator("#map-holder").bounding_box()
    assert box is not None
    assert box["height"] > 80


@pytest.mark.rule(8)
def test_targets_are_large_enough_for_small_fingers(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    for open_sheet in (None, "#tool-route", "#tool-stickers"):
        if open_sheet:
            page.click(open_sheet)
        for control in page.locator("button:visible, .choice:visible").all():
            box = control.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44, control.get_attribute("id") or control.inner_text()


def test_states_are_told_to_a_screen_reader(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    for selector in ("#hint", "#receipt"):
        assert page.get_attribute(selector, "aria-live") == "polite"
    put_sticker(page, "bad", "dark", (0.4, 0.4))
    marker = page.locator(".sticker-marker")
    assert re.search("mørkt", marker.get_attribute("title") or "")
    assert marker.get_attribute("tabindex") == "0"
