"""The thematic plan (temaplan): versions of it that never change, what differs since, and answers from its hearing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid, NotFound
from app.model import HearingAnswer, PlanVersion, Process
from app.services import fields, measures
from app.services.actors import Officer
from app.services.measures import LONGEST_NAME, LONGEST_TEXT, Told

KEPT = ("public_id", "title", "goal", "wanted_effect", "focus_area", "owner", "resources", "priority", "status")


@dataclass(frozen=True)
class Change:
    """What became of one measure between two versions: ``added``, ``removed``, or the fields that changed."""

    public_id: str
    title: str
    what: str
    fields: dict[str, tuple[Any, Any]]


def freeze(db: Session, actor: Officer, process: Process, title: str, now: datetime) -> PlanVersion:
    """Keep the measures as they are now under a name: a draft for hearing, the plan that was adopted."""
    title = fields.line(title, "title", LONGEST_NAME)
    rows = standing(db, process)
    if not rows:
        raise Conflict("plan_empty", field="measures")
    db.execute(select(Process.id).where(Process.id == process.id).with_for_update())
    last = db.scalar(select(func.max(PlanVersion.number)).where(PlanVersion.process_id == process.id))
    made = PlanVersion(
        process_id=process.id,
        number=(last or 0) + 1,
        title=title,
        measures=rows,
        made_at=now,
        actor=actor.label,
    )
    db.add(made)
    db.flush()
    return made


def versions(db: Session, process: Process) -> list[PlanVersion]:
    """Newest first."""
    rows = select(PlanVersion).where(PlanVersion.process_id == process.id).order_by(PlanVersion.number.desc())
    return list(db.scalars(rows))


def version(db: Session, process: Process, number: int) -> PlanVersion:
    row = db.scalar(select(PlanVersion).where(PlanVersion.process_id == process.id, PlanVersion.number == number))
    if row is None:
        raise NotFound("plan_version_unknown", field="plan")
    return row


def standing(db: Session, process: Process) -> list[dict[str, Any]]:
    """The measures as they stand, as a version keeps them."""
    return [_kept(each) for each in measures.of_process(db, process)]


def sections(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Measures of a version by focus area, "" last."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: (not row["focus_area"], (row["focus_area"] or "").casefold())):
        found.setdefault(row["focus_area"] or "", []).append(row)
    return found


def changes(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[Change]:
    """What differs between two versions, in the order of the ids."""
    old, new = ({row["public_id"]: row for row in rows} for rows in (before, after))
    found = []
    for id in sorted(old.keys() | new.keys()):
        was, now = old.get(id), new.get(id)
        if was is None or now is None:
            title = (now or was or {})["title"]
            found.append(Change(id, title, "added" if was is None else "removed", {}))
        elif was != now:
            fields = {name: (was[name], now[name]) for name in now if was[name] != now[name]}
            found.append(Change(id, now["title"], "changed", fields))
    return found


def receive(db: Session, row: PlanVersion, *, section: str, sender: str, text: str, today: date) -> HearingAnswer:
    """An answer from the hearing, tied to a focus area of the version; "" is about the plan as a whole."""
    if section and section not in sections(row.measures):
        raise Invalid("section_unknown", field="section")
    made = HearingAnswer(
        version_id=row.id,
        section=section or None,
        sender=fields.line(sender, "sender", LONGEST_NAME),
        text=fields.prose(text, "text", LONGEST_TEXT, required=True),
        received_on=today,
    )
    db.add(made)
    db.flush()
    return made


def reply(db: Session, row: PlanVersion, number: int, text: str) -> None:
    """What the municipality says to an answer; once more replaces it."""
    found = db.scalar(select(HearingAnswer).where(HearingAnswer.version_id == row.id, HearingAnswer.number == number))
    if found is None:
        raise NotFound("answer_unknown", field="answer")
    found.reply = fields.prose(text, "reply", LONGEST_TEXT, required=True)
    db.flush()


def received(db: Session, row: PlanVersion) -> list[HearingAnswer]:
    """In the order they came."""
    rows = select(HearingAnswer).where(HearingAnswer.version_id == row.id).order_by(HearingAnswer.number)
    return list(db.scalars(rows))


def _kept(told: Told) -> dict[str, Any]:
    own = {name: getattr(told.row, name) for name in KEPT}
    return {
        **own,
        "deadline": told.row.deadline.isoformat() if told.row.deadline else None,
        "reason": told.reason,
        "inputs": [row.public_id for row in told.inputs],
        "partners": [each.name for each in told.partners if each.state == "accepted"],
    }
