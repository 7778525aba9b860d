"""The questions a planner can ask: a page of cards, one a question."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.web.desk import desk, frame

blueprint = Blueprint("questions", __name__, url_prefix="/plan/<slug>/sporsmal")


@dataclass(frozen=True)
class Question:
    """A card: where it leads, its icon, what it asks, and in one sentence what one learns."""

    endpoint: str
    symbol: str
    title: LazyString
    sentence: LazyString


QUESTIONS = (
    Question(
        "here.page",
        "tool-place",
        _("What happens here?"),
        _("Point at a place on the map. See who comes there, what they do and what they say of it."),
    ),
    Question(
        "comparisons.page",
        "tool-see",
        _("Compare"),
        _("Lay two rounds or two groups side by side. See where they differ for certain, and where it may be chance."),
    ),
    Question(
        "turnout.page",
        "tool-people",
        _("Who is missing?"),
        _("See which schools and grades took part of those you invited, and whom you have not heard from."),
    ),
    Question(
        "travel.page",
        "mode-walk",
        _("Travel today and travel wished for"),
        _("See how people get about, and how they would rather."),
    ),
    Question(
        "streets.page",
        "tool-street",
        _("Streets, crossings and short cuts"),
        _("See how many use each street and crossing, which are marked as unsafe, and where no street goes."),
    ),
    Question(
        "conflicts.page",
        "tool-layers",
        _("Plan conflict"),
        _("Lay a plan over the map and see which ways and places it touches, and how many people that is."),
    ),
    Question(
        "local_committee.page",
        "tool-people",
        _("What residents can do themselves"),
        _("See what waits for residents, and who offers to help with it."),
    ),
    Question(
        "indicators.page",
        "tool-list",
        _("Life in the area"),
        _("Keep figures with their source, hold them against other places, and measure again later."),
    ),
)


@blueprint.get("")
def hub(slug: str) -> str:
    with desk(slug) as at:
        return render_template("plan/questions.html", questions=QUESTIONS, **frame(at, "questions"))
