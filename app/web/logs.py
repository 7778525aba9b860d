"""One JSON line for each request: which door, how it went, how long. No address, token, id, query or text of anyone."""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import UTC, datetime
from uuid import uuid4

from flask import Flask, Response, g, request

logger = logging.getLogger("snarvei")


class JsonLines(logging.Formatter):
    """A record's message and its ``facts``; an exception is named by its type and place, its text is left out."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname, "event": record.getMessage(), **getattr(record, "facts", {})}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            trace = record.exc_info[2]
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            if trace is not None:
                line["where"] = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        return json.dumps(line, ensure_ascii=False)


def install(app: Flask, level: str) -> None:
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        logger.addHandler(handler)
        logger.propagate = False
    logger.setLevel(level)
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    g.started = time.perf_counter()
    g.request_id = uuid4().hex[:12]


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    rule = request.url_rule.rule if request.url_rule else "unknown"
    if rule.startswith(("/static", "/healthz")):
        return response
    facts = {
        "request": g.get("request_id"),
        "method": request.method,
        "door": rule,
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
    }
    if "problem" in g:
        facts["code"] = g.problem
    logger.info("request", extra={"facts": facts})
    return response
