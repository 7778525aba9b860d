"""What happens here: a planner points at a place and reads who comes there, what they do and what they say of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app import maps
from app.errors import Invalid, Refusal, TooFew
from app.model.catalogue import STICKER_GROUPS
from app.model.roadmap import INPUT_KINDS, REALISERS
from app.services import arenas, here, processes, roadmap, whereabouts
from app.services.here import Here
from app.web import problems, wire
from app.web.desk import Desk, desk, frame, heat_addresses, themes
from app.web.language import current
from app.web.pages import page_data
from app.web.plan import selection
from app.web.service import now, service
from gis.geojson import plain

blueprint = Blueprint("here", __name__, url_prefix="/plan/<slug>/her")
USUAL_RADIUS = 100
MOST_NAMES = 3_000


@blueprint.get("")
def page(slug: str) -> str | tuple[str, int]:
    with desk(slug) as at:
        return _answer(at, {})


@blueprint.post("")
def make_input(slug: str) -> str | BaseResponse | tuple[str, int]:
    """A roadmap input at the outline in the address, with what the filter lets through as evidence."""
    form = request.form
    try:
        with desk(slug, write=True) as at:
            outline, _called = _asked(at)
            if outline is None:
                raise Invalid("geometry_missing", field="geometry")
            made = roadmap.from_outline(
                at.db,
                at.officer,
                at.process,
                outline,
                here.evidence(at.db, at.process, outline, selection()),
                kind=form.get("kind", ""),
                title=form.get("title", ""),
                theme=form.get("theme", ""),
                realiser=form.get("realiser", ""),
                text=form.get("text"),
                now=now(),
            )
    except (Invalid, TooFew) as refusal:
        with desk(slug) as at:
            answer = _answer(at, dict(form), refusal)
            return answer if isinstance(answer, tuple) else (answer, problems.STATUS[type(refusal)])
    return redirect(url_for("roadmap.input_page", slug=slug, public_id=made.public_id))


def _answer(at: Desk, form: dict[str, str], refusal: Refusal | None = None) -> str | tuple[str, int]:
    """The page for the outline in the address, with a form as it was refused."""
    try:
        outline, called = _asked(at)
        found = here.of(at.db, at.process, outline, selection()) if outline is not None else None
    except Invalid as wrong:
        return _page(at, None, None, "", {}, wrong), 422
    return _page(at, outline, found, called, form, refusal)


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


def _page(
    at: Desk, outline: Any, found: Here | None, called: str, form: dict[str, str], refusal: Refusal | None = None
) -> str:
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
        said=found.words if found else [],
        groups=STICKER_GROUPS,
        catalogue=words,
        words={group: {entry["code"]: entry["word"] for entry in entries} for group, entries in words.items()},
        arenas=arenas.in_process(at.db, at.process),
        names=names.labels[: MOST_NAMES if len(names.labels) <= MOST_NAMES else len(names.labels) - names.crossings],
        radii=here.RADII,
        usual_radius=USUAL_RADIUS,
        kinds=INPUT_KINDS,
        themes=themes(at),
        realisers=REALISERS,
        form=form if found and found.everything.people is not None else {},
        **problems.shown(refusal),
        **frame(at, "questions"),
    )
