"""What has been published: an immutable, numbered set of suppressed figures on the fixed hexagon grid."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, identity


class Release(Base):
    """``cells`` is ``[{"group", "key", "people_from", "people_to", "withheld"}, …]``: classes, never exact counts."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("process_id", "number"),)

    id: Mapped[UUID] = identity()
    process_id: Mapped[UUID] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    number: Mapped[int]
    epsg: Mapped[int]
    hexagon_m: Mapped[int]
    minimum_people: Mapped[int]
    cells: Mapped[list[dict[str, Any]]]
    published_at: Mapped[datetime]
