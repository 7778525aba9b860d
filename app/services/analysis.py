"""What staff see of a process: heat, hexagons, areas and their figures, from an index that follows changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.model import Area, Process
from app.model.catalogue import FEELINGS, STICKER_GROUPS
from app.services import processes, publication
from app.services.index import Index, Selection
from gis import areas as clustering
from gis import tiles
from gis.crs import WGS84, project, project_xy
from gis.density import View
from gis.layer import Layer

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


def area_layer(index: Index, rows: list[Area]) -> Layer:
    """The areas with the figures the planner's map shows without a filter."""
    counted = area_figures(index, rows, Selection())
    found = [counted[row.id] for row in rows]
    return publication.areas(
        rows, [(each.people, each.registrations, [entry["category"] for entry in each.categories]) for each in found]
    )


def hexagons_by_group(index: Index) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Unfiltered figures of every group, for exports and releases."""
    return {group: index.hexagons(Selection(groups=frozenset({group}))) for group in (*STICKER_GROUPS, "way")}


def derive_areas(db: Session, process: Process, index: Index, now: datetime) -> list[Area]:
    """Compute the areas anew. One that overlaps an earlier area keeps its permanent id; one that is gone says so."""
    current: list[Area] = []
    for group in STICKER_GROUPS:
        rows, lon, lat = index.points(Selection(kinds=frozenset({"place"}), groups=frozenset({group})))
        x, y = project_xy(lon, lat, WGS84, process.export_epsg)
        found = clustering.clusters(x, y, *index.people_of(rows), process.minimum_people)
        current += _continued(db, process, index, group, rows, found, now)
    db.flush()
    return current


def _continued(
    db: Session,
    process: Process,
    index: Index,
    group: str,
    rows: np.ndarray,
    found: list[clustering.Cluster],
    now: datetime,
) -> list[Area]:
    earlier = list(db.scalars(select(Area).where(Area.process_id == process.id, Area.group == group)))
    outlines = [cluster.outline for cluster in found]
    kept: dict[int, Area] = {}
    for state in ("current", "gone"):
        old = [area for area in earlier if area.state == state]
        free = [n for n in range(len(found)) if n not in kept]
        before = [publication.metric(process, area.geometry) for area in old]
        same = clustering.match(before, [outlines[n] for n in free])
        kept |= {free[n]: old[o] for n, o in same.items()}
    for area in earlier:
        area.state = "gone"
    current = []
    for number, cluster in enumerate(found):
        area = kept.get(number) or _new_area(db, process, group, now)
        area.state = "current"
        area.geometry = project(cluster.outline, process.export_epsg, WGS84)
        area.computed_at = now
        current.append(area)
    return current


def _new_area(db: Session, process: Process, group: str, now: datetime) -> Area:
    number = processes.take_number(db, process.id, "areas_made")
    area = Area(
        process_id=process.id,
        number=number,
        public_id=processes.public_id(process.prefix, "O", number),
        group=group,
        made_at=now,
    )
    db.add(area)
    return area


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
    for group in {area.group for area in areas}:
        groups = selection.groups & {group} if selection.groups else frozenset({group})
        rows, lon, lat = index.points(replace(selection, groups=groups, kinds=frozenset({"place"})))
        tree = shapely.STRtree(shapely.points(lon, lat))
        for area in areas:
            if area.group == group:
                inside = tree.query(area.geometry, predicate="intersects") if groups else np.zeros(0, int)
                people, registrations = index.figures(rows[inside])
                shown = people >= index.minimum
                found[area.id] = Figures(
                    people if shown else None, registrations if shown else None, index.by_category(rows[inside])
                )
    return found
