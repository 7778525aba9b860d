"""A PostGIS cluster of the tests' own: on a free port, in a temporary folder, as an unprivileged user."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

INSTALL = "install postgresql and postgresql-15-postgis-3 (Debian), or put initdb and pg_ctl on the PATH"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "log_min_messages": "fatal",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """Started on entering, stopped and removed on leaving. Refuses, rather than skips, where PostgreSQL is missing."""

    def __init__(self, **settings: str) -> None:
        self.bin = _programs()
        self.port = free_port()
        self.settings = {**SETTINGS, **settings, "port": str(self.port)}

    def __enter__(self) -> Cluster:
        self.folder = Path(tempfile.mkdtemp(prefix="snarvei-pg-"))
        self.user = _unprivileged()
        if self.user:
            shutil.chown(self.folder, self.user)
        self._run(
            "initdb", "-D", str(self.folder / "data"), "-U", "snarvei", "--auth=trust", "-E", "UTF8", "--locale=C"
        )
        options = " ".join(f"-c {name}={value}" for name, value in self.settings.items())
        log = str(self.folder / "log")
        self._run(
            "pg_ctl", "-D", str(self.folder / "data"), "-o", f"{options} -k {self.folder}", "-l", log, "-w", "start"
        )
        return self

    def __exit__(self, *error: object) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self, name: str) -> str:
        """A new database with PostGIS; returns its address."""
        client = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "snarvei"]
        self._run("psql", *client, "-q", "-d", "postgres", "-c", f"CREATE DATABASE {name}")
        self._run("psql", *client, "-q", "-d", name, "-c", "CREATE EXTENSION postgis")
        return f"postgresql+psycopg://snarvei@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        found = subprocess.run(
            [str(self.bin / program), *arguments],
            user=self.user,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        if found.returncode:
            raise RuntimeError(f"{program}: {found.stderr.decode()[-500:]}")


def _programs() -> Path:
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    places += [Path(found).parent for found in [shutil.which("initdb")] if found]
    for place in places:
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    raise RuntimeError(f"PostgreSQL is missing: {INSTALL}")


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise RuntimeError("running as root and there is no user postgres or nobody to run PostgreSQL as")
