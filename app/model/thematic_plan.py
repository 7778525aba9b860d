"""The thematic plan (temaplan) as it stood on a day, and what was answered when it was out on hearing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, identity, serial, word


class PlanVersion(Base):
    """The process's measures as they were, never changed afterwards: ``measures`` are plain values, a mapping each."""

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("process_id", "number"),)

    id: Mapped[UUID] = identity()
    process_id: Mapped[UUID] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str]
    measures: Mapped[list[dict[str, Any]]]
    made_at: Mapped[datetime]
    actor: Mapped[str] = word(60)


class HearingAnswer(Base):
    """``section`` is a focus area of the version, None the plan as a whole; ``reply`` is the municipality's."""

    __tablename__ = "hearing_answer"
    __table_args__ = (Index(None, "version_id"),)

    number: Mapped[int] = serial()
    version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_version.id", ondelete="CASCADE"))
    section: Mapped[str | None]
    sender: Mapped[str]
    text: Mapped[str]
    reply: Mapped[str | None]
    received_on: Mapped[date]
