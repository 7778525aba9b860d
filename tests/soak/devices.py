"""Devices without a browser that keep to the outbox's protocol: kept first, sent until there is a receipt."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

Answer = tuple[int, dict[str, Any]]
LONGEST_WAIT_S = 2.0
SILENT_TRIES = 2


def call(url: str, method: str, path: str, body: Any = None, token: str | None = None) -> Answer | None:
    """Status and JSON of the answer; None if there was none, or only half of it."""
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=8)
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        said = json.loads(answer.read() or b"{}")
        connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        return None
    return answer.status, said


class Device:
    """One pupil's device. What it holds is in a file, so that it can crash at any moment."""

    def __init__(self, name: str, url: str, folder: Path, seed: int) -> None:
        self.name, self.url = name, url
        self.file = folder / f"{name}.json"
        self.rng = random.Random(seed)
        self.made: list[str] = []
        self.held: dict[str, Any] = {"unsent": {}, "receipts": {}}
        self.first_receipt_s = 0.0

    def join(self, code: str) -> None:
        """Until the class lets it in."""
        while True:
            answer = call(self.url, "POST", "/api/v1/join", {"code": code})
            if answer and answer[0] == 201:
                self.token, self.arena, self.catalogue = (answer[1][name] for name in ("token", "arena", "catalogue"))
                return
            time.sleep(0.2 + self.rng.random() / 2)

    def first(self, code: str, together: threading.Barrier) -> None:
        """Join with the whole class at once and send the first drawing; how long it took to have its receipt."""
        together.wait()
        began = time.perf_counter()
        self.join(code)
        self.draw()
        self.send_all()
        self.first_receipt_s = time.perf_counter() - began

    def work(self, drawings: int) -> None:
        """Draw and send, crash now and then, until everything has a receipt."""
        for _ in range(drawings):
            self.draw()
            if self.rng.random() < 0.6:
                self._round()
            if self.rng.random() < 0.1:
                self._crash()
        self.send_all()

    def send_all(self) -> None:
        wait = 0.1
        while self.held["unsent"]:
            if self._round():
                wait = 0.1
            else:
                time.sleep(wait * (0.75 + self.rng.random() / 2))
                wait = min(wait * 2, LONGEST_WAIT_S)

    def draw(self) -> None:
        mark = f"soak {self.name} {len(self.made) + 1}"
        self.made.append(mark)
        self.held["unsent"][str(uuid4())] = self._feature(mark)
        self._keep()

    def _round(self) -> bool:
        """Each unsent thing once; whether any got its receipt."""
        got, silent = False, 0
        for id, feature in list(self.held["unsent"].items()):
            answer = call(self.url, "PUT", f"/api/v1/contributions/{id}", feature, self.token)
            if answer is None or answer[0] in (429, 500, 502, 503):
                silent += 1
                if silent >= SILENT_TRIES:
                    break
                continue
            silent = 0
            assert answer[0] in (200, 201), answer
            if self.rng.random() < 0.05:
                self._crash()
                continue
            self.held["receipts"][id] = answer[1]["properties"]["short_id"]
            del self.held["unsent"][id]
            self._keep()
            got = True
        return got

    def _keep(self) -> None:
        part = self.file.with_suffix(".part")
        part.write_text(json.dumps(self.held))
        part.replace(self.file)

    def _crash(self) -> None:
        """Everything that was not on the device is forgotten."""
        self.held = json.loads(self.file.read_text())

    def _feature(self, mark: str) -> dict[str, Any]:
        lon, lat = self.arena["location"]["coordinates"]
        here = [lon + self.rng.uniform(-0.004, 0.004), lat + self.rng.uniform(-0.002, 0.002)]
        if self.rng.random() < 0.5:
            answers = {"kind": "place", "group": "good", "category": self.catalogue["good"][0]["code"]}
            return _feature({"type": "Point", "coordinates": here}, {**answers, "comment": mark})
        line = [here]
        for _ in range(12):
            line.append([line[-1][0] + self.rng.uniform(-4e-4, 4e-4), line[-1][1] + self.rng.uniform(-2e-4, 2e-4)])
        answers = {"kind": "route", "category": "to_school", "mode": "walk", "comment": mark}
        return _feature({"type": "LineString", "coordinates": line}, answers)


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
