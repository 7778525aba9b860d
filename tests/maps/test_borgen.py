"""Pages at their real size: the Borgen fixture in a browser, folded where there is much, without a serious finding."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from app.services import borgen
from tests.maps.conftest import DESK, PHONE, TABLET, Served, serve
from tests.maps.test_axe import serious
from tests.maps.test_life_and_hunt import fits

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
STAFF = ("veikart", "tiltak", "temaplan/1", "temaplan/vedtak", "arenaer", "lokalsamfunnsutvalg")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service of its own with the fixture beside the small demo, as ``make demo`` makes it."""
    folder = tmp_path_factory.mktemp("borgen")
    url = f"sqlite:///{folder / 'snarvei.sqlite'}"
    for served in serve(folder, url):
        command = [str(Path(sys.executable).with_name("snarvei")), "demo", "--borgen", "--if-missing"]
        environ = {**os.environ, "DATABASE_URL": url, "SNARVEI_DATA_DIR": str(folder)}
        subprocess.run(command, env=environ, check=True)
        yield served


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK])
@pytest.mark.parametrize("path", ["svar", "vart"])
def test_what_everyone_reads_is_a_few_screens_tall(
    whole: Served, visit: Visit, path: str, size: tuple[int, int]
) -> None:
    page = visit(f"{whole.url}/p/{borgen.SLUG}/{path}", size=size)
    assert page.evaluate("document.documentElement.scrollHeight") < 6 * 844
    assert fits(page)
    assert serious(page) == []
    page.locator(".group summary").first.click()
    expect(page.locator(".group .answer").first).to_be_visible()
    assert fits(page)
    assert serious(page) == []


def test_a_link_to_an_answer_opens_the_group_it_lies_in(whole: Served, visit: Visit) -> None:
    page = visit(f"{whole.url}/p/{borgen.SLUG}/svar#BOR-T001")
    expect(page.locator("#BOR-T001")).to_be_visible()
    page.locator("#BOR-T001 .facts a").first.click()
    expect(page.locator(f"#{urlsplit(page.url).fragment}")).to_be_visible()
    page.click("text=Vis alt")
    expect(page.locator(".group:not([open])")).to_have_count(0)


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_the_planners_pages_have_no_serious_finding(whole: Served, visit: Visit, size: tuple[int, int]) -> None:
    page = visit(f"{whole.url}/plan/logg-inn?til=/plan/{borgen.SLUG}/{STAFF[0]}", size=size, touch=False)
    page.fill("#username", "planlegger")
    page.fill("#password", whole.password)
    page.click("main button.primary")
    page.wait_for_url(f"**/{STAFF[0]}")
    for path in STAFF:
        page.goto(f"{whole.url}/plan/{borgen.SLUG}/{path}")
        assert fits(page), path
        assert serious(page) == [], path
