"""The thematic plan: its versions, what differs since, answers from the hearing, and the log of decisions."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import Refusal
from app.services import measures, thematic_plans
from app.web import problems
from app.web.desk import Desk, desk, frame
from app.web.measures import today
from app.web.service import now

blueprint = Blueprint("thematic_plans", __name__, url_prefix="/plan/<slug>/temaplan")


@blueprint.get("")
def versions(slug: str) -> str:
    with desk(slug) as at:
        return _versions(at)


@blueprint.post("")
def freeze(slug: str) -> Response | tuple[str, int]:
    try:
        with desk(slug, write=True) as at:
            made = thematic_plans.freeze(at.db, at.officer, at.process, request.form.get("title", ""), now())
    except Refusal as refusal:
        status = problems.beside_form(refusal)
        with desk(slug) as at:
            return _versions(at, refusal), status
    return redirect(url_for("thematic_plans.version", slug=slug, number=made.number))


@blueprint.get("/<int:number>")
def version(slug: str, number: int) -> str:
    with desk(slug) as at:
        return _version(at, number)


@blueprint.post("/<int:number>/svar")
def receive(slug: str, number: int) -> Response | tuple[str, int]:
    form = request.form
    try:
        with desk(slug, write=True) as at:
            thematic_plans.receive(
                at.db,
                thematic_plans.version(at.db, at.process, number),
                section=form.get("section", ""),
                sender=form.get("sender", ""),
                text=form.get("text", ""),
                today=today(),
            )
    except Refusal as refusal:
        return _refused(slug, number, refusal, 0)
    return redirect(url_for("thematic_plans.version", slug=slug, number=number, _anchor="hearing"))


@blueprint.post("/<int:number>/svar/<int:answer>")
def reply(slug: str, number: int, answer: int) -> Response | tuple[str, int]:
    try:
        with desk(slug, write=True) as at:
            row = thematic_plans.version(at.db, at.process, number)
            thematic_plans.reply(at.db, row, answer, request.form.get("reply", ""))
    except Refusal as refusal:
        return _refused(slug, number, refusal, answer)
    return redirect(url_for("thematic_plans.version", slug=slug, number=number, _anchor=f"answer-{answer}"))


@blueprint.get("/vedtak")
def decisions(slug: str) -> str:
    with desk(slug) as at:
        log = measures.steps(at.db, at.process)
        return render_template("plan/decisions.html", log=log, **frame(at, "measures"))


def _versions(at: Desk, refusal: Refusal | None = None) -> str:
    return render_template(
        "plan/plan_versions.html",
        versions=thematic_plans.versions(at.db, at.process),
        typed=request.form.get("title", ""),
        **problems.shown(refusal),
        **frame(at, "measures"),
    )


def _version(at: Desk, number: int, refusal: Refusal | None = None, answer: int | None = None) -> str:
    row = thematic_plans.version(at.db, at.process, number)
    return render_template(
        "plan/plan_version.html",
        version=row,
        sections=thematic_plans.sections(row.measures),
        changes=thematic_plans.changes(row.measures, thematic_plans.standing(at.db, at.process)),
        answers=thematic_plans.received(at.db, row),
        typed=request.form if refusal else {},
        refused_at=answer,
        **problems.shown(refusal),
        **frame(at, "measures"),
    )


def _refused(slug: str, number: int, refusal: Refusal, answer: int) -> tuple[str, int]:
    """The page again, with what was typed still in its form."""
    status = problems.beside_form(refusal)
    with desk(slug) as at:
        return _version(at, number, refusal, answer), status
