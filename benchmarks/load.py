"""A light client: some connections, each with one request under way, in a process of its own.

A connection is kept alive for some requests, as a pupil's device keeps its own. Which worker takes which is chance, and
eight that stay for the whole run can all be with one of two: then the run measures the luck.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

END = b"\r\n\r\n"
REQUESTS_EACH = 25


@dataclass
class Answered:
    """How many answers there were of each status until the last one came, in so many seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def seconds_each(self) -> float:
        return self.seconds / self.statuses.total()


def put_under(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Answered:
    """Send the prepared requests for so long, wait for what is under way, and say what came back.

    Raises RuntimeError if the requests did not last: then the time would be of something else.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        found = other.submit(_run, port, requests, connections, seconds).result()
    if found.statuses.total() >= len(requests):
        raise RuntimeError(f"more than {len(requests)} requests are needed for {seconds} s")
    return found


class _Connection:
    """One socket and what has been read of the answer to its request."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.read = b""
        self.sent = 0

    def send(self, request: bytes) -> None:
        self.read = b""
        self.sent += 1
        self.socket.sendall(request)

    def status(self) -> int | None:
        """The status once the whole answer is there."""
        more = self.socket.recv(65536)
        if not more:
            raise RuntimeError("the server hung up in the middle of an answer")
        self.read += more
        head, found, body = self.read.partition(END)
        if not found:
            return None
        _, _, length = head.lower().partition(b"content-length:")
        return int(head[9:12]) if len(body) >= int(length.split(b"\r\n", 1)[0]) else None

    @property
    def closing(self) -> bool:
        return self.sent >= REQUESTS_EACH or b"connection: close" in self.read.partition(END)[0].lower()


def _run(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Answered:
    waiting, answered = iter(requests), Answered()
    with selectors.DefaultSelector() as selector:
        began = time.perf_counter()
        for _ in range(connections):
            _next(selector, _Connection(port), waiting)
        while selector.get_map():
            for key, _ in selector.select():
                status = key.data.status()
                if status is None:
                    continue
                answered.statuses[status] += 1
                answered.seconds = time.perf_counter() - began
                selector.unregister(key.fileobj)
                if answered.seconds < seconds:
                    if key.data.closing:
                        key.data.socket.close()
                        key.data.open()
                    _next(selector, key.data, waiting)
                else:
                    key.data.socket.close()
    return answered


def _next(selector: selectors.BaseSelector, connection: _Connection, waiting: object) -> None:
    request = next(waiting, None)  # type: ignore[call-overload]
    if request is not None:
        connection.send(request)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
