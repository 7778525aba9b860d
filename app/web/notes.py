"""Notes on a phone, behind the code of an arena: what is said and who comes; nothing of others is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.model import Process
from app.services import methods, notes, processes
from app.web import access, wire
from app.web.headers import holds_no_secret
from app.web.language import PARTICIPANTS, current
from app.web.pages import page_data
from app.web.service import now, service

blueprint = Blueprint("notes", __name__, url_prefix="/notater/<code>")


def unknown(response: Response) -> bool:
    """Only wrong codes count against the limit: twenty tables come from one address."""
    return response.status_code == 404


@blueprint.before_request
def _among_adults() -> None:
    g.notes = True


@blueprint.get("")
@access.limiter.limit(access.GUESSES, deduct_when=unknown)
def page(code: str) -> str | BaseResponse:
    holds_no_secret()
    with service().store.reading() as db:
        arena = notes.by_code(db, code)
        if arena.join_code != code:
            return redirect(url_for("notes.page", code=arena.join_code))
        method = methods.of(arena.method)
        entries = processes.catalogue(db, arena.process_id).get("theme", {})
        data = page_data(
            code=code,
            method={"part": method.part, "taps": method.counts == "taps"},
            put=url_for("notes.put", code="CODE", id="ID"),
            tap=url_for("notes.tap", code="CODE", id="ID"),
        )
        return render_template(
            "notes/page.html",
            arena=arena,
            method=method,
            process=db.get_one(Process, arena.process_id),
            themes={key: entry.words.get(current()) or key for key, entry in entries.items()},
            spoken=PARTICIPANTS,
            longest=notes.LONGEST,
            data=data,
        )


@blueprint.put("/<id>")
@access.csrf.exempt
@access.limiter.limit(access.GUESSES, deduct_when=unknown)
def put(code: str, id: str) -> tuple[Response, int]:
    said = wire.read_object()
    revision = wire.read_revision(said.pop("revision", None)) or 1
    key = wire.read_id(id)
    with service().store.writing() as db:
        saved = notes.put(db, notes.by_code(db, code), key, said, now=now(), revision=revision)
    return _received(key, saved.note.changed_at), 201 if saved.created else 200


@blueprint.delete("/<id>")
@access.csrf.exempt
@access.limiter.limit(access.GUESSES, deduct_when=unknown)
def delete(code: str, id: str) -> tuple[str, int]:
    revision = wire.read_revision(request.args.get("revision")) or 1
    with service().store.writing() as db:
        notes.erase(db, notes.by_code(db, code), wire.read_id(id), now(), revision=revision)
    return "", 204


@blueprint.put("/hoder/<id>")
@access.csrf.exempt
@access.limiter.limit(access.GUESSES, deduct_when=unknown)
def tap(code: str, id: str) -> tuple[Response, int]:
    said: dict[str, Any] = wire.read_object()
    key = wire.read_id(id)
    with service().store.writing() as db:
        arena = notes.by_code(db, code)
        created = notes.tap(db, arena, key, said.get("change"), said.get("counted_on"), now())
    return _received(key, now()), 201 if created else 200


def _received(id: UUID, at: datetime) -> Response:
    """The receipt that a device waits for."""
    receipt = {"received_at": at.isoformat(timespec="seconds"), "short_id": wire.short_id(id)}
    return jsonify({"type": "Feature", "id": str(id), "geometry": None, "properties": receipt})
