"""A solution hunt: a period in which many arenas ask for what can be done, and who tells whom about it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, identity


class Campaign(Base):
    """``expectation`` is what everyone is told beforehand: much of this one must do oneself. ``public``: everyone may
    read it.
    """

    __tablename__ = "campaign"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="period"), Index(None, "process_id"))

    id: Mapped[UUID] = identity()
    process_id: Mapped[UUID] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    title: Mapped[str]
    expectation: Mapped[str]
    target_groups: Mapped[list[str]] = mapped_column(default=list)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class CampaignArena(Base):
    __tablename__ = "campaign_arena"
    __table_args__ = (Index(None, "arena_id"),)

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    arena_id: Mapped[UUID] = mapped_column(ForeignKey("arena.id", ondelete="CASCADE"), primary_key=True)


class CampaignTask(Base):
    """A line of the communication plan. ``spokesperson`` is an office or a part, not somebody's name."""

    __tablename__ = "campaign_task"
    __table_args__ = (Index(None, "campaign_id"),)

    id: Mapped[UUID] = identity()
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    what: Mapped[str]
    channel: Mapped[str]
    target_group: Mapped[str | None]
    spokesperson: Mapped[str | None]
    due_on: Mapped[date]
    done_on: Mapped[date | None]
