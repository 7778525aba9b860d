"""Photos: sent by a participant's device, looked at and released by staff, served to staff alone."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from app.errors import NotFound, TooLarge
from app.services import photos, processes
from app.web import access, wire
from app.web.desk import desk, frame
from app.web.language import current
from app.web.service import now, service

blueprint = Blueprint("photos", __name__)
SENDINGS = "240 per minute"


@blueprint.put("/api/v1/contributions/<id>/photos/<photo>")
@access.csrf.exempt
@access.limiter.limit(SENDINGS)
def put_photo(id: str, photo: str) -> tuple[Response, int]:
    """Who may send is settled before anything is decoded, and decoding holds no transaction."""
    body = _read_body()
    beside, key = wire.read_id(id), wire.read_id(photo)
    with service().store.reading() as db:
        photos.check(db, access.pupil(db, now()), beside, key)
    clean = photos.clean(body)
    with service().store.writing() as db:
        actor = access.pupil(db, now())
        saved = photos.save(db, actor, beside, key, clean, mark=photos.mark(actor, body), now=now())
    answer = {"id": photo, "width": saved.row.width, "height": saved.row.height, "state": saved.row.state}
    received = saved.row.changed_at.isoformat(timespec="seconds")
    return jsonify({**answer, "received_at": received}), 201 if saved.created else 200


@blueprint.delete("/api/v1/contributions/<id>/photos/<photo>")
@access.csrf.exempt
def delete_photo(id: str, photo: str) -> tuple[str, int]:
    with service().store.writing() as db:
        photos.take_back(db, access.pupil(db, now()), wire.read_id(id), wire.read_id(photo), now())
    return "", 204


def _read_body() -> bytes:
    """The body, under a limit of this door's own. Raises TooLarge; a body that does not say how long it is is read one
    byte past the limit to know.
    """
    request.max_content_length = photos.MOST_BYTES + 1
    too_large = TooLarge("photo_too_large", field="photo", most=photos.MOST_BYTES // 1_000_000)
    if (request.content_length or 0) > photos.MOST_BYTES:
        raise too_large
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise too_large from error
    if len(body) > photos.MOST_BYTES:
        raise too_large
    return body


@blueprint.get("/plan/<slug>/bilder/<id>.jpg")
def photo(slug: str, id: str) -> Response:
    """For the process's own staff. No cache keeps it, so that what is erased is gone."""
    with desk(slug) as at:
        body = photos.for_officer(at.db, at.process, wire.read_id(id))
    response = Response(body, mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.get("/plan/<slug>/lese/bilder")
def queue(slug: str) -> str:
    state = request.args.get("state", "pending")
    if state not in photos.VERDICTS:
        raise NotFound("page_unknown")
    page = max(int(request.args["page"]), 1) if request.args.get("page", "").isdigit() else 1
    with desk(slug) as at:
        rows, total = photos.queue(at.db, at.process, state=state, page=page)
        entries = processes.catalogue(at.db, at.process.id)
        words = {(g, c): e.words.get(current(), c) for g, found in entries.items() for c, e in found.items()}
        return render_template(
            "moderate/photos.html",
            rows=rows,
            total=total,
            page=page,
            pages=-(-total // photos.PAGE),
            state=state,
            states_shown=photos.VERDICTS,
            words=words,
            **frame(at, "moderate"),
        )


@blueprint.post("/plan/<slug>/lese/bilder/<id>")
def decide(slug: str, id: str) -> BaseResponse:
    form = request.form
    with desk(slug, write=True) as at:
        verdict, reason = form.get("verdict", ""), form.get("reason")
        photos.decide(at.db, at.officer, at.process, wire.read_id(id), verdict, now=now(), reason=reason)
    return redirect(url_for("photos.queue", slug=slug, state=form.get("state", "pending")))
