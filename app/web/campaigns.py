"""The solution hunt: the planner's plan of it, and a page for everyone with a counter that rises."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import Invalid, NotFound, Refusal
from app.services import arenas, campaigns, processes
from app.web import problems
from app.web.desk import desk, frame
from app.web.pages import page_data
from app.web.service import now, service

blueprint = Blueprint("campaigns", __name__)


@blueprint.get("/p/<slug>/losningsjakten")
def public_page(slug: str) -> str:
    with service().store.reading() as db:
        process = processes.by_slug(db, slug)
        shown = campaigns.of_process(db, process, public=True)
        return render_template(
            "answers/hunt.html",
            process=process,
            campaign=shown[0] if shown else None,
            counter=campaigns.counter(db, process, shown[0]) if shown else None,
            today=now().date(),
            data=page_data(poll=url_for("campaigns.figures", slug=slug)),
        )


@blueprint.get("/p/<slug>/losningsjakten/tall")
def figures(slug: str) -> Response:
    """What the counter says. People of fewer than the process allows are not told."""
    with service().store.reading() as db:
        process = processes.by_slug(db, slug)
        shown = campaigns.of_process(db, process, public=True)
        if not shown:
            raise NotFound("page_unknown")
        counted = campaigns.counter(db, process, shown[0])
        people = counted.people if counted.people >= process.minimum_people else None
        return jsonify({"people": people, "inputs": counted.inputs, "arenas": len(counted.arenas)})


@blueprint.route("/plan/<slug>/losningsjakten", methods=["GET", "POST"])
def hunts(slug: str) -> str | Response | tuple[str, int]:
    """The process's hunts, and a new one."""
    if request.method == "GET":
        return _hunts(slug, None)
    form = request.form
    try:
        with desk(slug, write=True) as at:
            made = campaigns.open_hunt(
                at.db,
                at.process,
                title=form.get("title", ""),
                expectation=form.get("expectation", ""),
                starts_on=form.get("starts_on", ""),
                ends_on=form.get("ends_on", ""),
                target_groups=form.get("target_groups", "").splitlines(),
                now=now(),
            )
    except Invalid as refusal:
        return _hunts(slug, refusal), 422
    return redirect(url_for("campaigns.hunt", slug=slug, id=made.id))


@blueprint.get("/plan/<slug>/losningsjakten/<uuid:id>")
def hunt(slug: str, id: UUID) -> str:
    return _hunt(slug, id, None)


@blueprint.post("/plan/<slug>/losningsjakten/<uuid:id>/arenaer")
def choose_arenas(slug: str, id: UUID) -> Response:
    with desk(slug, write=True) as at:
        campaign = campaigns.find(at.db, at.process, id)
        campaigns.choose_arenas(at.db, at.process, campaign, map(UUID, request.form.getlist("arena")))
    return redirect(url_for("campaigns.hunt", slug=slug, id=id))


@blueprint.post("/plan/<slug>/losningsjakten/<uuid:id>/oppgaver")
def add_task(slug: str, id: UUID) -> str | Response | tuple[str, int]:
    names = ("what", "channel", "due_on", "target_group", "spokesperson")
    try:
        with desk(slug, write=True) as at:
            campaigns.add_task(at.db, at.process, id, **{name: request.form.get(name, "") for name in names})
    except Invalid as refusal:
        return _hunt(slug, id, refusal), 422
    return redirect(url_for("campaigns.hunt", slug=slug, id=id) + "#plan")


@blueprint.post("/plan/<slug>/losningsjakten/oppgaver/<uuid:id>")
def tick(slug: str, id: UUID) -> Response:
    with desk(slug, write=True) as at:
        campaign = campaigns.tick(at.db, at.process, id, request.form.get("done") == "yes", now().date())
    return redirect(url_for("campaigns.hunt", slug=slug, id=campaign.id) + "#plan")


@blueprint.post("/plan/<slug>/losningsjakten/<uuid:id>/vis")
def publish(slug: str, id: UUID) -> Response:
    with desk(slug, write=True) as at:
        campaigns.publish(at.db, at.process, id, request.form.get("public") == "yes")
    return redirect(url_for("campaigns.hunt", slug=slug, id=id))


def _hunts(slug: str, refusal: Refusal | None) -> str:
    with desk(slug) as at:
        return render_template(
            "plan/campaigns.html",
            campaigns=campaigns.of_process(at.db, at.process),
            form=request.form,
            **problems.shown(refusal),
            **frame(at, "arenas"),
        )


def _hunt(slug: str, id: UUID, refusal: Refusal | None) -> str:
    with desk(slug) as at:
        campaign = campaigns.find(at.db, at.process, id)
        counted = campaigns.counter(at.db, at.process, campaign)
        return render_template(
            "plan/campaign.html",
            campaign=campaign,
            counter=counted,
            chosen={each.arena.id for each in counted.arenas},
            arenas=arenas.in_process(at.db, at.process),
            tasks=campaigns.tasks(at.db, campaign),
            today=now().date(),
            form=request.form,
            **problems.shown(refusal),
            **frame(at, "arenas"),
        )
