"""PostGIS through psycopg 3."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from select import POLLIN, poll
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
from psycopg import ClientCursor
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from sqlalchemy import URL, Engine, Select, TextClause, create_engine, select, text
from sqlalchemy.dialects.postgresql import insert as insert
from sqlalchemy.orm import Session

from app.store import arrow

_NULLS: dict[str, Any] = {"null_values": [""], "strings_can_be_null": True, "quoted_strings_can_be_null": False}
_LINES = pyarrow.csv.ParseOptions(newlines_in_values=True)


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


def columns(db: Session, statement: Select[Any], size: int) -> Iterator[dict[str, pa.Array]]:
    """One stream of CSV that Arrow reads, block by block: no object for a value, and the server works on meanwhile."""
    connection = db.connection()
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    types = arrow.types(statement)
    connection.execute(select(1))  # psycopg begins the transaction with its own first statement, which COPY here is not
    raw: Any = connection.connection.driver_connection
    query = ClientCursor(raw).mogrify(f"COPY ({compiled}) TO STDOUT (FORMAT csv)", compiled.params)
    rows = _copied(raw.pgconn, query.encode())
    while block := b"".join(islice(rows, size)):
        yield _parsed(block, types)


def _copied(connection: Any, query: bytes) -> Iterator[bytes]:
    """The messages of a COPY; psycopg's own reader spends more on each than the server does."""
    begun = connection.exec_(query)
    if begun.status != ExecStatus.COPY_OUT:
        raise error_from_result(begun)
    arrived = poll()
    arrived.register(connection.socket, POLLIN)
    done = False
    try:
        while not done:
            length, message = connection.get_copy_data(1)
            if length > 0:
                yield message
            elif length == 0:
                arrived.poll()
                connection.consume_input()
            else:
                done = True
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


def _parsed(block: bytes, types: dict[str, pa.DataType]) -> dict[str, pa.Array]:
    read = {name: pa.string() if pa.types.is_binary(type) else type for name, type in types.items()}
    table = pyarrow.csv.read_csv(
        pa.py_buffer(block),
        pyarrow.csv.ReadOptions(column_names=list(read), use_threads=False, block_size=len(block) + 1),
        _LINES,
        pyarrow.csv.ConvertOptions(column_types=read, **_NULLS),
    )
    found = {name: table[name].combine_chunks() for name in read}
    return {name: _bytes(found[name]) if pa.types.is_binary(type) else found[name] for name, type in types.items()}


def _bytes(hexadecimal: pa.Array) -> pa.Array:
    r"""What PostgreSQL writes as ``\x…``, in one go for the whole array."""
    digits = pyarrow.compute.utf8_slice_codeunits(hexadecimal, start=2)
    valid, offsets, content = digits.buffers()
    halves = np.frombuffer(offsets, np.int32)[: len(digits) + 1] // 2
    found = bytes.fromhex(content.to_pybytes()[: 2 * halves[-1]].decode("ascii"))
    return pa.BinaryArray.from_buffers(
        pa.binary(), len(digits), [valid, pa.py_buffer(halves), pa.py_buffer(found)], digits.null_count
    )
