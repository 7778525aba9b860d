"""Change numbers: which rows changed since a snapshot was read, without a gap and without a hot counter row.

PostGIS writes the transaction's id and reads the oldest transaction that was still running; a row from a slow
transaction is therefore read again rather than missed. SQLite has one writer: the next number is the highest plus one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.sql.visitors import InternalTraversal


class next_change(FunctionElement[int]):
    """``next_change(model)``: the value for the ``change`` column of the model's table in an insert or update."""

    type = BigInteger()
    inherit_cache = True
    name = "next_change"
    _traverse_internals = [("table", InternalTraversal.dp_string)]  # noqa: RUF012

    def __init__(self, model: Any) -> None:
        self.table: str = model.__tablename__
        super().__init__()


@compiles(next_change, "postgresql")
def _postgresql(element: next_change, compiler: Any, **kw: Any) -> str:
    return "pg_current_xact_id()::text::bigint"


@compiles(next_change, "sqlite")
def _sqlite(element: next_change, compiler: Any, **kw: Any) -> str:
    return f"(SELECT coalesce(max(change), 0) + 1 FROM {element.table})"  # noqa: S608
