"""Joining an arena under a pseudonym, and the token that is the participant's only key."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import shapely
from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from app.errors import Closed, Conflict, Invalid, NotFound, Unauthenticated
from app.model import Arena, Contribution, NewKey, Participant, Process
from app.services import arenas, keys
from app.services.actors import ALPHABET, Held, Host, Pupil, digest, new_token
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
NEW_KEY_VALID = timedelta(minutes=15)
_PARTICIPANT, _ARENA, _PROCESS, _HELD = (
    cast(Table, model.__table__).c for model in (Participant, Arena, Process, Contribution)
)
_BY_TOKEN = (
    select(
        _PARTICIPANT.id,
        _PARTICIPANT.alias,
        _PARTICIPANT.expires_at,
        (_PARTICIPANT.practice & ~_ARENA.practice).label("practice_over"),
        _ARENA.id.label("arena_id"),
        _ARENA.state,
        _ARENA.allows,
        _ARENA.process_id,
        _PROCESS.version,
        _PROCESS.phase,
        _HELD.participant_id.label("held_by"),
        _HELD.digest.label("held_digest"),
        _HELD.state.label("held_state"),
        _HELD.revision.label("held_revision"),
    )
    .join(Arena.__table__, _ARENA.id == _PARTICIPANT.arena_id)
    .join(Process.__table__, _PROCESS.id == _ARENA.process_id)
    .outerjoin(Contribution.__table__, _HELD.id == bindparam("named"))
    .where(_PARTICIPANT.digest == bindparam("token"))
)


@dataclass(frozen=True)
class Joined:
    token: str
    alias: str
    arena: Arena
    process: Process
    expires_at: datetime
    head_count: int
    returning: bool = False


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
        alias = _alias(arena)
        row = upsert(db, Participant).values(
            id=uuid4(),
            arena_id=arena.id,
            alias=alias,
            digest=digest(token),
            head_count=people,
            joined_at=now,
            expires_at=expires_at,
            practice=arena.practice,
        )
        if db.execute(row.on_conflict_do_nothing().returning(Participant.id)).scalar():
            return Joined(token, alias, arena, process, expires_at, people)
    raise Conflict("arena_full", field="code")


def _alias(arena: Arena) -> str:
    """Children are an animal of a colour, residents a number: ``blue.fox.7``, ``entry.4F2A``."""
    if arenas.for_residents(arena):
        return "entry." + "".join(secrets.choice(ALPHABET) for _ in range(4))
    return f"{secrets.choice(COLOURS)}.{secrets.choice(ANIMALS)}.{secrets.randbelow(HIGHEST) + 1}"


def rejoin(db: Session, code: str, token: str, now: datetime, *, valid: timedelta) -> Joined | None:
    """The same participant again, for whoever still holds its key, even one that is over, and types the code of the
    same open arena: one pseudonym and one secret zone a child, however long the work takes. None if the key is not of
    this arena. Raises NotFound or Closed.
    """
    arena = arenas.by_code(db, code)
    process = db.get_one(Process, arena.process_id)
    check_open(arena.state, process.phase)
    expires_at = now + valid
    row = db.execute(
        update(Participant)
        .where(Participant.digest == digest(token), Participant.arena_id == arena.id)
        .values(expires_at=expires_at, finished_at=None)
        .returning(Participant.alias, Participant.head_count)
    ).one_or_none()
    return Joined(token, row.alias, arena, process, expires_at, row.head_count) if row else None


def check_open(arena_state: str, process_phase: str) -> None:
    if process_phase != "collecting":
        raise Closed("process_closed")
    if arena_state == "paused":
        raise Closed("arena_paused")
    if arena_state != "open":
        raise Closed("arena_closed")


def authenticate(db: Session, token: str, now: datetime, *, named: UUID | None = None) -> Pupil:
    """The participant who holds this token. Raises Unauthenticated: token_unknown, token_expired, practice_over.

    ``named`` is the contribution that the request is about: what is held under it is read in the same question.
    """
    row = db.execute(_BY_TOKEN, {"token": digest(token), "named": named}).one_or_none()
    if row is None:
        raise Unauthenticated("token_unknown", field="token")
    if row.expires_at is not None and row.expires_at <= now:
        raise Unauthenticated("token_expired", field="token")
    if row.practice_over:
        raise Unauthenticated("practice_over", field="token")
    return Pupil(
        row.id,
        row.arena_id,
        row.process_id,
        row.version,
        row.alias,
        row.state,
        row.phase,
        row.allows,
        key(token),
        Held(named, row.held_by, row.held_digest, row.held_state, row.held_revision) if named else None,
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
    """Seal the zones for the participant's token, and for the host of its class should the token be lost."""
    plain = _written(zones)
    public = db.scalar(
        select(Arena.public_key)
        .join(Participant, Participant.arena_id == Arena.id)
        .where(Participant.id == participant_id)
    )
    db.execute(
        update(Participant)
        .where(Participant.id == participant_id)
        .values(sealed_zones=keys.locked(plain, key), escrowed_zones=keys.sealed_to(public, plain) if public else None)
    )


def offer_new_key(db: Session, actor: Host, participant_id: UUID, now: datetime) -> tuple[str, Participant]:
    """A one-time code for a participant whose device is lost, kept only as a digest; an earlier one stops working.

    The token the participant has now holds until the code is used. Without an escrowed copy of the secret zones (rows
    from before there was one) the participant gets new ones.
    """
    person = db.get(Participant, participant_id)
    if person is None or person.digest is None:
        raise NotFound("participant_unknown", field="alias")
    arena = arenas.of_host(db, actor, person.arena_id)
    if person.practice != arena.practice:
        raise NotFound("participant_unknown", field="alias")
    code = keys.one_time_code()
    stretched = keys.one_time(code)
    assert stretched is not None
    plain = None
    if person.escrowed_zones and arena.sealed_key:
        plain = keys.opened_by_host(person.escrowed_zones, arena.sealed_key, actor.key)
    db.execute(delete(NewKey).where((NewKey.participant_id == person.id) | (NewKey.expires_at <= now)))
    db.add(
        NewKey(
            participant_id=person.id,
            digest=stretched.digest,
            sealed_zones=keys.locked(plain, stretched.key) if plain else None,
            expires_at=now + NEW_KEY_VALID,
        )
    )
    db.flush()
    return code, person


def take_new_key(db: Session, code: keys.OneTime, now: datetime, *, valid: timedelta) -> Joined:
    """The same participant under a new token; the old one and the code stop working. Raises NotFound or Closed."""
    found = db.scalar(select(NewKey).where(NewKey.digest == code.digest).with_for_update())
    if found is None or found.expires_at <= now:
        raise NotFound("code_unknown", field="code")
    person = db.get_one(Participant, found.participant_id, with_for_update=True)
    arena = db.get_one(Arena, person.arena_id)
    process = db.get_one(Process, arena.process_id)
    check_open(arena.state, process.phase)
    token = new_token()
    plain = keys.opened(found.sealed_zones, code.key) if found.sealed_zones else None
    person.digest = digest(token)
    person.sealed_zones = keys.locked(plain, key(token)) if plain else None
    person.expires_at = now + valid
    person.finished_at = None
    db.delete(found)
    db.flush()
    return Joined(token, person.alias, arena, process, person.expires_at, person.head_count, returning=True)


def _written(zones: Sequence[Any]) -> bytes:
    return json.dumps([shapely.to_wkb(zone, hex=True) for zone in zones]).encode()


def unseal(sealed: bytes | None, key: bytes) -> list[Any]:
    if sealed is None:
        return []
    plain = keys.opened(sealed, key)
    if plain is None:
        raise Unauthenticated("token_unknown", field="token")
    return [shapely.from_wkb(zone) for zone in json.loads(plain)]


def key(token: str) -> bytes:
    """The key that seals a participant's zones, derived from its bearer token."""
    return keys.derived(token.encode(), "snarvei secret zones")
