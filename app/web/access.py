"""Who may come in: bearer tokens, host links, staff sessions, CSRF, and how often a stranger may guess."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Flask, Response, g, request, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

from app.errors import Unauthenticated
from app.services import participants, staff
from app.services.actors import Officer, Pupil
from app.store import Session

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True)

GUESSES = "60 per minute"
SIGN_INS = "10 per minute"


def install(app: Flask) -> None:
    csrf.init_app(app)
    limiter.init_app(app)


def failed(response: Response) -> bool:
    """Only failures count against the limit: a whole class comes from one address."""
    return response.status_code >= 400


def pupil(db: Session, now: datetime) -> Pupil:
    """The participant of this request's bearer token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("token_missing", field="token")
    found = participants.authenticate(db, token.strip(), now)
    g.residents = found.allows.get("audience") == "residents"
    return found


def sign_in(officer: Officer) -> None:
    session.clear()
    session["staff"] = str(officer.staff_id)
    session.permanent = True


def sign_out() -> None:
    session.clear()


def officer(db: Session) -> Officer:
    """The staff member of this session. Raises Unauthenticated."""
    if "staff" not in session:
        raise Unauthenticated("sign_in_needed")
    return staff.officer(db, UUID(session["staff"]))
