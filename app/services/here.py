"""What happens here: who comes to a place that a planner points at, what they do there and what they say of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import numpy as np
import pyarrow as pa
import shapely
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.model import Area, Process
from app.services import analysis, photos, publication, touched, voices, whereabouts
from app.services.area_words import Said, gathered
from app.services.index import Selection
from app.services.touched import Figure, Meetings, Touched
from gis import geojson
from gis.crs import WGS84, project
from gis.suppression import withheld

RADII = (50, 100, 150, 250, 500, 1000)
LONGEST_WKT = 3_500
T = TypeVar("T")


@dataclass(frozen=True)
class Here(Touched):
    """``purposes`` are those of the ways. ``grades`` and ``arenas`` part the people, None where a figure would tell of
    too few; ``words`` were written here, the most frequent first, and ``pictures`` released. All of it is empty where
    too few people are.
    """

    hectares: float
    purposes: dict[str, Figure]
    grades: dict[int | None, int | None]
    arenas: dict[str, int | None]
    words: list[Said]
    pictures: list[UUID]
    areas: list[Area]


def drawn(process: Process, wkt: str) -> shapely.Geometry:
    """A polygon in longitude and latitude as Well-Known Text, cut at the border. Raises Invalid for ``geometry``."""
    try:
        if len(wkt) > LONGEST_WKT:
            raise geojson.Unusable("too_many_points", most=150)
        parsed = shapely.from_wkt(wkt)
        outline = geojson.geometry(json.loads(shapely.to_geojson(parsed)), "area")
    except shapely.errors.ShapelyError as error:
        raise Invalid("not_numbers", field="geometry") from error
    except geojson.Unusable as unusable:
        raise Invalid(unusable.code, field="geometry", **unusable.facts) from unusable
    return _inside(process, outline)


def circle(process: Process, x: float, y: float, radius: int) -> shapely.Geometry:
    """So many metres round a position in WGS 84."""
    return _round(process, shapely.Point(x, y), radius)


def named(db: Session, process: Process, called: str, radius: int) -> shapely.Geometry:
    """An area by its permanent id, or so many metres round what has that name. Raises Invalid for ``place``."""
    area = next((a for a in analysis.current_areas(db, process) if a.public_id.casefold() == called.casefold()), None)
    if area is not None:
        return area.geometry
    found = whereabouts.names(db, process).find(called)
    if found is None:
        raise Invalid("place_unknown", field="place", given=called[:80])
    return _round(process, found, radius)


def _round(process: Process, shape: shapely.Geometry, radius: int) -> shapely.Geometry:
    if radius not in RADII:
        raise Invalid("value_unknown", field="radius", offered=", ".join(map(str, RADII)))
    wide = shapely.buffer(publication.metric(process, shape), radius)
    return _inside(process, project(wide, process.export_epsg, WGS84))


def _inside(process: Process, outline: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.intersection(process.area, outline))
    flat = parts[shapely.area(parts) > 0]
    if not len(flat):
        raise Invalid("outside_area", field="geometry")
    return flat[0] if len(flat) == 1 else shapely.multipolygons(flat)


def of(db: Session, process: Process, outline: shapely.Geometry, selection: Selection) -> Here:
    """What lies in an outline (WGS 84) under a filter; what meets it with any part, as stored, counts."""
    met = touched.meetings(db, process, np.array([outline], dtype=object)).under(selection)
    rows = met.rows()
    enough = met.people(rows) >= process.minimum_people
    numbers = met.numbers[rows]
    grades, arenas = _parted(met, rows) if enough else ({}, {})
    pictured = [row.id for row in voices.pictured(db, process, outline) if enough and row.number in numbers]
    return Here(
        **vars(met.told(rows)),
        hectares=float(shapely.area(publication.metric(process, outline))) / 10_000,
        purposes=met.by("category", met.ways(rows)) if enough else {},
        grades=grades,
        arenas=arenas,
        words=_words(db, process, outline, numbers) if enough else [],
        pictures=photos.released(db, pictured),
        areas=[area for area in analysis.current_areas(db, process) if shapely.intersects(area.geometry, outline)],
    )


def evidence(db: Session, process: Process, outline: shapely.Geometry, selection: Selection) -> list[UUID]:
    """What stands behind the figures of ``of``, newest first."""
    met = touched.meetings(db, process, np.array([outline], dtype=object)).under(selection)
    numbers = set(met.numbers[met.rows()].tolist())
    return [row.id for row in voices.meeting(db, process, outline) if row.number in numbers]


def _words(db: Session, process: Process, outline: shapely.Geometry, numbers: np.ndarray) -> list[Said]:
    found: dict[tuple[str, str, str], list[bool]] = {}
    for batch in voices.words_near(db, process, outline.bounds):
        here = np.isin(batch["number"].to_numpy(), numbers)
        columns = [batch[name].filter(pa.array(here)).to_pylist() for name in ("words", "group", "category", "state")]
        for words, group, category, state in zip(*columns, strict=True):
            found.setdefault((words, group, category), []).append(state == "released")
    return gathered(found)


def _parted(met: Meetings, rows: np.ndarray) -> tuple[dict[int | None, int | None], dict[str, int | None]]:
    """People by grade and by arena. Every arena has one grade and every person one arena: the figures add up, so that
    others than the few must be withheld beside them.
    """
    grades, arenas = met.split("grade", rows), met.split("arena_id", rows)
    table = np.zeros((len(grades) + 1, len(arenas) + 1), np.int64)
    row_of = {met.columns["grade"].values[grade]: row for row, grade in enumerate(grades)}
    for column, part in enumerate(arenas.values()):
        row = row_of[int(met.columns["grade"].codes[part[0]])]
        table[[row, row, -1, -1], [column, -1, column, -1]] += met.people(part)
    told = np.where(withheld(table, met.minimum), -1, table).tolist()
    return _told(grades, [row[-1] for row in told]), _told(arenas, told[-1])


def _told(values: Iterable[T], people: list[int]) -> dict[T, int | None]:
    return {value: None if n < 0 else n for value, n in zip(values, people, strict=False)}
