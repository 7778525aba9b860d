"""PostGIS through psycopg 3."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from select import POLLIN, poll
from typing import Any

import pyarrow as pa
from psycopg import ClientCursor
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from sqlalchemy import URL, Engine, Select, TextClause, create_engine, select, text
from sqlalchemy.dialects.postgresql import insert as insert
from sqlalchemy.orm import Session

from app.store import arrow, binary_copy

LARGE, SMALL = "ÆØÅÄÖÜÉÁČĐŊŠŦŽ", "æøåäöüéáčđŋšŧž"  # lower() leaves these alone where the locale is C
FEW = 500  # rows that stay in the processor's cache while they are joined


def engine(url: URL) -> Engine:
    """Statements are prepared at their second use; JIT costs more than it gives on short queries."""
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=8,
        max_overflow=8,
        connect_args={
            "prepare_threshold": 1,
            "options": "-c jit=off -c timezone=UTC -c default_transaction_isolation=read\\ committed",
        },
    )


def options(*, write: bool, once: bool = False) -> dict[str, Any]:
    """A writer reads what is committed, as a connection does by itself; a reader has one snapshot and cannot write."""
    if write:
        return {"isolation_level": "AUTOCOMMIT"} if once else {}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def watermark(table: str) -> TextClause:
    return text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


def spatial_index(table: str, column: str) -> list[str]:
    """DDL for the index ``overlapping`` uses."""
    return [f"CREATE INDEX {table}_{column}_gist ON {table} USING gist ({column})"]


def text_index(table: str, columns: tuple[str, ...]) -> list[str]:
    """DDL for the index ``matching`` uses: words as they stand and their Norwegian stems."""
    joined = " || ' ' || ".join(f"coalesce({column}, '')" for column in columns)
    words = f"lower(translate({joined}, '{LARGE}', '{SMALL}'))"
    vector = f"to_tsvector('norwegian', {words}) || to_tsvector('simple', {words})"
    return [
        f"ALTER TABLE {table} ADD COLUMN text_index tsvector GENERATED ALWAYS AS ({vector}) STORED",
        f"CREATE INDEX {table}_text_index_gin ON {table} USING gin (text_index)",
    ]


def columns(db: Session, statement: Select[Any], size: int) -> Iterator[dict[str, pa.Array]]:
    """One stream of binary rows, block by block: no object for a value, and the server works on meanwhile."""
    connection = db.connection()
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    types, ids = arrow.types(statement), arrow.ids(statement)
    connection.execute(select(1))  # psycopg begins the transaction with its own first statement, which COPY here is not
    raw: Any = connection.connection.driver_connection
    query = ClientCursor(raw).mogrify(f"COPY ({compiled}) TO STDOUT (FORMAT binary)", compiled.params)
    few = min(size, FEW)
    blocks = _copied(raw.pgconn, query.encode(), few)
    while block := b"".join(islice(blocks, size // few)):
        found = binary_copy.arrays(block, types, ids)
        if len(next(iter(found.values()))):  # the header and the end come in messages of their own
            yield found


def _copied(connection: Any, query: bytes, few: int) -> Iterator[bytes]:
    """The messages of a COPY, a few in one; psycopg's own reader spends more on each than the server does."""
    begun = connection.exec_(query)
    if begun.status != ExecStatus.COPY_OUT:
        raise error_from_result(begun)
    arrived = poll()
    arrived.register(connection.socket, POLLIN)
    done = False
    try:
        while not done:
            messages, done = _next(connection, arrived, few)
            if messages:
                yield b"".join(messages)
        while ended := connection.get_result():
            if ended.status != ExecStatus.COMMAND_OK:
                raise error_from_result(ended)
    finally:
        if not done:
            connection.get_cancel().cancel()
            while connection.get_copy_data(0)[0] > 0:
                pass
        while connection.get_result():
            pass


def _next(connection: Any, arrived: Any, few: int) -> tuple[list[bytes], bool]:
    """The next few messages, and whether those were the last."""
    messages: list[bytes] = []
    read = connection.get_copy_data
    while len(messages) < few:
        length, message = read(1)
        if length > 0:
            messages.append(message)
        elif length == 0:
            arrived.poll()
            connection.consume_input()
        else:
            return messages, True
    return messages, False
