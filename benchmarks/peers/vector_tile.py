"""Vector tiles as tipg's users have them: uvicorn with two workers over a PostGIS table, nothing else set."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.serving import running
from tests.postgres import free_port

NAME = "tipg, uvicorn -w2"
MOST_IN_A_TILE = 10_000
SETTINGS = {
    "TIPG_DB_SCHEMAS": '["public"]',
    "TIPG_DB_TABLES": '["public.peer_place", "public.peer_hexagon"]',
    "TIPG_CATALOG_TTL": "0",
}


@contextmanager
def served(address: str, environment: Mapping[str, str]) -> Iterator[int]:
    """``address``: the database's, for libpq; gives the port."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("uvicorn")), "tipg.main:app", "--workers", "2"]
    command += ["--port", str(port), "--log-level", "warning", "--no-access-log"]
    with running(command, {**environment, **SETTINGS, "DATABASE_URL": address}, port):
        yield port


def path(table: str, z: int, x: int, y: int) -> str:
    return f"/collections/public.{table}/tiles/WebMercatorQuad/{z}/{x}/{y}"
