"""Taking a contribution: checked, masked, stored, acknowledged, in one transaction and as often as it is sent."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from app.errors import Invalid, NotAllowed, NotFound
from app.model import Contribution
from app.model.catalogue import FEELING_OF_GROUP, FEELINGS, STICKER_GROUPS
from app.model.contribution import FREQUENCIES, KINDS, MODERATION_STATES, SEASONS, SOURCES
from app.services import fields, moderation, participants, photos, processes, stretches
from app.services.actors import SYSTEM, Held, Pupil
from app.services.processes import Rules
from app.store import next_change, upsert
from gis import geojson, privacy
from gis.crs import WGS84, project

LONGEST_COMMENT = 500
LONGEST_NAME = 80
LONGEST_ROUTE_M = 50_000
FROM_CATALOGUE = {"mode": "mode", "preferred_mode": "mode", "company": "company"}
FROM_LIST = {"feeling": FEELINGS, "season": SEASONS, "frequency": FREQUENCIES, "source": SOURCES}
TEXTS = {"comment": LONGEST_COMMENT, "own_name": LONGEST_NAME}
PROPERTIES = {"kind", "group", "category", "modes", *FROM_CATALOGUE, *FROM_LIST, *TEXTS}

_TABLE = cast(Table, Contribution.__table__)
_FIND = select(_TABLE).where(_TABLE.c.id == bindparam("key"))
_MINE = (
    select(_TABLE)
    .where(_TABLE.c.participant_id == bindparam("participant"), _TABLE.c.state != "erased")
    .order_by(_TABLE.c.number)
)
_KEPT_FROM_FIRST = ("id", "created_at")
_storing: dict[str, Any] = {}


@dataclass(frozen=True)
class Saved:
    """The stored row as it is now, and whether this request made it."""

    row: Any
    created: bool


def writes_once(actor: Pupil, properties: dict[str, Any]) -> bool:
    """Whether ``save`` writes with a single statement: a place that is new or that nobody has released or hidden."""
    return properties.get("kind") == "place" and actor.held is not None and actor.held.state in (None, "pending")


def save(
    db: Session,
    actor: Pupil,
    id: UUID,
    geometry: Any,
    properties: dict[str, Any],
    *,
    now: datetime,
    revision: int | None = None,
    rng: np.random.Generator | None = None,
) -> Saved:
    """Store what the participant drew under the id its device made.

    ``geometry`` is a GeoJSON geometry in WGS 84. The same request again stores nothing new and answers the same, even
    after the arena closed. ``revision`` is the device's count of its versions: one older than what is stored came late
    and changes nothing. ``rng`` is for the secret zones, seeded by the system unless given. Raises Invalid, Closed,
    NotAllowed; then nothing was stored.
    """
    mark = _digest(actor.key, geometry, properties)
    earlier = actor.held if actor.held is not None and actor.held.id == id else _held(db, id)
    known = _known(db, actor, earlier, mark, revision)
    if known is not None:
        return Saved(known, created=False)
    participants.check_open(actor.arena_state, actor.process_phase)
    rules = processes.rules(db, actor.process_id, actor.process_version)
    row = _stored(
        db,
        {
            **_storable(db, actor, geometry, checked(properties, rules, actor.allows), rules, rng),
            "id": id,
            "process_id": actor.process_id,
            "arena_id": actor.arena_id,
            "participant_id": actor.participant_id,
            "state": "pending",
            "digest": mark,
            "revision": revision,
            "created_at": now,
            "changed_at": now,
        },
    )
    if row is None:
        return Saved(_find(db, id), created=False)
    if earlier.state not in (None, "pending"):
        moderation.note(db, actor.label, id, earlier.state, "pending", now)
    return Saved(row, created=earlier.state is None)


def mine(db: Session, actor: Pupil) -> list[Any]:
    """The participant's own contributions, oldest first, as they are stored."""
    return list(db.execute(_MINE, {"participant": actor.participant_id}))


def erase(db: Session, actor: Pupil, id: UUID, now: datetime, *, revision: int | None = None) -> None:
    """Take one's own contribution back, at any time: what was drawn and written is gone at once, the id and the
    ``revision`` are kept so that a late retry or an undo of the deletion finds them.
    """
    row = _find(db, id)
    if row is None:
        raise NotFound("contribution_unknown", field="id")
    if row.participant_id != actor.participant_id:
        raise NotAllowed("not_yours", field="id")
    if _late(revision, row):
        return
    if MODERATION_STATES.check(row.state, "erased"):
        blank(db, [row.number], now, by=actor.label)
        moderation.note(db, actor.label, id, row.state, "erased", now)
    _seen(db, id, revision)


def blank(db: Session, numbers: list[int], now: datetime, *, by: str = SYSTEM) -> None:
    """Remove everything a person gave with these rows; empty rows stay, so that caches learn of it."""
    photos.erase_of(db, numbers, by, now)
    db.execute(
        update(Contribution)
        .where(Contribution.number.in_(numbers))
        .values(
            geometry=None,
            comment=None,
            own_name=None,
            modes=None,
            digest=None,
            state="erased",
            changed_at=now,
            change=next_change(Contribution),
        )
    )


def checked(properties: dict[str, Any], rules: Rules, allows: dict[str, Any]) -> dict[str, Any]:
    """The answers as column values. Raises Invalid with the property's name as field."""
    for name in properties:
        if name not in PROPERTIES:
            raise Invalid("field_unknown", field=str(name)[:40])
    kind = fields.one_of(properties, "kind", allows.get("kinds", KINDS), required=True)
    group = (
        "way"
        if kind == "route"
        else fields.one_of(properties, "group", allows.get("groups", STICKER_GROUPS), required=True)
    )
    answers: dict[str, Any] = {"kind": kind, "group": group}
    answers["category"] = fields.one_of(properties, "category", rules.catalogue.get(str(group), {}), required=True)
    for name, entries in FROM_CATALOGUE.items():
        answers[name] = fields.one_of(properties, name, rules.catalogue.get(entries, {}))
    for name, values in FROM_LIST.items():
        answers[name] = fields.one_of(properties, name, values)
    if kind == "route" and answers["mode"] is None:
        raise Invalid("field_missing", field="mode")
    if kind != "route" and properties.get("modes") is not None:
        raise Invalid("field_unknown", field="modes")
    answers["modes"] = stretches.checked(properties.get("modes"), rules.catalogue.get("mode", {})) or None
    answers["feeling"] = FEELING_OF_GROUP.get(str(group)) or answers["feeling"] or "neutral"
    answers["source"] = answers["source"] or "map"
    for name, most in TEXTS.items():
        answers[name] = fields.prose(properties.get(name), name, most)
    return answers


def checked_geometry(geometry: Any, kind: str, rules: Rules) -> Any:
    """The drawn geometry in WGS 84. Raises Invalid for everything that cannot be used."""
    try:
        drawn = geojson.geometry(geometry, kind)
    except geojson.Unusable as unusable:
        raise Invalid(unusable.code, field="geometry", **unusable.facts) from unusable
    if kind == "route" and project(drawn, WGS84, rules.epsg).length > LONGEST_ROUTE_M:
        raise Invalid("route_too_long", field="geometry", most_km=LONGEST_ROUTE_M // 1000)
    if not shapely.covers(rules.area, drawn) and not shapely.covers(rules.area_m, project(drawn, WGS84, rules.epsg)):
        swapped = shapely.transform(drawn, lambda xy: xy[:, ::-1])
        code = "axes_swapped" if shapely.covers(rules.area, swapped) else "outside_area"
        raise Invalid(code, field="geometry")
    return drawn


def generalised(drawn: Any, rules: Rules) -> Any:
    """An area as it may be stored (WGS 84): on a coarse lattice, neither too small nor too large to be one."""
    in_metres = project(drawn, WGS84, rules.epsg)
    if in_metres.area > privacy.LARGEST_AREA:
        raise Invalid("area_too_large", field="geometry", most_km2=privacy.LARGEST_AREA // 1_000_000)
    stored = privacy.generalise_area(in_metres) if in_metres.area >= privacy.SMALLEST_AREA else None
    if stored is None:
        raise Invalid("area_too_small", field="geometry", least_m2=privacy.SMALLEST_AREA)
    return project(stored, rules.epsg, WGS84)


def _storable(
    db: Session,
    actor: Pupil,
    geometry: Any,
    answers: dict[str, Any],
    rules: Rules,
    rng: np.random.Generator | None,
) -> dict[str, Any]:
    """The answers, and what of the drawing may be written down, as column values. Raises Invalid."""
    kind = answers["kind"]
    drawn = checked_geometry(geometry, kind, rules)
    if kind != "route":
        return {**answers, "geometry": generalised(drawn, rules) if kind == "area" else drawn}
    stored = _masked(db, actor, drawn, rules, rng or np.random.default_rng())
    mode, modes = stretches.after_masking(drawn, stored, answers["mode"], answers["modes"] or [], rules.epsg)
    return {**answers, "mode": mode, "modes": modes, "geometry": stored}


def mask(
    drawn: Any, zones: list[Any], earlier: list[Any], rules: Rules, rng: np.random.Generator
) -> tuple[Any, tuple[Any, ...]]:
    """The part of a route (WGS 84) that may be stored, and the participant's zones afterwards (metres)."""
    masked = privacy.mask_route(
        project(drawn, WGS84, rules.epsg),
        zones,
        destinations=rules.destinations,
        known_cuts=privacy.ends([project(g, WGS84, rules.epsg) for g in earlier]) if earlier else None,
        rng=rng,
    )
    return project(masked.geometry, rules.epsg, WGS84), masked.zones


def _masked(db: Session, actor: Pupil, drawn: Any, rules: Rules, rng: np.random.Generator) -> Any:
    zones = participants.locked_zones(db, actor)
    earlier = []
    if zones:
        earlier = list(
            db.scalars(
                select(Contribution.geometry).where(
                    Contribution.participant_id == actor.participant_id,
                    Contribution.kind == "route",
                    Contribution.geometry.is_not(None),
                )
            )
        )
    stored, after = mask(drawn, zones, earlier, rules, rng)
    if len(after) > len(zones):
        participants.keep_zones(db, actor.participant_id, after, actor.key)
    return stored


def _find(db: Session, id: UUID) -> Any:
    return db.execute(_FIND, {"key": id}).one_or_none()


def _held(db: Session, id: UUID) -> Held:
    row = _find(db, id)
    return Held(id, row.participant_id, row.digest, row.state, row.revision) if row else Held(id, None, None, None)


def _late(revision: int | None, stored: Any) -> bool:
    """Whether a later version of the device's is stored already."""
    return revision is not None and stored.revision is not None and bool(revision < stored.revision)


def _known(db: Session, actor: Pupil, earlier: Held, mark: str, revision: int | None) -> Any:
    """The stored row, if the request says nothing that is not in it; else None. Raises NotAllowed."""
    if earlier.state is None:
        return None
    if earlier.participant_id != actor.participant_id:
        raise NotAllowed("not_yours", field="id")
    again = earlier.digest == mark and earlier.state != "erased"
    return _seen(db, earlier.id, revision) if again or _late(revision, earlier) else None


def _seen(db: Session, id: UUID, revision: int | None) -> Any:
    """The row as it is, which is what this version of the device's says as well."""
    if revision is not None:
        older = (_TABLE.c.revision < revision) | _TABLE.c.revision.is_(None)
        db.execute(update(_TABLE).where(_TABLE.c.id == id, older).values(revision=revision))
    return _find(db, id)


def _stored(db: Session, values: dict[str, Any]) -> Any:
    """The row as it is now, written in one statement that is built once; nothing is read back that is known. None if a
    later version of the device's came in between.

    Raises NotAllowed if the id is another participant's.
    """
    store = db.get_bind().dialect.name
    if store not in _storing:
        insert = upsert(db, _TABLE).values(change=next_change(Contribution))
        renewed = [name for name in (*values, "change") if name not in _KEPT_FROM_FIRST]
        revision = func.coalesce(insert.excluded.revision, _TABLE.c.revision)
        _storing[store] = insert.on_conflict_do_update(
            index_elements=["id"],
            set_={name: insert.excluded[name] for name in renewed} | {"revision": revision},
            where=(_TABLE.c.participant_id == insert.excluded.participant_id)
            & (func.coalesce(_TABLE.c.revision, revision, 0) <= func.coalesce(revision, 0)),
        ).returning(_TABLE.c.number, _TABLE.c.created_at)
    made = db.execute(_storing[store], values).one_or_none()
    if made is None and _held(db, values["id"]).participant_id != values["participant_id"]:
        raise NotAllowed("not_yours", field="id")
    return made and SimpleNamespace(**values | made._asdict())


def _digest(key: bytes, geometry: Any, properties: dict[str, Any]) -> str:
    """Recognises the same request; keyed by the token, so that the database cannot test guesses of what was drawn."""
    text = json.dumps([geometry, properties], sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
