"""Flow: corridors on the map and as a list, how many go there, which way and how, under a filter in the address."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response

from app import maps
from app.services import arenas, flow, processes
from app.web import wire
from app.web.desk import Desk, desk, frame, heat_addresses
from app.web.language import current, number
from app.web.pages import page_data
from app.web.plan import selection
from app.web.service import service
from gis.corridors import TIMES, Corridor
from gis.crs import WGS84, project
from gis.geojson import plain

blueprint = Blueprint("flow", __name__, url_prefix="/plan/<slug>/ferdsel")
MOST_SHOWN = 300
TOWARDS = (
    ("↑", lazy_gettext("to the north")),
    ("↗", lazy_gettext("to the northeast")),
    ("→", lazy_gettext("to the east")),
    ("↘", lazy_gettext("to the southeast")),
    ("↓", lazy_gettext("to the south")),
    ("↙", lazy_gettext("to the southwest")),
    ("←", lazy_gettext("to the west")),
    ("↖", lazy_gettext("to the northwest")),
)
BOTH_WAYS = "↕⤢↔⤡"


@blueprint.get("")
def page(slug: str) -> str | Response:
    if "" in request.args.values():
        given = [(name, value) for name, value in request.args.items(multi=True) if value]
        return redirect(f"{url_for('flow.page', slug=slug)}?{urlencode(given)}")
    with desk(slug) as at:
        chosen = selection()
        found = flow.of(at.db, at.process, at.index, chosen)
        words = wire.catalogue(processes.catalogue(at.db, at.process.id), current())
        modes = {entry["code"]: entry["word"] for entry in words.get("mode", [])}
        listed = [_listed(at, each, modes) for each in found.corridors[:MOST_SHOWN]]
        return render_template(
            "plan/flow.html",
            map=maps.planner_map(at.process, service().config),
            data=_data(at, found.corridors[:MOST_SHOWN], listed),
            flow=found,
            classes=_classes(at.process.minimum_people, listed),
            modes=modes,
            arenas=arenas.in_process(at.db, at.process),
            chosen=chosen,
            **frame(at, "flow"),
        )


def _listed(at: Desk, corridor: Corridor, modes: dict[str, str]) -> dict[str, Any]:
    """A corridor in words."""
    arrow, direction = _direction(corridor)
    travelled = (f"{modes.get(mode, mode)} {number(people)}" for mode, people in corridor.modes.items())
    return {
        "id": flow.public_id(at.process, corridor),
        "people": corridor.people,
        "level": _level(corridor.people, at.process.minimum_people),
        "length": round(corridor.length, -1),
        "arrow": arrow,
        "direction": direction,
        "modes": ", ".join(travelled),
    }


def _direction(corridor: Corridor) -> tuple[str, str]:
    """An arrow the way most people go, or both, and how many go which way as far as that may be told."""
    if corridor.bearing is None:
        return "", gettext("too few each way to say which")
    sector = round(corridor.bearing / 45) % 8
    (arrow, there), (_, back) = TOWARDS[sector], TOWARDS[(sector + 4) % 8]
    if corridor.along is None:
        said = [gettext("most of them %(towards)s", towards=there)]
    else:
        said = [f"{number(corridor.along)} {there}"]
    if corridor.against is not None:
        said.append(f"{number(corridor.against)} {back}")
    even = corridor.along is not None and corridor.along == corridor.against
    return BOTH_WAYS[sector % 4] if even else arrow, ", ".join(said)


def _level(people: int, minimum: int) -> int:
    return sum(people >= times * minimum for times in TIMES) - 1


def _classes(minimum: int, listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The count classes that occur, the most people first, each with its corridors."""
    edges = [times * minimum for times in TIMES]
    named = [f"{low}–{high - 1}" for low, high in pairwise(edges)]
    named.append(gettext("%(n)s or more", n=edges[-1]))
    found = [
        {"level": level, "people": named[level], "corridors": [each for each in listed if each["level"] == level]}
        for level in reversed(range(len(named)))
    ]
    return [each for each in found if each["corridors"]]


def _data(at: Desk, found: list[Corridor], listed: list[dict[str, Any]]) -> dict[str, Any]:
    slug, epsg = at.process.slug, at.process.export_epsg
    shapes = project([shape for each in found for shape in (each.line, each.polygon)], epsg, WGS84)
    return page_data(
        bounds=at.process.area.bounds,
        vector=url_for("basemap.vector", slug=slug, version=at.process.version),
        heat=heat_addresses(slug)["route"],
        corridors=[
            {
                "id": each["id"],
                "label": f"{number(each['people'])} {each['arrow']}".strip(),
                "level": each["level"],
                "line": plain(shapes[2 * nth]),
                "ground": plain(shapes[2 * nth + 1]),
            }
            for nth, each in enumerate(listed)
        ],
    )
