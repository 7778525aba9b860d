"""What a local community committee works on: inputs that residents can bring about, and who offers to help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.model import Offer, Process, RoadmapInput
from app.services import workshop

THEIRS = ("residents", "together")
OVER = ("declined", "merged", "done")


@dataclass(frozen=True)
class Task:
    """An input that waits for hands; ``offers`` the earliest first."""

    input: RoadmapInput
    offers: Sequence[Offer]

    @property
    def accepted(self) -> list[str]:
        return [offer.name for offer in self.offers if offer.state == "accepted"]

    @property
    def waiting(self) -> int:
        return sum(offer.state == "pending" for offer in self.offers)


def tasks(db: Session, process: Process, *, public: bool = False) -> list[Task]:
    """What is the residents' own first, then what several must do together; only what is released if ``public``."""
    released = [RoadmapInput.released_at.is_not(None)] if public else []
    rows = db.scalars(
        select(RoadmapInput).where(
            RoadmapInput.process_id == process.id,
            RoadmapInput.realiser.in_(THEIRS),
            RoadmapInput.status.not_in(OVER),
            *released,
        )
    )
    found = sorted(rows, key=lambda row: (THEIRS.index(row.realiser), row.number))
    offers = workshop.offers(db, found)
    return [Task(row, offers.get(row.id, [])) for row in found]


def offer_help(db: Session, process: Process, public_id: str, name: str, words: str, now: datetime) -> Offer:
    """Somebody would help with what everyone may read. Raises NotFound, Invalid."""
    task = next((task for task in tasks(db, process, public=True) if task.input.public_id == public_id), None)
    if task is None:
        raise NotFound("input_unknown", field="input")
    return workshop.put_offer(db, task.input.id, None, name, words, now)
