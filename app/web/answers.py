"""The answer for everyone: what was heard, what is done, what is not and why; the feed; what staff release."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from feedgenerator import Atom1Feed
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app import maps
from app.model import Process
from app.model.roadmap import REALISERS
from app.services import answers, processes
from app.services.answers import Answer
from app.store import Session
from app.web.addresses import outside
from app.web.desk import desk, theme_words
from app.web.language import current
from app.web.pages import page_data
from app.web.participants_words import INPUT_ANSWERS, MEASURE_ANSWERS
from app.web.service import now, service
from gis.geojson import plain

blueprint = Blueprint("answers", __name__)
MOST_UNFOLDED = 40
T = TypeVar("T")


@blueprint.get("/p/<slug>/svar")
def process(slug: str) -> str:
    with service().store.reading() as db:
        row = processes.by_slug(db, slug)
        found, themes = answers.of_process(db, row), theme_words(db, row)
        many = len(found.inputs) + len(found.measures) > MOST_UNFOLDED
        return render_template(
            "answers/process.html",
            process=row,
            found=found,
            many=many,
            by_focus=lambda rows: grouped(rows, many, lambda each: each.row.focus_area or _("no focus area yet")),
            by_theme=lambda rows: grouped(rows, many, lambda each: themes.get(each.input.theme, each.input.theme)),
            by_realiser={
                realiser: [each for each in found.inputs if each.input.realiser == realiser] for realiser in REALISERS
            },
            input_answers=INPUT_ANSWERS,
            measure_answers=MEASURE_ANSWERS,
            feed=outside(url_for("answers.feed", slug=slug)),
            **_where(row, found.inputs),
        )


@blueprint.get("/p/<slug>/svar.atom")
def feed(slug: str) -> BaseResponse:
    """Atom: the latest steps. Nobody needs to leave an address to follow them."""
    with service().store.reading() as db:
        response = Response(_feed(db, processes.by_slug(db, slug)), mimetype="application/atom+xml")
    response.add_etag()
    return response.make_conditional(request)


@blueprint.post("/plan/<slug>/veikart/<public_id>/offentlig")
def release_input(slug: str, public_id: str) -> BaseResponse:
    with desk(slug, write=True) as at:
        public = bool(request.form.get("public"))
        answers.release_input(at.db, at.officer, at.process, public_id, public, now())
    return redirect(url_for("roadmap.input_page", slug=slug, public_id=public_id, _anchor="public"))


def _where(process: Process, inputs: list[Answer]) -> dict[str, Any]:
    """The map of places that enough people stand behind; none if there is no such place."""
    placed = [each for each in inputs if each.people is not None and each.input.location is not None]
    if not placed:
        return {"map": None}
    data = page_data(
        area=plain(process.area),
        bounds=process.area.bounds,
        vector=url_for("basemap.vector", slug=process.slug, version=process.version),
        inputs=[
            {
                "id": each.input.public_id,
                "title": each.input.title,
                "realiser": each.input.realiser,
                "geometry": plain(each.input.location),
                "url": f"#{each.input.public_id}",
            }
            for each in placed
        ],
    )
    return {"map": maps.planner_map(process, service().config), "data": data}


def grouped(rows: Sequence[T], many: bool, word: Callable[[T], str]) -> dict[str, list[T]]:
    """Rows under a word each, by the alphabet, or under none unless they are ``many``; the order within stays."""
    found: dict[str, list[T]] = {}
    for row in rows:
        found.setdefault(word(row) if many else "", []).append(row)
    return {name: found[name] for name in sorted(found, key=str.casefold)}


def _feed(db: Session, process: Process) -> str:
    page = outside(url_for("answers.process", slug=process.slug))
    made = Atom1Feed(
        title=_("What became of it: %(process)s", process=process.title),
        link=page,
        description="",
        language=current(),
        author_name=process.title,
        feed_url=outside(url_for("answers.feed", slug=process.slug)),
    )
    for measure, step in answers.latest_steps(db, process):
        made.add_item(
            title=f"{measure.public_id} {measure.title}: {MEASURE_ANSWERS[step.wanted]}",
            link=f"{page}#{measure.public_id}",
            description=step.reason,
            unique_id=f"urn:snarvei:{measure.public_id}:{step.number}",
            pubdate=step.at,
            updateddate=step.at,
        )
    return str(made.writeString("utf-8"))
