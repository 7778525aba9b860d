"""The one door to a database: ``Store(url).reading()`` and ``Store(url).writing()``.

Two stores stand behind it, PostGIS and plain SQLite, with the same names and the same answers. Everything that differs
between them is here: transactions, spatial overlap, full text, upsert, change numbers and raw WKB.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Engine, Select, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from app.errors import Unavailable
from app.store import postgis, sqlite
from app.store.changes import next_change
from app.store.geometry import Geometry, overlapping, wkb
from app.store.words import matching, terms

__all__ = [
    "Geometry",
    "Session",
    "Store",
    "columns",
    "matching",
    "next_change",
    "overlapping",
    "terms",
    "upsert",
    "watermark",
    "wkb",
]

_BACKENDS: dict[str, ModuleType] = {"postgresql": postgis, "sqlite": sqlite}


def backend(name: str) -> ModuleType:
    try:
        return _BACKENDS[name]
    except KeyError:
        raise ValueError(f"DATABASE_URL: no store for {name!r}; use sqlite:/// or postgresql+psycopg://") from None


class Store:
    """A database and its two kinds of transaction. Safe to share between threads; not across ``fork``."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self._backend = backend(self.url.get_backend_name())
        self.engine: Engine = self._backend.engine(self.url)
        self._session = sessionmaker(expire_on_commit=False, autoflush=False)

    @property
    def kind(self) -> str:
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One snapshot, in which nothing can be written."""
        with self._transaction(write=False) as db:
            yield db

    @contextmanager
    def writing(self, *, once: bool = False) -> Iterator[Session]:
        """Commits when the block ends, rolls back when it raises. SQLite takes the write lock at once.

        ``once`` promises that at most one statement writes: PostGIS is then spared BEGIN and COMMIT.
        """
        with self._transaction(write=True, once=once) as db:
            yield db

    @contextmanager
    def _transaction(self, *, write: bool, once: bool = False) -> Iterator[Session]:
        try:
            with self.engine.connect() as connection:
                if options := self._backend.options(write=write, once=once):
                    connection = connection.execution_options(**options)
                with connection.begin(), self._session(bind=connection) as db:
                    yield db
                    db.flush()
        except (OperationalError, InterfaceError) as error:
            raise Unavailable("store_unavailable") from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable("store_unavailable") from error
            raise

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A connection for Alembic, whose DDL commits as one transaction."""
        with self.engine.connect() as connection:
            connection = connection.execution_options(**self._backend.options(write=True))
            with connection.begin():
                yield connection

    def dispose(self) -> None:
        """Forget pooled connections; call after ``fork`` and at the end of tests."""
        self.engine.dispose()


def upsert(db: Session, model: Any) -> Any:
    """The store's own ``INSERT``, which has ``on_conflict_do_update`` and ``excluded`` on both stores."""
    return backend(db.get_bind().dialect.name).insert(model)


def watermark(db: Session, model: Any) -> int:
    """Every change committed later than this snapshot gets a number that is not smaller than this one."""
    return int(db.scalar(backend(db.get_bind().dialect.name).watermark(model.__tablename__)) or 0)


def columns(db: Session, statement: Select[Any], size: int) -> Iterator[dict[str, pa.Array]]:
    """Very many rows as Arrow columns by name, ``size`` rows at a time: text, whole numbers, dates and bytes;
    ids are text.

    Nothing else can be asked of ``db`` until the last batch is read; who stops before must end the transaction.
    """
    found: Iterator[dict[str, pa.Array]] = backend(db.get_bind().dialect.name).columns(db, statement, size)
    return found
