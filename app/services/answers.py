"""The answer: what everyone may read of a process, and of one class or arena in it: inputs, measures and why.

What is public: an input that a planner released and that was not merged into another; a measure that a planner
released; of people only what the gate lets through. Whatever was said no to carries its reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.model import Arena, Contribution, InputEvidence, InputLog, Measure, MeasureStep, Process, RoadmapInput
from app.model.measure import OVER
from app.services import measures, publication, roadmap, voices
from app.services.actors import Officer, Pupil
from app.services.measures import Told

MOST_STEPS = 50


@dataclass(frozen=True)
class Answer:
    """An input and what became of it. ``people`` is at least so many, None of too few; ``reason`` the sentence of its
    latest status; ``measures`` the public ones.
    """

    input: RoadmapInput
    people: int | None
    reason: str | None
    measures: list[Told]


@dataclass(frozen=True)
class Answers:
    """What everyone may read of a process; inputs with most people first, measures as they were made."""

    inputs: list[Answer]
    measures: list[Told]

    @property
    def heard(self) -> list[Answer]:
        """Everything but what was said no to."""
        return [each for each in self.inputs if each.input.status != "declined"]

    @property
    def declined(self) -> list[Answer]:
        return [each for each in self.inputs if each.input.status == "declined"]

    @property
    def doing(self) -> list[Told]:
        """Everything but what was dropped."""
        return [each for each in self.measures if each.row.status != "rejected"]

    @property
    def dropped(self) -> list[Told]:
        return [each for each in self.measures if each.row.status == "rejected"]

    @property
    def for_hands(self) -> list[Answer]:
        """Inputs that the municipality alone cannot bring about, and that still wait."""
        return [each for each in self.inputs if each.input.realiser != "municipality" and _waits(each)]


def _waits(answer: Answer) -> bool:
    return answer.input.status not in ("done", "declined") and not any(
        each.row.status in OVER for each in answer.measures
    )


@dataclass(frozen=True)
class OfArena:
    """What an arena said, as far as enough of its people said it that nobody can be recognised; and what others said,
    or too few of it.
    """

    own: list[Answer]
    others: list[Answer]


def release_input(db: Session, actor: Officer, process: Process, public_id: str, public: bool, now: datetime) -> None:
    """Let everyone read an input, or staff alone again."""
    row = roadmap.find(db, process, public_id)
    if public != (row.released_at is not None):
        row.released_at = now if public else None
        db.add(InputLog(input_id=row.id, at=now, actor=actor.label, changes={"public": [not public, public]}))
        db.flush()


def of_process(db: Session, process: Process) -> Answers:
    """All that is public."""
    public = _public_measures(db, process)
    answering = measures.by_input(public)
    rows = _public_inputs(db, process)
    figures, reasons = roadmap.figures(db, process), _reasons(db, rows)
    found = [
        Answer(
            row,
            publication.everyone(process, figures.get(row.id, (0, 0))[0]),
            reasons.get(row.id),
            answering.get(row.id, []),
        )
        for row in rows
    ]
    return Answers(sorted(found, key=lambda each: (-(each.people or 0), each.input.number)), public)


def of_arena(db: Session, process: Process, arena: Arena) -> OfArena:
    """All that is public, parted by whether this arena said it."""
    said = _said_by(db, process, arena)
    everything = of_process(db, process).inputs
    return OfArena(
        [each for each in everything if each.input.id in said],
        [each for each in everything if each.input.id not in said],
    )


def of_participant(db: Session, process: Process, actor: Pupil) -> dict[UUID, list[Answer]]:
    """What became of each thing that a participant made, for its own eyes; things that led to nothing public are not in
    it.
    """
    return _of_things(db, process, Contribution.participant_id == actor.participant_id)


def of_things(db: Session, process: Process, ids: Collection[UUID]) -> dict[UUID, list[Answer]]:
    """The same of these things, for the teacher of whoever made them."""
    return _of_things(db, process, Contribution.id.in_(ids))


def _of_things(db: Session, process: Process, those: ColumnElement[bool]) -> dict[UUID, list[Answer]]:
    end = roadmap.ends(db, process)
    public = {each.input.id: each for each in of_process(db, process).inputs}
    rows = db.execute(
        select(InputEvidence.contribution_id, InputEvidence.input_id)
        .join(Contribution, Contribution.id == InputEvidence.contribution_id)
        .where(those, *voices.counted(db, process))
    )
    found: dict[UUID, list[Answer]] = {}
    for contribution_id, input_id in rows:
        answer = public.get(end[input_id])
        if answer is not None and contribution_id is not None:
            found.setdefault(contribution_id, []).append(answer)
    return found


def latest_steps(db: Session, process: Process) -> list[tuple[Measure, MeasureStep]]:
    """The newest steps of public measures, the newest first."""
    return measures.steps(db, process, released=True, most=MOST_STEPS)


def people_behind(db: Session, process: Process, inputs: Iterable[RoadmapInput]) -> int | None:
    """How many people at least stand behind any of these inputs, each once; None of too few."""
    end, wanted = roadmap.ends(db, process), {row.id for row in inputs}
    sources = [id for id, other in end.items() if other in wanted]
    people: dict[UUID, int] = {}
    for those in voices.behind(db, process, InputEvidence.input_id.in_(sources)).values():
        people |= those
    return publication.everyone(process, sum(people.values()))


def _public(row: RoadmapInput) -> bool:
    return row.released_at is not None and row.status != "merged"


def _public_inputs(db: Session, process: Process) -> list[RoadmapInput]:
    released = RoadmapInput.released_at.is_not(None)
    rows = select(RoadmapInput).where(RoadmapInput.process_id == process.id, released, RoadmapInput.status != "merged")
    return list(db.scalars(rows))


def _public_measures(db: Session, process: Process) -> list[Told]:
    """As everyone may read them: with the inputs that are public and the photos that were released."""
    return [
        replace(
            each,
            inputs=[row for row in each.inputs if _public(row)],
            photos=[photo for photo in each.photos if photo.state == "released"],
        )
        for each in measures.public(db, process)
    ]


def _reasons(db: Session, rows: list[RoadmapInput]) -> dict[UUID, str]:
    """The sentence of the latest status of each input, where it has one."""
    logged = db.scalars(
        select(InputLog)
        .where(InputLog.input_id.in_([row.id for row in rows]), InputLog.reason.is_not(None))
        .order_by(InputLog.number)
    )
    return {line.input_id: line.reason for line in logged if "status" in line.changes and line.reason}


def _said_by(db: Session, process: Process, arena: Arena) -> set[UUID]:
    """The inputs that enough people of an arena stand behind, or the arena as a whole."""
    end = roadmap.ends(db, process)
    people: dict[UUID, dict[UUID, int]] = {}
    for input_id, those in voices.behind(db, process, Contribution.arena_id == arena.id).items():
        people.setdefault(end[input_id], {}).update(those)
    found = {id for id, those in people.items() if sum(those.values()) >= process.minimum_people}
    if (arena.head_count or 0) >= process.minimum_people:
        whole = db.scalars(select(InputEvidence.input_id).where(InputEvidence.arena_id == arena.id))
        found |= {end[id] for id in whole}
    return found
