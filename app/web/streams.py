"""How many boards one worker tells by itself, and the figures they share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from uuid import UUID

STREAMS = 2
EVERY_SECONDS = 1.0
KEPT = 500
Figures = dict[str, int | str | bool]


class Live:
    """The streams of one worker, and the figures they share: one query a class a second, however many look."""

    def __init__(self, streams: int = STREAMS) -> None:
        self._places = threading.BoundedSemaphore(streams)
        self._lock = threading.Lock()
        self._known: dict[UUID, tuple[float, Figures]] = {}

    def enter(self) -> Callable[[], None] | None:
        """A place for one more stream: what gives it back, once; None when all are taken."""
        if not self._places.acquire(blocking=False):
            return None
        held = [self._places]

        def leave() -> None:
            while held:
                held.pop().release()

        return leave

    def figures(self, arena_id: UUID, read: Callable[[], Figures]) -> Figures:
        """The figures of a class, at most a second old."""
        with self._lock:
            read_at, known = self._known.get(arena_id, (0.0, {}))
            if not known or time.monotonic() - read_at >= EVERY_SECONDS * 0.9:
                known = read()
                if len(self._known) >= KEPT:
                    self._known.clear()
                self._known[arena_id] = (time.monotonic(), known)
            return known
