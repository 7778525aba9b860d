"""What every table shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, CheckConstraint, DateTime, Integer, MetaData, String, Text, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from app.errors import Conflict
from app.store.geometry import Geometry

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An instant in UTC, aware on both stores; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012
        datetime: Instant(),
        str: Text(),
        UUID: Uuid(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        list[dict[str, Any]]: JSON(),
    }


def identity() -> Mapped[UUID]:
    return mapped_column(Uuid(), primary_key=True, default=uuid4)


def serial() -> Mapped[int]:
    """A growing integer key: SQLite's rowid, PostgreSQL's bigint identity."""
    return mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def word(length: int = 40, **kwargs: Any) -> Mapped[Any]:
    """A short machine word, never shown to people."""
    return mapped_column(String(length), **kwargs)


def shape(**kwargs: Any) -> Mapped[Any]:
    return mapped_column(Geometry(), **kwargs)


def one_of(column: str, values: tuple[str, ...] | Mapping[str, Any]) -> CheckConstraint:
    allowed = ", ".join(repr(value) for value in values)
    return CheckConstraint(f'"{column}" IN ({allowed})', name=column)


class Transitions:
    """The one table of a state machine: ``{state: {states that may follow}}``."""

    def __init__(self, name: str, table: Mapping[str, frozenset[str] | set[str]]) -> None:
        self.name = name
        self.table = table

    def __iter__(self) -> Any:
        return iter(self.table)

    def check(self, present: str, wanted: str) -> bool:
        """True if ``wanted`` is a change, False if it is the present state already; raises Conflict otherwise."""
        if wanted == present:
            return False
        if wanted not in self.table.get(present, ()):
            raise Conflict("state_change_refused", field="state", machine=self.name, present=present, wanted=wanted)
        return True
