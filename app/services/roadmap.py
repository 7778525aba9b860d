"""The Veikart (roadmap): inputs with a permanent id, a place, the evidence behind them and who can realise them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid, NotFound, TooFew
from app.model import Area, Contribution, InputEvidence, InputLog, Participant, Process, RoadmapInput
from app.model.contribution import COUNTED_STATES
from app.model.roadmap import INPUT_KINDS, INPUT_STATES, REALISERS
from app.services import heads, processes, voices
from app.services.actors import Officer

LONGEST_TITLE = 140
LONGEST_TEXT = 4000
KIND_OF_GROUP = {"activity": "quality", "good": "quality", "bad": "challenge", "wish": "suggestion"}


def from_area(
    db: Session,
    actor: Officer,
    process: Process,
    area: Area,
    *,
    title: str,
    theme: str,
    realiser: str,
    now: datetime,
    kind: str | None = None,
    text: str | None = None,
) -> RoadmapInput:
    """A new input that carries the area's place and everything registered there as evidence."""
    if area.state != "current":
        raise Conflict("area_gone", field="area", area=area.public_id)
    words = _words(db, process, title=title, theme=theme, realiser=realiser, text=text)
    words["kind"] = _one_of(kind or KIND_OF_GROUP[area.group], INPUT_KINDS, "kind")
    sources = [{"area_id": area.id}]
    sources += [{"contribution_id": row.id} for row in voices.area_contributions(db, process, area)]
    return _make(db, actor, process, area.geometry, sources, words, area.public_id, now)


def from_outline(
    db: Session,
    actor: Officer,
    process: Process,
    outline: Any,
    evidence: list[UUID],
    *,
    title: str,
    theme: str,
    realiser: str,
    kind: str,
    now: datetime,
    text: str | None = None,
) -> RoadmapInput:
    """A new input at an outline that a planner drew (WGS 84), with contributions that lie there as evidence."""
    words = _words(db, process, title=title, theme=theme, realiser=realiser, text=text)
    words["kind"] = _one_of(kind, INPUT_KINDS, "kind")
    sources = [{"contribution_id": id} for id in evidence]
    return _make(db, actor, process, outline, sources, words, "outline", now)


def from_arenas(
    db: Session,
    actor: Officer,
    process: Process,
    location: Any,
    sources: list[dict[str, UUID]],
    *,
    title: str,
    theme: str,
    realiser: str,
    kind: str,
    now: datetime,
    text: str | None = None,
) -> RoadmapInput:
    """A new input from what was said in arenas (evidence of arenas and notes). However few they were it may stand: what
    staff wrote down points at no home; only the figure is withheld.
    """
    words = _words(db, process, title=title, theme=theme, realiser=realiser, text=text)
    words["kind"] = _one_of(kind, INPUT_KINDS, "kind")
    return _make(db, actor, process, location, sources, words, "notes", now, least=0)


def _make(
    db: Session,
    actor: Officer,
    process: Process,
    location: Any,
    sources: list[dict[str, UUID]],
    words: dict[str, Any],
    origin: str,
    now: datetime,
    *,
    least: int | None = None,
) -> RoadmapInput:
    number = processes.take_number(db, process.id, "inputs_made")
    made = RoadmapInput(
        process_id=process.id,
        number=number,
        public_id=processes.public_id(process.prefix, "", number),
        location=location,
        created_at=now,
        changed_at=now,
        **words,
    )
    db.add(made)
    db.flush()
    db.add_all(InputEvidence(input_id=made.id, **source) for source in sources)
    db.flush()
    people, _ = figures(db, process).get(made.id, (0, 0))
    least = process.minimum_people if least is None else least
    if people < least:
        raise TooFew("too_few_people", field="area", least=least)
    _log(db, made, actor, now, {"created": [None, origin]})
    return made


def edit(
    db: Session,
    actor: Officer,
    process: Process,
    public_id: str,
    *,
    version: int,
    now: datetime,
    title: str,
    theme: str,
    realiser: str,
    text: str | None = None,
) -> RoadmapInput:
    """Change the words. Raises Conflict if someone else changed the input since ``version``."""
    row = _locked(db, process, public_id)
    if row.version != version:
        raise Conflict("changed_by_other", field="version", present=row.version)
    words = _words(db, process, title=title, theme=theme, realiser=realiser, text=text)
    changes = {name: [getattr(row, name), value] for name, value in words.items() if getattr(row, name) != value}
    if changes:
        for name, value in words.items():
            setattr(row, name, value)
        _touch(row, now)
        _log(db, row, actor, now, changes)
    return row


def change_status(
    db: Session, actor: Officer, process: Process, public_id: str, wanted: str, *, reason: str, now: datetime
) -> RoadmapInput:
    """Move on, with the sentence the public will read."""
    row = _locked(db, process, public_id)
    _one_of(wanted, tuple(INPUT_STATES), "status")
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid("field_missing", field="reason")
    if INPUT_STATES.check(row.status, wanted):
        _log(db, row, actor, now, {"status": [row.status, wanted]}, reason[:LONGEST_TEXT])
        row.status = wanted
        _touch(row, now)
    return row


def figures(db: Session, process: Process) -> dict[UUID, tuple[int, int]]:
    """Distinct people and registrations (notes among them) behind each input, counted afresh: what was hidden or erased
    since is no evidence any more. Whoever drew in an arena that is evidence itself counts with that arena.
    """
    whole = (
        select(InputEvidence.input_id, InputEvidence.arena_id)
        .where(InputEvidence.arena_id.is_not(None))
        .distinct()
        .subquery()
    )
    counted = (
        select(InputEvidence.input_id, Contribution.participant_id, func.count().label("registrations"))
        .join(Contribution, Contribution.id == InputEvidence.contribution_id)
        .outerjoin(whole, (whole.c.input_id == InputEvidence.input_id) & (whole.c.arena_id == Contribution.arena_id))
        .where(
            Contribution.process_id == process.id, Contribution.state.in_(COUNTED_STATES), whole.c.arena_id.is_(None)
        )
        .group_by(InputEvidence.input_id, Contribution.participant_id)
        .subquery()
    )
    rows = db.execute(
        select(counted.c.input_id, func.sum(Participant.head_count), func.sum(counted.c.registrations))
        .join(Participant, Participant.id == counted.c.participant_id)
        .where(Participant.practice.is_(False))
        .group_by(counted.c.input_id)
    )
    found = {input_id: (int(people), int(registrations)) for input_id, people, registrations in rows}
    for input_id, (people, notes) in heads.behind(db, process).items():
        drawn, registrations = found.get(input_id, (0, 0))
        found[input_id] = drawn + people, registrations + notes
    return found


def areas_of(db: Session, row: RoadmapInput) -> list[Area]:
    """The areas an input rests on."""
    return list(
        db.scalars(
            select(Area).join(InputEvidence, InputEvidence.area_id == Area.id).where(InputEvidence.input_id == row.id)
        )
    )


def inputs(db: Session, process: Process) -> list[RoadmapInput]:
    """Newest first."""
    return list(
        db.scalars(
            select(RoadmapInput).where(RoadmapInput.process_id == process.id).order_by(RoadmapInput.number.desc())
        )
    )


def find(db: Session, process: Process, public_id: str) -> RoadmapInput:
    row = db.scalar(
        select(RoadmapInput).where(RoadmapInput.process_id == process.id, RoadmapInput.public_id == public_id)
    )
    if row is None:
        raise NotFound("input_unknown", field="input")
    return row


def history(db: Session, row: RoadmapInput) -> list[InputLog]:
    return list(db.scalars(select(InputLog).where(InputLog.input_id == row.id).order_by(InputLog.number)))


def inputs_of_areas(db: Session, areas: list[Area]) -> dict[UUID, list[str]]:
    """The public ids of the inputs that rest on each area."""
    rows = db.execute(
        select(InputEvidence.area_id, RoadmapInput.public_id)
        .join(RoadmapInput, RoadmapInput.id == InputEvidence.input_id)
        .where(InputEvidence.area_id.in_([area.id for area in areas]))
        .order_by(RoadmapInput.number)
    )
    found: dict[UUID, list[str]] = {}
    for area_id, public_id in rows:
        if area_id is not None:
            found.setdefault(area_id, []).append(public_id)
    return found


def _locked(db: Session, process: Process, public_id: str) -> RoadmapInput:
    row = db.scalar(
        select(RoadmapInput)
        .where(RoadmapInput.process_id == process.id, RoadmapInput.public_id == public_id)
        .with_for_update()
    )
    if row is None:
        raise NotFound("input_unknown", field="input")
    return row


def _words(db: Session, process: Process, *, title: str, theme: str, realiser: str, text: str | None) -> dict[str, Any]:
    title = " ".join(title.split())
    if not title:
        raise Invalid("field_missing", field="title")
    if len(title) > LONGEST_TITLE:
        raise Invalid("text_too_long", field="title", most=LONGEST_TITLE)
    text = (text or "").strip() or None
    if text and len(text) > LONGEST_TEXT:
        raise Invalid("text_too_long", field="text", most=LONGEST_TEXT)
    themes = processes.catalogue(db, process.id).get("theme", {})
    return {
        "title": title,
        "text": text,
        "theme": _one_of(theme, tuple(themes), "theme"),
        "realiser": _one_of(realiser, REALISERS, "realiser"),
    }


def _one_of(value: str, values: tuple[str, ...], name: str) -> str:
    if not value:
        raise Invalid("field_missing", field=name)
    if value not in values:
        raise Invalid("value_unknown", field=name, offered=", ".join(values))
    return value


def _touch(row: RoadmapInput, now: datetime) -> None:
    row.version += 1
    row.changed_at = now


def _log(
    db: Session,
    row: RoadmapInput,
    actor: Officer,
    now: datetime,
    changes: dict[str, Any],
    reason: str | None = None,
) -> None:
    db.add(InputLog(input_id=row.id, at=now, actor=actor.label, changes=changes, reason=reason))
    db.flush()
