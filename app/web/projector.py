"""The classroom's wall: code and QR code so large that the last row reads them, and figures that rise. Its address is
the class code, never the teacher's link: whoever photographs the wall gets what is on it and nothing more.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template

from app.model import Arena, Process
from app.services import arenas
from app.store import Session
from app.web import access, live
from app.web.addresses import join_address, qr
from app.web.pages import page_data
from app.web.service import service

blueprint = Blueprint("projector", __name__, url_prefix="/tavle/<code>")


@blueprint.get("")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def wall(code: str) -> str:
    with service().store.reading() as db:
        arena = _class(db, code)
        shown = arenas.board_of(db, arena.id)
        address = join_address(arena.join_code or "")
        return render_template(
            "facilitate/wall.html",
            board=shown,
            process=db.get_one(Process, arena.process_id),
            address=address,
            qr=qr(address),
            data=page_data(**live.wall_addresses(arena.join_code or ""), **live.figures(shown)),
        )


@blueprint.get("/tall")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def figures(code: str) -> Response:
    with service().store.reading() as db:
        return jsonify(live.figures(arenas.board_of(db, _class(db, code).id)))


@blueprint.get("/strom")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def stream(code: str) -> Response:
    with service().store.reading() as db:
        arena = _class(db, code)
    return live.stream(arena.id)


def _class(db: Session, code: str) -> Arena:
    return arenas.by_code(db, code)
