"""Nothing drawn is ever lost: all the ways a page, a network, a clock, a store or a key can fail in mid-lesson."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select, update

from app.model import Arena, Contribution, Participant
from app.services.actors import digest
from tests.maps.conftest import (
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
)
from tests.maps.test_participate import WAY, own_class, set_state, stored, things
from tests.soak.proxy import Network

__all__ = ["own_class"]
pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
API = "**/api/v1/contributions/**"


def begin_line(page: Page) -> None:
    page.click("#tool-route")
    page.click("[data-draw=freehand]")
    page.wait_for_timeout(200)


def drawn(served: Served, code: str) -> list[Contribution]:
    """What the server keeps of a class."""
    store = served.store()
    with store.reading() as db:
        rows = list(db.scalars(select(Contribution).join(Arena).where(Arena.join_code == code)))
    store.dispose()
    return rows


def session(page: Page) -> dict[str, Any]:
    """The key this device holds."""
    held: dict[str, Any] = on_device(page, "session", "(session) => session.get('current')")
    return held


def run_out(served: Served, token: str) -> None:
    """The time of this key is over, as the server sees it."""
    store = served.store()
    with store.writing() as db:
        over = datetime.now(UTC) - timedelta(minutes=1)
        db.execute(update(Participant).where(Participant.digest == digest(token)).values(expires_at=over))
    store.dispose()


def offline_ready(page: Page) -> None:
    """Until the service worker holds the page's files and this map."""
    page.evaluate(
        """async () => {
            await navigator.serviceWorker.ready;
            for (let left = 100; left > 0; left -= 1) {
                const names = (await caches.keys()).filter((n) => n.startsWith('snarvei-visited-pages'));
                const kept = await Promise.all(names.map(async (n) => (await (await caches.open(n)).keys()).length));
                if (kept.some((count) => count > 0) && (await caches.has('snarvei-visited-maps'))) return;
                await new Promise((r) => setTimeout(r, 100));
            }
            throw new Error('the page is not kept');
        }"""
    )


@pytest.mark.rule(21)
def test_21_a_comment_is_kept_half_a_second_after_the_last_key(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    put_sticker(page, "good", "nice", (0.4, 0.4))
    page.locator("#comment").press_sequentially("Her er det")
    page.wait_for_timeout(500)
    (item,) = things(page)
    assert item["properties"]["comment"] == "Her er det"


@pytest.mark.rule(21)
def test_21_a_reload_in_the_middle_of_a_word_keeps_the_word(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    put_sticker(page, "good", "nice", (0.4, 0.4))
    page.locator("#comment").press_sequentially("Gynge")
    page.reload()
    page.wait_for_selector(".sticker-marker")
    (item,) = things(page)
    assert item["properties"]["comment"] == "Gynge"


BUSY = """() => new Promise((ready) => {
    const request = indexedDB.open("snarvei");
    request.onsuccess = () => {
        const store = request.result.transaction("items", "readwrite").objectStore("items");
        const again = () => { store.get("nothing").onsuccess = again; };
        again();
        ready();
    };
})"""


@pytest.mark.rule(21)
@pytest.mark.parametrize("waiting_ms", [0, 700])
@pytest.mark.parametrize("leave", ["reload", "goto"])
def test_21_words_of_the_last_moment_are_kept_while_the_device_is_busy_writing(
    served: Served, visit: Visit, leave: str, waiting_ms: int
) -> None:
    """Something else holds the device's memory, so that nothing written now is there before the page is gone,
    whether the page has begun to write it or not.
    """
    page = join(visit(served.url), served)
    put_sticker(page, "good", "nice", (0.4, 0.4))
    received(page, 1)
    page.evaluate(BUSY)
    page.fill("#comment", "Gynge")
    page.wait_for_timeout(waiting_ms)
    if leave == "reload":
        page.reload()
    else:
        address = page.url
        page.goto(f"{served.url}/personvern")
        page.goto(address)
    page.wait_for_selector(".sticker-marker")
    expect(page.locator("#receipt")).to_contain_text("mottatt")
    (item,) = things(page)
    assert item["properties"]["comment"] == "Gynge"
    page.reload()
    page.wait_for_selector(".sticker-marker")
    (item,) = things(page)
    assert item["properties"]["comment"] == "Gynge"
    assert page.evaluate("() => Object.keys(localStorage)") == []


def test_24_a_version_that_was_slow_on_the_way_does_not_undo_the_newer_one(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    slow: list[Any] = []

    def hold(route: Route) -> None:
        if slow:
            route.continue_()
        else:
            slow.append(route.request)
            route.abort()

    page.route(API, hold)
    put_sticker(page, "good", "nice", (0.4, 0.4))
    page.wait_for_timeout(100)
    page.fill("#comment", "Gynge")
    page.click("#sheet-item [data-close]")
    received(page, 1)
    (first,) = slow
    arrived = page.request.fetch(first.url, method="PUT", headers=first.headers, data=first.post_data)
    assert arrived.ok
    assert "comment" not in json.loads(first.post_data)["properties"]
    (row,) = stored(served, page)
    assert row.comment == "Gynge"


@pytest.mark.rule(21)
def test_21_a_reload_in_the_middle_of_a_stroke_keeps_the_stroke(served: Served, visit: Visit) -> None:
    """The finger is still down when the page goes."""
    page = join(visit(served.url), served)
    begin_line(page)
    fingers = Fingers(page)
    fingers.send("touchStart", on_map(page, 0.2, 0.2))
    for step in range(1, 20):
        fingers.send("touchMove", on_map(page, 0.2 + step * 0.03, 0.2 + step * 0.02))
    page.reload()
    expect(page.locator("#save-route")).to_be_enabled()
    page.click("#save-route")
    received(page, 1)
    (item,) = things(page)
    assert len(item["geometry"]["coordinates"]) >= 2


@pytest.mark.rule(21)
def test_21_switching_to_another_app_in_the_middle_of_a_stroke_keeps_it(served: Served, visit: Visit) -> None:
    """The system takes the finger away; what it drew stays on the map."""
    page = join(visit(served.url), served)
    begin_line(page)
    fingers = Fingers(page)
    fingers.send("touchStart", on_map(page, 0.2, 0.2))
    for step in range(1, 20):
        fingers.send("touchMove", on_map(page, 0.2 + step * 0.03, 0.2 + step * 0.02))
        page.wait_for_timeout(25)
    fingers.send("touchCancel")
    expect(page.locator("#save-route")).to_be_enabled()


@pytest.mark.rule(21)
def test_21_a_killed_page_comes_back_with_line_and_things(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    page.route(API, lambda route: route.abort())
    put_sticker(page, "good", "nice", (0.6, 0.3))
    page.click("#sheet-item [data-close]")
    begin_line(page)
    Fingers(page).drag(*(on_map(page, *f) for f in WAY))
    page.wait_for_timeout(100)
    context, address = page.context, page.url
    browser = context.browser
    assert browser is not None
    running = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    with page.expect_event("crash"):
        for process in running:
            if process["type"] == "renderer":
                os.kill(process["id"], signal.SIGKILL)
    again = context.new_page()
    again.goto(address)
    expect(again.locator("#save-route")).to_be_enabled()
    expect(again.locator(".sticker-marker")).to_have_count(1)
    again.click("#save-route")
    received(again, 2)


@pytest.mark.rule(21)
def test_21_a_turned_screen_and_a_closed_lid_keep_the_line(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    begin_line(page)
    Fingers(page).drag(on_map(page, 0.2, 0.2), on_map(page, 0.5, 0.4))
    page.set_viewport_size({"width": PHONE[1], "height": PHONE[0]})
    page.wait_for_timeout(300)
    page.evaluate(
        """() => {
            Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
            Object.defineProperty(document, 'visibilityState', { value: 'visible', configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.wait_for_timeout(300)
    Fingers(page).drag(on_map(page, 0.5, 0.4), on_map(page, 0.7, 0.7))
    page.click("#save-route")
    received(page, 1)


@pytest.mark.rule(21)
def test_21_the_answers_of_a_sheet_that_was_not_used_yet_come_back(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    page.click("#tool-route")
    page.locator("#route-form input[name=mode][value=cycle]").check(force=True)
    page.wait_for_timeout(100)
    page.reload()
    page.wait_for_selector(".place-name-school span")
    page.click("#tool-route")
    expect(page.locator("#route-form input[name=mode][value=cycle]")).to_be_checked()


@pytest.mark.rule(22)
def test_22_every_state_is_said_and_nothing_says_received_before_the_server_did(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    waiting: list[Route] = []
    page.route(API, lambda route: waiting.append(route))
    put_sticker(page, "good", "nice", (0.4, 0.4))
    state = page.locator("#item-state")
    expect(state).to_have_attribute("data-state", "sending")
    expect(page.locator("#receipt")).not_to_contain_text("mottatt")
    page.wait_for_timeout(200)
    waiting[0].continue_()
    expect(state).to_have_attribute("data-state", "received")
    expect(state).to_contain_text("✓")
    (item,) = things(page)
    expect(state).to_contain_text(item["shortId"])


@pytest.mark.rule(23)
def test_23_the_counter_opens_the_list_where_each_unsent_thing_is_retried_changed_or_deleted_alone(
    served: Served, visit: Visit, own_class: str
) -> None:
    page = join(visit(served.url, size=TABLET), served, own_class)
    let_in: set[str] = set()
    page.route(
        API, lambda route: route.continue_() if route.request.url.partition("?")[0][-36:] in let_in else route.abort()
    )
    for x in (0.3, 0.5, 0.7):
        put_sticker(page, "good", "nice", (x, 0.3))
        page.click("#sheet-item [data-close]")
    counter = page.locator("#unsent-count")
    expect(counter).to_contain_text("3")
    counter.click()
    rows = page.locator("#things > li")
    expect(rows).to_have_count(3)
    shot(page, "unsent")
    rows.nth(0).get_by_text("Slett").click()
    expect(rows.nth(0)).to_contain_text("Slettet her")
    page.locator("#things button.thing").nth(0).click()
    page.fill("#comment", "endret uten nett")
    page.click("#sheet-item [data-close]")
    page.wait_for_timeout(300)
    first, second, third = sorted(things(page), key=lambda item: item["born"])
    let_in.add(third["id"])
    counter.click()
    rows.nth(2).get_by_text("Prøv igjen").click()
    received(page, 1)
    let_in |= {first["id"], second["id"]}
    page.evaluate("dispatchEvent(new Event('online'))")
    received(page, 2)
    expect(counter).to_be_hidden()
    assert sorted(row.comment or "" for row in drawn(served, own_class)) == ["", "endret uten nett"]


@pytest.mark.rule(24)
def test_24_offline_thirty_things_online_each_stored_once_within_thirty_seconds(either: Served, visit: Visit) -> None:
    page = join(visit(either.url, size=TABLET), either)
    page.context.set_offline(True)
    for number in range(30):
        put_sticker(page, "good", "nice", (0.15 + number % 10 * 0.07, 0.15 + number // 10 * 0.1))
        page.click("#sheet-item [data-close]")
    assert len(things(page)) == 30
    page.context.set_offline(False)
    began = time.monotonic()
    expect(page.locator("#receipt")).to_contain_text("30 mottatt")
    assert time.monotonic() - began < 30
    rows = stored(either, page)
    assert len(rows) == len({row.id for row in rows}) == 30


@pytest.mark.rule(24)
def test_24_an_answer_cut_in_half_is_no_receipt_and_makes_no_double(
    served: Served, visit: Visit, own_class: str
) -> None:
    page = join(visit(served.url), served, own_class)
    cut = []

    def half(route: Route) -> None:
        if route.request.method == "PUT" and not cut:
            whole = route.fetch()
            cut.append(whole.text())
            route.fulfill(status=201, body=cut[0][: len(cut[0]) // 2], content_type="application/json")
        else:
            route.continue_()

    page.route(API, half)
    put_sticker(page, "good", "nice", (0.4, 0.4))
    expect(page.locator("#item-state")).to_have_attribute("data-state", "device")
    received(page, 1)
    assert cut
    assert len(drawn(served, own_class)) == 1


@pytest.mark.parametrize("body", ["<html>Log in to the school's network</html>", "{}", '{"type": "Feature"}'])
@pytest.mark.rule(24)
def test_24_a_school_network_that_answers_for_the_server_gives_no_receipt(
    served: Served, visit: Visit, body: str
) -> None:
    page = join(visit(served.url), served)
    page.route(API, lambda route: route.fulfill(status=200, body=body))
    put_sticker(page, "good", "nice", (0.4, 0.4))
    page.wait_for_timeout(700)
    expect(page.locator("#item-state")).to_have_attribute("data-state", "device")
    page.unroute(API)
    received(page, 1)


@pytest.mark.parametrize("status", [403, 404, 407])
@pytest.mark.rule(24)
def test_24_a_filter_on_the_way_that_refuses_is_asked_again(served: Served, visit: Visit, status: int) -> None:
    """Only the service's own refusals, with a code, end a thing's sending."""
    page = join(visit(served.url), served)
    page.route(API, lambda route: route.fulfill(status=status, body="<html>Blocked</html>"))
    put_sticker(page, "good", "nice", (0.4, 0.4))
    page.wait_for_timeout(700)
    expect(page.locator("#item-state")).to_have_attribute("data-state", "device")
    page.unroute(API)
    received(page, 1)


@pytest.mark.parametrize("how", ["seconds", "date"])
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.rule(25)
def test_25_a_server_that_asks_for_patience_gets_it(served: Served, visit: Visit, status: int, how: str) -> None:
    """Three seconds, said in either way, by the server's clock; a new drawing in between does not press it."""
    page = join(visit(served.url), served)
    asked: list[float] = []
    dates = {"Date": "Tue, 24 Nov 2020 10:00:00 GMT", "Retry-After": "Tue, 24 Nov 2020 10:00:03 GMT"}

    def busy(route: Route) -> None:
        asked.append(time.monotonic())
        if len(asked) == 1:
            headers = dates if how == "date" else {"Retry-After": "3"}
            route.fulfill(status=status, headers=headers, body="busy")
        else:
            route.continue_()

    page.route(API, busy)
    put_sticker(page, "good", "nice", (0.4, 0.4))
    page.click("#sheet-item [data-close]")
    put_sticker(page, "bad", "dark", (0.6, 0.6))
    received(page, 2)
    assert asked[1] - asked[0] >= 2.9


@pytest.mark.parametrize("years", [-1, 1])
def test_a_clock_that_is_a_year_wrong_changes_nothing(served: Served, visit: Visit, own_class: str, years: int) -> None:
    """Whether a key still holds is the server's to say, and the time on a receipt is the server's."""
    page = visit(served.url)
    page.context.add_init_script(
        f"""const real = Date; const off = {years} * 365 * 864e5;
        globalThis.Date = class extends real {{
            constructor(...given) {{ super(...(given.length ? given : [real.now() + off])); }}
            static now() {{ return real.now() + off; }}
        }};"""
    )
    page.reload()
    join(page, served, own_class)
    put_sticker(page, "good", "nice", (0.4, 0.4))
    received(page, 1)
    page.reload()
    expect(page.locator(".sticker-marker")).to_have_count(1)
    (item,) = things(page)
    told = datetime.fromisoformat(item["receivedAt"])
    assert abs((datetime.now(UTC) - told).total_seconds()) < 120


def test_a_full_device_says_so_goes_on_and_sends_at_once(served: Served, visit: Visit, own_class: str) -> None:
    page = join(visit(served.url), served, own_class)
    page.evaluate(
        """() => {
            const put = IDBObjectStore.prototype.put;
            globalThis.roomAgain = () => { IDBObjectStore.prototype.put = put; };
            IDBObjectStore.prototype.put = function (...given) {
                const request = put.apply(this, given);
                this.transaction.abort();
                return request;
            };
        }"""
    )
    put_sticker(page, "good", "nice", (0.4, 0.4))
    line = page.locator("#trouble-line")
    expect(line).to_contain_text("full")
    expect(page.locator("#trouble-act")).to_be_visible()
    shot(page, "full")
    page.fill("#comment", "uten plass")
    received(page, 1)
    page.click("#sheet-item [data-close]")
    draw(page, *WAY)
    received(page, 2)
    assert sorted(row.kind for row in drawn(served, own_class)) == ["place", "route"]
    page.evaluate("roomAgain()")
    put_sticker(page, "bad", "dark", (0.6, 0.6))
    expect(line).to_be_hidden()
    received(page, 3)
    page.wait_for_timeout(300)
    assert len(things(page)) == 3


REFUSED = {
    "no database": """
        Object.defineProperty(globalThis, 'indexedDB', {
            get() { throw new DOMException('', 'SecurityError'); }
        });""",
    "nothing at all": """
        for (const name of ['indexedDB', 'sessionStorage', 'localStorage', 'caches']) {
            Object.defineProperty(globalThis, name, { get() { throw new DOMException('', 'SecurityError'); } });
        }""",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_browser_that_keeps_nothing_still_works_and_says_so(
    served: Served, visit: Visit, own_class: str, kind: str
) -> None:
    page = visit(served.url)
    page.context.add_init_script(REFUSED[kind])
    page.reload()
    join(page, served, own_class)
    expect(page.locator("#trouble-line")).to_contain_text("husker ingenting")
    assert page.evaluate("self.name") == ""
    put_sticker(page, "good", "nice", (0.4, 0.4))
    page.fill("#comment", "privat vindu")
    page.click("#sheet-item [data-close]")
    received(page, 1)
    assert [row.comment for row in drawn(served, own_class)] == ["privat vindu"]
    if kind == "no database":
        page.reload()
        expect(page.locator(".sticker-marker")).to_have_count(1)
    page.click("#tool-finish")
    page.click("#finish-now")
    expect(page.locator("#sheet-thanks")).to_be_visible()


def test_two_tabs_show_the_same_and_send_each_thing_once(served: Served, visit: Visit, own_class: str) -> None:
    one = join(visit(served.url, size=TABLET), served, own_class)
    two = one.context.new_page()
    two.goto(one.url)
    two.wait_for_selector(".place-name-school span")
    puts: list[str] = []
    one.context.on("request", lambda r: puts.append(r.url) if r.method == "PUT" else None)
    put_sticker(one, "good", "nice", (0.3, 0.3))
    expect(two.locator(".sticker-marker")).to_have_count(1)
    put_sticker(two, "bad", "dark", (0.6, 0.3))
    expect(one.locator(".sticker-marker")).to_have_count(2)
    for page in (one, two):
        received(page, 2)
    assert len(puts) == len(set(puts)) == 2
    assert len(drawn(served, own_class)) == 2


@pytest.mark.rule(26)
def test_26_what_two_tabs_made_of_one_thing_is_both_kept(served: Served, visit: Visit, own_class: str) -> None:
    """One tab did not hear of the other's change: the later one stands, the earlier one waits beside it."""
    one = join(visit(served.url, size=TABLET), served, own_class)
    put_sticker(one, "good", "nice", (0.3, 0.3))
    received(one, 1)
    one.click("#sheet-item [data-close]")
    two = one.context.new_page()
    two.add_init_script("delete globalThis.BroadcastChannel;")
    two.goto(one.url)
    two.wait_for_selector(".place-name-school span")
    for page, words in ((one, "fra den første"), (two, "fra den andre")):
        page.locator(".sticker-marker").click()
        page.fill("#comment", words)
        page.click("#sheet-item [data-close]")
        page.wait_for_timeout(300)
    two.click("#tool-list")
    expect(two.locator("#things")).to_contain_text("to vinduer")
    expect(two.locator("#things")).to_contain_text("fra den andre")
    shot(two, "two-windows")
    two.get_by_text("Ta den andre").click()
    expect(two.locator("#things")).to_contain_text("fra den første")
    expect(two.locator("#things")).not_to_contain_text("to vinduer")
    received(two, 1)
    expect(two.locator("#things .item-state")).to_have_attribute("data-state", "received")
    assert [row.comment for row in drawn(served, own_class)] == ["fra den første"]


def test_a_key_that_ends_in_mid_lesson_asks_for_the_code_and_sends_everything_under_the_same_name(
    served: Served, visit: Visit, own_class: str
) -> None:
    page = join(visit(served.url, size=TABLET), served, own_class)
    put_sticker(page, "good", "nice", (0.3, 0.3))
    received(page, 1)
    page.click("#sheet-item [data-close]")
    before = session(page)
    run_out(served, before["token"])
    draw(page, *WAY)
    expect(page.locator("#item-state")).to_have_attribute("data-state", "device")
    page.click("#sheet-item [data-close]")
    expect(page.locator("#trouble-line")).to_contain_text("fortsatt her")
    page.click("#trouble-act")
    shot(page, "code-again")
    page.fill("#rejoin-code", "XXXXXX")
    page.keyboard.press("Enter")
    expect(page.locator("#rejoin-trouble")).to_be_visible()
    page.fill("#rejoin-code", own_class.lower())
    page.keyboard.press("Enter")
    received(page, 2)
    expect(page.locator("#trouble-line")).to_be_hidden()
    assert session(page)["alias"] == before["alias"]
    rows = drawn(served, own_class)
    assert len(rows) == 2
    assert len({row.participant_id for row in rows}) == 1


def test_a_key_the_server_does_not_know_sends_the_unsent_under_a_new_name_and_leaves_the_rest(
    served: Served, visit: Visit, own_class: str
) -> None:
    page = join(visit(served.url, size=TABLET), served, own_class)
    put_sticker(page, "good", "nice", (0.3, 0.3))
    received(page, 1)
    page.click("#sheet-item [data-close]")
    store = served.store()
    with store.writing() as db:
        lost = digest("somebody else")
        db.execute(update(Participant).where(Participant.digest == digest(session(page)["token"])).values(digest=lost))
    store.dispose()
    put_sticker(page, "bad", "dark", (0.6, 0.6))
    page.click("#sheet-item [data-close]")
    page.click("#trouble-act")
    page.fill("#rejoin-code", own_class)
    page.keyboard.press("Enter")
    received(page, 2)
    rows = drawn(served, own_class)
    assert len(rows) == 2
    assert len({row.participant_id for row in rows}) == 2


def test_from_the_front_page_one_goes_on_with_ones_own_things(served: Served, visit: Visit, own_class: str) -> None:
    page = join(visit(served.url), served, own_class)
    page.route(API, lambda route: route.abort())
    put_sticker(page, "good", "nice", (0.4, 0.4))
    before = session(page)
    run_out(served, before["token"])
    page.goto(served.url)
    page.fill("#code", own_class)
    page.click("button[type=submit]")
    page.unroute(API)
    page.click("#mine")
    page.wait_for_url("**/kart/**")
    received(page, 1)
    assert session(page)["alias"] == before["alias"]


@pytest.mark.rule(27)
def test_27_the_front_page_says_what_is_left_and_throws_it_away_only_at_the_second_tap(
    served: Served, visit: Visit, own_class: str
) -> None:
    page = join(visit(served.url), served, own_class)
    page.route(API, lambda route: route.abort())
    for x in (0.3, 0.6):
        put_sticker(page, "good", "nice", (x, 0.3))
        page.click("#sheet-item [data-close]")
    begin_line(page)
    Fingers(page).drag(*(on_map(page, *f) for f in WAY))
    page.goto(served.url)
    left = page.locator("#left-here")
    expect(left).to_contain_text("2 steder")
    expect(left).to_contain_text("1 strek som ikke er ferdig")
    expect(left).to_contain_text("2 ting er ikke sendt ennå")
    shot(page, "recover")
    page.click("#discard")
    assert len(things(page)) == 2
    page.click("#keep")
    expect(page.locator("#discard-sure")).to_be_hidden()
    page.click("#discard")
    page.click("#discard-yes")
    expect(page.locator("#go-on")).to_be_hidden()
    assert things(page) == []


@pytest.mark.rule(28)
def test_28_finished_leaves_nothing_of_a_child_on_the_device(served: Served, visit: Visit, own_class: str) -> None:
    page = join(visit(served.url), served, own_class)
    offline_ready(page)
    held = session(page)
    kept = page.evaluate(
        """async () => {
            const said = [];
            for (const name of await caches.keys()) {
                for (const request of await (await caches.open(name)).keys()) {
                    said.push(request.url + (await (await caches.match(request)).text()));
                }
            }
            return said.join();
        }"""
    )
    assert held["token"] not in kept
    assert held["alias"] not in kept
    assert "/api/" not in [address for address in kept.split() if address.startswith("http")]
    put_sticker(page, "good", "nice", (0.4, 0.4))
    received(page, 1)
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector(".place-name-school span")
    page.click("#tool-finish")
    page.click("#finish-now")
    expect(page.locator("#sheet-thanks")).to_be_visible()
    assert things(page) == []
    left = page.evaluate("async () => [await caches.keys(), {...sessionStorage}, {...localStorage}, name]")
    assert [n for n in left[0] if "visited" in n] == []
    assert left[1:] == [{}, {}, ""]
    other.wait_for_url(f"{served.url}/")


@pytest.mark.rule(28)
def test_28_finished_while_something_is_refused_points_to_it(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    problem = {"code": "text_too_long", "title": "Teksten er for lang.", "detail": "Skriv kortere."}
    page.route(API, lambda route: route.fulfill(status=422, json=problem))
    put_sticker(page, "good", "nice", (0.4, 0.4))
    page.click("#tool-finish")
    expect(page.locator("#finish-wait")).to_contain_text("ble ikke tatt imot")
    expect(page.locator("#finish-now")).to_be_disabled()
    page.click("#finish-look")
    page.unroute(API)
    page.locator("#things").get_by_text("Slett").click()
    page.click("#tool-finish")
    expect(page.locator("#finish-now")).to_be_enabled()


@pytest.mark.rule(25)
def test_the_page_opens_without_network_and_goes_on_drawing(served: Served, visit: Visit, own_class: str) -> None:
    page = join(visit(served.url), served, own_class)
    offline_ready(page)
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector(".place-name-school span")
    put_sticker(page, "good", "nice", (0.4, 0.4))
    page.click("#sheet-item [data-close]")
    page.goto(served.url)
    expect(page.locator("#left-here")).to_contain_text("1 ting er ikke sendt ennå")
    page.click("#go-on a")
    page.wait_for_selector(".sticker-marker")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    received(page, 1)
    assert len(drawn(served, own_class)) == 1


def test_the_worker_keeps_no_answer_of_the_api_and_no_page_of_staff(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    offline_ready(page)
    put_sticker(page, "good", "nice", (0.4, 0.4))
    received(page, 1)
    page.goto(served.teacher)
    page.goto(f"{served.url}/plan/")
    kept = page.evaluate(
        """async () => (await Promise.all((await caches.keys()).map(async (name) =>
            (await (await caches.open(name)).keys()).map((r) => new URL(r.url).pathname)))).flat()"""
    )
    assert {path.split("/")[1] for path in kept} <= {"", "static", "kart", "basemap"}
    assert not [path for path in kept if "staff" in path or "plan" in path]


def test_an_old_page_after_an_upgrade_offers_the_new_one_and_loses_nothing(
    served: Served, visit: Visit, own_class: str
) -> None:
    """The worker of another build waits until somebody lets it in; its caches take the old ones' place."""
    network = Network(int(served.url.rpartition(":")[2]), seed=1)
    page = join(visit(network.url), served, own_class)
    offline_ready(page)
    put_sticker(page, "good", "nice", (0.6, 0.2))
    page.click("#sheet-item [data-close]")
    begin_line(page)
    Fingers(page).drag(*(on_map(page, *f) for f in WAY))
    build = re.search(r"/static/(\w+)/", page.content())
    assert build is not None
    network.edits["/service-worker.js"] = lambda text: text.replace(build[1].encode(), b"newer0000000")
    page.evaluate("navigator.serviceWorker.getRegistration().then((r) => r.update()).then(() => null)")
    offer = page.locator("#trouble-act")
    expect(offer).to_have_text("Hent den")
    with page.expect_navigation():
        offer.click()
    page.click("#save-route")
    received(page, 2)
    names = page.evaluate("caches.keys()")
    assert [name for name in names if "shell" in name] == ["snarvei-shell-newer0000000"]
    assert sorted(row.kind for row in drawn(served, own_class)) == ["place", "route"]
    network.close()


def test_what_todays_page_sends_is_still_taken_after_an_upgrade(served: Served, visit: Visit, own_class: str) -> None:
    """The fields of the first release, sent by a page that was opened before, and its way of keeping a line."""
    page = join(visit(served.url), served, own_class)
    x, y = page.evaluate("JSON.parse(document.getElementById('page-data').textContent).arena.location.coordinates")
    id = str(uuid4())
    answers = {"kind": "place", "group": "good", "category": "nice", "comment": "hei", "source": "map"}
    place = {"id": id, "properties": answers, "geometry": {"type": "Point", "coordinates": [x, y]}}
    sending = {"born": 1, "revision": 2, "sent": 1, "deleted": False, "state": "sending"}
    item = {**place, **sending, "receivedAt": None, "shortId": None, "problem": None}
    on_device(page, "items", "(items, item) => items.put(item, item.id)", item, mode="readwrite")
    strokes = [[[x, y], [x + 0.002, y + 0.001]]]
    draft = {"mode": "tap", "answers": {"category": "leisure", "mode": "walk"}, "strokes": strokes}
    on_device(page, "session", "(session, draft) => session.put(draft, 'draft')", draft, mode="readwrite")
    page.reload()
    expect(page.locator("#save-route")).to_be_enabled()
    page.click("#save-route")
    received(page, 2)
    assert sorted(row.comment or "" for row in drawn(served, own_class)) == ["", "hei"]


def test_a_copy_from_the_device_is_imported_masked_and_makes_no_double(
    served: Served, visit: Visit, own_class: str, tmp_path: Path
) -> None:
    page = join(visit(served.url, size=TABLET), served, own_class)
    put_sticker(page, "good", "nice", (0.3, 0.3))
    received(page, 1)
    page.click("#sheet-item [data-close]")
    page.route(API, lambda route: route.abort())
    draw(page, *WAY)
    page.click("#tell-more summary")
    page.fill("#comment", "fra filen")
    page.click("#sheet-item [data-close]")
    page.click("#tool-list")
    with page.expect_download() as loading:
        page.click("#save-copy")
    file = tmp_path / loading.value.suggested_filename
    loading.value.save_as(file)
    held = json.loads(file.read_text())
    assert [f["properties"]["kind"] for f in held["features"]] == ["place", "route"]
    assert session(page)["token"] not in file.read_text()
    mapping = Path(__file__).resolve().parents[2] / "docs" / "device-copy.toml"
    command = [
        str(Path(sys.executable).with_name("snarvei")),
        "import",
        "proveoya",
        str(file),
        "--mapping",
        str(mapping),
    ]
    environ = {**os.environ, "DATABASE_URL": served.database, "SNARVEI_DATA_DIR": str(tmp_path)}
    for said in ("1 stored, 1 there already", "0 stored, 2 there already"):
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        assert said in done.stdout, done.stdout + done.stderr
    rows = {row.kind: row for row in drawn(served, own_class)}
    assert set(rows) == {"place", "route"}
    whole = next(f["geometry"] for f in held["features"] if f["properties"]["kind"] == "route")
    assert rows["route"].comment == "fra filen"
    kept = rows["route"].geometry
    assert kept is None or next(iter(kept.coords)) != tuple(whole["coordinates"][0])


def test_next_child_after_a_crash_finds_nothing_in_a_second_tab(served: Served, visit: Visit, own_class: str) -> None:
    """Somebody joins anew in another tab: the first child's page leaves the screen."""
    page = join(visit(served.url), served, own_class)
    put_sticker(page, "good", "nice", (0.4, 0.4))
    received(page, 1)
    other = page.context.new_page()
    other.goto(served.url)
    other.fill("#code", own_class)
    other.click("button[type=submit]")
    other.wait_for_url("**/kart/**")
    page.wait_for_url(f"{served.url}/")
    expect(other.locator(".sticker-marker")).to_have_count(0)
    store = served.store()
    with store.reading() as db:
        count = db.scalar(select(func.count(Participant.id)).join(Arena).where(Arena.join_code == own_class))
    store.dispose()
    assert count == 2
    set_state(served, own_class, "closed")


def test_a_device_that_is_emptied_behind_the_page_sends_what_the_page_still_shows(
    served: Served, visit: Visit, own_class: str
) -> None:
    """Somebody clears the browser's data, or the browser makes room, while a drawing waits."""
    page = join(visit(served.url), served, own_class)
    page.route(API, lambda route: route.abort())
    put_sticker(page, "good", "nice", (0.4, 0.4))
    page.click("#sheet-item [data-close]")
    on_device(page, "items", "(items) => items.clear()", mode="readwrite")
    page.unroute(API)
    received(page, 1)
    assert len(drawn(served, own_class)) == 1
