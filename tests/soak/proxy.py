"""The network between the devices and the service: it drops, loses, doubles, cuts and delays what children send."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULTS = ("drop", "lose", "double", "cut", "busy", "slow")
PER_HOP = {"host", "connection", "keep-alive", "transfer-encoding", "content-length"}


class Listening(ThreadingHTTPServer):
    """A class comes all at once."""

    request_queue_size = 128
    daemon_threads = True


@dataclass(frozen=True)
class Answered:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Network:
    """A proxy on a port of its own. ``away`` refuses everything; ``faults`` is the share of writes that go wrong;
    ``edits`` changes what stands at an address.
    """

    def __init__(self, upstream: int, *, seed: int) -> None:
        self.upstream = upstream
        self.away = False
        self.faults = 0.0
        self.seen: Counter[str] = Counter()
        self.edits: dict[str, Callable[[bytes], bytes]] = {}
        self.rng = random.Random(seed)
        self.server = Listening(("127.0.0.1", 0), type("Carrying", (Handler,), {"network": self}))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.1,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def fault(self, method: str) -> str:
        """What happens to this request: nothing, or one of FAULTS."""
        if self.away:
            return "drop"
        if method not in ("PUT", "DELETE") or self.rng.random() >= self.faults:
            return ""
        chosen = self.rng.choice(FAULTS)
        self.seen[chosen] += 1
        return chosen

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answered | None:
        """The service's answer, or None if it is dead."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=15)
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            found = Answered(answer.status, answer.getheaders(), answer.read())
            connection.close()
        except (OSError, http.client.HTTPException):
            return None
        return found


class Handler(BaseHTTPRequestHandler):
    """One request on its way through the network it belongs to."""

    protocol_version = "HTTP/1.1"
    network: Network

    def answer(self) -> None:
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with suppress(OSError):
            self.carry(self.network.fault(self.command), body)

    def carry(self, fault: str, body: bytes) -> None:
        if fault == "drop":
            return
        if fault == "busy":
            self.reply(503, [("Retry-After", "1")], b"<html>busy</html>")
            return
        if fault == "slow":
            time.sleep(0.5)
        edit = self.network.edits.get(self.path)
        left_out = PER_HOP | ({"accept-encoding"} if edit else set())
        headers = {name: value for name, value in self.headers.items() if name.lower() not in left_out}
        for _ in range(2 if fault == "double" else 1):
            found = self.network.forward(self.command, self.path, headers, body)
        if found is None or fault == "lose":
            return
        kept = [(name, value) for name, value in found.headers if name.lower() not in PER_HOP]
        self.reply(found.status, kept, edit(found.body) if edit else found.body, half=fault == "cut")

    def reply(self, status: int, headers: list[tuple[str, str]], body: bytes, *, half: bool = False) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Connection", "close")
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if half else body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer

    def log_message(self, *_: object) -> None:
        """Nobody reads along."""
