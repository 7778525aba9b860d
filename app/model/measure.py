"""A measure (tiltak): what someone will do about one or more roadmap inputs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, Transitions, identity, one_of, serial, word

MEASURE_STATES = Transitions(
    "measure",
    {
        "proposed": {"adopted", "rejected"},
        "adopted": {"started", "rejected", "postponed"},
        "started": {"done", "postponed", "rejected"},
        "postponed": {"adopted", "started", "rejected"},
        "rejected": {"proposed"},
        "done": {"started"},
    },
)
PRIORITIES = ("high", "medium", "low")
OVER = frozenset({"done", "rejected"})
QUICK_FIXES = ("lamp", "bush", "snow", "other")
PARTNER_STATES = ("pending", "accepted", "declined")
MEASURE_PHOTOS = ("before", "after")


class Measure(Base):
    """``version`` grows with every edit. ``quick`` marks what a caretaker can mend in days, and which kind it is.
    ``released_at`` is when a planner let everyone read it; None: staff alone.
    """

    __tablename__ = "measure"
    __table_args__ = (
        one_of("status", tuple(MEASURE_STATES)),
        one_of("priority", PRIORITIES),
        one_of("quick", QUICK_FIXES),
        UniqueConstraint("process_id", "number"),
    )

    id: Mapped[UUID] = identity()
    process_id: Mapped[UUID] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    number: Mapped[int]
    public_id: Mapped[str] = word(20, unique=True)
    title: Mapped[str]
    goal: Mapped[str | None]
    wanted_effect: Mapped[str | None]
    resources: Mapped[str | None]
    focus_area: Mapped[str | None]
    plan: Mapped[str | None]
    decision: Mapped[str | None]
    owner: Mapped[str | None]
    priority: Mapped[str] = word(8, default="medium")
    quick: Mapped[str | None] = word(12)
    deadline: Mapped[date | None]
    status: Mapped[str] = word(12, default="proposed")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    released_at: Mapped[datetime | None]


class MeasureStep(Base):
    """A status step with the sentence the public reads; ``held_on`` is the day it was taken, ``at`` when told here."""

    __tablename__ = "measure_step"
    __table_args__ = (Index(None, "measure_id"),)

    number: Mapped[int] = serial()
    measure_id: Mapped[UUID] = mapped_column(ForeignKey("measure.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    held_on: Mapped[date]
    actor: Mapped[str] = word(60)
    present: Mapped[str] = word(12)
    wanted: Mapped[str] = word(12)
    reason: Mapped[str]


class MeasureLog(Base):
    """``changes`` is ``{field: [before, after]}``, in words."""

    __tablename__ = "measure_log"
    __table_args__ = (Index(None, "measure_id"),)

    number: Mapped[int] = serial()
    measure_id: Mapped[UUID] = mapped_column(ForeignKey("measure.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    actor: Mapped[str] = word(60)
    changes: Mapped[dict[str, Any]]


class MeasureInput(Base):
    __tablename__ = "measure_input"

    measure_id: Mapped[UUID] = mapped_column(ForeignKey("measure.id", ondelete="CASCADE"), primary_key=True)
    input_id: Mapped[UUID] = mapped_column(ForeignKey("roadmap_input.id", ondelete="CASCADE"), primary_key=True)


class MeasurePartner(Base):
    __tablename__ = "measure_partner"
    __table_args__ = (one_of("state", PARTNER_STATES), UniqueConstraint("measure_id", "name"))

    id: Mapped[UUID] = identity()
    measure_id: Mapped[UUID] = mapped_column(ForeignKey("measure.id", ondelete="CASCADE"))
    name: Mapped[str]
    state: Mapped[str] = word(12, default="pending")


class MeasurePhoto(Base):
    """How it looked before, or looks after: ``body`` is a JPEG of our own making, ``alt`` says what it shows in words.

    ``state`` moves by ``PHOTO_STATES``: one of each kind at most is not hidden, and everyone sees it when it is
    ``released`` and its measure is too.
    """

    __tablename__ = "measure_photo"
    __table_args__ = (
        one_of("kind", MEASURE_PHOTOS),
        one_of("state", ("pending", "released", "hidden")),
        Index(None, "measure_id"),
    )

    id: Mapped[UUID] = identity()
    measure_id: Mapped[UUID] = mapped_column(ForeignKey("measure.id", ondelete="CASCADE"))
    kind: Mapped[str] = word(8)
    alt: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    width: Mapped[int]
    height: Mapped[int]
    state: Mapped[str] = word(12, default="pending")
    created_at: Mapped[datetime]
