"""Plan conflict: what of the children's ways, places and areas a plan touches, and how many children that is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.model import Area, Process
from app.services import analysis, publication, touched
from app.services.touched import Touched
from gis.formats import plans
from gis.formats.plans import Plan
from gis.geojson import Unusable

MOST_MB = 20
SUFFIXES = plans.SUFFIXES


@dataclass(frozen=True)
class Part(Touched):
    """What one polygon touches, or the whole plan; ``areas`` are the derived areas with their permanent ids."""

    name: str
    hectares: float
    geometry: Any
    areas: list[Area]


@dataclass(frozen=True)
class Conflict:
    """The plan as it was read, what it touches as a whole, and each polygon, the most people first."""

    plan: Plan
    whole: Part
    parts: list[Part]


def read(path: Path, process: Process, *, called: str) -> Plan:
    """The polygons of an uploaded plan; ``called`` is the name its owner knows it by. Raises Invalid for ``plan``."""
    try:
        return plans.read(path, process.area)
    except Unusable as unusable:
        raise Invalid(unusable.code, field="plan", **{**unusable.facts, "file": called}) from unusable


def of(db: Session, process: Process, plan: Plan) -> Conflict:
    """What the plan touches. A registration counts where any part of it, as stored, meets the plan."""
    met = touched.meetings(db, process, plan.geometry)
    current = analysis.current_areas(db, process)

    def part(name: str, shape: Any, number: int | None = None) -> Part:
        hectares = float(shapely.area(publication.metric(process, shape))) / 10_000
        areas = [area for area in current if shapely.intersects(area.geometry, shape)]
        return Part(**vars(met.told(met.rows(number))), name=name, hectares=hectares, geometry=shape, areas=areas)

    parts = [part(name, shape, nth) for nth, (name, shape) in enumerate(zip(plan.names, plan.geometry, strict=True))]
    whole = part("", shapely.union_all(plan.geometry))
    return Conflict(plan, whole, sorted(parts, key=lambda each: -(each.everything.people or 0)))
