"""Arenas for the planner: the notes of one, its people and how one knows, what is said most, and inputs made of it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import Invalid, NotFound, Refusal
from app.model import Arena
from app.model.arena import ARENA_STATES
from app.model.roadmap import INPUT_KINDS, REALISERS
from app.services import arenas, comments, hand_sheets, note_inputs, notes, occasions, sheets, word_counts
from app.web import access, plan, problems
from app.web import occasions as hosts
from app.web.addresses import outside, qr
from app.web.desk import Desk, desk, frame, themes
from app.web.service import now

blueprint = Blueprint("arenas", __name__, url_prefix="/plan/<slug>/arenaer")
SIZES = 5


@blueprint.post("/ny")
def open_one(slug: str) -> str | Response | tuple[str, int]:
    form = request.form
    try:
        with desk(slug, write=True) as at:
            made = occasions.open_by_staff(
                at.db, at.process, title=form.get("title", ""), method=form.get("method", ""), now=now()
            )
    except Invalid as refusal:
        return plan.arenas_view(slug, problem=problems.said(refusal)), 422
    return redirect(url_for("arenas.page", slug=slug, id=made.id))


@blueprint.get("/<uuid:id>")
def page(slug: str, id: UUID) -> str:
    with desk(slug) as at:
        return _page(at, id)


@blueprint.post("/<uuid:id>")
def describe(slug: str, id: UUID) -> str | Response | tuple[str, int]:
    return _changed(slug, id, lambda at, arena: occasions.describe(at.db, arena, request.form, staff=True))


@blueprint.post("/<uuid:id>/ny-tilstand")
def change_state(slug: str, id: UUID) -> str | Response | tuple[str, int]:
    wanted = request.form.get("state", "")
    if wanted not in ARENA_STATES.table:
        raise NotFound("page_unknown")
    return _changed(slug, id, lambda at, arena: arenas.change_state(at.db, at.officer, arena, wanted, now()))


@blueprint.post("/<uuid:id>/mote")
def meet(slug: str, id: UUID) -> str | Response | tuple[str, int]:
    return _changed(slug, id, lambda at, arena: hosts.written_meeting(at.db, arena))


@blueprint.post("/<uuid:id>/notat")
def write(slug: str, id: UUID) -> str | Response | tuple[str, int]:
    said = {name: value for name, value in request.form.items() if name in notes.SAID and value}
    return _changed(slug, id, lambda at, arena: notes.add(at.db, arena, uuid4(), said, now=now()))


@blueprint.post("/<uuid:id>/notat/<uuid:note>/slett")
def remove(slug: str, id: UUID, note: UUID) -> str | Response | tuple[str, int]:
    """At its author's wish, for instance: its words are gone at once."""
    return _changed(slug, id, lambda at, arena: notes.erase(at.db, arena, note, now()))


@blueprint.post("/<uuid:id>/notat/<uuid:note>/tilgang")
def open_up(slug: str, id: UUID, note: UUID) -> str | Response | tuple[str, int]:
    wanted = request.form.get("access", "")
    return _changed(slug, id, lambda at, arena: notes.open_up(at.db, arena, note, wanted))


@blueprint.get("/<uuid:id>/ark/<uuid:photo>")
def sheet(slug: str, id: UUID, photo: UUID) -> Response:
    """No cache keeps it, so that what is removed is gone."""
    with desk(slug) as at:
        body = hand_sheets.picture(at.db, arenas.of_process(at.db, at.process, id), photo)
    answer = Response(body, mimetype="image/jpeg")
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@blueprint.post("/<uuid:id>/ark/<uuid:photo>/slett")
def remove_sheet(slug: str, id: UUID, photo: UUID) -> str | Response | tuple[str, int]:
    return _changed(slug, id, lambda at, arena: hand_sheets.remove(at.db, arena, photo))


@blueprint.post("/<uuid:id>/kommentarer")
@access.csrf.exempt
def bring_in(slug: str, id: UUID) -> str | Response | tuple[str, int]:
    """Comments from a file, or pasted; the page tells what became of them."""
    try:
        access.large_form(sheets.MOST_BYTES, "file")
        sent, form, source = request.files.get("file"), request.form, request.form.get("source", "")
        with desk(slug, write=True) as at:
            arena = arenas.of_process(at.db, at.process, id)
            if sent is not None and sent.filename:
                report = comments.bring_in(at.db, arena, sent.read(), sent.filename, source=source, now=now())
            else:
                said_on, pasted = form.get("said_on", ""), form.get("pasted", "")
                report = comments.paste(at.db, arena, pasted, source=source, said_on=said_on, now=now())
    except Refusal as refusal:
        return _refused(slug, id, refusal)
    with desk(slug) as at:
        return _page(at, id, report=report)


@blueprint.post("/<uuid:id>/innspill")
def make_input(slug: str, id: UUID) -> str | Response | tuple[str, int]:
    form = request.form
    try:
        with desk(slug, write=True) as at:
            made = note_inputs.make(
                at.db,
                at.officer,
                at.process,
                [_id(text) for text in form.getlist("note")],
                title=form.get("title", ""),
                theme=form.get("theme", ""),
                realiser=form.get("realiser", ""),
                kind=form.get("kind") or None,
                now=now(),
            )
    except Refusal as refusal:
        return _refused(slug, id, refusal)
    return redirect(url_for("roadmap.input_page", slug=slug, public_id=made.public_id))


@blueprint.post("/<uuid:id>/slett")
def delete(slug: str, id: UUID) -> str | Response | tuple[str, int]:
    try:
        with desk(slug, write=True) as at:
            occasions.delete(at.db, arenas.of_process(at.db, at.process, id))
    except Refusal as refusal:
        return _refused(slug, id, refusal)
    return redirect(url_for("plan.arenas_page", slug=slug))


@blueprint.get("/<uuid:id>/referat")
def minutes(slug: str, id: UUID) -> str:
    with desk(slug) as at:
        arena = arenas.of_process(at.db, at.process, id)
        return hosts.written(at.db, at.process, arena, url_for("arenas.page", slug=slug, id=id))


@blueprint.get("/<uuid:id>/notater.csv")
def as_csv(slug: str, id: UUID) -> Response:
    """Everything but what is confidential; no cell is a formula."""
    with desk(slug) as at:
        rows = notes.of_arena(at.db, arenas.of_process(at.db, at.process, id))
        names = ("part", "kind", "text", "theme", "place", "language", "source", "said_on", "access")
        told = ([getattr(row, name) for name in names] for row in rows if row.access != "confidential")
        raw = sheets.written(list(names), told)
    answer = Response(raw, mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="notater.csv"'
    return answer


def _changed(slug: str, id: UUID, change: Callable[[Desk, Arena], object]) -> str | Response | tuple[str, int]:
    try:
        with desk(slug, write=True) as at:
            change(at, arenas.of_process(at.db, at.process, id))
    except Refusal as refusal:
        return _refused(slug, id, refusal)
    return redirect(url_for("arenas.page", slug=slug, id=id))


def _refused(slug: str, id: UUID, refusal: Refusal) -> tuple[str, int]:
    """The page again, with what was written still in its form."""
    status = problems.beside_form(refusal)
    with desk(slug) as at:
        return _page(at, id, refusal), status


def _page(at: Desk, id: UUID, refusal: Refusal | None = None, report: comments.Report | None = None) -> str:
    arena = arenas.of_process(at.db, at.process, id)
    typed = hosts.typed(refusal)
    shown = hosts.shown(at.db, at.process, arena, typed=typed)
    rows = shown["notes"]
    words = word_counts.of(rows)
    address = outside(url_for("notes.page", code=arena.join_code)) if arena.join_code else None
    return render_template(
        "plan/arena.html",
        **shown,
        staff=True,
        address=address,
        qr=qr(address) if address else None,
        words=[(word, count, _size(count, words)) for word, count in words],
        themes=themes(at),
        top_themes=word_counts.themes(rows),
        inputs=notes.inputs_of(at.db, arena),
        kinds=INPUT_KINDS,
        realisers=REALISERS,
        report=report,
        refused_rows=[(line, problems.said(each)) for line, each in report.refused] if report else [],
        chosen=request.form.getlist("note") if typed else [],
        today=now().date(),
        **problems.shown(refusal),
        **frame(at, "arenas"),
    )


def _size(count: int, words: list[tuple[str, int]]) -> int:
    """From 1 to ``SIZES``, by how often beside the most frequent."""
    most, least = words[0][1], words[-1][1]
    return 1 + round((SIZES - 1) * (count - least) / max(most - least, 1))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("note_unknown", field="notes") from error
