"""Roadmap inputs made of notes: one of several things that were said, with the arenas they were said in as evidence."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid, NotFound
from app.model import Arena, ArenaNote, Process, RoadmapInput
from app.services import roadmap, whereabouts
from app.services.actors import Officer

KIND_OF_NOTE = {"quality": "quality", "challenge": "challenge", "need": "challenge", "question": "challenge"}


def make(
    db: Session,
    actor: Officer,
    process: Process,
    ids: list[UUID],
    *,
    title: str,
    theme: str,
    realiser: str,
    now: datetime,
    kind: str | None = None,
    text: str | None = None,
) -> RoadmapInput:
    """One input of one or several notes, from one arena or several; each arena's people count once.

    Its words are those of the notes unless ``text`` says otherwise, its kind that of the first, its place the first
    that a note names and the gazetteer knows. Raises Conflict for notes that may not leave the house.
    """
    notes = _usable(db, process, ids)
    arenas = dict.fromkeys(note.arena_id for note in notes)
    sources = [{"arena_id": id} for id in arenas] + [{"note_id": note.id} for note in notes]
    return roadmap.from_arenas(
        db,
        actor,
        process,
        _place(db, process, notes),
        sources,
        title=title,
        theme=theme,
        realiser=realiser,
        kind=kind or KIND_OF_NOTE.get(notes[0].kind, "suggestion"),
        text=text or "\n".join(note.text or "" for note in notes)[: roadmap.LONGEST_TEXT],
        now=now,
    )


def _usable(db: Session, process: Process, ids: list[UUID]) -> list[ArenaNote]:
    if not ids:
        raise Invalid("notes_missing", field="notes")
    rows = select(ArenaNote).join(Arena, Arena.id == ArenaNote.arena_id).where(Arena.process_id == process.id)
    found = {note.id: note for note in db.scalars(rows.where(ArenaNote.id.in_(ids), ArenaNote.deleted.is_(False)))}
    notes = [found[id] for id in dict.fromkeys(ids) if id in found]
    if len(notes) < len(set(ids)):
        raise NotFound("note_unknown", field="notes")
    access = {note.access for note in notes}
    if "confidential" in access:
        raise Conflict("note_confidential", field="notes")
    if "internal" in access:
        raise Conflict("note_internal", field="notes")
    return notes


def _place(db: Session, process: Process, notes: list[ArenaNote]) -> object | None:
    named = [note.place for note in notes if note.place]
    if not named:
        return None
    names = whereabouts.names(db, process)
    return next((place for place in map(names.find, named) if place is not None), None)
