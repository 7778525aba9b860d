"""Rows of a process as they lie in the store, for counting again: plain lists and mappings, no figure among them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.model import (
    Arena,
    ArenaMeeting,
    ArenaNote,
    Ballot,
    CatalogueEntry,
    Contribution,
    HeadTap,
    InputEvidence,
    Measure,
    MeasureInput,
    MeasurePartner,
    MeasureStep,
    Participant,
    Process,
    RoadmapInput,
)
from app.services import methods

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
        self.by_id = {row.id: row for row in self.inputs}
        self.evidence: dict[UUID, list[InputEvidence]] = defaultdict(list)
        for row in db.scalars(select(InputEvidence)):
            self.evidence[row.input_id].append(row)
        self.sources: dict[UUID, list[InputEvidence]] = defaultdict(list)
        for of in self.inputs:
            self.sources[self.end(of.id).id] += self.evidence[of.id]
        self.measures = list(db.scalars(select(Measure).where(Measure.process_id == process.id)))
        ids = [row.id for row in self.measures]
        self.links = list(db.scalars(select(MeasureInput).where(MeasureInput.measure_id.in_(ids))))
        steps = select(MeasureStep).where(MeasureStep.measure_id.in_(ids))
        self.steps = sorted(db.scalars(steps), key=lambda row: row.number)
        self.partners = list(db.scalars(select(MeasurePartner).where(MeasurePartner.measure_id.in_(ids))))
        notes = select(ArenaNote.id, ArenaNote.arena_id).where(ArenaNote.deleted.is_(False))
        self.notes = dict(db.execute(notes.where(ArenaNote.arena_id.in_(self.arenas))).all())
        self.taps = list(db.scalars(select(HeadTap).where(HeadTap.arena_id.in_(self.arenas))))
        ballots = select(Ballot.participant_id).where(Ballot.arena_id.in_(self.arenas))
        self.voted = set(db.scalars(ballots))
        self.meetings = list(db.scalars(select(ArenaMeeting).where(ArenaMeeting.arena_id.in_(self.arenas))))

    def there(self, arena_id: UUID) -> int:
        """The people of an arena as its method counts them, each once."""
        arena = self.arenas[arena_id]
        counts = methods.of(arena.method).counts
        if counts == "joined":
            return self.heads(row.participant_id for row in self.counted if row.arena_id == arena_id)
        if counts == "ballots":
            return self.heads(each for each in self.voted if self.people[each].arena_id == arena_id)
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

    def behind(self, row: RoadmapInput) -> tuple[int, int]:
        """People and registrations. What was merged into an input stands behind it; whoever drew in an arena that is
        evidence counts with it.
        """
        evidence = self.sources[row.id]
        whole = {each.arena_id for each in evidence if each.arena_id in self.arenas}
        mine = [self.heard[id] for id in {each.contribution_id for each in evidence} if id in self.heard]
        mine = [each for each in mine if not self.people[each.participant_id].practice and each.arena_id not in whole]
        said = {each.note_id for each in evidence if each.note_id in self.notes}
        people, registrations = self.both(mine)
        return people + sum(self.there(each) for each in whole if each is not None), registrations + len(said)

    def drew(self, wanted: set[UUID]) -> int:
        """The people whose own drawings count and stand behind any of these inputs, each once."""
        ids = {each.contribution_id for id in wanted for each in self.sources[id]}
        return self.heads(row.participant_id for row in self.counted if row.id in ids)

    def end(self, input_id: UUID) -> RoadmapInput:
        """The input it lives on in: itself, or what it was merged into, however far."""
        row = self.by_id[input_id]
        return row if row.merged_into_id is None else self.end(row.merged_into_id)
