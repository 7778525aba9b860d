"""The right to be forgotten, and the date after which everyone is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.model import Arena, Contribution, NewKey, Participant, Process
from app.services import arenas, contributions, hand_sheets, measure_photos, notes, processes


def forget_participant(db: Session, process: Process, code: str, alias: str, now: datetime) -> int:
    """Erase everything of the participant with this alias in the arena behind the join code; its token opens nothing
    any more. Returns the rows.
    """
    arena = arenas.by_code(db, code)
    person = db.scalar(select(Participant).where(Participant.arena_id == arena.id, Participant.alias == alias))
    if person is None or arena.process_id != process.id:
        raise NotFound("participant_unknown", field="alias")
    return _forget(db, person, now)


def forget_expired(db: Session, process: Process, now: datetime) -> int:
    """Erase all contributions and notes of a process past its retention date, and photos that were not released.
    Returns the rows of the first.
    """
    if process.retention is None or process.retention >= now.date():
        raise Conflict("retention_not_over", field="retention")
    people = db.scalars(
        select(Participant).join(Arena, Arena.id == Participant.arena_id).where(Arena.process_id == process.id)
    ).all()
    erased = sum(_forget(db, person, now) for person in people)
    notes.blank(db, process, now)
    hand_sheets.remove_all(db, process)
    measure_photos.erase_unreleased(db, process)
    processes.touch(db, process)
    return erased


def _forget(db: Session, person: Participant, now: datetime) -> int:
    numbers = list(
        db.scalars(
            select(Contribution.number).where(Contribution.participant_id == person.id, Contribution.state != "erased")
        )
    )
    contributions.blank(db, numbers, now)
    keyless = {"digest": None, "sealed_zones": None, "escrowed_zones": None}
    db.execute(update(Participant).where(Participant.id == person.id).values(keyless))
    db.execute(delete(NewKey).where(NewKey.participant_id == person.id))
    return len(numbers)
