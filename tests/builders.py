"""What tests need to exist before they begin: functions, not fixtures, each saying only what matters to its test."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import shapely

from app.model import Arena, HostLink, InputTag, Process, RoadmapInput
from app.services import arenas, contributions, participants, processes, staff
from app.services.actors import Host, Officer, Pupil
from app.services.index import Index
from app.store import Session, Store
from gis.crs import WGS84, project

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EPSG = 25832
CENTRE = (600_000.0, 6_640_000.0)
PASSWORD = "correct horse battery"


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def at(x: float, y: float) -> shapely.Point:
    """A point in WGS 84, ``x`` metres east and ``y`` north of the centre."""
    return project(shapely.Point(CENTRE[0] + x, CENTRE[1] + y), EPSG, WGS84)


def along(*metres: tuple[float, float]) -> shapely.LineString:
    """A line in WGS 84 through points in metres from the centre."""
    line = shapely.LineString([(CENTRE[0] + x, CENTRE[1] + y) for x, y in metres])
    return project(line, EPSG, WGS84)


def metres(geometry: Any) -> Any:
    """A WGS 84 geometry in metres from the centre."""
    moved = project(geometry, WGS84, EPSG)
    return shapely.transform(moved, lambda xy: xy - np.array(CENTRE))


def wire(geometry: Any) -> dict[str, Any]:
    """A geometry as a client sends it."""
    import json

    found: dict[str, Any] = json.loads(shapely.to_geojson(geometry))
    return found


def process(db: Session, slug: str = "borgen", **details: Any) -> Process:
    """A process 8 km wide around the centre, with a school at the centre that is a public destination."""
    area = project(shapely.box(*(c - 4000 for c in CENTRE), *(c + 4000 for c in CENTRE)), EPSG, WGS84)
    made = processes.create(
        db,
        **{
            "slug": slug,
            "prefix": slug[:6].upper(),
            "title": slug.capitalize(),
            "municipality": "3203",
            "area": area,
            "export_epsg": EPSG,
            "now": NOW,
            **details,
        },
    )
    school = project(shapely.buffer(shapely.Point(CENTRE), 60), EPSG, WGS84)
    processes.add_named_places(
        db, made, [{"kind": "school", "name": "Skolen", "geometry": school, "public_destination": True}]
    )
    return made


def host(db: Session, made: Process, label: str = "Skolen") -> tuple[Host, str]:
    """A host and the secret of its link."""
    token = arenas.create_host_link(db, made, label=label, location=at(0, 0), now=NOW)
    return arenas.host(db, token, NOW), token


def school_class(db: Session, by: Host, name: str = "5A", grade: int = 5) -> Arena:
    return arenas.open_class(db, by, grade=grade, group_name=name, school="Skolen", now=NOW)


def arena(db: Session, made: Process, name: str = "5A", grade: int = 5) -> Arena:
    return school_class(db, host(db, made, name)[0], name, grade)


def open_map(db: Session, made: Process, title: str = "Kartet for alle") -> Arena:
    """A map for residents."""
    return arenas.open_map(db, made, title=title, now=NOW)


def square(x: float, y: float, side: float) -> shapely.Polygon:
    """A square in WGS 84, its centre in metres from the centre of everything."""
    half = side / 2
    box = shapely.box(CENTRE[0] + x - half, CENTRE[1] + y - half, CENTRE[0] + x + half, CENTRE[1] + y + half)
    return project(box, EPSG, WGS84)


def area(
    db: Session, actor: Pupil, outline: Any, group: str = "good", category: str = "nature", **answers: Any
) -> UUID:
    """A drawn area."""
    id = answers.pop("id", None) or uuid4()
    properties = {"kind": "area", "group": group, "category": category, **answers}
    contributions.save(db, actor, id, wire(outline), properties, now=NOW, rng=rng())
    return UUID(str(id))


def pupil(db: Session, where: Arena) -> Pupil:
    """A participant who has just joined."""
    joined = participants.join(db, where.join_code or "", NOW, valid=timedelta(days=1))
    return participants.authenticate(db, joined.token, NOW)


def again(actor: Pupil, **changes: Any) -> Pupil:
    """The same participant as a later request would see it."""
    return replace(actor, **changes)


def place(
    db: Session, actor: Pupil, point: Any, group: str = "activity", category: str = "play", **answers: Any
) -> UUID:
    """A sticker in its place."""
    id = answers.pop("id", None) or uuid4()
    when = answers.pop("now", NOW)
    properties = {"kind": "place", "group": group, "category": category, **answers}
    contributions.save(db, actor, id, wire(point), properties, now=when, rng=rng())
    return UUID(str(id))


def route(db: Session, actor: Pupil, line: Any, seed: int = 1, **answers: Any) -> UUID:
    """A drawn way."""
    id = answers.pop("id", None) or uuid4()
    properties = {"kind": "route", "category": "to_school", "mode": "walk", **answers}
    contributions.save(db, actor, id, wire(line), properties, now=NOW, rng=rng(seed))
    return UUID(str(id))


def crowd(db: Session, where: Arena, point: Any, people: int, **answers: Any) -> list[Pupil]:
    """So many pupils who each put one sticker within a few metres of a point."""
    joined = [pupil(db, where) for _ in range(people)]
    for number, actor in enumerate(joined):
        nudged = shapely.transform(point, lambda xy, n=number: xy + n * 1e-6)
        place(db, actor, nudged, **answers)
    return joined


def officer(db: Session, municipality: str = "3203", username: str = "planlegger", role: str = "planner") -> Officer:
    return staff.create(db, username=username, password=PASSWORD, municipality=municipality, role=role, now=NOW)


def settled(store: Store) -> tuple[Process, Arena, Officer]:
    """A process with an arena and a planner."""
    with store.writing() as db:
        made = process(db)
        return made, arena(db, made), officer(db)


def index(db: Session, made: Process) -> Index:
    """An index made anew."""
    found = Index(made)
    found.refresh(db, made)
    return found


def link_of(db: Session, by: Host) -> HostLink:
    return db.get_one(HostLink, by.link_id)


def wanted(db: Session, made: Process, title: str = "Lys på stien", **details: Any) -> RoadmapInput:
    """An input of the roadmap with nobody behind it; ``tags`` are its tags."""
    tags = details.pop("tags", ())
    number = processes.take_number(db, made.id, "inputs_made")
    kept = {"theme": "traffic_safety", "kind": "challenge", "realiser": "municipality", "status": "heard", **details}
    row = RoadmapInput(
        process_id=made.id,
        number=number,
        public_id=processes.public_id(made.prefix, "", number),
        title=title,
        created_at=NOW,
        changed_at=NOW,
        **kept,
    )
    db.add(row)
    db.flush()
    db.add_all(InputTag(input_id=row.id, tag=tag) for tag in tags)
    db.flush()
    return row
