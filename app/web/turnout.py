"""Who is missing: a planner reads which schools and grades took part of those invited, and writes down how many."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.errors import Invalid, NotFound
from app.model.arena import HEAD_COUNT_METHODS
from app.services import turnout
from app.services.index import Selection
from app.web import problems
from app.web.desk import Desk, desk, frame
from app.web.plan import selection

blueprint = Blueprint("turnout", __name__, url_prefix="/plan/<slug>/hvem-mangler")
METHODS = {"class_list": _("class list"), "counted": _("counted there"), "estimated": _("estimated")}


@blueprint.get("")
def page(slug: str) -> str | tuple[str, int]:
    with desk(slug) as at:
        try:
            return _page(at, selection())
        except Invalid as refusal:
            return _page(at, Selection(), refusal), 422


@blueprint.post("")
def invite(slug: str) -> str | Response | tuple[str, int]:
    try:
        with desk(slug, write=True) as at:
            turnout.invite(at.db, at.process, dict(_written()))
    except Invalid as refusal:
        with desk(slug) as at:
            return _page(at, Selection(), refusal), 422
    return redirect(request.full_path.rstrip("?"))


def _written() -> Iterator[tuple[UUID, tuple[str, str]]]:
    """Each arena of the form, its number and how one knows."""
    for name, number in request.form.items():
        if name.startswith("invited-"):
            id = name.removeprefix("invited-")
            try:
                yield UUID(id), (number, request.form.get(f"how-{id}", ""))
            except ValueError as error:
                raise NotFound("arena_unknown", field="arena") from error


def _page(at: Desk, chosen: Selection, refusal: Invalid | None = None) -> str:
    found = turnout.of(at.db, at.process, since=chosen.since, until=chosen.until)
    return render_template(
        "plan/questions_missing.html",
        found=found,
        none_yet=[(school, grade) for school, grades in found.schools for grade in grades if grade.took_part == 0],
        methods={method: METHODS[method] for method in HEAD_COUNT_METHODS},
        typed=request.form,
        asked=request.args,
        problem=problems.said(refusal),
        **frame(at, "questions"),
    )
