"""A host's occasions, behind its link: open one, show its code, write down who came, read what was said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.errors import Closed, Conflict, Invalid, Refusal, TooLarge
from app.model import Arena, Process
from app.model.arena import HEAD_COUNT_METHODS
from app.services import arenas, hand_sheets, heads, methods, notes, occasions, photos
from app.services.actors import Host
from app.store import Session
from app.web import access, problems
from app.web.addresses import outside, qr
from app.web.notes_words import COUNTED
from app.web.service import now, service

blueprint = Blueprint("occasions", __name__, url_prefix="/vert/<token>/anledning")
HEAD_COUNTS = {name: COUNTED[name] for name in HEAD_COUNT_METHODS if name != "class_list"}


@blueprint.get("")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def list_page(token: str) -> str:
    return _list(token)


@blueprint.post("")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def open_one(token: str) -> str | Response | tuple[str, int]:
    try:
        with service().store.writing() as db:
            by = arenas.host(db, token, now())
            arena = occasions.open_by_host(db, by, title=request.form.get("title", ""), now=now())
    except Invalid as refusal:
        return _list(token, refusal), 422
    return redirect(url_for("occasions.page", token=token, id=arena.id))


@blueprint.get("/<uuid:id>")
def page(token: str, id: UUID) -> str:
    return _page(token, id)


@blueprint.post("/<uuid:id>")
def describe(token: str, id: UUID) -> str | Response | tuple[str, int]:
    return _changed(token, id, lambda db, arena: occasions.describe(db, arena, request.form, staff=False))


@blueprint.post("/<uuid:id>/ark")
@access.csrf.exempt
def add_sheet(token: str, id: UUID) -> str | Response | tuple[str, int]:
    """The photo of a sheet written by hand: who sends it is settled before it is decoded, and decoding holds no
    transaction.
    """
    with service().store.reading() as db:
        arenas.of_host(db, arenas.host(db, token, now()), id)
    try:
        access.large_form(photos.MOST_BYTES, "photo")
        sent = request.files.get("photo")
        body = sent.read() if sent else b""
        clean = photos.clean(body)
    except (Invalid, TooLarge) as refusal:
        return _page(token, id, refusal), problems.STATUS[type(refusal)]
    return _changed(token, id, lambda db, arena: hand_sheets.add(db, arena, body, clean, now()))


@blueprint.get("/<uuid:id>/referat")
def minutes(token: str, id: UUID) -> str:
    with service().store.reading() as db:
        by = arenas.host(db, token, now())
        arena = arenas.of_host(db, by, id)
        back = url_for("occasions.page", token=token, id=id)
        return written(db, db.get_one(Process, by.process_id), arena, back)


@blueprint.post("/<uuid:id>/mote")
def meet(token: str, id: UUID) -> str | Response | tuple[str, int]:
    return _changed(token, id, written_meeting)


def written(db: Session, process: Process, arena: Arena, back: str) -> str:
    """The minutes: what was said in each meeting or at each table, kind by kind, without what is confidential."""
    rows = [note for note in notes.of_arena(db, arena) if note.access != "confidential"]
    parts = [(part, list(said)) for part, said in groupby(rows, key=lambda note: note.part)]
    return render_template("minutes.html", process=process, back=back, parts=parts, **shown(db, process, arena))


def written_meeting(db: Session, arena: Arena) -> None:
    """The meeting in the form."""
    said = {name: request.form.get(name, "") for name in ("number", "held_on", "present", "seen_before")}
    occasions.meet(db, arena, **said)


def _changed(token: str, id: UUID, change: Callable[[Session, Arena], object]) -> str | Response | tuple[str, int]:
    try:
        with service().store.writing() as db:
            change(db, arenas.of_host(db, arenas.host(db, token, now()), id))
    except (Invalid, Conflict, Closed) as refusal:
        return _page(token, id, refusal), problems.STATUS[type(refusal)]
    return redirect(url_for("occasions.page", token=token, id=id))


def _list(token: str, refusal: Refusal | None = None) -> str:
    with service().store.reading() as db:
        by = arenas.host(db, token, now())
        process = db.get_one(Process, by.process_id)
        return render_template(
            "facilitate/occasions.html",
            host=by,
            process=process,
            token=token,
            rows=[board.arena for board in arenas.boards(db, by)],
            counts=notes.counted(db, process),
            **problems.shown(refusal),
        )


def _page(token: str, id: UUID, refusal: Refusal | None = None) -> str:
    with service().store.reading() as db:
        by: Host = arenas.host(db, token, now())
        arena = arenas.of_host(db, by, id)
        process = db.get_one(Process, by.process_id)
        address = outside(url_for("notes.page", code=arena.join_code))
        return render_template(
            "facilitate/occasion.html",
            process=process,
            token=token,
            address=address,
            qr=qr(address),
            **problems.shown(refusal),
            staff=False,
            **shown(db, process, arena, typed=typed(refusal)),
        )


def typed(refusal: Refusal | None) -> Mapping[str, str]:
    """What was written in a form that was refused; one that is too large is not read."""
    return {} if refusal is None or isinstance(refusal, TooLarge) else request.form


def shown(db: Session, process: Process, arena: Arena, *, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What the forms and lists of an arena are drawn from, for its host and for the municipality."""
    return {
        "arena": arena,
        "method": methods.of(arena.method),
        "meetings": occasions.meetings(db, arena),
        "heads": heads.of_arena(db, process, arena),
        "days": heads.by_day(db, arena),
        "notes": notes.of_arena(db, arena),
        "sheets": hand_sheets.of_arena(db, arena),
        "counted": COUNTED,
        "head_counts": HEAD_COUNTS,
        "weekday": lambda day: format_date(day, "EEEE"),
        "typed": typed or {},
        "title_of_part": {"table": _("Table"), "meeting": _("Meeting")},
    }
