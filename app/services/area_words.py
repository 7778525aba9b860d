"""What people wrote in an area, for staff: their own names for the place, and their words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import shapely
from sqlalchemy import Table, or_, select
from sqlalchemy.orm import Session

from app.model import Area, Contribution, Participant, Process
from app.services import photos, voices
from app.store import columns, overlapping, wkb


@dataclass(frozen=True)
class OwnName:
    """What people call the place, as the last of them spelt it; ``people`` is None where too few did. ``released`` says
    whether somebody has read and released every one of them.
    """

    words: str
    people: int | None
    released: bool


@dataclass(frozen=True)
class Said:
    """Words that were written about a category, so many times; ``released`` only if every one of them is."""

    words: str
    group: str
    category: str
    times: int
    released: bool


@dataclass(frozen=True)
class Written:
    """The names that most people use first, the words that were written most often first."""

    names: list[OwnName]
    said: list[Said]


@dataclass
class _Name:
    words: str
    heads: dict[str, int] = field(default_factory=dict)
    states: set[str] = field(default_factory=set)


def written(db: Session, process: Process, area: Area) -> Written:
    """Read while ``db`` is open, which answers nothing else meanwhile."""
    names: dict[str, _Name] = {}
    said: dict[tuple[str, str, str], list[bool]] = {}
    for row in _rows(db, process, area):
        if row["comment"]:
            said.setdefault((row["comment"], area.group, row["category"]), []).append(row["state"] == "released")
        words = " ".join((row["own_name"] or "").split())
        if words:
            name = names.setdefault(words.casefold(), _Name(words))
            name.heads[row["participant_id"]] = row["head_count"]
            name.states.add(row["state"])
    shown = [_shown(name, process.minimum_people) for name in names.values()]
    return Written(sorted(shown, key=lambda name: (-(name.people or 0), name.words)), gathered(said))


def gathered(released: dict[tuple[str, str, str], list[bool]]) -> list[Said]:
    """The most frequent first: words, group and category, and for each time whether that one is released."""
    said = [Said(*key, len(states), all(states)) for key, states in released.items()]
    return sorted(said, key=lambda each: -each.times)


def _shown(name: _Name, minimum: int) -> OwnName:
    people = sum(name.heads.values())
    return OwnName(name.words, people if people >= minimum else None, name.states == {"released"})


def _rows(db: Session, process: Process, area: Area) -> Iterator[dict[str, Any]]:
    """The answers of those in the area who wrote something, the newest first."""
    table = cast(Table, Contribution.__table__).c
    statement = (
        select(
            *(table[name] for name in ("category", "comment", "own_name", "state", "participant_id")),
            Participant.head_count,
            wkb(table.geometry).label("shape"),
        )
        .join(Participant, Participant.id == table.participant_id)
        .where(
            *voices.counted(db, process),
            *voices.said_in(area),
            or_(table.comment.is_not(None), table.own_name.is_not(None)),
            overlapping(Contribution.geometry, area.geometry.bounds),
        )
        .order_by(table.number.desc())
    )
    shapely.prepare(area.geometry)
    for found in columns(db, statement, voices.BATCH):
        within = shapely.intersects(area.geometry, voices.shapes(found))
        del found["shape"]
        answers = zip(*(column.to_pylist() for column in found.values()), strict=True)
        yield from (dict(zip(found, row, strict=True)) for row, ok in zip(answers, within, strict=True) if ok)


def released_photos(db: Session, process: Process, area: Area) -> list[UUID]:
    """Photos beside the places of an area."""
    return photos.released(db, [row.id for row in voices.pictured(db, process, area.geometry, *voices.said_in(area))])
