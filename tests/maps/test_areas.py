"""A planner computes the areas anew and follows an id that is set aside to what is there now."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.maps.conftest import DESK, PHONE, Served, sign_in
from tests.maps.test_axe import serious

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

REMEMBER = """() => document.querySelector("#compute").addEventListener("submit", ({ currentTarget }) => {
    sessionStorage.status = currentTarget.querySelector("[role=status]").textContent;
    sessionStorage.disabled = currentTarget.querySelector("button").disabled;
})"""


def test_areas_are_computed_anew_and_an_id_that_is_set_aside_leads_on(served: Served, visit: Visit) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    first = page.locator(".area-row").first.get_attribute("data-area")
    page.click(".ways summary")
    page.select_option("#by", "category")
    page.evaluate(REMEMBER)
    page.click("#compute .button")
    expect(page.locator("#computed")).to_contain_text("lagt til side")
    said = "Beregner områdene. Det kan ta noen sekunder …"
    assert page.evaluate("() => [sessionStorage.status, sessionStorage.disabled]") == [said, "true"]
    expect(page.locator("#compute .button")).to_be_enabled()
    page.goto(f"{served.url}/plan/proveoya/omrader/{first}")
    card = page.locator("#card")
    expect(card).to_contain_text("på den andre måten")
    expect(page.locator('path[stroke-dasharray="2 8"]')).to_be_visible()
    assert serious(page) == []
    another = card.locator(".problem [data-show-area]").first
    named = another.inner_text()
    another.focus()
    page.keyboard.press("Enter")
    expect(card.locator("code").first).to_have_text(named)
    expect(card.locator("h2")).to_be_focused()
    expect(page.locator('path[stroke-dasharray="2 8"]')).to_have_count(0)
    assert f"area={named}" in page.url
    page.click("[data-close-card]")
    page.select_option("#by", "group")
    page.click("#compute .button")
    expect(page.locator("#computed")).to_contain_text("tilbake")
    expect(page.locator(f'.area-row[data-area="{first}"]')).to_be_visible()


def test_the_way_areas_are_found_fits_a_phone(served: Served, visit: Visit) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=PHONE, touch=False), served)
    page.click(".ways summary")
    expect(page.locator("#method")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    assert serious(page) == []
