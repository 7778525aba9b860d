"""Searching a roadmap of 10,000 inputs, on both stores, held against the promise: 95 of 100 queries within so long."""

from __future__ import annotations

import tempfile
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import insert, select, text

from app.model import InputTag, Process, RoadmapInput
from app.model.roadmap import INPUT_KINDS, REALISERS
from app.services import processes, roadmap_search
from app.services.roadmap_search import Query
from app.store import Store, migrations
from benchmarks import data
from benchmarks.ground import NOW, Ground
from benchmarks.measuring import Differs, Row, timed

INPUTS = 10_000
ROUNDS = 3
PROMISED = {"postgresql": 0.050, "sqlite": 0.150}
STATUSES = ("heard", "considered", "planned", "done", "declined")
THEMES = ("traffic_safety", "play_and_meeting", "outdoors", "culture_and_sport", "upkeep", "growing_up", "other")
TYPED = ("", "lys", "mørk sti", "sykkel", "sk", "ved skolen", "gatelykt", "benk park", "finnesikke", "trygg vei barn")


def rows(ground: Ground) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        embedded = Store(f"sqlite:///{Path(folder) / 'bench.sqlite'}")
        migrations.upgrade(embedded)
        try:
            (served, first), (kept, second) = (_measured(store) for store in (ground.store, embedded))
        finally:
            embedded.dispose()
    if first["every"] != second["every"]:
        raise Differs(f"without words the stores let through {first['every']} and {second['every']} inputs")
    return [served, kept]


def _measured(store: Store) -> tuple[Row, dict[str, Any]]:
    """A row whose seconds are the 95th percentile, and how many inputs the queries without words let through."""
    with store.writing() as db:
        _fill(db)
    with store.migrating() as connection:
        connection.execute(text("ANALYZE"))
    queries, took, every = _queries(), [], []
    for turn in range(ROUNDS + 1):
        for query in queries:
            with store.reading() as db:
                process = processes.by_slug(db, "roadmap-bench")
                seconds = timed(partial(roadmap_search.search, db, process, query))
                if turn:
                    took.append(seconds)
                elif not query.text:
                    every.append(roadmap_search.search(db, process, query).total)
    p95 = float(np.percentile(took, 95))
    facts = {"median_ms": round(1000 * float(np.median(took)), 2), "p95_ms": round(1000 * p95, 2), "every": every}
    facts["worst_ms"] = round(1000 * max(took), 2)
    promised = PROMISED[store.kind]
    work = f"search of {INPUTS:,} roadmap inputs, {len(queries)} queries, p95, {store.kind}"
    return Row(work, p95, f"the promise of {1000 * promised:.0f} ms", promised, 1.0, len(took), facts), facts


def _queries() -> list[Query]:
    """Words alone and with each other part of the filter, pages, and places."""
    parts: list[dict[str, Any]] = [
        {},
        {"realisers": ("residents", "together")},
        {"themes": ("outdoors",), "kinds": ("challenge",)},
        {"statuses": ("heard", "considered")},
        {"tag": "natt"},
        {"placed": True},
        {"page": 7},
        {"near": "Skolen", "within": 1000},
    ]
    return [Query(text=typed, **part) for typed, part in product(TYPED, parts)]


def _fill(db: Any) -> None:
    rng = np.random.default_rng(data.SEED)
    area = shapely.box(data.WEST, data.SOUTH, data.EAST, data.NORTH)
    process = processes.create(
        db, slug="roadmap-bench", prefix="ROAD", title="Veikart", municipality="3203", area=area,
        export_epsg=25832, now=NOW,
    )  # fmt: skip
    school = {"kind": "school", "name": "Skolen", "geometry": area.centroid.buffer(0.0005)}
    processes.add_named_places(db, process, [{**school, "public_destination": True}])
    titles, texts = data.sentences(rng, INPUTS), data.sentences(rng, INPUTS)
    spread = rng.uniform((data.WEST, data.SOUTH), (data.EAST, data.NORTH), (INPUTS, 2))
    picked = rng.integers(0, 1000, (INPUTS, 4))
    made = [_input(process, n, titles[n], texts[n], spread[n], picked[n].tolist()) for n in range(INPUTS)]
    for first in range(0, INPUTS, 500):
        db.execute(insert(RoadmapInput), made[first : first + 500])
    tagged = select(RoadmapInput.id).where(RoadmapInput.process_id == process.id, RoadmapInput.number % 20 == 0)
    db.add_all(InputTag(input_id=id, tag="natt") for id in db.scalars(tagged))


def _input(process: Process, n: int, title: str, said: str, at: np.ndarray, picked: list[int]) -> dict[str, Any]:
    return {
        "process_id": process.id,
        "number": n + 1,
        "public_id": processes.public_id("ROAD", "", n + 1),
        "title": title,
        "text": said,
        "theme": THEMES[picked[0] % len(THEMES)],
        "kind": INPUT_KINDS[picked[1] % 3],
        "realiser": REALISERS[picked[2] % 3],
        "status": STATUSES[picked[3] % 5],
        "location": shapely.Point(*at) if n % 2 else None,
        "created_at": NOW,
        "changed_at": NOW,
        "version": 1,
    }
