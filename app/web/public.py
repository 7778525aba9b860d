"""For everyone: health, static files, privacy in plain words, and what a process has published."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Blueprint, Flask, Response, jsonify, render_template, url_for
from werkzeug.security import safe_join

from app.errors import NotFound, Unavailable
from app.services import processes, publication
from app.store.migrations import pending
from app.web import pages
from app.web.addresses import outside
from app.web.service import service

blueprint = Blueprint("public", __name__)
FOREVER = 365 * 86400
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}


@blueprint.record_once
def _templates(state: object) -> None:
    app: Flask = state.app  # type: ignore[attr-defined]
    app.jinja_env.globals.update(asset=pages.asset, icon=pages.icon, modules=pages.modules)


@blueprint.get("/static/<build>/<path:path>")
def static_file(build: str, path: str) -> Response:
    root, name = (pages.LEAFLET, path.removeprefix("leaflet/")) if path.startswith("leaflet/") else (pages.STATIC, path)
    address = safe_join(str(root), name)
    if address is None or not Path(address).is_file():
        raise NotFound("page_unknown")
    response = Response(Path(address).read_bytes(), mimetype=KINDS.get(Path(address).suffix))
    response.cache_control.max_age = FOREVER
    response.cache_control.immutable = True
    response.cache_control.public = True
    return response


@blueprint.get("/service-worker.js")
def service_worker() -> Response:
    """The worker that opens the participant's page without network; its text changes with every build."""
    holds = {
        "BUILD": pages.build(),
        "FILES": [pages.asset(name) for name in pages.participant_files()],
        "FRONT": url_for("participate.join_page"),
    }
    said = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in holds.items())
    response = Response(said + (pages.STATIC / pages.WORKER).read_text(encoding="utf-8"), mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = "/"
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/healthz")
def health() -> Response:
    """200 when the store answers and its schema is the code's."""
    if pending(service().store):
        raise Unavailable("store_unavailable")
    return jsonify({"status": "ok"})


@blueprint.get("/personvern")
def privacy() -> str:
    return render_template("public/privacy.html")


@blueprint.get("/p/<slug>")
def process(slug: str) -> str:
    """What a process has published: its latest release, in words and figures."""
    with service().store.reading() as db:
        row = processes.by_slug(db, slug)
        try:
            made = publication.latest_release(db, row)
        except NotFound:
            made = None
        tilejson = outside(url_for("tiles.release_tilejson", slug=slug))
        return render_template("public/process.html", process=row, release=made, tilejson=tilejson)
