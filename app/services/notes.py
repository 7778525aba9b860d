"""Notes of an arena: taken word for word under the id its device made, as often as it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from app.errors import Closed, Conflict, Invalid, NotAllowed, NotFound
from app.model import Arena, ArenaNote, HeadTap, InputEvidence, Process, RoadmapInput
from app.model.note import ACCESS
from app.services import arenas, fields, methods, participants, processes
from app.store import upsert

LONGEST = 2000
MOST_PARTS = 200
LAST = (1 << 31) - 1  # no device counts so far: what staff removed comes back from none
SAID = ("kind", "text", "part", "theme", "language", "place", "confidential", "source", "said_on")
_RENEWED = (
    "part",
    "kind",
    "text",
    "theme",
    "language",
    "place",
    "source",
    "said_on",
    "revision",
    "deleted",
    "changed_at",
)
_BLANK = {"text": None, "theme": None, "place": None, "source": None, "said_on": None, "deleted": True}


@dataclass(frozen=True)
class Saved:
    """The note as it is now, and whether this request made it."""

    note: ArenaNote
    created: bool


def by_code(db: Session, code: str) -> Arena:
    """The arena that takes notes behind a code. Raises NotFound."""
    arena = arenas.by_code(db, code)
    if not methods.of(arena.method).notes:
        raise NotFound("code_unknown", field="code")
    return arena


def put(db: Session, arena: Arena, id: UUID, said: dict[str, Any], *, now: datetime, revision: int = 1) -> Saved:
    """Store what was said (``SAID``). The same again, or an older ``revision``, changes nothing and answers the same,
    even after the arena closed. Raises Invalid, Closed, NotAllowed.
    """
    earlier = _find(db, id)
    if earlier is not None and earlier.arena_id != arena.id:
        raise NotAllowed("not_yours", field="id")
    if earlier is not None and revision <= earlier.revision:
        return Saved(earlier, created=False)
    process = db.get_one(Process, arena.process_id)
    participants.check_open(arena.state, process.phase)
    return _stored(db, arena, id, checked(db, arena, said, now), revision, now, earlier is None)


def add(db: Session, arena: Arena, id: UUID, said: dict[str, Any], *, now: datetime) -> Saved:
    """What staff write down themselves: also where the arena is closed."""
    return _stored(db, arena, id, checked(db, arena, said, now), 1, now, True)


def erase(db: Session, arena: Arena, id: UUID, now: datetime, *, revision: int | None = None) -> None:
    """Take a note back: its words are gone at once. Without ``revision`` for good: no device brings it back."""
    note = _find(db, id)
    if note is None or note.arena_id != arena.id:
        raise NotFound("note_unknown", field="id")
    wanted = LAST if revision is None else revision
    if wanted > note.revision or (wanted == note.revision and not note.deleted):
        for name, value in {**_BLANK, "revision": wanted, "changed_at": now}.items():
            setattr(note, name, value)
        db.flush()


def blank(db: Session, process: Process, now: datetime) -> None:
    """Take the words of every note of a process away for good."""
    its = select(Arena.id).where(Arena.process_id == process.id)
    db.execute(update(ArenaNote).where(ArenaNote.arena_id.in_(its)).values(**_BLANK, revision=LAST, changed_at=now))


def open_up(db: Session, arena: Arena, id: UUID, access: str) -> ArenaNote:
    """Let an internal note be used, or keep one inside. Raises Conflict for a confidential one, whatever is asked."""
    if access not in ACCESS:
        raise Invalid("value_unknown", field="access", offered=", ".join(ACCESS))
    note = find(db, arena, id)
    if note.access == "confidential" and access != "confidential":
        raise Conflict("note_confidential", field="access")
    note.access = access
    db.flush()
    return note


def known(db: Session, id: UUID) -> bool:
    """Whether there is, or was, a note with that id."""
    return _find(db, id) is not None


def find(db: Session, arena: Arena, id: UUID) -> ArenaNote:
    note = _find(db, id)
    if note is None or note.arena_id != arena.id or note.deleted:
        raise NotFound("note_unknown", field="id")
    return note


def of_arena(db: Session, arena: Arena) -> list[ArenaNote]:
    """In the order they came, those taken back left out."""
    rows = select(ArenaNote).where(ArenaNote.arena_id == arena.id, ArenaNote.deleted.is_(False))
    return list(db.scalars(rows.order_by(func.coalesce(ArenaNote.part, 0), ArenaNote.number)))


def counted(db: Session, process: Process) -> dict[UUID, int]:
    """How many notes each arena has."""
    rows = db.execute(
        select(ArenaNote.arena_id, func.count())
        .join(Arena, Arena.id == ArenaNote.arena_id)
        .where(Arena.process_id == process.id, ArenaNote.deleted.is_(False))
        .group_by(ArenaNote.arena_id)
    )
    return {row[0]: row[1] for row in rows}


def inputs_of(db: Session, arena: Arena) -> dict[UUID, list[str]]:
    """The public ids of the inputs that rest on each note."""
    rows = db.execute(
        select(InputEvidence.note_id, RoadmapInput.public_id)
        .join(RoadmapInput, RoadmapInput.id == InputEvidence.input_id)
        .join(ArenaNote, ArenaNote.id == InputEvidence.note_id)
        .where(ArenaNote.arena_id == arena.id)
        .order_by(RoadmapInput.number)
    )
    found: dict[UUID, list[str]] = {}
    for note_id, public_id in rows:
        if note_id is not None:
            found.setdefault(note_id, []).append(public_id)
    return found


def tap(db: Session, arena: Arena, id: UUID, change: Any, counted_on: Any, now: datetime) -> bool:
    """One came (1), or one too many was counted (-1); whether it is new. Raises Invalid, Closed, NotAllowed."""
    earlier = db.get(HeadTap, id)
    if earlier is not None and earlier.arena_id != arena.id:
        raise NotAllowed("not_yours", field="id")
    if earlier is not None:
        return False
    if change not in (1, -1) or isinstance(change, bool):
        raise Invalid("value_unknown", field="change", offered="1, -1")
    if methods.of(arena.method).counts != "taps":
        raise Closed("taps_not_here", field="change")
    participants.check_open(arena.state, db.get_one(Process, arena.process_id).phase)
    day = min(fields.day(counted_on, "counted_on") or now.date(), now.date())
    row = upsert(db, HeadTap).values(id=id, arena_id=arena.id, change=change, counted_on=day, created_at=now)
    return db.execute(row.on_conflict_do_nothing().returning(HeadTap.id)).scalar() is not None


def checked(db: Session, arena: Arena, said: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What was said as column values. Raises Invalid with the name of what cannot be used."""
    for name in said:
        if name not in SAID:
            raise Invalid("field_unknown", field=str(name)[:40])
    method = methods.of(arena.method)
    themes = processes.catalogue(db, arena.process_id).get("theme", {})
    values: dict[str, Any] = {"kind": fields.one_of(said, "kind", method.notes, required=True)}
    for name, most in {"text": LONGEST, "place": 80, "source": 80, "language": 8}.items():
        values[name] = fields.prose(said.get(name), name, most)
    if values["text"] is None:
        raise Invalid("field_missing", field="text")
    values["theme"] = fields.one_of(said, "theme", themes)
    part = said.get("part") if method.part else None
    values["part"] = None if part in (None, "") else fields.whole(part, "note_part", 1, MOST_PARTS)
    values["said_on"] = fields.day(said.get("said_on"), "said_on", latest=now.date())
    secret = said.get("confidential") in (True, "yes")
    return {**values, "access": "confidential" if secret else "internal" if method.internal else "open"}


def _stored(
    db: Session, arena: Arena, id: UUID, values: dict[str, Any], revision: int, now: datetime, created: bool
) -> Saved:
    """Once confidential stays so; otherwise what staff said of its access stands."""
    whole = {**values, "id": id, "arena_id": arena.id, "revision": revision, "deleted": False}
    insert = upsert(db, ArenaNote).values(**whole, created_at=now, changed_at=now)
    access = case((insert.excluded.access == "confidential", "confidential"), else_=ArenaNote.access)
    db.execute(
        insert.on_conflict_do_update(
            index_elements=["id"],
            set_={name: insert.excluded[name] for name in _RENEWED} | {"access": access},
            where=(ArenaNote.arena_id == insert.excluded.arena_id) & (ArenaNote.revision < insert.excluded.revision),
        )
    )
    note = _find(db, id)
    if note is None or note.arena_id != arena.id:
        raise NotAllowed("not_yours", field="id")
    return Saved(note, created)


def _find(db: Session, id: UUID) -> ArenaNote | None:
    return db.scalar(select(ArenaNote).where(ArenaNote.id == id).execution_options(populate_existing=True))
