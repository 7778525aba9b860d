"""Plan conflict: what of the children's ways, places and areas a plan touches, and how many children that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.model import Area, Process
from app.model.catalogue import STICKER_GROUPS
from app.services import analysis, publication
from app.services.columns import Column
from gis.formats import plans
from gis.formats.plans import Plan
from gis.geojson import Unusable

MOST_MB = 20
SUFFIXES = plans.SUFFIXES
_CODED = ("kind", "group", "category", "mode", "participant_id")


@dataclass(frozen=True)
class Figure:
    """Distinct people and registrations; None where they are too few people to be told."""

    people: int | None
    registrations: int | None


@dataclass(frozen=True)
class Touched:
    """What one polygon touches, or the whole plan: ``said`` maps a group to its categories and ``modes`` a way of
    travelling, the most people first. ``areas`` are the derived areas with their permanent ids.
    """

    name: str
    hectares: float
    geometry: Any
    ways: Figure
    places: Figure
    everything: Figure
    modes: dict[str, Figure]
    said: dict[str, dict[str, Figure]]
    areas: list[Area]


@dataclass(frozen=True)
class Conflict:
    """The plan as it was read, what it touches as a whole, and each polygon, the most people first."""

    plan: Plan
    whole: Touched
    parts: list[Touched]


def read(path: Path, process: Process, *, called: str) -> Plan:
    """The polygons of an uploaded plan; ``called`` is the name its owner knows it by. Raises Invalid for ``plan``."""
    try:
        return plans.read(path, process.area)
    except Unusable as unusable:
        raise Invalid(unusable.code, field="plan", **{**unusable.facts, "file": called}) from unusable


def of(db: Session, process: Process, plan: Plan) -> Conflict:
    """What the plan touches. A registration counts where any part of it, as stored, meets the plan."""
    met = _met(db, process, plan.geometry)
    current = analysis.current_areas(db, process)
    sizes = shapely.area(publication.metric(process, plan.geometry)) / 10_000
    union = shapely.union_all(plan.geometry)
    whole = met.figures("", float(shapely.area(publication.metric(process, union))) / 10_000, union, None, current)
    parts = [
        met.figures(name, float(size), shape, number, current)
        for number, (name, size, shape) in enumerate(zip(plan.names, sizes, plan.geometry, strict=True))
    ]
    return Conflict(plan, whole, sorted(parts, key=lambda part: -(part.everything.people or 0)))


@dataclass(frozen=True)
class _Met:
    """Meetings of polygons (``part``) and registrations (``row``), and the registrations' answers as codes."""

    part: np.ndarray
    row: np.ndarray
    columns: dict[str, Column]
    weights: np.ndarray
    minimum: int

    def figures(self, name: str, hectares: float, geometry: Any, part: int | None, areas: list[Area]) -> Touched:
        rows = np.unique(self.row if part is None else self.row[self.part == part])
        ways = rows[self._is("kind", "route", rows)]
        places = rows[~self._is("kind", "route", rows)]
        groups = {group: places[self._is("group", group, places)] for group in STICKER_GROUPS}
        return Touched(
            name,
            hectares,
            geometry,
            self._figure(ways),
            self._figure(places),
            self._figure(rows),
            self._by("mode", ways),
            {group: self._by("category", chosen) for group, chosen in groups.items() if len(chosen)},
            [area for area in areas if shapely.intersects(area.geometry, geometry)],
        )

    def _is(self, name: str, value: str, rows: np.ndarray) -> np.ndarray:
        column = self.columns[name]
        return column.codes[rows] == column.values.get(value, -1)

    def _figure(self, rows: np.ndarray) -> Figure:
        people = int(self.weights[np.unique(self.columns["participant_id"].codes[rows])].sum())
        return Figure(people, len(rows)) if people >= self.minimum else Figure(None, None)

    def _by(self, name: str, rows: np.ndarray) -> dict[str, Figure]:
        column = self.columns[name]
        codes = column.codes[rows]
        found = {
            value: self._figure(rows[codes == code]) for value, code in column.values.items() if (codes == code).any()
        }
        order = sorted(found.items(), key=lambda each: (-(each[1].people or 0), -(each[1].registrations or 0), each[0]))
        return dict(order)


def _met(db: Session, process: Process, polygons: np.ndarray) -> _Met:
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(polygons))
    columns = {name: Column() for name in _CODED}
    pairs: list[np.ndarray] = [np.zeros((2, 0), np.int64)]
    weights = np.zeros(0, np.int64)
    first = 0
    for rows in publication.rows_near(db, process, (west, south, east, north)):
        part, row = shapely.STRtree(rows.geometry).query(polygons, predicate="intersects")
        touched = np.unique(row)
        taken = dict(_taken(rows, touched, columns))
        weights = np.concatenate([weights, np.ones(len(columns["participant_id"].values) - len(weights), np.int64)])
        weights[taken["participant_id"]] = rows.columns["head_count"].to_numpy()[touched]
        pairs.append(np.vstack([part, first + np.searchsorted(touched, row)]))
        first += len(touched)
    part, row = np.concatenate(pairs, axis=1)
    return _Met(part, row, columns, weights, process.minimum_people)


def _taken(rows: publication.Rows, touched: np.ndarray, columns: dict[str, Column]) -> Iterator[tuple[str, np.ndarray]]:
    """Append the touched rows' answers to the columns; gives their codes."""
    for name, column in columns.items():
        codes = column.encode(rows.columns[name].take(touched))
        column.codes = np.concatenate([column.codes, codes])
        yield name, codes
