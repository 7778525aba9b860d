"""A host's occasions, behind its link: open one, show its code, write down who came, read what was said."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.errors import Closed, Conflict, Invalid, Refusal
from app.model import Arena, Process
from app.model.arena import HEAD_COUNT_METHODS
from app.services import arenas, heads, methods, notes, occasions
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


@blueprint.post("/<uuid:id>/mote")
def meet(token: str, id: UUID) -> str | Response | tuple[str, int]:
    return _changed(token, id, lambda db, arena: written_meeting(db, arena))


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
            problem=problems.said(refusal),
            problem_code=refusal.code if refusal else None,
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
            problem=problems.said(refusal),
            problem_code=refusal.code if refusal else None,
            problem_field=refusal.field if refusal else None,
            staff=False,
            **shown(db, process, arena, refused=refusal is not None),
        )


def shown(db: Session, process: Process, arena: Arena, *, refused: bool) -> dict[str, object]:
    """What the forms and lists of an arena are drawn from, for its host and for the municipality."""
    return {
        "arena": arena,
        "method": methods.of(arena.method),
        "meetings": occasions.meetings(db, arena),
        "heads": heads.of_process(db, process)[arena.id],
        "days": heads.by_day(db, arena),
        "notes": notes.of_arena(db, arena),
        "counted": COUNTED,
        "head_counts": HEAD_COUNTS,
        "typed": request.form if refused else {},
        "title_of_part": {"table": _("Table"), "meeting": _("Meeting")},
    }
