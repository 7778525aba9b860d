"""The teacher among the pupils of its class: who is there, what they wrote, a new key, and sheets for the printer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import force_locale
from werkzeug.wrappers import Response

from app.errors import NotFound
from app.model import Arena, Process
from app.services import answers, arenas, classroom, participants, processes
from app.services.actors import Host
from app.store import Session
from app.web import access, wire
from app.web.addresses import join_address, qr
from app.web.language import LANGUAGES, alias, current
from app.web.pages import page_data
from app.web.participants_words import INPUT_ANSWERS, MEASURE_ANSWERS
from app.web.service import now, service

blueprint = Blueprint("classroom", __name__, url_prefix="/vert/<token>/klasse/<uuid:id>")
SLIPS = (1, 40)
USUAL_SLIPS = 24
DECISIONS = {"hide": classroom.hide, "put_back": classroom.put_back, "erase": classroom.erase}


@dataclass(frozen=True)
class Room:
    """A teacher in its own class, inside one transaction."""

    db: Session
    host: Host
    arena: Arena
    process: Process


@contextmanager
def _room(token: str, id: UUID, *, write: bool = False) -> Iterator[Room]:
    store = service().store
    with store.writing() if write else store.reading() as db:
        host = arenas.host(db, token, now())
        arena = arenas.of_host(db, host, id)
        yield Room(db, host, arena, db.get_one(Process, arena.process_id))


@blueprint.get("/elever")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def pupils(token: str, id: UUID) -> str:
    """The list of pupils alone, for the board that is open already."""
    with _room(token, id) as at:
        found = classroom.pupils(at.db, at.host, id)
        return render_template("facilitate/_pupils.html", pupils=found, arena=at.arena, token=token)


@blueprint.get("/arbeid")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def work(token: str, id: UUID) -> str:
    """What the class wrote and placed, as a list: what is held back first. ``alias`` finds one pupil's."""
    typed, held = request.args.get("alias", "").strip(), request.args.get("vis") == "holdt"
    page = max(int(request.args["side"]), 1) if request.args.get("side", "").isdigit() else 1
    with _room(token, id) as at:
        found = _called(classroom.pupils(at.db, at.host, id), typed) if typed else None
        of = [one.id for one in found] if found is not None else None
        rows, total = classroom.work(at.db, at.host, id, of=of, held=held, page=page)
        entries = processes.catalogue(at.db, at.process.id)
        return render_template(
            "facilitate/work.html",
            rows=rows,
            total=total,
            page=page,
            pages=-(-total // classroom.PAGE),
            became=answers.of_things(at.db, at.process, [row.contribution.id for row in rows]),
            input_answers=INPUT_ANSWERS,
            measure_answers=MEASURE_ANSWERS,
            typed=typed,
            found=found,
            held=held,
            hidden=request.args.get("skjult", ""),
            words={(g, c): e.words.get(current(), c) for g, of_group in entries.items() for c, e in of_group.items()},
            icons={(g, c): e.icon for g, of_group in entries.items() for c, e in of_group.items()},
            arena=at.arena,
            process=at.process,
            token=token,
        )


@blueprint.post("/arbeid/<contribution>")
def decide(token: str, id: UUID, contribution: str) -> Response:
    """Hide, put back or delete; after hiding, the list offers to undo it."""
    verdict = request.form.get("verdict", "")
    if verdict not in DECISIONS:
        raise NotFound("page_unknown")
    key = wire.read_id(contribution)
    with _room(token, id, write=True) as at:
        DECISIONS[verdict](at.db, at.host, id, key, now())
    kept: dict[str, Any] = {name: request.form[name] for name in ("alias", "vis", "side") if request.form.get(name)}
    if verdict == "hide":
        kept["skjult"] = str(key)
    return redirect(url_for("classroom.work", token=token, id=id, **kept))


@blueprint.post("/elev/<uuid:pupil>/ny-nokkel")
def new_key(token: str, id: UUID, pupil: UUID) -> str:
    """A one-time code for a pupil whose device is lost, shown once."""
    with _room(token, id, write=True) as at:
        code, person = participants.offer_new_key(at.db, at.host, pupil, now())
        address = join_address(code)
        return render_template(
            "facilitate/new_key.html",
            code=code,
            alias_code=person.alias,
            minutes=int(participants.NEW_KEY_VALID.total_seconds() // 60),
            address=address,
            qr=qr(address),
            arena=at.arena,
            process=at.process,
            token=token,
        )


@blueprint.get("/lapper")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def slips(token: str, id: UUID) -> str:
    """Slips to cut out: class code, QR code and a line for the pupil's animal name."""
    text = request.args.get("antall", "")
    count = min(max(int(text), SLIPS[0]), SLIPS[1]) if text.isdigit() else USUAL_SLIPS
    with _room(token, id) as at:
        address = join_address(at.arena.join_code or "")
        return render_template(
            "facilitate/slips.html",
            count=count,
            most=SLIPS[1],
            address=address,
            qr=qr(address),
            arena=at.arena,
            process=at.process,
            token=token,
            data=page_data(),
        )


@blueprint.get("/dyrenavn")
@access.limiter.limit(access.GUESSES, deduct_when=access.failed)
def names(token: str, id: UUID) -> str:
    """The class's animal names and how much each made, for the printer. No other names are known."""
    with _room(token, id) as at:
        return render_template(
            "facilitate/names.html",
            pupils=classroom.pupils(at.db, at.host, id),
            arena=at.arena,
            process=at.process,
            token=token,
            today=now().date(),
            data=page_data(),
        )


def _called(present: list[classroom.Present], typed: str) -> list[classroom.Present]:
    """Those whose animal name has every typed word, in whichever language it is said: "blå rev 7", "BLUE FOX", "7"."""
    wanted = typed.replace(".", " ").casefold().split()
    found = {one.id for one in present if _says(one.alias.replace(".", " "), wanted)}
    for language in LANGUAGES:
        with force_locale(language):
            found |= {one.id for one in present if _says(alias(one.alias), wanted)}
    return [one for one in present if one.id in found]


def _says(name: str, wanted: list[str]) -> bool:
    words = name.casefold().split()
    return all(word in words if word.isdigit() else any(w.startswith(word) for w in words) for word in wanted)
