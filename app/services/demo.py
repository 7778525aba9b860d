"""The demo process: an invented neighbourhood whose children went through the same door as everyone."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.model import Arena, HostLink, Process, RoadmapInput, Staff
from app.services import (
    analysis,
    answers,
    arenas,
    contributions,
    measures,
    moderation,
    networks,
    participants,
    processes,
    roadmap,
    staff,
)
from app.services.actors import Host, Officer, digest
from app.services.index import Index, Selection
from gis import neighbourhood
from gis.geojson import plain

SLUG = "proveoya"
SEED = 20261123
TITLE = "Prøveøya (oppdiktet demo)"
MUNICIPALITY = "9999"
USERNAME = "planlegger"
SCHOOL = "Prøveøya skole"
SILENT_SCHOOL = "Ytre Prøveøya skole"
PROMISE = {
    "nb": "Dette er en demo. Ingen kommune leser svarene, og ingenting her er ekte.",
    "nn": "Dette er ein demo. Ingen kommune les svara, og ingenting her er ekte.",
    "en": "This is a demo. No municipality reads the answers, and nothing here is real.",
}
INPUTS = (
    ("bad", "crossing", "Trygg kryssing av hovedveien ved skolen", "traffic_safety", "municipality"),
    ("bad", "dark", "Lys på Skogstien", "traffic_safety", "together"),
    ("activity", "play", "Ta vare på Lekeparken", "play_and_meeting", "residents"),
)
MEASURES = (
    (
        "Gangfelt med lys ved skolen",
        0,
        "Trygg skolevei",
        (("adopted", "Kommunestyret satte av penger til det."), ("started", "Gravemaskinen kom i uke 47.")),
    ),
    (
        "Undergang under hovedveien",
        0,
        "Trygg skolevei",
        (
            ("adopted", "Formannskapet sa ja."),
            ("rejected", "Kommunestyret valgte gangfelt: En undergang ville koste førti millioner."),
        ),
    ),
    ("Lykter langs Skogstien", 1, "Trygg skolevei", (("adopted", "Lyktene er bestilt."),)),
    ("Dugnad i Lekeparken", 2, "Møteplasser", ()),
)


@dataclass(frozen=True)
class Keys:
    """What ``make run`` prints: all of it follows from the installation's secret and is stored nowhere."""

    class_code: str
    host_token: str
    username: str
    password: str


def secrets_of(secret_key: str) -> tuple[str, str]:
    """The demo's host token and planner password."""
    return derived(secret_key, "host link"), derived(secret_key, "planner password")[:16]


def derived(secret_key: str, purpose: str) -> str:
    """A secret of the demo that follows from the installation's."""
    return hmac.new(secret_key.encode(), f"snarvei demo {purpose}".encode(), hashlib.sha256).hexdigest()


def exists(db: Session, slug: str = SLUG) -> bool:
    return db.scalar(select(Process.id).where(Process.slug == slug)) is not None


def empty(db: Session) -> bool:
    """Whether nothing at all has been set up."""
    return db.scalar(select(Process.id).limit(1)) is None


def create(db: Session, secret_key: str, now: datetime, *, seed: int = SEED, per_class: int = 24) -> Process:
    """Build the demo: process, gazetteer, five classes with their children's contributions, areas and inputs."""
    if exists(db):
        raise Conflict("already_taken", field="process")
    town = neighbourhood.make(seed, per_class)
    process = begin(db, town, slug=SLUG, prefix="DEMO", title=TITLE, now=now - timedelta(days=30))
    token, _ = secrets_of(secret_key)
    arenas.create_host_link(db, process, label=SCHOOL, location=town.school, now=now, valid=None, token=token)
    arenas.create_host_link(db, process, label=SILENT_SCHOOL, now=now)
    officer = planner(db, secret_key, now)
    host = arenas.host(db, token, now)
    for arena, day in classes(db, process, town, host, SCHOOL, now, seed)[:-1]:
        arenas.change_state(db, host, arena, "closed", day + timedelta(hours=1))
    _plan(db, process, officer, now)
    return process


def begin(
    db: Session, town: neighbourhood.Neighbourhood, *, slug: str, prefix: str, title: str, now: datetime
) -> Process:
    """A process that is labelled as invented, with the town's gazetteer and street network."""
    process = processes.create(
        db,
        slug=slug,
        prefix=prefix,
        title=title,
        municipality=MUNICIPALITY,
        area=town.area,
        export_epsg=neighbourhood.EPSG,
        promise=PROMISE,
        demo=True,
        now=now,
    )
    processes.add_named_places(db, process, town.places)
    networks.put(db, process, town.ways, source=title, now=now)
    return process


def keys(db: Session, secret_key: str) -> Keys | None:
    """The demo's keys if it is there and was made by this installation."""
    token, password = secrets_of(secret_key)
    code = db.scalar(
        select(Arena.join_code)
        .join(HostLink, HostLink.id == Arena.host_link_id)
        .where(HostLink.digest == digest(token), Arena.state == "open", Arena.join_code.is_not(None))
        .order_by(Arena.created_at.desc())
        .limit(1)
    )
    return None if code is None else Keys(code, token, USERNAME, password)


def planner(db: Session, secret_key: str, now: datetime) -> Officer:
    """The invented municipality's planner, signed in; its password follows from the secret."""
    _, password = secrets_of(secret_key)
    if db.scalar(select(Staff.id).where(Staff.username == USERNAME)) is not None:
        staff.set_password(db, USERNAME, password)
        return staff.sign_in(db, USERNAME, password)
    return staff.create(db, username=USERNAME, password=password, municipality=MUNICIPALITY, now=now)


def classes(
    db: Session,
    process: Process,
    town: neighbourhood.Neighbourhood,
    host: Host,
    school: str,
    now: datetime,
    seed: int,
) -> list[tuple[Arena, datetime]]:
    """Each class registers on a day of its own, every other one before ``now``; all of them are still open."""
    rng, found = np.random.default_rng(seed), []
    for number, (grade, name) in enumerate(neighbourhood.CLASSES):
        day = (now - timedelta(days=2 * (len(neighbourhood.CLASSES) - number))).astimezone(UTC)
        day = day.replace(hour=8, minute=30, second=0, microsecond=0)
        arena = arenas.open_class(db, host, grade=grade, group_name=name, school=school, now=day)
        children = [child for child in town.children if child.school_class == number]
        arena.head_count, arena.head_count_method = len(children) + number, "class_list"
        for position, child in enumerate(children):
            _register(db, process.id, arena, child, position, day, rng)
        found.append((arena, day))
    db.flush()
    return found


def _register(
    db: Session,
    process_id: UUID,
    arena: Arena,
    child: neighbourhood.Child,
    position: int,
    day: datetime,
    rng: np.random.Generator,
) -> None:
    joined = participants.join(db, arena.join_code or "", day, valid=timedelta(days=1))
    actor = participants.authenticate(db, joined.token, day)
    for nth, drawn in enumerate(child.drawn):
        at = day + timedelta(minutes=3 * nth + 2, seconds=position)
        id = uuid5(process_id, f"{arena.title}:{position}:{nth}")
        contributions.save(db, actor, id, plain(drawn.geometry), drawn.answers, now=at, rng=rng)
    participants.finish(db, actor, day + timedelta(minutes=40))


def _plan(db: Session, process: Process, officer: Officer, now: datetime) -> None:
    """What a planner would have done by now: some comments released, areas derived, inputs made."""
    db.flush()
    waiting, _ = moderation.queue(db, process, state="pending")
    for item in waiting[:40]:
        if not item.sensitive:
            moderation.decide(db, officer, process, item.contribution.id, "released", now=now)
    db.flush()
    index = Index(process)
    index.refresh(db, process)
    derived = analysis.derive_areas(db, process, index, now)
    figures = analysis.area_figures(index, derived, Selection())
    inputs = []
    for group, category, title, theme, realiser in INPUTS:
        for area in derived:
            said = [entry["category"] for entry in figures[area.id].categories]
            if area.group == group and said[:1] == [category]:
                words = {"title": title, "theme": theme, "realiser": realiser}
                inputs.append(roadmap.from_area(db, officer, process, area, **words, now=now))
                break
    _answer(db, process, officer, inputs, now)


def _answer(db: Session, process: Process, officer: Officer, inputs: list[RoadmapInput], now: datetime) -> None:
    """What would have been decided by now, for everyone to read."""
    for row in inputs:
        answers.release_input(db, officer, process, row.public_id, True, now)
    for title, nth, focus_area, steps in MEASURES:
        if nth < len(inputs):
            said = {"title": title, "focus_area": focus_area, "owner": "Vei og park"}
            made = measures.create(db, officer, process, [inputs[nth].public_id], said, now)
            for wanted, reason in steps:
                measures.take_step(
                    db,
                    officer,
                    process,
                    made.public_id,
                    wanted,
                    reason=reason,
                    held_on="",
                    version=made.version,
                    now=now,
                    today=now.date(),
                )
            measures.release(db, officer, process, made.public_id, True, now)
