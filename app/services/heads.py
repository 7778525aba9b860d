"""Heads: how many people an arena stands for, each once, and how one knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.model import Arena, ArenaMeeting, ArenaNote, Ballot, HeadTap, InputEvidence, Participant, Process
from app.services import arenas, methods, voices

FEW = 100  # inputs that are named one by one when asking for their evidence


@dataclass(frozen=True)
class Heads:
    """``people`` were there, each counted once: at an open centre, where nobody knows who came back, those of its
    busiest day. ``visits`` are all who came in; ``how`` is a way of counting (``methods.toml``'s counts, or how one
    number is known).
    """

    people: int | None
    visits: int | None
    how: str


def of_process(db: Session, process: Process) -> dict[UUID, Heads]:
    """Of every arena of the process."""
    return _of(db, process, arenas.in_process(db, process))


def of_arena(db: Session, process: Process, arena: Arena) -> Heads:
    return _of(db, process, [arena])[arena.id]


def _of(db: Session, process: Process, rows: Sequence[Arena]) -> dict[UUID, Heads]:
    """What people drew is asked only where joining counts them."""
    ids = [row.id for row in rows]
    drawn = any(methods.of(row.method).counts == "joined" for row in rows)
    joined = voices.took_part(db, process) if drawn else {}
    joined |= _voted(db, ids)
    days, met = _days(db, ids), _met(db, ids)
    return {row.id: _heads(row, joined, days, met) for row in rows}


def _heads(row: Arena, joined: dict[UUID, int], days: dict[UUID, dict[date, int]], met: dict[UUID, list[int]]) -> Heads:
    counts = methods.of(row.method).counts
    if counts in ("joined", "ballots"):
        return Heads(joined.get(row.id), None, counts)
    if counts == "taps":
        came = [max(each, 0) for each in days.get(row.id, {}).values()]
        return Heads(max(came, default=None), sum(came) if came else None, counts)
    if counts == "meetings":
        people, visits = met.get(row.id, [None, None])
        return Heads(people, visits, counts)
    return Heads(row.head_count, None, row.head_count_method or counts)


def by_day(db: Session, arena: Arena) -> dict[date, int]:
    """Visits of each day on which somebody was counted, in order."""
    found = _days(db, [arena.id]).get(arena.id, {})
    return {day: max(found[day], 0) for day in sorted(found)}


def behind(db: Session, process: Process, root_of: dict[UUID, UUID]) -> dict[UUID, tuple[int, int]]:
    """The people of the arenas that inputs rest on, each arena once, and the notes behind them: for each input where
    others end that were merged into it (``root_of``).
    """
    few = [InputEvidence.input_id.in_(root_of)] if len(root_of) <= FEW else []
    arenas_of = select(InputEvidence.input_id, Arena).join(Arena, Arena.id == InputEvidence.arena_id)
    rows = db.execute(arenas_of.where(Arena.process_id == process.id, *few)).all()
    rested = {(root_of[input_id], arena.id): arena for input_id, arena in rows if input_id in root_of}
    heads = _of(db, process, list({arena.id: arena for arena in rested.values()}.values()))
    notes_of = (
        select(InputEvidence.input_id, ArenaNote.id)
        .join(ArenaNote, ArenaNote.id == InputEvidence.note_id)
        .join(Arena, Arena.id == ArenaNote.arena_id)
        .where(Arena.process_id == process.id, ArenaNote.deleted.is_(False), *few)
    )
    said = {(root_of[input_id], note_id) for input_id, note_id in db.execute(notes_of) if input_id in root_of}
    found: dict[UUID, tuple[int, int]] = {}
    for root, arena_id in rested:
        people, notes = found.get(root, (0, 0))
        found[root] = people + (heads[arena_id].people or 0), notes
    for root, _ in said:
        people, notes = found.get(root, (0, 0))
        found[root] = people, notes + 1
    return found


def _days(db: Session, ids: list[UUID]) -> dict[UUID, dict[date, int]]:
    rows = db.execute(
        select(HeadTap.arena_id, HeadTap.counted_on, func.sum(HeadTap.change))
        .where(HeadTap.arena_id.in_(ids))
        .group_by(HeadTap.arena_id, HeadTap.counted_on)
    )
    found: dict[UUID, dict[date, int]] = {}
    for arena_id, day, came in rows:
        found.setdefault(arena_id, {})[day] = int(came)
    return found


def _voted(db: Session, ids: list[UUID]) -> dict[UUID, int]:
    """The people of each workshop whose ballots were received."""
    rows = db.execute(
        select(Ballot.arena_id, func.sum(Participant.head_count))
        .join(Participant, Participant.id == Ballot.participant_id)
        .where(Ballot.arena_id.in_(ids))
        .group_by(Ballot.arena_id)
    )
    return {arena_id: int(people) for arena_id, people in rows}


def _met(db: Session, ids: list[UUID]) -> dict[UUID, list[int]]:
    """Of each arena with meetings: its people, each once, and all who were at any of them."""
    new = func.sum(ArenaMeeting.present - ArenaMeeting.seen_before)
    rows = db.execute(
        select(ArenaMeeting.arena_id, new, func.sum(ArenaMeeting.present))
        .where(ArenaMeeting.arena_id.in_(ids))
        .group_by(ArenaMeeting.arena_id)
    )
    return {arena_id: [int(people), int(visits)] for arena_id, people, visits in rows}
