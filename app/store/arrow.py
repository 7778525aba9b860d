"""Columns of a query as Arrow arrays."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from sqlalchemy import Date, Integer, LargeBinary, Select, Uuid

KINDS = ((Integer, pa.int64()), (Date, pa.date32()), (LargeBinary, pa.binary()))


def types(statement: Select[Any]) -> dict[str, pa.DataType]:
    """The Arrow type of each of its columns by name; text is what has no other."""
    return {
        column.name: next((arrow for kind, arrow in KINDS if isinstance(column.type, kind)), pa.string())
        for column in statement.selected_columns
    }


def ids(statement: Select[Any]) -> frozenset[str]:
    """The names of its columns that are ids."""
    return frozenset(column.name for column in statement.selected_columns if isinstance(column.type, Uuid))
