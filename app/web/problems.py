"""Refusals as people and programs see them: one table of codes, RFC 9457 for programs, a page for people."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    g,
    has_request_context,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import LazyString, lazy_gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from app import errors
from app.errors import Refusal
from app.web.logs import logger
from app.web.notes_problems import FOR_NOTES, NOTES_PROBLEMS
from app.web.participants_problems import PARTICIPANTS_PROBLEMS
from app.web.roadmap_problems import ROADMAP_PROBLEMS
from app.web.staff_problems import STAFF_PROBLEMS
from app.web.words import FIELDS

STATUS: dict[type[Refusal], int] = {
    errors.NotFound: 404,
    errors.Unauthenticated: 401,
    errors.NotAllowed: 403,
    errors.Invalid: 422,
    errors.Closed: 409,
    errors.Conflict: 409,
    errors.TooFew: 409,
    errors.TooLarge: 413,
    errors.Unavailable: 503,
}
_ = lazy_gettext

PROBLEMS: dict[str, tuple[LazyString, LazyString]] = {
    **PARTICIPANTS_PROBLEMS,
    **NOTES_PROBLEMS,
    **ROADMAP_PROBLEMS,
    **STAFF_PROBLEMS,
}


FOR_RESIDENTS: dict[str, tuple[LazyString, LazyString]] = {
    "arena_closed": (
        _("The map is closed now."),
        _("What you made is still on this device. Ask the municipality whether it opens again."),
    ),
    "arena_paused": (
        _("The map is paused."),
        _("What you made is kept on this device and is sent when the map opens again."),
    ),
}


def install(app: Flask) -> None:
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(CSRFError, lambda error: answer("form_expired", 400))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def message(code: str, facts: dict[str, Any]) -> tuple[str, str]:
    """What happened and the next step, in the language of the request."""
    known: Any = g if has_request_context() else {}
    adults = FOR_NOTES if known.get("notes") else FOR_RESIDENTS if known.get("residents") else {}
    title, step = adults.get(code) or PROBLEMS[code]
    return _filled(title, facts), _filled(step, facts)


def said(refusal: Refusal | None) -> tuple[str, str] | None:
    """A refusal in words, for a page that shows it beside what was typed."""
    if refusal is None:
        return None
    return message(refusal.code, {"field": field_word(refusal.field), **refusal.facts})


def shown(refusal: Refusal | None) -> dict[str, Any]:
    """What a page needs to show a refusal beside what was typed: in words, its code and its field."""
    return {
        "problem": said(refusal),
        "problem_code": refusal.code if refusal else None,
        "problem_field": refusal.field if refusal else None,
    }


def beside_form(refusal: Refusal, *also: str) -> int:
    """The status of a page that shows the refusal beside its form. Raises what has no place there: nobody may see the
    page, or there is none; codes in ``also`` have one.
    """
    status = STATUS[type(refusal)]
    if status in (401, 403, 404, 503) and refusal.code not in also:
        raise refusal
    return status


def answer(code: str, status: int, *, field: str | None = None, facts: dict[str, Any] | None = None) -> BaseResponse:
    """The refusal for whoever asked: problem+json for programs, a page for people."""
    g.problem = code
    title, step = message(code, {"field": field_word(field), **(facts or {})})
    if _wants_json():
        response = jsonify(
            {
                "type": f"urn:snarvei:problem:{code}",
                "title": title,
                "status": status,
                "detail": step,
                "code": code,
                **({"field": field} if field else {}),
                **({"facts": facts} if facts else {}),
            }
        )
        response.mimetype = "application/problem+json"
    else:
        response = Response(render_template("problem.html", title=title, step=step, code=code), mimetype="text/html")
    response.status_code = status
    if status in (429, 503):
        response.headers["Retry-After"] = "10"
    if status == 401 and _wants_json():
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def field_word(field: str | None) -> str:
    """A field's name as people read it."""
    return str(FIELDS.get(field or "", field or ""))


def _wants_json() -> bool:
    if request.path.startswith(("/api/", "/ogc/", "/healthz")):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _filled(text: LazyString, facts: dict[str, Any]) -> str:
    return str(text) % defaultdict(str, facts)


def _refusal(refusal: Refusal) -> BaseResponse:
    status = next(status for kind, status in STATUS.items() if isinstance(refusal, kind))
    if refusal.code == "sign_in_needed" and request.method == "GET" and not _wants_json():
        return redirect(url_for("plan.sign_in", til=request.full_path.rstrip("?")))
    return answer(refusal.code, status, field=refusal.field, facts=refusal.facts)


def _http(error: HTTPException) -> BaseResponse:
    if error.code is None or error.code < 400:
        return error.get_response()
    codes = {404: "page_unknown", 405: "method_not_allowed", 413: "body_too_large", 429: "too_many_requests"}
    most = {"most": current_app.config["MAX_CONTENT_LENGTH"] // 1024}
    return answer(
        codes.get(error.code, "not_json" if error.code < 500 else "internal"),
        error.code,
        facts=most if error.code == 413 else None,
    )


def _unexpected(error: Exception) -> BaseResponse:
    logger.error("unexpected", exc_info=error, extra={"facts": {"request": g.get("request_id")}})
    return answer("internal", 500)
