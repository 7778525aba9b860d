"""A teacher's lesson in a browser: two minutes to the first pupil, live figures, practice, a lost tablet, sheets."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import shapely
from playwright.sync_api import Page, expect

from app.services import contributions, participants
from tests.builders import rng, wire
from tests.maps.conftest import (
    DESK,
    PHONE,
    TABLET,
    Served,
    code_on,
    draw,
    join,
    open_class,
    past_intro,
    put_sticker,
    received,
)
from tests.maps.test_axe import serious

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
WALL = (1920, 1080)
# Turns farther from its ends than a secret zone reaches, so that something of it is always kept.
THERE_AND_BACK = ((0.2, 0.15), (0.8, 0.75), (0.25, 0.15))


def works(served: Served, code: str) -> None:
    """A pupil joins the class and makes what its teacher sees first: a sticker for an adult, with unread words."""
    now = datetime.now(UTC)
    store = served.store()
    with store.writing() as db:
        joined = participants.join(db, code, now, valid=timedelta(days=1))
        actor = participants.authenticate(db, joined.token, now)
        where = wire(shapely.centroid(joined.process.area))
        answers = {"kind": "place", "group": "bad", "category": "mean", "comment": "ved porten"}
        contributions.save(db, actor, uuid4(), where, answers, now=now, rng=rng())
    store.dispose()


@pytest.mark.rule(7)
def test_rule_7_one_page_from_link_to_the_first_pupil_on_the_map(either: Served, visit: Visit) -> None:
    started = time.monotonic()
    teacher = open_class(visit, either, "7A")
    assert len(code_on(teacher)) == 6
    expect(teacher.locator(".qr-holder svg")).to_be_visible()
    pupil = join(visit(f"{either.url}/k/{code_on(teacher)}"), either, code_on(teacher))
    put_sticker(pupil, "good", "nice", (0.4, 0.4))
    received(pupil, 1)
    expect(teacher.locator("[data-count=joined]")).to_have_text("1")
    expect(teacher.locator("[data-count=places]")).to_have_text("1")
    assert time.monotonic() - started < 120


@pytest.mark.parametrize("blocked", ["**/tall", "**/strom"])
def test_the_board_follows_by_stream_and_by_asking(served: Served, visit: Visit, blocked: str) -> None:
    teacher = open_class(visit, served, "8A")
    teacher.route(blocked, lambda route: route.abort())
    teacher.reload()
    pupil = join(visit(f"{served.url}/k/{code_on(teacher)}"), served, code_on(teacher))
    expect(teacher.locator("[data-count=joined]")).to_have_text("1")
    put_sticker(pupil, "good", "nice", (0.4, 0.4))
    received(pupil, 1)
    expect(teacher.locator("[data-count=places]")).to_have_text("1")
    expect(teacher.locator("#pupils tbody tr")).to_have_count(1)
    alias = pupil.locator("#who").inner_text()
    expect(teacher.locator("#pupils tbody th")).to_have_text(alias)
    assert "lng" not in teacher.content()


def test_a_board_without_contact_says_so_and_keeps_its_figures(served: Served, visit: Visit) -> None:
    teacher = open_class(visit, served, "8B")
    for door in ("**/tall", "**/strom"):
        teacher.route(door, lambda route: route.abort())
    teacher.reload()
    expect(teacher.locator("#contact")).not_to_be_empty()
    expect(teacher.locator("[data-count=joined]")).to_have_text("0")
    teacher.unroute("**/tall")
    expect(teacher.locator("#contact")).to_be_empty()


def test_closing_asks_once_and_can_be_undone(served: Served, visit: Visit) -> None:
    teacher = open_class(visit, served, "8C")
    expect(teacher.locator("[data-wanted=closed] button")).to_be_hidden()
    teacher.focus("#ask-close summary")
    teacher.keyboard.press("Enter")
    teacher.keyboard.press("Tab")
    teacher.keyboard.press("Enter")
    expect(teacher.locator("#state")).to_have_text("stengt")
    teacher.click("[data-wanted=open] button")
    expect(teacher.locator("#state")).to_have_text("åpen")


def test_the_wall_is_read_from_eight_metres_and_tells_nothing_private(served: Served, visit: Visit) -> None:
    """On a picture two metres wide, signs of 1/200 of the distance (4 cm) are read with ease."""
    teacher = open_class(visit, served, "9A")
    wall = visit(_absolute(served, teacher), size=WALL)
    assert "/vert/" not in wall.url
    assert "/vert/" not in wall.content()
    metres = 2.0 / WALL[0]
    capital = 0.7
    for selector, least in ((".big-code", 0.12), (".wall-address", 0.035), (".counters dd", 0.06)):
        size = wall.eval_on_selector(selector, "e => parseFloat(getComputedStyle(e).fontSize)")
        assert size * metres * capital >= least, selector
    box, qr = wall.locator(".big-code").bounding_box(), wall.locator(".qr-holder").bounding_box()
    assert box is not None
    assert qr is not None
    assert qr["width"] * metres > 0.5
    written = wall.eval_on_selector(
        ".big-code",
        "e => { const r = document.createRange(); r.selectNodeContents(e); return r.getBoundingClientRect().right }",
    )
    assert written <= qr["x"]
    assert wall.evaluate("document.documentElement.scrollHeight <= innerHeight")
    join(visit(f"{served.url}/k/{code_on(teacher)}"), served, code_on(teacher))
    expect(wall.locator("[data-count=joined]")).to_have_text("1")


def _absolute(served: Served, teacher: Page) -> str:
    return served.url + (teacher.get_attribute("#to-wall", "href") or "")


def test_practice_ends_and_nothing_from_it_arrives(either: Served, visit: Visit) -> None:
    teacher = open_class(visit, either, "4B", practice=True)
    code = code_on(teacher)
    pupil = join(visit(f"{either.url}/k/{code}"), either, code)
    expect(pupil.locator(".practice-mark")).to_be_visible()
    put_sticker(pupil, "good", "nice", (0.4, 0.4))
    received(pupil, 1)
    expect(teacher.locator("[data-count=places]")).to_have_text("1")
    pupil.context.set_offline(True)
    put_sticker(pupil, "good", "calm", (0.5, 0.3))
    teacher.click("#ask-real summary")
    teacher.click("#ask-real .asked button")
    expect(teacher.locator("[data-count=joined]")).to_have_text("0")
    pupil.context.set_offline(False)
    pupil.wait_for_url("**/k/**")
    expect(pupil.locator("#for-real")).to_be_visible()
    assert pupil.input_value("#code") == code
    pupil.click("button[type=submit]")
    pupil.wait_for_url("**/kart/**")
    pupil.click("#sheet-welcome [data-close]")
    expect(pupil.locator(".practice-mark")).to_have_count(0)
    expect(pupil.locator(".sticker-marker")).to_have_count(0)
    expect(teacher.locator("[data-count=joined]")).to_have_text("1")
    expect(teacher.locator("[data-count=places]")).to_have_text("0")


def test_a_pupil_whose_tablet_died_goes_on_with_everything(either: Served, visit: Visit) -> None:
    teacher = open_class(visit, either, "5C")
    code = code_on(teacher)
    dead = join(visit(f"{either.url}/k/{code}"), either, code)
    alias = dead.locator("#who").inner_text()
    put_sticker(dead, "good", "nice", (0.4, 0.4))
    dead.click("#sheet-item [data-close]")
    dead.click("#zoom-out")
    dead.wait_for_timeout(400)
    draw(dead, *THERE_AND_BACK)
    received(dead, 2)
    dead.context.set_offline(True)
    expect(teacher.locator("#pupils tbody tr")).to_have_count(1)
    teacher.click("#pupils tbody button")
    key = code_on(teacher)
    assert len(key) == 8
    assert alias in teacher.inner_text("h1")
    tablet = visit(f"{either.url}/", size=TABLET)
    tablet.fill("#code", f"{key[:4]} {key[4:]}".lower())
    tablet.click("button[type=submit]")
    past_intro(tablet)
    expect(tablet.locator("#who")).to_have_text(alias)
    expect(tablet.locator(".sticker-marker")).to_have_count(1)
    received(tablet, 2)
    put_sticker(tablet, "wish", "bench", (0.5, 0.3))
    received(tablet, 3)
    tablet.reload()
    expect(tablet.locator(".sticker-marker")).to_have_count(2)
    teacher.goto(teacher.url.replace(re.search(r"/elev/.*", teacher.url)[0], ""))  # type: ignore[index]
    expect(teacher.locator("[data-count=joined]")).to_have_text("1")
    expect(teacher.locator("[data-count=places]")).to_have_text("2")


def test_what_comes_back_waits_for_the_network(served: Served, visit: Visit) -> None:
    """The new key was taken, then the network went: what was sent comes when it is back, without a reload."""
    teacher = open_class(visit, served, "5D")
    code = code_on(teacher)
    dead = join(visit(f"{served.url}/k/{code}"), served, code)
    put_sticker(dead, "good", "nice", (0.4, 0.4))
    received(dead, 1)
    expect(teacher.locator("#pupils tbody tr")).to_have_count(1)
    teacher.click("#pupils tbody button")
    tablet = visit(f"{served.url}/k/{code_on(teacher)}", size=TABLET)
    tablet.route("**/api/v1/contributions", lambda route: route.abort())
    tablet.click("button[type=submit]")
    tablet.wait_for_url("**/kart/**")
    tablet.click("#sheet-welcome [data-close]")
    tablet.unroute("**/api/v1/contributions")
    expect(tablet.locator(".sticker-marker")).to_have_count(1)


def test_a_teacher_finds_hides_and_undoes_by_keyboard_alone(served: Served, visit: Visit) -> None:
    teacher = open_class(visit, served, "6D")
    code = code_on(teacher)
    pupil = join(visit(f"{served.url}/k/{code}", language="en-GB"), served, code)
    alias = pupil.locator("#who").inner_text()
    put_sticker(pupil, "bad", "mean", (0.4, 0.4))
    pupil.click("#sheet-item [data-close]")
    put_sticker(pupil, "good", "nice", (0.5, 0.4))
    pupil.fill("#comment", "en benk")
    received(pupil, 2)
    teacher.goto(f"{teacher.url}/arbeid")
    teacher.focus("#alias")
    teacher.keyboard.type(alias.upper())
    teacher.keyboard.press("Enter")
    teacher.wait_for_url("**alias=**")
    expect(teacher.locator(".queue > li")).to_have_count(2)
    expect(teacher.locator(".queue > li").first).to_contain_text("Trenger en voksen")
    teacher.focus(".queue > li:nth-child(2) [data-verdict=hide] button")
    teacher.keyboard.press("Enter")
    teacher.wait_for_url("**skjult=**")
    expect(teacher.locator(".hidden-one")).to_have_count(1)
    teacher.focus(".undo-bar button")
    teacher.keyboard.press("Enter")
    teacher.wait_for_url(lambda url: "skjult" not in url)
    expect(teacher.locator(".hidden-one")).to_have_count(0)
    expect(teacher.locator(".queue > li")).to_have_count(2)


def pages_of(teacher: Page, served: Served) -> list[str]:
    base = teacher.url
    return [
        served.teacher,
        base,
        f"{base}/arbeid",
        f"{base}/lapper",
        f"{base}/dyrenavn",
        _absolute(served, teacher),
        f"{served.url}/undervisning",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("language", "size"), [("nb-NO", DESK), ("nn-NO", PHONE), ("en-GB", TABLET)])
def test_the_teachers_pages_have_no_serious_finding(
    served: Served, visit: Visit, language: str, size: Any, scheme: str
) -> None:
    page = open_class(visit, served, "3A", size=size, language=language, color_scheme=scheme)
    works(served, code_on(page))
    addresses = pages_of(page, served)
    for address in addresses:
        page.goto(address)
        for summary in page.query_selector_all("details.ask summary")[:2]:
            summary.click()
        assert serious(page) == [], address
    page.goto(addresses[1])
    page.click("#pupils tbody button")
    page.wait_for_url("**/ny-nokkel")
    assert len(code_on(page)) == 8
    assert serious(page) == []
    board = open_class(visit, served, "A", practice=True, size=size, language=language, color_scheme=scheme)
    board.click("#ask-real summary")
    assert serious(board) == []


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK, (320, 256)], ids=str)
def test_no_teachers_page_is_wider_than_the_screen(served: Served, visit: Visit, size: tuple[int, int]) -> None:
    """320 × 256 is a laptop at 400 % zoom."""
    page = open_class(visit, served, "3B", size=size)
    works(served, code_on(page))
    for address in pages_of(page, served):
        page.goto(address)
        page.evaluate("() => document.querySelectorAll('.big-code').forEach((code) => (code.textContent = 'WWW WWW'))")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address


@pytest.mark.rule(48)
def test_rule_48_slips_names_and_plan_print_on_a4(served: Served, visit: Visit) -> None:
    page = open_class(visit, served, "3C")
    works(served, code_on(page))
    base = page.url
    for address, most in ((f"{base}/lapper", 3), (f"{base}/dyrenavn", 2), (f"{served.url}/undervisning", 3)):
        page.goto(address)
        page.emulate_media(media="print")
        expect(page.locator("#print")).to_be_hidden()
        expect(page.locator(".staff-head")).to_be_hidden()
        printed = page.pdf(prefer_css_page_size=True)
        sizes = {tuple(round(float(n)) for n in box.split()) for box in re.findall(rb"/MediaBox \[([^\]]+)\]", printed)}
        assert sizes == {(0, 0, 595, 842)}, address
        assert 1 <= len(re.findall(rb"/Type /Page\b", printed)) <= most, address
        page.emulate_media(media="screen")


@pytest.mark.rule(50)
def test_rule_50_a_wrong_animal_name_keeps_what_was_typed(served: Served, visit: Visit) -> None:
    teacher = open_class(visit, served, "6E", language="nn-NO")
    teacher.goto(f"{teacher.url}/arbeid?alias=lilla+drage+7")
    expect(teacher.locator("#alias")).to_have_value("lilla drage 7")
    expect(teacher.locator(".found")).to_contain_text("Ingen i denne klassen")
