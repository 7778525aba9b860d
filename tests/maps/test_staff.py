"""The teacher's board and the planner's bench, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.maps.conftest import DESK, PHONE, TABLET, Served, join, put_sticker, received, shot, sign_in
from tests.maps.test_axe import serious

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def test_a_teacher_opens_a_class_and_sees_it_fill(either: Served, visit: Visit) -> None:
    teacher = visit(either.teacher, size=DESK, touch=False)
    teacher.select_option("#grade", "6")
    teacher.fill("#group_name", "6C")
    teacher.click("main form button.primary")
    code = (teacher.get_attribute(".big-code", "aria-label") or "").replace(" ", "")
    assert len(code) == 6
    expect(teacher.locator(".qr-holder svg")).to_be_visible()
    pupil = join(visit(f"{either.url}/k/{code}"), either, code)
    expect(teacher.locator("[data-count=joined]")).to_have_text("1")
    put_sticker(pupil, "good", "nice", (0.4, 0.4))
    received(pupil, 1)
    expect(teacher.locator("[data-count=places]")).to_have_text("1")
    shot(teacher, "teacher")
    teacher.click("[data-wanted=paused] button")
    expect(teacher.locator("#state")).to_have_text("pause")
    teacher.click("#ask-close summary")
    teacher.click("[data-wanted=closed] button")
    expect(teacher.locator("#state")).to_have_text("stengt")
    teacher.click("[data-wanted=open] button")
    expect(teacher.locator("#state")).to_have_text("åpen")


def test_two_teachers_with_the_same_class_see_the_same_state(served: Served, visit: Visit) -> None:
    one = visit(served.teacher, size=DESK, touch=False)
    one.select_option("#grade", "3")
    one.fill("#group_name", "3A")
    one.click("main form button.primary")
    other = visit(one.url, size=TABLET)
    one.click("#ask-close summary")
    one.click("[data-wanted=closed] button")
    expect(other.locator("#state")).to_have_text("stengt")


def test_a_planner_finds_an_area_and_makes_a_roadmap_input(either: Served, visit: Visit) -> None:
    page = sign_in(visit(f"{either.url}/plan/", size=DESK, touch=False), either)
    rows = page.locator(".area-row")
    assert rows.count() > 10
    counts = [int(text.split()[0]) for text in page.locator(".area-row .count").all_inner_texts()]
    assert counts == sorted(counts, reverse=True)
    first = rows.first
    id = first.get_attribute("data-area") or ""
    first.click()
    card = page.locator("#card")
    expect(card).to_contain_text(id)
    expect(card.locator(".figures b").first).to_have_text(str(counts[0]))
    assert f"area={id}" in page.url
    shot(page, "plan-area")
    card.locator("summary").click()
    card.locator("#title").fill("Trygg skolevei over Storgata")
    card.locator("#theme").select_option("traffic_safety")
    card.locator("input[name=realiser][value=municipality]").check()
    card.locator("form button.primary").click()
    page.wait_for_url("**/veikart/DEMO-*")
    expect(page.locator("h1")).to_contain_text("Trygg skolevei over Storgata")
    expect(page.locator(".facts")).to_contain_text(id)
    expect(page.locator(".facts")).to_contain_text(str(counts[0]))
    page.click("nav.side a[href$=veikart]")
    page.wait_for_selector("path.leaflet-interactive")
    expect(page.locator("#inputs")).to_contain_text("Trygg skolevei over Storgata")
    shot(page, "roadmap")


def test_a_copied_link_reproduces_the_view(served: Served, visit: Visit) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    page.locator("input[name=group][value=wish]").check(force=True)
    page.click(".filter-fold summary")
    page.select_option("#f-grade", "5")
    expect(page.locator("#filter-count")).to_have_text("1")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.area-row')].every(r => r.classList.contains('sticker-wish'))"
    )
    totals = page.text_content("#totals")
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector(".area-row")
    expect(other.locator("#totals")).to_have_text(totals or "")
    expect(other.locator("#f-grade")).to_have_value("5")
    assert other.locator("input[name=group][value=wish]").is_checked()


def test_the_list_and_the_map_are_in_step(served: Served, visit: Visit) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    everything = page.locator(".area-row").count()
    page.locator(".area-row").last.click()
    page.wait_for_selector("#card .card-body")
    page.click("[data-close-card]")
    page.wait_for_function("n => document.querySelectorAll('.area-row').length < n", arg=everything)
    page.uncheck("#in-view")
    assert page.locator(".area-row").count() == everything
    page.locator(".area-row").first.focus()
    expect(page.locator(".area-row.lit")).to_have_count(1)


def test_a_filter_that_leaves_too_few_shows_no_figures(served: Served, visit: Visit) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    page.goto(f"{page.url.split('?')[0]}?mode=boat")
    expect(page.locator("#totals")).to_have_text("Færre enn 5 barn med dette filteret.")
    assert all("<" in text for text in page.locator(".area-row .count").all_inner_texts())


def test_layers_can_be_shown_and_the_legend_lists_only_them(served: Served, visit: Visit) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    page.wait_for_selector(".heat img")
    for layer in ("hexagons", "route"):
        expect(page.locator(f"[data-key={layer}]")).to_be_hidden()
        page.check(f"[data-layer={layer}]")
        expect(page.locator(f"[data-key={layer}]")).to_be_visible()
    page.wait_for_selector("pattern#hatch-few", state="attached")
    hatched = page.locator("path[fill='url(#hatch-few)']")
    expect(hatched.first).to_be_attached()
    shot(page, "plan-hexagons")
    page.uncheck("[data-layer=areas]")
    expect(page.locator("[data-key=areas]")).to_be_hidden()


def numbers(page: Page, kind: str) -> list[int]:
    return [int(re.sub(r"\D", "", text)) for text in page.locator(f"[data-ticks={kind}] li").all_inner_texts()]


def test_the_legend_says_how_many_children_the_colours_are(served: Served, visit: Visit) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    words = page.locator("[data-meaning=place]")
    expect(words).to_have_text("Omtrent så mange barn innen 40 m.")
    everyone = numbers(page, "place")
    assert len(everyone) >= 2
    assert everyone == sorted(everyone)
    assert everyone[0] >= 5
    for _ in range(3):
        page.click("#zoom-out")
        page.wait_for_timeout(400)
    expect(words).not_to_have_text("Omtrent så mange barn innen 40 m.")
    expect(words).to_have_text(re.compile(r"Omtrent så mange barn innen \d{2,3} m\."))
    assert numbers(page, "place")[-1] >= everyone[-1]
    page.goto(f"{page.url.split('?')[0]}?grade=5")
    expect(page.locator("[data-ticks=place] li").last).to_be_visible()
    assert numbers(page, "place")[-1] < everyone[-1]
    page.goto(f"{page.url.split('?')[0]}?mode=boat")
    expect(words).to_have_text("Ingen steder er det 5 barn eller flere med dette filteret.")
    assert numbers(page, "place") == []


def test_good_against_not_good_is_a_layer_instead_of_the_heat(served: Served, visit: Visit) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    expect(page.locator("[data-key=difference]")).to_be_hidden()
    with page.expect_response(
        lambda answer: "/difference/" in answer.url and answer.url.split("?")[0].endswith(".png")
    ):
        page.check("[data-layer=difference]")
    expect(page.locator("[data-layer=place]")).not_to_be_checked()
    expect(page.locator("[data-key=place]")).to_be_hidden()
    key = page.locator("[data-key=difference]")
    for word in (
        "flere sier ikke bra",
        "flere sier bra",
        "Midt på er de like mange",
        "Omtrent så mange flere barn innen",
    ):
        expect(key).to_contain_text(word)
    expect(key.locator(".shape-bad, .shape-good")).to_have_count(2)
    assert numbers(page, "difference") == numbers(page, "difference")[::-1]
    assert serious(page) == []
    page.uncheck("[data-layer=areas]")
    shot(page, "plan-difference")
    page.check("[data-layer=place]")
    expect(page.locator("[data-layer=difference]")).not_to_be_checked()
    expect(key).to_be_hidden()


def test_the_heat_of_the_map_is_saved_as_a_picture(served: Served, visit: Visit) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    with page.expect_download() as download:
        page.click("#heat-picture")
    assert download.value.suggested_filename == "proveoya-place.png"
    page.uncheck("[data-layer=place]")
    expect(page.locator("#heat-picture")).to_be_hidden()


def test_a_dense_screen_gets_tiles_twice_as_fine(served: Served, visit: Visit) -> None:
    page = visit(f"{served.url}/plan/", size=PHONE, device_scale_factor=3)
    with page.expect_response(lambda answer: "@2x.png" in answer.url and answer.status == 200):
        sign_in(page, served)
    picture = page.locator(".heat img.leaflet-tile-loaded").first
    assert picture.evaluate("tile => tile.naturalWidth") == 512
    assert picture.evaluate("tile => tile.clientWidth") == 256


def test_a_way_can_be_chosen_by_its_purpose_and_everything_by_its_season(served: Served, visit: Visit) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    page.click(".filter-fold summary")
    before = page.text_content("#totals")
    page.select_option("#f-category", "to_school")
    expect(page.locator("#totals")).not_to_have_text(before or "")
    assert "category=to_school" in page.url
    page.select_option("#f-season", "winter")
    page.wait_for_url("**season=winter**")
    expect(page.locator("#filter-count")).to_have_text("2")


def test_a_planner_works_without_a_mouse(served: Served, visit: Visit) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    page.locator(".area-row").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#card h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()
    expect(page.locator(".area-row").first).to_be_focused()


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK, (720, 450)], ids=str)
@pytest.mark.parametrize(
    "path",
    ["kart", "ferdsel", "veikart", "veikart/DEMO-0001", "plankonflikt", "gater", "lese", "arenaer", "eksport"],
)
def test_no_staff_page_is_wider_than_the_screen(served: Served, visit: Visit, size: tuple[int, int], path: str) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=size, touch=False), served)
    page.goto(f"{served.url}/plan/proveoya/{path}")
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_files_are_handed_over(served: Served, visit: Visit) -> None:
    page = sign_in(visit(f"{served.url}/plan/", size=DESK, touch=False), served)
    page.goto(f"{served.url}/plan/proveoya/eksport")
    with page.expect_download() as download:
        page.click("form button.primary")
    assert download.value.suggested_filename == "proveoya-all-25832.gpkg"
