"""The roadmap's pages: list, map and chart under one filter, one input, its words and its status."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app import maps
from app.errors import Invalid, Refusal
from app.model import RoadmapInput
from app.model.roadmap import INPUT_KINDS, INPUT_STATES, REALISERS
from app.services import (
    measures,
    roadmap,
    roadmap_chart,
    roadmap_merging,
    roadmap_search,
    roadmap_tags,
    sheets,
    whereabouts,
)
from app.services.roadmap_search import Page, Query
from app.web import problems
from app.web.desk import Desk, desk, frame, themes
from app.web.pages import page_data
from app.web.roadmap_filter import address, asked, chips
from app.web.service import now, service
from gis.geojson import plain

blueprint = Blueprint("roadmap", __name__, url_prefix="/plan/<slug>/veikart")
COLUMNS = ("public_id", "title", "text", "theme", "kind", "realiser", "status")


@blueprint.get("")
def list_page(slug: str) -> str | BaseResponse | tuple[str, int]:
    query = asked()
    if "" in request.args.values():
        return redirect(address(slug, query))
    with desk(slug) as at:
        try:
            return _list_page(at, query, roadmap_search.search(at.db, at.process, query), None)
        except Invalid as refusal:
            nothing = Page([], 0, 1, 1, dict.fromkeys(REALISERS, 0))
            return _list_page(at, query, nothing, refusal), 422


@blueprint.get("/veikart.csv")
def file(slug: str) -> Response:
    """What the filter lets through, for a spreadsheet."""
    with desk(slug) as at:
        rows = roadmap_search.everything(at.db, at.process, asked())
        figures, tags = roadmap.figures(at.db, at.process), roadmap_tags.tags_of(at.db, rows)
    least = at.process.minimum_people
    written = [
        [
            *(getattr(row, name) for name in COLUMNS),
            ", ".join(tags.get(row.id, [])),
            *([None, None] if figures.get(row.id, (0, 0))[0] < least else figures[row.id]),
            *_middle(row),
        ]
        for row in rows
    ]
    names = [*COLUMNS, "tags", "people", "registrations", "lat", "lon"]
    kept = {"Content-Disposition": f'attachment; filename="{slug}-veikart.csv"'}
    return Response(sheets.written(names, written), mimetype="text/csv", headers=kept)


@blueprint.get("/<public_id>")
def input_page(slug: str, public_id: str) -> str:
    with desk(slug) as at:
        return show_input(at, public_id)


@blueprint.post("/<public_id>")
def edit_input(slug: str, public_id: str) -> str | BaseResponse | tuple[str, int]:
    form = request.form
    try:
        with desk(slug, write=True) as at:
            roadmap.edit(
                at.db,
                at.officer,
                at.process,
                public_id,
                version=form.get("version", 0, int),
                title=form.get("title", ""),
                theme=form.get("theme", ""),
                realiser=form.get("realiser", ""),
                text=form.get("text"),
                kind=form.get("kind"),
                tags=form.get("tags"),
                now=now(),
            )
    except Refusal as refusal:
        return refused_input(slug, public_id, refusal)
    return redirect(url_for("roadmap.input_page", slug=slug, public_id=public_id))


@blueprint.post("/<public_id>/status")
def change_status(slug: str, public_id: str) -> str | BaseResponse | tuple[str, int]:
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
        return refused_input(slug, public_id, refusal)
    return redirect(url_for("roadmap.input_page", slug=slug, public_id=public_id))


def _list_page(at: Desk, query: Query, found: Page, refusal: Refusal | None) -> str:
    slug, words = at.process.slug, themes(at)
    data = page_data(
        area=plain(at.process.area),
        bounds=at.process.area.bounds,
        vector=url_for("basemap.vector", slug=slug, version=at.process.version),
        inputs=[_placed(row, slug) for row in found.rows if row.location is not None],
    )
    first = replace(query, page=1)
    return render_template(
        "plan/roadmap.html",
        map=maps.planner_map(at.process, service().config),
        data=data,
        query=query,
        found=found,
        figures=roadmap.figures(at.db, at.process, found.rows),
        row_tags=roadmap_tags.tags_of(at.db, found.rows),
        chart=roadmap_chart.chart(found.realisers),
        who={name: address(slug, replace(first, realisers=names)) for name, names in _slices().items()},
        counted_at=now(),
        chips=chips(slug, query, words),
        turn=lambda page: address(slug, replace(query, page=page)),
        csv=address(slug, first, "roadmap.file"),
        tags=[(tag, tag) for tag in roadmap_search.tags(at.db, at.process)],
        names=whereabouts.names(at.db, at.process).labels[:3000],
        radii=roadmap_search.RADII,
        themes=words,
        realisers=REALISERS,
        problem=problems.said(refusal),
        **frame(at, "roadmap"),
    )


def _slices() -> dict[str, tuple[str, ...]]:
    return {**{realiser: (realiser,) for realiser in REALISERS}, "joint": roadmap_chart.TOGETHER, "all": ()}


def show_input(at: Desk, public_id: str, form: dict[str, str] | None = None, refusal: Refusal | None = None) -> str:
    """The page of one input, with a form as it was refused."""
    row = roadmap.find(at.db, at.process, public_id)
    people, registrations = roadmap.figures(at.db, at.process, [row]).get(row.id, (0, 0))
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
        files=roadmap.evidence_of(at.db, row, files=True),
        tags=roadmap_tags.tags_of(at.db, [row]).get(row.id, []),
        history=roadmap.history(at.db, row),
        measures=measures.of_input(at.db, at.process, row),
        themes=themes(at),
        realisers=REALISERS,
        kinds=INPUT_KINDS,
        following=sorted(INPUT_STATES.table[row.status] - {"merged"}),
        form=form or {},
        both=refusal is not None and refusal.code == "changed_by_other" and "title" in (form or {}),
        ties=roadmap_merging.ties(at.db, at.process, row),
        can_split=row.status in roadmap_merging.SPLIT_IN,
        problem=problems.said(refusal),
        **frame(at, "roadmap"),
    )


def refused_input(slug: str, public_id: str, refusal: Refusal) -> tuple[str, int]:
    """The page again, with what the planner wrote still in the form."""
    status = problems.beside_form(refusal)
    with desk(slug) as at:
        return show_input(at, public_id, dict(request.form), refusal), status


def _middle(row: RoadmapInput) -> list[float | None]:
    """Latitude and longitude of where it is."""
    if row.location is None:
        return [None, None]
    point = row.location.representative_point()
    return [round(point.y, 6), round(point.x, 6)]


def _placed(row: RoadmapInput, slug: str) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "title": row.title,
        "realiser": row.realiser,
        "geometry": plain(row.location),
        "url": url_for("roadmap.input_page", slug=slug, public_id=row.public_id),
    }
