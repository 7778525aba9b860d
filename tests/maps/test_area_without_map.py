"""Areas without a map: a resident says what an area lies round and how far it reaches."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import shapely
from playwright.sync_api import Page, expect

from gis.crs import WGS84, project
from tests.maps.conftest import DESK, PHONE, Served, received
from tests.maps.test_axe import serious
from tests.maps.test_participate import things
from tests.maps.test_residents import code as code
from tests.maps.test_residents import stored_areas, take_part
from tests.maps.test_without_map import Keys, choose, serve_names, to_list

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def resident(page: Page, served: Served, code: str) -> Page:
    return to_list(take_part(page), served, code)


def tell_area(page: Page, name: str, reach: int) -> None:
    page.click("[data-open-form=area]")
    choose(page, "#area-where", name)
    page.check(f"#area-form input[name=reach][value='{reach}']", force=True)
    page.check("#area-form input[name=group][value=good]", force=True)
    page.check("#area-form [data-stickers=good] input >> nth=0", force=True)
    page.click("#area-form [type=submit]")


def test_an_area_is_told_of_by_its_middle_and_its_reach(served: Served, visit: Visit, code: str) -> None:
    page = resident(visit(f"{served.url}/aapen/{code}", size=DESK), served, code)
    tell_area(page, "brygga", 200)
    expect(page.locator(".thing-row b")).to_contain_text("brygga", ignore_case=True)
    received(page, 1)
    (row,) = stored_areas(served, page)
    assert row.source == "list"
    (drawn,) = (shapely.from_geojson(str(item["geometry"]).replace("'", '"')) for item in things(page))
    assert project(drawn, WGS84, 25832).area == pytest.approx(math.pi * 200**2, rel=0.02)
    assert row.geometry.intersection(drawn).area >= 0.9 * drawn.area


def test_an_area_that_reaches_over_the_border_says_so_at_its_reach(served: Served, visit: Visit, code: str) -> None:
    page = take_part(visit(f"{served.url}/aapen/{code}", size=DESK))
    area = page.evaluate("() => JSON.parse(document.getElementById('page-data').textContent).area.coordinates[0]")
    edge = [round(value * 100_000) for value in max(area)]
    middle = [round(sum(corner[axis] for corner in area[:-1]) / (len(area) - 1) * 100_000) for axis in (0, 1)]
    inside = [round(a + (b - a) * 0.05) for a, b in zip(edge, middle, strict=True)]
    names = {"unit": 0.00001, "places": [["park", "Kanten", "", *inside]], "streets": [], "crossings": []}
    serve_names(page, names)
    to_list(page, served, code)
    tell_area(page, "kanten", 400)
    expect(page.locator("#area-problem")).to_contain_text("utenfor grensa")
    expect(page.locator("#area-form input[name=reach]:checked")).to_be_focused()
    assert page.input_value("#area-where") == "Kanten"
    assert things(page) == []


def test_a_half_told_area_is_there_again_and_a_kept_one_is_changed_where_it_is(
    served: Served, visit: Visit, code: str
) -> None:
    page = resident(visit(f"{served.url}/aapen/{code}", size=DESK), served, code)
    page.click("[data-open-form=area]")
    choose(page, "#area-where", "brygga")
    page.check("#area-form input[name=reach][value='50']", force=True)
    page.wait_for_timeout(500)
    page.reload()
    expect(page.locator("#area-form")).to_be_visible()
    assert page.input_value("#area-where") == "Brygga"
    assert page.is_checked("#area-form input[name=reach][value='50']")
    page.check("#area-form input[name=group][value=bad]", force=True)
    page.click("#area-form [type=submit]")
    expect(page.locator("#area-problem")).to_be_visible()
    page.check("#area-form [data-stickers=bad] input >> nth=0", force=True)
    page.click("#area-form [type=submit]")
    received(page, 1)
    (before,) = things(page)
    page.click("[data-hold^=edit]")
    expect(page.locator("#area-reach")).to_be_hidden()
    expect(page.locator("#area-now")).to_contain_text("Brygga")
    page.fill("#area-comment", "Ingen benker")
    page.click("#area-form [type=submit]")
    expect(page.locator(".thing-row")).to_contain_text("Ingen benker")
    (after,) = things(page)
    assert after["geometry"] == before["geometry"]
    assert "reach" not in after["properties"]


def test_an_area_is_told_of_with_the_keyboard_alone_and_without_a_finding(
    served: Served, visit: Visit, code: str
) -> None:
    page = resident(visit(f"{served.url}/aapen/{code}", size=PHONE), served, code)
    keys = Keys(page)
    keys.to("[data-open-form=area]")
    keys.press("Enter")
    keys.to("#area-where")
    keys.press(*"brygga", "ArrowDown", "Enter")
    keys.to("#area-form [name=reach]")
    keys.press("ArrowRight")
    keys.to("#area-form [name=group]")
    keys.press("Space")
    assert serious(page) == []
    keys.to("#area-form [data-stickers]:not([hidden]) [name=category]")
    keys.press("Space")
    keys.to("#area-form [type=submit]")
    keys.press("Enter")
    received(page, 1)
    assert things(page)[0]["properties"]["kind"] == "area"
