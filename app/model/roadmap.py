"""Inputs of the Veikart (roadmap) and the evidence behind each."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, Transitions, identity, one_of, serial, shape, word

INPUT_KINDS = ("quality", "challenge", "suggestion")
REALISERS = ("municipality", "residents", "together")
EVIDENCE = ("area_id", "contribution_id", "arena_id", "note_id", "file")
INPUT_STATES = Transitions(
    "input",
    {
        "heard": {"considered", "merged", "declined"},
        "considered": {"planned", "merged", "declined", "heard"},
        "planned": {"done", "declined", "considered"},
        "done": {"planned"},
        "declined": {"considered"},
        "merged": {"heard", "considered"},
    },
)


class RoadmapInput(Base):
    """``version`` grows with every edit. Its figures are not stored: they are counted from the evidence each time.

    ``released_at`` is when a planner let everyone read it; None: staff alone.
    """

    __tablename__ = "roadmap_input"
    __table_args__ = (
        one_of("kind", INPUT_KINDS),
        one_of("realiser", REALISERS),
        one_of("status", tuple(INPUT_STATES)),
        UniqueConstraint("process_id", "number"),
    )

    id: Mapped[UUID] = identity()
    process_id: Mapped[UUID] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    number: Mapped[int]
    public_id: Mapped[str] = word(20, unique=True)
    title: Mapped[str]
    text: Mapped[str | None]
    theme: Mapped[str] = word()
    kind: Mapped[str] = word(12)
    realiser: Mapped[str] = word(12)
    status: Mapped[str] = word(12, default="heard")
    location: Mapped[Any] = shape(nullable=True)
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("roadmap_input.id", ondelete="SET NULL"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    released_at: Mapped[datetime | None]


class InputEvidence(Base):
    """One source of an input: an area, a single contribution, an arena, a note or a row of a file (exactly one)."""

    __tablename__ = "input_evidence"
    __table_args__ = (
        Index(None, "input_id"),
        Index(None, "area_id"),
        Index(None, "arena_id"),
        Index(None, "note_id"),
        CheckConstraint(
            " + ".join(f"CASE WHEN {c} IS NULL THEN 0 ELSE 1 END" for c in EVIDENCE) + " = 1",
            name="one_source",
        ),
    )

    id: Mapped[UUID] = identity()
    input_id: Mapped[UUID] = mapped_column(ForeignKey("roadmap_input.id", ondelete="CASCADE"))
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("area.id", ondelete="RESTRICT"))
    contribution_id: Mapped[UUID | None] = mapped_column(ForeignKey("contribution.id", ondelete="CASCADE"))
    arena_id: Mapped[UUID | None] = mapped_column(ForeignKey("arena.id", ondelete="CASCADE"))
    note_id: Mapped[UUID | None] = mapped_column(ForeignKey("arena_note.id", ondelete="CASCADE"))
    file: Mapped[str | None]
    row: Mapped[int | None]
    own_id: Mapped[str | None]


class InputTag(Base):
    """A word that staff gave an input."""

    __tablename__ = "input_tag"
    __table_args__ = (Index(None, "tag"),)

    input_id: Mapped[UUID] = mapped_column(ForeignKey("roadmap_input.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = word(40, primary_key=True)


class InputLog(Base):
    """``changes`` is ``{field: [before, after]}``; a status change carries its public reason."""

    __tablename__ = "input_log"
    __table_args__ = (Index(None, "input_id"),)

    number: Mapped[int] = serial()
    input_id: Mapped[UUID] = mapped_column(ForeignKey("roadmap_input.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    actor: Mapped[str] = word(60)
    changes: Mapped[dict[str, Any]]
    reason: Mapped[str | None]
