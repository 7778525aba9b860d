"""A roadmap workshop: the inputs on the table, each participant's ballot of dots, and who offers to take part."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, Transitions, identity, one_of, word

OFFER_STATES = Transitions(
    "offer",
    {"pending": {"accepted", "declined"}, "accepted": {"declined"}, "declined": {"accepted"}},
)


class WorkshopItem(Base):
    """An input that is voted on; ``shelved`` says in which other case it is dealt with, and takes it off the table."""

    __tablename__ = "workshop_item"
    __table_args__ = (Index(None, "input_id"),)

    arena_id: Mapped[UUID] = mapped_column(ForeignKey("arena.id", ondelete="CASCADE"), primary_key=True)
    input_id: Mapped[UUID] = mapped_column(ForeignKey("roadmap_input.id", ondelete="CASCADE"), primary_key=True)
    shelved: Mapped[str | None]


class Ballot(Base):
    """The newest ballot of a participant that was received; ``revision`` is the device's own count."""

    __tablename__ = "ballot"
    __table_args__ = (Index(None, "arena_id"),)

    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True)
    arena_id: Mapped[UUID] = mapped_column(ForeignKey("arena.id", ondelete="CASCADE"))
    revision: Mapped[int]
    received_at: Mapped[datetime]


class Dots(Base):
    """How many dots a ballot gives an input."""

    __tablename__ = "dots"
    __table_args__ = (CheckConstraint("count > 0", name="count"), Index(None, "input_id"))

    participant_id: Mapped[UUID] = mapped_column(
        ForeignKey("ballot.participant_id", ondelete="CASCADE"), primary_key=True
    )
    input_id: Mapped[UUID] = mapped_column(ForeignKey("roadmap_input.id", ondelete="CASCADE"), primary_key=True)
    count: Mapped[int]


class Offer(Base):
    """An association, business or group that would help to bring an input about; never a private person."""

    __tablename__ = "offer"
    __table_args__ = (one_of("state", tuple(OFFER_STATES)), UniqueConstraint("input_id", "name"))

    id: Mapped[UUID] = identity()
    input_id: Mapped[UUID] = mapped_column(ForeignKey("roadmap_input.id", ondelete="CASCADE"))
    arena_id: Mapped[UUID | None] = mapped_column(ForeignKey("arena.id", ondelete="SET NULL"))
    name: Mapped[str]
    words: Mapped[str | None]
    state: Mapped[str] = word(12, default="pending")
    created_at: Mapped[datetime]
