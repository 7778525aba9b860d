"""A planner reads where children go: map and list in step, by mouse and keyboard, on every screen; and Giske."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from app.services import imports, processes
from tests import builders as a
from tests.maps.conftest import DESK, PHONE, TABLET, Served, serve, shot, sign_in
from tests.maps.test_axe import serious
from tests.services.test_imports import giske_process

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
URL = "plan/proveoya/ferdsel"


def opened(served: Served, visit: Visit, size: tuple[int, int] = DESK, query: str = "") -> Page:
    page = sign_in(visit(f"{served.url}/plan/", size=size, touch=False), served)
    page.goto(f"{served.url}/{URL}{query}")
    page.wait_for_selector(".flow-label span")
    return page


def test_a_corridor_chosen_in_the_list_is_lit_and_in_the_address(served: Served, visit: Visit) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    page.click("nav.side a[href$=ferdsel]")
    page.wait_for_selector(".flow-label span")
    rows = page.locator("[data-corridor]")
    assert rows.count() > 5
    second = rows.nth(1)
    second.click()
    expect(second).to_have_attribute("aria-pressed", "true")
    assert page.url.endswith(f"?corridor={second.get_attribute('data-corridor')}")
    expect(page.locator("path.corridor-edge.lit")).to_have_count(1)
    page.reload()
    expect(page.locator("[data-corridor]").nth(1)).to_have_attribute("aria-pressed", "true")
    page.locator("[data-corridor]").nth(1).click()
    expect(page.locator("[aria-pressed=true]")).to_have_count(0)
    assert page.url.endswith("/ferdsel")


def test_a_line_on_the_map_lights_its_row_and_chooses_it(served: Served, visit: Visit) -> None:
    page = opened(served, visit)
    lines = page.locator("path.corridor-edge")
    lines.first.dispatch_event("mouseover")
    expect(page.locator(".flow-row.lit")).to_have_count(1)
    lines.first.dispatch_event("mouseout")
    expect(page.locator(".flow-row.lit")).to_have_count(0)
    lines.first.dispatch_event("click")
    expect(page.locator("[aria-pressed=true]")).to_have_count(1)


def test_corridors_are_walked_through_chosen_and_left_by_keyboard(served: Served, visit: Visit) -> None:
    page = opened(served, visit)
    rows = page.locator("[data-corridor]")
    rows.first.focus()
    expect(page.locator(".flow-row.lit")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows.nth(1)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.locator("[aria-pressed=true]")).to_have_count(0)
    expect(rows.nth(1)).to_be_focused()


def test_a_filter_is_followed_at_once_and_can_be_taken_back(served: Served, visit: Visit) -> None:
    page = opened(served, visit)
    everything = page.locator("[data-corridor]").count()
    page.select_option("#f-mode", "walk")
    page.wait_for_url("**/ferdsel?mode=walk")
    page.wait_for_selector(".flow-label span")
    expect(page.locator("#f-mode")).to_have_value("walk")
    assert 0 < page.locator("[data-corridor]").count() < everything
    page.check("#heat")
    page.wait_for_selector(".heat img")
    assert page.locator(".heat img").first.get_attribute("src").endswith(".png?mode=walk")
    expect(page.locator("#heat-key")).to_be_visible()
    page.click("a.quiet")
    page.wait_for_url("**/ferdsel")
    expect(page.locator("[data-corridor]")).to_have_count(everything)
    page.select_option("#f-mode", "train")
    expect(page.locator(".empty")).to_be_visible()


def test_numbers_on_the_map_do_not_lie_over_each_other(served: Served, visit: Visit) -> None:
    page = opened(served, visit)
    boxes = [label.bounding_box() for label in page.locator(".flow-label span").all()]
    assert len(boxes) > 3
    for n, one in enumerate(boxes):
        for other in boxes[n + 1 :]:
            assert one is not None
            assert other is not None
            apart = abs(one["x"] - other["x"]) >= 40 or abs(one["y"] - other["y"]) >= 22
            assert apart


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, TABLET, DESK, (720, 450)], ids=str)
def test_the_page_fits_every_screen_and_has_no_serious_finding(
    served: Served, visit: Visit, size: tuple[int, int], scheme: str
) -> None:
    page = opened(served, visit, size)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    assert serious(page) == []
    page.locator("[data-corridor]").last.click()
    expect(page.locator("[aria-pressed=true]")).to_have_count(1)
    assert serious(page) == []
    expect(page.locator(".bench-map")).to_be_in_viewport()


@pytest.fixture(scope="module")
def giske_service(tmp_path_factory: pytest.TempPathFactory, giske: Path) -> Iterator[Served]:
    """A service beside the demo's, with Giske's walks of 2023 and a planner of Giske's."""
    folder = tmp_path_factory.mktemp("giske")
    for service in serve(folder, f"sqlite:///{folder / 'snarvei.sqlite'}"):
        store = service.store()
        giske_process(store, giske)
        known = imports.mappings(Path(__file__).parents[1] / "giske.toml")
        with store.writing() as db:
            process = processes.by_slug(db, "giske")
            routes = giske / "giske" / "barnehagetrakk2023_routes.geojson"
            imports.run(db, process, routes, known, now=a.NOW, rng=np.random.default_rng(1))
            a.officer(db, municipality="1532", username="giske")
        store.dispose()
        yield service


def test_giskes_walks_are_corridors_on_the_map(giske_service: Served, visit: Visit) -> None:
    page = visit(f"{giske_service.url}/plan/", size=DESK, touch=False)
    page.fill("#username", "giske")
    page.fill("#password", a.PASSWORD)
    page.click("main button.primary")
    page.goto(f"{giske_service.url}/plan/giske/ferdsel")
    page.wait_for_selector(".flow-label span")
    counts = [int(text.split()[0]) for text in page.locator(".flow-row .count").all_inner_texts()]
    assert len(counts) > 60
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] >= 5
    page.locator("[data-corridor]").first.click()
    expect(page.locator("path.corridor-edge.lit")).to_have_count(1)
    shot(page, "flow-giske")
