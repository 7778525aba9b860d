"""The teacher's board, behind a host link: open a class, show its code, see it fill, pause, close, reopen, begin for
real.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import Invalid, NotFound, Refusal
from app.model import Process
from app.services import arenas, classroom, methods
from app.web import access, live, problems
from app.web.addresses import join_address, qr
from app.web.pages import page_data
from app.web.service import now, service

blueprint = Blueprint("facilitate", __name__, url_prefix="/vert/<token>")


@blueprint.get("/")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def classes(token: str) -> str | Response:
    return _classes(token, {}, None)


@blueprint.post("/")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def open_class(token: str) -> str | Response | tuple[str, int]:
    form = request.form
    try:
        with service().store.writing() as db:
            host = arenas.host(db, token, now())
            arena = arenas.open_class(
                db,
                host,
                grade=_grade(form.get("grade", "")),
                group_name=form.get("group_name", ""),
                school=form.get("school", ""),
                now=now(),
                practice=form.get("practice") == "yes",
                guided=form.get("way", "guided") != "free",
            )
    except Invalid as refusal:
        shown = _classes(token, dict(form), refusal)
        return (shown, 422) if isinstance(shown, str) else shown
    return redirect(url_for("facilitate.board", token=token, id=arena.id))


@blueprint.get("/klasse/<uuid:id>")
def board(token: str, id: UUID) -> str | Response:
    with service().store.reading() as db:
        host = arenas.host(db, token, now())
        shown = arenas.board(db, host, id)
        if methods.of(shown.arena.method).notes:
            return redirect(url_for("occasions.page", token=token, id=id))
        address = join_address(shown.arena.join_code or "")
        data = page_data(
            poll=url_for("facilitate.figures", token=token, id=id),
            stream=url_for("facilitate.stream", token=token, id=id),
            pupils=url_for("classroom.pupils", token=token, id=id),
            **live.figures(shown),
        )
        return render_template(
            "facilitate/class.html",
            board=shown,
            pupils=classroom.pupils(db, host, id),
            process=db.get_one(Process, host.process_id),
            token=token,
            groups=arenas.largest_group(shown.arena) > 1,
            address=address,
            qr=qr(address),
            data=data,
        )


@blueprint.get("/klasse/<uuid:id>/tall")
def figures(token: str, id: UUID) -> Response:
    with service().store.reading() as db:
        return jsonify(live.figures(arenas.board(db, arenas.host(db, token, now()), id)))


@blueprint.get("/klasse/<uuid:id>/strom")
def stream(token: str, id: UUID) -> Response:
    with service().store.reading() as db:
        arena = arenas.of_host(db, arenas.host(db, token, now()), id)
    return live.stream(arena.id)


@blueprint.post("/klasse/<uuid:id>/tilstand")
def change_state(token: str, id: UUID) -> Response:
    """Pause, close or reopen. Asking for what is so already is no error: two teachers may press at once."""
    with service().store.writing() as db:
        host = arenas.host(db, token, now())
        arenas.change_state(db, host, arenas.of_host(db, host, id), _state(request.form.get("state", "")), now())
    return redirect(url_for("facilitate.board", token=token, id=id))


@blueprint.post("/klasse/<uuid:id>/pa-ordentlig")
def begin_for_real(token: str, id: UUID) -> Response:
    with service().store.writing() as db:
        classroom.begin_for_real(db, arenas.host(db, token, now()), id, now())
    return redirect(url_for("facilitate.board", token=token, id=id))


def _classes(token: str, form: dict[str, str], refusal: Refusal | None) -> str | Response:
    with service().store.reading() as db:
        host = arenas.host(db, token, now())
        if methods.of(host.method).notes:
            return redirect(url_for("occasions.list_page", token=token))
        process = db.get_one(Process, host.process_id)
        return render_template(
            "facilitate/classes.html",
            boards=arenas.boards(db, host),
            host=host,
            process=process,
            token=token,
            form=form,
            **problems.shown(refusal),
        )


def _grade(text: str) -> int | None:
    return int(text) if text.strip().isdigit() else None


def _state(text: str) -> str:
    if text not in ("open", "paused", "closed"):
        raise NotFound("page_unknown")
    return text
