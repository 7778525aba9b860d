"""Runs Alembic's migrations (``migrations/``) on a store."""

from __future__ import annotations

from pathlib import Path

from alembic import command, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.store import Store, backend

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(store: Store, revision: str = "head") -> None:
    """Bring the schema to ``revision``; does nothing when it is there already."""
    with store.migrating() as connection:
        command.upgrade(_config(connection), revision)


def pending(store: Store) -> bool:
    """Whether the schema is behind the code."""
    with store.reading() as db:
        present = MigrationContext.configure(db.connection()).get_current_revision()
    return present != ScriptDirectory(str(SCRIPTS)).get_current_head()


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config


def spatial_index(table: str, column: str) -> None:
    """For migrations: the index that ``overlapping`` uses, on the store at hand."""
    for statement in backend(op.get_bind().dialect.name).spatial_index(table, column):
        op.execute(statement)


def text_index(table: str, *columns: str) -> None:
    """For migrations: the index that ``matching`` uses, on the store at hand."""
    for statement in backend(op.get_bind().dialect.name).text_index(table, columns):
        op.execute(statement)
