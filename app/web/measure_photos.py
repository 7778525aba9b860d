"""Photos of a measure: laid there and released by staff; for everyone once both they and the measure are released."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from app.errors import Refusal
from app.services import measure_photos, measures, photos, processes
from app.web import access
from app.web.desk import desk
from app.web.measures import back, refused
from app.web.service import now, service

blueprint = Blueprint("measure_photos", __name__)


@blueprint.post("/plan/<slug>/tiltak/<public_id>/bilder/<kind>")
@access.csrf.exempt
def lay(slug: str, public_id: str, kind: str) -> BaseResponse | tuple[str, int]:
    """Who may lay it there is settled before anything is decoded, and decoding holds no transaction."""
    with desk(slug) as at:
        measures.find(at.db, at.process, public_id)
    try:
        access.large_form(photos.MOST_BYTES, "photo")
        alt, sent = request.form.get("alt", ""), request.files.get("photo")
        clean = photos.clean(sent.read()) if sent and sent.filename else None
        with desk(slug, write=True) as at:
            measure_photos.lay(at.db, at.officer, at.process, public_id, kind, clean, alt=alt, now=now())
    except Refusal as refusal:
        if refusal.field == "kind":
            raise
        return refused(slug, public_id, refusal, f"photo_{kind}")
    return back(slug, public_id, "photos")


@blueprint.post("/plan/<slug>/tiltak/<public_id>/bilde/<uuid:id>")
def decide(slug: str, public_id: str, id: UUID) -> BaseResponse:
    """Release it, hide it, put it back, or erase it for good."""
    with desk(slug, write=True) as at:
        if request.form.get("erase"):
            measure_photos.erase(at.db, at.officer, at.process, public_id, id, now())
        else:
            verdict = request.form.get("verdict", "")
            measure_photos.decide(at.db, at.officer, at.process, public_id, id, verdict, now())
    return back(slug, public_id, "photos")


@blueprint.get("/plan/<slug>/tiltak/bilde/<uuid:id>.jpg")
def for_officer(slug: str, id: UUID) -> Response:
    """No cache keeps it, so that what is erased is gone."""
    with desk(slug) as at:
        return _jpeg(measure_photos.for_officer(at.db, at.process, id), "private, no-store")


@blueprint.get("/p/<slug>/tiltak/<uuid:id>.jpg")
def for_everyone(slug: str, id: UUID) -> BaseResponse:
    """A cache asks each time whether it may still show it."""
    with service().store.reading() as db:
        body = measure_photos.for_everyone(db, processes.by_slug(db, slug), id)
    answer = _jpeg(body, "public, no-cache")
    answer.add_etag()
    return answer.make_conditional(request)


def _jpeg(body: bytes, cache: str) -> Response:
    answer = Response(body, mimetype="image/jpeg")
    answer.headers["Cache-Control"] = cache
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
