"""A roadmap workshop: open one with inputs on the table, take ballots of dots, rank, shelve, take offers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.errors import Closed, Conflict, Invalid, NotFound
from app.model import Arena, Ballot, Dots, Offer, Participant, Process, RoadmapInput, WorkshopItem
from app.model.workshop import OFFER_STATES
from app.services import arenas, fields, participants
from app.services.actors import Pupil

MOST_DOTS = 20
MOST_ITEMS = 200
LARGEST_TABLE = 12
LONGEST_WORDS = 400
OPEN_STATES = ("heard", "considered")


@dataclass(frozen=True)
class Ranked:
    """An input on the table. ``place`` is shared by those with as many dots from as many ballots."""

    input: RoadmapInput
    dots: int
    ballots: int
    place: int
    shared: bool


@dataclass(frozen=True)
class Standing:
    """A workshop as it stands: what is ranked, what lies on the shelf, how many ballots and people there are."""

    arena: Arena
    ranked: list[Ranked]
    shelf: list[tuple[RoadmapInput, str]]
    ballots: int
    people: int
    dots: int


def open_workshop(
    db: Session, process: Process, *, title: str, dots: Any, public_ids: Iterable[str], now: datetime
) -> Arena:
    """A workshop where each person has ``dots`` dots for these inputs. Raises Invalid, Closed."""
    if process.phase != "collecting":
        raise Closed("process_closed")
    each = fields.whole(dots, "dots", 1, MOST_DOTS)
    wanted = list(dict.fromkeys(public_ids))
    if not wanted:
        raise Invalid("field_missing", field="inputs")
    if len(wanted) > MOST_ITEMS:
        raise Invalid("workshop_too_large", field="inputs", most=MOST_ITEMS)
    arena = arenas.open_by_code(
        db, process, title=title, method="workshop", now=now, kinds=[], groups=[], dots=each, groups_of=LARGEST_TABLE
    )
    for public_id in wanted:
        db.add(WorkshopItem(arena_id=arena.id, input_id=_input(db, process, public_id).id))
    db.flush()
    return arena


def suggested(db: Session, process: Process) -> list[RoadmapInput]:
    """What a workshop can be about: inputs that nobody has decided on yet."""
    return list(
        db.scalars(
            select(RoadmapInput)
            .where(RoadmapInput.process_id == process.id, RoadmapInput.status.in_(OPEN_STATES))
            .order_by(RoadmapInput.number)
        )
    )


def of_process(db: Session, process: Process) -> list[Arena]:
    """Newest first."""
    return list(
        db.scalars(
            select(Arena)
            .where(Arena.process_id == process.id, Arena.method == "workshop", Arena.join_code.is_not(None))
            .order_by(Arena.created_at.desc())
        )
    )


def of(db: Session, process: Process, arena_id: UUID) -> Arena:
    arena = arenas.of_process(db, process, arena_id)
    if arena.method != "workshop" or arena.join_code is None:
        raise NotFound("arena_unknown", field="arena")
    return arena


def by_code(db: Session, code: str) -> Arena:
    """The workshop behind a join code. Raises NotFound."""
    arena = arenas.by_code(db, code)
    if arena.method != "workshop":
        raise NotFound("code_unknown", field="code")
    return arena


def dots_of(arena: Arena) -> int:
    """How many dots each person has."""
    return int(arena.allows.get("dots", 0))


def on_the_table(db: Session, arena: Arena) -> list[RoadmapInput]:
    return list(
        db.scalars(
            select(RoadmapInput)
            .join(WorkshopItem, WorkshopItem.input_id == RoadmapInput.id)
            .where(WorkshopItem.arena_id == arena.id, WorkshopItem.shelved.is_(None))
            .order_by(RoadmapInput.number)
        )
    )


def cast(db: Session, actor: Pupil, dots: Any, *, revision: Any, now: datetime) -> dict[str, int]:
    """Take a whole ballot, ``{public id: dots}``, in place of the participant's earlier one; returns what now counts.

    A ballot older than one that was received changes nothing. Dots for what was shelved meanwhile are left out, so that
    a table that was without network loses no other. Raises Invalid (too many dots, unknown input), Closed.
    """
    number = fields.whole(revision, "revision", 1, 2**31 - 1)
    participants.check_open(actor.arena_state, actor.process_phase)
    person = db.scalar(select(Participant).where(Participant.id == actor.participant_id).with_for_update())
    items = dict(
        db.execute(
            select(RoadmapInput.public_id, WorkshopItem)
            .join(WorkshopItem, WorkshopItem.input_id == RoadmapInput.id)
            .where(WorkshopItem.arena_id == actor.arena_id)
        ).all()
    )
    given = _checked(dots, items)
    most = int(actor.allows.get("dots", 0)) * (person.head_count if person else 1)
    if sum(given.values()) > most:
        raise Invalid("too_many_dots", field="dots", most=most, given=sum(given.values()))
    known = db.get(Ballot, actor.participant_id)
    if known is None or known.revision < number:
        if known is not None:
            db.execute(delete(Dots).where(Dots.participant_id == actor.participant_id))
            known.revision, known.received_at = number, now
        else:
            db.add(
                Ballot(participant_id=actor.participant_id, arena_id=actor.arena_id, revision=number, received_at=now)
            )
        db.flush()
        db.add_all(
            Dots(participant_id=actor.participant_id, input_id=items[public_id].input_id, count=count)
            for public_id, count in given.items()
            if items[public_id].shelved is None
        )
        db.flush()
    return ballot(db, actor)


def ballot(db: Session, actor: Pupil) -> dict[str, int]:
    """What was received from this participant and still lies on the table."""
    rows = db.execute(
        select(RoadmapInput.public_id, Dots.count)
        .join(Dots, Dots.input_id == RoadmapInput.id)
        .join(WorkshopItem, (WorkshopItem.input_id == Dots.input_id) & (WorkshopItem.arena_id == actor.arena_id))
        .where(Dots.participant_id == actor.participant_id, WorkshopItem.shelved.is_(None))
    )
    return dict(rows.all())


def standing(db: Session, arena: Arena) -> Standing:
    """The most dots first, then the most ballots behind them, then the oldest number; equal in dots and ballots share a
    place. A practice counts nowhere.
    """
    given = (
        select(Dots.input_id, func.sum(Dots.count).label("dots"), func.count().label("ballots"))
        .join(Ballot, Ballot.participant_id == Dots.participant_id)
        .where(Ballot.arena_id == arena.id)
        .group_by(Dots.input_id)
        .subquery()
    )
    rows = db.execute(
        select(RoadmapInput, WorkshopItem.shelved, func.coalesce(given.c.dots, 0), func.coalesce(given.c.ballots, 0))
        .join(WorkshopItem, WorkshopItem.input_id == RoadmapInput.id)
        .outerjoin(given, given.c.input_id == RoadmapInput.id)
        .where(WorkshopItem.arena_id == arena.id)
    ).all()
    ballots, people = db.execute(
        select(func.count(), func.coalesce(func.sum(Participant.head_count), 0))
        .select_from(Ballot)
        .join(Participant, Participant.id == Ballot.participant_id)
        .where(Ballot.arena_id == arena.id)
    ).one()
    table = sorted(
        ((int(dots), int(count), row) for row, shelved, dots, count in rows if shelved is None),
        key=lambda each: (-each[0], -each[1], each[2].number),
    )
    reached = [each[:2] for each in table]
    ranked = [
        Ranked(row, dots, count, reached.index((dots, count)) + 1, reached.count((dots, count)) > 1)
        for dots, count, row in table
    ]
    shelf = sorted(((row, shelved) for row, shelved, *_ in rows if shelved is not None), key=lambda e: e[0].number)
    return Standing(arena, ranked, shelf, int(ballots), int(people), sum(each.dots for each in ranked))


def shelve(db: Session, process: Process, arena: Arena, public_id: str, case: str) -> None:
    """Take an input off the table: it belongs to another case. Its dots stay, and count again if it comes back."""
    _item(db, process, arena, public_id).shelved = fields.line(case, "case", LONGEST_WORDS)
    db.flush()


def take_back(db: Session, process: Process, arena: Arena, public_id: str) -> None:
    """Put a shelved input on the table again."""
    _item(db, process, arena, public_id).shelved = None
    db.flush()


def offer(db: Session, actor: Pupil, public_id: str, name: Any, words: Any, now: datetime) -> Offer:
    """Somebody would help to bring an input about; it is pending until the municipality accepted it. The same name
    again changes the words of its offer. Raises Invalid, NotFound, Closed.
    """
    participants.check_open(actor.arena_state, actor.process_phase)
    process = db.get_one(Process, actor.process_id)
    row = _item(db, process, db.get_one(Arena, actor.arena_id), public_id)
    return put_offer(db, row.input_id, actor.arena_id, name, words, now)


def put_offer(db: Session, input_id: UUID, arena_id: UUID | None, name: Any, words: Any, now: datetime) -> Offer:
    """Keep an offer of help; the same name again changes the words of its offer. Raises Invalid."""
    called = fields.line(name if isinstance(name, str) else "", "name", arenas.LONGEST_NAME)
    said = words.strip()[:LONGEST_WORDS] if isinstance(words, str) and words.strip() else None
    known = db.scalar(select(Offer).where(Offer.input_id == input_id, Offer.name == called))
    if known is None:
        known = Offer(input_id=input_id, arena_id=arena_id, name=called, created_at=now)
        db.add(known)
    known.words = said or known.words
    db.flush()
    return known


def offers(db: Session, inputs: Iterable[RoadmapInput]) -> dict[UUID, list[Offer]]:
    """By input, the earliest first."""
    rows = db.scalars(
        select(Offer).where(Offer.input_id.in_([row.id for row in inputs])).order_by(Offer.created_at, Offer.name)
    )
    found: dict[UUID, list[Offer]] = {}
    for row in rows:
        found.setdefault(row.input_id, []).append(row)
    return found


def answer_offer(db: Session, process: Process, offer_id: UUID, wanted: str) -> Offer:
    """Accept or decline. Raises NotFound, Conflict."""
    row = db.get(Offer, offer_id)
    if row is None or db.get_one(RoadmapInput, row.input_id).process_id != process.id:
        raise NotFound("offer_unknown", field="offer")
    if wanted not in OFFER_STATES.table:
        raise Invalid("value_unknown", field="state", offered=", ".join(OFFER_STATES.table))
    if OFFER_STATES.check(row.state, wanted):
        row.state = wanted
        db.flush()
    return row


def _checked(dots: Any, items: dict[str, WorkshopItem]) -> dict[str, int]:
    if not isinstance(dots, dict):
        raise Invalid("field_missing", field="dots")
    given = {
        str(public_id): fields.whole(count, "dots", 0, MOST_DOTS * LARGEST_TABLE) for public_id, count in dots.items()
    }
    unknown = next((public_id for public_id in given if public_id not in items), None)
    if unknown is not None:
        raise Invalid("input_not_on_table", field="dots", given=unknown[:20])
    return {public_id: count for public_id, count in given.items() if count}


def _input(db: Session, process: Process, public_id: str) -> RoadmapInput:
    row = db.scalar(
        select(RoadmapInput).where(RoadmapInput.process_id == process.id, RoadmapInput.public_id == public_id)
    )
    if row is None:
        raise NotFound("input_unknown", field="input")
    if row.status not in OPEN_STATES:
        raise Conflict("input_decided", field="inputs", given=public_id)
    return row


def _item(db: Session, process: Process, arena: Arena, public_id: str) -> WorkshopItem:
    row = db.scalar(
        select(WorkshopItem)
        .join(RoadmapInput, RoadmapInput.id == WorkshopItem.input_id)
        .where(
            WorkshopItem.arena_id == arena.id,
            RoadmapInput.process_id == process.id,
            RoadmapInput.public_id == public_id,
        )
    )
    if row is None:
        raise NotFound("input_unknown", field="input")
    return row
