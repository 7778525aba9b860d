"""A real Chromium against the real server, as people run it. Every request a page makes is watched."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.store import Store
from tests import chromium
from tests.postgres import Cluster, free_port

ROOT = Path(__file__).resolve().parents[2]
PHONE, TABLET, DESK = (390, 844), (768, 1024), (1440, 900)
PATIENCE_MS = 30_000

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Served:
    """The running service and the keys it printed."""

    url: str
    code: str
    teacher: str
    password: str
    process: subprocess.Popen[str]
    database: str

    def store(self) -> Store:
        return Store(self.database)


def serve(folder: Path, database: str) -> Iterator[Served]:
    """``snarvei serve`` in an empty folder: what ``make run`` does after it has installed."""
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SNARVEI_")}
    environ = {**inherited, "PORT": str(port), "SNARVEI_DATA_DIR": str(folder), "DATABASE_URL": database}
    command = [str(Path(sys.executable).with_name("snarvei")), "serve"]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    said = ""
    while "Serving on" not in said:
        line = process.stdout.readline()
        assert line, f"the service did not start: {said}"
        said += line
    url = f"http://127.0.0.1:{port}"
    _wait(url)
    found = {name: re.search(pattern, said) for name, pattern in _PRINTED.items()}
    assert all(found.values()), said
    yield Served(url, **{name: match[1] for name, match in found.items() if match}, process=process, database=database)
    process.terminate()
    process.wait(20)
    process.stdout.close()


_PRINTED = {"code": r"Class code: (\w+)", "teacher": r"Teacher link: (\S+)", "password": r"password: (\S+)"}


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the service does not answer")


@pytest.fixture(scope="session")
def embedded_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("embedded")
    yield from serve(folder, f"sqlite:///{folder / 'snarvei.sqlite'}")


@pytest.fixture(scope="session")
def postgis_service(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Iterator[Served]:
    yield from serve(tmp_path_factory.mktemp("postgis"), cluster.database("browser"))


@pytest.fixture(params=["embedded", "postgis"])
def either(request: pytest.FixtureRequest) -> Served:
    """The service on both stores, one after the other."""
    found: Served = request.getfixturevalue(f"{request.param}_service")
    return found


@pytest.fixture
def served(embedded_service: Served) -> Served:
    return embedded_service


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium.launched() as opened:
        yield opened


@dataclass
class Watched:
    """What the pages of a test asked for and complained about."""

    hosts: set[str]
    complaints: list[str]


@pytest.fixture
def watched() -> Iterator[Watched]:
    found = Watched(set(), [])
    yield found
    assert found.hosts <= {"127.0.0.1"}, f"a page asked another host: {found.hosts}"
    assert found.complaints == []


@pytest.fixture
def visit(browser: Browser, watched: Watched) -> Iterator[Callable[..., Page]]:
    """``visit(url, size=PHONE, language="nb-NO", touch=True)``: a new device opens the page."""
    contexts: list[BrowserContext] = []

    def opened(
        url: str, *, size: tuple[int, int] = PHONE, language: str = "nb-NO", touch: bool = True, **more: Any
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale=language, has_touch=touch, **more
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", lambda request: watched.hosts.add(urlsplit(request.url).hostname or "data"))
        context.on("weberror", lambda error: watched.complaints.append(f"error: {error.error}"))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: _complain(watched, message))
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    watched.hosts -= {"data"}


def _complain(watched: Watched, message: Any) -> None:
    """Errors that the browser writes about refused requests are part of what some tests do."""
    if message.type == "error" and "Failed to load resource" not in message.text:
        watched.complaints.append(message.text)


def join(page: Page, served: Served, code: str | None = None, *, guided: bool = False) -> Page:
    """From the front page onto the map, past the intro: with all tools, or in the lesson."""
    page.fill("#code", (code or served.code).lower())
    page.click("button[type=submit]")
    return past_intro(page, guided=guided)


def past_intro(page: Page, *, guided: bool = False) -> Page:
    """From the code onto the map: with all tools, or in the lesson."""
    page.wait_for_url("**/kart/**")
    page.click("#sheet-welcome [data-close]")
    if (page.locator("body[data-guided]").count() > 0) != guided:
        page.click("#switch-mode")
    page.wait_for_selector(".place-name-school span")
    return page


def open_class(
    visit: Callable[..., Page], served: Served, name: str, *, practice: bool = False, size: Any = DESK, **device: Any
) -> Page:
    """The board of a class that a teacher has just opened."""
    page = visit(served.teacher, **{"size": size, "touch": False, **device})
    page.select_option("#grade", "5")
    page.fill("#group_name", name)
    if practice:
        page.check("[name=practice]")
    page.click("main form button.primary")
    page.wait_for_selector(".big-code")
    return page


def code_on(page: Page) -> str:
    """The code that a teacher's page shows."""
    return (page.get_attribute(".big-code", "aria-label") or "").replace(" ", "")


def sign_in(page: Page, served: Served) -> Page:
    page.fill("#username", "planlegger")
    page.fill("#password", served.password)
    page.click("main button.primary")
    page.wait_for_url("**/kart")
    page.wait_for_selector(".area-row")
    return page


def shot(page: Page, name: str) -> None:
    """Keep a picture for the README when they are made anew (make screenshots), in 128 colours."""
    if os.environ.get("SCREENSHOTS"):
        page.wait_for_timeout(500)
        path = ROOT / "docs" / "screenshots" / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(128).save(path, optimize=True)


def on_device(page: Page, store: str, work: str, given: Any = None, *, mode: str = "readonly") -> Any:
    """What ``work(store, given)`` asks of one store of this device's memory; an error where the browser refuses."""
    return page.evaluate(
        f"""async (given) => {{
            const said = (asked) => new Promise((done, refused) => {{
                asked.onsuccess = () => done(asked.result);
                asked.onerror = () => refused(asked.error);
            }});
            const db = await said(indexedDB.open("snarvei"));
            const transaction = db.transaction("{store}", "{mode}");
            const over = new Promise((done, refused) => {{
                transaction.oncomplete = done;
                transaction.onabort = () => refused(transaction.error);
            }});
            const answer = await said(({work})(transaction.objectStore("{store}"), given));
            await over;
            db.close();
            return answer;
        }}""",
        given,
    )


class Fingers:
    """Real touches, through the browser's own input."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session = page.context.new_cdp_session(page)

    def send(self, type: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self.session.send("Input.dispatchTouchEvent", {"type": type, "touchPoints": touches})

    def drag(self, *path: tuple[float, float], steps: int = 12) -> None:
        """One finger along a path, at rest before it is lifted: after a flick Chromium swallows the next tap."""
        self.send("touchStart", path[0])
        for a, b in pairwise(path):
            for step in range(1, steps + 1):
                t = step / steps
                self.send("touchMove", (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
        self.page.wait_for_timeout(100)
        self.send("touchEnd")

    def pan(self, dx: float, dy: float, at: tuple[float, float], steps: int = 10) -> None:
        """Two fingers side by side."""
        first, second = (at[0] - 40, at[1]), (at[0] + 40, at[1])
        self.send("touchStart", first)
        self.send("touchMove", (first[0] + 2, first[1] + 1))
        self.send("touchStart", first, second)
        for step in range(1, steps + 1):
            t = step / steps
            moved = [(x + t * dx, y + t * dy) for x, y in (first, second)]
            self.send("touchMove", *moved)
        self.page.wait_for_timeout(100)
        self.send("touchEnd")


def on_map(page: Page, x: float, y: float) -> tuple[float, float]:
    """A point of the screen, as fractions of the map."""
    box = page.locator("#map-holder").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def draw(page: Page, *fractions: tuple[float, float]) -> None:
    """Choose My way, draw with a finger, done."""
    page.click("#tool-route")
    page.click("[data-draw=freehand]")
    page.wait_for_timeout(200)
    Fingers(page).drag(*(on_map(page, *f) for f in fractions))
    page.click("#save-route")


def put_sticker(page: Page, group: str, category: str, at: tuple[float, float]) -> None:
    """Tap a sticker, tap the map."""
    page.click("#tool-stickers")
    page.click(f"#tab-{group}")
    page.click(f"[data-group={group}][data-category={category}]")
    page.wait_for_timeout(200)
    page.touchscreen.tap(*on_map(page, *at))
    page.wait_for_selector("#sheet-item:visible")


def received(page: Page, count: int) -> None:
    """Wait until so many things have their receipt."""
    said = re.compile(rf"(^|\D){count} (mottatt|mottatte|motteke|mottekne|received|استُلم)")
    expect(page.locator("#receipt")).to_have_text(said)
