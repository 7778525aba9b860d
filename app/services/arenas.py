"""Arenas: opening one from a host link, its join code, its states, and what the host sees rise."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, select, update
from sqlalchemy.orm import Session

from app.errors import Closed, Conflict, Invalid, NotFound, Unauthenticated
from app.model import Arena, ArenaLog, CatalogueEntry, Contribution, HostLink, Participant, Process
from app.model.arena import ARENA_STATES, METHODS
from app.model.contribution import COUNTED_STATES
from app.services import fields, keys, methods, moderation, processes
from app.services.actors import ALPHABET, SYSTEM, Host, Officer, digest, new_token

CODE_LENGTH = 6
LARGEST_GROUP = 30
LONGEST_NAME = 80


@dataclass(frozen=True)
class Board:
    """An arena and what has come in: participants, finished ones, routes and places that count; ``held`` is what nobody
    but adults sees as yet: hidden, meant for an adult, or with words that nobody has read. ``people`` is how many the
    participants stand for: a group counts its head count.
    """

    arena: Arena
    joined: int
    finished: int
    routes: int
    places: int
    held: int
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
            label=fields.line(label, "label", LONGEST_NAME),
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
    return Host(link.id, link.process_id, link.label, keys.derived(token.encode(), "snarvei host"), link.method)


def open_class(
    db: Session,
    actor: Host,
    *,
    grade: int | None,
    group_name: str,
    school: str,
    now: datetime,
    practice: bool = False,
    guided: bool = True,
) -> Arena:
    """Open a school class in the host's process, with a fresh join code; other methods have no grade.

    ``practice``: nothing of it counts, until the host begins for real; ``guided``: pupils start in the lesson's steps.
    """
    process = db.get_one(Process, actor.process_id)
    if process.phase != "collecting":
        raise Closed("process_closed")
    if actor.method != "school_class":
        grade = None
    elif grade is None or not 1 <= grade <= 13:
        raise Invalid("grade_out_of_range", field="grade", low=1, high=13)
    school, group_name = (
        fields.line(school, "school", LONGEST_NAME),
        fields.line(group_name, "group_name", LONGEST_NAME),
    )
    link = db.get_one(HostLink, actor.link_id)
    public_key, sealed_key = keys.pair(actor.key)
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
        allows={**methods.of(link.method).allows, "guided": guided and link.method == "school_class"},
        join_code=fresh_code(db),
        practice=practice,
        public_key=public_key,
        sealed_key=sealed_key,
        created_at=now,
    )
    db.add(arena)
    db.flush()
    return arena


def open_map(db: Session, process: Process, *, title: str, now: datetime) -> Arena:
    """A map for residents, who come by an open link: ways, places, areas and photos."""
    if process.phase != "collecting":
        raise Closed("process_closed")
    processes.offer_to_residents(db, process)
    allows = methods.of("online_map").allows
    return open_by_code(db, process, title=title, method="online_map", now=now, **allows)


def open_by_code(db: Session, process: Process, *, title: str, method: str, now: datetime, **allows: Any) -> Arena:
    """An arena that one comes to by a code or its QR code."""
    code = fresh_code(db)
    return create(db, process, title=title, method=method, now=now, state="open", join_code=code, allows=allows)


def for_residents(arena: Arena) -> bool:
    """Whether grown-ups come here: other words, and no children's stickers."""
    return bool(arena.allows.get("audience") == "residents")


def of_process(db: Session, process: Process, arena_id: UUID) -> Arena:
    arena = db.get(Arena, arena_id)
    if arena is None or arena.process_id != process.id:
        raise NotFound("arena_unknown", field="arena")
    return arena


def create(db: Session, process: Process, *, title: str, method: str, now: datetime, **details: Any) -> Arena:
    """An arena that nobody joins by code: an import, a demo, an occasion recorded afterwards."""
    if method not in METHODS:
        raise Invalid("method_unknown", field="method", offered=", ".join(METHODS))
    details = {"allows": dict(methods.of(method).allows), "state": "closed", **details}
    title = fields.line(title, "title", LONGEST_NAME)
    arena = Arena(process_id=process.id, method=method, title=title, created_at=now, **details)
    db.add(arena)
    db.flush()
    return arena


def guided(arena: Arena) -> bool:
    """Whether its participants start in the guided lesson: as the arena says, otherwise school classes do."""
    said = arena.allows.get("guided")
    return said if isinstance(said, bool) else arena.method == "school_class"


def change_state(db: Session, actor: Host | Officer | None, arena: Arena, wanted: str, now: datetime) -> bool:
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
    return _boards(db, Arena.host_link_id == actor.link_id)


def board(db: Session, actor: Host, arena_id: UUID) -> Board:
    return board_of(db, of_host(db, actor, arena_id).id)


def board_of(db: Session, arena_id: UUID) -> Board:
    """The figures of an arena for someone who may see them: its host, or the wall of its classroom."""
    return _boards(db, Arena.id == arena_id)[0]


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


def _boards(db: Session, of: ColumnElement[bool]) -> list[Board]:
    """All figures in one statement. Those of a practice that is over are in none of them."""
    here = (Arena.id == Participant.arena_id) & (Participant.practice == Arena.practice)
    people = (
        select(
            Participant.arena_id,
            func.count().label("joined"),
            func.count(Participant.finished_at).label("done"),
            func.sum(Participant.head_count).label("people"),
        )
        .join(Arena, here)
        .where(of)
        .group_by(Participant.arena_id)
        .subquery()
    )
    made = (
        select(
            Contribution.arena_id,
            func.sum(_one(Contribution.kind == "route", Contribution.state.in_(COUNTED_STATES))).label("routes"),
            func.sum(_one(Contribution.kind == "place", Contribution.state.in_(COUNTED_STATES))).label("places"),
            func.sum(_one(moderation.HELD)).label("held"),
        )
        .join(Participant, Participant.id == Contribution.participant_id)
        .join(Arena, here)
        .outerjoin(CatalogueEntry, moderation.ITS_ENTRY)
        .where(of)
        .group_by(Contribution.arena_id)
        .subquery()
    )
    rows = db.execute(
        select(Arena, people.c.joined, people.c.done, made.c.routes, made.c.places, made.c.held, people.c.people)
        .outerjoin(people, people.c.arena_id == Arena.id)
        .outerjoin(made, made.c.arena_id == Arena.id)
        .where(of)
        .order_by(Arena.created_at.desc())
    )
    return [Board(arena, *(int(figure or 0) for figure in figures)) for arena, *figures in rows]


def _one(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return case((and_(*conditions), 1), else_=0)


def fresh_code(db: Session) -> str:
    """A join code that no arena has."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        if db.scalar(select(Arena.id).where(Arena.join_code == code)) is None:
            return code
