"""The roadmap in a browser: searched, charted, imported, merged and undone, by mouse and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.model.roadmap import REALISERS
from app.services import processes
from tests import builders as a
from tests.maps.conftest import DESK, PHONE, TABLET, Served, shot, sign_in
from tests.maps.test_axe import serious

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
URL = "plan/proveoya/veikart"
ROWS = "Nr;Tittel;Ordrett;Tema;Hvem kan\n" + "".join(
    f"{n};Husk rad {n};Sagt i møtet;Annet;{('Kommunen', 'Innbyggerne', 'Flere')[n % 3]}\n" for n in range(1, 13)
)


@pytest.fixture(scope="module")
def filled(embedded_service: Served) -> Served:
    """Inputs in the demo's process, some with a place, two of them alike."""
    store = embedded_service.store()
    with store.writing() as db:
        made = processes.by_slug(db, "proveoya")
        school = made.area.centroid
        for n in range(9):
            a.wanted(
                db,
                made,
                f"Sykkelstativ ved inngang {n}",
                realiser=REALISERS[n % 3],
                location=school.buffer(0.0006 + n / 20_000) if n % 2 else None,
                tags=("sykkel",),
            )
        for word in ("til", "mot"):
            a.wanted(db, made, f"Gatelys på stien {word} badeplassen", realiser="municipality")
    store.dispose()
    return embedded_service


def opened(visit: Visit, served: Served, path: str = URL, size: tuple[int, int] = DESK) -> Page:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{served.url}/{path}")
    return page


def test_a_search_has_an_address_that_shows_the_same_to_a_colleague(filled: Served, visit: Visit) -> None:
    page = opened(visit, filled)
    page.fill("#f-q", "sykkelstat inngang")
    page.locator("input[name=who][value=together]").check(force=True)
    page.click(".roadmap-filter button")
    page.wait_for_url("**/veikart?who=together&q=sykkelstat**")
    rows = page.locator("#inputs tbody tr")
    expect(rows).to_have_count(3)
    expect(page.locator("h1 .badge")).to_have_text("3")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#inputs tbody tr")).to_have_count(3)
    expect(other.locator("#f-q")).to_have_value("sykkelstat inngang")
    page.locator(".filter-chips a").first.click()
    expect(page.locator("#f-q")).to_have_value("")


def test_a_slice_of_the_chart_opens_its_rows_by_keyboard(filled: Served, visit: Visit) -> None:
    page = opened(visit, filled, f"{URL}?tag=sykkel")
    for realiser in REALISERS:
        slice = page.locator(f"[data-slice={realiser}]")
        count = int((slice.inner_text()).split()[0])
        slice.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**who=**")
        expect(page.locator("#inputs tbody tr")).to_have_count(count)
        page.go_back()
    shot(page, "roadmap-chart")


def test_the_map_shows_the_rows_of_the_list(filled: Served, visit: Visit) -> None:
    page = opened(visit, filled, f"{URL}?tag=sykkel&placed=yes")
    page.wait_for_selector("path.leaflet-interactive")
    assert page.locator("path.leaflet-interactive").count() == page.locator("#inputs tbody tr").count() == 4
    page.locator("#inputs tbody a").first.focus()
    expect(page.locator("#inputs tr.lit")).to_have_count(1)


def test_rows_are_tried_stored_merged_and_undone(filled: Served, visit: Visit) -> None:
    page = opened(visit, filled, f"{URL}/import")
    page.set_input_files("#file", {"name": "rader.csv", "mimeType": "text/csv", "buffer": ROWS.encode("latin-1")})
    page.click("main form button.primary")
    expect(page.locator("#column_title")).to_have_value("Tittel")
    assert serious(page) == []
    shot(page, "roadmap-import")
    page.click("button[value=store]")
    expect(page.locator("#made-title")).to_contain_text("12")
    page.goto(f"{filled.url}/{URL}/duplikater")
    alike = page.locator(".alike-list li", has_text="badeplassen")
    expect(alike).to_have_count(1)
    assert serious(page) == []
    shot(page, "roadmap-alike")
    alike.locator("form button").last.click()
    expect(page.locator(".history")).to_contain_text("slått inn")
    page.get_by_role("button", name="Angre sammenslåingen").first.click()
    expect(page.locator("main")).not_to_contain_text("Stemmene teller der")
    page.goto(f"{filled.url}/{URL}/duplikater")
    expect(page.locator(".alike-list li", has_text="badeplassen")).to_have_count(1)


def test_an_input_is_split_by_keyboard_alone(filled: Served, visit: Visit) -> None:
    page = opened(visit, filled, f"{URL}?q=inngang")
    page.locator("#inputs tbody a").first.focus()
    page.keyboard.press("Enter")
    summary = page.locator("summary", has_text="To ønsker")
    summary.focus()
    page.keyboard.press("Enter")
    page.locator("#part_title").focus()
    page.keyboard.type("Tak over sykkelstativet")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Tak over sykkelstativet")
    undo = page.get_by_role("button", name="Angre delingen")
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Slått inn i dette")


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=["phone", "tablet", "desk"])
@pytest.mark.parametrize("path", ["", "?q=drage", "?near=Atlantis", "/import", "/duplikater"])
def test_the_pages_have_no_serious_finding_and_fit_the_screen(
    filled: Served, visit: Visit, path: str, size: tuple[int, int]
) -> None:
    page = opened(visit, filled, f"{URL}{path}", size)
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    assert serious(page) == []
