"""The streets and paths of a process as the compact file a browser routes in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, word


class StreetNetwork(Base):
    """One a process. ``data`` is ``gis.network.encode``'s, read only when asked for; ``digest`` is of it and part of
    its address, so that a copy may be kept for ever.
    """

    __tablename__ = "street_network"

    process_id: Mapped[UUID] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = word(16)
    source: Mapped[str]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    nodes: Mapped[int]
    edges: Mapped[int]
    metres: Mapped[int]
    changed_at: Mapped[datetime]
