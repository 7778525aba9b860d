"""What everything is measured on: a durable PostGIS cluster with the data in the real schema."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from app.store import Store, migrations
from benchmarks import data, loading
from tests.postgres import Cluster

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "work_mem": "128MB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
}


@dataclass(frozen=True)
class Ground:
    """The database's address for ourselves, and as libpq (ADBC, ogr2ogr) wants it."""

    store: Store
    url: str
    libpq: str
    size: data.Size
    slug: str = loading.SLUG

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "DATABASE_URL": self.url, "SNARVEI_LOG_LEVEL": "INFO"}


@contextmanager
def prepared(size: data.Size) -> Iterator[Ground]:
    """A fresh cluster with everything in it, gone afterwards."""
    with Cluster(**SETTINGS) as cluster:
        url = cluster.database("bench")
        store = Store(url)
        began = time.perf_counter()
        migrations.upgrade(store)
        town = data.make(size)
        print(
            f"made {size.places:,} places and {size.routes:,} routes: {time.perf_counter() - began:.0f} s", flush=True
        )
        began = time.perf_counter()
        loading.load(store, url, town, NOW)
        print(f"loaded them: {time.perf_counter() - began:.0f} s", flush=True)
        try:
            yield Ground(store, url, url.replace("postgresql+psycopg://", "postgresql://"), size)
        finally:
            store.dispose()
