"""Photos of a measure, before and after: cleaned like everyone's, told in words, hidden until released."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from app.errors import Conflict, Invalid, NotFound
from app.model import Measure, MeasurePhoto, Process
from app.model.measure import MEASURE_PHOTOS
from app.model.photo import PHOTO_STATES
from app.services import fields, measures, photos
from app.services.actors import Officer

LONGEST_ALT = 200
MOST = 20


def lay(
    db: Session,
    actor: Officer,
    process: Process,
    public_id: str,
    kind: str,
    photo: photos.Clean | None,
    *,
    alt: str,
    now: datetime,
) -> MeasurePhoto:
    """A new photo in place of the one that showed, which is kept hidden; or new words (``alt``) for that one.

    Raises Invalid: value_unknown, field_missing, text_too_long, photo_empty; Conflict("photos_too_many").
    """
    kind, alt = fields.chosen(kind, "kind", MEASURE_PHOTOS), fields.line(alt, "alt", LONGEST_ALT)
    row = measures.locked(db, process, public_id)
    rows = of_measure(db, row)
    present = _showing(rows, kind)
    if photo is None:
        return _reworded(db, actor, row, present, alt, now)
    if len(rows) >= MOST:
        raise Conflict("photos_too_many", field="photo", most=MOST)
    if present is not None:
        _move(db, actor, row, present, "hidden", now)
    size = {"width": photo.width, "height": photo.height}
    made = MeasurePhoto(measure_id=row.id, kind=kind, alt=alt, body=photo.body, state="pending", created_at=now, **size)
    db.add(made)
    measures.log(db, row, actor, now, {f"photo_{kind}": [None, made.state]})
    return made


def decide(
    db: Session, actor: Officer, process: Process, public_id: str, id: UUID, verdict: str, now: datetime
) -> None:
    """Release, hide, or put back (``pending``): what showed instead of it until then is kept hidden."""
    fields.chosen(verdict, "verdict", photos.VERDICTS)
    row = measures.locked(db, process, public_id)
    photo, rows = _one(db, row, id)
    if not PHOTO_STATES.check(photo.state, verdict):
        return
    present = _showing(rows, photo.kind)
    if present not in (None, photo):
        _move(db, actor, row, present, "hidden", now)
    _move(db, actor, row, photo, verdict, now)


def erase(db: Session, actor: Officer, process: Process, public_id: str, id: UUID, now: datetime) -> None:
    """For good: the picture and its words; the log keeps that there was one."""
    row = measures.locked(db, process, public_id)
    photo, _ = _one(db, row, id)
    db.delete(photo)
    measures.log(db, row, actor, now, {f"photo_{photo.kind}": [photo.state, None]})


def erase_unreleased(db: Session, process: Process) -> None:
    """What nobody but staff was ever to see."""
    its = select(Measure.id).where(Measure.process_id == process.id)
    db.execute(delete(MeasurePhoto).where(MeasurePhoto.measure_id.in_(its), MeasurePhoto.state != "released"))


def of_measure(db: Session, row: Measure) -> list[MeasurePhoto]:
    """All of them, the latest first, without the pictures themselves."""
    rows = select(MeasurePhoto).where(MeasurePhoto.measure_id == row.id)
    return list(db.scalars(rows.order_by(MeasurePhoto.created_at.desc(), MeasurePhoto.id)))


def for_officer(db: Session, process: Process, id: UUID) -> bytes:
    """The JPEG, for staff of its process."""
    return _picture(db, process, id)


def for_everyone(db: Session, process: Process, id: UUID) -> bytes:
    """The JPEG, once both it and its measure are released."""
    return _picture(db, process, id, MeasurePhoto.state == "released", Measure.released_at.is_not(None))


def _picture(db: Session, process: Process, id: UUID, *also: Any) -> bytes:
    rows = select(MeasurePhoto).join(Measure, Measure.id == MeasurePhoto.measure_id)
    wanted = rows.where(MeasurePhoto.id == id, Measure.process_id == process.id, *also)
    found = db.scalar(wanted.options(undefer(MeasurePhoto.body)))
    if found is None:
        raise NotFound("photo_unknown", field="photo")
    return found.body


def _one(db: Session, row: Measure, id: UUID) -> tuple[MeasurePhoto, list[MeasurePhoto]]:
    """A photo of the measure, and all of them."""
    rows = of_measure(db, row)
    found = next((each for each in rows if each.id == id), None)
    if found is None:
        raise NotFound("photo_unknown", field="photo")
    return found, rows


def _showing(rows: list[MeasurePhoto], kind: str) -> MeasurePhoto | None:
    return next((each for each in rows if each.kind == kind and each.state != "hidden"), None)


def _reworded(
    db: Session, actor: Officer, row: Measure, photo: MeasurePhoto | None, alt: str, now: datetime
) -> MeasurePhoto:
    if photo is None:
        raise Invalid("photo_empty", field="photo")
    if alt != photo.alt:
        before, photo.alt = photo.alt, alt
        measures.log(db, row, actor, now, {"alt": [before, alt]})
    return photo


def _move(db: Session, actor: Officer, row: Measure, photo: MeasurePhoto, wanted: str, now: datetime) -> None:
    present, photo.state = photo.state, wanted
    measures.log(db, row, actor, now, {f"photo_{photo.kind}": [present, wanted]})
