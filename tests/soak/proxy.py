"""The network between the devices and the service: it drops, loses, doubles, cuts and delays what children send."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULTS = ("drop", "lose", "double", "cut", "busy", "slow")
PER_HOP = {"host", "connection", "keep-alive", "transfer-encoding", "content-length"}


class Network:
    """A proxy on a port of its own. ``away`` refuses everything; ``faults`` is the share of writes that go wrong."""

    def __init__(self, upstream: int, *, seed: int) -> None:
        self.upstream = upstream
        self.away = False
        self.faults = 0.0
        self.seen: Counter[str] = Counter()
        self.rng = random.Random(seed)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
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

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> http.client.HTTPResponse | None:
        """The service's answer, or None if it is dead."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=15)
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.full = answer.read()  # type: ignore[attr-defined]
            connection.close()
        except (OSError, http.client.HTTPException):
            return None
        return answer


def _handler(network: Network) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.close_connection = True
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with suppress(OSError):
                self.carry(network.fault(self.command), body)

        def carry(self, fault: str, body: bytes) -> None:
            if fault == "drop":
                return
            if fault == "busy":
                self.reply(503, [("Retry-After", "1")], b"<html>busy</html>")
                return
            if fault == "slow":
                time.sleep(0.5)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in PER_HOP}
            for _ in range(2 if fault == "double" else 1):
                found = network.forward(self.command, self.path, headers, body)
            if found is None or fault == "lose":
                return
            kept = [(name, value) for name, value in found.getheaders() if name.lower() not in PER_HOP]
            full: bytes = found.full  # type: ignore[attr-defined]
            self.reply(found.status, kept, full, half=fault == "cut")

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

    return Handler
