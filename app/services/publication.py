"""The gate: the only place where contributions become a ``Layer``.

What passes: rows that count (not hidden, not erased, no practice, no sensitive sticker), masked before they were
stored, without pseudonyms; comments only after a person released them. Figures of fewer distinct people than the
process's minimum are withheld. What is public goes out as a numbered release: one fixed grid, one width, figures in
classes, never filtered.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import numpy as np
import pyarrow as pa
from pyarrow import compute
from sqlalchemy import Date, Select, Table, case, func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.model import Area, Arena, Contribution, Measure, Process, Release, RoadmapInput
from app.model.catalogue import STICKER_GROUPS
from app.services import processes, voices
from app.store import columns, wkb
from gis import grid, privacy
from gis.crs import WGS84, project
from gis.layer import Batch, Field, FieldType, GeometryType, Layer
from gis.sums import Hexagons, Squares, Sums

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
    Field("category", "text"),
    Field("people", "integer"),
    Field("registrations", "integer"),
    Field("categories", "text"),
    Field("history", "text"),
    Field("computed_at", "datetime"),
)
_CORRIDOR_FIGURES = ("people_from", "people_to", "people", "registrations", "length_m", "bearing")
CORRIDOR_FIELDS = (
    Field("corridor", "text"),
    *(Field(name, "integer") for name in (*_CORRIDOR_FIGURES, "people_along", "people_against")),
    Field("modes", "text"),
)
DIFFERENCE_FIELDS = (
    Field("cell", "text"),
    Field("first", "integer"),
    Field("second", "integer"),
    Field("difference", "text"),
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
MEASURE_FIELDS = (
    *(Field(name, "text") for name in ("public_id", "title", "goal", "status", "reason", "focus_area", "owner")),
    *(Field(name, "text") for name in ("priority", "quick", "inputs")),
    Field("deadline", "date"),
)


STREET_LAYERS: dict[str, tuple[str, GeometryType, dict[str, FieldType]]] = {
    "segments": (
        "Gater",
        "MultiLineString",
        {"edge": "integer", "name": "text", "between": "text", "confidence": "real"},
    ),
    "crossings": ("Kryss", "Point", {"rank": "integer", "name": "text"}),
    "desire_lines": ("Snarveier", "MultiLineString", {"rank": "integer", "between": "text"}),
}


def contributions(db: Session, process: Process, kind: str, language: str = "nb") -> Layer:
    """Masked rows of one kind, for the municipality's own GIS. Read in batches while ``db`` is open."""
    words = {
        f"{group}/{code}": entry.words.get(language, code)
        for group, entries in processes.catalogue(db, process.id).items()
        for code, entry in entries.items()
    }
    statement = _counted(db, process, kind)

    def read() -> Iterator[Batch]:
        for found in columns(db, statement, voices.BATCH):
            yield _batch(found, words)

    geometry_type: Any = _GEOMETRY[kind]
    return Layer(CONTRIBUTION_LAYERS[kind], CONTRIBUTION_LAYERS[kind], geometry_type, FIELDS, read)


def count(db: Session, process: Process, kind: str) -> int:
    """How many rows ``contributions`` has."""
    return int(db.scalar(select(func.count()).select_from(_counted(db, process, kind).subquery())) or 0)


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
        .where(*voices.counted(db, process), table.kind == kind, table.geometry.is_not(None))
        .order_by(table.number)
    )


def _batch(found: dict[str, pa.Array], words: dict[str, str]) -> Batch:
    keys = compute.binary_join_element_wise(found["group"], found["category"], "/").dictionary_encode()
    said = [words.get(key, key.partition("/")[2]) for key in keys.dictionary.to_pylist()]
    columns = found | {"word": pa.array(said, pa.string()).take(keys.indices)}
    return Batch(voices.shapes(found), {field.name: columns[field.name] for field in FIELDS})


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


CELL_FIELDS = tuple(field for field in HEXAGON_FIELDS if field.name != "group")


def cells(found: Sums, where: Hexagons | Squares, minimum: int) -> Layer:
    """Figures added up over partitions of people; as in ``hexagons``, a cell of too few is there without figures."""
    withheld = privacy.suppressed(found.people, minimum)

    def read() -> Iterator[Batch]:
        for first in range(0, len(found.cells), 4 * voices.BATCH):
            at = slice(first, first + 4 * voices.BATCH)
            columns = {
                "cell": where.names(found.cells[at]),
                "people": pa.array(found.people[at], mask=withheld[at]),
                "registrations": pa.array(found.registrations[at], mask=withheld[at]),
                "withheld": pa.array(withheld[at]),
            }
            yield Batch(where.polygons(found.cells[at]), columns)

    return Layer("cells", "Celler", "Polygon", CELL_FIELDS, read, where.epsg)


def areas(
    rows: list[Area],
    figures: list[tuple[int | None, int | None, list[str]]],
    histories: list[str],
) -> Layer:
    """Derived areas; ``figures`` are people, registrations (None where withheld) and categories of each."""
    columns = {
        "public_id": [row.public_id for row in rows],
        "group": [row.group for row in rows],
        "category": [row.category for row in rows],
        "people": [people for people, _, _ in figures],
        "registrations": [registrations for _, registrations, _ in figures],
        "categories": [", ".join(categories) for _, _, categories in figures],
        "history": histories,
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


def measures(rows: list[Measure], places: list[Any], told: dict[str, list[Any]]) -> Layer:
    """Measures at the places of their inputs; ``told`` are the latest sentence and the inputs of each, as text."""
    own = {field.name: [getattr(row, field.name) for row in rows] for field in MEASURE_FIELDS if field.name not in told}
    return Layer.of("measures", "Tiltak", "Geometry", MEASURE_FIELDS, places, {**own, **told})


def streets(process: Process, name: str, geometry: np.ndarray, columns: dict[str, np.ndarray | list[Any]]) -> Layer:
    """One of ``STREET_LAYERS``; figures of people are masked arrays, in which too few are masked."""
    title, geometry_type, words = STREET_LAYERS[name]
    said = {word: columns.get(word, []) for word in words}
    people = {column: np.ma.masked_array(figures) for column, figures in columns.items() if column not in words}
    told = {column: np.ma.masked_less(figures, process.minimum_people).tolist() for column, figures in people.items()}
    fields = (*(Field(word, type) for word, type in words.items()), *(Field(column, "integer") for column in told))
    return Layer.of(name, title, geometry_type, fields, geometry, said | told)


def differences(process: Process, keys: np.ndarray, first: np.ndarray, second: np.ndarray, said: list[str]) -> Layer:
    """Cells of the fixed grid under two filters: people of each, and in a word what is certain of the difference."""
    counted = [np.where(each < process.minimum_people, -1, each).tolist() for each in (first, second)]
    columns: dict[str, list[Any]] = {"cell": [str(key) for key in keys.tolist()], "difference": said}
    columns |= {
        name: [people if people >= 0 else None for people in each]
        for name, each in zip(("first", "second"), counted, strict=True)
    }
    shapes = grid.hexagons(keys, process.hexagon_m) if len(keys) else np.empty(0, dtype=object)
    return Layer.of(
        "differences", "Forskjeller", "Polygon", DIFFERENCE_FIELDS, shapes, columns, epsg=process.export_epsg
    )


def everyone(process: Process, people: int) -> int | None:
    """People behind something as anyone may read it: at least so many, in steps of the minimum; None of too few."""
    return privacy.people_class(people, process.minimum_people)[0] if people >= process.minimum_people else None


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


def numbered_release(db: Session, process: Process, number: int) -> Release:
    """One of the process's releases, each of which stays as it was published. Raises NotFound."""
    if not 1 <= number <= process.releases_made:
        raise NotFound("nothing_published", field="process")
    return db.scalars(select(Release).where(Release.process_id == process.id, Release.number == number)).one()


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
