"""An arena: one occasion in a process, a row that says what it allows; and the links that let hosts open arenas."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, Transitions, identity, one_of, serial, shape, word

METHODS = (
    "school_class",
    "kindergarten",
    "hosted_dinner",
    "open_centre",
    "focus_group",
    "interview",
    "conference",
    "services_meeting",
    "social_media",
    "online_map",
    "workshop",
    "committee",
)
HEAD_COUNT_METHODS = ("class_list", "counted", "estimated")
ARENA_STATES = Transitions(
    "arena",
    {"open": {"paused", "closed"}, "paused": {"open", "closed"}, "closed": {"open"}},
)


class HostLink(Base):
    """A capability: whoever holds the link may open and run arenas in the process. Only its digest is stored."""

    __tablename__ = "host_link"
    __table_args__ = (one_of("method", METHODS),)

    id: Mapped[UUID] = identity()
    process_id: Mapped[UUID] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    digest: Mapped[str] = word(64, unique=True)
    label: Mapped[str]
    method: Mapped[str] = word(20, default="school_class")
    location: Mapped[Any] = shape(nullable=True)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Arena(Base):
    """``allows`` says which kinds and sticker groups it takes: ``{"kinds": [...], "groups": [...]}``.

    ``details`` are the answers to what its method asks (``app.services.methods``); none of them is ever public.
    ``location`` is where its map opens (the school). ``head_count`` is how many were invited or there, and
    ``head_count_method`` how one knows (``HEAD_COUNT_METHODS``). Who joins while ``practice`` is set makes nothing that
    counts, ever. ``public_key`` and ``sealed_key`` are a pair whose private half only the host's link opens
    (``app.services.keys``).
    """

    __tablename__ = "arena"
    __table_args__ = (
        one_of("method", METHODS),
        one_of("state", tuple(ARENA_STATES)),
        CheckConstraint("grade BETWEEN 0 AND 13", name="grade"),
        Index(None, "process_id"),
        Index(None, "host_link_id"),
    )

    id: Mapped[UUID] = identity()
    process_id: Mapped[UUID] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    host_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("host_link.id", ondelete="SET NULL"))
    method: Mapped[str] = word(20)
    title: Mapped[str]
    school: Mapped[str | None]
    grade: Mapped[int | None]
    group_name: Mapped[str | None]
    held_on: Mapped[date | None]
    place: Mapped[str | None]
    host: Mapped[str | None]
    target_group: Mapped[str | None]
    language: Mapped[str | None] = word(8)
    head_count: Mapped[int | None]
    head_count_method: Mapped[str | None] = word(20)
    location: Mapped[Any] = shape(nullable=True)
    allows: Mapped[dict[str, Any]] = mapped_column(default=dict)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    join_code: Mapped[str | None] = word(12, unique=True)
    state: Mapped[str] = word(12, default="open")
    practice: Mapped[bool] = mapped_column(default=False)
    public_key: Mapped[bytes | None]
    sealed_key: Mapped[bytes | None]
    created_at: Mapped[datetime]


class ArenaLog(Base):
    __tablename__ = "arena_log"
    __table_args__ = (Index(None, "arena_id"),)

    number: Mapped[int] = serial()
    arena_id: Mapped[UUID] = mapped_column(ForeignKey("arena.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    actor: Mapped[str] = word(60)
    present: Mapped[str] = word(12)
    wanted: Mapped[str] = word(12)
