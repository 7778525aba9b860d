"""A planner holds a zoning plan against the map: by mouse, by keyboard, on every screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import shapely
from playwright.sync_api import Page, expect

from app.services import processes
from gis.crs import project
from tests import builders as a
from tests.maps.conftest import DESK, PHONE, TABLET, Served, shot, sign_in
from tests.maps.test_axe import serious

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
URL = "plan/proveoya/plankonflikt"


@pytest.fixture(scope="session")
def plan(embedded_service: Served) -> dict[str, Any]:
    """A zoning plan round the demo's school: a building site, and a path that crosses itself."""
    store = embedded_service.store()
    with store.reading() as db:
        process = processes.by_slug(db, "proveoya")
        school = project(process.area.centroid, 4326, process.export_epsg)
        epsg = process.export_epsg
    store.dispose()
    corners = [(-300, 60), (300, -60), (300, 60), (-300, -60)]
    bow = shapely.Polygon([(school.x + x, school.y + y + 260) for x, y in corners])
    shapes = {
        "Boligfelt BK1": shapely.box(school.x - 220, school.y - 160, school.x + 180, school.y + 90),
        "Turveg": bow,
    }
    features = [
        {"type": "Feature", "geometry": a.wire(project(shape, epsg, 4326)), "properties": {"navn": name}}
        for name, shape in shapes.items()
    ]
    body = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return {"name": "Detaljplan skolen.geojson", "mimeType": "application/geo+json", "buffer": body}


def ask(page: Page, served: Served, plan: dict[str, Any]) -> Page:
    page.goto(f"{served.url}/{URL}")
    page.set_input_files("#plan", plan)
    page.click("main form button.primary")
    page.wait_for_selector("path.leaflet-interactive")
    return page


def test_a_plan_is_held_against_the_map(served: Served, visit: Visit, plan: dict[str, Any]) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    page.click("nav.side a[href$=sporsmal]")
    page.click("main a[href$=plankonflikt]")
    page.set_input_files("#plan", plan)
    page.click("main form button.primary")
    page.wait_for_selector("path.leaflet-interactive")
    page.wait_for_selector(".heat img")
    expect(page.locator(".desk-main")).to_contain_text("Detaljplan skolen.geojson")
    expect(page.locator(".desk-main")).to_contain_text("1 omriss krysset seg selv og ble reparert.")
    assert "Veier gjennom den:" in page.input_value(".sentences")
    rows = page.locator("tr[data-input]")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Boligfelt BK1")
    shot(page, "plan-conflict")
    rows.first.hover()
    expect(page.locator("tr.lit")).to_have_count(1)


def test_a_chosen_plan_is_sent_and_read_with_the_keyboard(served: Served, visit: Visit, plan: dict[str, Any]) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    page.goto(f"{served.url}/{URL}")
    page.locator("#plan").focus()
    page.set_input_files("#plan", plan)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sentences")
    page.locator(".sentences").focus()
    page.keyboard.press("Control+a")
    assert "hektar" in page.evaluate("() => getSelection().toString() || document.activeElement.value")


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK, (720, 450)], ids=str)
def test_the_answer_fits_every_screen_and_has_no_serious_finding(
    served: Served, visit: Visit, plan: dict[str, Any], size: tuple[int, int]
) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=size, touch=False), served)
    page.goto(f"{served.url}/{URL}")
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    assert serious(page) == []
    ask(page, served, plan)
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    assert serious(page) == []


def test_the_map_opens_on_the_plan_on_a_phone_too(served: Served, visit: Visit, plan: dict[str, Any]) -> None:
    page = ask(sign_in(visit(f"{served.url}/plan/", size=PHONE, touch=False), served), served, plan)
    page.wait_for_function(
        """() => {
            const width = (name) => document.querySelector(name).getBoundingClientRect().width;
            return width("path.leaflet-interactive") > 0.4 * width(".bench-map");
        }"""
    )


def test_a_refused_file_is_explained_and_another_can_be_chosen(
    served: Served, visit: Visit, plan: dict[str, Any]
) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    page.goto(f"{served.url}/{URL}")
    page.set_input_files("#plan", {"name": "brev.gml", "mimeType": "text/plain", "buffer": b"Hei"})
    page.click("main form button.primary")
    expect(page.get_by_role("alert")).to_contain_text("brev.gml")
    page.set_input_files("#plan", plan)
    page.click("main form button.primary")
    page.wait_for_selector(".sentences")
