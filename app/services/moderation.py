"""What staff decide about contributions: release a comment, hide, restore; every decision is logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Invalid, NotFound
from app.model import Arena, CatalogueEntry, Contribution, ModerationLog, Participant, Process
from app.model.contribution import MODERATION_STATES
from app.services.actors import Host, Officer
from app.store import next_change

VERDICTS = ("pending", "released", "hidden")
ITS_ENTRY = (
    (CatalogueEntry.process_id == Contribution.process_id)
    & (CatalogueEntry.group == Contribution.group)
    & (CatalogueEntry.code == Contribution.category)
)
SAYS_SOMETHING = (
    Contribution.comment.is_not(None) | Contribution.own_name.is_not(None) | CatalogueEntry.sensitive.is_(True)
)
HELD = (Contribution.state == "hidden") | (
    (Contribution.state != "erased")
    & (CatalogueEntry.sensitive.is_(True) | ((Contribution.state == "pending") & SAYS_SOMETHING))
)
PAGE = 50


@dataclass(frozen=True)
class Queued:
    """A contribution in the moderator's list."""

    contribution: Contribution
    arena_title: str
    alias: str
    sensitive: bool


def queue(db: Session, process: Process, *, state: str, page: int = 1) -> tuple[list[Queued], int]:
    """Contributions in ``state`` that say something (comment, own name, sensitive sticker), and how many they are."""
    base = (
        select(Contribution, Arena.title, Participant.alias, CatalogueEntry.sensitive)
        .join(Arena, Arena.id == Contribution.arena_id)
        .join(Participant, Participant.id == Contribution.participant_id)
        .outerjoin(CatalogueEntry, ITS_ENTRY)
        .where(Contribution.process_id == process.id, Contribution.state == state, Participant.practice.is_(False))
    )
    if state == "pending":
        base = base.where(SAYS_SOMETHING)
    total = db.scalar(select(func.count()).select_from(base.subquery())) or 0
    rows = db.execute(
        base.order_by(CatalogueEntry.sensitive.desc(), Contribution.number.desc()).limit(PAGE).offset((page - 1) * PAGE)
    )
    return [Queued(c, title, alias, bool(sensitive)) for c, title, alias, sensitive in rows], total


def waiting(db: Session, process: Process) -> int:
    """How many contributions wait for someone to read them."""
    return queue(db, process, state="pending")[1]


def decide(
    db: Session, actor: Officer, process: Process, id: UUID, verdict: str, *, now: datetime, reason: str | None = None
) -> bool:
    """Release, hide or put back; False if it was so already. Hidden counts nowhere from this moment on."""
    if verdict not in VERDICTS:
        raise Invalid("value_unknown", field="verdict", offered=", ".join(VERDICTS))
    row = db.scalar(
        select(Contribution).where(Contribution.id == id, Contribution.process_id == process.id).with_for_update()
    )
    if row is None or row.state == "erased":
        raise NotFound("contribution_unknown", field="id")
    return settle(db, actor, row, verdict, now=now, reason=reason)


def settle(
    db: Session, actor: Officer | Host, row: Contribution, verdict: str, *, now: datetime, reason: str | None = None
) -> bool:
    """Change the state of a row that is locked and that the actor may decide about, and log it."""
    if not MODERATION_STATES.check(row.state, verdict):
        return False
    note(db, actor.label, row.id, row.state, verdict, now, reason)
    row.state = verdict
    row.changed_at = now
    row.change = next_change(Contribution)
    db.flush()
    return True


def history(db: Session, id: UUID) -> list[ModerationLog]:
    return list(
        db.scalars(select(ModerationLog).where(ModerationLog.contribution_id == id).order_by(ModerationLog.number))
    )


def note(
    db: Session, actor: str, id: UUID, present: str, wanted: str, now: datetime, reason: str | None = None
) -> None:
    """The log row of a state change."""
    db.add(
        ModerationLog(contribution_id=id, at=now, actor=actor, present=present, wanted=wanted, reason=reason or None)
    )
    db.flush()
