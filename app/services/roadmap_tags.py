"""Tags of roadmap inputs: words that staff give them, as they are typed and kept."""

from __future__ import annotations

import unicodedata
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.model import InputTag, RoadmapInput

LONGEST_TAG = 40
MOST_TAGS = 10


def split_tags(said: str) -> list[str]:
    """Tags as they are kept: small letters, each once, in alphabetical order. Raises Invalid."""
    found = {" ".join(each.split()).casefold() for each in unicodedata.normalize("NFC", said).split(",")} - {""}
    if len(found) > MOST_TAGS:
        raise Invalid("too_many_tags", field="tags", most=MOST_TAGS)
    if any(len(each) > LONGEST_TAG for each in found):
        raise Invalid("text_too_long", field="tags", most=LONGEST_TAG)
    return sorted(found)


def put_tags(db: Session, row: RoadmapInput, wanted: list[str]) -> None:
    """These tags and no others."""
    db.execute(delete(InputTag).where(InputTag.input_id == row.id))
    db.add_all(InputTag(input_id=row.id, tag=tag) for tag in wanted)
    db.flush()


def tags_of(db: Session, rows: list[RoadmapInput]) -> dict[UUID, list[str]]:
    """The tags of each, in alphabetical order; inputs without any are left out."""
    found: dict[UUID, list[str]] = {}
    for id, tag in db.execute(
        select(InputTag.input_id, InputTag.tag)
        .where(InputTag.input_id.in_([row.id for row in rows]))
        .order_by(InputTag.tag)
    ):
        found.setdefault(id, []).append(tag)
    return found
