"""The street network of a process as one file, under an address that changes with it."""

from __future__ import annotations

from flask import Blueprint, Response

from app.services import networks, processes
from app.web.service import service

blueprint = Blueprint("networks", __name__, url_prefix="/network")
KIND = "application/vnd.snarvei.network"
FOREVER = 365 * 86400


@blueprint.get("/<slug>/<digest>")
def file(slug: str, digest: str) -> Response:
    with service().store.reading() as db:
        data = networks.data(db, processes.by_slug(db, slug), digest)
    response = Response(data, mimetype=KIND)
    response.cache_control.max_age = FOREVER
    response.cache_control.immutable = True
    response.cache_control.public = True
    return response
