"""One soak on one store: a class joins at once, draws while everything goes wrong, and the rows are counted."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser
from sqlalchemy import func, select

from app.model import Contribution
from app.store import Store
from tests.soak.devices import Device
from tests.soak.proxy import Network
from tests.soak.serving import Service
from tests.soak.tablets import Tablet

DRAIN_S = 60


@dataclass
class Outcome:
    """``stored`` of what was made, ``lost``, rows too many, and how it was."""

    stored: int
    lost: int
    doubled: int
    story: str

    @property
    def line(self) -> str:
        return f"stored {self.stored} lost {self.lost} doubled {self.doubled}"


def soak(browser: Browser, database: str, *, drawings: int, pupils: int, tablets: int, on_tablets: int) -> Outcome:
    """``drawings`` in all: ``on_tablets`` through the real page, the others by devices that keep to its protocol."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        service = Service(folder, database)
        service.start()
        network = Network(service.port, seed=drawings)
        try:
            return _soak(browser, service, network, folder, (drawings, pupils, tablets, on_tablets))
        finally:
            network.close()
            service.stop()


def _soak(
    browser: Browser, service: Service, network: Network, folder: Path, size: tuple[int, int, int, int]
) -> Outcome:
    drawings, pupils, tablets, on_tablets = size
    before = _rows(service.database)
    began = time.monotonic()
    devices = [Device(f"device {n}", network.url, folder, seed=n) for n in range(pupils)]
    _join_at_once(devices, service.code)
    shown = [Tablet(browser, network.url, service, f"tablet {n}", seed=n) for n in range(tablets)]
    share = _shares(drawings - on_tablets - pupils, pupils)
    with _trouble(service, network):
        threads = [threading.Thread(target=d.work, args=(n,)) for d, n in zip(devices, share, strict=True)]
        for thread in threads:
            thread.start()
        for tablet, count in zip(shown, _shares(on_tablets, tablets), strict=True):
            for _ in range(count):
                tablet.draw()
        for thread in threads:
            thread.join()
    left = [tablet.drain(DRAIN_S) for tablet in shown]
    marks = {mark for maker in (*devices, *shown) for mark in maker.made}
    found = _rows(service.database)
    here = {mark for mark in found["marks"] if mark in marks}
    times = sorted(device.first_receipt_s for device in devices)
    story = (
        f"{time.monotonic() - began:.0f} s, {service.kills} × kill -9, {sum(t.reloads for t in shown)} reloads, "
        f"writes gone wrong {dict(sorted(network.seen.items()))}, unsent on tablets at the end {left}\n"
        f"{pupils} pupils at once, join to first receipt: median {times[len(times) // 2]:.2f} s, "
        f"p95 {times[int(len(times) * 0.95)]:.2f} s"
    )
    for tablet in shown:
        tablet.close()
    rows = found["rows"] - before["rows"]
    return Outcome(len(here), len(marks) - len(here), max(rows - len(here), 0), story)


def _join_at_once(devices: list[Device], code: str) -> None:
    together = threading.Barrier(len(devices))
    threads = [threading.Thread(target=device.first, args=(code, together)) for device in devices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def _trouble(service: Service, network: Network) -> Iterator[None]:
    """Until the block ends: a share of the writes goes wrong, the service is killed, the network goes; between two
    troubles there is at least as long a rest as the last one took.
    """
    over = threading.Event()

    def go_on() -> None:
        rng = random.Random(1)
        network.faults = 0.3
        rest = 0.0
        while not over.wait(2 + 4 * rng.random() + rest):
            began = time.monotonic()
            if rng.random() < 0.6:
                service.kill()
                over.wait(0.5)
                service.start()
            else:
                network.away = True
                over.wait(1 + 2 * rng.random())
                network.away = False
            rest = time.monotonic() - began
        network.faults = 0.0

    thread = threading.Thread(target=go_on)
    thread.start()
    yield
    over.set()
    thread.join()


def _shares(whole: int, parts: int) -> list[int]:
    return [whole // parts + (1 if n < whole % parts else 0) for n in range(parts)]


def _rows(database: str) -> dict[str, object]:
    store = Store(database)
    with store.reading() as db:
        rows = db.scalar(select(func.count()).select_from(Contribution).where(Contribution.state != "erased"))
        marks = list(db.scalars(select(Contribution.comment).where(Contribution.comment.like("soak %"))))
    store.dispose()
    return {"rows": rows, "marks": marks}
