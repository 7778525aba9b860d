"""Cards for the tables of a conference or a workshop, on paper: a square that opens each table, and three steps."""

from __future__ import annotations

from uuid import UUID

import segno
from flask import Blueprint, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import NotFound
from app.model import Arena, Process
from app.services import arenas, fields, methods, notes
from app.web.addresses import outside
from app.web.desk import desk
from app.web.language import LANGUAGES, current
from app.web.service import now, service
from gis import table_cards
from gis.table_cards import Card, Words

blueprint = Blueprint("table_cards", __name__)


@blueprint.get("/plan/<slug>/arenaer/<uuid:id>/bordkort.pdf")
def for_planner(slug: str, id: UUID) -> Response:
    with desk(slug) as at:
        process, arena = at.process, arenas.of_process(at.db, at.process, id)
    return _pdf(process, arena)


@blueprint.get("/vert/<token>/anledning/<uuid:id>/bordkort.pdf")
def for_host(token: str, id: UUID) -> Response:
    with service().store.reading() as db:
        host = arenas.host(db, token, now())
        process, arena = db.get_one(Process, host.process_id), arenas.of_host(db, host, id)
    return _pdf(process, arena)


def _pdf(process: Process, arena: Arena) -> Response:
    """As many as the address says (``bord``), in a language of its own (``sprak``)."""
    page = _opened(arena)
    many = fields.whole(request.args.get("bord"), "tables", 1, notes.MOST_PARTS)
    language = fields.one_of(request.args, "sprak", LANGUAGES) or current()
    with force_locale(language):
        cards = [_card(page, arena, table) for table in range(1, many + 1)]
        words = Words(
            document=_("Cards for the tables: %(title)s", title=arena.title),
            process=process.title,
            title=arena.title,
            code=f"{(arena.join_code or '')[:3]} {(arena.join_code or '')[3:]}",
            steps=_workshop() if arena.method == "workshop" else _conference(),
        )
    answer = Response(table_cards.pdf(words, cards), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'inline; filename="bordkort.pdf"'
    return answer


def _opened(arena: Arena) -> str:
    """The page that a table opens. Raises NotFound where nobody sits at tables."""
    if arena.join_code and arena.method == "workshop":
        return "workshop.vote_page"
    if arena.join_code and methods.of(arena.method).part == "table":
        return "notes.page"
    raise NotFound("page_unknown")


def _card(page: str, arena: Arena, table: int) -> Card:
    address = outside(url_for(page, code=arena.join_code, part=table))
    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix_iter(border=3)]
    return Card(_("Table %(n)s", n=table), address, rows)


def _conference() -> list[str]:
    return [
        _("Point the camera of a phone at the square, or type the address below. Nobody needs an account."),
        _("Write down what is said at your table, one thing at a time, word for word. No names."),
        _("A tick says that it is received. Without network the phone keeps it and sends it later."),
    ]


def _workshop() -> list[str]:
    return [
        _("Point the camera of a phone at the square, or type the address below. Nobody needs an account."),
        _("Say how many of you share the phone. Give your dots to what matters most."),
        _("Dots can be moved until the vote is closed. Without network the phone keeps them and sends them later."),
    ]
