"""What is said in an arena and written down there, its meetings, people counted at the door, photos of its sheets."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, identity, one_of, serial, word

NOTE_KINDS = ("quality", "challenge", "need", "suggestion", "question", "answer")
ACCESS = ("open", "internal", "confidential")


class ArenaNote(Base):
    """One thing somebody said, word for word; never who said it. Its id and ``revision`` are the device's.

    ``part`` is the table, group or meeting it belongs to. ``access``: internal ones become inputs only after staff have
    opened them, confidential ones never. ``source`` and ``said_on`` are for what was said elsewhere. A deleted note
    keeps its id alone.
    """

    __tablename__ = "arena_note"
    __table_args__ = (one_of("kind", NOTE_KINDS), one_of("access", ACCESS), Index(None, "arena_id"))

    number: Mapped[int] = serial()
    id: Mapped[UUID] = mapped_column(unique=True)
    arena_id: Mapped[UUID] = mapped_column(ForeignKey("arena.id", ondelete="CASCADE"))
    part: Mapped[int | None]
    kind: Mapped[str] = word(12)
    text: Mapped[str | None]
    theme: Mapped[str | None] = word()
    language: Mapped[str | None] = word(8)
    place: Mapped[str | None]
    access: Mapped[str] = word(12, default="open")
    source: Mapped[str | None]
    said_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=0)
    deleted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class ArenaMeeting(Base):
    """One meeting of a series: ``present`` were there, ``seen_before`` of them had been at an earlier one."""

    __tablename__ = "arena_meeting"
    __table_args__ = (
        UniqueConstraint("arena_id", "number"),
        CheckConstraint("present >= seen_before AND seen_before >= 0", name="seen_before"),
    )

    id: Mapped[UUID] = identity()
    arena_id: Mapped[UUID] = mapped_column(ForeignKey("arena.id", ondelete="CASCADE"))
    number: Mapped[int]
    held_on: Mapped[date | None]
    present: Mapped[int]
    seen_before: Mapped[int] = mapped_column(default=0)


class HeadTap(Base):
    """One tap of whoever counts at the door: somebody came (+1), or that was one too many (−1)."""

    __tablename__ = "head_tap"
    __table_args__ = (Index(None, "arena_id"), CheckConstraint("change IN (-1, 1)", name="change"))

    id: Mapped[UUID] = identity()
    arena_id: Mapped[UUID] = mapped_column(ForeignKey("arena.id", ondelete="CASCADE"))
    change: Mapped[int]
    counted_on: Mapped[date]
    created_at: Mapped[datetime]


class SheetPhoto(Base):
    """A photo of a sheet that was written by hand at the table: re-encoded, for its host and staff alone. ``digest``
    recognises the same file sent again.
    """

    __tablename__ = "sheet_photo"
    __table_args__ = (UniqueConstraint("arena_id", "digest"),)

    id: Mapped[UUID] = identity()
    arena_id: Mapped[UUID] = mapped_column(ForeignKey("arena.id", ondelete="CASCADE"))
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str] = word(64)
    created_at: Mapped[datetime]
