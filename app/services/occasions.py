"""Occasions: arenas where things are said rather than drawn, what their method asks, their meetings, and their end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete as sql_delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Closed, Conflict, Invalid, NotAllowed
from app.model import Arena, ArenaMeeting, ArenaNote, Contribution, HostLink, InputEvidence, Process
from app.model.arena import HEAD_COUNT_METHODS
from app.services import arenas, fields, methods
from app.services.actors import Host
from app.services.methods import Field

MOST_PEOPLE = 2000
MOST_MEETINGS = 200


def open_by_host(db: Session, actor: Host, *, title: str, now: datetime) -> Arena:
    """An occasion of the link's own method, open for notes; the one of the same name and day if it is there already, so
    that a link used twice at once opens one. Raises Closed, NotAllowed.
    """
    process = db.get_one(Process, actor.process_id)
    if process.phase != "collecting":
        raise Closed("process_closed")
    if not methods.of(actor.method).hosted:
        raise NotAllowed("method_not_hosted", field="method")
    link = db.scalars(select(HostLink).where(HostLink.id == actor.link_id).with_for_update()).one()
    title = " ".join(title.split())
    same = (Arena.host_link_id == link.id) & (Arena.title == title) & (Arena.held_on == now.date())
    known = db.scalar(select(Arena).where(same, Arena.method == actor.method))
    more = {"host_link_id": link.id, "location": link.location}
    return known or _opened(db, process, title, actor.method, now, **more)


def open_by_staff(db: Session, process: Process, *, title: str, method: str, now: datetime) -> Arena:
    """An occasion that the municipality runs itself."""
    if not methods.of(method).notes:
        raise Invalid(
            "method_unknown", field="method", offered=", ".join(n for n, m in methods.table().items() if m.notes)
        )
    return _opened(db, process, title, method, now)


def _opened(db: Session, process: Process, title: str, method: str, now: datetime, **more: Any) -> Arena:
    return arenas.create(
        db,
        process,
        title=title,
        method=method,
        now=now,
        state="open",
        held_on=now.date(),
        join_code=arenas.fresh_code(db),
        **more,
    )


def describe(db: Session, arena: Arena, said: Mapping[str, str], *, staff: bool) -> None:
    """Write down what the method asks (form values by field), the day, and how many came. What is left out of ``said``
    stays; "" takes it away. Raises Invalid.
    """
    method = methods.of(arena.method)
    details = dict(arena.details)
    for asked in method.asks:
        if asked.name in said and (staff or not asked.staff):
            details[asked.name] = _answer(asked, said[asked.name])
    arena.details = {name: value for name, value in details.items() if value is not None}
    if "held_on" in said:
        arena.held_on = fields.day(said["held_on"], "held_on")
    if method.counts == "once" and "head_count" in said:
        arena.head_count = _number(said["head_count"], "head_count", 0, MOST_PEOPLE)
        how = said.get("head_count_method", "")
        known = arena.head_count is not None
        arena.head_count_method = fields.chosen(how, "head_count", HEAD_COUNT_METHODS) if known else None
    db.flush()


def meetings(db: Session, arena: Arena) -> list[ArenaMeeting]:
    return list(db.scalars(select(ArenaMeeting).where(ArenaMeeting.arena_id == arena.id).order_by(ArenaMeeting.number)))


def meet(db: Session, arena: Arena, *, number: str, held_on: str, present: str, seen_before: str) -> ArenaMeeting:
    """Write down a meeting, or write it anew: nobody who was at an earlier one counts again. Raises Invalid."""
    which = _number(number, "note_part", 1, MOST_MEETINGS) or 1
    came = _number(present, "present", 0, MOST_PEOPLE)
    if came is None:
        raise Invalid("field_missing", field="present")
    again = _number(seen_before, "seen_before", 0, MOST_PEOPLE) or 0
    rows = meetings(db, arena)
    earlier = sum(row.present - row.seen_before for row in rows if row.number < which)
    if again > min(came, earlier):
        raise Invalid("more_returned_than_came", field="seen_before", most=min(came, earlier))
    row = next((row for row in rows if row.number == which), None) or ArenaMeeting(arena_id=arena.id, number=which)
    row.held_on, row.present, row.seen_before = fields.day(held_on, "held_on"), came, again
    db.add(row)
    db.flush()
    return row


def delete(db: Session, arena: Arena) -> None:
    """Raises Conflict where inputs rest on it or somebody has drawn in it."""
    notes = select(ArenaNote.id).where(ArenaNote.arena_id == arena.id)
    drawn = select(Contribution.id).where(Contribution.arena_id == arena.id)
    rests = (
        (InputEvidence.arena_id == arena.id)
        | InputEvidence.note_id.in_(notes)
        | InputEvidence.contribution_id.in_(drawn)
    )
    if db.scalar(select(InputEvidence.id).where(rests).limit(1)):
        raise Conflict("arena_has_inputs", field="arena")
    if db.scalar(drawn.limit(1)):
        raise Conflict("arena_has_contributions", field="arena")
    db.execute(sql_delete(Arena).where(Arena.id == arena.id))
    db.flush()


def _answer(asked: Field, value: str) -> Any:
    if asked.kind == "yes":
        return True if value == "yes" else None
    if asked.kind == "number":
        return _number(value, asked.name, asked.least, asked.most, asked.refusal)
    if asked.kind == "choice":
        return fields.one_of({asked.name: value}, asked.name, asked.choices)
    return fields.prose(value, asked.name, asked.most)


def _number(value: str, name: str, low: int, high: int, refusal: str = "number_out_of_range") -> int | None:
    return fields.whole(value, name, low, high, refusal=refusal) if value.strip() else None


def of_process(db: Session, process: Process) -> dict[str, list[Arena]]:
    """The arenas of each method, in the order of the table of methods."""
    rows = arenas.in_process(db, process)
    return {name: found for name in methods.table() if (found := [row for row in rows if row.method == name])}
