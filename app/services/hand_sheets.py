"""Sheets written by hand at a table: photos that their host sends in, for staff to type out; never shown to others."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, undefer

from app.errors import Conflict, NotFound
from app.model import Arena, Process, SheetPhoto
from app.services import participants, photos
from app.store import upsert

MOST = 30


def add(db: Session, arena: Arena, sent: bytes, clean: photos.Clean, now: datetime) -> None:
    """Keep what is left of the file ``sent`` after cleaning, once however often it comes. Raises Closed, Conflict."""
    participants.check_open(arena.state, db.get_one(Process, arena.process_id).phase)
    if (db.scalar(select(func.count()).where(SheetPhoto.arena_id == arena.id)) or 0) >= MOST:
        raise Conflict("sheets_full", field="photo", most=MOST)
    mark = hashlib.sha256(sent).hexdigest()
    row = upsert(db, SheetPhoto).values(arena_id=arena.id, body=clean.body, digest=mark, created_at=now)
    db.execute(row.on_conflict_do_nothing())


def of_arena(db: Session, arena: Arena) -> list[SheetPhoto]:
    """Without the pictures themselves, oldest first."""
    rows = select(SheetPhoto).where(SheetPhoto.arena_id == arena.id)
    return list(db.scalars(rows.order_by(SheetPhoto.created_at, SheetPhoto.id)))


def picture(db: Session, arena: Arena, id: UUID) -> bytes:
    rows = select(SheetPhoto).where(SheetPhoto.id == id, SheetPhoto.arena_id == arena.id)
    found = db.scalar(rows.options(undefer(SheetPhoto.body)))
    if found is None:
        raise NotFound("photo_unknown", field="photo")
    return found.body


def remove(db: Session, arena: Arena, id: UUID) -> None:
    """Once it is typed out, for instance. What is gone already is no error."""
    db.execute(delete(SheetPhoto).where(SheetPhoto.id == id, SheetPhoto.arena_id == arena.id))


def remove_all(db: Session, process: Process) -> None:
    its = select(Arena.id).where(Arena.process_id == process.id)
    db.execute(delete(SheetPhoto).where(SheetPhoto.arena_id.in_(its)))
