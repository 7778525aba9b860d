"""A planner's desk: the signed-in officer, one process, one transaction; and what every staff page shows around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import session, url_for

from app.model import Process
from app.services import moderation, photos, processes
from app.services.actors import Officer
from app.services.index import Index
from app.store import Session
from app.web import access
from app.web.language import current
from app.web.service import now, service

GLANCED = timedelta(seconds=0.5)


@dataclass(frozen=True)
class Desk:
    """A planner at work on one process, inside one transaction."""

    db: Session
    officer: Officer
    process: Process

    @property
    def index(self) -> Index:
        return service().indexes.get(self.db, self.process, now())


@contextmanager
def desk(slug: str, *, write: bool = False) -> Iterator[Desk]:
    """The signed-in planner's process. Another municipality's does not exist for it."""
    store = service().store
    with store.writing() if write else store.reading() as db:
        officer = access.officer(db)
        yield Desk(db, officer, processes.for_officer(db, officer, slug))


@dataclass(frozen=True)
class Glance:
    """What a planner's process and its index were when they were looked at."""

    process: Process
    index: Index
    at: datetime


def glance(slug: str) -> Glance:
    """For tiles, which a map asks for by the dozen: who is signed in, the process and the index, asked of the store at
    most every ``GLANCED``.
    """
    key, when = (session.get("staff"), slug), now()
    kept = {k: seen for k, seen in service().glances.items() if abs(when - seen.at) < GLANCED}
    found = kept.get(key)
    if found is None:
        with desk(slug) as at:
            found = Glance(at.process, at.index, when)
        service().glances = {**kept, key: found}
    return found


def frame(at: Desk, here: str) -> dict[str, Any]:
    """What the navigation beside every page shows."""
    pictures = photos.waiting(at.db, at.process)
    return {
        "process": at.process,
        "officer": at.officer,
        "here": here,
        "waiting": moderation.waiting(at.db, at.process) + pictures,
        "photos_waiting": pictures,
    }


def heat_addresses(slug: str, kinds: Iterable[str] = ("place", "route")) -> dict[str, str]:
    """The addresses of heat tiles by kind, with ``{z}/{x}/{y}{r}`` for a map to fill in."""
    return {
        kind: url_for("heat.tile", slug=slug, kind=kind, z=0, x=0, y=0, size=256, format="png").replace(
            "0/0/0", "{z}/{x}/{y}{r}"
        )
        for kind in kinds
    }


def themes(at: Desk) -> dict[str, str]:
    return theme_words(at.db, at.process)


def theme_words(db: Session, process: Process) -> dict[str, str]:
    """The process's themes by code, in the language of the answer."""
    entries = processes.catalogue(db, process.id).get("theme", {})
    return {code: entry.words.get(current()) or code for code, entry in entries.items()}
