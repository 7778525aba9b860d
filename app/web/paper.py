"""Maps on paper: print a sheet, lay a photo of it under the map, trace it. The host's link opens all of it."""

from __future__ import annotations

from uuid import UUID

import segno
from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import TooLarge
from app.model import Process
from app.services import arenas, paper
from app.web import access, participate
from app.web.desk import desk
from app.web.language import number
from app.web.service import now, service
from gis import sheet
from gis.printing import Words
from gis.sheet import Sheet

blueprint = Blueprint("paper", __name__)
PHOTOS = "30 per minute"
HOST = "/vert/<token>/papir/<uuid:id>"


@blueprint.get(HOST)
def page(token: str, id: UUID) -> str:
    """What can be printed, how it is done, and the way to tracing."""
    with service().store.reading() as db:
        host = arenas.host(db, token, now())
        arena = arenas.of_host(db, host, id)
        return render_template(
            "paper/page.html",
            arena=arena,
            process=db.get_one(Process, host.process_id),
            token=token,
            papers=tuple(sheet.PAPERS),
            parts=paper.PARTS,
            traced=paper.traced(db, arena),
            steps=_steps(),
        )


@blueprint.get(f"{HOST}/kart.pdf")
def host_pdf(token: str, id: UUID) -> Response:
    with service().store.reading() as db:
        host = arenas.host(db, token, now())
        arena = arenas.of_host(db, host, id)
        process = db.get_one(Process, host.process_id)
        of = paper.chosen(process, arena.location, paper=_asked("paper", "A4"), part=_asked("part", "5000"))
        return _pdf(paper.printed(db, process, of, _qr(of), _words(process, of, arena.title)), of)


@blueprint.get("/plan/<slug>/papirkart.pdf")
def planner_pdf(slug: str) -> Response:
    with desk(slug) as at:
        of = paper.chosen(at.process, None, paper=_asked("paper", "A3"), part=_asked("part", paper.WHOLE_AREA))
        return _pdf(paper.printed(at.db, at.process, of, _qr(of), _words(at.process, of, at.process.title)), of)


@blueprint.get(f"{HOST}/tegn")
def trace_page(token: str, id: UUID) -> str:
    """The participant's map with the photo of a sheet under it; what is drawn there comes from paper."""
    with service().store.reading() as db:
        host = arenas.host(db, token, now())
        arena = arenas.of_host(db, host, id)
        process = db.get_one(Process, host.process_id)
        return participate.drawn_on(
            db,
            process,
            arena,
            "paper/trace.html",
            guided=False,
            straighten=url_for("paper.straighten", token=token, id=id),
            most_mb=paper.MOST_MB,
            sheet_page=url_for("paper.page", token=token, id=id),
            next_sheet=url_for("paper.trace_page", token=token, id=id),
        )


@blueprint.post(f"{HOST}/bilde")
@access.csrf.exempt
@access.limiter.limit(PHOTOS)
def straighten(token: str, id: UUID) -> Response:
    """The photo in the body, straightened, with the ground it lies on. Nothing of it is kept here."""
    with service().store.reading() as db:
        host = arenas.host(db, token, now())
        arenas.of_host(db, host, id)
        process = db.get_one(Process, host.process_id)
    found = paper.read(process, _photo(), request.args.get("number", "")[:40])
    answer = Response(found.picture, mimetype="image/jpeg")
    answer.headers["X-Sheet"] = sheet.number(found.sheet)
    answer.headers["X-Bounds"] = ",".join(f"{degrees:.7f}" for degrees in found.sheet.bounds())
    answer.headers["X-Missing"] = ",".join(found.missing)
    return answer


@blueprint.get("/papir/<number>")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def found(number: str) -> str:
    """Where the QR code of a sheet leads: what the sheet is, and what to do with it."""
    with service().store.reading() as db:
        process, of = paper.owner_of(db, number)
        return render_template("paper/found.html", process=process, of=of, number=sheet.number(of), steps=_steps())


def _photo() -> bytes:
    """The body, read only if it is not too large. Raises TooLarge."""
    most = paper.MOST_MB * 1024 * 1024
    request.max_content_length = most
    if (request.content_length or 0) > most:
        raise TooLarge("picture_too_large", field="picture", most=paper.MOST_MB)
    return request.get_data(cache=False)


def _asked(name: str, otherwise: str) -> str:
    return request.args.get(name) or otherwise


def _pdf(body: bytes, of: Sheet) -> Response:
    answer = Response(body, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="snarvei-{sheet.number(of)}.pdf"'
    return answer


def _qr(of: Sheet) -> list[list[int]]:
    """The address of the sheet: it opens nothing by itself, so it may lie on any table."""
    base = (service().config.public_url or request.url_root).rstrip("/")
    code = segno.make(base + url_for("paper.found", number=sheet.number(of)), error="m", micro=False)
    return [list(row) for row in code.matrix_iter(border=3)]


def _words(process: Process, of: Sheet, title: str) -> Words:
    return Words(
        title=title,
        process=process.title if process.title != title else "",
        number=_("Sheet"),
        scale=f"1:{number(of.scale)}",
        north=_("N"),
        source=_("Invented demo map") if process.demo else _("Map: the municipality's places and streets"),
        line=_("Draw on the map. One pencil is enough: the shape says what you mean."),
        pens=(
            ("line", _("blue"), _("My way")),
            ("circle", _("orange"), _("I do this here")),
            ("smile", _("green"), _("Good")),
            ("triangle", _("red"), _("Not good")),
            ("star", _("purple"), _("I wish")),
        ),
        steps_title=_("How to use the map"),
        steps=_steps(),
        warning=_("Demo: everything here is invented") if process.demo else "",
    )


def _steps() -> list[str]:
    """For the adult: print, draw, photograph, trace."""
    return [
        _("Print one sheet for each child, or one for each group. Choose actual size, not fit to page."),
        _("Write no names on the sheets. Number them if you must know which is whose."),
        _("The child draws its way and puts shapes on places. Leave the four black squares free."),
        _(
            "Lay the sheet flat and take a photo of all of it, with the four squares in the picture. A "
            "scan is good too."
        ),
        _("Open the class with your teacher link, choose Map on paper and then Trace a sheet."),
        _(
            "The photo lies under the map. Draw the same on top with My way and Stickers, press "
            "Finished, take the next."
        ),
        _(
            "The photo stays on your device and is gone when you press Finished. Keep the sheets as "
            "you keep other pupils' work."
        ),
    ]
