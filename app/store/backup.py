"""Copies of the whole store: SQLite's own online backup, or PostgreSQL's pg_dump."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import text

from app.store import Store


def backup(store: Store, path: Path) -> None:
    """A consistent copy at ``path``, made while others write."""
    if store.kind == "sqlite":
        with closing(sqlite3.connect(str(store.url.database))) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)
        return
    _run(store, "pg_dump", "--format=custom", f"--file={path}", "--no-owner")


def restore(store: Store, path: Path) -> None:
    """Replace the store's contents. Change numbers start afresh, since another cluster counts its own."""
    store.dispose()
    if store.kind == "sqlite":
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(str(store.url.database))) as target:
            source.backup(target)
        return
    _run(store, "pg_restore", "--clean", "--if-exists", "--no-owner", "--exit-on-error", str(path))
    with store.writing() as db:
        db.execute(text("UPDATE contribution SET change = 0"))


def version(store: Store) -> str:
    """The store's kind and version, as it says itself. Raises Unavailable if it does not answer."""
    query = "SELECT sqlite_version()" if store.kind == "sqlite" else "SELECT postgis_full_version()"
    with store.reading() as db:
        return f"{store.kind} {db.scalar(text(query))}"


def _run(store: Store, program: str, *arguments: str) -> None:
    url = store.url
    address = ["--host", url.host or "", "--port", str(url.port or 5432), "--username", url.username or ""]
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    command = [program, *address, "--dbname", url.database or "", *arguments]
    subprocess.run(command, check=True, env={**os.environ, **secret})
