"""A participation process of one municipality, and the named places children and planners know in its area."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, identity, one_of, shape, word

MINIMUM_PEOPLE = (3, 10)
EXPORT_CRS = (25832, 25833, 25835)
PHASES = ("preparing", "collecting", "analysing", "deciding", "answered")
LAWFUL_BASES = ("consent", "public_task")
PLACE_KINDS = ("school", "sports_hall", "park", "street", "building", "water", "forest", "path", "other")


class Process(Base):
    """``version`` grows with every change of area, catalogue, settings or named places; caches are keyed by it."""

    __tablename__ = "process"
    __table_args__ = (
        one_of("phase", PHASES),
        one_of("lawful_basis", LAWFUL_BASES),
        CheckConstraint(f"export_epsg IN {EXPORT_CRS}", name="export_epsg"),
        CheckConstraint("minimum_people BETWEEN 3 AND 10", name="minimum_people"),
        CheckConstraint("hexagon_m BETWEEN 50 AND 1000", name="hexagon_m"),
    )

    id: Mapped[UUID] = identity()
    slug: Mapped[str] = word(unique=True)
    prefix: Mapped[str] = word(6, unique=True)
    municipality: Mapped[str] = word(4)
    title: Mapped[str]
    area: Mapped[Any] = shape(nullable=False)
    starts: Mapped[date | None]
    ends: Mapped[date | None]
    phase: Mapped[str] = word(20, default="collecting")
    languages: Mapped[list[str]] = mapped_column(default=lambda: ["nb", "nn", "en"])
    export_epsg: Mapped[int] = mapped_column(default=25832)
    basemap: Mapped[str | None] = word(40)
    minimum_people: Mapped[int] = mapped_column(default=5)
    hexagon_m: Mapped[int] = mapped_column(default=100)
    promise: Mapped[dict[str, Any]] = mapped_column(default=dict)
    lawful_basis: Mapped[str] = word(20, default="public_task")
    retention: Mapped[date | None]
    demo: Mapped[bool] = mapped_column(default=False)
    areas_made: Mapped[int] = mapped_column(default=0)
    inputs_made: Mapped[int] = mapped_column(default=0)
    measures_made: Mapped[int] = mapped_column(default=0)
    releases_made: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class NamedPlace(Base):
    """A row of the process's gazetteer; its lines and polygons are the base map when no tile server answers.

    ``public_destination`` marks polygons in which a route may end without being cut (a school, a sports hall).
    """

    __tablename__ = "named_place"
    __table_args__ = (
        one_of("kind", PLACE_KINDS),
        UniqueConstraint("process_id", "kind", "name", "part"),
        Index(None, "process_id"),
    )

    id: Mapped[UUID] = identity()
    process_id: Mapped[UUID] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    kind: Mapped[str] = word(20)
    name: Mapped[str]
    part: Mapped[int] = mapped_column(default=0)
    geometry: Mapped[Any] = shape(nullable=False)
    public_destination: Mapped[bool] = mapped_column(default=False)
