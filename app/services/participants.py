"""Joining an arena under a pseudonym, and the token that is the participant's only key."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import shapely
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from app.errors import Closed, Conflict, Unauthenticated
from app.model import Arena, Participant, Process
from app.services import arenas
from app.services.actors import Pupil, digest, new_token
from app.store import upsert

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
_PARTICIPANT, _ARENA, _PROCESS = (cast(Table, model.__table__).c for model in (Participant, Arena, Process))
_BY_TOKEN = (
    select(
        _PARTICIPANT.id,
        _PARTICIPANT.alias,
        _PARTICIPANT.expires_at,
        _ARENA.id.label("arena_id"),
        _ARENA.state,
        _ARENA.allows,
        _ARENA.process_id,
        _PROCESS.version,
        _PROCESS.phase,
    )
    .join(Arena.__table__, _ARENA.id == _PARTICIPANT.arena_id)
    .join(Process.__table__, _PROCESS.id == _ARENA.process_id)
    .where(_PARTICIPANT.digest == bindparam("token"))
)


@dataclass(frozen=True)
class Joined:
    token: str
    alias: str
    arena: Arena
    process: Process
    expires_at: datetime


def join(db: Session, code: str, now: datetime, *, valid: timedelta) -> Joined:
    """A new pseudonym in the arena behind the code. Raises NotFound or Closed."""
    arena = arenas.by_code(db, code)
    process = db.get_one(Process, arena.process_id)
    check_open(arena.state, process.phase)
    token = new_token()
    expires_at = now + valid
    for _ in range(200):
        alias = f"{secrets.choice(COLOURS)}.{secrets.choice(ANIMALS)}.{secrets.randbelow(HIGHEST) + 1}"
        row = upsert(db, Participant).values(
            id=uuid4(),
            arena_id=arena.id,
            alias=alias,
            digest=digest(token),
            head_count=1,
            joined_at=now,
            expires_at=expires_at,
        )
        if db.execute(row.on_conflict_do_nothing().returning(Participant.id)).scalar():
            return Joined(token, alias, arena, process, expires_at)
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
