"""One voice followed by clicks from a child's sticker to the reason on the class's page; and the pages around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import shapely
from playwright.sync_api import Page, expect

from tests.maps.conftest import (
    DESK,
    PHONE,
    TABLET,
    Served,
    code_on,
    join,
    on_device,
    open_class,
    put_sticker,
    received,
    shot,
    sign_in,
)
from tests.maps.test_axe import serious

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
REASON = "Kommunestyret valgte gangfelt i stedet, undergangen ble for dyr."


def same_again(page: Page, served: Served, code: str, people: int) -> Any:
    """So many others of the class say what this device's child said; where that is."""
    token = on_device(page, "session", "(store) => store.get('current')")["token"]
    mine = page.request.get(f"{served.url}/api/v1/contributions", headers={"Authorization": f"Bearer {token}"}).json()[
        "features"
    ][0]
    asked = ("kind", "group", "category")
    feature = {**mine, "properties": {name: mine["properties"][name] for name in asked}}
    for _ in range(people):
        other = page.request.post(f"{served.url}/api/v1/join", data={"code": code}).json()["token"]
        sent = page.request.put(
            f"{served.url}/api/v1/contributions/{uuid4()}",
            headers={"Authorization": f"Bearer {other}"},
            data={"type": "Feature", "geometry": feature["geometry"], "properties": feature["properties"]},
        )
        assert sent.status == 201, sent.text()
    return shapely.from_geojson(page.evaluate("(it) => JSON.stringify(it)", mine["geometry"]))


def area_at(page: Page, served: Served, place: Any, group: str) -> str:
    """The id of the area that holds a place."""
    listed = page.request.get(f"{served.url}/plan/proveoya/omrader").json()["areas"]
    found = [
        each["id"]
        for each in listed
        if each["group"] == group
        and shapely.intersects(
            shapely.from_geojson(page.evaluate("(it) => JSON.stringify(it)", each["geometry"])), place
        )
    ]
    assert found
    return str(found[0])


def make_input(page: Page, served: Served, area: str, title: str) -> None:
    page.goto(f"{served.url}/plan/proveoya/kart?area={area}")
    card = page.locator("#card")
    expect(card).to_contain_text(area)
    card.locator("summary").click()
    card.locator("#title").fill(title)
    card.locator("#theme").select_option("traffic_safety")
    card.locator("input[name=realiser][value=municipality]").check()
    card.locator("form button.primary").click()
    page.wait_for_url("**/veikart/DEMO-*")


def drop_a_measure(page: Page, title: str) -> None:
    """From an input's page: a measure that is made, adopted, rejected and released."""
    page.click("text=Lag et tiltak av det")
    page.fill("#title", title)
    page.fill("#owner", "Vei og park")
    page.fill("#deadline", "2028-06-01")
    assert serious(page) == []
    page.click("text=Lag tiltaket")
    page.wait_for_url("**/tiltak/DEMO-T*")
    for status, reason in (("adopted", "Formannskapet sa ja."), ("rejected", REASON)):
        page.select_option("#status", status)
        page.fill("#reason", reason)
        page.click("text=Ta steget")
        expect(page.locator("#steps ~ .history")).to_contain_text(reason)
    release(page)


def release(page: Page) -> None:
    page.click("text=Frigi det")
    expect(page.locator("#public ~ form")).to_contain_text("Alle kan lese")
    assert serious(page) == []


def test_from_a_sticker_to_the_reason_on_the_class_page(served: Served, visit: Visit) -> None:
    teacher = open_class(visit, served, "7D")
    code = code_on(teacher)
    child = join(visit(served.url), served, code)
    put_sticker(child, "bad", "traffic", (0.3, 0.35))
    received(child, 1)
    place = same_again(child, served, code, 5)

    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    with page.expect_navigation():
        page.click("#compute button")
    area = area_at(page, served, place, "bad")
    make_input(page, served, area, "Tryggere kryssing der bilene kommer")
    drop_a_measure(page, "Undergang under veien")
    expect(page.locator(".voices")).to_contain_text(area)
    shot(page, "plan-measure")
    page.click(".voices li a >> nth=0")
    page.wait_for_url("**/veikart/DEMO-*")
    expect(page.locator("main")).to_contain_text(REASON)
    release(page)

    child.goto(f"{served.url}/dette-skjedde/{code}")
    told = child.locator(".told .answer", has_text="Tryggere kryssing der bilene kommer")
    for said in ("Undergang under veien", "Svaret ble nei.", REASON, "Dette sa du også."):
        expect(told).to_contain_text(said)
    expect(told.locator(".mine")).to_be_visible()
    expect(child.locator("#own-title")).to_have_text("Dette sa mange av dere")
    assert serious(child) == []
    shot(child, "class-answer")
    teacher.goto(f"{teacher.url}/arbeid")
    became = teacher.locator(".became", has_text="Tryggere kryssing der bilene kommer").first
    for said in ("Undergang under veien", "Svaret ble nei.", REASON):
        expect(became).to_contain_text(said)
    assert serious(teacher) == []
    stranger = visit(f"{served.url}/dette-skjedde/{code}", size=DESK, touch=False)
    expect(stranger.locator(".told .answer", has_text="Undergang under veien")).to_contain_text(REASON)
    expect(stranger.locator(".mine:visible")).to_have_count(0)
    stranger.click("text=Alt kommunen har svart")
    stranger.wait_for_url("**/p/proveoya/svar")
    expect(stranger.locator("#not ~ .answer", has_text="Undergang under veien")).to_contain_text(REASON)
    assert serious(stranger) == []
    shot(stranger, "answer")


def test_a_measure_is_made_and_stepped_on_without_a_mouse(served: Served, visit: Visit) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    page.goto(f"{served.url}/plan/proveoya/tiltak/nytt?input=DEMO-0002")
    page.focus("#title")
    page.keyboard.type("Lys på Skogstien")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tiltak/DEMO-T*")
    page.focus("#status")
    page.keyboard.press("ArrowDown")
    page.focus("#reason")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#reason:invalid")).to_be_focused()
    page.keyboard.type("Pengene er ikke der.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".history q").first).to_have_text("Pengene er ikke der.")
    page.goto(f"{served.url}/plan/proveoya/tiltak")
    chip = page.locator(".facet", has_text="uten innsatsområde")
    chip.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**focus_area=*")
    expect(page.locator(".facet[aria-current]")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("Lys på Skogstien")


def test_two_planners_see_both_versions(served: Served, visit: Visit) -> None:
    first = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    first.goto(f"{served.url}/plan/proveoya/tiltak/nytt?input=DEMO-0001")
    first.fill("#title", "Gangfelt")
    first.click("text=Lag tiltaket")
    first.wait_for_url("**/tiltak/DEMO-T*")
    second = first.context.new_page()
    second.goto(first.url)
    first.fill("#goal", "Alle kommer trygt over")
    first.click("text=Lagre ordlyden")
    expect(first.locator("#goal")).to_have_value("Alle kommer trygt over")
    second.fill("#goal", "Ingen biler i veien")
    second.click("text=Lagre ordlyden")
    both = second.locator("table.both")
    expect(both).to_contain_text("Alle kommer trygt over")
    expect(both).to_contain_text("Ingen biler i veien")
    expect(second.locator("#goal")).to_have_value("Ingen biler i veien")
    assert serious(second) == []
    second.click("text=Lagre ordlyden")
    expect(second.locator("table.both")).to_have_count(0)
    expect(second.locator("#goal")).to_have_value("Ingen biler i veien")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=str)
def test_no_page_is_wider_than_the_screen_or_has_a_serious_finding(
    served: Served, visit: Visit, size: tuple[int, int], scheme: str
) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=size, touch=False, color_scheme=scheme), served)
    page.goto(f"{served.url}/plan/proveoya/tiltak/nytt?input=DEMO-0003")
    page.fill("#title", "Benk i Lekeparken")
    page.fill("#deadline", "2026-01-01")
    page.click("text=Lag tiltaket")
    page.wait_for_url("**/tiltak/DEMO-T*")
    own = re.sub(r".*/plan/", "plan/", page.url).split("#")[0]
    page.click("text=Frigi det")
    page.goto(f"{served.url}/plan/proveoya/temaplan")
    page.fill("#title", "Utkast")
    page.click("text=Ta vare på versjonen")
    page.wait_for_url("**/temaplan/*")
    version = re.sub(r".*/plan/", "plan/", page.url)
    page.fill("#sender", "FAU")
    page.fill("#text", "Godt at det skjer.")
    page.click("text=Skriv det ned")
    expect(page.locator(".hearing")).to_contain_text("Godt at det skjer.")
    paths = (
        own,
        version,
        "plan/proveoya/temaplan",
        "plan/proveoya/temaplan/vedtak",
        "plan/proveoya/tiltak",
        "plan/proveoya/tiltak/nytt",
        "p/proveoya/svar",
        f"dette-skjedde/{served.code}",
    )
    for path in paths:
        page.goto(f"{served.url}/{path}")
        assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert serious(page) == [], path
