"""Accounts of a municipality's staff. Passwords are kept as argon2id hashes."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid, NotFound, Unauthenticated
from app.model import Staff
from app.model.staff import ROLES
from app.services.actors import Officer

SHORTEST_PASSWORD = 12


def create(
    db: Session, *, username: str, password: str, municipality: str, now: datetime, role: str = "planner"
) -> Officer:
    username = username.strip().lower()
    if not username or len(username) > 80:
        raise Invalid("username_missing", field="username")
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid("password_too_short", field="password", least=SHORTEST_PASSWORD)
    if role not in ROLES:
        raise Invalid("role_unknown", field="role", offered=", ".join(ROLES))
    if not (len(municipality) == 4 and municipality.isdigit()):
        raise Invalid("municipality_not_usable", field="municipality")
    if db.scalar(select(Staff.id).where(Staff.username == username)):
        raise Conflict("already_taken", field="username")
    staff = Staff(
        username=username,
        password_hash=_hasher().hash(password),
        municipality=municipality,
        role=role,
        created_at=now,
    )
    db.add(staff)
    db.flush()
    return _officer(staff)


def sign_in(db: Session, username: str, password: str) -> Officer:
    """Raises Unauthenticated, after the same work whether or not the name exists."""
    staff = db.scalar(select(Staff).where(Staff.username == username.strip().lower(), Staff.active))
    try:
        _hasher().verify(staff.password_hash if staff else _nobody(), password)
    except (VerificationError, InvalidHashError) as error:
        raise Unauthenticated("sign_in_failed", field="password") from error
    if staff is None:
        raise Unauthenticated("sign_in_failed", field="password")
    return _officer(staff)


def set_password(db: Session, username: str, password: str) -> None:
    staff = db.scalar(select(Staff).where(Staff.username == username.strip().lower()))
    if staff is None:
        raise NotFound("staff_unknown", field="username")
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid("password_too_short", field="password", least=SHORTEST_PASSWORD)
    staff.password_hash = _hasher().hash(password)


def officer(db: Session, staff_id: UUID) -> Officer:
    """The account behind a session; a deactivated one is no session any more."""
    staff = db.get(Staff, staff_id)
    if staff is None or not staff.active:
        raise Unauthenticated("sign_in_needed")
    return _officer(staff)


def _officer(staff: Staff) -> Officer:
    return Officer(staff.id, staff.municipality, staff.username, staff.role)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")
