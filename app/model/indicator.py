"""Indicators of life in an area: a figure with its source, measured again later and held against other places."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, identity


class Indicator(Base):
    """``unit`` stands after the figure (``%``, ``kr``); ``story`` is what people said about it, in so many words."""

    __tablename__ = "indicator"
    __table_args__ = (UniqueConstraint("process_id", "name"),)

    id: Mapped[UUID] = identity()
    process_id: Mapped[UUID] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    name: Mapped[str]
    unit: Mapped[str]
    source: Mapped[str]
    story: Mapped[str | None]
    public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Measurement(Base):
    """A value of an indicator in a place and a year. ``own`` is the process's area itself, the others are beside it.
    ``people`` is how many the value is about, where the source says it.
    """

    __tablename__ = "measurement"
    __table_args__ = (
        UniqueConstraint("indicator_id", "place", "year"),
        CheckConstraint("year BETWEEN 1900 AND 2100", name="year"),
        CheckConstraint("people >= 0", name="people"),
        Index(None, "indicator_id"),
    )

    id: Mapped[UUID] = identity()
    indicator_id: Mapped[UUID] = mapped_column(ForeignKey("indicator.id", ondelete="CASCADE"))
    place: Mapped[str]
    own: Mapped[bool] = mapped_column(default=False)
    year: Mapped[int]
    value: Mapped[float] = mapped_column(Float())
    people: Mapped[int | None]
