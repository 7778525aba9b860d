"""The words children choose from: activities, feelings, wishes, ways, modes, themes. Data, editable per process."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, identity, one_of, word

STICKER_GROUPS = ("activity", "good", "bad", "wish")
GROUPS = (*STICKER_GROUPS, "way", "mode", "company", "theme")
AUDIENCES = ("children", "residents")
FEELINGS = ("good", "neutral", "bad")
FEELING_OF_GROUP = {"activity": "neutral", "good": "good", "bad": "bad", "wish": "neutral"}


class CatalogueEntry(Base):
    """``words`` maps a language to the word shown; ``sensitive`` entries are told to an adult and never published.

    ``audience`` is whom it is offered to, None for everyone; ``adult_words`` are the words residents read instead.
    """

    __tablename__ = "catalogue_entry"
    __table_args__ = (
        one_of("group", GROUPS),
        one_of("audience", AUDIENCES),
        UniqueConstraint("process_id", "group", "code"),
    )

    id: Mapped[UUID] = identity()
    process_id: Mapped[UUID] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    group: Mapped[str] = word(12)
    code: Mapped[str] = word()
    icon: Mapped[str] = word()
    words: Mapped[dict[str, Any]]
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    sensitive: Mapped[bool] = mapped_column(default=False)
    audience: Mapped[str | None] = word(12)
    adult_words: Mapped[dict[str, Any] | None]
