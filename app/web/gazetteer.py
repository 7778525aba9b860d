"""The same contribution without a map: a page of lists, and the gazetteer it searches."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.model import Process
from app.services import arenas, gazetteer, processes
from app.web import networks, wire
from app.web.language import current
from app.web.pages import page_data
from app.web.service import service
from gis.geojson import plain

blueprint = Blueprint("gazetteer", __name__)
DAY = 86400


@blueprint.get("/uten-kart/<code>")
def list_page(code: str) -> str | AnyResponse:
    """What the map page of the arena offers, through lists; the device's own things are the same."""
    with service().store.reading() as db:
        arena = arenas.by_code(db, code)
        if arena.join_code != code:
            return redirect(url_for("gazetteer.list_page", code=arena.join_code))
        process = db.get_one(Process, arena.process_id)
        words = wire.catalogue(processes.catalogue(db, process.id), current())
        data = page_data(
            arena=wire.arena(arena, process),
            catalogue=words,
            code=arena.join_code,
            gazetteer=url_for("gazetteer.names", slug=process.slug, version=process.version),
            network=networks.address(db, process),
            area=plain(process.area),
        )
        return render_template("participate/list_page.html", arena=arena, process=process, catalogue=words, data=data)


@blueprint.get("/stedsnavn/<slug>/<int:version>.json")
def names(slug: str, version: int) -> Response:
    """Named places, streets and crossings of a process; the version in the address lets every copy be kept."""
    with service().store.reading() as db:
        found = gazetteer.listing(db, processes.by_slug(db, slug))
    response = jsonify(found)
    response.cache_control.max_age = DAY
    response.cache_control.public = True
    return response
