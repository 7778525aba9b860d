"""Who may come in: bearer tokens, host links, staff sessions, CSRF, and how often a stranger may guess."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

from app.errors import TooLarge, Unauthenticated
from app.services import participants, staff
from app.services.actors import Officer, Pupil
from app.store import Session

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True)

GUESSES = "60 per minute"
SIGN_INS = "10 per minute"
FORM_BYTES = 100_000
UNLIMITED = frozenset({"participate.put_contribution"})


class _Sessions(SecureCookieSessionInterface):
    """Spends nothing on a request without the cookie: that is every one from a participant's device."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def install(app: Flask) -> None:
    app.session_interface = _Sessions()
    csrf.init_app(app)
    limiter.init_app(app)


@limiter.request_filter
def _unlimited() -> bool:
    """A pupil's work is never refused for coming fast, and no rule is looked up for it."""
    return request.endpoint in UNLIMITED


def own_form() -> None:
    """For a door that looks at its form by itself, exempt from doing so beforehand. Raises CSRFError."""
    if current_app.config.get("WTF_CSRF_ENABLED", True):
        csrf.protect()


def large_form(most: int, field: str) -> None:
    """As ``own_form``, for a form with a file of at most so many bytes. Raises TooLarge, CSRFError."""
    request.max_content_length = request.max_form_memory_size = most + FORM_BYTES
    if (request.content_length or 0) > most + FORM_BYTES:
        raise TooLarge("file_too_large", field=field, file="–", most=most // 1_000_000)
    own_form()


def failed(response: Response) -> bool:
    """Only failures count against the limit: a whole class comes from one address."""
    return response.status_code >= 400


def pupil(db: Session, now: datetime, *, named: UUID | None = None) -> Pupil:
    """The participant of this request's bearer token; ``named`` as for ``participants.authenticate``."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("token_missing", field="token")
    found = participants.authenticate(db, token.strip(), now, named=named)
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
