"""axe on every page, in every language, at the sizes people have; and what axe cannot see of colour."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.maps.conftest import DESK, PHONE, TABLET, Served, draw, join, put_sticker, sign_in

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    "resultTypes": ["violations"],
}


@cache
def axe() -> Axe:
    return Axe()


def serious(page: Page) -> list[str]:
    """Serious and critical findings, with where they are."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(axe().axe_script)
    found: dict[str, Any] = page.evaluate("(rules) => axe.run(document, rules)", RULES)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def test_what_is_wrong_is_found(served: Served, visit: Visit) -> None:
    page = visit(served.url)
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"#\"><button></button>')")
    assert {finding.partition(":")[0] for finding in serious(page)} == {"image-alt", "button-name"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nb-NO", "nn-NO", "en-GB"])
def test_the_tools_of_a_pupil_have_no_serious_finding(served: Served, visit: Visit, language: str, scheme: str) -> None:
    page = visit(served.url, size=PHONE, language=language, color_scheme=scheme)
    assert serious(page) == []
    page.fill("#code", "XXXXXX")
    page.click("button[type=submit]")
    page.wait_for_selector("#trouble:visible")
    assert serious(page) == []
    page.fill("#code", served.code)
    page.click("button[type=submit]")
    page.wait_for_url("**/kart/**")
    page.wait_for_selector("#sheet-welcome:visible")
    assert serious(page) == []
    page.click("#sheet-welcome [data-close]")
    page.click("#switch-mode")
    page.wait_for_selector(".place-name-school span")
    page.click("#tool-route")
    assert serious(page) == []
    page.click("#tool-route")
    draw(page, (0.3, 0.2), (0.5, 0.6))
    assert serious(page) == []
    page.click("#sheet-item [data-close]")
    put_sticker(page, "bad", "dark", (0.4, 0.4))
    assert serious(page) == []
    for tool in ("#tool-stickers", "#tool-list", "#tool-finish"):
        page.click(tool)
        assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("language", "size"), [("nb-NO", DESK), ("nn-NO", PHONE), ("en-GB", TABLET)])
def test_the_staffs_pages_have_no_serious_finding(
    served: Served, visit: Visit, language: str, size: Any, scheme: str
) -> None:
    page = visit(served.teacher, size=size, language=language, color_scheme=scheme, touch=False)
    assert serious(page) == []
    page.click("tbody a >> nth=0")
    page.wait_for_selector(".big-code")
    assert serious(page) == []
    page.goto(f"{served.url}/plan/")
    assert serious(page) == []
    sign_in(page, served)
    assert serious(page) == []
    page.click(".area-row >> nth=0")
    page.wait_for_selector("#card .card-body")
    page.click("#card summary")
    assert serious(page) == []
    for path in ("veikart", "veikart/DEMO-0001", "lese", "arenaer", "eksport"):
        page.goto(f"{served.url}/plan/proveoya/{path}")
        assert serious(page) == [], path
    for path in ("personvern", "p/proveoya", "nix"):
        page.goto(f"{served.url}/{path}")
        assert serious(page) == [], path


def test_forced_colours_keep_the_signs(served: Served, visit: Visit) -> None:
    page = join(visit(served.url, forced_colors="active"), served)
    page.click("#tool-stickers")
    for group in ("activity", "good", "bad", "wish"):
        box = page.locator(f"#tab-{group} .shape").bounding_box()
        assert box is not None
        assert box["width"] > 8
    assert serious(page) == []


def test_reduced_motion_stops_what_moves(served: Served, visit: Visit) -> None:
    page = join(visit(served.url, reduced_motion="reduce"), served)
    assert (
        page.evaluate("() => getComputedStyle(document.documentElement).getPropertyValue('--motion').trim()") == "0ms"
    )


def contrast(first: str, second: str) -> float:
    """WCAG 2.1, relative luminance."""

    def luminance(colour: str) -> float:
        bands = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [b / 12.92 if b <= 0.04045 else ((b + 0.055) / 1.055) ** 2.4 for b in bands]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("symbol", ["#1b2430", "#0072b2", "#00566b"])
@pytest.mark.parametrize("ground", ["#eeebe4", "#ffffff", "#c9dbe0", "#d9e2d2", "#eadfca"])
def test_map_symbols_stand_out_from_what_lies_beneath(symbol: str, ground: str) -> None:
    assert contrast(symbol, ground) >= 3


def test_the_contrast_of_black_on_white_is_twenty_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
