"""Voices that count, as rows for the figures and lists staff see: masked, nothing hidden, erased or sensitive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast
from uuid import UUID

import numpy as np
import pyarrow as pa
import shapely
from sqlalchemy import ColumnElement, Date, Select, Table, Text, and_, case, func, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from app.model import Area, Arena, CatalogueEntry, Contribution, InputEvidence, Participant, Photo, Process
from app.model.contribution import COUNTED_STATES
from app.store import columns, overlapping, watermark, wkb

BATCH = 5_000


@dataclass(frozen=True)
class Rows:
    """A batch of contributions, in step; ``counts[i]`` is False for one that counts no more. ``shape`` is WKB."""

    columns: dict[str, pa.Array]
    counts: np.ndarray

    @cached_property
    def geometry(self) -> np.ndarray:
        return shapes(self.columns)


_FOLLOWED = ("number", "change", "kind", "group", "category", "feeling", "mode", "season", "arena_id", "participant_id")


def changed_rows(db: Session, process: Process, since: int) -> tuple[int, Iterator[Rows]]:
    """For figures that staff see: masked rows of the process that were stored or changed since a watermark.

    Returns the next watermark and the rows in batches: the columns of the table that figures are made of, and
    ``registered_on``, ``head_count`` and ``grade``. Read while ``db`` is open, which answers nothing else meanwhile.
    """
    statement = _figured(db, process).where(Contribution.process_id == process.id, Contribution.change >= since)
    return watermark(db, Contribution), (_rows(found) for found in columns(db, statement, 4 * BATCH))


def remembers(db: Session, changes: dict[int, int], since: int) -> bool:
    """Whether the database still has these changes (by row number), or newer ones made since a watermark: if the newest
    of a time are there, so are those before them.
    """
    rows = db.execute(select(Contribution.number, Contribution.change).where(Contribution.number.in_(changes)))
    found = dict(rows.all())
    return all(
        number in found and (found[number] == change or found[number] >= since) for number, change in changes.items()
    )


def changed_routes(db: Session, process: Process, since: int) -> tuple[int, Iterator[Rows]]:
    """As ``changed_rows``, of routes alone, with ``modes`` as JSON: where the way of travelling changes."""
    table = cast(Table, Contribution.__table__).c
    statement = (
        _figured(db, process)
        .add_columns(sql_cast(table.modes, Text).label("modes"))
        .where(table.process_id == process.id, table.change >= since, table.kind == "route")
    )
    return watermark(db, Contribution), (_rows(found) for found in columns(db, statement, BATCH))


def how_many(db: Session, process: Process) -> int:
    """How many rows count."""
    return int(db.scalar(select(func.count()).select_from(Contribution).where(*counted(db, process))) or 0)


def rows_near(db: Session, process: Process, bounds: tuple[float, float, float, float]) -> Iterator[Rows]:
    """For figures that staff see: rows that count and come near ``bounds`` (west, south, east, north in WGS 84), with
    the columns of ``changed_rows``. Read while ``db`` is open, which answers nothing else meanwhile.
    """
    near = overlapping(Contribution.geometry, bounds)
    statement = _figured(db, process).where(*counted(db, process), near)
    return (_rows(found) for found in columns(db, statement, BATCH))


def routes(db: Session, process: Process) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For figures that staff see: numbers and ways (WGS 84) of routes that count and have a way left, in batches. Read
    while ``db`` is open, which answers nothing else meanwhile.
    """
    table = cast(Table, Contribution.__table__).c
    statement = (
        select(table.number, wkb(table.geometry).label("shape"))
        .where(*counted(db, process), table.kind == "route", table.geometry.is_not(None))
        .order_by(table.number)
    )
    return ((found["number"].to_numpy(), shapes(found)) for found in columns(db, statement, BATCH))


def walked(db: Session, process: Process) -> Iterator[dict[str, pa.Array]]:
    """For figures that staff see: of every way that counts and has something left, whose it is (``participant_id``),
    how many that are (``head_count``) and its ``shape`` as WKB; in batches, in no order. Read while ``db`` is open.
    """
    table = cast(Table, Contribution.__table__).c
    statement = (
        select(table.participant_id, Participant.head_count, wkb(table.geometry).label("shape"))
        .join(Participant, Participant.id == table.participant_id)
        .where(*counted(db, process), table.kind == "route", table.geometry.is_not(None))
    )
    return columns(db, statement, BATCH)


def journeys(db: Session, process: Process) -> Iterator[dict[str, pa.Array]]:
    """For figures that staff see: of every way that counts, how it is travelled and would rather be, by whom, and what
    filters ask for; in batches. Read while ``db`` is open, which answers nothing else meanwhile.
    """
    table = cast(Table, Contribution.__table__).c
    named = (*_FOLLOWED, "preferred_mode")
    statement = _columns(table, named).where(*counted(db, process), table.kind == "route").order_by(table.number)
    return columns(db, statement, BATCH)


def took_part(db: Session, process: Process) -> dict[UUID, int]:
    """For figures that staff see: the people of each arena of whom something counts."""
    told = select(Contribution.participant_id).where(*counted(db, process))
    rows = db.execute(
        select(Participant.arena_id, func.sum(Participant.head_count))
        .where(Participant.id.in_(told))
        .group_by(Participant.arena_id)
    )
    return {arena_id: int(people) for arena_id, people in rows}


def _figured(db: Session, process: Process) -> Select[Any]:
    table = cast(Table, Contribution.__table__).c
    counts = case((and_(*counted(db, process)), 1), else_=0).label("counts")
    return _columns(table, _FOLLOWED, counts, wkb(table.geometry).label("shape")).order_by(table.number)


def _columns(table: Any, named: tuple[str, ...], *more: ColumnElement[Any]) -> Select[Any]:
    """Columns of contributions, and what else figures ask of each: its day, its people and their grade."""
    day = func.date(table.created_at, type_=Date).label("registered_on")
    return (
        select(*(table[name] for name in named), day, Participant.head_count, Arena.grade, *more)
        .join(Participant, Participant.id == table.participant_id)
        .join(Arena, Arena.id == table.arena_id)
    )


def _rows(found: dict[str, pa.Array]) -> Rows:
    return Rows(found, found["counts"].to_numpy().astype(bool))


def shapes(found: dict[str, pa.Array]) -> np.ndarray:
    return np.asarray(shapely.from_wkb(found["shape"].to_numpy(zero_copy_only=False)))


def counted(db: Session, process: Process) -> list[ColumnElement[bool]]:
    """The conditions a contribution must meet to count anywhere; one whose way was masked away has no geometry."""
    return [
        Contribution.process_id == process.id,
        Contribution.state.in_(COUNTED_STATES),
        Contribution.participant_id.not_in(select(Participant.id).where(Participant.practice)),
        *(~and_(Contribution.group == g, Contribution.category == c) for g, c in _sensitive(db, process.id)),
    ]


def _sensitive(db: Session, process_id: UUID) -> set[tuple[str, str]]:
    rows = db.execute(
        select(CatalogueEntry.group, CatalogueEntry.code).where(
            CatalogueEntry.process_id == process_id, CatalogueEntry.sensitive
        )
    )
    return {(group, code) for group, code in rows}


def area_contributions(db: Session, process: Process, area: Area) -> list[Contribution]:
    """The counted places of an area's group or category that lie in it, newest first: for staff, and as evidence."""
    return meeting(db, process, area.geometry, *said_in(area))


def behind(db: Session, process: Process, *conditions: ColumnElement[bool]) -> dict[UUID, dict[UUID, int]]:
    """Who stands behind each roadmap input: its participants with their head counts, of what counts and meets
    ``conditions``. Whoever shows a figure of them goes through the gate.
    """
    rows = db.execute(
        select(InputEvidence.input_id, Participant.id, Participant.head_count)
        .join(Contribution, Contribution.id == InputEvidence.contribution_id)
        .join(Participant, Participant.id == Contribution.participant_id)
        .where(*counted(db, process), *conditions)
        .distinct()
    )
    found: dict[UUID, dict[UUID, int]] = {}
    for input_id, participant_id, head_count in rows:
        found.setdefault(input_id, {})[participant_id] = head_count
    return found


def words_near(
    db: Session, process: Process, bounds: tuple[float, float, float, float]
) -> Iterator[dict[str, pa.Array]]:
    """For staff: what was written in so many words by what counts and comes near ``bounds`` (as of ``rows_near``): the
    number, group, category and state of each, and its words. Read while ``db`` is open.
    """
    table = cast(Table, Contribution.__table__).c
    words = func.coalesce(table.comment, table.own_name)
    statement = select(table.number, table.group, table.category, table.state, words.label("words")).where(
        *counted(db, process), words.is_not(None), overlapping(Contribution.geometry, bounds)
    )
    return columns(db, statement.order_by(table.number.desc()), BATCH)


def pictured(db: Session, process: Process, outline: Any, *conditions: ColumnElement[bool]) -> list[Contribution]:
    """What of that meets an outline (WGS 84) has a photo beside it, newest first: for staff."""
    return meeting(db, process, outline, Contribution.id.in_(select(Photo.contribution_id)), *conditions)


def meeting(db: Session, process: Process, outline: Any, *conditions: ColumnElement[bool]) -> list[Contribution]:
    """What counts and meets an outline (WGS 84), newest first: for staff, and as evidence."""
    near = db.scalars(
        select(Contribution)
        .where(*counted(db, process), *conditions, overlapping(Contribution.geometry, outline.bounds))
        .order_by(Contribution.number.desc())
    )
    return [row for row in near if shapely.intersects(outline, row.geometry)]


def said_in(area: Area) -> list[ColumnElement[bool]]:
    """The conditions of what an area is made of, but for where it lies."""
    return [
        Contribution.kind == "place",
        Contribution.group == area.group,
        *([Contribution.category == area.category] if area.category else []),
    ]
