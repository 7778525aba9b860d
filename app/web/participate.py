"""The participant's pages and API: join with a code, draw, send, take back, finish."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import maps
from app.errors import Invalid, NotFound
from app.model import Arena, Process
from app.services import arenas, contributions, keys, methods, participants, photos, processes
from app.store import Session
from app.web import access, networks, openapi, wire
from app.web.headers import holds_no_secret
from app.web.language import alias, current
from app.web.pages import page_data
from app.web.service import now, service
from gis import privacy
from gis.geojson import plain

blueprint = Blueprint("participate", __name__)


@blueprint.get("/")
@blueprint.get("/k/<code>")
def join_page(code: str = "") -> str | Response:
    """A form that was sent before its script was there comes back with the code that was typed."""
    code = code or request.args.get("code", "")
    if code and _open_to_residents(code):
        return redirect(url_for("residents.open_page", code=arenas.plain_code(code)))
    return render_template("participate/join.html", code=arenas.plain_code(code), data=page_data())


def _open_to_residents(code: str) -> bool:
    with service().store.reading() as db:
        try:
            return arenas.for_residents(arenas.by_code(db, code))
        except NotFound:
            return False


@blueprint.get("/kart/<code>")
def map_page(code: str) -> str | Response:
    """The map of the arena behind a code. What one has drawn there is on the device, under its token."""
    holds_no_secret()
    with service().store.reading() as db:
        arena = arenas.by_code(db, code)
        if arena.join_code != code or arena.method == "workshop" or methods.of(arena.method).notes:
            return redirect(_where(arena))
        process = db.get_one(Process, arena.process_id)
        return drawn_on(db, process, arena, "participate/map.html", guided=arenas.guided(arena))


def drawn_on(db: Session, process: Process, arena: Arena, template: str, *, guided: bool, **more: Any) -> str:
    """A page with the participant's map and tools; ``more`` is handed to its script as well."""
    words = wire.catalogue(processes.catalogue(db, process.id), current(), wire.audience(arena))
    data = page_data(
        arena=wire.arena(arena, process),
        catalogue=words,
        code=arena.join_code,
        guided=guided,
        promise=process.promise.get(current()) or process.promise.get("nb", ""),
        gazetteer=url_for("gazetteer.names", slug=process.slug, version=process.version),
        vector=url_for("basemap.vector", slug=process.slug, version=process.version),
        network=networks.address(db, process),
        area=plain(process.area),
        bounds=process.area.bounds,
        residents=_limits() if arenas.for_residents(arena) else None,
        **more,
    )
    shown = maps.participant_map(process, arena, service().config)
    return render_template(template, map=shown, arena=arena, process=process, catalogue=words, data=data)


def _limits() -> dict[str, int]:
    """What a resident's device checks before it sends: sizes of areas in square metres, photos beside one thing."""
    return {
        "smallest_area": privacy.SMALLEST_AREA,
        "largest_area": privacy.LARGEST_AREA,
        "photos": photos.MOST_OF_A_THING,
    }


@blueprint.post("/api/v1/join")
@access.csrf.exempt
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def join() -> tuple[Response, int]:
    asked = wire.read_object()
    code, token = asked.get("code"), asked.get("token")
    if not isinstance(code, str) or not arenas.plain_code(code):
        raise Invalid("field_missing", field="code")
    valid = timedelta(days=service().config.token_days)
    with service().store.writing() as db:
        joined = _joined(db, code, token, asked.get("head_count"), valid)
        entries = processes.catalogue(db, joined.process.id)
        answer: dict[str, Any] = {
            "token": joined.token,
            "alias": alias(joined.alias),
            "head_count": joined.head_count,
            "arena": wire.arena(joined.arena, joined.process),
            "catalogue": wire.catalogue(entries, current(), wire.audience(joined.arena)),
            "returning": joined.returning,
            "expires": joined.expires_at.isoformat(timespec="seconds"),
            "map": _where(joined.arena),
        }
    return jsonify(answer), 201


def _where(arena: Arena) -> str:
    """Where one goes on who has joined."""
    if arena.method == "workshop":
        return url_for("workshop.vote_page", code=arena.join_code)
    page = "notes.page" if methods.of(arena.method).notes else "participate.map_page"
    return url_for(page, code=arena.join_code)


def _joined(db: Session, code: str, token: Any, head_count: Any, valid: timedelta) -> participants.Joined:
    """Back by a teacher's one-time code, on under a key that is still held, or in under a new pseudonym."""
    way_back = keys.one_time(arenas.plain_code(code))
    if way_back:
        return participants.take_new_key(db, way_back, now(), valid=valid)
    again = participants.rejoin(db, code, token, now(), valid=valid) if isinstance(token, str) and token else None
    return again or participants.join(db, code, now(), valid=valid, head_count=head_count)


@blueprint.put("/api/v1/contributions/<id>")
@access.csrf.exempt
def put_contribution(id: str) -> tuple[Response, int]:
    geometry, properties, revision = wire.read_feature()
    key = wire.read_id(id)
    store = service().store
    with store.writing(once=True) as db:
        actor = access.pupil(db, now(), named=key)
        once = contributions.writes_once(actor, properties)
        if once:
            saved = contributions.save(db, actor, key, geometry, properties, now=now(), revision=revision)
    if not once:
        with store.writing() as db:
            saved = contributions.save(db, actor, key, geometry, properties, now=now(), revision=revision)
    return jsonify(wire.contribution(saved.row)), 201 if saved.created else 200


@blueprint.get("/api/v1/contributions")
def get_contributions() -> Response:
    with service().store.reading() as db:
        rows = contributions.mine(db, access.pupil(db, now()))
    return jsonify({"type": "FeatureCollection", "features": [wire.contribution(row) for row in rows]})


@blueprint.delete("/api/v1/contributions/<id>")
@access.csrf.exempt
def delete_contribution(id: str) -> tuple[str, int]:
    revision = wire.read_revision(request.args.get("revision"))
    with service().store.writing() as db:
        contributions.erase(db, access.pupil(db, now()), wire.read_id(id), now(), revision=revision)
    return "", 204


@blueprint.get("/api/v1/me")
def me() -> Response:
    """Whether the token still holds, and how the arena is now."""
    with service().store.reading() as db:
        actor = access.pupil(db, now())
        people = participants.head_count(db, actor)
    return jsonify({"alias": alias(actor.alias), "arena_state": actor.arena_state, "head_count": people})


@blueprint.put("/api/v1/me")
@access.csrf.exempt
def count_again() -> Response:
    """The group says anew how many walk along."""
    wanted = wire.read_object().get("head_count")
    with service().store.writing() as db:
        people = participants.count_again(db, access.pupil(db, now()), wanted)
    return jsonify({"head_count": people})


@blueprint.post("/api/v1/finish")
@access.csrf.exempt
def finish() -> tuple[str, int]:
    with service().store.writing() as db:
        participants.finish(db, access.pupil(db, now()), now())
    return "", 204


@blueprint.get("/api/openapi.json")
def api_description() -> Response:
    return jsonify(openapi.document(request.url_root.rstrip("/")))
