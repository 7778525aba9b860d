"""Streets, crossings and short cuts before a planner: list and map in step, by mouse, by keyboard, on every screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.maps.conftest import DESK, PHONE, TABLET, Served, shot, sign_in
from tests.maps.test_axe import serious

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def opened(visit: Visit, served: Served, size: tuple[int, int] = DESK, **device: str) -> Page:
    page = sign_in(visit(f"{served.url}/plan/", size=size, touch=False, **device), served)
    page.click("nav.side a[href$=sporsmal]")
    page.click(".question[href$=gater]")
    page.wait_for_selector(".leaflet-marker-icon.crossing-mark")
    return page


def test_list_and_map_light_each_other(served: Served, visit: Visit) -> None:
    page = opened(visit, served)
    page.wait_for_selector(".street-count span")
    shot(page, "plan-streets")
    row = page.locator("tr[data-input=k2]")
    row.hover()
    expect(row).to_have_class("lit")
    expect(page.locator(".leaflet-marker-icon.crossing-mark.lit")).to_have_text("2")
    mark = page.locator(".leaflet-marker-icon.crossing-mark").filter(has_text="4")
    mark.first.hover()
    expect(page.locator("tr.lit")).to_have_attribute("data-input", "k4")


def test_with_the_keyboard_one_goes_to_a_short_cut_on_the_map(served: Served, visit: Visit) -> None:
    page = opened(visit, served)
    before = page.locator(".leaflet-marker-icon.crossing-mark").first.bounding_box()
    page.locator("tr[data-input=s1] button").focus()
    expect(page.locator("tr.lit")).to_have_attribute("data-input", "s1")
    page.keyboard.press("Enter")
    page.wait_for_function(
        """(before) => {
            const mark = document.querySelector(".leaflet-marker-icon.crossing-mark");
            return Math.abs(mark.getBoundingClientRect().x - before.x) > 5;
        }""",
        arg=before,
    )


def test_figures_on_the_map_never_cover_each_other(served: Served, visit: Visit) -> None:
    page = opened(visit, served)
    page.wait_for_selector(".street-count span")
    boxes = page.evaluate(
        """() => [...document.querySelectorAll(".street-count span")].map((each) => {
            const { left, right, top, bottom } = each.getBoundingClientRect();
            return [left, right, top, bottom];
        })"""
    )
    assert len(boxes) > 5
    for n, a in enumerate(boxes):
        assert not any(a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3] for b in boxes[n + 1 :])


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK, (720, 450)], ids=str)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_every_screen_and_has_no_serious_finding(
    served: Served, visit: Visit, size: tuple[int, int], scheme: str
) -> None:
    page = opened(visit, served, size, color_scheme=scheme)
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    page.click(".legend summary")
    assert serious(page) == []
