"""The lesson plans: one hour of forty-five minutes, and three of them. No secret is in the address; print and share."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.web.pages import page_data

blueprint = Blueprint("lessons", __name__, url_prefix="/undervisning")
LENGTHS = (5, 5, 5, 20, 5, 5)


@blueprint.get("")
def plan() -> str:
    starts = [sum(LENGTHS[:n]) for n in range(len(LENGTHS))]
    spans = [(start, start + length) for start, length in zip(starts, LENGTHS, strict=True)]
    return render_template("facilitate/lesson_plan.html", spans=spans, data=page_data())
