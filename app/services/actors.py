"""Who is acting. A participant and a host are known by a secret they hold, staff by a session."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

SYSTEM = "system"
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Held:
    """What is stored under the id that a request names: whose, from which request, in which state and which of the
    device's versions; None: nothing.
    """

    id: UUID
    participant_id: UUID | None
    digest: str | None
    state: str | None
    revision: int | None = None


@dataclass(frozen=True)
class Pupil:
    """A participant with its bearer token; ``key`` seals what only that token may open."""

    participant_id: UUID
    arena_id: UUID
    process_id: UUID
    process_version: int
    alias: str
    arena_state: str
    process_phase: str
    allows: dict[str, Any]
    key: bytes
    held: Held | None = None

    @property
    def label(self) -> str:
        return f"participant:{self.participant_id}"


@dataclass(frozen=True)
class Host:
    """The holder of a host link; ``key`` opens what was sealed to the classes that this link opened."""

    link_id: UUID
    process_id: UUID
    label_text: str
    key: bytes = field(repr=False)
    method: str = "school_class"

    @property
    def label(self) -> str:
        return f"host:{self.link_id}"


@dataclass(frozen=True)
class Officer:
    """A signed-in member of a municipality's staff."""

    staff_id: UUID
    municipality: str
    username: str
    role: str

    @property
    def label(self) -> str:
        return f"staff:{self.staff_id}"


def new_token() -> str:
    """An unguessable secret of 256 bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a secret with 256 bits of entropy: a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
