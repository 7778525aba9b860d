"""Paper in a real browser: print, photograph, trace; and a kindergarten's group."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.model import Contribution, Participant
from app.services import arenas, demo, processes
from app.store import Session
from gis import rectify, sheet
from tests.gis.test_sheet import FLAT, PEN, file_of, photographed
from tests.maps.conftest import DESK, PHONE, TABLET, Served, draw, on_device, open_class, put_sticker, received, shot
from tests.maps.test_axe import serious

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def paper_page(visit: Visit, served: Served, **device: Any) -> Page:
    """From the teacher's link to the paper of a class just opened."""
    page = open_class(visit, served, "Ark", **{"touch": True, **device})
    page.click("a[href*='/papir/']")
    page.wait_for_selector(".paper-steps")
    return page


def sheet_photo(page: Page, folder: Path, *, paper: str = "A4", angle: float = 176) -> Path:
    """The sheet of the page, printed, drawn on with a blue pen, photographed upside down."""
    body = page.request.get(f"{page.url}/kart.pdf?paper={paper}&part=5000").body()
    picture = np.asarray(pypdfium2.PdfDocument(body)[0].render(scale=2.2).to_pil().convert("RGB")).copy()
    height, width = picture.shape[:2]
    import cv2

    way = np.array([[0.2, 0.35], [0.35, 0.42], [0.42, 0.6], [0.5, 0.52]]) * [width, height]
    cv2.polylines(picture, [way.astype(np.int32)], False, PEN, 7, cv2.LINE_AA)
    tilt = np.array([[0.03, 0.02], [-0.02, 0.03], [0.0, -0.03], [0.03, 0.0]])
    photo = photographed(picture, angle=angle, **{**FLAT, "tilt": tilt, "shadow": 0.4})
    path = folder / "ark.jpg"
    path.write_bytes(file_of(photo))
    return path


def lay(page: Page, photo: Path) -> None:
    """Choose the photo and wait until it lies under the map."""
    page.set_input_files("#picture", photo)
    page.wait_for_selector(".leaflet-underlay-pane img", timeout=60_000)


@contextmanager
def reading(served: Served) -> Iterator[Session]:
    """What the service has stored by now."""
    store = served.store()
    with store.reading() as db:
        yield db
    store.dispose()


def kept(page: Page, name: str) -> None:
    """A picture to be looked at."""
    folder = os.environ.get("LOOK")
    if folder:
        page.wait_for_timeout(400)
        page.screenshot(path=Path(folder) / f"{name}.png")


def start_sheet(page: Page) -> None:
    page.click("text=/Tegn over et ark|Teikn over eit ark|Trace a sheet/")
    page.wait_for_selector("#sheet-start:visible")
    page.click("#start-form button[type=submit]")
    page.wait_for_selector("#paper-panel[open]")


@pytest.mark.parametrize(("size", "name"), [(PHONE, "phone"), (TABLET, "tablet"), (DESK, "desk")])
def test_a_sheet_is_printed_photographed_and_traced(
    served: Served, visit: Visit, tmp_path: Path, size: Any, name: str
) -> None:
    page = paper_page(visit, served, size=size)
    kept(page, f"paper-page-{name}")
    assert serious(page) == []
    photo = sheet_photo(page, tmp_path)
    page.click("text=Tegn over et ark")
    page.wait_for_selector("#sheet-start:visible")
    kept(page, f"paper-start-{name}")
    assert serious(page) == []
    page.click("#start-form button[type=submit]")
    page.wait_for_selector("#paper-panel[open]")
    kept(page, f"paper-panel-{name}")
    lay(page, photo)
    kept(page, f"paper-laid-{name}")
    if size == DESK:
        shot(page, "paper")
    assert serious(page) == []
    if size == PHONE:
        assert page.locator("#strength").is_hidden(), "the map has the room"
        page.click("#paper-panel summary")
    page.locator("#strength").fill("40")
    assert page.locator(".leaflet-underlay-pane img").evaluate("image => image.style.opacity") == "0.4"
    page.locator("#strength").fill("80")
    if size == PHONE:
        page.click("#paper-panel summary")
    draw(page, (0.3, 0.3), (0.5, 0.5))
    page.click("#sheet-item [data-close]")
    put_sticker(page, "bad", "dark", (0.5, 0.3))
    page.click("#sheet-item [data-close]")
    received(page, 2)
    kept(page, f"paper-traced-{name}")
    page.reload()
    page.wait_for_selector(".leaflet-underlay-pane img")
    page.click("#tool-finish")
    page.click("#finish-now")
    page.wait_for_selector("#sheet-thanks:visible")
    page.click("#sheet-thanks a.primary")
    page.wait_for_selector("#sheet-start:visible")
    with reading(served) as db:
        last = db.scalars(select(Contribution).order_by(Contribution.number.desc()).limit(2)).all()
        assert {row.source for row in last} == {"paper"}


def test_the_photo_lies_where_the_sheet_was(served: Served, visit: Visit, tmp_path: Path) -> None:
    """The corners of the picture on the map are the corners of the printed map, to a metre."""
    page = paper_page(visit, served, size=DESK)
    photo = sheet_photo(page, tmp_path)
    start_sheet(page)
    lay(page, photo)
    west, south, east, north = on_device(page, "session", "(session) => session.get('sheet')")["bounds"]
    with reading(served) as db:
        process = processes.by_slug(db, demo.SLUG)
        picture = rectify.opened(photo.read_bytes())
        of = sheet.read_number(
            (rectify.address(picture, rectify.marks(picture)) or "").rsplit("/", 1)[-1], process.id.bytes
        )
    assert of is not None
    assert np.allclose((west, south, east, north), of.bounds(), atol=1e-6)


def test_a_picture_without_marks_says_what_to_do_and_loses_nothing(
    served: Served, visit: Visit, tmp_path: Path
) -> None:
    page = paper_page(visit, served, size=PHONE, language="nn-NO")
    start_sheet(page)
    wrong = tmp_path / "katt.jpg"
    wrong.write_bytes(file_of(np.full((900, 1200, 3), 120, np.uint8)))
    page.set_input_files("#picture", wrong)
    expect(page.locator("#picture-trouble")).to_contain_text("marks_missing")
    expect(page.locator("#picture-trouble")).to_contain_text("firkant")
    assert serious(page) == []
    renamed = tmp_path / "tegning.jpg"
    renamed.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'></svg>")
    page.set_input_files("#picture", renamed)
    expect(page.locator("#picture-trouble")).to_contain_text("picture_type")
    large = tmp_path / "stor.jpg"
    large.write_bytes(bytes(60_000_000))
    page.set_input_files("#picture", large)
    expect(page.locator("#picture-trouble")).to_contain_text("picture_too_large")


def test_a_sheet_whose_code_cannot_be_read_is_known_by_its_number(served: Served, visit: Visit, tmp_path: Path) -> None:
    page = paper_page(visit, served, size=TABLET)
    body = page.request.get(f"{page.url}/kart.pdf?part=5000").body()
    document = pypdfium2.PdfDocument(body)
    picture = np.asarray(document[0].render(scale=2.2).to_pil().convert("RGB")).copy()
    number = re.search(r"\w{4}-\w{4}-\w{4}", document[0].get_textpage().get_text_bounded())
    assert number is not None
    height, width = picture.shape[:2]
    picture[int(height * 0.83) : int(height * 0.97), int(width * 0.82) : int(width * 0.917)] = 255
    photo = tmp_path / "ark.jpg"
    photo.write_bytes(file_of(photographed(picture, angle=3, **FLAT)))
    start_sheet(page)
    page.set_input_files("#picture", photo)
    page.wait_for_selector("#number-form:visible")
    page.fill("#number", "2222")
    page.click("#number-form button")
    expect(page.locator("#picture-trouble")).to_contain_text("sheet_unknown")
    page.fill("#number", number[0].lower())
    page.click("#number-form button")
    page.wait_for_selector(".leaflet-underlay-pane img")


@pytest.fixture
def kindergarten(served: Served) -> tuple[str, str]:
    """A kindergarten's host link and the code of its open group."""
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    store = served.store()
    with store.writing() as db:
        process = processes.by_slug(db, demo.SLUG)
        token = arenas.create_host_link(db, process, label="Prøvebarnehagen", method="kindergarten", now=now)
        host = arenas.host(db, token, now)
        where = arenas.open_class(db, host, grade=None, group_name="Maur", school="Prøvebarnehagen", now=now)
        found = f"{served.url}/vert/{token}/klasse/{where.id}", where.join_code or ""
    store.dispose()
    return found


@pytest.mark.parametrize("language", ["nb-NO", "nn-NO", "en-GB"])
def test_one_adult_joins_for_many_children(
    served: Served, visit: Visit, kindergarten: tuple[str, str], language: str
) -> None:
    board, code = kindergarten
    page = visit(served.url, size=PHONE, language=language)
    page.fill("#code", code)
    page.click("button[type=submit]")
    page.wait_for_selector("#group:visible")
    kept(page, f"group-question-{language}")
    assert serious(page) == []
    page.fill("#head-count", "44")
    page.click("button[type=submit]")
    expect(page.locator("#trouble")).to_contain_text("head_count_out_of_range")
    page.fill("#head-count", "12")
    page.click("button[type=submit]")
    page.wait_for_url("**/kart/**")
    page.wait_for_selector("#group-form:visible")
    assert page.input_value("#group-count") == "12"
    kept(page, f"group-welcome-{language}")
    assert serious(page) == []
    page.click("#sheet-welcome [data-close]")
    page.wait_for_selector(".place-name-school span")
    draw(page, (0.3, 0.3), (0.5, 0.5))
    page.click("#sheet-item [data-close]")
    received(page, 1)
    page.click("#help")
    page.fill("#group-count", "9")
    page.click("#group-form button")
    expect(page.locator("#group-said")).to_contain_text("9")
    with reading(served) as db:
        newest = db.scalars(select(Participant).order_by(Participant.joined_at.desc()).limit(1)).one()
        assert newest.head_count == 9
    teacher = visit(board, size=DESK, language=language, touch=False)
    expect(teacher.locator("[data-count=people]")).to_have_text("9")
    kept(teacher, f"group-board-{language}")
    assert serious(teacher) == []


def test_a_pupil_of_a_class_is_never_asked_for_a_number(served: Served, visit: Visit) -> None:
    page = visit(served.url)
    page.fill("#code", served.code)
    page.click("button[type=submit]")
    page.wait_for_url("**/kart/**")
    page.wait_for_selector("#sheet-welcome:visible")
    assert page.locator("#group-form").count() == 0
