"""Travel today and travel wished for: a planner reads how people get about, and how they would rather."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, render_template, request
from flask_babel import gettext, lazy_gettext

from app.errors import Invalid
from app.services import arenas, processes, travel
from app.services.index import Selection
from app.services.travel import Travel
from app.web import problems, wire
from app.web.desk import Desk, desk, frame
from app.web.language import current, number
from app.web.plan import selection

blueprint = Blueprint("travel", __name__, url_prefix="/plan/<slug>/reisemate")
MOST_SAID = 6
_ = lazy_gettext

# The starter catalogue's modes as parts of a sentence; a mode that a process has made itself is named as it is.
TODAY = {
    "walk": _("walk today"),
    "cycle": _("cycle today"),
    "scooter": _("go by scooter today"),
    "bus": _("take the bus today"),
    "boat": _("take the boat today"),
    "train": _("take the train today"),
    "car": _("are driven today"),
    "wheelchair": _("use a wheelchair today"),
    "ski": _("ski today"),
}
WISH = {
    "walk": _("would rather walk"),
    "cycle": _("would rather cycle"),
    "scooter": _("would rather go by scooter"),
    "bus": _("would rather take the bus"),
    "boat": _("would rather take the boat"),
    "train": _("would rather take the train"),
    "car": _("would rather be driven"),
    "wheelchair": _("would rather use a wheelchair"),
    "ski": _("would rather ski"),
}


@blueprint.get("")
def page(slug: str) -> str | tuple[str, int]:
    with desk(slug) as at:
        try:
            return _page(at, selection())
        except Invalid as refusal:
            return _page(at, Selection(), refusal), 422


def _page(at: Desk, chosen: Selection, refusal: Invalid | None = None) -> str:
    found = travel.of(at.db, at.process, chosen)
    words = wire.catalogue(processes.catalogue(at.db, at.process.id), current())
    named = {entry["code"]: entry["word"] for entry in words.get("mode", [])}
    return render_template(
        "plan/questions_travel.html",
        found=found,
        sentences=list(_sentences(found, named)),
        most=max((n for row in found.table[:-1] for n in (row[-1], *found.table[-1][:-1])), default=1),
        words=named,
        asked=request.args,
        filtered=chosen != Selection(),
        catalogue=words,
        arenas=arenas.in_process(at.db, at.process),
        problem=problems.said(refusal),
        **frame(at, "questions"),
    )


def _sentences(found: Travel, words: dict[str, str]) -> Iterator[str]:
    """The figures that are told, most people first: who would change, and who would not."""
    cells = [
        (people, today, wish)
        for today, row in zip(found.modes, found.table, strict=False)
        for wish, people in zip(found.modes, row, strict=False)
        if people > 0
    ]
    for people, today, wish in sorted(cells, reverse=True)[:MOST_SAID]:
        now = TODAY.get(today) or gettext("travel by %(mode)s today", mode=words.get(today, today))
        if today == wish:
            yield gettext("%(people)s %(today)s and would not change it.", people=number(people), today=now)
        else:
            then = WISH.get(wish) or gettext("would rather travel by %(mode)s", mode=words.get(wish, wish))
            yield gettext("%(people)s %(today)s and %(wish)s.", people=number(people), today=now, wish=then)
