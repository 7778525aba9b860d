"""Indicators of an area with their sources and places beside it; what is about too few people is told to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.model import Indicator, Measurement, Process
from app.services import fields

LONGEST_NAME = 80
LONGEST_TEXT = 400
YEARS = 1900, 2100


@dataclass(frozen=True)
class Cell:
    """``value`` is None where fewer people than the process allows stand behind it."""

    value: float | None
    measurement_id: UUID


@dataclass(frozen=True)
class Card:
    """An indicator: its years in order, and a row of cells for each place, the process's own first; None is no value.

    ``change`` is the process's own latest value less its earliest, None without two that may be told.
    """

    indicator: Indicator
    years: list[int]
    rows: dict[str, list[Cell | None]]
    own: frozenset[str]
    change: float | None

    @property
    def latest(self) -> dict[str, tuple[int, float]]:
        """The newest year and value of every place that has one to tell."""
        found = {}
        for place, cells in self.rows.items():
            told = [(year, cell.value) for year, cell in zip(self.years, cells, strict=True) if cell]
            known = [(year, value) for year, value in told if value is not None]
            if known:
                found[place] = known[-1]
        return found


def add(
    db: Session, process: Process, *, name: str, unit: str, source: str, story: str = "", now: datetime
) -> Indicator:
    """Raises Invalid: field_missing, text_too_long; Conflict: already_taken."""
    called = fields.line(name, "name", LONGEST_NAME)
    if db.scalar(select(Indicator.id).where(Indicator.process_id == process.id, Indicator.name == called)):
        raise Conflict("already_taken", field="name")
    made = Indicator(
        process_id=process.id,
        name=called,
        unit=fields.line(unit, "unit", 20),
        source=fields.line(source, "source", LONGEST_TEXT),
        story=fields.line(story, "story", LONGEST_TEXT) if story.strip() else None,
        created_at=now,
    )
    db.add(made)
    db.flush()
    return made


def measure(
    db: Session, process: Process, indicator_id: UUID, *, place: str, own: bool, year: str, value: str, people: str = ""
) -> Measurement:
    """Put a value in; one of the same place and year is replaced. Numbers as people write them, with comma or point."""
    indicator = of_process(db, process, indicator_id)
    where = fields.line(place, "place", LONGEST_NAME)
    when = fields.whole(year, "year", *YEARS)
    amount = fields.number(value, "value")
    about = fields.whole(people, "people", 0, 10_000_000) if people.strip() else None
    row = db.scalar(
        select(Measurement).where(
            Measurement.indicator_id == indicator.id, Measurement.place == where, Measurement.year == when
        )
    )
    if row is None:
        row = Measurement(indicator_id=indicator.id, place=where, year=when, value=amount)
        db.add(row)
    row.value, row.people, row.own = amount, about, own
    db.flush()
    return row


def remove(db: Session, process: Process, measurement_id: UUID) -> None:
    """Take a value out. Raises NotFound."""
    row = db.get(Measurement, measurement_id)
    if row is None or db.get_one(Indicator, row.indicator_id).process_id != process.id:
        raise NotFound("indicator_unknown", field="indicator")
    db.delete(row)
    db.flush()


def publish(db: Session, process: Process, indicator_id: UUID, public: bool) -> None:
    """Show an indicator to everyone, or to staff alone."""
    of_process(db, process, indicator_id).public = public
    db.flush()


def of_process(db: Session, process: Process, indicator_id: UUID) -> Indicator:
    row = db.get(Indicator, indicator_id)
    if row is None or row.process_id != process.id:
        raise NotFound("indicator_unknown", field="indicator")
    return row


def cards(db: Session, process: Process, *, public: bool = False) -> list[Card]:
    """Every indicator by name, or those that are shown to everyone."""
    shown = [Indicator.public] if public else []
    rows = db.scalars(select(Indicator).where(Indicator.process_id == process.id, *shown).order_by(Indicator.name))
    return [_card(db, process, row) for row in rows]


def _card(db: Session, process: Process, indicator: Indicator) -> Card:
    found = list(
        db.scalars(
            select(Measurement)
            .where(Measurement.indicator_id == indicator.id)
            .order_by(Measurement.own.desc(), Measurement.place, Measurement.year)
        )
    )
    years = sorted({row.year for row in found})
    rows: dict[str, list[Cell | None]] = {row.place: [None] * len(years) for row in found}
    for row in found:
        few = row.people is not None and row.people < process.minimum_people
        rows[row.place][years.index(row.year)] = Cell(None if few else row.value, row.id)
    own = frozenset(row.place for row in found if row.own)
    told = [cell.value for place in rows if place in own for cell in rows[place] if cell and cell.value is not None]
    return Card(indicator, years, rows, own, told[-1] - told[0] if len(told) > 1 else None)
