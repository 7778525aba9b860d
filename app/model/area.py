"""A planner's derived place: where enough people said the same kind of thing. Its public id is never reused."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, identity, one_of, serial, shape, word
from app.model.catalogue import STICKER_GROUPS

AREA_STATES = ("current", "gone")
AREA_EVENTS = (
    "found",
    "split_off",
    "returned",
    "grew",
    "shrank",
    "merged",
    "split",
    "absorbed",
    "gone",
    "set_aside",
)


class Area(Base):
    """Its figures are not stored: they are counted from what lies in it each time they are shown. ``category`` is None
    where all stickers of the group made it.
    """

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
    category: Mapped[str | None] = word()
    method: Mapped[str] = word(12, default="dbscan")
    geometry: Mapped[Any] = shape(nullable=False)
    state: Mapped[str] = word(12, default="current")
    made_at: Mapped[datetime]
    computed_at: Mapped[datetime]


class AreaHistory(Base):
    """What happened to an area when the areas were computed, and the public ids of the others it happened with.

    People are the lower ends of classes as wide as the process's smallest group, so that no child is seen to come or
    go; None where too few, or where the area was not there.
    """

    __tablename__ = "area_history"
    __table_args__ = (one_of("event", AREA_EVENTS), Index(None, "area_id"))

    number: Mapped[int] = serial()
    area_id: Mapped[UUID] = mapped_column(ForeignKey("area.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    event: Mapped[str] = word(12)
    others: Mapped[list[str]]
    people_before: Mapped[int | None]
    people_after: Mapped[int | None]
    square_metres_before: Mapped[int | None]
    square_metres_after: Mapped[int | None]
