"""The real service in processes of its own, which are killed without warning and started again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.store import Store
from tests.postgres import Cluster, free_port


class Service:
    """``snarvei serve`` on one port over one database, however often it is killed."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.database = folder, database
        self.port = free_port()
        self.code = self.teacher = self.password = ""
        self.kills = 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SNARVEI_")}
        environ = {"PORT": str(self.port), "SNARVEI_DATA_DIR": str(self.folder), "DATABASE_URL": self.database}
        command = [str(Path(sys.executable).with_name("snarvei")), "serve"]
        self.process = subprocess.Popen(
            command,
            env={**inherited, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        said = ""
        while "Serving on" not in said:
            line = self.process.stdout.readline()
            assert line, f"the service did not start: {said}"
            said += line
        for name, pattern in _PRINTED.items():
            if found := re.search(pattern, said):
                setattr(self, name, found[1])
        self._wait()

    def kill(self) -> None:
        """The master and its workers at once, in the middle of whatever they do."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.kills += 1

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _wait(self) -> None:
        for _ in range(400):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the service does not answer")


@contextmanager
def demo_on(folder: Path, database: str) -> Iterator[tuple[Service, Store]]:
    """The service as people run it, with the demo in a database of its own; and that database's other door."""
    folder.mkdir()
    service = Service(folder, database)
    service.start()
    store = Store(database)
    try:
        yield service, store
    finally:
        store.dispose()
        service.stop()


def on_each_store(run: Callable[[Path, str], tuple[str, bool]]) -> int:
    """An exit code: 0 if ``run``, given a folder to make and a database, tells of something good on both stores."""
    good = True
    with tempfile.TemporaryDirectory() as folder, Cluster() as cluster:
        for name, url in (("SQLite", f"sqlite:///{folder}/soak.sqlite"), ("PostGIS", cluster.database("soak"))):
            line, well = run(Path(folder) / name, url)
            print(f"{name}: {line}", flush=True)
            good = good and well
    return 0 if good else 1


_PRINTED = {"code": r"Class code: (\w+)", "teacher": r"Teacher link: (\S+)", "password": r"password: (\S+)"}
