"""``python -m tests.soak.votes``: a workshop of 120 phones that vote within two minutes, on each store.

Every phone has its own key and sends its ballot with each dot it gives, through a network where half of all is dropped,
lost, doubled, cut or delayed, again until there is a receipt: the last ballot up to three times, an old one after it.
Exit code 1 unless each phone's last ballot counts, and counts once.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from app.services import processes, workshop
from tests import builders as a
from tests.soak.proxy import Answered, Network
from tests.soak.serving import demo_on, on_each_store

PHONES, DOTS, OVER_S, AGAIN_S = 120, 5, 120.0, 0.5
FAULTS = 0.5  # of what is sent goes wrong


class Air(Network):
    """Joining goes wrong as often as voting; ``answers`` holds how long the service itself took, in seconds."""

    def __init__(self, upstream: int, *, seed: int) -> None:
        super().__init__(upstream, seed=seed)
        self.answers: list[float] = []

    def fault(self, method: str) -> str:
        return super().fault("PUT" if method == "POST" else method)

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answered | None:
        began = time.perf_counter()
        found = super().forward(method, path, headers, body)
        if method == "PUT":
            self.answers.append(time.perf_counter() - began)
        return found


@dataclass
class Phone:
    """What a phone gave at last, by input, and what it took: sendings, and seconds from a ballot to its receipt.
    ``again``: seconds until it tries once more.
    """

    again: float
    given: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    sendings: int = 0
    waits: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """``cast`` phones got a receipt, ``counted`` ballots are on the wall. ``lost``: ballots that are not what their
    phone gave, and dots that are not on the wall; ``doubled``: ballots and dots on the wall that nobody gave.
    """

    cast: int
    counted: int
    lost: int
    doubled: int
    story: str

    @property
    def line(self) -> str:
        return f"cast {self.cast} counted {self.counted} lost {self.lost} doubled {self.doubled}; {self.story}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.votes")
    parser.add_argument("--phones", type=int, default=PHONES)
    parser.add_argument("--over", type=float, default=OVER_S, help="seconds within which all vote")
    asked = parser.parse_args()

    def run(folder: Path, database: str) -> tuple[str, bool]:
        found = vote(folder, database, asked.phones, asked.over)
        return found.line, (found.cast, found.counted, found.lost, found.doubled) == (asked.phones, asked.phones, 0, 0)

    return on_each_store(run)


def vote(folder: Path, database: str, phones: int, over: float) -> Outcome:
    """On one store, with a workshop about the demo's inputs."""
    with demo_on(folder, database) as (service, store):
        with store.writing() as db:
            process = processes.by_slug(db, "proveoya")
            inputs = [row.public_id for row in workshop.suggested(db, process)]
            arena = workshop.open_workshop(db, process, title="Verksted", dots=DOTS, public_ids=inputs, now=a.NOW)
        return ballots(service.port, arena.join_code or "", inputs, phones, over)


def ballots(port: int, code: str, inputs: list[str], phones: int, over: float, again: float = AGAIN_S) -> Outcome:
    """All phones at once against the service on a port, and what is on the wall afterwards."""
    air = Air(port, seed=phones)
    air.faults = FAULTS
    began = time.perf_counter()
    try:
        with ThreadPoolExecutor(phones) as people:
            told = list(people.map(lambda n: _person(air.url, code, inputs, n, over, again), range(phones)))
    finally:
        air.close()
    seconds = time.perf_counter() - began
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/verksted/{code}/tall") as answer:
        return _outcome(told, json.load(answer), air, seconds)


def _person(url: str, code: str, inputs: list[str], number: int, over: float, again: float) -> Phone:
    """Joins, gives dots one by one, moves one, and sends the ballot with every change, as the page does."""
    rng, phone = np.random.default_rng(number), Phone(again)
    time.sleep(rng.uniform(0, over / 2))
    token = _sent(url, phone, "POST", "/api/v1/join", {"code": code, "head_count": 1})["token"]
    sent = []
    for nth in range(DOTS + 1):
        time.sleep(rng.uniform(0, over / (2 * DOTS + 2)))
        if nth == DOTS:
            phone.given[next(iter(phone.given))] -= 1
        chosen = str(rng.choice(inputs))
        phone.given[chosen] = phone.given.get(chosen, 0) + 1
        sent.append({"dots": dict(phone.given), "revision": nth + 1})
        began = time.perf_counter()
        _sent(url, phone, "PUT", "/api/v1/ballot", sent[-1], token)
        phone.waits.append(time.perf_counter() - began)
    for old in [sent[-1]] * (number % 3) + [sent[0]] * (number % 2):
        _sent(url, phone, "PUT", "/api/v1/ballot", old, token)
    phone.given = {id: count for id, count in phone.given.items() if count}
    phone.kept = _sent(url, phone, "GET", "/api/v1/ballot", None, token)["dots"]
    return phone


def _sent(url: str, phone: Phone, method: str, path: str, body: Any, token: str = "") -> Any:
    """As the page does it: again until there is a whole answer."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    for _ in range(40):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        phone.sendings += 1
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status in (200, 201):
                return json.loads(said)
            if answer.status < 500 and answer.status != 429:
                raise AssertionError(f"refused: {answer.status} {said!r}")
        time.sleep(phone.again)
    raise AssertionError("never received")


def _outcome(told: list[Phone], wall: dict[str, Any], air: Air, seconds: float) -> Outcome:
    given: Counter[str] = Counter()
    for phone in told:
        given.update(phone.given)
    shown = Counter({each["id"]: each["dots"] for each in wall["ranked"]})
    doubled = (shown - given).total() + max(wall["ballots"] - len(told), 0)
    lost = sum(phone.kept != phone.given for phone in told) + (given - shown).total()
    p50, p95, most = np.percentile(air.answers, (50, 95, 100)) * 1000
    receipt = np.percentile([wait for phone in told for wait in phone.waits], 95)
    story = (
        f"{sum(len(phone.waits) for phone in told)} ballots in {seconds:.0f} s, "
        f"{sum(phone.sendings for phone in told)} requests, {air.seen.total()} gone wrong; the service answered in "
        f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, longest {most:.0f} ms; until the receipt p95 {receipt:.1f} s"
    )
    return Outcome(len(told), wall["ballots"], lost, doubled, story)


if __name__ == "__main__":
    sys.exit(main())
