"""Photos beside a contribution: checked by what they are, re-encoded without metadata, hidden until released."""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from PIL import Image, ImageOps
from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session, undefer

from app.errors import Conflict, Invalid, NotAllowed, NotFound, TooLarge
from app.model import Arena, Contribution, Participant, Photo, PhotoLog, Process
from app.model.photo import PHOTO_STATES
from app.services import participants
from app.services.actors import Officer, Pupil
from app.store import upsert

MOST_BYTES = 8_000_000
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600
QUALITY = 85
MOST_OF_A_THING = 5
MOST_OF_A_PERSON = 60
VERDICTS = ("pending", "released", "hidden")
PAGE = 30
_READ = ("JPEG", "PNG", "WEBP")
_SIGNS = {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png", b"GIF8": "gif", b"BM": "bmp", b"II*\x00": "tiff"}
_APPLE = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
_TABLE = cast(Table, Photo.__table__)


@dataclass(frozen=True)
class Clean:
    """A JPEG of our own making: RGB, upright, at most ``LONGEST_SIDE`` on a side, nothing in it but the picture."""

    body: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Saved:
    """The stored photo as it is now, and whether this request made it."""

    row: Any
    created: bool


@dataclass(frozen=True)
class Waiting:
    """A photo in the moderator's list, with what it was laid beside."""

    photo: Photo
    contribution: Contribution
    arena_title: str
    alias: str


def clean(body: bytes) -> Clean:
    """Decode what is really a photo and encode it anew; nothing else of the file is kept.

    Raises Invalid: photo_empty, photo_heic, photo_type, photo_too_many_pixels, photo_animated, photo_unreadable; and
    TooLarge for more than ``MOST_BYTES``.
    """
    if len(body) > MOST_BYTES:
        raise TooLarge("photo_too_large", field="photo", most=MOST_BYTES // 1_000_000)
    kind = kind_of(body)
    if kind == "heic":
        raise Invalid("photo_heic", field="photo")
    if kind not in ("jpeg", "png", "webp"):
        raise Invalid("photo_type" if body else "photo_empty", field="photo", wanted="JPEG, PNG, WebP")
    try:
        return _encoded(_upright(body))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid("photo_too_many_pixels", field="photo", most=MOST_PIXELS // 1_000_000) from error
    except Invalid:
        raise
    except Exception as error:
        raise Invalid("photo_unreadable", field="photo") from error


def kind_of(body: bytes) -> str:
    """What a file is by its first bytes, whatever its name says; "unknown" for what we do not know."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "webp"
    if body[4:8] == b"ftyp" and body[8:12] in _APPLE:
        return "heic"
    return next((kind for sign, kind in _SIGNS.items() if body.startswith(sign)), "unknown")


def _upright(body: bytes) -> Image.Image:
    """The decoded picture, turned as it was held. The size is checked before a single pixel is decoded."""
    image = Image.open(io.BytesIO(body), formats=_READ)
    if image.width * image.height > MOST_PIXELS:
        raise Invalid("photo_too_many_pixels", field="photo", most=MOST_PIXELS // 1_000_000)
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
        raise Invalid("photo_animated", field="photo")
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    return ImageOps.exif_transpose(image)


def _encoded(image: Image.Image) -> Clean:
    """Only pixels cross over: a fresh image has no EXIF, no GPS, no comment, no thumbnail, no colour profile."""
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    picture = image.convert("RGBA" if "transparency" in image.info or "A" in image.getbands() else "RGB")
    fresh = Image.new("RGB", picture.size, "white")
    fresh.paste(picture, mask=picture if picture.mode == "RGBA" else None)
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Clean(out.getvalue(), *fresh.size)


def check(db: Session, actor: Pupil, contribution_id: UUID, id: UUID) -> None:
    """Whether this participant may lay a photo there, before anyone decodes it.

    Raises NotAllowed; Closed; Conflict("contribution_awaited") while the contribution itself has not arrived: the
    device sends the photo again after it.
    """
    if not actor.allows.get("photos"):
        raise NotAllowed("photos_not_allowed", field="photo")
    found = db.execute(
        select(Contribution.participant_id, Contribution.state).where(Contribution.id == contribution_id)
    ).one_or_none()
    if found is not None and found.participant_id != actor.participant_id:
        raise NotAllowed("not_yours", field="id")
    if found is None or found.state == "erased":
        raise Conflict("contribution_awaited", field="id")
    earlier = db.execute(select(Photo.contribution_id, Photo.state).where(Photo.id == id)).one_or_none()
    if earlier is not None and earlier.contribution_id != contribution_id:
        raise NotAllowed("not_yours", field="photo")
    if earlier is None or earlier.state == "erased":
        participants.check_open(actor.arena_state, actor.process_phase)
        _check_room(db, actor, contribution_id)


def _check_room(db: Session, actor: Pupil, contribution_id: UUID) -> None:
    kept = (
        select(func.count(), func.count().filter(Contribution.id == contribution_id))
        .select_from(Photo)
        .join(Contribution, Contribution.id == Photo.contribution_id)
        .where(Contribution.participant_id == actor.participant_id, Photo.state != "erased")
    )
    of_person, of_thing = db.execute(kept).one()
    if of_thing >= MOST_OF_A_THING or of_person >= MOST_OF_A_PERSON:
        most = MOST_OF_A_THING if of_thing >= MOST_OF_A_THING else MOST_OF_A_PERSON
        raise Conflict("photos_too_many", field="photo", most=most)


def mark(actor: Pupil, body: bytes) -> str:
    """Recognises the same file; keyed by the token, so that the database cannot be asked who sent which picture."""
    return hmac.new(actor.key, body, hashlib.sha256).hexdigest()


def save(
    db: Session, actor: Pupil, contribution_id: UUID, id: UUID, photo: Clean, *, mark: str, now: datetime
) -> Saved:
    """Store it under the id its device made. The same again stores nothing new, even after the arena closed."""
    check(db, actor, contribution_id, id)
    earlier = db.scalar(select(Photo).where(Photo.id == id))
    if earlier is not None and earlier.digest == mark and earlier.state != "erased":
        return Saved(earlier, created=False)
    participants.check_open(actor.arena_state, actor.process_phase)
    values = {
        "id": id,
        "contribution_id": contribution_id,
        "body": photo.body,
        "width": photo.width,
        "height": photo.height,
        "state": "pending",
        "digest": mark,
        "created_at": now,
        "changed_at": now,
    }
    insert = upsert(db, _TABLE).values(values)
    renewed = {name: insert.excluded[name] for name in values if name not in ("id", "contribution_id", "created_at")}
    made = db.execute(
        insert.on_conflict_do_update(
            index_elements=["id"], set_=renewed, where=_TABLE.c.contribution_id == insert.excluded.contribution_id
        ).returning(_TABLE.c.number)
    ).scalar()
    if made is None:
        raise NotAllowed("not_yours", field="photo")
    if earlier is not None and earlier.state != "pending":
        _note(db, actor.label, id, earlier.state, "pending", now)
    return Saved(SimpleNamespace(**values), created=earlier is None)


def take_back(db: Session, actor: Pupil, contribution_id: UUID, id: UUID, now: datetime) -> None:
    """Erase one's own photo, at any time."""
    row = db.execute(
        select(Photo.id, Photo.state, Contribution.participant_id)
        .join(Contribution, Contribution.id == Photo.contribution_id)
        .where(Photo.id == id, Photo.contribution_id == contribution_id)
    ).one_or_none()
    if row is None:
        raise NotFound("photo_unknown", field="photo")
    if row.participant_id != actor.participant_id:
        raise NotAllowed("not_yours", field="id")
    _erase(db, Photo.id == id, actor.label, now)


def erase_of(db: Session, numbers: list[int], actor: str, now: datetime) -> None:
    """Erase every photo beside these contributions (row numbers)."""
    beside = select(Contribution.id).where(Contribution.number.in_(numbers))
    _erase(db, Photo.contribution_id.in_(beside), actor, now)


def _erase(db: Session, which: Any, actor: str, now: datetime) -> None:
    for id, state in db.execute(select(Photo.id, Photo.state).where(which, Photo.state != "erased")).all():
        _note(db, actor, id, state, "erased", now)
    db.execute(
        update(Photo)
        .where(which, Photo.state != "erased")
        .values(body=None, digest=None, state="erased", changed_at=now)
    )


def queue(db: Session, process: Process, *, state: str, page: int = 1) -> tuple[list[Waiting], int]:
    """Photos in ``state``, newest first, and how many they are."""
    base = _of_process(process).where(Photo.state == state)
    total = db.scalar(select(func.count()).select_from(base.subquery())) or 0
    rows = db.execute(base.order_by(Photo.number.desc()).limit(PAGE).offset((page - 1) * PAGE))
    return [Waiting(*row) for row in rows], total


def waiting(db: Session, process: Process) -> int:
    """How many photos wait for someone to look at them."""
    return queue(db, process, state="pending")[1]


def _of_process(process: Process) -> Any:
    return (
        select(Photo, Contribution, Arena.title, Participant.alias)
        .select_from(Photo)
        .join(Contribution, Contribution.id == Photo.contribution_id)
        .join(Arena, Arena.id == Contribution.arena_id)
        .join(Participant, Participant.id == Contribution.participant_id)
        .where(Contribution.process_id == process.id)
    )


def decide(
    db: Session, actor: Officer, process: Process, id: UUID, verdict: str, *, now: datetime, reason: str | None = None
) -> bool:
    """Release, hide or put back; False if it was so already."""
    if verdict not in VERDICTS:
        raise Invalid("value_unknown", field="verdict", offered=", ".join(VERDICTS))
    row = db.scalar(_of_process(process).with_only_columns(Photo).where(Photo.id == id).with_for_update(of=Photo))
    if row is None or row.state == "erased":
        raise NotFound("photo_unknown", field="photo")
    if not PHOTO_STATES.check(row.state, verdict):
        return False
    _note(db, actor.label, id, row.state, verdict, now, reason)
    row.state, row.changed_at = verdict, now
    db.flush()
    return True


def for_officer(db: Session, process: Process, id: UUID) -> bytes:
    """The JPEG, for staff of its process."""
    row = db.scalar(_of_process(process).with_only_columns(Photo).where(Photo.id == id).options(undefer(Photo.body)))
    if row is None or row.body is None:
        raise NotFound("photo_unknown", field="photo")
    return bytes(row.body)


def released(db: Session, contribution_ids: Iterable[UUID]) -> list[UUID]:
    """Photos beside these contributions that a person released; none of a contribution that is hidden or erased."""
    return list(
        db.scalars(
            select(Photo.id)
            .join(Contribution, Contribution.id == Photo.contribution_id)
            .where(
                Contribution.id.in_(list(contribution_ids)),
                Contribution.state.in_(("pending", "released")),
                Photo.state == "released",
            )
            .order_by(Photo.number)
        )
    )


def history(db: Session, id: UUID) -> list[PhotoLog]:
    return list(db.scalars(select(PhotoLog).where(PhotoLog.photo_id == id).order_by(PhotoLog.number)))


def _note(
    db: Session, actor: str, id: UUID, present: str, wanted: str, now: datetime, reason: str | None = None
) -> None:
    db.add(PhotoLog(photo_id=id, at=now, actor=actor, present=present, wanted=wanted, reason=reason or None))
    db.flush()
