"""A host's own class: its pupils by alias, what they made as a list, hiding and deleting, and beginning for real."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session

from app.errors import NotAllowed, NotFound
from app.model import Arena, ArenaLog, CatalogueEntry, Contribution, ModerationLog, NewKey, Participant
from app.model.contribution import COUNTED_STATES, MODERATION_STATES
from app.services import arenas, contributions, moderation
from app.services.actors import Host

PAGE = 60


@dataclass(frozen=True)
class Present:
    """A pupil of the class, and how much it made; ``last_at`` is the last the server heard of it."""

    id: UUID
    alias: str
    routes: int
    places: int
    held: int
    finished: bool
    last_at: datetime
    lost: bool


@dataclass(frozen=True)
class Work:
    """One thing a pupil made, without where it is; ``log`` says what was decided about it, oldest first."""

    contribution: Contribution
    alias: str
    sensitive: bool
    held: bool
    log: list[ModerationLog]


def pupils(db: Session, actor: Host, arena_id: UUID) -> list[Present]:
    """Everyone in the class, in the order they joined."""
    arena = arenas.of_host(db, actor, arena_id)
    routes, places, held = (
        func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
        for condition in (
            (Contribution.kind == "route") & Contribution.state.in_(COUNTED_STATES),
            (Contribution.kind == "place") & Contribution.state.in_(COUNTED_STATES),
            moderation.HELD,
        )
    )
    rows = db.execute(
        select(Participant, routes, places, held, func.max(Contribution.changed_at))
        .outerjoin(Contribution, Contribution.participant_id == Participant.id)
        .outerjoin(CatalogueEntry, moderation.ITS_ENTRY)
        .where(Participant.arena_id == arena.id, Participant.practice == arena.practice)
        .group_by(Participant.id)
        .order_by(Participant.joined_at, Participant.alias)
    )
    return [_present(person, *figures) for person, *figures in rows]


def _present(person: Participant, routes: int, places: int, held: int, last: datetime | None) -> Present:
    heard = [at for at in (person.joined_at, person.finished_at, last) if at is not None]
    return Present(
        person.id,
        person.alias,
        int(routes),
        int(places),
        int(held),
        person.finished_at is not None,
        max(heard),
        person.digest is None,
    )


def work(
    db: Session, actor: Host, arena_id: UUID, *, of: Collection[UUID] | None = None, held: bool = False, page: int = 1
) -> tuple[list[Work], int]:
    """What the class made, and how much that is: first what is meant for an adult or hidden, then words nobody has
    read, then the rest. ``of``: only these participants; ``held``: only what is held back.
    """
    arena = arenas.of_host(db, actor, arena_id)
    base = (
        select(Contribution, Participant.alias, CatalogueEntry.sensitive, moderation.HELD)
        .join(Participant, Participant.id == Contribution.participant_id)
        .outerjoin(CatalogueEntry, moderation.ITS_ENTRY)
        .where(
            Contribution.arena_id == arena.id,
            Contribution.state != "erased",
            Participant.practice == arena.practice,
        )
    )
    if of is not None:
        base = base.where(Contribution.participant_id.in_(of))
    if held:
        base = base.where(moderation.HELD)
    total = db.scalar(select(func.count()).select_from(base.with_only_columns(Contribution.number).subquery())) or 0
    first = case(
        (CatalogueEntry.sensitive.is_(True), 0), (Contribution.state == "hidden", 1), (moderation.HELD, 2), else_=3
    )
    rows = db.execute(base.order_by(first, Contribution.number.desc()).limit(PAGE).offset((page - 1) * PAGE)).all()
    logs = _logs(db, [row[0].id for row in rows])
    return [
        Work(c, alias, bool(sensitive), bool(back), logs.get(c.id, [])) for c, alias, sensitive, back in rows
    ], total


def _logs(db: Session, ids: list[UUID]) -> dict[UUID, list[ModerationLog]]:
    found: dict[UUID, list[ModerationLog]] = {}
    for entry in db.scalars(
        select(ModerationLog).where(ModerationLog.contribution_id.in_(ids)).order_by(ModerationLog.number)
    ):
        found.setdefault(entry.contribution_id, []).append(entry)
    return found


def hide(db: Session, actor: Host, arena_id: UUID, id: UUID, now: datetime) -> bool:
    """It counts nowhere and leaves through no door from now on; False if it was so already."""
    return moderation.settle(db, actor, _locked(db, actor, arena_id, id), "hidden", now=now)


def put_back(db: Session, actor: Host, arena_id: UUID, id: UUID, now: datetime) -> bool:
    """Undo a host's own hiding; it waits to be read again. What the municipality hid stays hidden."""
    row = _locked(db, actor, arena_id, id)
    if row.state != "hidden":
        return False
    last = moderation.history(db, row.id)[-1:]
    if not last or not last[0].actor.startswith("host:"):
        raise NotAllowed("hidden_by_staff", field="id")
    return moderation.settle(db, actor, row, "pending", now=now)


def erase(db: Session, actor: Host, arena_id: UUID, id: UUID, now: datetime) -> None:
    """Gone for good: what was drawn and written is removed at once."""
    row = _locked(db, actor, arena_id, id)
    if MODERATION_STATES.check(row.state, "erased"):
        contributions.blank(db, [row.number], now)
        moderation.note(db, actor.label, row.id, row.state, "erased", now)


def begin_for_real(db: Session, actor: Host, arena_id: UUID, now: datetime) -> bool:
    """The practice is over: what was made in it is erased and its keys open nothing; who joins from now on counts.

    Everyone joins anew, so that nothing left on a device from the practice can arrive as real. False if it was so
    already.
    """
    arena = arenas.of_host(db, actor, arena_id)
    ended = db.execute(
        update(Arena).where(Arena.id == arena.id, Arena.practice).values(practice=False).returning(Arena.id)
    ).scalar()
    if ended is None:
        return False
    those = select(Participant.id).where(Participant.arena_id == arena.id, Participant.practice)
    numbers = db.scalars(
        select(Contribution.number).where(Contribution.participant_id.in_(those), Contribution.state != "erased")
    )
    contributions.blank(db, list(numbers), now)
    db.execute(delete(NewKey).where(NewKey.participant_id.in_(those)))
    db.execute(
        update(Participant)
        .where(Participant.arena_id == arena.id, Participant.practice)
        .values(sealed_zones=None, escrowed_zones=None)
    )
    db.add(ArenaLog(arena_id=arena.id, at=now, actor=actor.label, present="practice", wanted="real"))
    db.flush()
    return True


def _locked(db: Session, actor: Host, arena_id: UUID, id: UUID) -> Any:
    arena = arenas.of_host(db, actor, arena_id)
    row = db.scalar(
        select(Contribution).where(Contribution.id == id, Contribution.arena_id == arena.id).with_for_update()
    )
    if row is None or row.state == "erased":
        raise NotFound("contribution_unknown", field="id")
    return row
