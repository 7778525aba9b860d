"""Arenas: opening one from a host link, its join code, its states, and what the host sees rise."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.errors import Closed, Conflict, Invalid, NotFound, Unauthenticated
from app.model import Arena, ArenaLog, Contribution, HostLink, Participant, Process
from app.model.arena import ARENA_STATES, METHODS
from app.model.catalogue import STICKER_GROUPS
from app.model.contribution import COUNTED_STATES
from app.services.actors import SYSTEM, Host, digest, new_token

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 6
ALLOWS = {
    "school_class": {"kinds": ["route", "place"], "groups": list(STICKER_GROUPS)},
    "kindergarten": {"kinds": ["route", "place"], "groups": list(STICKER_GROUPS), "groups_of": 30},
}
LARGEST_GROUP = 30
LONGEST_NAME = 80


@dataclass(frozen=True)
class Board:
    """An arena and what has come in: participants, finished ones, routes and places that count.

    ``people`` is how many the participants stand for: a group counts its head count.
    """

    arena: Arena
    joined: int
    finished: int
    routes: int
    places: int
    people: int


def create_host_link(
    db: Session,
    process: Process,
    *,
    label: str,
    now: datetime,
    location: Any = None,
    method: str = "school_class",
    valid: timedelta | None = timedelta(days=365),
    token: str | None = None,
) -> str:
    """A new capability for the process; returns the secret that goes into the link and is kept nowhere."""
    if method not in METHODS:
        raise Invalid("method_unknown", field="method", offered=", ".join(METHODS))
    token = token or new_token()
    db.add(
        HostLink(
            process_id=process.id,
            digest=digest(token),
            label=_name(label, "label"),
            method=method,
            location=location,
            expires_at=now + valid if valid else None,
            created_at=now,
        )
    )
    db.flush()
    return token


def host(db: Session, token: str, now: datetime) -> Host:
    """Who holds this link. Raises Unauthenticated for an unknown, expired or revoked one."""
    link = db.scalar(select(HostLink).where(HostLink.digest == digest(token)))
    if link is None or link.revoked_at is not None or (link.expires_at is not None and link.expires_at <= now):
        raise Unauthenticated("link_not_valid", field="link")
    return Host(link.id, link.process_id, link.label, link.method)


def open_class(db: Session, actor: Host, *, grade: int | None, group_name: str, school: str, now: datetime) -> Arena:
    """Open a school class in the host's process, with a fresh join code; other methods have no grade."""
    process = db.get_one(Process, actor.process_id)
    if process.phase != "collecting":
        raise Closed("process_closed")
    if actor.method != "school_class":
        grade = None
    elif grade is None or not 1 <= grade <= 13:
        raise Invalid("grade_out_of_range", field="grade", low=1, high=13)
    school, group_name = _name(school, "school"), _name(group_name, "group_name")
    link = db.get_one(HostLink, actor.link_id)
    arena = Arena(
        process_id=process.id,
        host_link_id=link.id,
        method=link.method,
        title=f"{school} {group_name}",
        school=school,
        grade=grade,
        group_name=group_name,
        held_on=now.date(),
        location=link.location,
        allows=ALLOWS.get(link.method, {"kinds": ["route", "place"], "groups": list(STICKER_GROUPS)}),
        join_code=_fresh_code(db),
        created_at=now,
    )
    db.add(arena)
    db.flush()
    return arena


def create(db: Session, process: Process, *, title: str, method: str, now: datetime, **details: Any) -> Arena:
    """An arena that nobody joins by code: an import, a demo, an occasion recorded afterwards."""
    if method not in METHODS:
        raise Invalid("method_unknown", field="method", offered=", ".join(METHODS))
    details = {"allows": ALLOWS.get(method, {}), "state": "closed", **details}
    arena = Arena(process_id=process.id, method=method, title=_name(title, "title"), created_at=now, **details)
    db.add(arena)
    db.flush()
    return arena


def change_state(db: Session, actor: Host | None, arena: Arena, wanted: str, now: datetime) -> bool:
    """Open, pause or close. Two who ask for the same at once both succeed, and the log says it once."""
    for _ in range(3):
        present = db.scalar(select(Arena.state).where(Arena.id == arena.id)) or arena.state
        if not ARENA_STATES.check(present, wanted):
            arena.state = wanted
            return False
        changed = db.execute(
            update(Arena).where(Arena.id == arena.id, Arena.state == present).values(state=wanted).returning(Arena.id)
        ).scalar()
        if changed:
            label = actor.label if actor else SYSTEM
            db.add(ArenaLog(arena_id=arena.id, at=now, actor=label, present=present, wanted=wanted))
            db.flush()
            return True
    raise Conflict("state_change_refused", field="state", machine="arena", present=arena.state, wanted=wanted)


def of_host(db: Session, actor: Host, arena_id: UUID) -> Arena:
    arena = db.get(Arena, arena_id)
    if arena is None or arena.host_link_id != actor.link_id:
        raise NotFound("arena_unknown", field="arena")
    return arena


def boards(db: Session, actor: Host) -> list[Board]:
    """Every arena of the link, newest first."""
    arenas = db.scalars(
        select(Arena).where(Arena.host_link_id == actor.link_id).order_by(Arena.created_at.desc())
    ).all()
    return _boards(db, list(arenas))


def board(db: Session, actor: Host, arena_id: UUID) -> Board:
    return _boards(db, [of_host(db, actor, arena_id)])[0]


def in_process(db: Session, process: Process) -> list[Arena]:
    return list(db.scalars(select(Arena).where(Arena.process_id == process.id).order_by(Arena.title)))


def by_code(db: Session, code: str) -> Arena:
    """The arena behind a join code, whatever its state. Case, spaces and dashes do not matter."""
    arena = db.scalar(select(Arena).where(Arena.join_code == plain_code(code)))
    if arena is None:
        raise NotFound("code_unknown", field="code")
    return arena


def largest_group(arena: Arena) -> int:
    """How many people one participant may stand for: 1 unless the arena takes groups."""
    most = arena.allows.get("groups_of", LARGEST_GROUP if arena.method == "kindergarten" else 1)
    return int(most)


def plain_code(code: str) -> str:
    return "".join(c for c in code.upper() if c.isalnum())[:12]


def _boards(db: Session, arenas: list[Arena]) -> list[Board]:
    ids = [arena.id for arena in arenas]
    joined = {
        row.arena_id: row
        for row in db.execute(
            select(
                Participant.arena_id,
                func.count().label("joined"),
                func.count(Participant.finished_at).label("done"),
                func.sum(Participant.head_count).label("people"),
            )
            .where(Participant.arena_id.in_(ids))
            .group_by(Participant.arena_id)
        )
    }
    counted = db.execute(
        select(Contribution.arena_id, Contribution.kind, func.count())
        .where(Contribution.arena_id.in_(ids), Contribution.state.in_(COUNTED_STATES))
        .group_by(Contribution.arena_id, Contribution.kind)
    ).all()
    kinds = {(arena_id, kind): count for arena_id, kind, count in counted}
    return [
        Board(
            arena,
            joined[arena.id].joined if arena.id in joined else 0,
            joined[arena.id].done if arena.id in joined else 0,
            kinds.get((arena.id, "route"), 0),
            kinds.get((arena.id, "place"), 0),
            int(joined[arena.id].people) if arena.id in joined else 0,
        )
        for arena in arenas
    ]


def _fresh_code(db: Session) -> str:
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        if db.scalar(select(Arena.id).where(Arena.join_code == code)) is None:
            return code


def _name(value: str, field: str) -> str:
    value = " ".join(value.split())
    if not value:
        raise Invalid("field_missing", field=field)
    if len(value) > LONGEST_NAME:
        raise Invalid("text_too_long", field=field, most=LONGEST_NAME)
    return value
