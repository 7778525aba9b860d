"""Merging and splitting inputs of the roadmap, taking it back, and what may be the same wish twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import Refusal
from app.model import RoadmapInput
from app.services import roadmap, roadmap_duplicates, roadmap_merging
from app.services.roadmap_merging import Part
from app.web.desk import Desk, desk, frame, themes
from app.web.roadmap import refused_input
from app.web.service import now

blueprint = Blueprint("merging", __name__, url_prefix="/plan/<slug>/veikart")


@blueprint.get("/duplikater")
def duplicates(slug: str) -> str:
    """Pairs that may be the same wish; ``?of=BOR-0123`` those of one input alone."""
    with desk(slug) as at:
        of = roadmap.find(at.db, at.process, request.args["of"]) if request.args.get("of") else None
        return render_template(
            "plan/roadmap_duplicates.html",
            pairs=roadmap_duplicates.pairs(at.db, at.process, of),
            of=of,
            themes=themes(at),
            apart=int(roadmap_duplicates.APART_M),
            compared=roadmap_duplicates.MOST_COMPARED,
            **frame(at, "roadmap"),
        )


@blueprint.post("/<public_id>/sla-sammen")
def merge(slug: str, public_id: str) -> Any:
    into = request.form.get("into", "").strip().upper()
    version = request.form.get("version", 0, int)
    return _done(
        slug,
        public_id,
        lambda at: roadmap_merging.merge(at.db, at.officer, at.process, public_id, into, version=version, now=now()),
    )


@blueprint.post("/<public_id>/angre-sammenslaing")
def undo_merge(slug: str, public_id: str) -> Any:
    return _done(
        slug,
        public_id,
        lambda at: roadmap_merging.undo_merge(at.db, at.officer, at.process, public_id, now=now()),
    )


@blueprint.post("/<public_id>/del")
def split(slug: str, public_id: str) -> Any:
    form = request.form
    part = Part(
        title=form.get("part_title", ""),
        text=form.get("part_text"),
        theme=form.get("part_theme", ""),
        kind=form.get("part_kind", ""),
        realiser=form.get("part_realiser", ""),
    )
    return _done(
        slug,
        public_id,
        lambda at: roadmap_merging.split(
            at.db,
            at.officer,
            at.process,
            public_id,
            part,
            title=form.get("stays_title", ""),
            text=form.get("stays_text"),
            version=form.get("version", 0, int),
            now=now(),
        ),
    )


@blueprint.post("/<public_id>/angre-deling")
def undo_split(slug: str, public_id: str) -> Any:
    return _done(
        slug,
        public_id,
        lambda at: roadmap_merging.undo_split(at.db, at.officer, at.process, public_id, now=now()),
    )


def _done(slug: str, public_id: str, work: Callable[[Desk], RoadmapInput]) -> Response | tuple[str, int]:
    """The page of the input that came of it, or the page again with the refusal."""
    try:
        with desk(slug, write=True) as at:
            made = work(at).public_id
    except Refusal as refusal:
        return refused_input(slug, public_id, refusal)
    return redirect(url_for("roadmap.input_page", slug=slug, public_id=made))
