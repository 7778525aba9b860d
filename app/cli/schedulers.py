"""Where partitions are counted: in this process, in a pool of processes, or on a Dask cluster."""

from __future__ import annotations

import importlib.metadata
import logging
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from app.errors import Invalid, Unavailable
from app.services.aggregation import Here, Scheduler
from gis.sums import Sums, added

OFFERED = "single, processes[:N], local[:N], tcp://HOST:PORT, tls://HOST:PORT"
PATIENCE = 10


@contextmanager
def opened(named: str) -> Iterator[Scheduler]:
    """A scheduler by its name, one of ``OFFERED``.

    Raises Invalid: value_unknown, dask_missing; Unavailable: scheduler_unreachable, scheduler_lost, scheduler_differs.
    """
    kind, _, rest = named.partition(":")
    if named == "single":
        yield Here()
    elif kind == "processes":
        with _pool(_count(rest)) as pool:
            yield pool
    elif kind == "local":
        with _local(_count(rest)) as local, _cluster(local, named) as cluster:
            yield cluster
    elif kind in ("tcp", "tls"):
        with _cluster(named, named) as cluster:
            yield cluster
    else:
        raise Invalid("value_unknown", field="scheduler", offered=OFFERED)


def _count(text: str) -> int:
    if not text:
        return os.cpu_count() or 1
    if not text.isdigit() or not 1 <= int(text) <= 1_000:
        raise Invalid("value_unknown", field="scheduler", offered=OFFERED)
    return int(text)


class Pool(Here):
    """Processes that count a file each; their sums are added up here."""

    def __init__(self, executor: ProcessPoolExecutor, workers: int) -> None:
        self._executor = executor
        self._workers = workers

    def each(self, work: Callable[[Path], Sums], files: Sequence[Path]) -> Iterator[Sums]:
        left = iter(files)
        try:
            waiting = self._begun(work, islice(left, self._workers))
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                waiting |= self._begun(work, islice(left, len(done)))
                for future in done:
                    yield future.result()
        except BrokenProcessPool as error:
            raise Unavailable("scheduler_lost") from error

    def _begun(self, work: Callable[[Path], Sums], files: Iterator[Path]) -> set[Future[Sums]]:
        with _undisturbed():
            return {self._executor.submit(work, path) for path in files}


@contextmanager
def _pool(workers: int) -> Iterator[Pool]:
    executor = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))
    try:
        yield Pool(executor, workers)
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C comes afterwards, and never to the processes that begin here: they end when this one does."""
    resource_tracker.ensure_running()  # it lets Ctrl-C through again where it is started
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Cluster:
    """Dask's workers count and add up; what they hold stays with them, a promise of it is here."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._slots = 2 * sum(client.nthreads().values())

    def each(self, work: Callable[[Path], Sums], files: Sequence[Path]) -> Iterator[Any]:
        from distributed import as_completed

        left = iter(files)
        running = as_completed(self._counting(work, islice(left, self._slots)), loop=self._client.loop)
        for future in running:
            if future.status != "finished":
                self.sums(future)
            running.update(self._counting(work, islice(left, 1)))
            yield future

    def _counting(self, work: Callable[[Path], Sums], files: Iterator[Path]) -> list[Any]:
        return [self._client.submit(work, path, pure=False) for path in files]

    def added(self, a: Any, b: Any) -> Any:
        return self._client.submit(added, a, b, pure=False, priority=1)

    def sums(self, result: Any) -> Sums:
        from distributed import CancelledError, KilledWorker
        from distributed.comm.core import CommClosedError

        try:
            found: Sums = result.result()
        except (KilledWorker, CancelledError, CommClosedError) as error:
            raise Unavailable("scheduler_lost") from error
        return found


@contextmanager
def _cluster(of: Any, address: str) -> Iterator[Cluster]:
    try:
        from distributed import Client
    except ImportError as error:
        raise Invalid("dask_missing", field="scheduler") from error
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(of, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        raise Unavailable("scheduler_unreachable", field="scheduler", address=address) from error
    with client:
        _check(client, address)
        yield Cluster(client)


def _check(client: Any, address: str) -> None:
    """That there are workers, and that they count as we do."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        raise Unavailable("scheduler_unreachable", field="scheduler", address=address) from error
    ours = importlib.metadata.version("snarvei")
    for theirs in client.run(importlib.metadata.version, "snarvei", on_error="return").values():
        if theirs != ours:
            found = theirs if isinstance(theirs, str) else "–"
            raise Unavailable("scheduler_differs", field="scheduler", found=found, wanted=ours)


@contextmanager
def _local(workers: int) -> Iterator[Any]:
    try:
        from distributed import LocalCluster
    except ImportError as error:
        raise Invalid("dask_missing", field="scheduler") from error
    with tempfile.TemporaryDirectory(prefix="snarvei-") as folder:
        with _undisturbed():
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                security=True,
                local_directory=folder,
                silence_logs=logging.CRITICAL,
            )
        with cluster:
            yield cluster
