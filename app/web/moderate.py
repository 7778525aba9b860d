"""The moderator's list: read, release, hide, put back."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import NotFound
from app.model.contribution import MODERATION_STATES
from app.services import moderation, processes
from app.web import wire
from app.web.desk import desk, frame
from app.web.language import current
from app.web.service import now

blueprint = Blueprint("moderate", __name__, url_prefix="/plan/<slug>/lese")


@blueprint.get("")
def queue(slug: str) -> str:
    state = request.args.get("state", "pending")
    if state not in moderation.VERDICTS:
        raise NotFound("page_unknown")
    page = max(int(request.args["page"]), 1) if request.args.get("page", "").isdigit() else 1
    with desk(slug) as at:
        rows, total = moderation.queue(at.db, at.process, state=state, page=page)
        entries = processes.catalogue(at.db, at.process.id)
        words = {(g, c): e.words.get(current(), c) for g, found in entries.items() for c, e in found.items()}
        return render_template(
            "moderate/queue.html",
            rows=rows,
            total=total,
            page=page,
            pages=-(-total // moderation.PAGE),
            state=state,
            states_shown=moderation.VERDICTS,
            words=words,
            following=MODERATION_STATES.table,
            **frame(at, "moderate"),
        )


@blueprint.post("/<id>")
def decide(slug: str, id: str) -> Response:
    form = request.form
    with desk(slug, write=True) as at:
        verdict, reason = form.get("verdict", ""), form.get("reason")
        moderation.decide(at.db, at.officer, at.process, wire.read_id(id), verdict, now=now(), reason=reason)
    return redirect(url_for("moderate.queue", slug=slug, state=form.get("state", "pending")))
