"""The Veikart (roadmap): inputs with a permanent id, a place, the evidence behind them and who can realise them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, func, select, true
from sqlalchemy.orm import Session, aliased

from app.errors import Conflict, Invalid, NotFound, TooFew
from app.model import Area, Contribution, InputEvidence, InputLog, Participant, Process, RoadmapInput
from app.model.contribution import COUNTED_STATES
from app.model.roadmap import INPUT_KINDS, INPUT_STATES, REALISERS
from app.services import fields, heads, processes, roadmap_tags, voices
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
    words = checked(themes(db, process), title=title, theme=theme, realiser=realiser, text=text)
    words["kind"] = checked_kind(kind or KIND_OF_GROUP[area.group])
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
    words = checked(themes(db, process), title=title, theme=theme, realiser=realiser, text=text)
    words["kind"] = checked_kind(kind)
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
    words = checked(themes(db, process), title=title, theme=theme, realiser=realiser, text=text)
    words["kind"] = checked_kind(kind)
    return _make(db, actor, process, location, sources, words, "notes", now, least=0)


def numbered(db: Session, process: Process, location: Any, words: dict[str, Any], now: datetime) -> RoadmapInput:
    """A new input under the next number; its sources and the first line of its history are for the caller to write."""
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
    return made


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
    made = numbered(db, process, location, words, now)
    db.add_all(InputEvidence(input_id=made.id, **source) for source in sources)
    db.flush()
    people, _ = figures(db, process, [made]).get(made.id, (0, 0))
    least = process.minimum_people if least is None else least
    if people < least:
        raise TooFew("too_few_people", field="area", least=least)
    log(db, made, actor, now, {"created": [None, origin]})
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
    kind: str | None = None,
    tags: str | None = None,
) -> RoadmapInput:
    """Change the words; ``tags`` are separated by commas, and None leaves them and the kind as they are.

    Raises Conflict if someone else changed the input since ``version``.
    """
    row = of_version(db, process, public_id, version)
    unmerged(row)
    words = checked(themes(db, process), title=title, theme=theme, realiser=realiser, text=text)
    words["kind"] = checked_kind(row.kind if kind is None else kind)
    changes = {name: [getattr(row, name), value] for name, value in words.items() if getattr(row, name) != value}
    present = roadmap_tags.tags_of(db, [row]).get(row.id, [])
    wanted = present if tags is None else roadmap_tags.split_tags(tags)
    if wanted != present:
        changes["tags"] = [present, wanted]
        roadmap_tags.put_tags(db, row, wanted)
    if changes:
        for name, value in words.items():
            setattr(row, name, value)
        touch(row, now)
        log(db, row, actor, now, changes)
    return row


def change_status(
    db: Session, actor: Officer, process: Process, public_id: str, wanted: str, *, reason: str, now: datetime
) -> RoadmapInput:
    """Move on, with the sentence the public will read."""
    row = locked(db, process, public_id)
    fields.chosen(wanted, "status", INPUT_STATES)
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid("field_missing", field="reason")
    if wanted == "merged":
        raise Conflict("state_change_refused", field="state", machine="input", present=row.status, wanted=wanted)
    unmerged(row)
    if INPUT_STATES.check(row.status, wanted):
        log(db, row, actor, now, {"status": [row.status, wanted]}, reason[:LONGEST_TEXT])
        row.status = wanted
        touch(row, now)
    return row


def figures(db: Session, process: Process, only: list[RoadmapInput] | None = None) -> dict[UUID, tuple[int, int]]:
    """Distinct people and registrations (notes among them) behind each input (or ``only`` these), counted afresh: what
    was hidden or erased since is no evidence any more. Whoever drew in an arena that is evidence itself counts with
    that arena.

    What stands behind an input that was merged into another counts there, and there only.
    """
    within = RoadmapInput.process_id == process.id, RoadmapInput.merged_into_id.is_(None)
    chosen = within if only is None else (*within, RoadmapInput.id.in_([row.id for row in only]))
    roots = _families(*chosen)
    whole = (
        select(roots.c.root, InputEvidence.arena_id)
        .join(InputEvidence, InputEvidence.input_id == roots.c.id)
        .where(InputEvidence.arena_id.is_not(None))
        .distinct()
        .subquery()
    )
    counted = (
        select(roots.c.root, Contribution.participant_id, func.count(Contribution.id.distinct()).label("registrations"))
        .join(InputEvidence, InputEvidence.input_id == roots.c.id)
        .join(Contribution, Contribution.id == InputEvidence.contribution_id)
        .outerjoin(whole, (whole.c.root == roots.c.root) & (whole.c.arena_id == Contribution.arena_id))
        .where(
            Contribution.process_id == process.id, Contribution.state.in_(COUNTED_STATES), whole.c.arena_id.is_(None)
        )
        .group_by(roots.c.root, Contribution.participant_id)
        .subquery()
    )
    rows = db.execute(
        select(counted.c.root, func.sum(Participant.head_count), func.sum(counted.c.registrations))
        .join(Participant, Participant.id == counted.c.participant_id)
        .where(Participant.practice.is_(False))
        .group_by(counted.c.root)
    )
    found = {root: (int(people), int(registrations)) for root, people, registrations in rows}
    root_of = dict(db.execute(select(roots.c.id, roots.c.root)).all())
    for root, (people, notes) in heads.behind(db, process, root_of).items():
        drawn, registrations = found.get(root, (0, 0))
        found[root] = drawn + people, registrations + notes
    return found


def ends(db: Session, process: Process) -> dict[UUID, UUID]:
    """Of every input the one it lives on in: itself, or what it was merged into, however far."""
    roots = _families(RoadmapInput.process_id == process.id, RoadmapInput.merged_into_id.is_(None))
    return dict(db.execute(select(roots.c.id, roots.c.root)).all())


def _families(*chosen: ColumnElement[bool]) -> CTE:
    """``id`` and ``root`` of the chosen inputs and everything that was merged into them, however far."""
    roots = select(RoadmapInput.id, RoadmapInput.id.label("root")).where(*chosen).cte("roots", recursive=True)
    merged = aliased(RoadmapInput)
    return roots.union_all(select(merged.id, roots.c.root).join(roots, merged.merged_into_id == roots.c.id))


def areas_of(db: Session, row: RoadmapInput) -> list[Area]:
    """The areas an input rests on."""
    return list(
        db.scalars(
            select(Area).join(InputEvidence, InputEvidence.area_id == Area.id).where(InputEvidence.input_id == row.id)
        )
    )


def evidence_of(db: Session, row: RoadmapInput, *, files: bool = False) -> list[InputEvidence]:
    """Every source of an input (or ``files``: rows of files alone), also those of what was merged into it."""
    family = _families(RoadmapInput.id == row.id)
    return list(
        db.scalars(
            select(InputEvidence)
            .join(family, InputEvidence.input_id == family.c.id)
            .where(InputEvidence.file.is_not(None) if files else true())
            .order_by(InputEvidence.file, InputEvidence.row)
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


def of_version(db: Session, process: Process, public_id: str, version: int) -> RoadmapInput:
    """The input, locked, as it was when ``version`` was read. Raises Conflict if someone changed it since."""
    row = locked(db, process, public_id)
    if row.version != version:
        raise Conflict("changed_by_other", field="version", present=row.version)
    return row


def unmerged(row: RoadmapInput) -> None:
    """Raises Conflict if it was merged into another: that one is worked on."""
    if row.status == "merged":
        raise Conflict("input_merged", field="input", input=row.public_id)


def locked(db: Session, process: Process, public_id: str) -> RoadmapInput:
    """The input, which nobody else can change until this transaction ends. Raises NotFound."""
    db.flush()
    row = db.scalar(
        select(RoadmapInput)
        .where(RoadmapInput.process_id == process.id, RoadmapInput.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("input_unknown", field="input")
    return row


def themes(db: Session, process: Process) -> tuple[str, ...]:
    """The codes of the process's themes, in the order they are shown."""
    return tuple(processes.catalogue(db, process.id).get("theme", {}))


def checked(themes: tuple[str, ...], *, title: str, theme: str, realiser: str, text: str | None) -> dict[str, Any]:
    """The words as they are kept. Raises Invalid naming the field."""
    return {
        "title": fields.line(title, "title", LONGEST_TITLE),
        "text": fields.prose(text, "text", LONGEST_TEXT),
        "theme": fields.chosen(theme, "theme", themes),
        "realiser": fields.chosen(realiser, "realiser", REALISERS),
    }


def checked_kind(kind: str) -> str:
    """Raises Invalid unless it is one of ``INPUT_KINDS``."""
    return fields.chosen(kind, "kind", INPUT_KINDS)


def touch(row: RoadmapInput, now: datetime) -> None:
    """It is a new version."""
    row.version += 1
    row.changed_at = now


def log(
    db: Session,
    row: RoadmapInput,
    actor: Officer,
    now: datetime,
    changes: dict[str, Any],
    reason: str | None = None,
) -> None:
    """A line of its history."""
    db.add(InputLog(input_id=row.id, at=now, actor=actor.label, changes=changes, reason=reason))
    db.flush()
