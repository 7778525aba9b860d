"""Vector tiles for map programs: a release for everyone, by TileJSON and OGC API – Tiles; overviews for staff."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request, url_for
from werkzeug.wrappers import Response

from app.errors import NotFound
from app.model import Process
from app.services import processes, vector_tiles
from app.services.vector_tiles import Tile, Tileset
from app.web.addresses import outside
from app.web.desk import glance
from app.web.plan import selection
from app.web.service import service
from gis.crs import WEB_MERCATOR_WORLD_M
from gis.tiles import MAX_ZOOM
from gis.vector_tiles import covering

blueprint = Blueprint("tiles", __name__)
MVT = "application/vnd.mapbox-vector-tile"
SOON, FOREVER = 300, 365 * 86400
OGC = "http://www.opengis.net/def/rel/ogc/1.0"
EPSG_3857 = "http://www.opengis.net/def/crs/EPSG/0/3857"
MATRICES = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
HALF_WORLD_M = WEB_MERCATOR_WORLD_M / 2
KINDS = {"text": "String", "integer": "Number", "real": "Number", "boolean": "Boolean"}
SCHEMAS = {"text": "string", "integer": "integer", "real": "number", "boolean": "boolean"}


@blueprint.get("/p/<slug>/fliser.json")
def release_tilejson(slug: str) -> Response:
    """TileJSON 3.0 of the latest release."""
    with service().store.reading() as db:
        process = processes.by_slug(db, slug)
        number = _latest(process)
        tileset = vector_tiles.release_tileset(service().tiles, db, process, number)
    tiles = url_for("tiles.release_tile", slug=slug, release=number, z=0, x=0, y=0)
    return _for_everyone(jsonify(_tilejson(tileset, process.title, tiles, version=f"{number}.0.0")))


@blueprint.get("/p/<slug>/fliser/<int:release>/<int:z>/<int:x>/<int:y>.mvt")
def release_tile(slug: str, release: int, z: int, x: int, y: int) -> Response:
    """One tile of a release, which is the same for ever; 204 where there is nothing."""
    return _for_everyone(_release_tile(slug, release, z, x, y), FOREVER)


@blueprint.get("/ogc/collections/<slug>/tiles")
def tilesets(slug: str) -> Response:
    with service().store.reading() as db:
        process = processes.by_slug(db, slug)
        _latest(process)
    links = [_link("self", outside(url_for("tiles.tilesets", slug=slug)))]
    return _for_everyone(jsonify({"links": links, "tilesets": [_about(process)]}))


@blueprint.get("/ogc/collections/<slug>/tiles/WebMercatorQuad")
def tileset_page(slug: str) -> Response:
    with service().store.reading() as db:
        process = processes.by_slug(db, slug)
        tileset = vector_tiles.release_tileset(service().tiles, db, process, _latest(process))
    west, south, east, north = tileset.bounds
    fields = {field.name: {"type": SCHEMAS[field.type]} for field in tileset.fields}
    about = {
        **_about(process),
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north]},
        "tileMatrixSetLimits": [_limits(tileset, z) for z in range(tileset.minzoom, tileset.maxzoom + 1)],
        "layers": [
            {
                "id": tileset.layer,
                "dataType": "vector",
                "geometryDimension": 2,
                "propertiesSchema": {"type": "object", "properties": fields},
            }
        ],
    }
    return _for_everyone(jsonify(about))


@blueprint.get("/ogc/collections/<slug>/tiles/WebMercatorQuad/<int:z>/<int:row>/<int:col>")
def tile(slug: str, z: int, row: int, col: int) -> Response:
    """One tile of the latest release."""
    with service().store.reading() as db:
        number = _latest(processes.by_slug(db, slug))
    return _for_everyone(_release_tile(slug, number, z, col, row))


@blueprint.get("/ogc/tileMatrixSets")
def tile_matrix_sets() -> Response:
    """The one way of cutting the world that is served."""
    page = outside(url_for("tiles.tile_matrix_set"))
    listed = {"id": "WebMercatorQuad", "uri": MATRICES, "links": [_link("self", page)]}
    return _for_everyone(jsonify({"tileMatrixSets": [listed]}))


@blueprint.get("/ogc/tileMatrixSets/WebMercatorQuad")
def tile_matrix_set() -> Response:
    """Its definition (OGC Two Dimensional Tile Matrix Set 2.0), so that nobody needs to fetch it elsewhere."""
    matrices = [
        {
            "id": str(z),
            "cellSize": 2 * HALF_WORLD_M / 256 / 2**z,
            "scaleDenominator": 2 * HALF_WORLD_M / 256 / 2**z / 0.00028,
            "pointOfOrigin": [-HALF_WORLD_M, HALF_WORLD_M],
            "tileWidth": 256,
            "tileHeight": 256,
            "matrixWidth": 2**z,
            "matrixHeight": 2**z,
        }
        for z in range(MAX_ZOOM + 1)
    ]
    about = {"id": "WebMercatorQuad", "uri": MATRICES, "crs": EPSG_3857, "orderedAxes": ["X", "Y"]}
    return _for_everyone(jsonify({**about, "tileMatrices": matrices}))


@blueprint.get("/plan/<slug>/fliser/<any(place, route):kind>.json")
def overview_tilejson(slug: str, kind: str) -> Response:
    """TileJSON of everything that may be seen under the filter in the address."""
    selection()
    at = glance(slug)
    tileset = vector_tiles.overview_tileset(at.process, kind)
    tiles = url_for("tiles.overview_tile", slug=slug, kind=kind, z=0, x=0, y=0)
    asked = request.query_string.decode()
    return jsonify(_tilejson(tileset, at.process.title, f"{tiles}?{asked}" if asked else tiles))


@blueprint.get("/plan/<slug>/fliser/<any(place, route):kind>/<int:z>/<int:x>/<int:y>.mvt")
def overview_tile(slug: str, kind: str, z: int, x: int, y: int) -> Response:
    """One tile of cells; 204 where nothing may be seen."""
    at = glance(slug)
    ready = service().tiles
    found = vector_tiles.overview_tile(ready, at.index, at.process, selection(), kind, z, x, y, packed=_unpacks())
    response = _answer(found)
    response.cache_control.private = True
    response.cache_control.no_cache = True
    return response


def _latest(process: Process) -> int:
    if not process.releases_made:
        raise NotFound("nothing_published", field="process")
    return process.releases_made


def _release_tile(slug: str, number: int, z: int, x: int, y: int) -> Response:
    """A release never changes: for a tile of it that is ready, nothing is asked of the store."""
    ready = service().tiles

    def make() -> bytes | None:
        with service().store.reading() as db:
            return vector_tiles.release_tile(ready, db, processes.by_slug(db, slug), number, z, x, y)

    return _answer(ready.tile((slug, number, z, x, y), make, packed=_unpacks()))


def _unpacks() -> bool:
    """Whether the asker takes gzip."""
    return bool(request.accept_encodings["gzip"])


def _answer(found: Tile | None) -> Response:
    """The tile; nothing new if that is what the asker has."""
    if found is None:
        return Response(status=204)
    if request.if_none_match.contains_weak(found.tag):
        response = Response(status=304)
    else:
        response = Response(found.body, mimetype=MVT)
        if found.packed:
            response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(found.tag, weak=True)
    return response


def _for_everyone(response: Response, seconds: int = SOON) -> Response:
    """Open data: any page may fetch it, any cache may keep it."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.cache_control.public = True
    response.cache_control.max_age = seconds
    response.cache_control.immutable = seconds == FOREVER
    return response


def _tilejson(tileset: Tileset, name: str, tiles: str, **more: str) -> dict[str, Any]:
    """``tiles``: the path of tile 0/0/0."""
    zooms = {"minzoom": tileset.minzoom, "maxzoom": tileset.maxzoom}
    fields = {field.name: KINDS[field.type] for field in tileset.fields}
    return {
        "tilejson": "3.0.0",
        "name": name,
        "scheme": "xyz",
        "tiles": [outside(tiles).replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt")],
        "bounds": tileset.bounds,
        **zooms,
        "vector_layers": [{"id": tileset.layer, "fields": fields, **zooms}],
        **more,
    }


def _about(process: Process) -> dict[str, Any]:
    """What the list of tilesets and the tileset itself say alike."""
    page = outside(url_for("tiles.tileset_page", slug=process.slug))
    return {
        "title": process.title,
        "dataType": "vector",
        "crs": EPSG_3857,
        "tileMatrixSetURI": MATRICES,
        "links": [
            _link("self", page),
            _link(f"{OGC}/tiling-scheme", outside(url_for("tiles.tile_matrix_set"))),
            {"rel": "item", "type": MVT, "href": page + "/{tileMatrix}/{tileRow}/{tileCol}", "templated": True},
        ],
    }


def _limits(tileset: Tileset, z: int) -> dict[str, Any]:
    west, east, north, south = covering(tileset.bounds, z)
    return {"tileMatrix": str(z), "minTileRow": north, "maxTileRow": south, "minTileCol": west, "maxTileCol": east}


def _link(rel: str, href: str) -> dict[str, Any]:
    return {"rel": rel, "type": "application/json", "href": href}
