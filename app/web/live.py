"""Boards that rise by themselves: server-sent events, few enough that pupils' own requests always find a thread."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from uuid import UUID

from flask import Response, url_for

from app.services import arenas
from app.services.arenas import Board
from app.web.service import service
from app.web.streams import EVERY_SECONDS, Figures, Live

STREAM_SECONDS = 25.0
AGAIN_SECONDS = 5.0


def figures(shown: Board) -> Figures:
    """What a board says of a class: figures and its state, nothing of any one pupil."""
    return {
        "joined": shown.joined,
        "finished": shown.finished,
        "routes": shown.routes,
        "places": shown.places,
        "held": shown.held,
        "people": shown.people,
        "state": shown.arena.state,
        "practice": shown.arena.practice,
    }


def stream(arena_id: UUID) -> Response:
    """The figures as they change, as ``text/event-stream``; 204 when all places are taken, then the board polls.

    A stream ends by itself after ``STREAM_SECONDS``, so that a board that left without a word holds no thread for long;
    browsers come back at once.
    """
    store, live = service().store, service().live
    leave = live.enter()
    if leave is None:
        return Response(status=204)

    def read() -> Figures:
        with store.reading() as db:
            return figures(arenas.board_of(db, arena_id))

    response = Response(_told(live, arena_id, read), mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(leave)
    return response


def _told(live: Live, arena_id: UUID, read: Callable[[], Figures]) -> Iterator[str]:
    """Every change as an event, and the same again every few seconds, so that a board knows that it is told.

    Each second carries a sign of life, by which the server notices a board that has gone.
    """
    ends = time.monotonic() + STREAM_SECONDS
    said: Figures = {}
    said_at = 0.0
    yield "retry: 1000\n\n"
    while time.monotonic() < ends:
        now = live.figures(arena_id, read)
        if now != said or time.monotonic() - said_at >= AGAIN_SECONDS:
            said, said_at = now, time.monotonic()
            yield f"data: {json.dumps(now)}\n\n"
        else:
            yield ":\n\n"
        time.sleep(EVERY_SECONDS)


def wall_addresses(code: str) -> dict[str, str]:
    """Where the wall of a classroom asks."""
    return {"stream": url_for("projector.stream", code=code), "poll": url_for("projector.figures", code=code)}
