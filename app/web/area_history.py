"""What became of areas, in sentences: of one since it was found, and of all when they were last computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.lists import format_list
from flask import url_for
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.model import AreaHistory
from app.services.area_history import Latest
from app.web.language import current, number


@dataclass(frozen=True)
class Line:
    """One line of an area's history; ``text`` names other areas by links."""

    at: datetime
    text: Markup


def told(slug: str, history: list[AreaHistory]) -> list[Line]:
    """The latest first."""
    return [Line(row.at, Markup(". ").join(_sentences(slug, row)) + ".") for row in reversed(history)]


def links(slug: str, ids: list[str]) -> Markup:
    """Areas by name; each leads to its card."""
    link = Markup('<a href="{}" data-show-area="{}">{}</a>')
    named = (link.format(url_for("plan.map_page", slug=slug, area=id), id, id) for id in ids)
    return escape(format_list(["%s"] * len(ids), locale=current())) % tuple(named)


def changes(latest: Latest) -> str:
    """What the last computing changed, in one line: ``3 new, 2 grew, 1 gone``."""
    count = latest.events
    new = count["found"] + count["split_off"]
    told = {
        ngettext("%(num)s new", "%(num)s new", new): new,
        ngettext("%(num)s back again", "%(num)s back again", count["returned"]): count["returned"],
        ngettext("%(num)s grew", "%(num)s grew", count["grew"]): count["grew"],
        ngettext("%(num)s shrank", "%(num)s shrank", count["shrank"]): count["shrank"],
        ngettext("%(num)s split", "%(num)s split", count["split"]): count["split"],
        ngettext("%(num)s went into another", "%(num)s went into others", count["absorbed"]): count["absorbed"],
        ngettext("%(num)s gone", "%(num)s gone", count["gone"]): count["gone"],
        ngettext("%(num)s set aside", "%(num)s set aside", count["set_aside"]): count["set_aside"],
    }
    return ", ".join(text for text, times in told.items() if times) or _("nothing has changed")


def _sentences(slug: str, row: AreaHistory) -> list[Markup]:
    before, after = _hectares(row.square_metres_before), _hectares(row.square_metres_after)
    said = {
        "found": _("Found here for the first time: %(after)s hectares"),
        "split_off": _("Split off from %(ids)s: %(after)s hectares"),
        "returned": _("Found again: %(after)s hectares"),
        "grew": _("Grew from %(before)s to %(after)s hectares"),
        "shrank": _("Shrank from %(before)s to %(after)s hectares"),
        "merged": _("Merged with %(ids)s: from %(before)s to %(after)s hectares"),
        "split": _("Split: %(ids)s came out of this one. From %(before)s to %(after)s hectares"),
        "absorbed": _("Went into %(ids)s"),
        "gone": _("Was not found any more"),
        "set_aside": _("Set aside: the areas were computed the other way"),
    }
    facts = {"ids": links(slug, row.others), "before": before, "after": after}
    return [sentence for sentence in (escape(said[row.event]) % facts, escape(_people(row))) if sentence]


def _people(row: AreaHistory) -> str:
    """Classes: at least so many."""
    before, after = row.people_before, row.people_after
    if after is None:
        return ""
    if before is None or before == after:
        return _("At least %(n)s children", n=number(after))
    return _("From at least %(before)s to at least %(after)s children", before=number(before), after=number(after))


def _hectares(square_metres: int | None) -> str:
    hectares = (square_metres or 0) / 10_000
    return format_decimal(round(hectares, 1 if hectares >= 1 else 2))
