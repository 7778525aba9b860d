"""Plain SQLite: no extension, R*Tree tables kept by triggers, one writer at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import shapely
from sqlalchemy import URL, Connection, Engine, Select, TextClause, create_engine, event, text
from sqlalchemy.dialects.sqlite import insert as insert
from sqlalchemy.orm import Session

from app.store import arrow

BUSY_MS = 30_000
CORNERS = ("minx", "maxx", "miny", "maxy")


def engine(url: URL) -> Engine:
    """WAL, foreign keys on; ``BEGIN`` is ours because the driver's own would start transactions too late."""
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(url, connect_args={"isolation_level": None, "timeout": BUSY_MS / 1000})
    event.listen(made, "connect", _prepare)
    event.listen(made, "begin", _begin)
    return made


def options(*, write: bool, once: bool = False) -> dict[str, Any]:
    return {"snarvei_write": write}


def watermark(table: str) -> TextClause:
    return text(f"SELECT coalesce(max(change), 0) + 1 FROM {table}")  # noqa: S608


def spatial_index(table: str, column: str) -> list[str]:
    """DDL for an R*Tree beside the table, kept by triggers that read the WKB."""
    tree = f"{table}_{column}_rtree"
    corners = ", ".join(f"wkb_{c}(new.{column})" for c in CORNERS)
    put = f"INSERT INTO {tree} SELECT new.rowid, {corners} WHERE wkb_minx(new.{column}) IS NOT NULL"
    drop = f"DELETE FROM {tree} WHERE id = old.rowid"  # noqa: S608
    there = ", ".join(f"wkb_{c}({column})" for c in CORNERS)
    return [
        f"CREATE VIRTUAL TABLE {tree} USING rtree(id, {', '.join(CORNERS)})",
        f"INSERT INTO {tree} SELECT rowid, {there} FROM {table} WHERE wkb_minx({column}) IS NOT NULL",  # noqa: S608
        f"CREATE TRIGGER {tree}_insert AFTER INSERT ON {table} BEGIN {put}; END",
        f"CREATE TRIGGER {tree}_update AFTER UPDATE OF {column} ON {table} BEGIN {drop}; {put}; END",
        f"CREATE TRIGGER {tree}_delete AFTER DELETE ON {table} BEGIN {drop}; END",
    ]


def text_index(table: str, columns: tuple[str, ...]) -> list[str]:
    """DDL for an FTS5 table beside the table, kept by triggers. It knows beginnings of words, no stems."""
    tree, names = f"{table}_fts", ", ".join(columns)
    put = f"INSERT INTO {tree} (rowid, {names}) SELECT new.rowid, {', '.join(f'new.{c}' for c in columns)}"
    drop = f"DELETE FROM {tree} WHERE rowid = old.rowid"  # noqa: S608
    return [
        f"CREATE VIRTUAL TABLE {tree} USING fts5({names}, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3')",
        f"INSERT INTO {tree} (rowid, {names}) SELECT rowid, {names} FROM {table}",  # noqa: S608
        f"CREATE TRIGGER {tree}_insert AFTER INSERT ON {table} BEGIN {put}; END",
        f"CREATE TRIGGER {tree}_update AFTER UPDATE OF {names} ON {table} BEGIN {drop}; {put}; END",
        f"CREATE TRIGGER {tree}_delete AFTER DELETE ON {table} BEGIN {drop}; END",
    ]


def columns(db: Session, statement: Select[Any], size: int) -> Iterator[dict[str, pa.Array]]:
    """Rows turned round: the database is in our own process."""
    types = arrow.types(statement)
    for rows in db.execute(statement, execution_options={"yield_per": size}).partitions():
        turned = zip(*rows, strict=True)
        yield {
            name: pa.array([str(value) if isinstance(value, UUID) else value for value in values], type)
            for (name, type), values in zip(types.items(), turned, strict=True)
        }


def _prepare(connection: sqlite3.Connection, record: Any) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    for position, corner in enumerate(CORNERS):
        connection.create_function(f"wkb_{corner}", 1, _corner(position), deterministic=True)


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("snarvei_write", True)
    connection.exec_driver_sql(f"PRAGMA query_only = {0 if write else 1}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _corner(position: int) -> Any:
    def corner(blob: bytes | None) -> float | None:
        return None if blob is None else _bounds(blob)[position]

    return corner


@lru_cache(maxsize=8)
def _bounds(blob: bytes) -> tuple[float, float, float, float] | tuple[None, None, None, None]:
    geometry = shapely.from_wkb(blob)
    if geometry.is_empty:
        return (None, None, None, None)
    west, south, east, north = geometry.bounds
    return (west, east, south, north)
