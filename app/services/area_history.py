"""What became of the areas of a process each time they were computed, and where to look for one that is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.model import Area, AreaHistory, Process
from app.services import processes, publication
from gis import lineage, privacy
from gis.crs import WGS84, project

AMONG_NEW = ("split", "absorbed")
Kind = tuple[str, str | None]


@dataclass(frozen=True)
class Found:
    """Outlines in metres and the people in each, for each group and category (None: all of the group together)."""

    by: str
    method: str
    kinds: dict[Kind, list[tuple[Any, int]]]


@dataclass(frozen=True)
class Latest:
    """When the areas of a process were last computed, how, and what that changed: how many of each event."""

    at: datetime
    by: str
    method: str
    events: Counter[str]


def keep(db: Session, process: Process, found: Found, now: datetime) -> list[Area]:
    """Store areas that were found. One that continues an earlier area keeps its permanent id; current ones that were
    made the other way (of a group or of a category) are set aside.
    """
    db.execute(select(Process.id).where(Process.id == process.id).with_for_update())
    earlier = list(db.scalars(select(Area).where(Area.process_id == process.id).order_by(Area.number)))
    computing = _Computing(db, process, found.method, _told(db, process), now)
    kinds = dict(found.kinds)
    for area in earlier:
        if (area.category is None) == (found.by == "group"):
            kinds.setdefault((area.group, area.category), [])
        elif area.state == "current":
            area.state = "gone"
            computing.note(area, "set_aside", before=publication.metric(process, area.geometry))
    current = []
    for kind, outlines in kinds.items():
        known = [area for area in earlier if (area.group, area.category) == kind]
        current += computing.settled(kind, known, outlines)
    db.flush()
    return current


@dataclass(frozen=True)
class _Computing:
    """One computing of a process's areas; ``told`` is the class of people that was last told of each area."""

    db: Session
    process: Process
    method: str
    told: dict[UUID, int]
    now: datetime

    def settled(self, kind: Kind, earlier: list[Area], found: list[tuple[Any, int]]) -> list[Area]:
        """The areas that are current now: those of before that are continued, and new ones."""
        before = [publication.metric(self.process, area.geometry) for area in earlier]
        traced = lineage.trace(before, [area.state == "current" for area in earlier], [outline for outline, _ in found])
        new = iter(self._new(kind, len(found) - len(traced.continued)))
        current = [earlier[traced.continued[n]] if n in traced.continued else next(new) for n in range(len(found))]
        for area in earlier:
            area.state = "gone"
        for area, (outline, _) in zip(current, found, strict=True):
            area.state, area.method, area.computed_at = "current", self.method, self.now
            area.geometry = project(outline, self.process.export_epsg, WGS84)
        self.db.flush()
        for event in traced.events:
            others = [(current if event.what in AMONG_NEW else earlier)[at] for at in event.others]
            old = None if event.old is None else before[event.old]
            if event.new is not None and event.what != "kept":
                self.note(current[event.new], event.what, others, before=old, after=found[event.new])
            elif event.new is None and event.old is not None:
                self.note(earlier[event.old], event.what, others, before=old)
        return current

    def note(
        self,
        area: Area,
        event: str,
        others: Sequence[Area] = (),
        *,
        before: Any,
        after: tuple[Any, int] | None = None,
    ) -> None:
        """Write down what happened: outlines in metres before and after, and the people in it after."""
        outline, people = after or (None, 0)
        minimum = self.process.minimum_people
        self.db.add(
            AreaHistory(
                area_id=area.id,
                at=self.now,
                event=event,
                others=[other.public_id for other in others],
                people_before=self.told.get(area.id),
                people_after=privacy.people_class(people, minimum)[0] if people >= minimum else None,
                square_metres_before=None if before is None else round(before.area),
                square_metres_after=None if outline is None else round(outline.area),
            )
        )

    def _new(self, kind: Kind, many: int) -> list[Area]:
        last = processes.take_number(self.db, self.process.id, "areas_made", many) if many else 0
        made = [
            Area(
                process_id=self.process.id,
                number=number,
                public_id=processes.public_id(self.process.prefix, "O", number),
                group=kind[0],
                category=kind[1],
                made_at=self.now,
            )
            for number in range(last - many + 1, last + 1)
        ]
        self.db.add_all(made)
        return made


def _told(db: Session, process: Process) -> dict[UUID, int]:
    rows = db.execute(
        select(AreaHistory.area_id, AreaHistory.people_after)
        .join(Area, Area.id == AreaHistory.area_id)
        .where(Area.process_id == process.id, AreaHistory.people_after.is_not(None))
        .order_by(AreaHistory.number)
    )
    return {area_id: people for area_id, people in rows if people is not None}


def of(db: Session, areas: list[Area]) -> dict[UUID, list[AreaHistory]]:
    """What happened to each area, the first first."""
    found: dict[UUID, list[AreaHistory]] = {area.id: [] for area in areas}
    if areas:
        history = (
            select(AreaHistory)
            .join(Area, Area.id == AreaHistory.area_id)
            .where(Area.process_id == areas[0].process_id)
            .order_by(AreaHistory.number)
        )
        for row in db.scalars(history if len(areas) > 1 else history.where(Area.id == areas[0].id)):
            if row.area_id in found:
                found[row.area_id].append(row)
    return found


def latest(db: Session, process: Process) -> Latest | None:
    """The last time the areas were computed; None if they never were."""
    of_process = Area.process_id == process.id
    computed = db.scalar(select(func.max(Area.computed_at)).where(of_process))
    changed = db.scalar(select(func.max(AreaHistory.at)).join(Area, Area.id == AreaHistory.area_id).where(of_process))
    if computed is None:
        return None
    at = max(computed, changed or computed)
    counted = db.execute(
        select(AreaHistory.event, func.count())
        .join(Area, Area.id == AreaHistory.area_id)
        .where(of_process, AreaHistory.at == at)
        .group_by(AreaHistory.event)
    )
    last = db.execute(
        select(Area.category, Area.method).where(of_process).order_by(Area.computed_at.desc(), Area.number).limit(1)
    ).one()
    events = Counter({row[0]: row[1] for row in counted})
    return Latest(at, "group" if last.category is None else "category", last.method, events)


def there_now(db: Session, process: Process, area: Area) -> list[Area]:
    """The current areas of the same group in the place of an area that is gone."""
    current = list(
        db.scalars(
            select(Area)
            .where(Area.process_id == process.id, Area.state == "current", Area.group == area.group)
            .order_by(Area.number)
        )
    )
    outlines = [publication.metric(process, each.geometry) for each in current]
    return [current[at] for at in lineage.same_place(publication.metric(process, area.geometry), outlines)]


def written_out(history: Sequence[AreaHistory]) -> str:
    """A history in machine words for a file: dates, events and the others' ids."""
    return "; ".join(" ".join([f"{each.at:%Y-%m-%d}", each.event, *each.others]) for each in history)
