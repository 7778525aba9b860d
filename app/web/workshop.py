"""The roadmap workshop: dots from every phone, the ranked list on the wall, the planner's table, shelf and minutes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import Conflict, Invalid, NotFound, Refusal
from app.model import Arena, Process
from app.model.arena import ARENA_STATES
from app.services import arenas, workshop
from app.services.workshop import Standing
from app.web import access, problems, wire
from app.web.addresses import qr
from app.web.desk import desk, frame
from app.web.pages import page_data
from app.web.service import now, service

blueprint = Blueprint("workshop", __name__)


@blueprint.get("/verksted/<code>")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def vote_page(code: str) -> str:
    """Dots to give, on a phone. It works on without network; what was given is sent when there is one."""
    with service().store.reading() as db:
        arena = workshop.by_code(db, code)
        inputs = workshop.on_the_table(db, arena)
        return render_template(
            "workshop/vote.html",
            arena=arena,
            process=db.get_one(Process, arena.process_id),
            inputs=inputs,
            dots=workshop.dots_of(arena),
            most_people=workshop.LARGEST_TABLE,
            table=request.args.get("part", type=int),
            data=page_data(
                code=arena.join_code,
                dots=workshop.dots_of(arena),
                inputs=[row.public_id for row in inputs],
                ballot=url_for("workshop.put_ballot"),
                offers=url_for("workshop.make_offer"),
            ),
        )


@blueprint.get("/verksted/<code>/vegg")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def wall(code: str) -> str:
    """The list as it stands, so large that the last row reads it."""
    with service().store.reading() as db:
        arena = workshop.by_code(db, code)
        address = _address(arena)
        return render_template(
            "workshop/wall.html",
            arena=arena,
            process=db.get_one(Process, arena.process_id),
            standing=workshop.standing(db, arena),
            address=address,
            qr=qr(address),
            data=page_data(poll=url_for("workshop.figures", code=arena.join_code)),
        )


@blueprint.get("/verksted/<code>/tall")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def figures(code: str) -> Response:
    with service().store.reading() as db:
        return jsonify(_told(workshop.standing(db, workshop.by_code(db, code))))


@blueprint.put("/api/v1/ballot")
@access.csrf.exempt
def put_ballot() -> Response:
    asked = wire.read_object()
    with service().store.writing() as db:
        counted = workshop.cast(
            db, access.pupil(db, now()), asked.get("dots"), revision=asked.get("revision"), now=now()
        )
    return jsonify({"dots": counted})


@blueprint.get("/api/v1/ballot")
def get_ballot() -> Response:
    with service().store.reading() as db:
        return jsonify({"dots": workshop.ballot(db, access.pupil(db, now()))})


@blueprint.post("/api/v1/offers")
@access.csrf.exempt
def make_offer() -> tuple[Response, int]:
    asked = wire.read_object()
    with service().store.writing() as db:
        made = workshop.offer(
            db,
            access.pupil(db, now()),
            str(asked.get("input") or ""),
            asked.get("name"),
            asked.get("words"),
            now(),
        )
        answer = {"name": made.name, "state": made.state}
    return jsonify(answer), 201


@blueprint.route("/plan/<slug>/verksted", methods=["GET", "POST"])
def workshops(slug: str) -> str | Response | tuple[str, int]:
    """The process's workshops, and a new one with the inputs that were ticked."""
    if request.method == "GET":
        return _workshops(slug, None)
    form = request.form
    try:
        with desk(slug, write=True) as at:
            made = workshop.open_workshop(
                at.db,
                at.process,
                title=form.get("title", ""),
                dots=form.get("dots", ""),
                public_ids=form.getlist("input"),
                now=now(),
            )
    except (Invalid, Conflict) as refusal:
        return _workshops(slug, refusal), 422
    return redirect(url_for("workshop.table", slug=slug, id=made.id))


@blueprint.get("/plan/<slug>/verksted/<uuid:id>")
def table(slug: str, id: UUID) -> str:
    return _table(slug, id, "workshop/table.html")


@blueprint.get("/plan/<slug>/verksted/<uuid:id>/referat")
def minutes(slug: str, id: UUID) -> str:
    """What came out of it, and a sheet for each of the first on the list, for the printer."""
    return _table(slug, id, "workshop/minutes.html")


@blueprint.post("/plan/<slug>/verksted/<uuid:id>/tilstand")
def change_state(slug: str, id: UUID) -> Response:
    wanted = request.form.get("state", "")
    if wanted not in ARENA_STATES.table:
        raise NotFound("page_unknown")
    with desk(slug, write=True) as at:
        arenas.change_state(at.db, at.officer, workshop.of(at.db, at.process, id), wanted, now())
    return redirect(url_for("workshop.table", slug=slug, id=id))


@blueprint.post("/plan/<slug>/verksted/<uuid:id>/hylle/<public_id>")
def shelve(slug: str, id: UUID, public_id: str) -> str | Response | tuple[str, int]:
    """Off the table with the case it belongs to, or back on it."""
    try:
        with desk(slug, write=True) as at:
            arena = workshop.of(at.db, at.process, id)
            if request.form.get("back"):
                workshop.take_back(at.db, at.process, arena, public_id)
            else:
                workshop.shelve(at.db, at.process, arena, public_id, request.form.get("case", ""))
    except Invalid as refusal:
        return _table(slug, id, "workshop/table.html", refusal), 422
    return redirect(url_for("workshop.table", slug=slug, id=id))


@blueprint.post("/plan/<slug>/verksted/<uuid:id>/tilbud/<uuid:offer>")
def answer_offer(slug: str, id: UUID, offer: UUID) -> Response:
    with desk(slug, write=True) as at:
        workshop.answer_offer(at.db, at.process, offer, request.form.get("state", ""))
    return redirect(url_for("workshop.table", slug=slug, id=id) + "#tilbud")


def _workshops(slug: str, refusal: Refusal | None) -> str:
    with desk(slug) as at:
        return render_template(
            "workshop/list.html",
            workshops=workshop.of_process(at.db, at.process),
            inputs=workshop.suggested(at.db, at.process),
            form=request.form,
            chosen=request.form.getlist("input"),
            most_dots=workshop.MOST_DOTS,
            **problems.shown(refusal),
            **frame(at, "arenas"),
        )


def _table(slug: str, id: UUID, template: str, refusal: Refusal | None = None) -> str:
    with desk(slug) as at:
        arena = workshop.of(at.db, at.process, id)
        standing = workshop.standing(at.db, arena)
        rows = [each.input for each in standing.ranked] + [row for row, _ in standing.shelf]
        address = _address(arena)
        return render_template(
            template,
            arena=arena,
            standing=standing,
            dots=workshop.dots_of(arena),
            offers=workshop.offers(at.db, rows),
            address=address,
            qr=qr(address),
            data=page_data(poll=url_for("workshop.figures", code=arena.join_code)),
            **problems.shown(refusal),
            **frame(at, "arenas"),
        )


def _told(standing: Standing) -> dict[str, Any]:
    return {
        "state": standing.arena.state,
        "ballots": standing.ballots,
        "people": standing.people,
        "dots": standing.dots,
        "ranked": [
            {
                "id": each.input.public_id,
                "title": each.input.title,
                "dots": each.dots,
                "ballots": each.ballots,
                "place": each.place,
                "shared": each.shared,
            }
            for each in standing.ranked
        ],
    }


def _address(arena: Arena) -> str:
    base = (service().config.public_url or request.url_root).rstrip("/")
    return base + url_for("workshop.vote_page", code=arena.join_code)
