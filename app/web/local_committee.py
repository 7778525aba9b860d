"""Ours to do: what residents can bring about, where anyone may offer help and staff answer."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import Invalid, Refusal
from app.services import local_committee, processes, workshop
from app.web import access, problems
from app.web.answers import MOST_UNFOLDED, grouped
from app.web.desk import desk, frame, theme_words
from app.web.service import now, service

blueprint = Blueprint("local_committee", __name__)
OFFERS = "20 per hour"


@blueprint.get("/p/<slug>/vart")
def public_page(slug: str) -> str:
    return _public_page(slug, None, "")


@blueprint.post("/p/<slug>/vart/<public_id>")
@access.limiter.limit(OFFERS)
def offer(slug: str, public_id: str) -> str | Response | tuple[str, int]:
    name, words = (request.form.get(field, "") for field in ("name", "words"))
    try:
        with service().store.writing() as db:
            process = processes.by_slug(db, slug)
            local_committee.offer_help(db, process, public_id, name, words, now())
    except Invalid as refusal:
        return _public_page(slug, refusal, public_id), 422
    return redirect(url_for("local_committee.public_page", slug=slug, takk=public_id) + f"#{public_id}")


@blueprint.get("/plan/<slug>/lokalsamfunnsutvalg")
def page(slug: str) -> str:
    with desk(slug) as at:
        found = local_committee.tasks(at.db, at.process)
        return render_template("plan/local_committee.html", tasks=found, **frame(at, "questions"))


@blueprint.post("/plan/<slug>/lokalsamfunnsutvalg/<uuid:id>")
def answer(slug: str, id: UUID) -> Response:
    with desk(slug, write=True) as at:
        workshop.answer_offer(at.db, at.process, id, request.form.get("state", ""))
    return redirect(url_for("local_committee.page", slug=slug))


def _public_page(slug: str, refusal: Refusal | None, public_id: str) -> str:
    with service().store.reading() as db:
        process = processes.by_slug(db, slug)
        tasks, themes = local_committee.tasks(db, process, public=True), theme_words(db, process)
        many = len(tasks) > MOST_UNFOLDED
        return render_template(
            "answers/own.html",
            process=process,
            tasks=grouped(tasks, many, lambda task: themes.get(task.input.theme, task.input.theme)),
            many=many,
            thanked=request.args.get("takk", ""),
            refused=public_id,
            form=request.form,
            **problems.shown(refusal),
        )
