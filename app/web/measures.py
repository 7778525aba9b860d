"""Measures: the thematic plan as a list by focus area, one measure with its words, steps, partners and inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import Refusal
from app.model import Measure
from app.model.measure import MEASURE_STATES, PARTNER_STATES, PRIORITIES, QUICK_FIXES
from app.services import answers, measure_photos, measures, roadmap
from app.services.measures import Told, Wanted
from app.web import problems, words
from app.web.desk import Desk, desk, frame
from app.web.occasions import typed
from app.web.service import now

blueprint = Blueprint("measures", __name__, url_prefix="/plan/<slug>/tiltak")
FILTERS = ("status", "focus_area", "owner", "overdue", "quick")


class Facet(NamedTuple):
    """A value that a list can be narrowed to, in words, and how many measures have it."""

    name: str
    value: str
    word: str
    many: int


@blueprint.get("")
def list_page(slug: str) -> str:
    with desk(slug) as at:
        told, day, wanted = measures.of_process(at.db, at.process), today(), _wanted()
        shown = sorted((each for each in told if wanted.has(each.row, day)), key=lambda each: _first(each.row, day))
        areas = sorted({each.row.focus_area or "" for each in shown}, key=lambda name: (not name, name.casefold()))
        return render_template(
            "plan/measures.html",
            told=told,
            shown=shown,
            by_area={name: [each for each in shown if (each.row.focus_area or "") == name] for name in areas},
            facets=_facets(told, wanted, day),
            chosen={name: value for name, value in request.args.items() if name in FILTERS},
            today=day,
            overdue=measures.overdue,
            **frame(at, "measures"),
        )


@blueprint.route("/nytt", methods=["GET", "POST"])
def new(slug: str) -> str | Response | tuple[str, int]:
    """The form, for inputs named in the address; and the measure made."""
    if request.method == "GET":
        with desk(slug) as at:
            return _new_page(at, request.args.getlist("input"))
    inputs = [id for id in (id.strip().upper() for id in request.form.getlist("inputs")) if id]
    try:
        with desk(slug, write=True) as at:
            made = measures.create(at.db, at.officer, at.process, inputs, request.form, now())
    except Refusal as refusal:
        status = problems.beside_form(refusal, "input_unknown")
        with desk(slug) as at:
            return _new_page(at, inputs, refusal), status
    return redirect(url_for("measures.page", slug=slug, public_id=made.public_id))


@blueprint.get("/<public_id>")
def page(slug: str, public_id: str) -> str:
    with desk(slug) as at:
        return _page(at, public_id)


@blueprint.post("/<public_id>")
def edit(slug: str, public_id: str) -> Response | tuple[str, int]:
    try:
        with desk(slug, write=True) as at:
            measures.edit(at.db, at.officer, at.process, public_id, request.form, version=_version(), now=now())
    except Refusal as refusal:
        return refused(slug, public_id, refusal, "words")
    return back(slug, public_id, "words")


@blueprint.post("/<public_id>/steg")
def take_step(slug: str, public_id: str) -> Response | tuple[str, int]:
    form = request.form
    try:
        with desk(slug, write=True) as at:
            measures.take_step(
                at.db,
                at.officer,
                at.process,
                public_id,
                form.get("status", ""),
                reason=form.get("reason", ""),
                held_on=form.get("held_on", ""),
                version=_version(),
                now=now(),
                today=today(),
            )
    except Refusal as refusal:
        return refused(slug, public_id, refusal, "step")
    return back(slug, public_id, "steps")


@blueprint.post("/<public_id>/medspiller")
def set_partner(slug: str, public_id: str) -> Response | tuple[str, int]:
    name, state = request.form.get("partner", ""), request.form.get("state", "")
    try:
        with desk(slug, write=True) as at:
            measures.set_partner(at.db, at.officer, at.process, public_id, name, state, now())
    except Refusal as refusal:
        return refused(slug, public_id, refusal, "partner")
    return back(slug, public_id, "partners")


@blueprint.post("/<public_id>/innspill")
def change_inputs(slug: str, public_id: str) -> Response | tuple[str, int]:
    """Add an input, or take one away."""
    change = measures.remove_input if request.form.get("remove") else measures.add_input
    try:
        with desk(slug, write=True) as at:
            named = request.form.get("input", "").strip().upper()
            change(at.db, at.officer, at.process, public_id, named, now())
    except Refusal as refusal:
        return refused(slug, public_id, refusal, "input")
    return back(slug, public_id, "inputs")


@blueprint.post("/<public_id>/offentlig")
def release(slug: str, public_id: str) -> Response:
    with desk(slug, write=True) as at:
        measures.release(at.db, at.officer, at.process, public_id, bool(request.form.get("public")), now())
    return back(slug, public_id, "public")


def today() -> date:
    """The day it is here."""
    return now().astimezone(ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])).date()


def _first(row: Measure, day: date) -> tuple[bool, int, int]:
    """What needs somebody first stands first."""
    return (not measures.overdue(row, day), PRIORITIES.index(row.priority), row.number)


def _wanted() -> Wanted:
    asked = request.args
    return Wanted(
        status=asked.get("status"),
        focus_area=asked.get("focus_area"),
        owner=asked.get("owner"),
        overdue="overdue" in asked,
        quick="quick" in asked,
    )


def _facets(told: list[Told], wanted: Wanted, day: date) -> list[tuple[str, list[Facet]]]:
    """What the list can be narrowed to, a line each, counted under everything else that was asked for."""

    def counted(name: str, nothing: Any, of: Callable[[Measure], Any]) -> Counter[str]:
        others = replace(wanted, **{name: nothing})
        return Counter(str(of(each.row) or "") for each in told if others.has(each.row, day))

    late = counted("overdue", False, lambda row: "1" if measures.overdue(row, day) else "")
    quick = counted("quick", False, lambda row: "1" if row.quick else "")
    status = counted("status", None, lambda row: row.status)
    areas = counted("focus_area", None, lambda row: row.focus_area)
    owners = counted("owner", None, lambda row: row.owner)
    lines = [
        ("", [Facet("overdue", "1", _("Overdue"), late["1"]), Facet("quick", "1", _("Quick fixes"), quick["1"])]),
        (
            _("Status"),
            [Facet("status", each, str(words.MEASURE_STATES[each]), status[each]) for each in MEASURE_STATES],
        ),
        (_("Focus area"), _named("focus_area", areas, _("no focus area yet"))),
        (_("Owner"), _named("owner", owners, _("nobody yet"))),
    ]
    return [(label, shown) for label, facets in lines if (shown := [each for each in facets if each.many])]


def _named(name: str, counted: Counter[str], nothing: str) -> list[Facet]:
    ordered = sorted(counted, key=lambda each: (not each, each.casefold()))
    return [Facet(name, value, value or nothing, counted[value]) for value in ordered]


def _new_page(at: Desk, inputs: list[str], refusal: Refusal | None = None) -> str:
    rows = roadmap.inputs(at.db, at.process)
    return render_template(
        "plan/measure_new.html",
        inputs=[row for row in rows if row.public_id in inputs],
        others=[row for row in rows if row.public_id not in inputs and row.status != "merged"],
        form=request.form,
        **_choices(at),
        problem_form="words" if refusal else None,
        **problems.shown(refusal),
        **frame(at, "measures"),
    )


def _page(at: Desk, public_id: str, refusal: Refusal | None = None, at_form: str = "") -> str:
    row = measures.find(at.db, at.process, public_id)
    (told,) = measures.told(at.db, at.process, [row])
    figures = roadmap.figures(at.db, at.process)
    form = typed(refusal)
    lost = refusal is not None and refusal.code == "changed_by_other"
    return render_template(
        "plan/measure.html",
        measure=row,
        told=told,
        areas={each.id: roadmap.areas_of(at.db, each) for each in told.inputs},
        people={each.id: figures.get(each.id, (0, 0))[0] for each in told.inputs},
        behind=answers.people_behind(at.db, at.process, told.inputs),
        others=[each for each in roadmap.inputs(at.db, at.process) if each not in told.inputs],
        following=[state for state in MEASURE_STATES if state in MEASURE_STATES.table[row.status]],
        late=measures.overdue(row, today()),
        today=today(),
        history=measures.history(at.db, row),
        photos=measure_photos.of_measure(at.db, row),
        form=form if at_form == "words" else {},
        step=form if at_form == "step" else {},
        typed=form,
        both=_both(row, form) if lost and at_form == "words" else [],
        **_choices(at),
        problem_form=at_form if refusal else None,
        **problems.shown(refusal),
        **frame(at, "measures"),
    )


def _both(row: Measure, form: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Where two who wrote at once differ: the field, what is stored, what was typed."""
    spoken = {"priority": words.PRIORITIES, "quick": words.QUICK_FIXES}
    found = []
    for name in measures.WORDS:
        theirs, yours = str(getattr(row, name) or ""), form.get(name, "").strip()
        if name in form and theirs != yours:
            say = spoken.get(name, {})
            found.append((name, str(say.get(theirs, theirs)), str(say.get(yours, yours))))
    return found


def _choices(at: Desk) -> dict[str, object]:
    rows = [each.row for each in measures.of_process(at.db, at.process)]
    return {
        "priorities": PRIORITIES,
        "quick_fixes": QUICK_FIXES,
        "partner_states": PARTNER_STATES,
        "known": {
            name: sorted({value for row in rows if (value := getattr(row, name))})
            for name in ("focus_area", "owner", "plan")
        },
    }


def refused(slug: str, public_id: str, refusal: Refusal, at_form: str) -> tuple[str, int]:
    """The page again, with what was typed still in its form."""
    status = problems.beside_form(refusal, "input_unknown")
    with desk(slug) as at:
        return _page(at, public_id, refusal, at_form), status


def back(slug: str, public_id: str, place: str) -> Response:
    return redirect(url_for("measures.page", slug=slug, public_id=public_id, _anchor=place))


def _version() -> int:
    return request.form.get("version", 0, type=int)
