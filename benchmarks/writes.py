"""Durable writes, one feature a request: our whole service against a bare insert, both with two workers."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import numpy as np
from sqlalchemy import text

from app.services import arenas, participants, processes
from benchmarks import data
from benchmarks.ground import NOW, Ground
from benchmarks.load import put_under
from benchmarks.measuring import Row, pairs, same
from benchmarks.peers import insert
from benchmarks.serving import running, service
from tests.postgres import free_port

CONNECTIONS = 8
PAIRS = 11
SECONDS = 4.0
MOST_A_SECOND = 2500
PER_CLASS = 500
PLACES_EACH, ROUTES_EACH = 12, 3
TABLE = {"places": "contribution", "peer_places": "peer_place", "routes": "contribution", "peer_routes": "peer_route"}
ROUTES_TABLE = """
CREATE TABLE IF NOT EXISTS peer_route (
    id bigserial PRIMARY KEY, category text NOT NULL, sentiment smallint NOT NULL, session_id integer NOT NULL,
    created timestamptz NOT NULL DEFAULT now(), text text, geom geometry(LineString, 4326) NOT NULL
);
CREATE INDEX IF NOT EXISTS peer_route_geom ON peer_route USING gist (geom);
CREATE INDEX IF NOT EXISTS peer_route_session ON peer_route (session_id);
"""


def rows(ground: Ground) -> list[Row]:
    with ground.store.writing() as db:
        db.execute(text(ROUTES_TABLE))
    with service(ground) as ours, _bare(ground) as peer:
        return [
            _row(ground, ours, peer, "places", 1.0),
            _row(ground, ours, peer, "routes", None),
        ]


def _row(ground: Ground, ours: int, peer: int, kind: str, target: float | None) -> Row:
    rng = np.random.default_rng(data.SEED)
    stored: dict[str, int] = {"ours": 0, "peer": 0}

    def sent(side: str, seconds: float) -> float:
        count = int(MOST_A_SECOND * seconds)
        drawn = _drawn(rng, kind, count)
        requests = _ours(ground, rng, kind, drawn) if side == "ours" else _peer(rng, kind, drawn)
        answered = put_under(ours if side == "ours" else peer, requests, CONNECTIONS, seconds)
        same(f"statuses of {side}", dict(answered.statuses), {201: answered.statuses.total()})
        stored[side] += answered.statuses.total()
        return answered.seconds_each

    ours_table, peer_table = TABLE[kind], TABLE[f"peer_{kind}"]
    before = _counted(ground, ours_table), _counted(ground, peer_table)
    for side in stored:
        sent(side, 1.0)
    found = pairs(lambda: sent("ours", SECONDS), lambda: sent("peer", SECONDS), PAIRS)
    same("our rows and answers 201", _counted(ground, ours_table) - before[0], stored["ours"])
    same("the peer's rows and answers 201", _counted(ground, peer_table) - before[1], stored["peer"])
    times = median(found[0]), median(found[1])
    more = {
        "equal": f"each answer 201 is one row: {stored['ours']} of ours, {stored['peer']} of the peer's",
        "ours_rate": round(1 / times[0]),
        "peer_rate": round(1 / times[1]),
        "connections": CONNECTIONS,
    }
    masked = ", each masked" if kind == "routes" else ""
    return Row(f"durable write of {kind}{masked}, a request", times[0], insert.NAME, times[1], target, PAIRS, more)


def _counted(ground: Ground, table: str) -> int:
    with ground.store.reading() as db:
        return int(db.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def _drawn(rng: np.random.Generator, kind: str, count: int) -> list[Any]:
    """Geometries as devices send them."""
    start = rng.uniform((data.WEST, data.SOUTH), (data.EAST, data.NORTH), (count, 2)).round(7)
    if kind == "places":
        return [{"type": "Point", "coordinates": xy} for xy in start.tolist()]
    xy, offsets = data.walks(rng, start, rng.integers(0, data.SCHOOLS, count))
    return [{"type": "LineString", "coordinates": xy[first:last].tolist()} for first, last in pairwise(offsets)]


def _ours(ground: Ground, rng: np.random.Generator, kind: str, drawn: Sequence[Any]) -> list[bytes]:
    """As a pupil's device sends them: under an id of its own, with the pupil's token, a few for each pupil."""
    each = PLACES_EACH if kind == "places" else ROUTES_EACH
    tokens = _joined(ground, -(-len(drawn) // each))
    properties: dict[str, Any] = {"kind": "place", "group": "bad", "category": "dark"}
    if kind == "routes":
        properties = {"kind": "route", "category": "to_school", "mode": "walk", "feeling": "good"}
    said = data.sentences(rng, len(drawn))
    return [
        _request(
            f"PUT /api/v1/contributions/{uuid4()}",
            {"type": "Feature", "geometry": geometry, "properties": {**properties, "comment": comment}},
            f"Authorization: Bearer {tokens[nth % len(tokens)]}\r\n",
        )
        for nth, (geometry, comment) in enumerate(zip(drawn, said, strict=True))
    ]


def _peer(rng: np.random.Generator, kind: str, drawn: Sequence[Any]) -> list[bytes]:
    said, who = data.sentences(rng, len(drawn)), rng.integers(1, 80_000, len(drawn)).tolist()
    return [
        _request(
            f"POST /{kind}",
            {
                "type": "Feature",
                "geometry": geometry,
                "properties": {"category": "dark", "sentiment": -1, "session_id": child, "text": comment},
            },
        )
        for geometry, child, comment in zip(drawn, who, said, strict=True)
    ]


def _request(line: str, body: Any, headers: str = "") -> bytes:
    content = json.dumps(body, separators=(",", ":")).encode()
    about = f"Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return f"{line} HTTP/1.1\r\n{about}{headers}\r\n".encode() + content


def _joined(ground: Ground, count: int) -> list[str]:
    """Tokens of so many pupils who have just joined."""
    tokens: list[str] = []
    with ground.store.writing() as db:
        process = processes.by_slug(db, ground.slug)
        link = arenas.create_host_link(db, process, label="Skolen", now=NOW)
        host = arenas.host(db, link, NOW)
        while len(tokens) < count:
            arena = arenas.open_class(db, host, grade=5, group_name="5A", school="Skolen", now=NOW)
            for _ in range(min(PER_CLASS, count - len(tokens))):
                valid = timedelta(days=3650)
                tokens.append(participants.join(db, arena.join_code or "", NOW, valid=valid).token)
    return tokens


@contextmanager
def _bare(ground: Ground) -> Iterator[int]:
    """The peer's app under the same server with the same number of workers and threads."""
    port = free_port()
    program = str(Path(sys.executable).with_name("gunicorn"))
    how = ["--workers", "2", "--worker-class", "gthread", "--threads", "8", "--keep-alive", "15", "--no-control-socket"]
    command = [program, *how, "--bind", f"127.0.0.1:{port}", "benchmarks.peers.insert:create_app()"]
    with running(command, ground.environment, port):
        yield port
