"""PostGIS through psycopg 3."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Engine, TextClause, create_engine, text
from sqlalchemy.dialects.postgresql import insert as insert


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
