"""Life in the area: indicators with their sources, for the planner to keep and for everyone to read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import Conflict, Invalid, Refusal
from app.services import indicators, processes
from app.services.indicators import Card
from app.web import problems
from app.web.desk import desk, frame
from app.web.service import now, service

blueprint = Blueprint("indicators", __name__)


@blueprint.get("/p/<slug>/livet")
def public_page(slug: str) -> str:
    with service().store.reading() as db:
        process = processes.by_slug(db, slug)
        shown = [(card, bars(card)) for card in indicators.cards(db, process, public=True)]
        return render_template("answers/life.html", process=process, cards=shown)


@blueprint.get("/plan/<slug>/livet")
def page(slug: str) -> str:
    return _page(slug, None)


@blueprint.post("/plan/<slug>/livet")
def add(slug: str) -> str | Response | tuple[str, int]:
    form = request.form
    try:
        with desk(slug, write=True) as at:
            indicators.add(
                at.db,
                at.process,
                name=form.get("name", ""),
                unit=form.get("unit", ""),
                source=form.get("source", ""),
                story=form.get("story", ""),
                now=now(),
            )
    except (Invalid, Conflict) as refusal:
        return _page(slug, refusal), 422
    return redirect(url_for("indicators.page", slug=slug))


@blueprint.post("/plan/<slug>/livet/<uuid:id>")
def measure(slug: str, id: UUID) -> str | Response | tuple[str, int]:
    form = request.form
    try:
        with desk(slug, write=True) as at:
            indicators.measure(
                at.db,
                at.process,
                id,
                place=form.get("place", ""),
                own=form.get("own") == "yes",
                year=form.get("year", ""),
                value=form.get("value", ""),
                people=form.get("people", ""),
            )
    except Invalid as refusal:
        return _page(slug, refusal, id), 422
    return redirect(url_for("indicators.page", slug=slug) + f"#i-{id}")


@blueprint.post("/plan/<slug>/livet/<uuid:id>/vis")
def publish(slug: str, id: UUID) -> Response:
    with desk(slug, write=True) as at:
        indicators.publish(at.db, at.process, id, request.form.get("public") == "yes")
    return redirect(url_for("indicators.page", slug=slug) + f"#i-{id}")


@blueprint.post("/plan/<slug>/livet/verdi/<uuid:id>/fjern")
def remove(slug: str, id: UUID) -> Response:
    with desk(slug, write=True) as at:
        indicators.remove(at.db, at.process, id)
    return redirect(url_for("indicators.page", slug=slug))


def _page(slug: str, refusal: Refusal | None, at_id: UUID | None = None) -> str:
    with desk(slug) as at:
        return render_template(
            "plan/indicators.html",
            cards=[(card, bars(card)) for card in indicators.cards(at.db, at.process)],
            form=request.form,
            refused_at=at_id,
            **problems.shown(refusal),
            **frame(at, "indicators"),
        )


def bars(card: Card) -> list[dict[str, Any]]:
    """The newest value of each place, and how long its bar is: of 100 where that is the whole, else of the longest."""
    longest = max((abs(value) for _, value in card.latest.values()), default=0) or 1
    longest = max(longest, 100) if card.indicator.unit == "%" else longest
    return [
        {
            "place": place,
            "own": place in card.own,
            "year": year,
            "value": value,
            "share": round(100 * abs(value) / longest, 1),
        }
        for place, (year, value) in card.latest.items()
    ]
