"""Life in the area, the solution hunt and what is ours to do: from the planner's form to what everyone reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.services import demo
from tests.maps.conftest import DESK, PHONE, TABLET, Served, shot
from tests.maps.test_axe import serious

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
SIZES = {390: PHONE, 768: TABLET, 1440: DESK}


def planner(served: Served, visit: Visit, path: str) -> Page:
    page = visit(f"{served.url}/plan/logg-inn?til=/plan/{demo.SLUG}/{path}", size=DESK, touch=False)
    page.fill("#username", "planlegger")
    page.fill("#password", served.password)
    page.click("main button.primary")
    page.wait_for_url(f"**/{path}")
    return page


def fits(page: Page) -> bool:
    """Nothing makes the page itself scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def looked_at(visit: Visit, url: str, name: str, heading: str) -> None:
    """What everyone sees, at three sizes."""
    for width, size in SIZES.items():
        page = visit(url, size=size)
        expect(page.locator("h1")).to_have_text(heading)
        assert fits(page), width
        assert serious(page) == []
        shot(page, f"{name}-{width}")


def test_a_figure_is_put_in_drawn_and_shown_to_everyone(served: Served, visit: Visit) -> None:
    page = planner(served, visit, "livet")
    assert serious(page) == []
    for name, value in (("name", "Trygg på vei hjem"), ("unit", "%"), ("source", "Ungdata (oppdiktet)")):
        page.fill(f"#new-{name}", value)
    page.fill("#new-story", "«Det er mørkt bak skolen.»")
    page.click("text=Legg til")
    for place, year, value, own in (
        ("Prøveøya", "2015", "61,5", True),
        ("Prøveøya", "2024", "74", True),
        ("Kommunen", "2024", "80", False),
    ):
        form = page.locator(".indicator form.row-form").first
        for name, typed in (("place", place), ("year", year), ("value", value)):
            form.locator(f"[name={name}]").fill(typed)
        form.locator("[name=own]").set_checked(own)
        form.locator("button").click()
    expect(page.locator(".indicator td.figure").first).to_contain_text("61,5")
    page.click("text=Vis for alle")
    assert serious(page) == []
    assert fits(page)
    shot(page, "plan-life")
    looked_at(visit, f"{served.url}/p/{demo.SLUG}/livet", "life", "Livet i området")


def test_a_hunt_is_planned_and_its_counter_read_by_everyone(served: Served, visit: Visit) -> None:
    page = planner(served, visit, "losningsjakten")
    page.fill("#title", "Løsningsjakten")
    page.fill("#starts_on", "2026-11-01")
    page.fill("#ends_on", "2026-12-01")
    page.fill("#target_groups", "Ungdom\nEldre som bor alene")
    page.click("main form button.primary")
    page.wait_for_selector("[name=arena]")
    for box in page.locator("[name=arena]").all()[:3]:
        box.check()
    page.click("text=Behold dette valget")
    page.fill("#what", "Pressemelding")
    page.fill("#channel", "Lokalavisen")
    page.fill("#due_on", "2020-01-01")
    page.click("#plan form.row-form button")
    expect(page.locator(".state-late")).to_contain_text("over fristen")
    page.click("text=Vis for alle")
    assert serious(page) == []
    assert fits(page)
    shot(page, "plan-hunt")
    looked_at(visit, f"{served.url}/p/{demo.SLUG}/losningsjakten", "hunt", "Løsningsjakten")


def test_help_is_offered_by_keyboard_and_answered(served: Served, visit: Visit) -> None:
    looked_at(visit, f"{served.url}/p/{demo.SLUG}/vart", "ours", "Vårt å gjøre")
    page = visit(f"{served.url}/p/{demo.SLUG}/vart", size=TABLET, touch=False)
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Prøveøya vel")
    page.keyboard.press("Enter")
    expect(page.locator(".answer [role=status]")).to_have_text("Takk. Kommunen svarer.")
    desk = planner(served, visit, "lokalsamfunnsutvalg")
    desk.click("text=Ta imot")
    assert serious(desk) == []
    assert fits(desk)
    page.reload()
    expect(page.locator("main")).to_contain_text("Prøveøya vel")
