"""Processes, their rules, their catalogue and their gazetteer."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.errors import Invalid, NotFound
from app.model import CatalogueEntry, NamedPlace, Process
from app.model.process import EXPORT_CRS, MINIMUM_PEOPLE
from app.services.actors import Officer
from gis.crs import WGS84, project

MARGIN_M = 50.0
WORD_LANGUAGES = ("nb", "nn", "en", "se", "so", "ar", "pl", "uk")


@dataclass(frozen=True)
class Rules:
    """What every contribution is held against; ``destinations`` and ``area_m`` are in metres (``epsg``)."""

    epsg: int
    area: Any
    area_m: Any
    destinations: Any
    catalogue: dict[str, dict[str, CatalogueEntry]]


def rules(db: Session, process_id: UUID, version: int) -> Rules:
    """The process's rules at ``version``, read once."""
    key = (process_id, version)
    found = _rules.get(key)
    if found is None:
        found = _read_rules(db, process_id)
        if len(_rules) >= _RULES_KEPT:
            _rules.pop(next(iter(_rules)))
        _rules[key] = found
    return found


_RULES_KEPT = 64
_rules: dict[tuple[UUID, int], Rules] = {}


def _read_rules(db: Session, process_id: UUID) -> Rules:
    process = db.get_one(Process, process_id)
    ends = db.scalars(
        select(NamedPlace.geometry).where(NamedPlace.process_id == process_id, NamedPlace.public_destination)
    ).all()
    destinations = project(shapely.union_all([g for g in ends if g is not None]), WGS84, process.export_epsg)
    area_m = shapely.buffer(project(process.area, WGS84, process.export_epsg), MARGIN_M)
    shapely.prepare(process.area)
    shapely.prepare(area_m)
    shapely.prepare(destinations)
    words = catalogue(db, process_id)
    return Rules(process.export_epsg, process.area, area_m, destinations, words)


def catalogue(db: Session, process_id: UUID) -> dict[str, dict[str, CatalogueEntry]]:
    """Active entries by group and code, in the order they are shown."""
    rows = db.scalars(
        select(CatalogueEntry)
        .where(CatalogueEntry.process_id == process_id, CatalogueEntry.active)
        .order_by(CatalogueEntry.group, CatalogueEntry.position)
    )
    found: dict[str, dict[str, CatalogueEntry]] = {}
    for row in rows:
        found.setdefault(row.group, {})[row.code] = row
    return found


def create(
    db: Session,
    *,
    slug: str,
    prefix: str,
    title: str,
    municipality: str,
    area: Any,
    export_epsg: int,
    now: datetime,
    minimum_people: int = 5,
    hexagon_m: int = 100,
    retention: date | None = None,
    basemap: str | None = None,
    promise: dict[str, str] | None = None,
    demo: bool = False,
) -> Process:
    """A new process with the starter catalogue. ``area`` in WGS 84. Raises Invalid naming the field."""
    _check_names(slug, prefix, municipality)
    _check_rules(area, export_epsg, minimum_people)
    if db.scalar(select(Process.id).where((Process.slug == slug) | (Process.prefix == prefix))):
        raise Invalid("already_taken", field="slug")
    process = Process(
        slug=slug,
        prefix=prefix,
        title=title,
        municipality=municipality,
        area=area,
        export_epsg=export_epsg,
        minimum_people=minimum_people,
        hexagon_m=hexagon_m,
        retention=retention,
        basemap=basemap,
        promise=promise or {},
        demo=demo,
        created_at=now,
    )
    db.add(process)
    db.flush()
    db.add_all(_starter_entries(process.id))
    db.flush()
    return process


def _check_names(slug: str, prefix: str, municipality: str) -> None:
    if not slug.replace("-", "").isalnum() or slug != slug.lower():
        raise Invalid("slug_not_usable", field="slug")
    if not (2 <= len(prefix) <= 6 and prefix.isalnum() and prefix == prefix.upper()):
        raise Invalid("prefix_not_usable", field="prefix")
    if not (len(municipality) == 4 and municipality.isdigit()):
        raise Invalid("municipality_not_usable", field="municipality")


def _check_rules(area: Any, export_epsg: int, minimum_people: int) -> None:
    low, high = MINIMUM_PEOPLE
    if export_epsg not in EXPORT_CRS:
        raise Invalid("crs_not_offered", field="export_epsg", offered=", ".join(map(str, EXPORT_CRS)))
    if not low <= minimum_people <= high:
        raise Invalid("minimum_out_of_range", field="minimum_people", low=low, high=high)
    if area is None or area.is_empty or not area.is_valid or shapely.get_dimensions(area) != 2:
        raise Invalid("area_not_simple", field="area")


@cache
def starter_catalogue() -> tuple[dict[str, Any], ...]:
    """The starter set: ``{"group", "code", "icon", "nb", "nn", "en", …, "sensitive"?}`` in the order shown."""
    text = resources.files("app.services").joinpath("catalogue.toml").read_text(encoding="utf-8")
    groups = tomllib.loads(text)
    return tuple({"group": group, **entry} for group, entries in groups.items() for entry in entries)


@cache
def residents_catalogue() -> dict[str, dict[str, dict[str, Any]]]:
    """What residents are offered: ``{group: {code: {"icon"?, "nb", "nn", "en", ...}}}`` in the order shown."""
    text = resources.files("app.services").joinpath("catalogue_residents.toml").read_text(encoding="utf-8")
    return {group: {entry["code"]: entry for entry in entries} for group, entries in tomllib.loads(text).items()}


def offer_to_residents(db: Session, process: Process) -> None:
    """Give the catalogue its words for residents, once; a process that has them is left as it is."""
    rows = list(db.scalars(select(CatalogueEntry).where(CatalogueEntry.process_id == process.id)))
    if any(row.audience or row.adult_words for row in rows):
        return
    offered = residents_catalogue()
    known = {(row.group, row.code) for row in rows}
    for row in rows:
        if row.group in offered:
            entry = offered[row.group].get(row.code)
            row.adult_words = _words(entry) if entry else None
            row.audience = None if entry else "children"
    new = [(g, c, e) for g, entries in offered.items() for c, e in entries.items() if (g, c) not in known]
    for position, (group, code, entry) in enumerate(new, start=len(rows)):
        db.add(
            CatalogueEntry(
                process_id=process.id,
                group=group,
                code=code,
                icon=entry["icon"],
                words=_words(entry),
                position=position,
                audience="residents",
                adult_words=_words(entry),
            )
        )
    touch(db, process)


def _words(entry: dict[str, Any]) -> dict[str, str]:
    return {name: word for name, word in entry.items() if name not in ("code", "icon")}


def _starter_entries(process_id: UUID) -> list[CatalogueEntry]:
    return [
        CatalogueEntry(
            process_id=process_id,
            group=entry["group"],
            code=entry["code"],
            icon=entry["icon"],
            words={language: entry[language] for language in WORD_LANGUAGES if language in entry},
            position=position,
            sensitive=entry.get("sensitive", False),
        )
        for position, entry in enumerate(starter_catalogue())
    ]


def add_named_places(db: Session, process: Process, places: list[dict[str, Any]]) -> None:
    """Rows of the gazetteer: ``{"kind", "name", "geometry", "public_destination"?}``, geometry in WGS 84."""
    parts: dict[tuple[str, str], int] = {}
    for place in places:
        key = (place["kind"], place["name"])
        parts[key] = parts.get(key, -1) + 1
        db.add(NamedPlace(process_id=process.id, part=parts[key], **place))
    touch(db, process)


def named_places(db: Session, process: Process) -> list[NamedPlace]:
    return list(
        db.scalars(
            select(NamedPlace)
            .where(NamedPlace.process_id == process.id)
            .order_by(NamedPlace.kind, NamedPlace.name, NamedPlace.part)
        )
    )


def touch(db: Session, process: Process) -> None:
    """Something the caches hold has changed."""
    db.flush()
    db.execute(update(Process).where(Process.id == process.id).values(version=Process.version + 1))
    db.refresh(process, ["version"])


def take_number(db: Session, process_id: UUID, counter: str, many: int = 1) -> int:
    """The next number of ``areas_made``, ``inputs_made``, ``measures_made`` or ``releases_made``, the last if many;
    never given twice.
    """
    column = getattr(Process, counter)
    return int(
        db.execute(
            update(Process).where(Process.id == process_id).values({counter: column + many}).returning(column)
        ).scalar_one()
    )


def by_slug(db: Session, slug: str) -> Process:
    process = db.scalar(select(Process).where(Process.slug == slug))
    if process is None:
        raise NotFound("process_unknown", field="process")
    return process


def for_officer(db: Session, officer: Officer, slug: str) -> Process:
    """Another municipality's process does not exist."""
    process = by_slug(db, slug)
    if process.municipality != officer.municipality:
        raise NotFound("process_unknown", field="process")
    return process


def every(db: Session) -> list[Process]:
    return list(db.scalars(select(Process).order_by(Process.slug)))


def published(db: Session) -> list[Process]:
    """Processes that have released something to the public."""
    return list(db.scalars(select(Process).where(Process.releases_made > 0).order_by(Process.slug)))


def of_officer(db: Session, officer: Officer) -> list[Process]:
    return list(
        db.scalars(select(Process).where(Process.municipality == officer.municipality).order_by(Process.created_at))
    )


def public_id(prefix: str, letter: str, number: int) -> str:
    """A permanent public id: ``BOR-0012`` for a roadmap input, ``BOR-O012`` for an area (område)."""
    return f"{prefix}-{letter}{number:03d}" if letter else f"{prefix}-{number:04d}"
