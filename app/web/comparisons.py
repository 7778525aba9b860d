"""Compare: a planner lays two rounds or two groups beside each other and sees where the difference is certain."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask_babel import gettext as _

from app import maps
from app.errors import Invalid
from app.model import Arena
from app.model.catalogue import STICKER_GROUPS
from app.services import arenas, comparisons, processes
from app.services.index import Selection
from app.web import problems, wire
from app.web.desk import Desk, desk, frame
from app.web.language import current, date
from app.web.pages import page_data
from app.web.participants_words import GROUPS
from app.web.plan import selection
from app.web.service import service
from app.web.words import KINDS
from gis.geojson import collection, plain

blueprint = Blueprint("comparisons", __name__, url_prefix="/plan/<slug>/sammenlign")
FIRST, SECOND = "a_", "b_"


@blueprint.get("")
def page(slug: str) -> str | tuple[str, int]:
    with desk(slug) as at:
        try:
            return _page(at, selection(FIRST), selection(SECOND))
        except Invalid as refusal:
            return _page(at, Selection(), Selection(), refusal), 422


@blueprint.get("/sekskanter")
def hexagons(slug: str) -> Response:
    with desk(slug) as at:
        return jsonify(collection(comparisons.layer(at.process, at.index, selection(FIRST), selection(SECOND))))


def _page(at: Desk, first: Selection, second: Selection, refusal: Invalid | None = None) -> str:
    slug, rows = at.process.slug, arenas.in_process(at.db, at.process)
    words = wire.catalogue(processes.catalogue(at.db, at.process.id), current())
    named = {group: {entry["code"]: entry["word"] for entry in entries} for group, entries in words.items()}
    data = page_data(
        area=plain(at.process.area),
        bounds=at.process.area.bounds,
        vector=url_for("basemap.vector", slug=slug, version=at.process.version),
        hexagons=url_for("comparisons.hexagons", slug=slug),
    )
    return render_template(
        "plan/questions_compare.html",
        map=maps.planner_map(at.process, service().config),
        data=data,
        found=comparisons.of(at.db, at.process, at.index, first, second) if first != second else None,
        alike=first == second and first != Selection(),
        described=[", ".join(_described(each, rows, named)) or _("everything") for each in (first, second)],
        asked=request.args,
        suggestions=list(_suggested(rows, named)),
        groups=STICKER_GROUPS,
        catalogue=words,
        words=named,
        arenas=rows,
        problem=problems.said(refusal),
        **frame(at, "questions"),
    )


def _described(chosen: Selection, rows: list[Arena], words: dict[str, dict[str, str]]) -> Iterator[str]:
    """A filter in words."""
    yield from (str(KINDS.get(kind, kind)).lower() for kind in sorted(chosen.kinds))
    yield from (str(GROUPS.get(group, group)).lower() for group in sorted(chosen.groups))
    yield from (words.get("mode", {}).get(mode, mode) for mode in sorted(chosen.modes))
    yield from (_("grade %(n)s", n=grade) for grade in sorted(chosen.grades))
    yield from (row.title for row in rows if row.id in chosen.arenas)
    if chosen.since:
        yield _("from %(day)s", day=date(chosen.since))
    if chosen.until:
        yield _("to %(day)s", day=date(chosen.until))


def _suggested(rows: list[Arena], words: dict[str, dict[str, str]]) -> Iterator[tuple[str, dict[str, str]]]:
    """Comparisons that this process has the answers for: what to call them, and their filters."""
    grades = sorted({row.grade for row in rows if row.grade is not None})
    if len(grades) > 1:
        low, high = str(grades[0]), str(grades[-1])
        yield (
            _("Grade %(low)s and grade %(high)s", low=low, high=high),
            {f"{FIRST}grade": low, f"{SECOND}grade": high},
        )
    days = sorted({row.held_on for row in rows if row.held_on is not None})
    if len(days) > 1:
        later = days[len(days) // 2]
        yield (
            _("Before %(day)s and after", day=date(later)),
            {f"{FIRST}to": days[len(days) // 2 - 1].isoformat(), f"{SECOND}from": later.isoformat()},
        )
    modes = words.get("mode", {})
    if "walk" in modes and "car" in modes:
        yield f"{modes['walk']} – {modes['car']}", {f"{FIRST}mode": "walk", f"{SECOND}mode": "car"}
    yield f"{GROUPS['good']} – {GROUPS['bad']}", {f"{FIRST}group": "good", f"{SECOND}group": "bad"}
