"""Handing over: the dialog that says what a file will hold, and the file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Blueprint, Response, render_template, request, send_file

from app.errors import Invalid
from app.services import exports
from app.web.desk import desk, frame
from app.web.service import now
from gis.crs import EXPORT

blueprint = Blueprint("downloads", __name__, url_prefix="/plan/<slug>/eksport")
TYPES = {"gpkg": "application/geopackage+sqlite3", "geojson": "application/geo+json"}


@blueprint.get("")
def dialog(slug: str) -> str:
    with desk(slug) as at:
        return render_template(
            "plan/exports.html",
            counts=exports.counts(at.db, at.process),
            layers=exports.LAYERS,
            crs=EXPORT,
            about=exports.describe(at.process, at.process.export_epsg, now()),
            **frame(at, "exports"),
        )


@blueprint.get("/fil")
def file(slug: str) -> Response:
    """The file, made for this request; it is off the disk before it is sent."""
    layers, format = tuple(request.args.getlist("layer")), request.args.get("format", "gpkg")
    epsg = request.args.get("crs", "")
    if not epsg.isdigit():
        raise Invalid("crs_not_offered", field="crs", offered=", ".join(map(str, EXPORT)))
    exports.check(layers, format, int(epsg))
    with tempfile.TemporaryDirectory(prefix="snarvei-") as folder:
        path = Path(folder) / f"{slug}-{'-'.join(layers) or 'all'}-{epsg}.{format}"
        with desk(slug) as at:
            exports.export(
                at.db, at.process, at.index, layers=layers, format=format, epsg=int(epsg), path=path, now=now()
            )
        body = path.open("rb")
    return send_file(body, mimetype=TYPES[format], as_attachment=True, download_name=path.name)
