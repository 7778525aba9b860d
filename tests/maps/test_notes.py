"""Notes on a phone: offline, then online, one of each; by keyboard alone; and what host and planner do with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from app.model import Arena
from app.services import arenas, heads, notes, occasions, processes
from tests import builders as a
from tests.maps.conftest import DESK, PATIENCE_MS, PHONE, Served, shot, sign_in
from tests.maps.test_axe import serious
from tests.maps.test_without_map import Keys
from tests.web.test_notes import decoded

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def occasion(served: Served, method: str) -> Arena:
    """A new arena of the demo, open for notes."""
    store = served.store()
    with store.writing() as db:
        process = processes.by_slug(db, "proveoya")
        made = occasions.open_by_staff(db, process, title="Nærmiljøkonferansen", method=method, now=a.NOW)
    store.dispose()
    return made


def stored(served: Served, where: Arena) -> list[str | None]:
    store = served.store()
    with store.reading() as db:
        found = [note.text for note in notes.of_arena(db, where)]
    store.dispose()
    return found


def opened(visit: Visit, served: Served, where: Arena, **device: object) -> Page:
    page = visit(f"{served.url}/notater/{where.join_code}", **device)
    page.wait_for_selector("body[data-ready]")
    return page


def write(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.click("#note button.primary")


def test_a_note_written_without_network_arrives_once(either: Served, visit: Visit) -> None:
    where = occasion(either, "conference")
    page = opened(visit, either, where)
    page.fill("#part", "7")
    page.context.set_offline(True)
    write(page, "Marka rett utenfor døra")
    expect(page.locator("#mine li")).to_have_count(1)
    expect(page.locator(".note-state")).not_to_contain_text("✓")
    assert stored(either, where) == []
    page.context.set_offline(False)
    expect(page.locator(".note-state")).to_contain_text("✓")
    page.reload()
    expect(page.locator("#mine li")).to_have_count(1)
    assert stored(either, where) == ["Marka rett utenfor døra"]


def test_a_note_whose_receipt_was_lost_is_sent_again_and_stays_one(served: Served, visit: Visit) -> None:
    where = occasion(served, "conference")
    page = opened(visit, served, where)
    lost: list[str] = []

    def cut(route: object) -> None:
        if route.request.method == "PUT" and not lost:  # type: ignore[attr-defined]
            lost.append(route.fetch().text())  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route("**/notater/*/*", cut)
    write(page, "Lys på stien")
    expect(page.locator(".note-state")).to_contain_text("✓")
    assert lost
    assert stored(served, where) == ["Lys på stien"]


def test_the_page_opens_without_network_and_keeps_what_is_written(served: Served, visit: Visit) -> None:
    where = occasion(served, "open_centre")
    page = opened(visit, served, where)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.wait_for_function(
        """async () => (await Promise.all((await caches.keys()).map(async (n) => (await (await caches.open(n)).keys())
            .some((r) => r.url.includes('/notater/'))))).includes(true)"""
    )
    page.reload()
    page.wait_for_selector("body[data-ready]")
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("body[data-ready]")
    for _ in range(3):
        page.click("#tap-more")
    page.click("#tap-less")
    write(page, "Kan vi få en benk?")
    expect(page.locator("#tap-count")).to_have_text("2")
    page.context.set_offline(False)
    expect(page.locator("#receipt")).to_have_text(re.compile("^1 "))
    store = served.store()
    for _ in range(PATIENCE_MS // 250):
        with store.reading() as db:
            counted = list(heads.by_day(db, where).values())
        if counted == [2]:
            break
        page.wait_for_timeout(250)
    store.dispose()
    assert counted == [2]
    assert stored(served, where) == ["Kan vi få en benk?"]


def test_a_note_is_changed_and_taken_back(served: Served, visit: Visit) -> None:
    where = occasion(served, "hosted_dinner")
    page = opened(visit, served, where)
    page.click("#note button.primary")
    expect(page.locator("#problem")).to_be_visible()
    assert serious(page) == []
    write(page, "Benk")
    expect(page.locator(".note-state")).to_contain_text("✓")
    page.click("#mine button >> nth=0")
    write(page, "En benk ved skolen")
    expect(page.locator("#mine li")).to_contain_text("En benk ved skolen")
    expect(page.locator(".note-state")).to_contain_text("✓")
    assert stored(served, where) == ["En benk ved skolen"]
    page.click("#mine button >> nth=1")
    expect(page.locator("#mine li")).to_have_count(0)
    expect(page.locator("#receipt")).to_have_text("")
    assert stored(served, where) == []


def test_half_a_note_is_there_again_after_a_reload(served: Served, visit: Visit) -> None:
    where = occasion(served, "conference")
    page = opened(visit, served, where)
    page.check("input[name=kind][value=challenge]")
    page.type("#text", "Bussen går for sje")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#text")).to_have_value("Bussen går for sje")
    expect(page.locator("input[name=kind]:checked")).to_have_value("challenge")
    page.type("#text", "lden")
    page.click("#note button.primary")
    expect(page.locator(".note-state")).to_contain_text("✓")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#text")).to_have_value("")
    assert stored(served, where) == ["Bussen går for sjelden"]


def test_a_note_is_written_by_keyboard_alone(served: Served, visit: Visit) -> None:
    where = occasion(served, "focus_group")
    page = opened(visit, served, where, size=DESK, touch=False)
    keys = Keys(page)
    keys.to("#part")
    keys.write("2")
    keys.radio("kind", "suggestion")
    keys.to("#text")
    keys.write("En hall til")
    keys.to("#note button.primary")
    keys.press("Enter")
    expect(page.locator(".note-state")).to_contain_text("✓")
    assert page.evaluate("document.activeElement.id") == "text"
    store = served.store()
    with store.reading() as db:
        (note,) = notes.of_arena(db, where)
        assert (note.part, note.kind, note.text) == (2, "suggestion", "En hall til")
    store.dispose()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nb-NO", "nn-NO", "en-GB"])
def test_the_page_has_no_serious_finding(served: Served, visit: Visit, language: str, scheme: str) -> None:
    for method in ("open_centre", "social_media"):
        page = opened(visit, served, occasion(served, method), language=language, color_scheme=scheme)
        page.click("#note summary")
        write(page, "Lys på stien")
        expect(page.locator(".note-state")).to_contain_text("✓")
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_planner_makes_an_input_of_two_notes(served: Served, visit: Visit) -> None:
    where = occasion(served, "conference")
    store = served.store()
    with store.writing() as db:
        for nth, text in enumerate(("Lys på stien til skolen", "Stien er mørk", "Marka"), 1):
            notes.put(
                db, where, UUID(int=where.id.int + nth), {"kind": "challenge", "text": text, "part": nth}, now=a.NOW
            )
    store.dispose()
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    page.click("nav.side a[href$=arenaer]")
    assert serious(page) == []
    page.goto(f"{served.url}/plan/proveoya/arenaer/{where.id}")
    page.fill("#head_count", "139")
    page.click("[aria-labelledby=people-title] form button.primary")
    expect(page.locator(".big-figure")).to_have_text("139")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert serious(page) == []
    page.emulate_media(color_scheme="light")
    shot(page, "arena")
    for nth in (0, 1):
        page.check(f"input[name=note] >> nth={nth}")
    page.fill("#input-title", "Lys på stien")
    page.select_option("#input-theme", index=1)
    page.select_option("#realiser", "municipality")
    page.click("#make-input button")
    page.wait_for_url("**/veikart/*")
    assert "139" in page.inner_text("main")


def test_a_host_of_a_dinner_fits_on_a_phone(served: Served, visit: Visit) -> None:
    store = served.store()
    with store.writing() as db:
        process = processes.by_slug(db, "proveoya")
        token = arenas.create_host_link(db, process, label="Hos Ali", method="hosted_dinner", now=a.NOW, valid=None)
    store.dispose()
    page = visit(f"{served.url}/vert/{token}/", size=PHONE)
    assert serious(page) == []
    page.click("main form button.primary")
    page.wait_for_selector(".big-code")
    page.fill("#ask-refund_kr", "1200")
    page.click("[aria-labelledby=people-title] form button.primary")
    expect(page.locator("[role=alert]")).to_contain_text("1")
    assert page.input_value("#ask-refund_kr") == "1200"
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click(".note-door a.button")
    page.wait_for_selector("body[data-ready]")


def test_a_tables_card_opens_its_table(served: Served, visit: Visit) -> None:
    """From the planner's form, by keyboard, over the square on paper to the phone that knows its table."""
    where = occasion(served, "conference")
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    page.goto(f"{served.url}/plan/proveoya/arenaer/{where.id}")
    page.locator("summary", has_text="På telefon, uten konto").focus()
    page.keyboard.press("Enter")
    page.focus("#tables")
    page.keyboard.press("Control+A")
    page.keyboard.type("12")
    assert serious(page) == []
    page.route("**/bordkort.pdf*", lambda route: route.abort())  # the browser's own viewer is not ours to look at
    with page.expect_request("**/bordkort.pdf*") as asked:
        page.keyboard.press("Enter")
    cards = page.request.get(asked.value.url)
    (address,) = [said for said in decoded(cards.body()) if said.endswith("part=7")]
    phone = visit(address)
    phone.wait_for_selector("body[data-ready]")
    expect(phone.locator("#part")).to_have_value("7")
