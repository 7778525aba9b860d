"""Solution hunts: period, arenas, target groups, communication plan, and a counter in which nobody is twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from app.errors import Invalid, NotFound
from app.model import (
    Arena,
    Ballot,
    Campaign,
    CampaignArena,
    CampaignTask,
    Contribution,
    InputEvidence,
    Participant,
    Process,
    RoadmapInput,
)
from app.services import fields, heads, voices

LONGEST_NAME = 80
LONGEST_TEXT = 1000
MOST_GROUPS = 20


@dataclass(frozen=True)
class Reached:
    """Of one arena: its people, each once, and whether they took part by themselves or were counted by somebody."""

    arena: Arena
    people: int
    counted: bool


@dataclass(frozen=True)
class Counter:
    """What a hunt has reached. ``people`` adds up arenas: who came to two of them under no name cannot be known, so it
    is the people of every arena, each once there.
    """

    people: int
    registrations: int
    inputs: int
    arenas: list[Reached]


def open_hunt(
    db: Session,
    process: Process,
    *,
    title: str,
    expectation: str,
    starts_on: str,
    ends_on: str,
    target_groups: Iterable[str],
    now: datetime,
) -> Campaign:
    """Raises Invalid: field_missing, text_too_long, day_unreadable, period_backwards."""
    begins, ends = fields.needed_day(starts_on, "starts_on"), fields.needed_day(ends_on, "ends_on")
    if ends < begins:
        raise Invalid("period_backwards", field="ends_on")
    made = Campaign(
        process_id=process.id,
        title=fields.line(title, "title", LONGEST_NAME),
        expectation=fields.line(expectation, "expectation", LONGEST_TEXT),
        starts_on=begins,
        ends_on=ends,
        target_groups=_groups(target_groups),
        created_at=now,
    )
    db.add(made)
    db.flush()
    return made


def of_process(db: Session, process: Process, *, public: bool = False) -> list[Campaign]:
    """The latest first."""
    shown = [Campaign.public] if public else []
    rows = select(Campaign).where(Campaign.process_id == process.id, *shown).order_by(Campaign.starts_on.desc())
    return list(db.scalars(rows))


def find(db: Session, process: Process, campaign_id: UUID) -> Campaign:
    row = db.get(Campaign, campaign_id)
    if row is None or row.process_id != process.id:
        raise NotFound("campaign_unknown", field="campaign")
    return row


def choose_arenas(db: Session, process: Process, campaign: Campaign, arena_ids: Iterable[UUID]) -> None:
    """These arenas are part of it, and no others. Raises NotFound for one of another process."""
    wanted = set(arena_ids)
    known = set(db.scalars(select(Arena.id).where(Arena.process_id == process.id, Arena.id.in_(wanted))))
    if wanted - known:
        raise NotFound("arena_unknown", field="arena")
    db.execute(delete(CampaignArena).where(CampaignArena.campaign_id == campaign.id))
    db.add_all(CampaignArena(campaign_id=campaign.id, arena_id=arena_id) for arena_id in wanted)
    db.flush()


def arenas_of(db: Session, campaign: Campaign) -> list[Arena]:
    return list(
        db.scalars(
            select(Arena)
            .join(CampaignArena, CampaignArena.arena_id == Arena.id)
            .where(CampaignArena.campaign_id == campaign.id)
            .order_by(Arena.title)
        )
    )


def counter(db: Session, process: Process, campaign: Campaign) -> Counter:
    """Counted anew each time. A participant counts once however much it drew, voted or said; a count that somebody made
    of an arena stands where nobody took part under a pseudonym, and never on top of those who did.
    """
    arenas = arenas_of(db, campaign)
    ids = [arena.id for arena in arenas]
    drew = select(Contribution.participant_id).where(*voices.counted(db, process))
    voted = select(Ballot.participant_id)
    rows = db.execute(
        select(Participant.arena_id, func.sum(Participant.head_count))
        .where(
            Participant.arena_id.in_(ids),
            Participant.practice.is_(False),
            or_(Participant.id.in_(drew), Participant.id.in_(voted)),
        )
        .group_by(Participant.arena_id)
    )
    took_part = {arena_id: int(people) for arena_id, people in rows}
    there = heads.of_process(db, process)
    reached = [
        Reached(
            arena, took_part.get(arena.id) or there[arena.id].people or arena.head_count or 0, arena.id not in took_part
        )
        for arena in arenas
    ]
    registrations = db.scalar(
        select(func.count())
        .select_from(Contribution)
        .where(*voices.counted(db, process), Contribution.arena_id.in_(ids))
    )
    return Counter(sum(each.people for each in reached), int(registrations or 0), _inputs(db, process, ids), reached)


def _inputs(db: Session, process: Process, arena_ids: list[UUID]) -> int:
    """Inputs with something from these arenas behind them, each once."""
    said = select(Contribution.id).where(Contribution.arena_id.in_(arena_ids))
    return int(
        db.scalar(
            select(func.count(func.distinct(RoadmapInput.id)))
            .join(InputEvidence, InputEvidence.input_id == RoadmapInput.id)
            .where(
                RoadmapInput.process_id == process.id,
                RoadmapInput.status != "merged",
                or_(InputEvidence.arena_id.in_(arena_ids), InputEvidence.contribution_id.in_(said)),
            )
        )
        or 0
    )


def publish(db: Session, process: Process, campaign_id: UUID, public: bool) -> Campaign:
    row = find(db, process, campaign_id)
    row.public = public
    db.flush()
    return row


def add_task(
    db: Session,
    process: Process,
    campaign_id: UUID,
    *,
    what: str,
    channel: str,
    due_on: str,
    target_group: str = "",
    spokesperson: str = "",
) -> CampaignTask:
    """A line of the communication plan."""
    campaign = find(db, process, campaign_id)
    made = CampaignTask(
        campaign_id=campaign.id,
        what=fields.line(what, "what", LONGEST_TEXT),
        channel=fields.line(channel, "channel", LONGEST_NAME),
        target_group=fields.line(target_group, "target_group", LONGEST_NAME) if target_group.strip() else None,
        spokesperson=fields.line(spokesperson, "spokesperson", LONGEST_NAME) if spokesperson.strip() else None,
        due_on=fields.needed_day(due_on, "due_on"),
    )
    db.add(made)
    db.flush()
    return made


def tasks(db: Session, campaign: Campaign) -> list[CampaignTask]:
    """In the order they are due."""
    rows = select(CampaignTask).where(CampaignTask.campaign_id == campaign.id)
    return list(db.scalars(rows.order_by(CampaignTask.due_on, CampaignTask.what)))


def tick(db: Session, process: Process, task_id: UUID, done: bool, today: date) -> Campaign:
    """A task is done, or not after all."""
    row = db.get(CampaignTask, task_id)
    if row is None:
        raise NotFound("campaign_unknown", field="campaign")
    campaign = find(db, process, row.campaign_id)
    row.done_on = today if done else None
    db.flush()
    return campaign


def _groups(values: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(fields.line(value, "target_groups", LONGEST_NAME) for value in values if value.strip()))
    if len(found) > MOST_GROUPS:
        raise Invalid("text_too_long", field="target_groups", most=MOST_GROUPS)
    return found
