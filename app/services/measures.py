"""Measures (tiltak): what is done about inputs, by whom and until when, and every step with its sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid, NotFound
from app.model import (
    Measure,
    MeasureInput,
    MeasureLog,
    MeasurePartner,
    MeasurePhoto,
    MeasureStep,
    Process,
    RoadmapInput,
)
from app.model.measure import MEASURE_PHOTOS, MEASURE_STATES, OVER, PARTNER_STATES, PRIORITIES, QUICK_FIXES
from app.services import fields, processes, roadmap
from app.services.actors import Officer

LETTER = "T"
LONGEST_NAME = 140
LONGEST_TEXT = 4000
NAMES = ("title", "focus_area", "plan", "owner")
TEXTS = ("goal", "wanted_effect", "resources", "decision")
WORDS = (*NAMES, *TEXTS, "priority", "quick", "deadline")


@dataclass(frozen=True)
class Told:
    """A measure and what belongs to it: inputs in the order of their numbers, steps and partners the oldest first,
    photos that are not hidden, before and after.
    """

    row: Measure
    inputs: list[RoadmapInput]
    steps: list[MeasureStep]
    partners: list[MeasurePartner]
    photos: list[MeasurePhoto]

    @property
    def reason(self) -> str | None:
        """The sentence of its latest step; a measure that was dropped is never shown without it."""
        return self.steps[-1].reason if self.steps else None


@dataclass(frozen=True)
class Wanted:
    """Which measures a list shows; what is None or False asks for nothing. ``focus_area`` "" asks for those without."""

    status: str | None = None
    focus_area: str | None = None
    owner: str | None = None
    overdue: bool = False
    quick: bool = False

    def has(self, row: Measure, today: date) -> bool:
        return (
            (self.status is None or row.status == self.status)
            and (self.focus_area is None or (row.focus_area or "") == self.focus_area)
            and (self.owner is None or (row.owner or "") == self.owner)
            and (not self.overdue or overdue(row, today))
            and (not self.quick or row.quick is not None)
        )


def overdue(row: Measure, today: date) -> bool:
    """Whether the deadline has passed and the measure is neither done nor dropped. On the day itself it has not."""
    return row.deadline is not None and row.deadline < today and row.status not in OVER


def create(
    db: Session, actor: Officer, process: Process, inputs: Sequence[str], said: Mapping[str, str], now: datetime
) -> Measure:
    """A new measure for one or more inputs by their public ids, in the words of a form (``WORDS``)."""
    rows = [_surviving(db, process, public_id) for public_id in dict.fromkeys(inputs)]
    if not rows:
        raise Invalid("measure_without_inputs", field="inputs")
    words = _words(said)
    number = processes.take_number(db, process.id, "measures_made")
    made = Measure(
        process_id=process.id,
        number=number,
        public_id=processes.public_id(process.prefix, LETTER, number),
        created_at=now,
        **words,
    )
    db.add(made)
    db.flush()
    ids = {row.id: row.public_id for row in rows}
    db.add_all(MeasureInput(measure_id=made.id, input_id=id) for id in ids)
    log(db, made, actor, now, {"created": [None, ", ".join(ids.values())]})
    return made


def edit(
    db: Session,
    actor: Officer,
    process: Process,
    public_id: str,
    said: Mapping[str, str],
    *,
    version: int,
    now: datetime,
) -> Measure:
    """Change the words. Raises Conflict if someone else changed the measure since ``version``."""
    row = locked(db, process, public_id, version)
    words = _words(said)
    changes = {
        name: [_plain(getattr(row, name)), _plain(value)]
        for name, value in words.items()
        if getattr(row, name) != value
    }
    if changes:
        for name, value in words.items():
            setattr(row, name, value)
        row.version += 1
        log(db, row, actor, now, changes)
    return row


def take_step(
    db: Session,
    actor: Officer,
    process: Process,
    public_id: str,
    wanted: str,
    *,
    reason: str,
    held_on: str,
    version: int,
    now: datetime,
    today: date,
) -> Measure:
    """Move on, with the sentence the public will read and the day it was decided (``YYYY-MM-DD``, not later than
    ``today``).
    """
    row = locked(db, process, public_id, version)
    fields.chosen(wanted, "status", MEASURE_STATES)
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid("sentence_missing", field="reason")
    if len(reason) > LONGEST_TEXT:
        raise Invalid("text_too_long", field="reason", most=LONGEST_TEXT)
    day = fields.day(held_on, "held_on", latest=today) or today
    if MEASURE_STATES.check(row.status, wanted):
        db.add(
            MeasureStep(
                measure_id=row.id,
                at=now,
                held_on=day,
                actor=actor.label,
                present=row.status,
                wanted=wanted,
                reason=reason,
            )
        )
        log(db, row, actor, now, {"status": [row.status, wanted]})
        row.status = wanted
        row.version += 1
        db.flush()
    return row


def set_partner(
    db: Session, actor: Officer, process: Process, public_id: str, name: str, state: str, now: datetime
) -> None:
    """Ask someone to take part, or write down what they answered. ``state`` "" takes them off the list."""
    row = locked(db, process, public_id)
    name = fields.line(name, "partner", LONGEST_NAME)
    found = db.scalar(select(MeasurePartner).where(MeasurePartner.measure_id == row.id, MeasurePartner.name == name))
    before = found.state if found else ""
    fields.one_of({"partner": state}, "partner", PARTNER_STATES)
    if state == before:
        return
    if found is None:
        db.add(MeasurePartner(measure_id=row.id, name=name, state=state))
    elif state:
        found.state = state
    else:
        db.delete(found)
    log(db, row, actor, now, {"partner": [[name, each] if each else None for each in (before, state)]})


def add_input(db: Session, actor: Officer, process: Process, public_id: str, input_id: str, now: datetime) -> None:
    """Let the measure answer one more input; that it does so already is no error."""
    row = locked(db, process, public_id)
    wanted = _surviving(db, process, input_id)
    if db.get(MeasureInput, (row.id, wanted.id)) is None:
        db.add(MeasureInput(measure_id=row.id, input_id=wanted.id))
        log(db, row, actor, now, {"inputs": [None, wanted.public_id]})


def remove_input(db: Session, actor: Officer, process: Process, public_id: str, input_id: str, now: datetime) -> None:
    """Take an input away from the measure. The last one stays: what is done for nobody is no measure."""
    row = locked(db, process, public_id)
    wanted = roadmap.find(db, process, input_id)
    links = list(db.scalars(select(MeasureInput).where(MeasureInput.measure_id == row.id)))
    end = roadmap.ends(db, process)
    there = [link for link in links if end[link.input_id] == wanted.id]
    if not there:
        return
    if len(there) == len(links):
        raise Conflict("measure_without_inputs", field="inputs")
    for link in there:
        db.delete(link)
    log(db, row, actor, now, {"inputs": [wanted.public_id, None]})


def release(db: Session, actor: Officer, process: Process, public_id: str, public: bool, now: datetime) -> None:
    """Let everyone read the measure, or staff alone again."""
    row = locked(db, process, public_id)
    if public != (row.released_at is not None):
        row.released_at = now if public else None
        log(db, row, actor, now, {"public": [not public, public]})


def find(db: Session, process: Process, public_id: str) -> Measure:
    row = db.scalar(select(Measure).where(Measure.process_id == process.id, Measure.public_id == public_id))
    if row is None:
        raise NotFound("measure_unknown", field="measure")
    return row


def of_process(db: Session, process: Process) -> list[Told]:
    """All measures in the order they were made."""
    return told(db, process, list(db.scalars(_rows(process))))


def of_input(db: Session, process: Process, row: RoadmapInput) -> list[Told]:
    """The measures that answer an input, or one that went into it."""
    merged = [id for id, end in roadmap.ends(db, process).items() if end == row.id]
    linked = select(MeasureInput.measure_id).where(MeasureInput.input_id.in_(merged))
    return told(db, process, list(db.scalars(_rows(process).where(Measure.id.in_(linked)))))


def public(db: Session, process: Process) -> list[Told]:
    """The measures that a planner released, in the order they were made."""
    return told(db, process, list(db.scalars(_rows(process).where(Measure.released_at.is_not(None)))))


def told(db: Session, process: Process, rows: list[Measure]) -> list[Told]:
    """Measures with what belongs to them, in the order given. An input that was merged is the one it went into."""
    ids = [row.id for row in rows]
    inputs = _inputs(db, process, ids)
    steps = _by_measure(
        db.scalars(select(MeasureStep).where(MeasureStep.measure_id.in_(ids)).order_by(MeasureStep.number))
    )
    partners = _by_measure(
        db.scalars(select(MeasurePartner).where(MeasurePartner.measure_id.in_(ids)).order_by(MeasurePartner.name))
    )
    photos = _photos(db, ids)
    return [
        Told(
            row,
            inputs.get(row.id, []),
            steps.get(row.id, []),
            partners.get(row.id, []),
            photos.get(row.id, []),
        )
        for row in rows
    ]


def _inputs(db: Session, process: Process, ids: list[UUID]) -> dict[UUID, list[RoadmapInput]]:
    """The inputs of each measure, in the order of their numbers."""
    end, links = roadmap.ends(db, process), select(MeasureInput).where(MeasureInput.measure_id.in_(ids))
    linked: dict[UUID, set[UUID]] = {}
    for link in db.scalars(links):
        linked.setdefault(end[link.input_id], set()).add(link.measure_id)
    rows = db.scalars(select(RoadmapInput).where(RoadmapInput.id.in_(linked)).order_by(RoadmapInput.number))
    found: dict[UUID, list[RoadmapInput]] = {}
    for row in rows:
        for measure_id in linked[row.id]:
            found.setdefault(measure_id, []).append(row)
    return found


def _photos(db: Session, ids: list[UUID]) -> dict[UUID, list[MeasurePhoto]]:
    """The photos of each measure that are not hidden, before and after, without the pictures themselves."""
    rows = db.scalars(select(MeasurePhoto).where(MeasurePhoto.measure_id.in_(ids), MeasurePhoto.state != "hidden"))
    return _by_measure(sorted(rows, key=lambda row: MEASURE_PHOTOS.index(row.kind)))


def by_input(measures: list[Told]) -> dict[UUID, list[Told]]:
    """The measures that answer each input."""
    found: dict[UUID, list[Told]] = {}
    for each in measures:
        for row in each.inputs:
            found.setdefault(row.id, []).append(each)
    return found


def steps(
    db: Session, process: Process, *, released: bool = False, most: int | None = None
) -> list[tuple[Measure, MeasureStep]]:
    """The decision log: every step of every measure, or of the released ones, the latest told first."""
    rows = (
        select(Measure, MeasureStep)
        .join(MeasureStep, MeasureStep.measure_id == Measure.id)
        .where(Measure.process_id == process.id, *([Measure.released_at.is_not(None)] if released else []))
        .order_by(MeasureStep.number.desc())
        .limit(most)
    )
    return [(measure, step) for measure, step in db.execute(rows)]


def history(db: Session, row: Measure) -> list[MeasureLog]:
    return list(db.scalars(select(MeasureLog).where(MeasureLog.measure_id == row.id).order_by(MeasureLog.number)))


def _by_measure(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.measure_id, []).append(row)
    return found


def _rows(process: Process) -> Any:
    return select(Measure).where(Measure.process_id == process.id).order_by(Measure.number)


def _surviving(db: Session, process: Process, public_id: str) -> RoadmapInput:
    row = roadmap.find(db, process, public_id)
    return db.get_one(RoadmapInput, roadmap.ends(db, process)[row.id])


def locked(db: Session, process: Process, public_id: str, version: int | None = None) -> Measure:
    row = db.scalar(
        select(Measure).where(Measure.process_id == process.id, Measure.public_id == public_id).with_for_update()
    )
    if row is None:
        raise NotFound("measure_unknown", field="measure")
    if version is not None and row.version != version:
        raise Conflict("changed_by_other", field="version", present=row.version)
    return row


def _words(said: Mapping[str, str]) -> dict[str, Any]:
    words: dict[str, Any] = {name: _short(said, name) for name in NAMES}
    words |= {name: fields.prose(said.get(name), name, LONGEST_TEXT) for name in TEXTS}
    words["title"] = fields.line(said.get("title", ""), "title", LONGEST_NAME)
    words["priority"] = fields.one_of(said, "priority", PRIORITIES) or "medium"
    words["quick"] = fields.one_of(said, "quick", QUICK_FIXES)
    words["deadline"] = fields.day(said.get("deadline"), "deadline")
    return words


def _short(said: Mapping[str, str], name: str) -> str | None:
    return fields.line(said[name], name, LONGEST_NAME) if said.get(name, "").strip() else None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def log(db: Session, row: Measure, actor: Officer, now: datetime, changes: dict[str, Any]) -> None:
    db.add(MeasureLog(measure_id=row.id, at=now, actor=actor.label, changes=changes))
    db.flush()
