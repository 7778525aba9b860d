"""People who work for one municipality. Teachers and hosts have capability links, not accounts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, identity, one_of, word

ROLES = ("planner", "moderator", "administrator")


class Staff(Base):
    __tablename__ = "staff"
    __table_args__ = (one_of("role", ROLES),)

    id: Mapped[UUID] = identity()
    municipality: Mapped[str] = word(4)
    username: Mapped[str] = word(80, unique=True)
    password_hash: Mapped[str]
    role: Mapped[str] = word(20, default="planner")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
