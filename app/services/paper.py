"""Maps on paper: the sheet that is printed, and the photo of it that an adult traces. Nothing of either is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Invalid, NotFound
from app.model import Arena, Contribution, Process
from app.model.contribution import COUNTED_STATES
from app.services import processes
from gis import printing, rectify, sheet
from gis.sheet import PAPERS, SCALES, Sheet

WHOLE_AREA = "area"
PARTS = ("2500", "5000", "10000", WHOLE_AREA)
MOST_MB = 20


@dataclass(frozen=True)
class Traceable:
    """A photo straightened onto its map: ``picture`` is a JPEG, ``missing`` the corners whose marks were not seen."""

    sheet: Sheet
    picture: bytes
    missing: tuple[str, ...]


def chosen(process: Process, location: Any, *, paper: str, part: str) -> Sheet:
    """A sheet of the process: a scale around the location (its middle if None), or the whole area.

    Raises Invalid for a paper or part that is not offered.
    """
    if paper not in PAPERS:
        raise Invalid("value_unknown", field="paper", offered=", ".join(PAPERS))
    if part == WHOLE_AREA:
        return sheet.covering(paper, process.area.bounds, process.id.bytes)
    if not part.isdecimal() or int(part) not in SCALES:
        raise Invalid("value_unknown", field="part", offered=", ".join(PARTS))
    middle = (location if location is not None else process.area).centroid
    return sheet.around(paper, int(part), middle.x, middle.y, process.id.bytes)


def printed(db: Session, process: Process, of: Sheet, qr: Any, words: printing.Words) -> bytes:
    """The sheet as PDF, drawn from the process's gazetteer. ``qr`` are rows of modules."""
    features = [printing.Feature(row.kind, row.name, row.geometry) for row in processes.named_places(db, process)]
    return printing.pdf(of, features, process.area, qr, words)


def read(process: Process, data: bytes, typed: str = "") -> Traceable:
    """Straighten a photo of one of the process's sheets; ``typed`` is its number where the QR code cannot be read.

    Raises Invalid for a picture that cannot be used, each with a code and a field of its own.
    """
    if not data:
        raise Invalid("picture_missing", field="picture")
    try:
        picture = rectify.opened(data)
        found = rectify.marks(picture)
        of = _sheet(process, rectify.address(picture, found), typed)
        if of.family != found.family:
            raise Invalid("sheet_number_differs", field="number")
        straight = rectify.straightened(picture, found, of)
    except rectify.Unreadable as unreadable:
        raise Invalid(unreadable.code, field="picture", **unreadable.facts) from unreadable
    return Traceable(of, rectify.encoded(straight.picture), found.missing)


def owner_of(db: Session, number: str) -> tuple[Process, Sheet]:
    """The process whose sheet has this number. Raises NotFound."""
    for process in processes.every(db):
        found = sheet.read_number(number, process.id.bytes)
        if found is not None:
            return process, found
    raise NotFound("sheet_unknown", field="number")


def traced(db: Session, arena: Arena) -> dict[str, int]:
    """How many routes and places of the arena came from paper and count."""
    counted = db.execute(
        select(Contribution.kind, func.count())
        .where(
            Contribution.arena_id == arena.id,
            Contribution.source == "paper",
            Contribution.state.in_(COUNTED_STATES),
        )
        .group_by(Contribution.kind)
    ).all()
    found = {row[0]: row[1] for row in counted}
    return {"route": found.get("route", 0), "place": found.get("place", 0)}


def _sheet(process: Process, address: str | None, typed: str) -> Sheet:
    """What the QR code names, or else what the adult typed."""
    for number in (address.rstrip("/").rsplit("/", 1)[-1] if address else "", typed):
        found = sheet.read_number(number, process.id.bytes)
        if found is not None:
            return found
        if sheet.complete(number):
            raise Invalid("sheet_unknown", field="number")
    if typed.strip():
        raise Invalid("sheet_unknown", field="number")
    raise Invalid("sheet_number_missing", field="number")
