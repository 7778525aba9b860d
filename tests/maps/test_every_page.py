"""Every page of the service, on a phone and on a desk: nothing is too wide or cut off, and axe finds nothing.

The addresses are held against the service's own, so that a page nobody has looked at cannot be forgotten. With
SCREENSHOTS=1 the pictures and the page that shows them are made anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app import create_app
from app.config import load
from tests.maps.conftest import DESK, PHONE, ROOT, Served, join, serve, shot, sign_in
from tests.maps.scenery import Scenery, furnish
from tests.maps.test_axe import serious

pytestmark = pytest.mark.browser
PICTURES = ROOT / "docs" / "screenshots" / "pages"
ANEW = bool(os.environ.get("SCREENSHOTS"))
PLAN, HOST, CLASS = "plan/{slug}", "vert/{token}", "vert/{token}/klasse/{class_id}"
ARENA, OWN = "plan/{slug}/arenaer/{conference}", "vert/{host_token}/anledning/{conference}"
PAGES = {
    "participate.join_page": "",
    "participate.map_page": "kart/{code}",
    "gazetteer.list_page": "uten-kart/{code}",
    "residents.open_page": "aapen/{open_code}",
    "happened.page": "dette-skjedde/{code}",
    "notes.page": "notater/{conference_code}?part=7",
    "workshop.vote_page": "verksted/{workshop_code}?part=7",
    "workshop.wall": "verksted/{workshop_code}/vegg",
    "public.process": "p/{slug}",
    "public.privacy": "personvern",
    "answers.process": "p/{slug}/svar",
    "indicators.public_page": "p/{slug}/livet",
    "campaigns.public_page": "p/{slug}/losningsjakten",
    "local_committee.public_page": "p/{slug}/vart",
    "paper.found": "papir/{sheet}",
    "lessons.plan": "undervisning",
    "projector.wall": "tavle/{code}",
    "facilitate.classes": f"{HOST}/",
    "facilitate.board": CLASS,
    "classroom.work": f"{CLASS}/arbeid",
    "classroom.names": f"{CLASS}/dyrenavn",
    "classroom.slips": f"{CLASS}/lapper",
    "paper.page": "vert/{token}/papir/{class_id}",
    "paper.trace_page": "vert/{token}/papir/{class_id}/tegn",
    "occasions.list_page": "vert/{host_token}/anledning",
    "occasions.page": OWN,
    "occasions.minutes": f"{OWN}/referat",
    "plan.sign_in": "plan/logg-inn",
    "plan.map_page": f"{PLAN}/kart",
    "plan.arenas_page": f"{PLAN}/arenaer",
    "arenas.page": ARENA,
    "arenas.minutes": f"{ARENA}/referat",
    "questions.hub": f"{PLAN}/sporsmal",
    "here.page": f"{PLAN}/her",
    "comparisons.page": f"{PLAN}/sammenlign",
    "turnout.page": f"{PLAN}/hvem-mangler",
    "travel.page": f"{PLAN}/reisemate",
    "conflicts.page": f"{PLAN}/plankonflikt",
    "flow.page": f"{PLAN}/ferdsel",
    "streets.page": f"{PLAN}/gater",
    "moderate.queue": f"{PLAN}/lese",
    "photos.queue": f"{PLAN}/lese/bilder",
    "roadmap.list_page": f"{PLAN}/veikart",
    "roadmap.input_page": f"{PLAN}/veikart/DEMO-0001",
    "merging.duplicates": f"{PLAN}/veikart/duplikater",
    "roadmap_imports.page": f"{PLAN}/veikart/import",
    "measures.list_page": f"{PLAN}/tiltak",
    "measures.page": f"{PLAN}/tiltak/DEMO-T003",
    "measures.new": f"{PLAN}/tiltak/nytt",
    "thematic_plans.versions": f"{PLAN}/temaplan",
    "thematic_plans.version": f"{PLAN}/temaplan/1",
    "thematic_plans.decisions": f"{PLAN}/temaplan/vedtak",
    "workshop.workshops": f"{PLAN}/verksted",
    "workshop.table": f"{PLAN}/verksted/{{workshop}}",
    "workshop.minutes": f"{PLAN}/verksted/{{workshop}}/referat",
    "indicators.page": f"{PLAN}/livet",
    "local_committee.page": f"{PLAN}/lokalsamfunnsutvalg",
    "campaigns.hunts": f"{PLAN}/losningsjakten",
    "campaigns.hunt": f"{PLAN}/losningsjakten/{{campaign}}",
    "downloads.dialog": f"{PLAN}/eksport",
}
ELSEWHERE = {"plan.home", "plan.area_card", "classroom.pupils"}  # leads on, or is a part of another page
FILES = re.compile(r"^/(api|ogc|basemap|network|static|healthz|service-worker)\b|\.(\w+|<any.*>)$|/(tall|strom|fil)$")
DATA = {"arenas.sheet", "plan.areas", "plan.hexagons", "comparisons.hexagons", "heat.scale"}
TITLES: dict[str, str] = {}
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((it) => {
    if (it.closest(".leaflet-container, .unseen, svg, [hidden], select, textarea")) return false;
    if (![...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) return false;
    if (!it.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) return false;
    const style = getComputedStyle(it);
    if (style.display === "inline" || style.position === "absolute") return false;
    const hides = (axis) => ["hidden", "clip"].includes(style[`overflow${axis}`]);
    const wide = it.scrollWidth > it.clientWidth + 1, high = it.scrollHeight > it.clientHeight + 2;
    return (hides("X") && wide) || (hides("Y") && high);
}).map((it) => `${it.tagName} ${it.className}: ${it.textContent.trim().slice(0, 60)}`)"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("pages")
    yield from serve(folder, f"sqlite:///{folder / 'snarvei.sqlite'}")


@pytest.fixture(scope="module")
def scenery(service: Served) -> Scenery:
    store = service.store()
    try:
        return furnish(store, service.password, service.teacher.rsplit("/", 2)[-2], service.code)
    finally:
        store.dispose()


@pytest.fixture(scope="module")
def visitors(browser: Browser, service: Served, scenery: Scenery) -> Iterator[dict[bool, Page]]:
    """Somebody who has joined the class, and (True) a planner who is signed in."""
    contexts = [browser.new_context(viewport=_size(DESK), locale="nb-NO") for _ in range(2)]
    anybody, planner = (context.new_page() for context in contexts)
    anybody.goto(service.url)
    join(anybody, service)
    planner.goto(f"{service.url}/plan/")
    sign_in(planner, service)
    yield {False: anybody, True: planner}
    for context in contexts:
        context.close()


def _size(size: tuple[int, int]) -> dict[str, int]:
    return {"width": size[0], "height": size[1]}


def test_every_address_of_the_service_is_looked_at_or_is_no_page(tmp_path: Path) -> None:
    app = create_app(load({"DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite'}", "SNARVEI_DATA_DIR": str(tmp_path)}))
    asked = {rule.endpoint: rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    pages = {name for name, rule in asked.items() if not FILES.search(rule)} - DATA - ELSEWHERE
    assert pages == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_phone_and_a_desk(
    service: Served, scenery: Scenery, visitors: dict[bool, Page], name: str
) -> None:
    """axe on every page at a phone's size; at both where pictures are made."""
    path = scenery.path(PAGES[name])
    page = visitors[path.startswith("plan/") and name != "plan.sign_in"]
    for width, size in ((390, PHONE), (1440, DESK)):
        page.set_viewport_size(_size(size))  # type: ignore[arg-type]
        if size == PHONE or ANEW:
            answer = page.goto(f"{service.url}/{path}")
            assert answer is not None
            assert answer.status == 200
            assert page.locator("h1").count() == 1
            assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
        assert page.evaluate(CUT_OFF) == [], width
        shot(page, f"pages/{name}-{width}")
    TITLES[name] = " ".join(page.locator("h1").inner_text().split())


def test_every_page_has_its_two_pictures() -> None:
    if len(TITLES) == len(PAGES) and ANEW:
        _show()
    there = {path.stem for path in PICTURES.glob("*.png")}
    assert there == {f"{name}-{width}" for name in PAGES for width in (390, 1440)}
    assert sum(path.stat().st_size for path in PICTURES.parent.rglob("*.png")) < 12_000_000
    shown = (PICTURES.parent / "README.md").read_text()
    assert [name for name in sorted(there) if f'src="pages/{name}.png"' not in shown] == []


def _show() -> None:
    """Write the page that shows all of them beside each other."""

    def picture(name: str, width: int, wide: int, where: str) -> str:
        return f'<img src="pages/{name}-{width}.png" width="{wide}" alt="{TITLES[name]}, {where}">'

    head = [
        "# Every page",
        "",
        "As somebody meets it on a phone (390 × 844) and on a desk (1440 × 900), in bokmål, with what the demo and its",
        "browser tests put there. `make screenshots` makes them anew.",
        "",
        "| page | address | phone | desk |",
        "|---|---|---|---|",
    ]
    rows = [
        f"| {TITLES[name]} | `/{path}` | {picture(name, 390, 100, 'phone')} | {picture(name, 1440, 320, 'desk')} |"
        for name, path in PAGES.items()
    ]
    (PICTURES.parent / "README.md").write_text("\n".join([*head, *rows, ""]))
