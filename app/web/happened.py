"""What happened: the answer to one class or arena, behind its code; and to a child about its own things."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.model import Process
from app.services import answers, arenas
from app.services.answers import Answer
from app.web import access
from app.web.pages import page_data
from app.web.participants_words import INPUT_ANSWERS, MEASURE_ANSWERS
from app.web.service import now, service

blueprint = Blueprint("happened", __name__)
MOST_OTHERS = 12  # what most people said; a child sees its own of the rest, everyone the page of all answers


@blueprint.get("/dette-skjedde/<code>")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def page(code: str) -> str | BaseResponse:
    with service().store.reading() as db:
        arena = arenas.by_code(db, code)
        if arena.join_code != code:
            return redirect(url_for("happened.page", code=arena.join_code))
        process = db.get_one(Process, arena.process_id)
        found = answers.of_arena(db, process, arena)
        return render_template(
            "participate/happened.html",
            arena=arena,
            process=process,
            own=found.own,
            others=found.others,
            most_others=MOST_OTHERS,
            input_answers=INPUT_ANSWERS,
            measure_answers=MEASURE_ANSWERS,
            data=page_data(code=arena.join_code, mine=url_for("happened.mine")),
        )


@blueprint.get("/api/v1/answers")
def mine() -> Response:
    """What became of one's own things, by their ids."""
    with service().store.reading() as db:
        actor = access.pupil(db, now())
        process = db.get_one(Process, actor.process_id)
        found = answers.of_participant(db, process, actor)
        return jsonify({"answers": {str(id): [_told(each) for each in said] for id, said in found.items()}})


def _told(answer: Answer) -> dict[str, object]:
    return {
        "input": answer.input.public_id,
        "title": answer.input.title,
        "status": answer.input.status,
        "reason": answer.reason,
        "measures": [
            {"id": each.row.public_id, "title": each.row.title, "status": each.row.status, "reason": each.reason}
            for each in answer.measures
        ],
    }
