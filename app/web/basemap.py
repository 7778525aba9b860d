"""Base maps for every page, so that no third-party host ever learns who looks at a map.

A configured map is fetched by us from its allow-listed address and kept on disk, or read from a local MBTiles file. The
process's own gazetteer is the base map when there is none, and what shows while a tile server does not answer.
"""

from __future__ import annotations

import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

from flask import Blueprint, Response, jsonify
from flask_babel import gettext

from app.errors import NotFound
from app.services import processes
from app.web.logs import logger
from app.web.service import service
from gis import tiles
from gis.geojson import feature

blueprint = Blueprint("basemap", __name__, url_prefix="/basemap")
DAY = 86400
TIMEOUT_S = 5
MOST_BYTES = 2_000_000
KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}


@blueprint.get("/<name>/<int:z>/<int:x>/<int:y>")
def tile(name: str, z: int, x: int, y: int) -> Response:
    sources = {source: address for source, address, _ in service().config.basemaps}
    if name not in sources or not tiles.valid(z, x, y):
        raise NotFound("tile_unknown", field="tile")
    address = sources[name]
    body = _from_file(Path(address), z, x, y) if address.endswith(".mbtiles") else _from_cache(name, address, z, x, y)
    if body is None:
        return Response(status=204, headers={"Cache-Control": "no-store"})
    response = Response(body, mimetype=_kind(body) or "application/octet-stream")
    response.cache_control.max_age = DAY
    response.cache_control.public = True
    return response


@blueprint.get("/<slug>/<int:version>.geojson")
def vector(slug: str, version: int) -> Response:
    """The gazetteer of a process as the drawing of its streets, water, woods and houses."""
    with service().store.reading() as db:
        process = processes.by_slug(db, slug)
        rows = processes.named_places(db, process)
        features = [feature(row.geometry, {"kind": row.kind, "name": row.name}) for row in rows]
    response = jsonify({"type": "FeatureCollection", "features": features, "attribution": gettext("Invented demo map")})
    response.mimetype = "application/geo+json"
    response.cache_control.max_age = DAY
    response.cache_control.public = True
    return response


def _from_file(path: Path, z: int, x: int, y: int) -> bytes | None:
    """MBTiles counts rows from the south."""
    if not path.is_file():
        return None
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        row = db.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
            (z, x, (1 << z) - 1 - y),
        ).fetchone()
    return row[0] if row else None


def _from_cache(name: str, address: str, z: int, x: int, y: int) -> bytes | None:
    kept = service().config.data_dir / "basemap" / name / str(z) / str(x) / str(y)
    if kept.is_file():
        return kept.read_bytes()
    body = _fetch(address.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y)))
    if body is not None and service().room_for_tile(len(body)):
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(".part")
        part.write_bytes(body)
        part.replace(kept)
    return body


def _fetch(address: str) -> bytes | None:
    """A tile from the address the municipality configured; None if it does not answer with a picture."""
    try:
        request = urllib.request.Request(address, headers={"User-Agent": "Snarvei"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            body: bytes = answer.read(MOST_BYTES)
    except (urllib.error.URLError, OSError, ValueError) as error:
        logger.warning("tile server does not answer", extra={"facts": {"error": type(error).__name__}})
        return None
    return body if _kind(body) else None


def _kind(body: bytes) -> str | None:
    return next((kind for start, kind in KINDS.items() if body.startswith(start)), None)
