"""A photo that a resident laid beside a contribution: re-encoded, without its metadata, hidden until released."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, Transitions, one_of, serial, word

PHOTO_STATES = Transitions(
    "photo",
    {
        "pending": {"released", "hidden", "erased"},
        "released": {"hidden", "erased", "pending"},
        "hidden": {"pending", "released", "erased"},
        "erased": {"pending"},
    },
)


class Photo(Base):
    """``id`` is made by the client. ``body`` is a JPEG of our own making, None once erased.
    ``digest`` recognises a retry.

    Until ``state`` is ``released`` nobody sees it but staff; and nobody at all once its contribution is erased.
    """

    __tablename__ = "photo"
    __table_args__ = (one_of("state", tuple(PHOTO_STATES)), Index(None, "contribution_id"))

    number: Mapped[int] = serial()
    id: Mapped[UUID] = mapped_column(Uuid(), unique=True)
    contribution_id: Mapped[UUID] = mapped_column(ForeignKey("contribution.id", ondelete="CASCADE"))
    body: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    width: Mapped[int]
    height: Mapped[int]
    state: Mapped[str] = word(12, default="pending")
    digest: Mapped[str | None] = word(64)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class PhotoLog(Base):
    __tablename__ = "photo_log"
    __table_args__ = (Index(None, "photo_id"),)

    number: Mapped[int] = serial()
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photo.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    actor: Mapped[str] = word(60)
    present: Mapped[str] = word(12)
    wanted: Mapped[str] = word(12)
    reason: Mapped[str | None]
