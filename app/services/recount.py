"""Every figure that pages show, counted again one by one: plain loops over plain rows, sharing nothing with the first
way of counting but the rules.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.model import (
    Arena,
    ArenaMeeting,
    ArenaNote,
    Ballot,
    Campaign,
    CampaignArena,
    CatalogueEntry,
    Contribution,
    Dots,
    HeadTap,
    InputEvidence,
    Participant,
    Process,
    RoadmapInput,
    WorkshopItem,
)
from app.model.roadmap import REALISERS
from app.services import analysis, arenas, campaigns, methods, roadmap, roadmap_search, voices, workshop
from app.services.index import Index, Selection
from app.services.roadmap_search import Query

FIELDS = ("id", "arena_id", "participant_id", "state", "kind", "group", "category", "geometry")


@dataclass(frozen=True)
class Figure:
    """One figure: where it stands, what pages say, and what counting again says. ``agrees`` if both are the same."""

    name: str
    shown: object
    again: object

    @property
    def agrees(self) -> bool:
        return self.shown == self.again


class Rows:
    """The rows of a process as they lie in the store."""

    def __init__(self, db: Session, process: Process) -> None:
        self.arenas = {row.id: row for row in db.scalars(select(Arena).where(Arena.process_id == process.id))}
        people = select(Participant).join(Arena, Arena.id == Participant.arena_id)
        self.people = {row.id: row for row in db.scalars(people.where(Arena.process_id == process.id))}
        entries = select(CatalogueEntry).where(CatalogueEntry.process_id == process.id)
        sensitive = {(row.group, row.code) for row in db.scalars(entries) if row.sensitive}
        found = db.execute(
            select(*(getattr(Contribution, name) for name in FIELDS)).where(Contribution.process_id == process.id)
        ).all()
        self.heard = {row.id: row for row in found if row.state in ("pending", "released")}
        self.counted = [
            row
            for row in self.heard.values()
            if not self.people[row.participant_id].practice and (row.group, row.category) not in sensitive
        ]
        self.inputs = list(db.scalars(select(RoadmapInput).where(RoadmapInput.process_id == process.id)))
        self.evidence: dict[UUID, list[InputEvidence]] = defaultdict(list)
        for row in db.scalars(select(InputEvidence)):
            self.evidence[row.input_id].append(row)

        self.notes = set(
            db.scalars(select(ArenaNote.id).where(ArenaNote.arena_id.in_(self.arenas), ArenaNote.deleted.is_(False)))
        )
        self.taps = list(db.scalars(select(HeadTap).where(HeadTap.arena_id.in_(self.arenas))))
        self.meetings = list(db.scalars(select(ArenaMeeting).where(ArenaMeeting.arena_id.in_(self.arenas))))

    def there(self, arena_id: UUID) -> int:
        """The people of an arena as its method counts them, each once."""
        arena = self.arenas[arena_id]
        counts = methods.of(arena.method).counts
        if counts == "joined":
            return self.heads(row.participant_id for row in self.counted if row.arena_id == arena_id)
        if counts == "meetings":
            return sum(each.present - each.seen_before for each in self.meetings if each.arena_id == arena_id)
        if counts == "taps":
            days: Any = Counter()
            for tap in self.taps:
                days[tap.counted_on] += tap.change if tap.arena_id == arena_id else 0
            return max([0, *days.values()])
        return arena.head_count or 0

    def heads(self, participants: Iterable[UUID]) -> int:
        return sum(self.people[each].head_count for each in set(participants) if not self.people[each].practice)

    def both(self, found: list[Any]) -> tuple[int, int]:
        """People, each once, and registrations."""
        return self.heads(row.participant_id for row in found), len(found)


def figures(db: Session, process: Process, index: Index) -> Iterator[Figure]:
    """All of them, in the order of the pages."""
    rows = Rows(db, process)
    yield from _registrations(db, process, index, rows)
    yield from _arenas(db, process, rows)
    yield from _areas(db, process, index, rows)
    yield from _inputs(db, process, rows)
    yield from _campaigns(db, process, rows)
    yield from _workshops(db, process, rows)


def _registrations(db: Session, process: Process, index: Index, rows: Rows) -> Iterator[Figure]:
    yield Figure("registrations", voices.how_many(db, process), len(rows.counted))
    people = index.figures(index.rows(Selection()))
    yield Figure("people, registrations", people, rows.both(rows.counted))
    for group in sorted({row.group for row in rows.counted}):
        mine = [row for row in rows.counted if row.group == group]
        shown = index.figures(index.rows(Selection(groups=frozenset({group}))))
        yield Figure(f"group {group}: people, registrations", shown, rows.both(mine))


def _arenas(db: Session, process: Process, rows: Rows) -> Iterator[Figure]:
    took_part = voices.took_part(db, process)
    for arena in rows.arenas.values():
        again = rows.heads(row.participant_id for row in rows.counted if row.arena_id == arena.id)
        yield Figure(f"arena {arena.title}: people", took_part.get(arena.id, 0), again)
        board = arenas.board_of(db, arena.id)
        here = [person for person in rows.people.values() if person.arena_id == arena.id]
        here = [person for person in here if person.practice == arena.practice]
        drawn = Counter(
            row.kind
            for row in rows.heard.values()
            if row.arena_id == arena.id and rows.people[row.participant_id].practice == arena.practice
        )
        yield Figure(
            f"board {arena.title}: joined, people, ways, places",
            (board.joined, board.people, board.routes, board.places),
            (len(here), sum(person.head_count for person in here), drawn["route"], drawn["place"]),
        )


def _areas(db: Session, process: Process, index: Index, rows: Rows) -> Iterator[Figure]:
    current = analysis.current_areas(db, process)
    shown = analysis.area_figures(index, current, Selection())
    for area in current:
        mine = [
            row
            for row in rows.counted
            if row.kind == "place"
            and row.group == area.group
            and area.category in (None, row.category)
            and shapely.intersects(area.geometry, row.geometry)
        ]
        again = rows.both(mine)
        found = shown[area.id]
        yield Figure(
            f"area {area.public_id}: people, registrations",
            (found.people, found.registrations),
            again if again[0] >= process.minimum_people else (None, None),
        )


def _inputs(db: Session, process: Process, rows: Rows) -> Iterator[Figure]:
    """What was merged into an input stands behind it; whoever drew in an arena that is evidence counts with it."""
    shown = roadmap.figures(db, process)
    into = {row.id: row.merged_into_id for row in rows.inputs}
    behind: dict[UUID, list[InputEvidence]] = defaultdict(list)
    for input_id in into:
        behind[_end(into, input_id)] += rows.evidence[input_id]
    for row in rows.inputs:
        if row.merged_into_id is not None:
            continue
        evidence = behind[row.id]
        arenas_ = {each.arena_id for each in evidence if each.arena_id in rows.arenas}
        mine = [rows.heard[id] for id in {each.contribution_id for each in evidence} if id in rows.heard]
        mine = [each for each in mine if not rows.people[each.participant_id].practice and each.arena_id not in arenas_]
        notes = {each.note_id for each in evidence if each.note_id in rows.notes}
        people, registrations = rows.both(mine)
        there = [rows.there(each) for each in arenas_ if each is not None]
        again = (people + sum(there), registrations + len(notes))
        yield Figure(f"input {row.public_id}: people, registrations", shown.get(row.id, (0, 0)), again)
    for realiser in REALISERS:
        query = Query(realisers=(realiser,))
        count = len([row for row in rows.inputs if row.realiser == realiser and row.merged_into_id is None])
        yield Figure(f"roadmap {realiser}: inputs", roadmap_search.search(db, process, query).total, count)


def _end(into: dict[UUID, UUID | None], input_id: UUID) -> UUID:
    while (following := into[input_id]) is not None:
        input_id = following
    return input_id


def _campaigns(db: Session, process: Process, rows: Rows) -> Iterator[Figure]:
    voted = set(db.scalars(select(Ballot.participant_id)))
    drew = {row.participant_id for row in rows.counted}
    for campaign in db.scalars(select(Campaign).where(Campaign.process_id == process.id)):
        ids = set(db.scalars(select(CampaignArena.arena_id).where(CampaignArena.campaign_id == campaign.id)))
        people = 0
        for arena_id in ids:
            mine = {each for each in drew | voted if each in rows.people and rows.people[each].arena_id == arena_id}
            mine = {each for each in mine if not rows.people[each].practice}
            people += rows.heads(mine) if mine else rows.there(arena_id) or rows.arenas[arena_id].head_count or 0
        registrations = [row for row in rows.counted if row.arena_id in ids]
        inputs = [row for row in rows.inputs if row.status != "merged" and _of_arenas(rows, rows.evidence[row.id], ids)]
        shown = campaigns.counter(db, process, campaign)
        yield Figure(
            f"solution hunt {campaign.title}: people, registrations, inputs",
            (shown.people, shown.registrations, shown.inputs),
            (people, len(registrations), len(inputs)),
        )


def _of_arenas(rows: Rows, evidence: list[InputEvidence], ids: set[UUID]) -> bool:
    said: list[Any] = [rows.heard[each.contribution_id] for each in evidence if each.contribution_id in rows.heard]
    return any(each.arena_id in ids for each in said + evidence)


def _workshops(db: Session, process: Process, rows: Rows) -> Iterator[Figure]:
    for arena in workshop.of_process(db, process):
        shown = workshop.standing(db, arena)
        ballots = list(db.scalars(select(Ballot.participant_id).where(Ballot.arena_id == arena.id)))
        again = (len(ballots), sum(rows.people[each].head_count for each in ballots))
        yield Figure(f"workshop {arena.title}: ballots, people", (shown.ballots, shown.people), again)
        given: Any = Counter()
        for row in db.scalars(select(Dots).where(Dots.participant_id.in_(ballots))):
            given[row.input_id] += row.count
        table = select(WorkshopItem.input_id).where(WorkshopItem.arena_id == arena.id, WorkshopItem.shelved.is_(None))
        yield Figure(
            f"workshop {arena.title}: dots",
            {each.input.id: each.dots for each in shown.ranked},
            {input_id: given[input_id] for input_id in db.scalars(table)},
        )
