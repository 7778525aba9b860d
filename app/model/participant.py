"""A random pseudonym in one arena. No name, no e-mail, no network address, no device id, ever."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, identity, word


class Participant(Base):
    """``digest`` is of the bearer token. ``sealed_zones`` are the secret zones in which routes are cut, encrypted with
    a key that only the bearer token gives: the database alone cannot open them; ``escrowed_zones`` are the same zones,
    sealed to the arena's public key. ``head_count`` is how many people a group registration stands for, at least.
    What a ``practice`` participant makes counts nowhere.
    """

    __tablename__ = "participant"
    __table_args__ = (
        UniqueConstraint("arena_id", "alias"),
        CheckConstraint("head_count >= 1", name="head_count"),
    )

    id: Mapped[UUID] = identity()
    arena_id: Mapped[UUID] = mapped_column(ForeignKey("arena.id", ondelete="CASCADE"))
    alias: Mapped[str] = word(40)
    digest: Mapped[str | None] = word(64, unique=True)
    head_count: Mapped[int] = mapped_column(default=1)
    sealed_zones: Mapped[bytes | None]
    escrowed_zones: Mapped[bytes | None]
    practice: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class NewKey(Base):
    """A way back for a participant whose device is lost: ``digest`` is of the one-time code, ``sealed_zones`` its zones
    under a key that only the code gives. There is at most one a participant; using it removes it.
    """

    __tablename__ = "new_key"

    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = word(64, unique=True)
    sealed_zones: Mapped[bytes | None]
    expires_at: Mapped[datetime]
