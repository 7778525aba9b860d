"""The street network of a process as one file, under an address that changes with it."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from app.model import Process
from app.services import networks, processes
from app.store import Session
from app.web.service import service

blueprint = Blueprint("networks", __name__, url_prefix="/network")
KIND = "application/vnd.snarvei.network"
FOREVER = 365 * 86400


def address(db: Session, process: Process) -> str | None:
    """Where the streets are that a way can follow, if the process has any."""
    row = networks.of(db, process)
    return None if row is None else url_for("networks.file", slug=process.slug, digest=row.digest)


@blueprint.get("/<slug>/<digest>")
def file(slug: str, digest: str) -> Response:
    with service().store.reading() as db:
        data = networks.data(db, processes.by_slug(db, slug), digest)
    response = Response(data, mimetype=KIND)
    response.cache_control.max_age = FOREVER
    response.cache_control.immutable = True
    response.cache_control.public = True
    return response
