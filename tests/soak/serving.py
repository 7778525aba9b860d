"""The real service in processes of its own, which are killed without warning and started again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.postgres import free_port


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


_PRINTED = {"code": r"Class code: (\w+)", "teacher": r"Teacher link: (\S+)", "password": r"password: (\S+)"}
