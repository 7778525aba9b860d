"""Streets, crossings and short cuts: how many use each street, which crossings matter most, where no street goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app import maps
from app.errors import NotFound
from app.services import processes, streets
from app.services.streets import Crossings, DesireLines, Segments, Streets
from app.web import problems, wire
from app.web.desk import Desk, desk, frame
from app.web.language import current, number
from app.web.pages import page_data
from app.web.service import service
from gis.geojson import plain

blueprint = Blueprint("streets", __name__, url_prefix="/plan/<slug>/gater")
MOST_LISTED = 30
MOST_STREETS = 100
MOST_DRAWN = 2_000
DRAWN = ("id", "kind", "number", "people", "unsafe", "geometry", "label")
WALKING_M_PER_MINUTE = 70
DOUBTFUL = 0.6
DIRECTIONS = (
    lazy_gettext("to the north"),
    lazy_gettext("to the north-east"),
    lazy_gettext("to the east"),
    lazy_gettext("to the south-east"),
    lazy_gettext("to the south"),
    lazy_gettext("to the south-west"),
    lazy_gettext("to the west"),
    lazy_gettext("to the north-west"),
)


@blueprint.get("")
def page(slug: str) -> str:
    with desk(slug) as at:
        try:
            found = streets.of(at.db, at.process, at.index)
        except NotFound as refusal:
            if refusal.code != "network_missing":
                raise
            return render_template(
                "plan/streets.html", problem=problems.said(refusal), found=None, **frame(at, "questions")
            )
        return _page(at, found)


def _page(at: Desk, found: Streets) -> str:
    modes = {e["code"]: e["word"] for e in wire.catalogue(processes.catalogue(at.db, at.process.id), current())["mode"]}
    crossings, lines = list(_crossings(found.crossings)), list(_lines(found.desire_lines))
    segments = list(_segments(found.segments, modes))
    data = page_data(
        area=plain(at.process.area),
        bounds=at.process.area.bounds,
        vector=url_for("basemap.vector", slug=at.process.slug, version=at.process.version),
        inputs=[],
        minimum=at.process.minimum_people,
        streets=[_drawn(each) for each in (*segments, *lines, *crossings)],
    )
    return render_template(
        "plan/streets.html",
        map=maps.planner_map(at.process, service().config),
        data=data,
        found=found,
        people=found.people.tolist()[0],
        followed=found.followed.tolist()[0],
        crossings=crossings,
        lines=lines,
        segments=segments[:MOST_STREETS],
        all_segments=len(found.segments.order),
        all_crossings=len(found.crossings.order),
        **frame(at, "questions"),
    )


def _drawn(item: dict[str, Any]) -> dict[str, Any]:
    """What the map needs of an item."""
    people = item["people"]
    said = item["title"] if people is None else _("%(title)s: %(people)s people", title=item["title"], people=people)
    return {name: item[name] for name in DRAWN if name in item} | {"said": said}


def _crossings(found: Crossings) -> Iterator[dict[str, Any]]:
    for rank, row in enumerate(found.order[:MOST_LISTED].tolist(), 1):
        yield {
            "id": f"k{rank}",
            "kind": "crossing",
            "number": rank,
            "title": _crossing_name(found.names[row]),
            "people": _told(found.people, row),
            "crossing": _told(found.crossing, row),
            "unsafe": _told(found.unsafe, row),
            "geometry": plain(found.geometry[row]),
        }


def _lines(found: DesireLines) -> Iterator[dict[str, Any]]:
    for row, shape in enumerate(found.geometry[:MOST_LISTED]):
        yield {
            "id": f"s{row + 1}",
            "kind": "desire_line",
            "number": row + 1,
            "title": _ends(found.between[row]) or _("Short cut %(number)s", number=row + 1),
            "people": _told(found.people, row),
            "metres": round(float(found.metres[row]) / 10) * 10,
            "minutes": max(round(float(found.metres[row]) / WALKING_M_PER_MINUTE), 1),
            "geometry": plain(shape),
            "label": _middle(shape),
        }


def _segments(found: Segments, modes: dict[str, str]) -> Iterator[dict[str, Any]]:
    for nth, row in enumerate(found.order[:MOST_DRAWN].tolist()):
        yield {
            "id": f"g{row}",
            "kind": "segment",
            "title": found.name[row] or _("Street or path without a name"),
            "between": _ends(found.between[row]),
            "details": ", ".join(_details(found, row, modes)) if nth < MOST_STREETS else "",
            "doubtful": found.confidence[row] < DOUBTFUL,
            "geometry": plain(found.geometry[row]),
            "label": _middle(found.geometry[row]),
            "people": _told(found.people, row),
            "safe": _told(found.safe, row),
            "unsafe": _told(found.unsafe, row),
        }


def _told(figures: np.ma.MaskedArray, row: int) -> int | None:
    return None if figures[row] is np.ma.masked else int(figures[row])


def _crossing_name(names: list[str]) -> str:
    """``Skolevegen × Strandgata``"""
    if len(names) > 1:
        return " × ".join(names)
    return _("In %(street)s", street=names[0]) if names else _("Crossing without a name")


def _ends(between: tuple[str, str]) -> str:
    """From one named thing to another; nothing where they are not two."""
    one, other = between
    return _("from %(one)s to %(other)s", one=one, other=other) if one and other and one != other else ""


def _details(found: Segments, row: int, modes: dict[str, str]) -> Iterator[str]:
    """What may be told of ways of travelling and directions, the most people first."""
    travelled = {mode: people for mode, each in found.modes.items() if (people := _told(each, row)) is not None}
    for mode in sorted(travelled, key=lambda mode: (-travelled[mode], mode)):
        yield f"{modes.get(mode, mode)} {number(travelled[mode])}"
    for figures, turned in ((found.forward, 0), (found.backward, 180)):
        towards = DIRECTIONS[round((found.bearing[row] + turned) % 360 / 45) % 8]
        went = _told(figures, row)
        if went is not None:
            yield f"{towards} {number(went)}"


def _middle(line: Any) -> list[float]:
    x, y = np.round(shapely.get_coordinates(shapely.line_interpolate_point(line, 0.5, normalized=True))[0], 6)
    return [float(x), float(y)]
