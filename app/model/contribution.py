"""A contribution: a route, a place or an area that someone drew, masked before it got here."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, Transitions, one_of, serial, shape, word
from app.model.catalogue import FEELINGS, GROUPS

KINDS = ("route", "place", "area")
SOURCES = ("map", "list", "paper", "import")
SEASONS = ("summer", "winter", "all_year")
FREQUENCIES = ("daily", "weekly", "monthly", "rarely")
MODERATION_STATES = Transitions(
    "moderation",
    {
        "pending": {"released", "hidden", "erased"},
        "released": {"hidden", "erased", "pending"},
        "hidden": {"pending", "released", "erased"},
        "erased": {"pending"},
    },
)
COUNTED_STATES = ("pending", "released")


class Contribution(Base):
    """``number`` is the spatial index's key; ``id`` is made by the client, so that a retry is the same write.

    ``geometry`` is None when masking left nothing of a short route: the answers still count. ``change`` orders changes
    (``app.store.changes``). ``digest`` recognises a retry of the same request without keeping what was drawn;
    ``revision`` is the device's own count of its versions, so that an older one that comes late is known.
    Comments are shown to nobody but staff until ``state`` is ``released``; ``hidden`` and ``erased`` count nowhere.
    """

    __tablename__ = "contribution"
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("group", GROUPS),
        one_of("feeling", FEELINGS),
        one_of("source", SOURCES),
        one_of("state", tuple(MODERATION_STATES)),
        one_of("season", SEASONS),
        one_of("frequency", FREQUENCIES),
        Index(None, "process_id", "change"),
        Index(None, "participant_id"),
        Index(None, "arena_id"),
    )

    number: Mapped[int] = serial()
    id: Mapped[UUID] = mapped_column(Uuid(), unique=True)
    process_id: Mapped[UUID] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    arena_id: Mapped[UUID] = mapped_column(ForeignKey("arena.id", ondelete="CASCADE"))
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    kind: Mapped[str] = word(8)
    group: Mapped[str] = word(12)
    category: Mapped[str] = word()
    feeling: Mapped[str] = word(8)
    mode: Mapped[str | None] = word()
    modes: Mapped[list[dict[str, Any]] | None]
    preferred_mode: Mapped[str | None] = word()
    company: Mapped[str | None] = word()
    season: Mapped[str | None] = word(12)
    frequency: Mapped[str | None] = word(12)
    own_name: Mapped[str | None]
    comment: Mapped[str | None]
    geometry: Mapped[Any] = shape(nullable=True)
    source: Mapped[str] = word(8)
    state: Mapped[str] = word(12, default="pending")
    digest: Mapped[str | None] = word(64)
    revision: Mapped[int | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    change: Mapped[int] = mapped_column(BigInteger)


class ModerationLog(Base):
    __tablename__ = "moderation_log"
    __table_args__ = (Index(None, "contribution_id"),)

    number: Mapped[int] = serial()
    contribution_id: Mapped[UUID] = mapped_column(ForeignKey("contribution.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    actor: Mapped[str] = word(60)
    present: Mapped[str] = word(12)
    wanted: Mapped[str] = word(12)
    reason: Mapped[str | None]
