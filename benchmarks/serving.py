"""Servers under measurement, each a process of its own: ours as it is run, and peers'."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.ground import Ground
from tests.postgres import free_port


@contextmanager
def service(ground: Ground, **settings: str) -> Iterator[int]:
    """``snarvei serve`` as it is run, logging and all; gives its port."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="snarvei-bench-") as folder:
        more = {"PORT": str(port), "SNARVEI_DATA_DIR": folder, "SNARVEI_WORKERS": "2", **settings}
        command = [str(Path(sys.executable).with_name("snarvei")), "serve"]
        with running(command, {**ground.environment, **more}, port):
            yield port


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], port: int) -> Iterator[None]:
    """A server that answers ``/healthz`` on ``port``."""
    process = subprocess.Popen(
        command,
        env=environment,
        cwd=Path(__file__).parents[1],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process, port)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server does not answer")
