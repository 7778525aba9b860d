"""What happens here: a planner points at a place and reads who comes there, what they do and what they say of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from app import maps
from app.errors import Invalid
from app.model.catalogue import STICKER_GROUPS
from app.services import arenas, here, processes, whereabouts
from app.services.here import Here
from app.web import problems, wire
from app.web.desk import Desk, desk, frame, heat_addresses
from app.web.language import current
from app.web.pages import page_data
from app.web.plan import in_their_words, selection
from app.web.service import service
from gis.geojson import plain

blueprint = Blueprint("here", __name__, url_prefix="/plan/<slug>/her")
USUAL_RADIUS = 100
MOST_NAMES = 3_000


@blueprint.get("")
def page(slug: str) -> str | tuple[str, int]:
    with desk(slug) as at:
        try:
            outline, called = _asked(at)
            found = here.of(at.db, at.process, outline, selection()) if outline is not None else None
        except Invalid as refusal:
            return _page(at, None, None, "", refusal), 422
        return _page(at, outline, found, called)


def _asked(at: Desk) -> tuple[Any, str]:
    """The outline that the address names, and what to call it: a name, a drawn outline, or a point of the map."""
    args = request.args
    radius = args.get("radius", -1, int) if args.get("radius") else USUAL_RADIUS
    if args.get("place"):
        return here.named(at.db, at.process, args["place"], radius), args["place"]
    if args.get("wkt"):
        return here.drawn(at.process, args["wkt"]), _("The outline you drew")
    if args.get("at"):
        try:
            x, y = (float(part) for part in args["at"].split(","))
        except ValueError as error:
            raise Invalid("not_numbers", field="geometry") from error
        return here.circle(at.process, x, y, radius), _("Within %(n)s metres of the point you chose", n=radius)
    return None, ""


def _page(at: Desk, outline: Any, found: Here | None, called: str, refusal: Invalid | None = None) -> str:
    slug = at.process.slug
    names = whereabouts.names(at.db, at.process)
    words = wire.catalogue(processes.catalogue(at.db, at.process.id), current())
    data = page_data(
        area=plain(at.process.area),
        bounds=at.process.area.bounds,
        vector=url_for("basemap.vector", slug=slug, version=at.process.version),
        heat=heat_addresses(slug),
        outline=plain(outline),
    )
    return render_template(
        "plan/questions_here.html",
        map=maps.planner_map(at.process, service().config),
        data=data,
        found=found,
        called=called,
        asked=request.args,
        said=in_their_words(found.words) if found else [],
        groups=STICKER_GROUPS,
        catalogue=words,
        words={group: {entry["code"]: entry["word"] for entry in entries} for group, entries in words.items()},
        arenas=arenas.in_process(at.db, at.process),
        names=names.labels[: MOST_NAMES if len(names.labels) <= MOST_NAMES else len(names.labels) - names.crossings],
        radii=here.RADII,
        usual_radius=USUAL_RADIUS,
        problem=problems.said(refusal),
        **frame(at, "questions"),
    )
