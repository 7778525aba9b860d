"""The roadmap's pages: list and map, one input, its words and its status."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import maps
from app.errors import Refusal
from app.model import RoadmapInput
from app.model.roadmap import INPUT_KINDS, INPUT_STATES, REALISERS
from app.services import measures, roadmap
from app.web import problems
from app.web.desk import Desk, desk, frame, themes
from app.web.pages import page_data
from app.web.service import now, service
from gis.geojson import plain

blueprint = Blueprint("roadmap", __name__, url_prefix="/plan/<slug>/veikart")


@blueprint.get("")
def list_page(slug: str) -> str:
    with desk(slug) as at:
        rows = roadmap.inputs(at.db, at.process)
        figures = roadmap.figures(at.db, at.process)
        split = {realiser: sum(row.realiser == realiser for row in rows) for realiser in REALISERS}
        data = page_data(
            area=plain(at.process.area),
            bounds=at.process.area.bounds,
            vector=url_for("basemap.vector", slug=slug, version=at.process.version),
            inputs=[_placed(row, slug) for row in rows if row.location is not None],
        )
        return render_template(
            "plan/roadmap.html",
            map=maps.planner_map(at.process, service().config),
            inputs=rows,
            figures=figures,
            split=split,
            data=data,
            themes=themes(at),
            **frame(at, "roadmap"),
        )


@blueprint.get("/<public_id>")
def input_page(slug: str, public_id: str) -> str:
    with desk(slug) as at:
        return _input_page(at, public_id, {}, None)


@blueprint.post("/<public_id>")
def edit_input(slug: str, public_id: str) -> str | Response | tuple[str, int]:
    form = request.form
    try:
        with desk(slug, write=True) as at:
            roadmap.edit(
                at.db,
                at.officer,
                at.process,
                public_id,
                version=int(form.get("version") or 0),
                title=form.get("title", ""),
                theme=form.get("theme", ""),
                realiser=form.get("realiser", ""),
                text=form.get("text"),
                now=now(),
            )
    except Refusal as refusal:
        return _refused_input(slug, public_id, refusal)
    return redirect(url_for("roadmap.input_page", slug=slug, public_id=public_id))


@blueprint.post("/<public_id>/status")
def change_status(slug: str, public_id: str) -> str | Response | tuple[str, int]:
    form = request.form
    try:
        with desk(slug, write=True) as at:
            roadmap.change_status(
                at.db,
                at.officer,
                at.process,
                public_id,
                form.get("status", ""),
                reason=form.get("reason", ""),
                now=now(),
            )
    except Refusal as refusal:
        return _refused_input(slug, public_id, refusal)
    return redirect(url_for("roadmap.input_page", slug=slug, public_id=public_id))


def _input_page(at: Desk, public_id: str, form: dict[str, str], refusal: Refusal | None) -> str:
    row = roadmap.find(at.db, at.process, public_id)
    people, registrations = roadmap.figures(at.db, at.process).get(row.id, (0, 0))
    data = page_data(
        area=plain(at.process.area),
        bounds=at.process.area.bounds,
        vector=url_for("basemap.vector", slug=at.process.slug, version=at.process.version),
        inputs=[_placed(row, at.process.slug)] if row.location is not None else [],
    )
    return render_template(
        "plan/input.html",
        map=maps.planner_map(at.process, service().config),
        data=data,
        input=row,
        people=people if people >= at.process.minimum_people else None,
        registrations=registrations,
        areas=roadmap.areas_of(at.db, row),
        history=roadmap.history(at.db, row),
        measures=measures.of_input(at.db, at.process, row),
        themes=themes(at),
        realisers=REALISERS,
        kinds=INPUT_KINDS,
        following=sorted(INPUT_STATES.table[row.status] - {"merged"}),
        form=form,
        problem=problems.said(refusal),
        **frame(at, "roadmap"),
    )


def _refused_input(slug: str, public_id: str, refusal: Refusal) -> tuple[str, int]:
    """The page again, with what the planner wrote still in the form."""
    status = next((code for kind, code in problems.STATUS.items() if isinstance(refusal, kind)), 400)
    if status in (401, 403, 404, 503):
        raise refusal
    with desk(slug) as at:
        return _input_page(at, public_id, dict(request.form), refusal), status


def _placed(row: RoadmapInput, slug: str) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "title": row.title,
        "realiser": row.realiser,
        "geometry": plain(row.location),
        "url": url_for("roadmap.input_page", slug=slug, public_id=row.public_id),
    }
