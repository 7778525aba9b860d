"""OGC API – Features (part 1, core) over what has been published: the latest release's hexagons, for any GIS.

Its tiles are in ``tiles``.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request, url_for
from shapely.geometry import box
from werkzeug.wrappers import Response

from app.errors import Invalid, NotFound
from app.model import Process
from app.services import processes, publication
from app.web.service import now, service
from gis.geojson import collection

blueprint = Blueprint("ogc", __name__, url_prefix="/ogc")
TILING = "http://www.opengis.net/def/rel/ogc/1.0"
TILES = ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt")
CONFORMANCE = [
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    *(f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}" for name in TILES),
]
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
MOST = 10_000


@blueprint.get("/")
def landing() -> Response:
    links = [
        _link("self", "application/json", url_for("ogc.landing", _external=True)),
        _link("service-desc", "application/json", url_for("participate.api_description", _external=True)),
        _link("conformance", "application/json", url_for("ogc.conformance", _external=True)),
        _link("data", "application/json", url_for("ogc.collections", _external=True)),
        _link(f"{TILING}/tiling-schemes", "application/json", url_for("tiles.tile_matrix_sets", _external=True)),
    ]
    return jsonify({"title": "Snarvei", "links": links})


@blueprint.get("/conformance")
def conformance() -> Response:
    return jsonify({"conformsTo": CONFORMANCE})


@blueprint.get("/collections")
def collections() -> Response:
    with service().store.reading() as db:
        found = [_collection(row) for row in processes.published(db)]
    links = [_link("self", "application/json", url_for("ogc.collections", _external=True))]
    return jsonify({"links": links, "collections": found})


@blueprint.get("/collections/<slug>")
def collection_page(slug: str) -> Response:
    with service().store.reading() as db:
        row = processes.by_slug(db, slug)
        publication.latest_release(db, row)
        return jsonify(_collection(row))


@blueprint.get("/collections/<slug>/items")
def items(slug: str) -> Response:
    limit, offset = _whole("limit", 1000, 1, MOST), _whole("offset", 0, 0, 10_000_000)
    bounds = _bbox()
    features = _features(slug)
    if bounds is not None:
        features = [f for f in features if box(*bounds).intersects(box(*_bounds(f)))]
    page = features[offset : offset + limit]
    links = [_link("self", "application/geo+json", request.url)]
    if offset + limit < len(features):
        asked: dict[str, Any] = {**request.args, "offset": offset + limit, "limit": limit}
        following = url_for("ogc.items", slug=slug, _external=True, **asked)
        links.append(_link("next", "application/geo+json", following))
    return _geojson(
        {
            "type": "FeatureCollection",
            "features": page,
            "links": links,
            "timeStamp": now().isoformat(timespec="seconds"),
            "numberMatched": len(features),
            "numberReturned": len(page),
        }
    )


@blueprint.get("/collections/<slug>/items/<id>")
def item(slug: str, id: str) -> Response:
    found = next((f for f in _features(slug) if f["id"] == id), None)
    if found is None:
        raise NotFound("page_unknown")
    links = [
        _link("self", "application/geo+json", request.url),
        _link("collection", "application/json", url_for("ogc.collection_page", slug=slug, _external=True)),
    ]
    return _geojson({**found, "links": links})


def _features(slug: str) -> list[dict[str, Any]]:
    with service().store.reading() as db:
        made = publication.latest_release(db, processes.by_slug(db, slug))
        features = collection(publication.public_hexagons(made))["features"]
    return [{**f, "id": f"{f['properties']['group']}:{f['properties']['cell']}"} for f in features]


def _collection(process: Process) -> dict[str, Any]:
    west, south, east, north = process.area.bounds
    page = url_for("ogc.collection_page", slug=process.slug, _external=True)
    items = url_for("ogc.items", slug=process.slug, _external=True)
    tilesets = url_for("tiles.tilesets", slug=process.slug, _external=True)
    return {
        "id": process.slug,
        "title": process.title,
        "extent": {"spatial": {"bbox": [[west, south, east, north]], "crs": CRS84}},
        "itemType": "feature",
        "crs": [CRS84],
        "links": [
            _link("self", "application/json", page),
            _link("items", "application/geo+json", items),
            _link(f"{TILING}/tilesets-vector", "application/json", tilesets),
        ],
    }


def _bounds(feature: dict[str, Any]) -> tuple[float, float, float, float]:
    ring = feature["geometry"]["coordinates"][0]
    x, y = [p[0] for p in ring], [p[1] for p in ring]
    return min(x), min(y), max(x), max(y)


def _bbox() -> list[float] | None:
    text = request.args.get("bbox")
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4 or not (abs(numbers[1]) <= 90 and abs(numbers[3]) <= 90 and numbers[1] <= numbers[3]):
        raise Invalid("value_unknown", field="bbox", offered="west,south,east,north")
    return numbers


def _whole(name: str, default: int, low: int, high: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isdigit() or int(text) < low:
        raise Invalid("value_unknown", field=name, offered=f"{low}–{high}")
    return min(int(text), high)


def _link(rel: str, type: str, href: str) -> dict[str, str]:
    return {"rel": rel, "type": type, "href": href}


def _geojson(value: dict[str, Any]) -> Response:
    response = jsonify(value)
    response.mimetype = "application/geo+json"
    response.cache_control.max_age = 300
    response.cache_control.public = True
    return response
