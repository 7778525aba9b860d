"""Figures of what came of it, counted again: measures, the thematic plan, the answer to everyone, life in the area."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.model import HearingAnswer, Indicator, Measure, Measurement, Offer, Process, RoadmapInput
from app.model.roadmap import REALISERS
from app.services import answers, indicators, local_committee, measures, thematic_plans
from app.services.measures import Told, Wanted
from app.services.recount_rows import Figure, Rows

ENDED = ("done", "rejected")
CLOSED = ("declined", "merged", "done")


def figures(db: Session, process: Process, rows: Rows, today: date) -> Iterator[Figure]:
    """In the order of the pages."""
    told = measures.of_process(db, process)
    yield Figure("measures", len(told), len(rows.measures))
    yield from _facets(told, rows, today)
    yield Figure("measures: decisions", len(measures.steps(db, process)), len(rows.steps))
    yield from _each(told, rows)
    yield from _plan(db, process, rows)
    yield from _answers(db, process, rows)
    yield from _committee(db, process, rows)
    yield from _indicators(db, process)
    for each in told:
        people = answers.people_behind(db, process, each.inputs)
        ends = {rows.end(link.input_id).id for link in rows.links if link.measure_id == each.row.id}
        yield Figure(f"voices behind {each.row.public_id}: people", people, _at_least(process, rows.drew(ends)))


def _facets(told: list[Told], rows: Rows, today: date) -> Iterator[Figure]:
    """What the list can be narrowed to, and how many that leaves."""
    cases: list[tuple[str, Wanted, list[Measure]]] = [
        ("overdue", Wanted(overdue=True), [row for row in rows.measures if _late(row, today)]),
        ("quick fixes", Wanted(quick=True), [row for row in rows.measures if row.quick is not None]),
    ]
    for status in sorted({row.status for row in rows.measures}):
        of = [row for row in rows.measures if row.status == status]
        cases.append((f"status {status}", Wanted(status=status), of))
    for area in sorted({row.focus_area or "" for row in rows.measures}):
        of = [row for row in rows.measures if (row.focus_area or "") == area]
        cases.append((f"focus area {area}", Wanted(focus_area=area), of))
    for owner in sorted({row.owner or "" for row in rows.measures}):
        of = [row for row in rows.measures if (row.owner or "") == owner]
        cases.append((f"owner {owner}", Wanted(owner=owner), of))
    for name, wanted, again in cases:
        shown = len([each for each in told if wanted.has(each.row, today)])
        yield Figure(f"measures: {name}", shown, len(again))


def _late(row: Measure, today: date) -> bool:
    return row.deadline is not None and row.deadline < today and row.status not in ENDED


def _each(told: list[Told], rows: Rows) -> Iterator[Figure]:
    """Its status is where its latest step led; what belongs to it is what was written down."""
    for each in told:
        id = each.row.id
        steps = [step for step in rows.steps if step.measure_id == id]
        behind = sorted({rows.end(link.input_id).public_id for link in rows.links if link.measure_id == id})
        partners = Counter(row.state for row in rows.partners if row.measure_id == id)
        name = f"measure {each.row.public_id}"
        status = (each.row.status, each.reason)
        yield Figure(f"{name}: status", status, (steps[-1].wanted, steps[-1].reason) if steps else ("proposed", None))
        shown = sorted(row.public_id for row in each.inputs), len(each.steps), Counter(p.state for p in each.partners)
        yield Figure(f"{name}: inputs, steps, partners", shown, (behind, len(steps), partners))


def _plan(db: Session, process: Process, rows: Rows) -> Iterator[Figure]:
    """Every version as it was kept, held against the measures as they are."""
    present = {row.public_id: row for row in rows.measures}
    for version in thematic_plans.versions(db, process):
        kept: dict[str, dict[str, Any]] = {each["public_id"]: each for each in version.measures}
        sections = {name: len(of) for name, of in thematic_plans.sections(version.measures).items()}
        yield Figure(
            f"plan {version.number}: sections", sections, dict(Counter(k["focus_area"] or "" for k in kept.values()))
        )
        changed = thematic_plans.changes(version.measures, thematic_plans.standing(db, process))
        new, gone = set(present) - set(kept), set(kept) - set(present)
        yield Figure(
            f"plan {version.number}: new, gone since",
            (len([each for each in changed if each.what == "added"]), len([e for e in changed if e.what == "removed"])),
            (len(new), len(gone)),
        )
        moved = [id for id in set(kept) & set(present) if kept[id]["status"] != present[id].status]
        shown = [each for each in changed if "status" in each.fields]
        yield Figure(f"plan {version.number}: other status since", len(shown), len(moved))
        answered = list(db.scalars(select(HearingAnswer).where(HearingAnswer.version_id == version.id)))
        received = thematic_plans.received(db, version)
        yield Figure(f"plan {version.number}: hearing answers", len(received), len(answered))


def _answers(db: Session, process: Process, rows: Rows) -> Iterator[Figure]:
    """What everyone reads: released, not merged; people as at least so many, in steps of the minimum."""
    found = answers.of_process(db, process)
    public = [row for row in rows.inputs if row.released_at is not None and row.status != "merged"]
    told = [row for row in rows.measures if row.released_at is not None]
    refused = [row for row in public if row.status == "declined"]
    dropped = [row for row in told if row.status == "rejected"]
    over = {
        rows.end(link.input_id).id for link in rows.links for row in told if row.id == link.measure_id and _over(row)
    }
    waiting = [row for row in public if row.realiser != "municipality" and row.id not in over and not _over(row)]
    yield Figure(
        "answer: heard, declined, done or suggested, dropped, open to all",
        tuple(len(each) for each in (found.heard, found.declined, found.doing, found.dropped, found.for_hands)),
        (len(public) - len(refused), len(refused), len(told) - len(dropped), len(dropped), len(waiting)),
    )
    for realiser in REALISERS:
        shown = len([each for each in found.inputs if each.input.realiser == realiser])
        yield Figure(f"answer {realiser}: inputs", shown, len([row for row in public if row.realiser == realiser]))
    for each in found.inputs:
        again = _at_least(process, rows.behind(each.input)[0])
        yield Figure(f"answer {each.input.public_id}: at least so many people", each.people, again)


def _at_least(process: Process, people: int) -> int | None:
    """In steps of the minimum; None of fewer."""
    return people // process.minimum_people * process.minimum_people if people >= process.minimum_people else None


def _over(row: Measure | RoadmapInput) -> bool:
    return row.status in (*ENDED, "declined")


def _committee(db: Session, process: Process, rows: Rows) -> Iterator[Figure]:
    """What residents can bring about, for staff and for everyone, and who offered to help."""
    theirs = [row for row in rows.inputs if row.realiser in REALISERS[1:] and row.status not in CLOSED]
    released = [row for row in theirs if row.released_at is not None]
    shown = [len(local_committee.tasks(db, process, public=public)) for public in (False, True)]
    yield Figure("ours to do: inputs, for everyone", shown, [len(theirs), len(released)])
    offered = [row for row in db.scalars(select(Offer)) if row.input_id in {row.id for row in theirs}]
    tasks = local_committee.tasks(db, process)
    yield Figure(
        "ours to do: offers accepted, waiting",
        (sum(len(task.accepted) for task in tasks), sum(task.waiting for task in tasks)),
        tuple(len([row for row in offered if row.state == state]) for state in ("accepted", "pending")),
    )


def _indicators(db: Session, process: Process) -> Iterator[Figure]:
    """The newest value of each place that is about enough people, and how far the area's own has moved."""
    for card in indicators.cards(db, process):
        values = list(db.scalars(select(Measurement).where(Measurement.indicator_id == card.indicator.id)))
        enough = [row for row in values if row.people is None or row.people >= process.minimum_people]
        newest = {row.place: (row.year, row.value) for row in sorted(enough, key=lambda row: row.year)}
        yield Figure(f"indicator {card.indicator.name}: newest", card.latest, newest)
        own = [row.value for row in sorted(enough, key=lambda row: (row.place, row.year)) if row.own]
        yield Figure(f"indicator {card.indicator.name}: change", card.change, own[-1] - own[0] if own[1:] else None)
    made = len(list(db.scalars(select(Indicator).where(Indicator.process_id == process.id))))
    yield Figure("indicators", len(indicators.cards(db, process)), made)
