"""What a municipality would have in its process after a while, so that no page of the demo is looked at empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from app.model import Arena, Process
from app.services import (
    analysis,
    arenas,
    campaigns,
    demo,
    indicators,
    measure_photos,
    measures,
    notes,
    occasions,
    paper,
    participants,
    photos,
    processes,
    publication,
    staff,
    thematic_plans,
    workshop,
)
from app.services.actors import Officer
from app.services.borgen import pictures
from app.services.index import Index
from app.store import Session, Store
from gis import sheet

SAID = (
    ("quality", "Marka begynner rett utenfor døra, og alle hilser på hverandre."),
    ("challenge", "Gangveien bak skolen er mørk om vinteren."),
    ("challenge", "Det finnes ikke noe sted å være inne for ungdom etter klokka fire."),
    ("suggestion", "Åpne skolens gymsal på lørdager, så stiller foreldrene som vakter."),
    ("suggestion", "Flere lykter langs gangveien, og en benk ved bekken."),
)


@dataclass(frozen=True)
class Scenery:
    """The keys and ids that addresses of pages are made of, by the names the addresses have for them."""

    words: dict[str, Any]

    def path(self, template: str) -> str:
        return template.format(slug=demo.SLUG, **self.words)


def furnish(store: Store, password: str, token: str, code: str) -> Scenery:
    """Add it to the demo; ``token`` is the teacher's, ``code`` that of the open class."""
    now = datetime.now(UTC)
    with store.writing() as db:
        process, officer = processes.by_slug(db, demo.SLUG), staff.sign_in(db, demo.USERNAME, password)
        lesson = arenas.by_code(db, code)
        host_token = arenas.create_host_link(db, process, label="Borgen vel", method="conference", now=now)
        host = arenas.host(db, host_token, now)
        meeting = _conference(db, occasions.open_by_host(db, host, title="Nærmiljøkonferanse", now=now), now)
        voted = _workshop(db, process, now)
        _measures(db, process, officer, now)
        _indicator(db, process, now)
        _release(db, process, now)
        plan = paper.chosen(process, None, paper="A4", part="5000")
        words = {
            "token": token,
            "code": code,
            "class_id": lesson.id,
            "host_token": host_token,
            "conference": meeting.id,
            "conference_code": meeting.join_code,
            "workshop": voted.id,
            "workshop_code": voted.join_code,
            "open_code": arenas.open_map(db, process, title="Kartet for alle", now=now).join_code,
            "campaign": _campaign(db, process, now),
            "sheet": sheet.number(plan),
        }
    return Scenery(words)


def _conference(db: Session, arena: Arena, now: datetime) -> Arena:
    for nth, (kind, text) in enumerate(SAID):
        notes.add(db, arena, uuid4(), {"kind": kind, "text": text, "part": nth % 3 + 1}, now=now)
    return arena


def _workshop(db: Session, process: Process, now: datetime) -> Arena:
    inputs = [row.public_id for row in workshop.suggested(db, process)]
    arena = workshop.open_workshop(db, process, title="Veikartverksted", dots=5, public_ids=inputs, now=now)
    for nth in range(8):
        joined = participants.join(db, arena.join_code or "", now, valid=timedelta(days=1), head_count=1)
        actor = participants.authenticate(db, joined.token, now)
        workshop.cast(db, actor, {inputs[nth % len(inputs)]: 3, inputs[0]: 2}, revision=1, now=now)
    return arena


def _measures(db: Session, process: Process, officer: Officer, now: datetime) -> None:
    """A quick fix with its photos, a late measure, and a version of the plan with an answer from its hearing."""
    rows = measures.of_process(db, process)
    fixed = rows[2].row.public_id
    for kind, alt in (("before", "Gangveien ligger i mørke"), ("after", "En ny lykt lyser opp gangveien")):
        clean = photos.clean(pictures.of("lamp", kind))
        made = measure_photos.lay(db, officer, process, fixed, kind, clean, alt=alt, now=now)
        measure_photos.decide(db, officer, process, fixed, made.id, "released", now)
    version = thematic_plans.freeze(db, officer, process, "Høringsutkast", now)
    said = {"section": "Trygg skolevei", "sender": "FAU ved skolen", "text": "Godt at lyktene kommer før jul."}
    thematic_plans.receive(db, version, **said, today=now.date())


def _indicator(db: Session, process: Process, now: datetime) -> None:
    words = {"name": "Trygg på vei hjem", "unit": "%", "source": "Ungdata (oppdiktet)"}
    made = indicators.add(db, process, **words, story="«Det er mørkt bak skolen.»", now=now)
    for place, year, value in (("Prøveøya", "2015", "61,5"), ("Prøveøya", "2024", "74"), ("Kommunen", "2024", "80")):
        indicators.measure(db, process, made.id, place=place, own=place == "Prøveøya", year=year, value=value)
    indicators.publish(db, process, made.id, True)


def _release(db: Session, process: Process, now: datetime) -> None:
    index = Index(process)
    index.refresh(db, process)
    publication.release(db, process, analysis.hexagons_by_group(index), now=now)


def _campaign(db: Session, process: Process, now: datetime) -> UUID:
    start, end = ((now + timedelta(days=days)).date().isoformat() for days in (-10, 20))
    made = campaigns.open_hunt(
        db,
        process,
        title="Løsningsjakten",
        expectation="Mye av dette må vi gjøre selv.",
        starts_on=start,
        ends_on=end,
        target_groups=["Ungdom", "Eldre som bor alene"],
        now=now,
    )
    everywhere = db.scalars(select(Arena.id).where(Arena.process_id == process.id))
    campaigns.choose_arenas(db, process, made, list(everywhere))
    campaigns.add_task(db, process, made.id, what="Oppslag på skolen", channel="Plakat", due_on=end)
    campaigns.publish(db, process, made.id, True)
    return made.id
