"""Stores, the clock and the service under test. Nothing here is skipped: what is missing is an error."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy import text

from app import create_app
from app.config import load
from app.model import Base
from app.store import Store, migrations
from tests.builders import NOW
from tests.postgres import Cluster

settings.register_profile(
    "snarvei", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("snarvei")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with Cluster() as running:
        yield running


@pytest.fixture(scope="session")
def _postgis(cluster: Cluster) -> str:
    url = cluster.database("contract")
    store = Store(url)
    migrations.upgrade(store)
    store.dispose()
    return url


@pytest.fixture(scope="session")
def _sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "template.sqlite"
    store = Store(f"sqlite:///{path}")
    migrations.upgrade(store)
    store.dispose()
    return path


@pytest.fixture
def sqlite_url(_sqlite: Path, tmp_path: Path) -> str:
    """The address of a fresh, migrated SQLite store."""
    shutil.copy(_sqlite, tmp_path / "snarvei.sqlite")
    return f"sqlite:///{tmp_path / 'snarvei.sqlite'}"


@pytest.fixture
def postgis_url(_postgis: str) -> str:
    """The address of the migrated PostGIS store, emptied."""
    store = Store(_postgis)
    tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with store.writing() as db:
        db.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    store.dispose()
    return _postgis


@pytest.fixture(params=["sqlite", "postgis"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Both stores, one after the other: the contract."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url)
    yield opened
    opened.dispose()


@pytest.fixture
def embedded(sqlite_url: str) -> Iterator[Store]:
    """The embedded store alone, for what does not touch the store."""
    opened = Store(sqlite_url)
    yield opened
    opened.dispose()


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Any:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(store: Store, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """The service on either store."""
    yield from _service(store.engine.url.render_as_string(hide_password=False), tmp_path, clock)


@pytest.fixture
def light_app(embedded: Store, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """The service on the embedded store, for what does not depend on the store."""
    yield from _service(embedded.engine.url.render_as_string(hide_password=False), tmp_path, clock)


def _service(url: str, folder: Path, clock: Clock) -> Iterator[Flask]:
    made = create_app(
        load({"DATABASE_URL": url, "SNARVEI_DATA_DIR": str(folder), "SNARVEI_SECRET_KEY": "k" * 32}), clock=clock
    )
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    made.extensions["snarvei"].store.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def light(light_app: Flask) -> FlaskClient:
    return light_app.test_client()


SHARED = Path(os.environ.get("MUNICIPAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def giske() -> Path:
    """Giske municipality's files, which are not part of the repository: only tests that need them may be left out."""
    if not SHARED.exists():
        pytest.skip("the municipal files are not on this machine")
    return SHARED
