"""What staff see of a process: heat, hexagons, areas and their figures, from an index that follows changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Invalid, NotFound, TooLarge
from app.model import Area, AreaHistory, Process
from app.model.catalogue import FEELINGS, STICKER_GROUPS
from app.services import area_history, publication
from app.services.area_history import Found, Kind
from app.services.index import Index, Selection
from gis import areas as clustering
from gis import tiles
from gis.crs import WGS84, project_xy
from gis.density import View
from gis.geojson import Unusable
from gis.layer import Layer

BY = ("group", "category")
METHODS = tuple(clustering.METHODS)
HEAT = {"place": tiles.HEAT, "route": tiles.ROUTES, "difference": tiles.DIFFERENCE}
_NO_FEELING = frozenset({""})


def heat_tile(
    index: Index, selection: Selection, kind: str, z: int, x: int, y: int,
    *, latitude: float = 60.0, size: int = tiles.SIZE, format: str = "png",
) -> bytes | None:  # fmt: skip
    """A picture of ``HEAT``'s kind, or None if nothing may be seen. Raises NotFound for a tile outside the world."""
    if not tiles.valid(z, x, y):
        raise NotFound("tile_unknown", field="tile")
    return _heat(index, selection, kind, tiles.tile(z, x, y, HEAT[kind], latitude=latitude, size=size), format)


def heat_picture(
    index: Index, selection: Selection, kind: str, bounds: tiles.Bounds, *, size: int = 1024
) -> bytes | None:
    """A whole view as one PNG; ``bounds`` as for ``tiles.extent``."""
    return _heat(index, selection, kind, tiles.extent(bounds, HEAT[kind], size=size), "png")


def heat_scale(index: Index, selection: Selection, kind: str, z: int, *, latitude: float = 60.0) -> dict[str, Any]:
    """What the colours at zoom ``z`` stand for: ``{"metres", "ticks": [{"at", "people"}]}``, ``at`` from 0 to 1 along
    the ramp, of a difference from its middle to either end. No ticks if nobody may be seen.
    """
    frame = tiles.tile(z, 0, 0, HEAT[kind], latitude=latitude)
    views = _sides(index, selection) if kind == "difference" else (index.view(selection, kind),)
    scale = tiles.scale(frame, *views)
    ticks = [{"at": round(at, 4), "people": people} for at, people in scale.ticks(index.minimum)]
    return {"metres": tiles.rounded(scale.metres), "ticks": ticks}


def _heat(index: Index, selection: Selection, kind: str, frame: tiles.Frame, format: str) -> bytes | None:
    if kind == "difference":
        return tiles.difference(*_sides(index, selection), frame, format)
    return tiles.heat(index.view(selection, kind), frame, format)


def _sides(index: Index, selection: Selection) -> tuple[View, View]:
    """Places that are good to somebody, and places that are not; each view withholds its own few."""
    chosen = selection.feelings or frozenset(FEELINGS)
    good, bad = (
        index.view(replace(selection, feelings=chosen & {feeling} or _NO_FEELING), "place")
        for feeling in ("good", "bad")
    )
    return good, bad


def hexagon_layer(index: Index, process: Process, selection: Selection) -> Layer:
    return publication.hexagons(process, {"all": index.hexagons(selection)})


def area_layer(index: Index, rows: list[Area], histories: dict[UUID, list[AreaHistory]] | None = None) -> Layer:
    """The areas with the figures the planner's map shows without a filter, and what happened to each."""
    counted = area_figures(index, rows, Selection())
    found = [counted[row.id] for row in rows]
    return publication.areas(
        rows,
        [(each.people, each.registrations, [entry["category"] for entry in each.categories]) for each in found],
        [area_history.written_out((histories or {}).get(row.id, [])) for row in rows],
    )


def hexagons_by_group(index: Index) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Unfiltered figures of every group, for exports and releases."""
    return {group: index.hexagons(Selection(groups=frozenset({group}))) for group in (*STICKER_GROUPS, "way")}


def find_areas(index: Index, *, by: str = "group", method: str = "dbscan") -> Found:
    """Look for areas of each group of stickers, or of each category, and store nothing: it may take seconds.

    Raises Invalid for an unknown way, TooLarge for more places than the method can take at once.
    """
    if by not in BY:
        raise Invalid("value_unknown", field="by", offered=", ".join(BY))
    if method not in METHODS:
        raise Invalid("value_unknown", field="method", offered=", ".join(METHODS))
    kinds: dict[Kind, list[tuple[Any, int]]] = {}
    for group in STICKER_GROUPS:
        for category in [None] if by == "group" else _categories(index, group):
            kinds[group, category] = _outlines(index, (group, category), method)
    return Found(by, method, kinds)


def _categories(index: Index, group: str) -> list[str]:
    """Those that enough people chose to make an area at all."""
    rows, _, _ = _places(index, Selection(), (group, None))
    return [entry["category"] for entry in index.by_category(rows) if entry["people"]]


def _outlines(index: Index, kind: Kind, method: str) -> list[tuple[Any, int]]:
    """Outlines in metres and the people in each."""
    rows, lon, lat = _places(index, Selection(), kind)
    x, y = project_xy(lon, lat, WGS84, index.epsg)
    try:
        found = clustering.clusters(x, y, *index.people_of(rows), index.minimum, clustering.METHODS[method])
    except Unusable as unusable:
        raise TooLarge(unusable.code, field="method", **unusable.facts) from unusable
    outlines = [cluster.outline for cluster in found]
    within = clustering.inside(outlines, x, y)
    return [(outline, index.figures(rows[at])[0]) for outline, at in zip(outlines, within, strict=True)]


def derive_areas(
    db: Session, process: Process, index: Index, now: datetime, *, by: str = "group", method: str = "dbscan"
) -> list[Area]:
    """Compute the areas anew. One that overlaps an earlier area keeps its permanent id; one that is gone says so."""
    return area_history.keep(db, process, find_areas(index, by=by, method=method), now)


def current_areas(db: Session, process: Process) -> list[Area]:
    """In the order they were first found."""
    return list(
        db.scalars(select(Area).where(Area.process_id == process.id, Area.state == "current").order_by(Area.number))
    )


def area(db: Session, process: Process, public_id: str) -> Area:
    """An area by its permanent id, also one that is gone."""
    found = db.scalar(select(Area).where(Area.process_id == process.id, Area.public_id == public_id))
    if found is None:
        raise NotFound("area_unknown", field="area")
    return found


@dataclass(frozen=True)
class Figures:
    """What lies in an area under a filter: distinct people and registrations, None where they are too few to be seen;
    and the same for each category, the most people first: ``{"category", "people", "registrations"}``.
    """

    people: int | None
    registrations: int | None
    categories: list[dict[str, Any]]


def area_figures(index: Index, areas: list[Area], selection: Selection) -> dict[UUID, Figures]:
    """The figures of each area, counted once for each state of the data, filter and set of areas."""
    made = max((area.computed_at for area in areas), default=None)
    key = ("areas", selection, tuple(area.id for area in areas), made)
    return index.remembered(key, lambda: _area_figures(index, areas, selection))


def _area_figures(index: Index, areas: list[Area], selection: Selection) -> dict[UUID, Figures]:
    found: dict[UUID, Figures] = {}
    for kind in {(area.group, area.category) for area in areas}:
        alike = [area for area in areas if (area.group, area.category) == kind]
        rows, lon, lat = _places(index, selection, kind)
        for area, at in zip(alike, clustering.inside([area.geometry for area in alike], lon, lat), strict=True):
            people, registrations = index.figures(rows[at])
            shown = people >= index.minimum
            found[area.id] = Figures(
                people if shown else None, registrations if shown else None, index.by_category(rows[at])
            )
    return found


def _places(index: Index, selection: Selection, kind: Kind) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows, longitude and latitude of the places of a kind of area under a filter."""
    group, category = kind
    if category is not None:
        selection = replace(selection, categories=_only(selection.categories, category))
    groups = _only(selection.groups, group)
    return index.points(replace(selection, groups=groups, kinds=frozenset({"place"})))


def _only(chosen: frozenset[str], one: str) -> frozenset[str]:
    """What is left of a filter where only one value can be meant; a value that nothing has, if it shuts that out."""
    return frozenset({one if not chosen or one in chosen else ""})
