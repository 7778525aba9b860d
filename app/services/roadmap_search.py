"""Finding inputs of the roadmap: by words, theme, kind, place, who can realise it, status and tag, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.model import InputTag, Process, RoadmapInput
from app.model.roadmap import INPUT_KINDS, INPUT_STATES, REALISERS
from app.services import whereabouts
from app.store import matching, overlapping, terms
from gis.crs import WGS84, project

PER_PAGE = 50
RADII = (100, 250, 500, 1000)
LONGEST_WORDS = 200


@dataclass(frozen=True)
class Query:
    """A filter; what is empty lets everything through. Inputs that were merged into another are found only when their
    status is asked for. ``placed``: has a place, or has none. ``near``: the name of a place, ``within`` metres.
    """

    text: str = ""
    themes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    realisers: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    tag: str = ""
    placed: bool | None = None
    near: str = ""
    within: int = 250
    page: int = 1

    @property
    def filtered(self) -> bool:
        return replace(self, within=250, page=1) != Query()


@dataclass(frozen=True)
class Page:
    """One page of what a query lets through, newest first. ``realisers`` counts every row that the query lets through
    when it does not ask who can realise it.
    """

    rows: list[RoadmapInput]
    total: int
    page: int
    pages: int
    realisers: dict[str, int]


def search(db: Session, process: Process, query: Query) -> Page:
    """Raises Invalid: value_unknown, text_too_long, place_unknown."""
    conditions = _conditions(db, process, query)
    per = select(RoadmapInput.realiser, func.count()).where(*conditions).group_by(RoadmapInput.realiser)
    counted = {realiser: int(count) for realiser, count in db.execute(per)}
    realisers = {realiser: counted.get(realiser, 0) for realiser in REALISERS}
    total = sum(realisers[each] for each in query.realisers or REALISERS)
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(query.page, 1), pages)
    rows = db.scalars(_listed(conditions, query).limit(PER_PAGE).offset((page - 1) * PER_PAGE))
    return Page(list(rows), total, page, pages, realisers)


def everything(db: Session, process: Process, query: Query) -> list[RoadmapInput]:
    """All pages in one."""
    return list(db.scalars(_listed(_conditions(db, process, query), query)))


def tags(db: Session, process: Process) -> list[str]:
    """The tags in use, in alphabetical order."""
    return list(
        db.scalars(
            select(InputTag.tag)
            .join(RoadmapInput, RoadmapInput.id == InputTag.input_id)
            .where(RoadmapInput.process_id == process.id)
            .distinct()
            .order_by(InputTag.tag)
        )
    )


def _listed(conditions: list[ColumnElement[bool]], query: Query) -> Any:
    if query.realisers:
        conditions = [*conditions, RoadmapInput.realiser.in_(query.realisers)]
    return select(RoadmapInput).where(*conditions).order_by(RoadmapInput.number.desc())


def _conditions(db: Session, process: Process, query: Query) -> list[ColumnElement[bool]]:
    """Everything but who can realise it."""
    _check(query)
    asked: list[ColumnElement[bool]] = [RoadmapInput.process_id == process.id]
    if query.statuses:
        asked.append(RoadmapInput.status.in_(query.statuses))
    else:
        asked.append(RoadmapInput.status != "merged")
    if query.themes:
        asked.append(RoadmapInput.theme.in_(query.themes))
    if query.kinds:
        asked.append(RoadmapInput.kind.in_(query.kinds))
    if query.tag:
        asked.append(RoadmapInput.id.in_(select(InputTag.input_id).where(InputTag.tag == query.tag)))
    if query.placed is not None:
        asked.append(RoadmapInput.location.is_not(None) if query.placed else RoadmapInput.location.is_(None))
    if query.near:
        asked.append(RoadmapInput.id.in_(_near(db, process, query.near, query.within)))
    if query.text.strip():
        asked.append(_said(process, query.text.strip()))
    return asked


def _check(query: Query) -> None:
    if len(query.text) > LONGEST_WORDS:
        raise Invalid("text_too_long", field="text", most=LONGEST_WORDS)
    for name, given, offered in (
        ("kind", query.kinds, INPUT_KINDS),
        ("realiser", query.realisers, REALISERS),
        ("status", query.statuses, tuple(INPUT_STATES)),
        ("radius", (query.within,), RADII),
    ):
        if not set(given) <= set(offered):
            raise Invalid("value_unknown", field=name, offered=", ".join(map(str, offered)))


def _said(process: Process, text: str) -> ColumnElement[bool]:
    """An id (``BOR-0123``, also its beginning), a number, or words."""
    either: list[ColumnElement[bool]] = []
    if text.upper().startswith(f"{process.prefix}-"):
        either.append(RoadmapInput.public_id.startswith(text.upper(), autoescape=True))
    if text.isdecimal() and len(text) < 10:
        either.append(RoadmapInput.number == int(text))
    asked = terms(text)
    if asked:
        either.append(matching(RoadmapInput.id, asked))
    return or_(*either) if either else RoadmapInput.id.is_(None)


def _near(db: Session, process: Process, called: str, metres: int) -> list[UUID]:
    found = whereabouts.names(db, process).find(called)
    if found is None:
        raise Invalid("place_unknown", field="place", given=called)
    centre = project(found, WGS84, process.export_epsg)
    bounds = project(shapely.buffer(centre, 1.02 * metres), process.export_epsg, WGS84).bounds
    placed = db.execute(
        select(RoadmapInput.id, RoadmapInput.location).where(
            RoadmapInput.process_id == process.id, overlapping(RoadmapInput.location, bounds)
        )
    ).all()
    shapes = project(np.array([location for _, location in placed], dtype=object), WGS84, process.export_epsg)
    near = shapely.distance(shapes, centre) <= metres
    return [id for (id, _), close in zip(placed, near, strict=True) if close]
