"""Joining an arena under a pseudonym, and the token that is the participant's only key."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import shapely
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.errors import Closed, Conflict, Invalid, Unauthenticated
from app.model import Arena, Contribution, Participant, Process
from app.services import arenas
from app.services.actors import Pupil, digest, new_token
from app.store import next_change, upsert

COLOURS = ("blue", "green", "yellow", "red", "grey", "purple", "pink", "orange")
ANIMALS = (
    "fox",
    "bear",
    "elk",
    "wolf",
    "otter",
    "hare",
    "cat",
    "horse",
    "seal",
    "whale",
    "badger",
    "beaver",
    "raven",
    "salmon",
    "frog",
    "ant",
)
HIGHEST = 99
_BY_TOKEN = (
    select(
        Participant.id,
        Participant.alias,
        Participant.expires_at,
        Arena.id.label("arena_id"),
        Arena.state,
        Arena.allows,
        Arena.process_id,
        Process.version,
        Process.phase,
    )
    .join(Arena, Arena.id == Participant.arena_id)
    .join(Process, Process.id == Arena.process_id)
    .where(Participant.digest == bindparam("token"))
)


@dataclass(frozen=True)
class Joined:
    token: str
    alias: str
    arena: Arena
    process: Process
    expires_at: datetime
    head_count: int


def join(db: Session, code: str, now: datetime, *, valid: timedelta, head_count: Any = None) -> Joined:
    """A new pseudonym in the arena behind the code. Raises NotFound or Closed.

    ``head_count`` is how many walk along; only an arena that takes groups asks for it. Raises Invalid.
    """
    arena = arenas.by_code(db, code)
    process = db.get_one(Process, arena.process_id)
    check_open(arena.state, process.phase)
    people = _people(arena, head_count)
    token = new_token()
    expires_at = now + valid
    for _ in range(200):
        alias = f"{secrets.choice(COLOURS)}.{secrets.choice(ANIMALS)}.{secrets.randbelow(HIGHEST) + 1}"
        row = upsert(db, Participant).values(
            id=uuid4(),
            arena_id=arena.id,
            alias=alias,
            digest=digest(token),
            head_count=people,
            joined_at=now,
            expires_at=expires_at,
        )
        if db.execute(row.on_conflict_do_nothing().returning(Participant.id)).scalar():
            return Joined(token, alias, arena, process, expires_at, people)
    raise Conflict("arena_full", field="code")


def check_open(arena_state: str, process_phase: str) -> None:
    if process_phase != "collecting":
        raise Closed("process_closed")
    if arena_state == "paused":
        raise Closed("arena_paused")
    if arena_state != "open":
        raise Closed("arena_closed")


def authenticate(db: Session, token: str, now: datetime) -> Pupil:
    """The participant who holds this token. Raises Unauthenticated: token_unknown, token_expired."""
    row = db.execute(_BY_TOKEN, {"token": digest(token)}).one_or_none()
    if row is None:
        raise Unauthenticated("token_unknown", field="token")
    if row.expires_at is not None and row.expires_at <= now:
        raise Unauthenticated("token_expired", field="token")
    return Pupil(
        row.id, row.arena_id, row.process_id, row.version, row.alias, row.state, row.phase, row.allows, key(token)
    )


def finish(db: Session, actor: Pupil, now: datetime) -> None:
    """The participant says that it is done; it may still come back while the token lasts."""
    db.execute(update(Participant).where(Participant.id == actor.participant_id).values(finished_at=now))


def head_count(db: Session, actor: Pupil) -> int:
    """How many people the participant stands for."""
    return int(db.scalar(select(Participant.head_count).where(Participant.id == actor.participant_id)) or 1)


def count_again(db: Session, actor: Pupil, head_count: Any) -> int:
    """The group is larger or smaller than it said; every figure it stands in follows. Raises Invalid, Closed."""
    check_open(actor.arena_state, actor.process_phase)
    people = _people(db.get_one(Arena, actor.arena_id), head_count)
    db.execute(update(Participant).where(Participant.id == actor.participant_id).values(head_count=people))
    db.execute(
        update(Contribution)
        .where(Contribution.participant_id == actor.participant_id)
        .values(change=next_change(Contribution))
    )
    return people


def _people(arena: Arena, head_count: Any) -> int:
    most = arenas.largest_group(arena)
    if head_count is None:
        if most > 1:
            raise Invalid("head_count_missing", field="head_count", most=most)
        return 1
    if most == 1 and head_count != 1:
        raise Invalid("groups_not_here", field="head_count")
    if isinstance(head_count, bool) or not isinstance(head_count, int) or not 1 <= head_count <= most:
        raise Invalid("head_count_out_of_range", field="head_count", low=1, high=most)
    return head_count


def locked_zones(db: Session, actor: Pupil) -> list[Any]:
    """The participant's secret zones (metres), locked until the transaction ends."""
    sealed = db.scalar(select(Participant.sealed_zones).where(Participant.id == actor.participant_id).with_for_update())
    return unseal(sealed, actor.key)


def keep_zones(db: Session, participant_id: UUID, zones: Sequence[Any], key: bytes) -> None:
    db.execute(update(Participant).where(Participant.id == participant_id).values(sealed_zones=seal(zones, key)))


def seal(zones: Sequence[Any], key: bytes) -> bytes:
    """Polygons encrypted with a key that only the bearer token gives."""
    return Fernet(key).encrypt(json.dumps([shapely.to_wkb(zone, hex=True) for zone in zones]).encode())


def unseal(sealed: bytes | None, key: bytes) -> list[Any]:
    if sealed is None:
        return []
    try:
        return [shapely.from_wkb(zone) for zone in json.loads(Fernet(key).decrypt(sealed))]
    except InvalidToken as error:
        raise Unauthenticated("token_unknown", field="token") from error


def key(token: str) -> bytes:
    """The key that seals a participant's zones, derived from its bearer token."""
    raw = HKDF(SHA256(), length=32, salt=None, info=b"snarvei secret zones").derive(token.encode())
    return base64.urlsafe_b64encode(raw)
