"""Heat for the planner's map: tiles, one picture of a whole view, and what their colours stand for."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request

from app.errors import Invalid
from app.services import analysis
from app.services.index import Index
from app.web.desk import desk
from app.web.plan import selection
from gis.tiles import MAX_ZOOM, Bounds

blueprint = Blueprint("heat", __name__, url_prefix="/plan/<slug>/varme/<any(place, route, difference):kind>")


@blueprint.get("/<int:z>/<int:x>/<int:y>.<any(png, webp):format>", defaults={"size": 256})
@blueprint.get("/<int:z>/<int:x>/<int:y>@2x.<any(png, webp):format>", defaults={"size": 512})
def tile(slug: str, kind: str, z: int, x: int, y: int, size: int, format: str) -> Response:
    """A tile, with @2x as fine as a high-density screen shows it."""
    with desk(slug) as at:
        index, chosen, latitude = at.index, selection(), at.process.area.centroid.y
        return _kept(
            index,
            lambda: analysis.heat_tile(index, chosen, kind, z, x, y, latitude=latitude, size=size, format=format),
            f"image/{format}",
        )


@blueprint.get("/bilde.png")
def picture(slug: str, kind: str) -> Response:
    """What lies within ``bbox``, 1024 pixels on its longer side, as a file to keep."""
    bounds = _bounds()
    with desk(slug) as at:
        index, chosen = at.index, selection()
        answer = _kept(index, lambda: analysis.heat_picture(index, chosen, kind, bounds), "image/png")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{slug}-{kind}.png")
    return answer


@blueprint.get("/skala")
def scale(slug: str, kind: str) -> Response:
    """What the colours stand for at zoom ``z``."""
    zoom = request.args.get("z", "")
    if not (zoom.isdecimal() and len(zoom) <= 2 and int(zoom) <= MAX_ZOOM):
        raise Invalid("value_unknown", field="z", offered=f"0–{MAX_ZOOM}")
    with desk(slug) as at:
        latitude = at.process.area.centroid.y
        return jsonify(analysis.heat_scale(at.index, selection(), kind, int(zoom), latitude=latitude))


def _kept(index: Index, draw: Callable[[], bytes | None], mimetype: str) -> Response:
    """A picture; 204 where nothing may be seen; 304. The ETag names the data, all else is in the address."""
    tag = index.edition
    if request.if_none_match.contains(tag):
        answer = Response(status=304)
    else:
        body = draw()
        answer = Response(body, mimetype=mimetype) if body else Response(status=204)
    answer.set_etag(tag)
    answer.cache_control.private = True
    answer.cache_control.no_cache = True
    return answer


def _bounds() -> Bounds:
    try:
        west, south, east, north = (float(part) for part in request.args.get("bbox", "").split(","))
    except ValueError:
        west = south = east = north = 0.0
    if not (-360 <= west < east <= 360 and -90 <= south < north <= 90):
        raise Invalid("value_unknown", field="bbox", offered="west,south,east,north")
    return west, south, east, north
