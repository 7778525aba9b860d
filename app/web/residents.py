"""Maps open to residents: the page behind an open link or QR code, and the planner's part in opening and closing it."""

from __future__ import annotations

from uuid import UUID

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.errors import Invalid, NotFound
from app.model import Arena, Process
from app.model.arena import ARENA_STATES
from app.services import arenas
from app.web import access, plan, problems
from app.web.desk import desk
from app.web.language import current
from app.web.pages import page_data
from app.web.service import now, service

blueprint = Blueprint("residents", __name__)


@blueprint.get("/aapen/<code>")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def open_page(code: str) -> str | Response:
    """One tap and one is on the map. A class is joined by typing its code, not here."""
    with service().store.reading() as db:
        arena = arenas.by_code(db, code)
        if not arenas.for_residents(arena):
            return redirect(url_for("participate.join_page", code=arena.join_code))
        process = db.get_one(Process, arena.process_id)
        return render_template(
            "participate/open.html",
            arena=arena,
            process=process,
            promise=process.promise.get(current(), ""),
            open=arena.state == "open" and process.phase == "collecting",
            data=page_data(),
        )


@blueprint.post("/plan/<slug>/arenaer/apent-kart")
def open_map(slug: str) -> str | Response | tuple[str, int]:
    title = request.form.get("title", "")
    try:
        with desk(slug, write=True) as at:
            arenas.open_map(at.db, at.process, title=title, now=now())
    except Invalid as refusal:
        return plan.arenas_view(slug, typed=title, problem=problems.said(refusal)), 422
    return redirect(url_for("plan.arenas_page", slug=slug) + "#open-maps")


@blueprint.post("/plan/<slug>/arenaer/<uuid:id>/tilstand")
def change_state(slug: str, id: UUID) -> Response:
    """Pause, close or reopen a map; what is so already is no error."""
    wanted = request.form.get("state", "")
    if wanted not in ARENA_STATES.table:
        raise NotFound("page_unknown")
    with desk(slug, write=True) as at:
        arenas.change_state(at.db, at.officer, arenas.of_process(at.db, at.process, id), wanted, now())
    return redirect(url_for("plan.arenas_page", slug=slug) + "#open-maps")


@blueprint.app_template_global()
def open_address(arena: Arena) -> str:
    """The whole open link of an arena, as it is shared and printed."""
    base = service().config.public_url or request.url_root
    return base.rstrip("/") + url_for("residents.open_page", code=arena.join_code)


@blueprint.app_template_global()
def open_qr(arena: Arena) -> Markup:
    """The open link as a QR code."""
    code = segno.make(open_address(arena), error="m")
    return Markup(code.svg_inline(border=2, omitsize=True, svgclass="qr"))  # noqa: S704
