"""The made-up town into the real schema, and into the plain table that the peers work on."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.csv
import shapely

from app.services import processes
from app.store import Store
from benchmarks import data
from benchmarks.data import Answers, Town

SLUG = "benk"
EPSG = 25832
ALLOWS = '{"kinds": ["route", "place"], "groups": ["activity", "good", "bad", "wish"]}'
PEER_TABLE = """
CREATE TABLE peer_place (
    id bigserial PRIMARY KEY, category text NOT NULL, sentiment smallint NOT NULL, session_id integer NOT NULL,
    created timestamptz NOT NULL DEFAULT now(), text text, geom geometry(Point, 4326) NOT NULL
);
INSERT INTO peer_place (category, sentiment, session_id, created, text, geom)
SELECT c.category, CASE feeling WHEN 'good' THEN 1 WHEN 'bad' THEN -1 ELSE 0 END,
    dense_rank() OVER (ORDER BY participant_id), created_at, comment, geometry
FROM contribution c JOIN catalogue_entry e ON e.process_id = c.process_id AND e."group" = c."group"
    AND e.code = c.category AND NOT e.sensitive
WHERE kind = 'place' AND state IN ('pending', 'released') ORDER BY number;
CREATE INDEX ON peer_place USING gist (geom);
CREATE INDEX ON peer_place (session_id);
"""


def load(store: Store, url: str, town: Town, now: datetime) -> None:
    with store.writing() as db:
        area = shapely.box(data.WEST - 0.01, data.SOUTH - 0.01, data.EAST + 0.01, data.NORTH + 0.01)
        process = processes.create(
            db, slug=SLUG, prefix="BENK", title="Benk", municipality="3203", area=area, export_epsg=EPSG, now=now
        )
        school = shapely.buffer(shapely.points(town.schools[0]), 0.0005)
        place = {"kind": "school", "name": "Skolen", "geometry": school, "public_destination": True}
        processes.add_named_places(db, process, [place])
    with psycopg.connect(url.replace("+psycopg", "")) as db:
        _load(db, town, process.id, now)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        db.execute("VACUUM (ANALYZE, FREEZE)")
        db.execute("CHECKPOINT")


def _load(db: psycopg.Connection[Any], town: Town, process: UUID, now: datetime) -> None:
    rng = np.random.default_rng(data.SEED + 1)
    classes, children = _ids(rng, len(town.school_of_class)), _ids(rng, len(town.class_of_child))
    db.execute("SET session_replication_role = replica")
    _copy(db, "arena", _arenas(town, classes, process, now))
    _copy(db, "participant", _participants(town, classes, children, now))
    db.execute("DROP INDEX contribution_geometry_gist")
    arenas = classes[town.class_of_child]
    points, lines = shapely.points(town.place_xy), _lines(town)
    for kind, answers, shapes in (("place", town.places, points), ("route", town.routes, lines)):
        columns = _contributions(rng, kind, answers, shapes)
        columns |= {"process_id": _same(process, len(shapes)), "change": _same(1, len(shapes))}
        columns |= {"arena_id": arenas[answers.child], "participant_id": children[answers.child]}
        _copy(db, "contribution", columns)
    db.execute("CREATE INDEX contribution_geometry_gist ON contribution USING gist (geometry)")
    db.execute(PEER_TABLE)


def _arenas(town: Town, ids: np.ndarray, process: UUID, now: datetime) -> dict[str, Sequence[Any]]:
    count = len(ids)
    grades = np.arange(count) % 10 + 1
    schools = [f"Skole {school}" for school in town.school_of_class]
    letters = ["ABCDEFGH"[nth // 10 % 8] for nth in range(count)]
    return {
        "id": ids,
        "process_id": _same(process, count),
        "method": _same("school_class", count),
        "title": [f"{s} {g}{x}" for s, g, x in zip(schools, grades, letters, strict=True)],
        "school": schools,
        "grade": grades,
        "location": _ewkb(shapely.points(town.schools[town.school_of_class])),
        "allows": _same(ALLOWS, count),
        "state": _same("open", count),
        "created_at": _same(now, count),
    }


def _participants(town: Town, classes: np.ndarray, ids: np.ndarray, now: datetime) -> dict[str, Sequence[Any]]:
    return {
        "id": ids,
        "arena_id": classes[town.class_of_child],
        "alias": [f"blue.fox.{nth % data.PER_CLASS + 1}" for nth in range(len(ids))],
        "head_count": _same(1, len(ids)),
        "joined_at": _same(now, len(ids)),
    }


def _contributions(
    rng: np.random.Generator, kind: str, answers: Answers, shapes: np.ndarray
) -> dict[str, Sequence[Any]]:
    count, at = len(shapes), pa.array(answers.at, pa.timestamp("us", "UTC"))
    way = kind == "route"
    return {
        "id": _ids(rng, count),
        "kind": _same(kind, count),
        "group": answers.group,
        "category": answers.category,
        "feeling": answers.feeling,
        "mode": rng.choice(np.array(["walk", "cycle", "car"], dtype=object), count) if way else _same(None, count),
        "season": rng.choice(np.array(["winter", "all_year", None], dtype=object), count),
        "frequency": rng.choice(np.array(["daily", "weekly", None], dtype=object), count),
        "comment": answers.text,
        "geometry": _ewkb(shapes),
        "source": _same("map", count),
        "state": answers.state,
        "digest": _same("0" * 64, count),
        "created_at": at,
        "changed_at": at,
    }


def _lines(town: Town) -> np.ndarray:
    owner = np.repeat(np.arange(len(town.offsets) - 1), np.diff(town.offsets))
    lines: np.ndarray = shapely.linestrings(town.route_xy, indices=owner)
    return lines


def _copy(db: psycopg.Connection[Any], table: str, columns: dict[str, Sequence[Any]]) -> None:
    """COPY from CSV, which Arrow writes fast; an empty field is NULL."""
    names = ", ".join(f'"{name}"' for name in columns)
    made = pa.table({name: pa.array(values, from_pandas=True) for name, values in columns.items()})
    options = pyarrow.csv.WriteOptions(include_header=False)
    with db.cursor().copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)") as copy:
        for first in range(0, len(made), 50_000):
            text = io.BytesIO()
            pyarrow.csv.write_csv(made.slice(first, 50_000), text, options)
            copy.write(text.getvalue())


def _ids(rng: np.random.Generator, count: int) -> np.ndarray:
    """Random UUIDs as text."""
    text = rng.bytes(16 * count).hex()
    return np.array([text[at : at + 32] for at in range(0, len(text), 32)], dtype=object)


def _ewkb(shapes: np.ndarray) -> np.ndarray:
    hexed: np.ndarray = shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True)
    return hexed


def _same(value: Any, count: int) -> pa.Array:
    return pa.repeat(str(value) if isinstance(value, UUID) else value, count)
