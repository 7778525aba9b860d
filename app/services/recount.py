"""Every figure that pages show, counted again one by one: plain loops over plain rows, sharing nothing with the first
way of counting but the rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.model import (
    Ballot,
    Campaign,
    CampaignArena,
    Dots,
    InputEvidence,
    Process,
    WorkshopItem,
)
from app.model.roadmap import REALISERS
from app.services import (
    analysis,
    arenas,
    campaigns,
    heads,
    methods,
    notes,
    recount_plan,
    roadmap,
    roadmap_search,
    voices,
    workshop,
)
from app.services.index import Index, Selection
from app.services.recount_rows import Figure, Rows
from app.services.roadmap_search import Query


def figures(db: Session, process: Process, index: Index, today: date) -> Iterator[Figure]:
    """All of them, in the order of the pages; ``today`` says what is late."""
    rows = Rows(db, process)
    yield from _registrations(db, process, index, rows)
    yield from _arenas(db, process, rows)
    yield from _areas(db, process, index, rows)
    yield from _inputs(db, process, rows)
    yield from _campaigns(db, process, rows)
    yield from _workshops(db, process, rows)
    yield from recount_plan.figures(db, process, rows, today)


def _registrations(db: Session, process: Process, index: Index, rows: Rows) -> Iterator[Figure]:
    yield Figure("registrations", voices.how_many(db, process), len(rows.counted))
    people = index.figures(index.rows(Selection()))
    yield Figure("people, registrations", people, rows.both(rows.counted))
    for group in sorted({row.group for row in rows.counted}):
        mine = [row for row in rows.counted if row.group == group]
        shown = index.figures(index.rows(Selection(groups=frozenset({group}))))
        yield Figure(f"group {group}: people, registrations", shown, rows.both(mine))


def _arenas(db: Session, process: Process, rows: Rows) -> Iterator[Figure]:
    took_part, there, told = voices.took_part(db, process), heads.of_process(db, process), notes.counted(db, process)
    for arena in rows.arenas.values():
        drew = rows.heads(row.participant_id for row in rows.counted if row.arena_id == arena.id)
        yield Figure(f"arena {arena.title}: people", took_part.get(arena.id, 0), drew)
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
        if methods.of(arena.method).notes:
            found = there[arena.id].people or 0, told.get(arena.id, 0)
            again = rows.there(arena.id), sum(of == arena.id for of in rows.notes.values())
            yield Figure(f"arena {arena.title}: people there, notes", found, again)


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
    shown = roadmap.figures(db, process)
    for row in rows.inputs:
        if row.merged_into_id is None:
            again = rows.behind(row)
            yield Figure(f"input {row.public_id}: people, registrations", shown.get(row.id, (0, 0)), again)
    for realiser in REALISERS:
        query = Query(realisers=(realiser,))
        count = len([row for row in rows.inputs if row.realiser == realiser and row.merged_into_id is None])
        yield Figure(f"roadmap {realiser}: inputs", roadmap_search.search(db, process, query).total, count)


def _campaigns(db: Session, process: Process, rows: Rows) -> Iterator[Figure]:
    drew = {row.participant_id for row in rows.counted}
    for campaign in db.scalars(select(Campaign).where(Campaign.process_id == process.id)):
        ids = set(db.scalars(select(CampaignArena.arena_id).where(CampaignArena.campaign_id == campaign.id)))
        people = 0
        for arena_id in ids:
            mine = {each for each in drew | rows.voted if rows.people[each].arena_id == arena_id}
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
