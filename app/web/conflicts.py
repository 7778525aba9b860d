"""Plan conflict: a planner lays a plan over the map and sees what it touches, in figures and in sentences."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _

from app import maps
from app.errors import Invalid, Refusal, TooLarge
from app.model.catalogue import STICKER_GROUPS
from app.services import conflicts, processes
from app.services.conflicts import Conflict
from app.services.touched import Figure
from app.web import access, problems, wire
from app.web.desk import Desk, desk, frame, heat_addresses
from app.web.language import current, number
from app.web.pages import page_data
from app.web.participants_words import GROUPS
from app.web.service import now, service
from gis.formats.plans import Plan
from gis.geojson import plain

blueprint = Blueprint("conflicts", __name__, url_prefix="/plan/<slug>/plankonflikt")
MOST_NAMED = 5
MOST_LISTED = 200


@blueprint.get("")
def page(slug: str) -> str:
    with desk(slug) as at:
        return _page(at)


@blueprint.post("")
@access.csrf.exempt
def check(slug: str) -> str | tuple[str, int]:
    """Nothing of the plan is kept: it is read, answered and gone."""
    request.max_content_length = conflicts.MOST_MB * 1_000_000
    with desk(slug) as at:
        try:
            plan, called = _plan(at)
        except Refusal as refusal:
            return _page(at, refusal=refusal), problems.STATUS[type(refusal)]
        return _page(at, conflicts.of(at.db, at.process, plan), called)


def _plan(at: Desk) -> tuple[Plan, str]:
    """The plan in the form and the name of its file. The form is too large to be read before the limit is known, so
    the token against forged requests is looked at here.
    """
    if (request.content_length or 0) > conflicts.MOST_MB * 1_000_000:
        raise TooLarge("file_too_large", field="plan", file="–", most=conflicts.MOST_MB)
    access.own_form()
    sent = request.files.get("plan")
    if sent is None or not sent.filename:
        raise Invalid("plan_missing", field="plan")
    called = Path(sent.filename).name
    with tempfile.TemporaryDirectory(prefix="snarvei-") as folder:
        path = Path(folder) / f"plan{Path(called).suffix.lower()}"
        sent.save(path)
        return conflicts.read(path, at.process, called=called), called


def _page(at: Desk, conflict: Conflict | None = None, called: str = "", refusal: Refusal | None = None) -> str:
    slug, parts = at.process.slug, conflict.parts[:MOST_LISTED] if conflict else []
    words = wire.catalogue(processes.catalogue(at.db, at.process.id), current())
    data = page_data(
        area=plain(at.process.area),
        bounds=at.process.area.bounds,
        vector=url_for("basemap.vector", slug=slug, version=at.process.version),
        heat=heat_addresses(slug),
        inputs=[
            {"id": str(nth), "title": part.name, "geometry": plain(part.geometry)} for nth, part in enumerate(parts)
        ],
    )
    return render_template(
        "plan/conflict.html",
        map=maps.planner_map(at.process, service().config) if conflict else None,
        data=data,
        conflict=conflict,
        parts=parts,
        called=called,
        groups=STICKER_GROUPS,
        words={group: {entry["code"]: entry["word"] for entry in entries} for group, entries in words.items()},
        sentences=list(_sentences(at, conflict, words)) if conflict else [],
        most_mb=conflicts.MOST_MB,
        suffixes=conflicts.SUFFIXES,
        problem=problems.said(refusal),
        **frame(at, "questions"),
    )


def _sentences(at: Desk, conflict: Conflict, words: dict[str, list[dict[str, str]]]) -> Iterator[str]:
    """What may stand in the plan's description as it is."""
    whole, minimum = conflict.whole, at.process.minimum_people
    few = _("fewer than %(n)s people", n=minimum)
    yield _(
        "The plan covers %(hectares)s hectares of the area in which people drew their ways and places in %(process)s.",
        hectares=format_decimal(round(whole.hectares, 1)),
        process=at.process.title,
    )
    yield _("Ways through it: %(figure)s.", figure=_said(whole.ways, few))
    modes = _listed(whole.modes, words.get("mode", []))
    if modes:
        yield _("People travel there like this: %(list)s.", list=modes)
    yield _("Places and areas in it: %(figure)s.", figure=_said(whole.places, few))
    for group in STICKER_GROUPS:
        listed = _listed(whole.said.get(group, {}), words.get(group, []))
        if listed:
            yield f"{GROUPS[group]}: {listed}."
    if whole.areas:
        yield _(
            "It touches areas that many have marked: %(ids)s.", ids=", ".join(area.public_id for area in whole.areas)
        )
    yield _(
        "Figures of fewer than %(n)s people are left out, and ways are cut off near homes before they are stored.",
        n=minimum,
    )
    yield _("Counted in Snarvei on %(date)s.", date=f"{now():%Y-%m-%d}")


def _said(figure: Figure, few: str) -> str:
    if figure.people is None or figure.registrations is None:
        return few
    return _(
        "%(registrations)s, by %(people)s people",
        registrations=number(figure.registrations),
        people=number(figure.people),
    )


def _listed(figures: dict[str, Figure], entries: list[dict[str, str]]) -> str:
    """The most frequent by name, each with its people."""
    named = {None: _("mode of travel not told")} | {entry["code"]: entry["word"] for entry in entries}
    told = [(named.get(code, code), figure.people) for code, figure in figures.items() if figure.people is not None]
    return ", ".join(f"{word} ({number(people)})" for word, people in told[:MOST_NAMED])
