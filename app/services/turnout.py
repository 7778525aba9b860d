"""Who is missing: whom the process reached, by school and grade, held against whom it invited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.model import Arena, HostLink, Process
from app.model.arena import HEAD_COUNT_METHODS
from app.services import arenas, methods, processes, voices
from gis.suppression import withheld

MOST = 2_000


@dataclass(frozen=True)
class Group:
    """A grade of a school, a school, a grade or all: how many arenas were opened, how many people were invited (None
    where nobody has said it of one of them) and took part (None where the figure is left out).
    """

    name: str | int | None
    arenas: int
    invited: int | None
    took_part: int | None

    @property
    def share(self) -> float | None:
        """Of those invited; None where it cannot be said."""
        return self.took_part / self.invited if self.invited and self.took_part is not None else None


@dataclass(frozen=True)
class Turnout:
    """``silent`` are schools and hosts that are known, or have a link, and opened nothing. ``schools`` pair a school
    with its grades; schools and grades of whom nobody took part come first, then those with the smallest share.
    """

    silent: list[str]
    schools: list[tuple[Group, list[Group]]]
    grades: list[Group]
    everyone: Group
    rows: list[Arena]


def of(db: Session, process: Process, *, since: date | None = None, until: date | None = None) -> Turnout:
    """Of the arenas that were held in a time, both days included; where people talk rather than draw, nobody is
    missing here.
    """
    people = voices.took_part(db, process)
    every = [row for row in arenas.in_process(db, process) if _held(row, since, until)]
    rows = [row for row in every if methods.of(row.method).allows["kinds"] or row.id in people]
    schools = sorted({_school(row) for row in rows})
    grades = sorted({row.grade for row in rows}, key=lambda grade: (grade is None, grade or 0))
    table = np.zeros((len(schools) + 1, len(grades) + 1), np.int64)
    of_cell: dict[tuple[int, int], list[Arena]] = {}
    for row in rows:
        school, grade = schools.index(_school(row)), grades.index(row.grade)
        for at in ((school, grade), (school, -1), (-1, grade), (-1, -1)):
            table[at] += people.get(row.id, 0)
            of_cell.setdefault(at, []).append(row)
    hidden = withheld(table, process.minimum_people)

    def group(name: str | int | None, at: tuple[int, int]) -> Group:
        found = of_cell.get(at, [])
        return Group(name, len(found), _invited(found), None if hidden[at] else int(table[at]))

    by_school = [
        (group(school, (n, -1)), _ordered([group(g, (n, m)) for m, g in enumerate(grades) if (n, m) in of_cell]))
        for n, school in enumerate(schools)
    ]
    return Turnout(
        _silent(db, process),
        sorted(by_school, key=lambda each: _first(each[0])),
        _ordered([group(grade, (-1, m)) for m, grade in enumerate(grades)]),
        group(None, (-1, -1)),
        rows,
    )


def invite(db: Session, process: Process, said: dict[UUID, tuple[str, str]]) -> None:
    """Write down how many each arena invited, and how one knows: {arena: (number or "", method)}. Raises Invalid for
    ``head_count``.
    """
    for id, (number, method) in said.items():
        arena = arenas.of_process(db, process, id)
        number = number.strip()
        if number and not (number.isdecimal() and 1 <= int(number) <= MOST):
            raise Invalid("head_count_out_of_range", field="head_count", low=1, high=MOST)
        if number and method not in HEAD_COUNT_METHODS:
            raise Invalid("value_unknown", field="head_count", offered=", ".join(HEAD_COUNT_METHODS))
        arena.head_count = int(number) if number else None
        arena.head_count_method = method if number else None
    db.flush()


def _held(row: Arena, since: date | None, until: date | None) -> bool:
    day = row.held_on or row.created_at.date()
    return (since or date.min) <= day <= (until or date.max)


def _school(row: Arena) -> str:
    return row.school or row.title


def _invited(rows: list[Arena]) -> int | None:
    counts = [row.head_count for row in rows if row.head_count is not None]
    return sum(counts) if len(counts) == len(rows) else None


def _ordered(groups: list[Group]) -> list[Group]:
    return sorted(groups, key=_first)


def _first(group: Group) -> tuple[int, float]:
    """Nobody first, then by share; where it cannot be said, last."""
    if group.took_part == 0:
        return 0, 0
    return (1, group.share) if group.share is not None else (2, 0)


def _silent(db: Session, process: Process) -> list[str]:
    """Whatever the time: a school that has opened a class is heard of, by its name or by its link."""
    every = arenas.in_process(db, process)
    heard = {_school(row).casefold() for row in every}
    used = {row.host_link_id for row in every}
    links = db.scalars(select(HostLink).where(HostLink.process_id == process.id, HostLink.revoked_at.is_(None)))
    names = {link.label for link in links if link.id not in used}
    names |= {place.name for place in processes.named_places(db, process) if place.kind == "school"}
    return sorted(name for name in names if not any(_same(name.casefold(), other) for other in heard))


def _same(name: str, other: str) -> bool:
    """One is often written shorter: "Myra" and "Myra skole"."""
    return name.startswith(other) or other.startswith(name)
