"""Merging and splitting inputs of the roadmap: every source is kept, and each step can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid, NotFound
from app.model import InputEvidence, Process, RoadmapInput
from app.model.roadmap import EVIDENCE, INPUT_STATES
from app.services import roadmap, roadmap_tags
from app.services.actors import Officer

SPLIT_IN = ("heard", "considered")
STAYS = ("title", "text")


@dataclass(frozen=True)
class Ties:
    """What it was merged into, what was merged into it, and the input it was split from, if that can be undone."""

    into: RoadmapInput | None
    merged: list[RoadmapInput]
    split_from: RoadmapInput | None


@dataclass(frozen=True)
class Part:
    """What becomes an input of its own when another is split."""

    title: str
    text: str | None
    theme: str
    kind: str
    realiser: str


def merge(
    db: Session, actor: Officer, process: Process, public_id: str, into: str, *, version: int, now: datetime
) -> RoadmapInput:
    """``public_id`` points to ``into`` from now on, which is returned: what stands behind the one counts there too,
    each person once. Nothing is moved, so undoing it restores everything.

    Raises Conflict: changed_by_other, merge_into_itself, merge_ring, input_merged, state_change_refused; Invalid.
    """
    try:
        roadmap.find(db, process, into)
    except NotFound as unknown:
        raise Invalid("input_unknown", field="into") from unknown
    row, target = _both(db, process, public_id, into)
    roadmap.of_version(db, process, public_id, version)
    if row is target:
        raise Conflict("merge_into_itself", field="into")
    if row.id in _way(db, target):
        raise Conflict("merge_ring", field="into", into=target.public_id)
    roadmap.unmerged(row)
    roadmap.unmerged(target)
    INPUT_STATES.check(row.status, "merged")
    _point(db, actor, row, target, now)
    roadmap.touch(target, now)
    roadmap.log(db, target, actor, now, {"merged_in": [None, row.public_id]})
    return target


def undo_merge(db: Session, actor: Officer, process: Process, public_id: str, *, now: datetime) -> RoadmapInput:
    """The input stands by itself again, as it was. Raises Conflict: not_merged."""
    row = roadmap.find(db, process, public_id)
    target = db.get(RoadmapInput, row.merged_into_id) if row.merged_into_id else None
    if target is None:
        raise Conflict("not_merged", field="input")
    _both(db, process, public_id, target.public_id)
    before = next(
        line.changes["status"][0] for line in reversed(roadmap.history(db, row)) if "merged_into" in line.changes
    )
    row.merged_into_id, row.status = None, before
    roadmap.touch(row, now)
    roadmap.log(db, row, actor, now, {"status": ["merged", before], "merged_into": [target.public_id, None]})
    roadmap.touch(target, now)
    roadmap.log(db, target, actor, now, {"merged_in": [row.public_id, None]})
    return row


def split(
    db: Session,
    actor: Officer,
    process: Process,
    public_id: str,
    part: Part,
    *,
    title: str,
    text: str | None,
    version: int,
    now: datetime,
) -> RoadmapInput:
    """A new input of a part of the words; ``title`` and ``text`` are what stays. Both keep every source, so that no
    smaller group comes of it. Raises Conflict: changed_by_other, input_merged, split_too_late; Invalid.
    """
    row = roadmap.of_version(db, process, public_id, version)
    roadmap.unmerged(row)
    if row.status not in SPLIT_IN:
        raise Conflict("split_too_late", field="status")
    themes = roadmap.themes(db, process)
    stays = roadmap.checked(themes, title=title, text=text, theme=row.theme, realiser=row.realiser)
    words = roadmap.checked(themes, title=part.title, text=part.text, theme=part.theme, realiser=part.realiser)
    words |= {"kind": roadmap.checked_kind(part.kind), "status": row.status}
    made = roadmap.numbered(db, process, row.location, words, now)
    db.add_all(InputEvidence(input_id=made.id, **source) for source in _sources(db, row))
    roadmap_tags.put_tags(db, made, roadmap_tags.tags_of(db, [row]).get(row.id, []))
    roadmap.log(db, made, actor, now, {"split_from": [None, row.public_id]})
    changes = {name: [getattr(row, name), stays[name]] for name in STAYS if getattr(row, name) != stays[name]}
    row.title, row.text = stays["title"], stays["text"]
    roadmap.touch(row, now)
    roadmap.log(db, row, actor, now, {"split": [None, made.public_id], **changes})
    return made


def undo_split(db: Session, actor: Officer, process: Process, public_id: str, *, now: datetime) -> RoadmapInput:
    """The input that ``public_id`` was split from, with its words as before; the part points to it, since an id is
    never used again. Raises Conflict: not_merged, undo_too_late.
    """
    part = roadmap.find(db, process, public_id)
    came = _came_from(db, part)
    if came is None:
        raise Conflict("not_merged", field="input")
    part, origin = _both(db, process, public_id, came)
    if not _untouched(db, part, origin):
        raise Conflict("undo_too_late", field="input")
    changes = {name: [after, before] for name, (before, after) in roadmap.history(db, origin)[-1].changes.items()}
    for name in STAYS:
        if name in changes:
            setattr(origin, name, changes[name][1])
    roadmap.touch(origin, now)
    roadmap.log(db, origin, actor, now, changes)
    _point(db, actor, part, origin, now)
    return origin


def ties(db: Session, process: Process, row: RoadmapInput) -> Ties:
    came = _came_from(db, row)
    origin = roadmap.find(db, process, came) if came else None
    return Ties(
        db.get(RoadmapInput, row.merged_into_id) if row.merged_into_id else None,
        list(
            db.scalars(select(RoadmapInput).where(RoadmapInput.merged_into_id == row.id).order_by(RoadmapInput.number))
        ),
        origin if origin and _untouched(db, row, origin) else None,
    )


def _both(db: Session, process: Process, first: str, second: str) -> tuple[RoadmapInput, RoadmapInput]:
    """The two inputs, locked in one order whoever asks, so that nobody waits in a ring."""
    found = {id: roadmap.locked(db, process, id) for id in sorted({first, second})}
    return found[first], found[second]


def _point(db: Session, actor: Officer, row: RoadmapInput, target: RoadmapInput, now: datetime) -> None:
    before = row.status
    row.merged_into_id, row.status = target.id, "merged"
    roadmap.touch(row, now)
    roadmap.log(db, row, actor, now, {"status": [before, "merged"], "merged_into": [None, target.public_id]})


def _way(db: Session, row: RoadmapInput) -> list[UUID]:
    """What it was merged into, and that into, to the end."""
    found: list[UUID] = []
    at: RoadmapInput | None = row
    while at is not None and at.merged_into_id is not None and at.merged_into_id not in found:
        found.append(at.merged_into_id)
        at = db.get(RoadmapInput, at.merged_into_id)
    return found


def _came_from(db: Session, row: RoadmapInput) -> str | None:
    """The public id of the input it was split from, unless it was merged since."""
    lines = roadmap.history(db, row)
    return lines[0].changes.get("split_from", [None, None])[1] if lines and row.status != "merged" else None


def _untouched(db: Session, part: RoadmapInput, origin: RoadmapInput) -> bool:
    """Nothing has happened to either since the split."""
    return len(roadmap.history(db, part)) == 1 and roadmap.history(db, origin)[-1].changes.get("split") == [
        None,
        part.public_id,
    ]


def _sources(db: Session, row: RoadmapInput) -> list[dict[str, Any]]:
    """Every source behind it and behind what was merged into it, once."""
    names = (*EVIDENCE, "row", "own_id")
    found = {tuple(getattr(each, name) for name in names): None for each in roadmap.evidence_of(db, row)}
    return [dict(zip(names, values, strict=True)) for values in found]
