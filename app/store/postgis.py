"""PostGIS through psycopg 3."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.csv
from psycopg import ClientCursor
from sqlalchemy import URL, Date, Engine, Integer, LargeBinary, Select, TextClause, create_engine, text
from sqlalchemy.dialects.postgresql import insert as insert
from sqlalchemy.orm import Session

_ARROW = ((Integer, pa.int64()), (Date, pa.date32()))
_NULLS: dict[str, Any] = {"null_values": [""], "strings_can_be_null": True, "quoted_strings_can_be_null": False}
_LINES = pyarrow.csv.ParseOptions(newlines_in_values=True)


def engine(url: URL) -> Engine:
    """Statements are prepared at their second use; JIT costs more than it gives on short queries."""
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=8,
        max_overflow=8,
        connect_args={"prepare_threshold": 1, "options": "-c jit=off -c timezone=UTC"},
    )


def options(*, write: bool) -> dict[str, Any]:
    """A writer reads what is committed; a reader has one snapshot and cannot write."""
    if write:
        return {"isolation_level": "READ COMMITTED"}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def watermark(table: str) -> TextClause:
    return text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


def spatial_index(table: str, column: str) -> list[str]:
    """DDL for the index ``overlapping`` uses."""
    return [f"CREATE INDEX {table}_{column}_gist ON {table} USING gist ({column})"]


def columns(db: Session, statement: Select[Any], size: int) -> Iterator[dict[str, list[Any]]]:
    """One stream of CSV that Arrow reads, block by block: no object for a row, and the server works on meanwhile."""
    connection = db.connection()
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    kinds = {column.name: column.type for column in statement.selected_columns}
    raw: Any = connection.connection.driver_connection
    with ClientCursor(raw).copy(f"COPY ({compiled}) TO STDOUT (FORMAT csv)", compiled.params) as rows:
        while block := b"".join(islice(rows, size)):
            yield _parsed(block, kinds)


def _parsed(block: bytes, kinds: dict[str, Any]) -> dict[str, list[Any]]:
    types = {
        name: next((arrow for kind, arrow in _ARROW if isinstance(type, kind)), pa.string())
        for name, type in kinds.items()
    }
    table = pyarrow.csv.read_csv(
        pa.py_buffer(block),
        pyarrow.csv.ReadOptions(column_names=list(kinds), use_threads=False, block_size=len(block) + 1),
        _LINES,
        pyarrow.csv.ConvertOptions(column_types=types, **_NULLS),
    )
    found = {name: table[name].to_pylist() for name in kinds}
    for name, type in kinds.items():
        if isinstance(type, LargeBinary):
            found[name] = [None if text is None else bytes.fromhex(text[2:]) for text in found[name]]
    return found
