"""A quick fix with its photos: laid there by staff, without a mouse too, and seen by everyone beside each other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.services import demo
from app.services.borgen import pictures
from tests.maps.conftest import DESK, PHONE, Served, shot
from tests.maps.test_axe import serious
from tests.maps.test_life_and_hunt import SIZES, fits, planner

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
BEFORE, AFTER = "Gangveien ligger i mørke", "En ny lykt lyser opp gangveien"


def lay(page: Page, kind: str, alt: str, body: bytes) -> None:
    form = page.locator(f"form[aria-labelledby={kind}]")
    form.locator("[type=file]").set_input_files({"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": body})
    form.locator("textarea").fill(alt)
    form.locator("button").click()
    expect(page.locator(f"#{kind} ~ img")).to_have_attribute("alt", alt)


def quick_fix(page: Page, served: Served, title: str, input_id: str) -> str:
    """The page of a measure that everyone may read, with the input it answers."""
    home = f"{served.url}/plan/{demo.SLUG}"
    page.goto(f"{home}/veikart/{input_id}")
    if page.locator("text=Frigi det").count():
        page.click("text=Frigi det")
    page.goto(f"{home}/tiltak/nytt?input={input_id}")
    page.fill("#title", title)
    page.fill("#owner", "Vei og park")
    page.select_option("#quick", "lamp")
    page.click("text=Lag tiltaket")
    page.wait_for_url("**/tiltak/DEMO-T*")
    page.click("text=Frigi det")
    return page.url.split("#")[0]


def test_a_lamp_before_and_after_is_seen_by_everyone(served: Served, visit: Visit) -> None:
    page = planner(served, visit, "tiltak")
    own = quick_fix(page, served, "Lykt ved gangveien", "DEMO-0001")
    lay(page, "before", BEFORE, pictures.of("lamp", "before"))
    lay(page, "after", AFTER, pictures.of("lamp", "after"))
    answer = f"{served.url}/p/{demo.SLUG}/svar"
    assert visit(answer).locator(".before-after").count() == 0
    for kind in ("before", "after"):
        page.click(f"#{kind} ~ form button:has-text('Frigi')")
        expect(page.locator(f"#{kind} ~ form .badge")).to_have_text("Frigitt")
    for width, size in SIZES.items():
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{own}#photos")
        assert fits(page), width
        assert serious(page) == []
        shot(page, f"measure-photos-{width}")
        for address, name in ((answer, "answer-photos"), (f"{served.url}/dette-skjedde/{served.code}", "class-photos")):
            seen = visit(address, size=size)
            both = seen.locator(".before-after", has=seen.get_by_alt_text(BEFORE))
            both.scroll_into_view_if_needed()
            expect(both.locator("figcaption")).to_have_text(["Før", "Etter"])
            expect(both.get_by_alt_text(AFTER)).to_have_js_property("complete", True)
            assert side_by_side(both.locator("img")) == (width != PHONE[0])
            assert fits(seen), width
            assert serious(seen) == []
            seen.mouse.wheel(0, 260)
            shot(seen, f"{name}-{width}")


def side_by_side(pictures: object) -> bool:
    """Whether the two stand on one line; below each other otherwise."""
    first, second = (each.bounding_box() for each in pictures.all())  # type: ignore[attr-defined]
    assert min(first["width"], second["width"]) > 150
    assert first["y"] == second["y"] or second["y"] >= first["y"] + first["height"]
    return bool(first["y"] == second["y"])


def test_photos_are_laid_replaced_and_put_back_without_a_mouse(served: Served, visit: Visit) -> None:
    page = planner(served, visit, "tiltak")
    quick_fix(page, served, "Bedre lys", "DEMO-0002")
    lay(page, "before", "Den første", pictures.of("lamp", "before"))
    lay(page, "before", "Den andre", pictures.of("lamp", "after"))
    page.focus("details summary:has-text('Bilder som er tatt bort')")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_contain_text("Legg tilbake")
    page.keyboard.press("Enter")
    expect(page.locator("#before ~ img")).to_have_attribute("alt", "Den første")
    page.focus("#alt-before")
    page.keyboard.press("Control+A")
    page.keyboard.type("Mørkt")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#before ~ img")).to_have_attribute("alt", "Mørkt")


def test_what_is_no_photo_is_refused_beside_its_form(served: Served, visit: Visit) -> None:
    page = planner(served, visit, "tiltak")
    quick_fix(page, served, "Mer lys", "DEMO-0002")
    form = page.locator("form[aria-labelledby=after]")
    form.locator("[type=file]").set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"GIF89a"})
    form.locator("textarea").fill(AFTER)
    form.locator("button").click()
    expect(page.locator("#after ~ [role=alert]")).to_contain_text("photo_type")
    expect(page.locator("#alt-after")).to_have_value(AFTER)
    assert serious(page) == []
    assert page.viewport_size == {"width": DESK[0], "height": DESK[1]}
