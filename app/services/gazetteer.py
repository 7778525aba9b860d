"""The process's own gazetteer as a list one can choose from without a map: named places, streets, crossings."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.model import NamedPlace, Process
from gis.crossings import crossings
from gis.crs import WGS84, project
from gis.naming import standing_points, together, told_apart, unite

STREETS = ("street", "path")
ONE_STREET_M = 500.0
ONE_PLACE_M = 150.0
SHAPE_M = 2.0
PER_DEGREE = 100_000

_LISTS_KEPT = 16
_lists: dict[tuple[UUID, int], dict[str, Any]] = {}


def listing(db: Session, process: Process) -> dict[str, Any]:
    """The list of a process at its present version, as compact as a class's network wants it.

    ``places``: [kind, name, near, x, y] · ``streets``: [name, near, x, y, parts], a part being x, y of its first
    position and then differences · ``crossings``: [street, street, near, x, y] by position in ``streets``. All x and y
    are degrees times ``unit``; ``near`` tells two of one name apart. House numbers are never in it.
    """
    key = (process.id, process.version)
    if key not in _lists:
        if len(_lists) >= _LISTS_KEPT:
            _lists.pop(next(iter(_lists)))
        _lists[key] = _listing(db, process)
    return _lists[key]


def _listing(db: Session, process: Process) -> dict[str, Any]:
    kinds, names, shapes = _rows(db, process)
    street = np.isin(kinds, STREETS)
    epsg = process.export_epsg
    place_kinds, place_names, places = _things(kinds[~street], names[~street], shapes[~street], ONE_PLACE_M)
    _, street_names, streets = _things(np.full(street.sum(), "street"), names[street], shapes[street], ONE_STREET_M)
    at, middles = standing_points(places), standing_points(streets)
    landmarks, where = (place_names, at) if place_names else (street_names, middles)
    first, second, meeting = _crossings(streets)
    pairs = [f"{street_names[a]} × {street_names[b]}" for a, b in zip(first, second, strict=True)]
    return {
        "unit": 1 / PER_DEGREE,
        "places": _zip(place_kinds, place_names, told_apart(place_names, at, landmarks, where), *_xy(at, epsg)),
        "streets": _zip(
            street_names,
            told_apart(street_names, middles, landmarks, where),
            *_xy(middles, epsg),
            [_parts(lines, epsg) for lines in streets],
        ),
        "crossings": _zip(
            first.tolist(), second.tolist(), told_apart(pairs, meeting, landmarks, where), *_xy(meeting, epsg)
        ),
    }


def _rows(db: Session, process: Process) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Kind, name and the part inside the border (metres) of what has a name, but no house that has a number."""
    found = db.execute(
        select(NamedPlace.kind, NamedPlace.name, NamedPlace.geometry)
        .where(NamedPlace.process_id == process.id, NamedPlace.name != "")
        .order_by(NamedPlace.kind, NamedPlace.name, NamedPlace.part)
    ).all()
    found = [row for row in found if not (row.kind == "building" and re.search(r"\d", row.name))]
    kinds = np.array([row.kind for row in found], dtype=object)
    names = np.array([row.name for row in found], dtype=object)
    drawn = np.array([row.geometry for row in found], dtype=object)
    shapely.prepare(process.area)
    partly = ~shapely.covers(process.area, drawn)
    drawn[partly] = shapely.intersection(process.area, shapely.make_valid(drawn[partly]))
    lost = shapely.is_empty(drawn) | (np.isin(kinds, STREETS) & (shapely.get_dimensions(drawn) != 1))
    return kinds[~lost], names[~lost], project(drawn[~lost], WGS84, process.export_epsg)


def _things(
    kinds: np.ndarray, names: np.ndarray, shapes: np.ndarray, within: float
) -> tuple[list[str], list[str], np.ndarray]:
    """Parts of one name that lie together as one thing."""
    if len(names) == 0:
        return [], [], shapes
    groups = together([f"{kind}/{name}" for kind, name in zip(kinds, names, strict=True)], shapes, within)
    _, first = np.unique(groups, return_index=True)
    return kinds[first].tolist(), names[first].tolist(), unite(shapes, groups)


def _crossings(streets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    parts, of = shapely.get_parts(streets, return_index=True)
    return crossings(parts, of)


def _xy(points: np.ndarray, epsg: int) -> tuple[list[int], list[int]]:
    placed = project(points, epsg, WGS84)
    x, y = (np.rint(get(placed) * PER_DEGREE).astype(int).tolist() for get in (shapely.get_x, shapely.get_y))
    return x, y


def _parts(street: Any, epsg: int) -> list[list[int]]:
    """Each stretch of a street as its first position and differences."""
    merged = shapely.line_merge(street) if street.geom_type == "MultiLineString" else street
    plain = project(shapely.simplify(merged, SHAPE_M), epsg, WGS84)
    found = []
    for part in shapely.get_parts(plain):
        steps = np.rint(shapely.get_coordinates(part) * PER_DEGREE).astype(int)
        steps[1:] -= steps[:-1].copy()
        found.append(steps.ravel().tolist())
    return found


def _zip(*columns: list[Any]) -> list[list[Any]]:
    return [list(row) for row in zip(*columns, strict=True)]
