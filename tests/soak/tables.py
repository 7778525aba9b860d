"""``python -m tests.soak.tables``: a conference of 139 people at 20 tables who all write at once, on each store.

Every person sends notes through the real service's own door, some again as if the receipt were lost. Exit code 1 unless
each note is stored exactly once, word for word.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import numpy as np
from sqlalchemy import select

from app.model import ArenaNote
from app.services import occasions, processes
from tests import builders as a
from tests.soak.serving import demo_on, on_each_store

PEOPLE, TABLES, EACH = 139, 20, 10
AGAIN = 5  # every fifth note is sent twice


@dataclass(frozen=True)
class Outcome:
    """How many notes are stored, lost and doubled or changed; seconds of each answer, and of it all."""

    stored: int
    lost: int
    doubled: int
    waits: list[float]
    seconds: float

    @property
    def line(self) -> str:
        p50, p95, most = np.percentile(self.waits, (50, 95, 100)) * 1000
        return (
            f"stored {self.stored} lost {self.lost} doubled {self.doubled}; {len(self.waits)} answers in "
            f"{self.seconds:.1f} s, p50 {p50:.0f} ms, p95 {p95:.0f} ms, longest {most:.0f} ms"
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.tables")
    parser.add_argument("--each", type=int, default=EACH, help="notes of one person")
    parser.add_argument("--pause", type=float, default=2.0, help="seconds, on average, in which one writes a note")
    asked = parser.parse_args()

    def run(folder: Path, database: str) -> tuple[str, bool]:
        found = conference(folder, database, asked.each, asked.pause)
        return found.line, (found.stored, found.lost, found.doubled) == (PEOPLE * asked.each, 0, 0)

    return on_each_store(run)


def conference(folder: Path, database: str, each: int, pause: float) -> Outcome:
    with demo_on(folder, database) as (service, store):
        with store.writing() as db:
            process = processes.by_slug(db, "proveoya")
            arena = occasions.open_by_staff(db, process, title="Konferanse", method="conference", now=a.NOW)
        began = time.perf_counter()
        together = Barrier(PEOPLE)
        with ThreadPoolExecutor(PEOPLE) as people:
            told = list(
                people.map(
                    lambda n: _person(service.port, arena.join_code or "", n, each, pause, together), range(PEOPLE)
                )
            )
        seconds = time.perf_counter() - began
        with store.reading() as db:
            rows = db.execute(select(ArenaNote.id, ArenaNote.text).where(ArenaNote.arena_id == arena.id)).all()
    sent = {id: text for written, _ in told for id, text in written.items()}
    kept = {row.id: row.text for row in rows}
    changed = sum(sent.get(id) != text for id, text in kept.items())
    doubled = len(rows) - len({row.text for row in rows}) + changed
    return Outcome(len(rows), len(sent.keys() - kept.keys()), doubled, [w for _, waits in told for w in waits], seconds)


def _person(
    port: int, code: str, number: int, each: int, pause: float, together: Barrier
) -> tuple[dict[UUID, str], list[float]]:
    """What one person wrote, and how long each answer took."""
    rng = np.random.default_rng(number)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    written: dict[UUID, str] = {}
    waits: list[float] = []
    together.wait()
    for nth in range(each):
        time.sleep(rng.uniform(0, 2 * pause))
        id, text = uuid4(), f"Person {number} sier nummer {nth}: lys på stien, og en møteplass."
        body = json.dumps({"kind": "suggestion", "text": text, "part": number % TABLES + 1, "revision": 1})
        for _ in range(2 if nth % AGAIN == 0 else 1):
            began = time.perf_counter()
            _sent(connection, f"/notater/{code}/{id}", body)
            waits.append(time.perf_counter() - began)
        written[id] = text
    connection.close()
    return written, waits


def _sent(connection: http.client.HTTPConnection, path: str, body: str) -> None:
    """As the device does it: again until there is a receipt."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    for _ in range(20):
        try:
            connection.request("PUT", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status in (200, 201):
                return
            if answer.status < 500 and answer.status != 429:
                raise AssertionError(f"refused: {answer.status}")
        except (OSError, http.client.HTTPException):
            connection.close()
        time.sleep(0.5)
    raise AssertionError("never received")


if __name__ == "__main__":
    sys.exit(main())
