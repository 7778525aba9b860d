"""The kit of a host, on paper: invitations, thank-you cards, how it is done, and the questions, in three languages."""

from __future__ import annotations

from uuid import UUID

import segno
from flask import Blueprint, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import NotFound
from app.model import Arena, Process
from app.services import arenas, methods
from app.web.addresses import outside
from app.web.language import number
from app.web.service import now, service
from gis import kit
from gis.kit import Card, Words

blueprint = Blueprint("kits", __name__, url_prefix="/vert/<token>/anledning")


@blueprint.get("/<uuid:id>/vertspakke.pdf")
def pdf(token: str, id: UUID) -> Response:
    with service().store.reading() as db:
        host = arenas.host(db, token, now())
        arena = arenas.of_host(db, host, id)
        if not methods.of(arena.method).kit:
            raise NotFound("page_unknown")
        process = db.get_one(Process, host.process_id)
    address = outside(url_for("notes.page", code=arena.join_code))
    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix_iter(border=3)]
    answer = Response(kit.pdf(_words(process, arena, address), rows), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'inline; filename="vertspakke.pdf"'
    return answer


def _words(process: Process, arena: Arena, address: str) -> Words:
    return Words(
        title=_("Kit for the host: %(title)s", title=arena.title),
        process=process.title,
        invitation=Card(
            _("Welcome to my table"),
            [
                _("The municipality asks what makes this a good place to live, and what could be better."),
                _("I invite you to eat together and talk about it. It takes about two hours."),
                _("Nobody from the municipality is there. Your name is not written down."),
            ],
            [_("Day"), _("Time"), _("Where"), _("Host")],
        ),
        thanks=Card(
            _("Thank you"),
            [
                _("What you said is written down, without names, and goes to the municipality."),
                _("It becomes inputs of the roadmap. There you can see what comes of it."),
                _("Greetings from your host."),
            ],
        ),
        steps_title=_("How to hold a dinner"),
        steps=_steps(),
        questions_title=_("The questions"),
        questions=_questions(),
        note=_("Write what is said, word for word, without names. Use more sheets if you need them."),
        address=address,
        address_help=_(
            "Write the answers here on your phone, during the meal or afterwards. It works without network."
        ),
    )


def _steps() -> list[str]:
    most = next(field.most for field in methods.of("hosted_dinner").asks if field.name == "refund_kr")
    return [
        _("Invite up to eight people, gladly some who seldom come to meetings. Use the cards."),
        _("Buy the food. The municipality covers up to %(n)s kroner; keep the receipts.", n=number(most)),
        _("Eat first. Then read one question at a time, and let everyone answer before you discuss."),
        _("Ask one of you to write down what is said, word for word, on the sheet or on a phone. No names."),
        _("Before you part: what matters most to you? Mark it."),
        _(
            "Afterwards, write down on your page how many were there and what the food cost. "
            "Hand out the thank-you cards."
        ),
    ]


def _questions() -> list[str]:
    return [
        _("What is good about living here?"),
        _("What is difficult, or missing?"),
        _("What makes good neighbours?"),
        _("What should be done first, and who can do it: the municipality, we ourselves, or several together?"),
    ]
