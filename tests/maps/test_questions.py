"""A planner asks questions of the map: by mouse, by keyboard, on every screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.maps.conftest import DESK, PHONE, TABLET, Served, shot, sign_in
from tests.maps.test_axe import serious

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
URL = "plan/proveoya"
PAGES = {
    "the cards": "sporsmal",
    "what happens, not asked yet": "her",
    "what happens": "her?place=Prøveøya skole&radius=150",
    "what happens, few": "her?place=Prøveøya skole&radius=50&mode=boat",
    "what happens, refused": "her?place=Atlantis",
    "compare, not asked yet": "sammenlign",
    "compare": "sammenlign?a_group=good&b_group=bad",
    "who is missing": "hvem-mangler",
    "travel": "reisemate",
    "travel, few": "reisemate?grade=4&category=shortcut",
    "compare, nothing certain": "sammenlign?a_grade=4&b_grade=7",
}


def desk(served: Served, visit: Visit, path: str, size: tuple[int, int] = DESK, **device: object) -> Page:
    page = sign_in(visit(f"{served.url}/plan/", size=size, touch=False, **device), served)
    page.goto(f"{served.url}/{URL}/{path}")
    return page


def on_map(page: Page, x: float, y: float) -> tuple[float, float]:
    """A point of the screen, as fractions of the map."""
    box = page.locator(".bench-map").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("size", "language", "scheme"), [(DESK, "nb-NO", "dark"), (PHONE, "nn-NO", "light"), (TABLET, "en-GB", "light")]
)
def test_every_page_fits_the_screen_and_has_no_serious_finding(
    served: Served, visit: Visit, name: str, size: tuple[int, int], language: str, scheme: str
) -> None:
    page = desk(served, visit, PAGES[name], size, language=language, color_scheme=scheme)
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    assert serious(page) == []
    expect(page.locator("nav.side a[aria-current]")).to_have_attribute("href", f"/{URL}/sporsmal")


def test_the_cards_lead_to_their_pages(served: Served, visit: Visit) -> None:
    page = desk(served, visit, "sporsmal")
    for n in range(page.locator(".question").count()):
        card = page.locator(".question").nth(n)
        title = card.locator("b").inner_text()
        card.click()
        expect(page.locator("h1")).to_have_text(title)
        page.click(".crumb a")


def test_a_click_on_the_map_asks_what_happens_there(served: Served, visit: Visit) -> None:
    page = desk(served, visit, "her")
    page.select_option("#radius", "250")
    page.mouse.click(*on_map(page, 0.5, 0.5))
    page.wait_for_url("**radius=250&at=*")
    page.wait_for_selector("path.leaflet-interactive")
    expect(page.locator("#answer-title")).to_have_text("Innenfor 250 meter fra punktet du valgte")
    shot(page, "plan-here")


def test_an_outline_is_drawn_and_its_answer_can_be_opened_again(served: Served, visit: Visit) -> None:
    page = desk(served, visit, "her?place=Prøveøya skole&radius=150&grade=5")
    page.wait_for_selector(".heat img")
    page.click("#draw")
    expect(page.locator("#draw-done")).to_be_disabled()
    for corner in ((0.2, 0.2), (0.8, 0.2), (0.8, 0.75)):
        page.mouse.click(*on_map(page, *corner))
        page.wait_for_timeout(350)
    page.mouse.click(*on_map(page, 0.2, 0.7))
    page.wait_for_timeout(350)
    page.click("#draw-undo")
    page.mouse.click(*on_map(page, 0.25, 0.75))
    page.click("#draw-done")
    page.wait_for_url("**wkt=POLYGON*")
    expect(page.locator("#answer-title")).to_have_text("Omrisset du tegnet")
    assert "grade=5" in page.url
    assert "place=" not in page.url
    assert page.locator("path.leaflet-interactive").get_attribute("d").count("L") == 3  # type: ignore[union-attr]
    figures = page.inner_text(".figures")
    again = page.context.new_page()
    again.goto(page.url)
    expect(again.locator(".figures")).to_have_text(figures)


def test_an_outline_that_crosses_itself_cannot_be_asked(served: Served, visit: Visit) -> None:
    page = desk(served, visit, "her")
    page.click("#draw")
    for corner in ((0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8)):
        page.mouse.click(*on_map(page, *corner))
        page.wait_for_timeout(350)
    expect(page.locator("#draw-done")).to_be_disabled()
    expect(page.locator("#hint")).to_contain_text("krysse seg selv")
    page.click("#draw-cancel")
    expect(page.locator("#draw")).to_be_focused()


def test_a_place_is_named_and_an_outline_set_with_keys_alone(served: Served, visit: Visit) -> None:
    page = desk(served, visit, "her")
    page.locator("#place").focus()
    page.keyboard.type("Storgata")
    page.keyboard.press("Enter")
    page.wait_for_url("**place=Storgata*")
    expect(page.locator("#answer-title")).to_have_text("Storgata")
    page.locator("#draw").focus()
    page.keyboard.press("Enter")
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.locator("#draw-cross").focus()
        page.keyboard.press("Enter")
        page.locator(".map").focus()
        page.keyboard.press(key)
        page.wait_for_timeout(500)
    page.locator("#draw-done").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**wkt=POLYGON*")
    expect(page.locator("#answer-title")).to_have_text("Omrisset du tegnet")


def test_a_certain_difference_is_found_on_the_map_from_the_table(served: Served, visit: Visit) -> None:
    page = desk(served, visit, "sammenlign")
    page.click("main li a >> nth=-1")
    page.wait_for_selector("path[fill='url(#difference-second)']")
    shot(page, "plan-compare")
    row = page.locator("[data-cell]").first
    row.locator("button").focus()
    expect(page.locator("tr.lit")).to_have_count(1)
    expect(page.locator("path[stroke-width='6']")).to_have_count(1)
    before = page.locator("path[stroke-width='6']").get_attribute("d")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "before => document.querySelector(\"path[stroke-width='6']\").getAttribute('d') !== before", arg=before
    )
    said = page.locator(".legend .classes").inner_text()
    assert all(words in said for words in ("mer i A", "mer i B", "ingen sikker forskjell", "for få"))


def test_how_many_were_invited_is_written_with_keys(served: Served, visit: Visit) -> None:
    page = desk(served, visit, "hvem-mangler")
    shot(page, "plan-missing")
    first = page.locator("input.short").first
    before = first.input_value()
    first.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("40")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    expect(first).to_have_value("40")
    first.fill(before)
    page.click("main .panel button.primary")
    expect(first).to_have_value(before)


def test_travel_is_drawn_and_told(served: Served, visit: Visit) -> None:
    page = desk(served, visit, "reisemate")
    shot(page, "plan-travel")
    expect(page.locator("main li").first).to_contain_text("i dag")
    page.select_option("#f-category", "leisure")
    page.click("main form button.primary")
    page.wait_for_url("**category=leisure*")
    expect(page.locator("#f-category")).to_have_value("leisure")


@pytest.mark.parametrize(
    "path", ["her?place=Storgata", "sammenlign?a_group=good&b_group=bad", "hvem-mangler", "reisemate"]
)
def test_on_paper_stands_the_answer_without_the_forms(served: Served, visit: Visit, path: str) -> None:
    page = desk(served, visit, path)
    page.emulate_media(media="print")
    expect(page.locator("main table").first).to_be_visible()
    for named in page.locator("tbody th").all():
        assert named.inner_text().strip()
    for form in page.locator("main form").all():
        expect(form).to_be_hidden()
