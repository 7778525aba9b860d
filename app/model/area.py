"""A planner's derived place: where enough people said the same kind of thing. Its public id is never reused."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, identity, one_of, shape, word
from app.model.catalogue import STICKER_GROUPS

AREA_STATES = ("current", "gone")


class Area(Base):
    """Its figures are not stored: they are counted from what lies in it each time they are shown."""

    __tablename__ = "area"
    __table_args__ = (
        one_of("group", STICKER_GROUPS),
        one_of("state", AREA_STATES),
        UniqueConstraint("process_id", "number"),
    )

    id: Mapped[UUID] = identity()
    process_id: Mapped[UUID] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    number: Mapped[int]
    public_id: Mapped[str] = word(20, unique=True)
    group: Mapped[str] = word(12)
    geometry: Mapped[Any] = shape(nullable=False)
    state: Mapped[str] = word(12, default="current")
    made_at: Mapped[datetime]
    computed_at: Mapped[datetime]
