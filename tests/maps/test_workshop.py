"""A workshop from beginning to end: phones with and without network, the wall, the planner's table, by keyboard too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.model import Process, RoadmapInput
from app.services import demo
from tests.maps.conftest import DESK, PHONE, Served, shot
from tests.maps.test_axe import serious
from tests.services.test_workshop import written

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
TITLES = ("Lys på stien bak skolen", "Benker ved bussholdeplassen", "Egen dag for ungdom i hallen")


@pytest.fixture
def table(either: Served, visit: Visit) -> Page:
    """The planner's page of a workshop about three inputs."""
    store = either.store()
    with store.writing() as db:
        process = db.scalars(select(Process).where(Process.slug == demo.SLUG)).one()
        known = int(db.scalar(select(func.max(RoadmapInput.number))) or 0)
        for n, title in enumerate(TITLES, known + 1000):
            row = written(db, process, n)
            row.title, row.public_id = title, f"{process.prefix}-{n:04d}"
    store.dispose()
    page = visit(f"{either.url}/plan/logg-inn?til=/plan/{demo.SLUG}/verksted", size=DESK, touch=False)
    page.fill("#username", "planlegger")
    page.fill("#password", either.password)
    page.click("main button.primary")
    page.wait_for_url("**/verksted")
    page.fill("#title", "Veikartverksted på Borgen")
    page.fill("#dots", "4")
    page.evaluate("document.querySelectorAll('[name=input]').forEach((box) => { box.checked = false; })")
    for title in TITLES:
        page.locator(".choose-inputs label", has_text=title).last.locator("input").check()
    page.click("main form button.primary")
    page.wait_for_selector("#ranking")
    return page


def address(table: Page) -> str:
    return table.locator(".workshop-door a").get_attribute("href") or ""


def test_a_phone_without_network_keeps_its_dots_and_sends_them_once(table: Page, visit: Visit) -> None:
    page = visit(address(table), size=PHONE)
    page.click("#begin button")
    expect(page.locator("#left")).to_have_text("4 prikker igjen")
    page.context.set_offline(True)
    for title, times in ((TITLES[0], 3), (TITLES[2], 1)):
        for _ in range(times):
            page.locator(".dot-list li", has_text=title).locator(".dot-more").click()
    expect(page.locator("#left")).to_have_text("0 prikker igjen")
    expect(page.locator("#sent")).to_have_text("Tatt vare på i telefonen; sendes så snart det er nett.")
    expect(page.locator(".dot-list li", has_text=TITLES[1]).locator(".dot-more")).to_be_disabled()
    assert serious(page) == []
    page.context.set_offline(False)
    expect(page.locator("#sent")).to_have_text("Mottatt. Du kan fremdeles flytte prikkene.")
    shot(page, "workshop-phone")
    page.reload()
    expect(page.locator(".dot-list li", has_text=TITLES[0]).locator(".dot-count")).to_have_text("3")
    table.reload()
    expect(table.locator("#ranking tbody tr").first).to_contain_text(TITLES[0])
    told = page.request.get(address(table) + "/tall").json()
    assert (told["ballots"], told["people"], told["dots"]) == (1, 1, 4)


def test_the_wall_rises_and_a_table_votes_by_keyboard(table: Page, visit: Visit) -> None:
    wall = visit(address(table) + "/vegg", size=DESK, touch=False)
    expect(wall.locator("#none")).to_be_visible()
    assert serious(wall) == []
    page = visit(address(table), size=(768, 1024), touch=False)
    page.focus("#people")
    page.keyboard.type("6")
    page.keyboard.press("Backspace")
    page.fill("#people", "6")
    page.keyboard.press("Enter")
    expect(page.locator("#left")).to_have_text("24 prikker igjen")
    page.locator(".dot-list li", has_text=TITLES[1]).locator(".dot-more").focus()
    for _ in range(5):
        page.keyboard.press("Enter")
    expect(page.locator("#sent")).to_have_text("Mottatt. Du kan fremdeles flytte prikkene.")
    expect(wall.locator("#list li").first).to_contain_text("5 prikker")
    expect(wall.locator("#counts")).to_contain_text("6 personer")
    assert serious(wall) == []
    shot(wall, "workshop-wall")


def test_the_planner_closes_shelves_and_prints(table: Page, visit: Visit) -> None:
    page = visit(address(table), size=PHONE)
    page.click("#begin button")
    page.locator(".dot-list li", has_text=TITLES[0]).locator("summary").click()
    offer = page.locator(".dot-list li", has_text=TITLES[0]).locator(".dot-offer")
    offer.locator("[name=name]").fill("Borgen vel")
    offer.locator("button").click()
    expect(offer.locator("[role=status]")).to_have_text("Takk. Kommunen svarer.")
    table.reload()
    table.locator(".offers button", has_text="Ta imot").click()
    expect(table.locator(".offers")).to_contain_text("tatt imot")
    table.select_option("#shelve-input", label=table.locator("#shelve-input option", has_text=TITLES[2]).text_content())
    table.fill("#case", "Idrettsplanen")
    table.click("#shelve button")
    expect(table.locator(".shelf")).to_contain_text("Idrettsplanen")
    assert serious(table) == []
    shot(table, "workshop-table")
    table.click(".workshop-door button.danger")
    page.locator(".dot-list li", has_text=TITLES[0]).locator(".dot-more").click()
    expect(page.locator("#trouble")).to_be_visible()
    expect(page.locator(".dot-list li", has_text=TITLES[0]).locator(".dot-count")).to_have_text("1")
    table.goto(table.url + "/referat")
    expect(table.locator("h1")).to_have_text("Veikartverksted på Borgen")
    assert serious(table) == []
