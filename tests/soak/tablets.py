"""Tablets with the real page in a real browser: they draw while the network and the service come and go."""

from __future__ import annotations

import random
import time
from typing import Any

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError

from tests.maps.conftest import TABLET, join, on_device, put_sticker


class Tablet:
    """One browser of its own on the participant's page."""

    def __init__(self, browser: Browser, url: str, served: Any, name: str, seed: int) -> None:
        self.name = name
        self.rng = random.Random(seed)
        self.made: list[str] = []
        self.reloads = 0
        context = browser.new_context(
            viewport={"width": TABLET[0], "height": TABLET[1]}, locale="nb-NO", has_touch=True
        )
        context.set_default_timeout(15_000)
        self.page: Page = context.new_page()
        self.page.goto(url)
        join(self.page, served)
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        self.page.wait_for_timeout(800)

    def draw(self) -> None:
        """One sticker with a comment; sometimes without network, sometimes with a reload before it is sent."""
        mark = f"soak {self.name} {len(self.made) + 1}"
        away = self.rng.random() < 0.2
        self.page.context.set_offline(away)
        number = len(self.made)
        put_sticker(self.page, "good", "nice", (0.15 + number % 10 * 0.07, 0.15 + number // 10 * 0.1))
        self.made.append(mark)
        self.page.fill("#comment", mark)
        if self.rng.random() < 0.15:
            self.reload()
        else:
            self.page.click("#sheet-item [data-close]")
        if away:
            self.page.context.set_offline(False)

    def reload(self) -> None:
        """The page comes back, from the server or from the device."""
        self.reloads += 1
        self.page.reload()
        self.page.wait_for_selector("#tool-stickers")
        self.page.wait_for_timeout(300)

    def drain(self, seconds: float) -> int:
        """How many things are still unsent when the time is over; nobody touches the page meanwhile."""
        until = time.monotonic() + seconds
        left = -1
        while left != 0 and time.monotonic() < until:
            try:
                items = on_device(self.page, "items", "(items) => items.getAll()")
                left = sum(item["revision"] > item["sent"] for item in items)
            except BrowserError:
                left = -1
            self.page.wait_for_timeout(250)
        return left

    def close(self) -> None:
        self.page.context.close()
