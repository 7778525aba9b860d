"""The gate: the only place where contributions become a ``Layer``.

What passes: rows that count (not hidden, not erased, no practice, no sensitive sticker), masked before they were
stored, without pseudonyms; comments only after a person released them. Figures of fewer distinct people than the
process's minimum are withheld. What is public goes out as a numbered release: one fixed grid, one width, figures in
classes, never filtered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import numpy as np
import pyarrow as pa
import shapely
from pyarrow import compute
from sqlalchemy import ColumnElement, Date, Select, Table, and_, case, func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.model import Area, Arena, CatalogueEntry, Contribution, Participant, Process, Release, RoadmapInput
from app.model.catalogue import STICKER_GROUPS
from app.model.contribution import COUNTED_STATES
from app.services import processes
from app.store import columns, overlapping, watermark, wkb
from gis import grid, privacy
from gis.crs import WGS84, project
from gis.layer import Batch, Field, FieldType, Layer

BATCH = 5_000
CONTRIBUTION_LAYERS = {"place": "places", "route": "routes", "area": "drawn_areas"}
_GEOMETRY = {"place": "Point", "route": "MultiLineString", "area": "MultiPolygon"}
_COLUMNS: tuple[tuple[str, FieldType], ...] = (
    ("id", "text"),
    ("group", "text"),
    ("category", "text"),
    ("word", "text"),
    ("feeling", "text"),
    ("mode", "text"),
    ("preferred_mode", "text"),
    ("company", "text"),
    ("season", "text"),
    ("frequency", "text"),
    ("own_name", "text"),
    ("comment", "text"),
    ("arena", "text"),
    ("grade", "integer"),
    ("source", "text"),
    ("registered_on", "date"),
)
_FREE_TEXT = ("own_name", "comment")
FIELDS = tuple(Field(name, type) for name, type in _COLUMNS)
HEXAGON_FIELDS = (
    Field("cell", "text"),
    Field("group", "text"),
    Field("people", "integer"),
    Field("registrations", "integer"),
    Field("withheld", "boolean"),
)
AREA_FIELDS = (
    Field("public_id", "text"),
    Field("group", "text"),
    Field("people", "integer"),
    Field("registrations", "integer"),
    Field("categories", "text"),
    Field("computed_at", "datetime"),
)
_CORRIDOR_FIGURES = ("people_from", "people_to", "people", "registrations", "length_m", "bearing")
CORRIDOR_FIELDS = (
    Field("corridor", "text"),
    *(Field(name, "integer") for name in (*_CORRIDOR_FIGURES, "people_along", "people_against")),
    Field("modes", "text"),
)
INPUT_FIELDS = (
    Field("public_id", "text"),
    Field("title", "text"),
    Field("text", "text"),
    Field("theme", "text"),
    Field("kind", "text"),
    Field("realiser", "text"),
    Field("status", "text"),
    Field("people", "integer"),
    Field("registrations", "integer"),
)


@dataclass(frozen=True)
class Rows:
    """A batch of contributions, in step; ``counts[i]`` is False for one that counts no more."""

    columns: dict[str, pa.Array]
    geometry: np.ndarray
    counts: np.ndarray


_FOLLOWED = ("number", "kind", "group", "category", "feeling", "mode", "arena_id", "participant_id")


def changed_rows(db: Session, process: Process, since: int) -> tuple[int, Iterator[Rows]]:
    """For figures that staff see: masked rows of the process that were stored or changed since a watermark.

    Returns the next watermark and the rows in batches: the columns of the table that figures are made of, and
    ``registered_on``, ``head_count`` and ``grade``. Read while ``db`` is open, which answers nothing else meanwhile.
    """
    statement = _figured(db, process).where(Contribution.process_id == process.id, Contribution.change >= since)
    return watermark(db, Contribution), (_rows(found) for found in columns(db, statement, BATCH))


def rows_near(db: Session, process: Process, bounds: tuple[float, float, float, float]) -> Iterator[Rows]:
    """For figures that staff see: rows that count and come near ``bounds`` (west, south, east, north in WGS 84), with
    the columns of ``changed_rows``. Read while ``db`` is open, which answers nothing else meanwhile.
    """
    near = overlapping(Contribution.geometry, bounds)
    statement = _figured(db, process).where(*counted(db, process), near)
    return (_rows(found) for found in columns(db, statement, BATCH))


def routes(db: Session, process: Process) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For figures that staff see: numbers and ways (WGS 84) of routes that count and have a way left, in batches. Read
    while ``db`` is open, which answers nothing else meanwhile.
    """
    table = cast(Table, Contribution.__table__).c
    statement = (
        select(table.number, wkb(table.geometry).label("shape"))
        .where(*counted(db, process), table.kind == "route", table.geometry.is_not(None))
        .order_by(table.number)
    )
    return ((found["number"].to_numpy(), _shapes(found)) for found in columns(db, statement, BATCH))


def _figured(db: Session, process: Process) -> Select[Any]:
    table = cast(Table, Contribution.__table__).c
    return (
        select(
            *(table[name] for name in _FOLLOWED),
            func.date(table.created_at, type_=Date).label("registered_on"),
            Participant.head_count,
            Arena.grade,
            case((and_(*counted(db, process)), 1), else_=0).label("counts"),
            wkb(table.geometry).label("shape"),
        )
        .join(Participant, Participant.id == table.participant_id)
        .join(Arena, Arena.id == table.arena_id)
        .order_by(table.number)
    )


def _rows(found: dict[str, pa.Array]) -> Rows:
    return Rows(found, _shapes(found), found["counts"].to_numpy().astype(bool))


def _shapes(found: dict[str, pa.Array]) -> np.ndarray:
    return np.asarray(shapely.from_wkb(found["shape"].to_numpy(zero_copy_only=False)))


def contributions(db: Session, process: Process, kind: str, language: str = "nb") -> Layer:
    """Masked rows of one kind, for the municipality's own GIS. Read in batches while ``db`` is open."""
    words = {
        f"{group}/{code}": entry.words.get(language, code)
        for group, entries in processes.catalogue(db, process.id).items()
        for code, entry in entries.items()
    }
    statement = _counted(db, process, kind)

    def read() -> Iterator[Batch]:
        for found in columns(db, statement, BATCH):
            yield _batch(found, words)

    geometry_type: Any = _GEOMETRY[kind]
    return Layer(CONTRIBUTION_LAYERS[kind], CONTRIBUTION_LAYERS[kind], geometry_type, FIELDS, read)


def count(db: Session, process: Process, kind: str) -> int:
    """How many rows ``contributions`` has."""
    return int(db.scalar(select(func.count()).select_from(_counted(db, process, kind).subquery())) or 0)


def counted(db: Session, process: Process) -> list[ColumnElement[bool]]:
    """The conditions a contribution must meet to count anywhere; one whose way was masked away has no geometry."""
    return [
        Contribution.process_id == process.id,
        Contribution.state.in_(COUNTED_STATES),
        Contribution.participant_id.not_in(select(Participant.id).where(Participant.practice)),
        *(~and_(Contribution.group == g, Contribution.category == c) for g, c in _sensitive(db, process.id)),
    ]


def _counted(db: Session, process: Process, kind: str) -> Select[Any]:
    table = cast(Table, Contribution.__table__).c
    plain = (name for name, _ in _COLUMNS if name in table and name not in _FREE_TEXT)
    return (
        select(
            *(table[name] for name in plain),
            *(case((table.state == "released", table[name])).label(name) for name in _FREE_TEXT),
            Arena.title.label("arena"),
            Arena.grade,
            func.date(table.created_at, type_=Date).label("registered_on"),
            wkb(table.geometry).label("shape"),
        )
        .join(Arena, Arena.id == table.arena_id)
        .where(*counted(db, process), table.kind == kind, table.geometry.is_not(None))
        .order_by(table.number)
    )


def _batch(found: dict[str, pa.Array], words: dict[str, str]) -> Batch:
    keys = compute.binary_join_element_wise(found["group"], found["category"], "/").dictionary_encode()
    said = [words.get(key, key.partition("/")[2]) for key in keys.dictionary.to_pylist()]
    columns = found | {"word": pa.array(said, pa.string()).take(keys.indices)}
    return Batch(_shapes(found), {field.name: columns[field.name] for field in FIELDS})


def _sensitive(db: Session, process_id: UUID) -> set[tuple[str, str]]:
    rows = db.execute(
        select(CatalogueEntry.group, CatalogueEntry.code).where(
            CatalogueEntry.process_id == process_id, CatalogueEntry.sensitive
        )
    )
    return {(group, code) for group, code in rows}


def area_contributions(db: Session, process: Process, area: Area) -> list[Contribution]:
    """The counted places of an area's group that lie in it, newest first: for staff, and as evidence."""
    near = db.scalars(
        select(Contribution)
        .where(
            *counted(db, process),
            Contribution.kind == "place",
            Contribution.group == area.group,
            overlapping(Contribution.geometry, area.geometry.bounds),
        )
        .order_by(Contribution.number.desc())
    )
    return [row for row in near if shapely.intersects(area.geometry, row.geometry)]


def hexagons(process: Process, figures: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]) -> Layer:
    """The fixed grid: ``figures`` maps a group (or "all") to cell keys, distinct people and registrations.

    A cell of too few people is there, its figures are not: it is drawn hatched, never as if nobody were there.
    """
    columns: dict[str, list[Any]] = {field.name: [] for field in HEXAGON_FIELDS}
    shapes = []
    for group, (keys, people, registrations) in figures.items():
        withheld = privacy.suppressed(people, process.minimum_people)
        shapes.append(grid.hexagons(keys, process.hexagon_m))
        columns["cell"] += _cell_names(keys)
        columns["group"] += [group] * len(keys)
        columns["people"] += [None if w else int(n) for n, w in zip(people, withheld, strict=True)]
        columns["registrations"] += [None if w else int(n) for n, w in zip(registrations, withheld, strict=True)]
        columns["withheld"] += withheld.tolist()
    geometry = np.concatenate(shapes) if shapes else np.empty(0, dtype=object)
    return Layer.of("hexagons", "Sekskanter", "Polygon", HEXAGON_FIELDS, geometry, columns, epsg=process.export_epsg)


def areas(rows: list[Area], figures: list[tuple[int | None, int | None, list[str]]]) -> Layer:
    """Derived areas; ``figures`` are people, registrations (None where withheld) and categories of each."""
    columns = {
        "public_id": [row.public_id for row in rows],
        "group": [row.group for row in rows],
        "people": [people for people, _, _ in figures],
        "registrations": [registrations for _, registrations, _ in figures],
        "categories": [", ".join(categories) for _, _, categories in figures],
        "computed_at": [row.computed_at for row in rows],
    }
    return Layer.of("areas", "Områder", "MultiPolygon", AREA_FIELDS, [row.geometry for row in rows], columns)


def corridors(process: Process, grounds: list[Any], columns: dict[str, list[Any]]) -> Layer:
    """Corridors in the process's metric CRS; figures of fewer than the minimum never leave ``gis.corridors``.

    ``bearing`` is the way most people go, ``people_along`` those who do, ``people_against`` those who go the other way.
    """
    epsg = process.export_epsg
    return Layer.of("corridors", "Ferdsel", "MultiPolygon", CORRIDOR_FIELDS, grounds, columns, epsg=epsg)


def roadmap_inputs(process: Process, rows: list[RoadmapInput], figures: dict[UUID, tuple[int, int]]) -> Layer:
    """Roadmap inputs with their places; evidence of too few people is withheld."""
    counted = [figures.get(row.id, (0, 0)) for row in rows]
    shown = [people >= process.minimum_people for people, _ in counted]
    words = [field.name for field in INPUT_FIELDS if hasattr(RoadmapInput, field.name)]
    columns: dict[str, list[Any]] = {name: [getattr(row, name) for row in rows] for name in words}
    columns["people"] = [people if ok else None for (people, _), ok in zip(counted, shown, strict=True)]
    columns["registrations"] = [count if ok else None for (_, count), ok in zip(counted, shown, strict=True)]
    return Layer.of(
        "roadmap_inputs", "Innspill i veikartet", "Geometry", INPUT_FIELDS, [row.location for row in rows], columns
    )


def release(
    db: Session,
    process: Process,
    figures: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]],
    *,
    now: datetime,
) -> Release:
    """Publish the process's figures as an immutable release: classes of people per cell and group, nothing else."""
    cells = []
    for group in (*STICKER_GROUPS, "way"):
        keys, people, _ = figures[group]
        withheld = privacy.suppressed(people, process.minimum_people)
        for key, count, hidden in zip(keys.tolist(), people.tolist(), withheld.tolist(), strict=True):
            low, high = (
                (1, process.minimum_people - 1) if hidden else privacy.people_class(int(count), process.minimum_people)
            )
            cells.append({"group": group, "key": key, "people_from": low, "people_to": high, "withheld": hidden})
    made = Release(
        process_id=process.id,
        number=processes.take_number(db, process.id, "releases_made"),
        epsg=process.export_epsg,
        hexagon_m=process.hexagon_m,
        minimum_people=process.minimum_people,
        cells=cells,
        published_at=now,
    )
    db.add(made)
    db.flush()
    return made


def latest_release(db: Session, process: Process) -> Release:
    made = db.scalar(select(Release).where(Release.process_id == process.id).order_by(Release.number.desc()).limit(1))
    if made is None:
        raise NotFound("nothing_published", field="process")
    return made


PUBLIC_FIELDS = (
    Field("cell", "text"),
    Field("group", "text"),
    Field("people_from", "integer"),
    Field("people_to", "integer"),
    Field("withheld", "boolean"),
    Field("release", "integer"),
)


def public_hexagons(made: Release) -> Layer:
    """A release as a layer, for anyone."""
    keys = np.array([cell["key"] for cell in made.cells], dtype=np.int64)
    geometry = grid.hexagons(keys, made.hexagon_m) if len(keys) else np.empty(0, dtype=object)
    columns = {
        "cell": _cell_names(keys),
        "release": [made.number] * len(keys),
        **{name: [cell[name] for cell in made.cells] for name in ("group", "people_from", "people_to", "withheld")},
    }
    return Layer.of("hexagons", "Sekskanter", "Polygon", PUBLIC_FIELDS, geometry, columns, epsg=made.epsg)


def _cell_names(keys: np.ndarray) -> list[str]:
    q, r = grid.unpack(keys)
    return [f"{a}:{b}" for a, b in zip(q.tolist(), r.tolist(), strict=True)]


def bounds_of(process: Process) -> tuple[float, float, float, float]:
    west, south, east, north = process.area.bounds
    return (west, south, east, north)


def metric(process: Process, geometry: Any) -> Any:
    """A WGS 84 geometry in the process's metric CRS."""
    return project(geometry, WGS84, process.export_epsg)
