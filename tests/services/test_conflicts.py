"""Plan conflict: figures against counting one by one, nothing told of too few, every polygon and the whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import select

from app.errors import Invalid
from app.model import Contribution, Participant, Process
from app.services import analysis, conflicts, moderation
from app.services.index import Index
from app.services.touched import Figure
from app.store import Session, Store
from gis.formats.plans import Plan
from tests import builders as a

K = 3


def plan(*shapes: Any) -> Plan:
    return Plan(np.array(shapes, dtype=object), [str(n) for n in range(len(shapes))])


def ground(db: Session) -> Process:
    made = a.process(db, minimum_people=K)
    where = a.arena(db, made)
    rng = np.random.default_rng(5)
    for _ in range(25):
        actor = a.pupil(db, where)
        for _ in range(3):
            x, y = rng.uniform(-600, 600, 2)
            group, category = [("bad", "crossing"), ("activity", "play"), ("good", "nice")][rng.integers(3)]
            a.place(db, actor, a.at(x, y), group, category)
        a.route(db, actor, a.along(tuple(rng.uniform(-900, 900, 2)), tuple(rng.uniform(-300, 300, 2)), (0, 0)))
    return made


def slowly(db: Session, shape: Any, **of: str) -> tuple[int, int]:
    """People and registrations that meet a polygon, asked one by one."""
    rows = [
        (row, db.get_one(Participant, row.participant_id))
        for row in db.scalars(select(Contribution).filter_by(**of))
        if row.geometry is not None and row.geometry.intersects(shape)
    ]
    return sum({person.id: person.head_count for _, person in rows}.values()), len(rows)


def test_figures_are_those_of_counting_one_by_one(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        rng = np.random.default_rng(9)
        shapes = [a.square(*rng.uniform(-400, 400, 2), float(rng.uniform(50, 900))) for _ in range(12)]
        found = conflicts.of(db, made, plan(*shapes))
        checks = [(found.whole, shapely.union_all(shapes)), *((part, shapes[int(part.name)]) for part in found.parts)]
        withheld = 0
        for touched, shape in checks:
            for figure, of in (
                (touched.everything, {}),
                (touched.ways, {"kind": "route"}),
                (touched.places, {"kind": "place"}),
                (touched.modes.get("walk", Figure(None, None)), {"kind": "route", "mode": "walk"}),
                (touched.said.get("bad", {}).get("crossing", Figure(None, None)), {"category": "crossing"}),
            ):
                people, registrations = slowly(db, shape, **of)
                wanted = (people, registrations) if people >= K else (None, None)
                assert (figure.people, figure.registrations) == wanted
                withheld += people > 0 and people < K
        assert withheld


def test_the_most_touched_polygon_comes_first_and_sizes_are_on_the_ground(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        found = conflicts.of(db, made, plan(a.square(3000, 3000, 100), a.square(0, 0, 1000)))
        assert [part.name for part in found.parts] == ["1", "0"]
        assert [part.hectares for part in found.parts] == pytest.approx([100, 1], rel=0.001)
        assert found.whole.hectares == pytest.approx(101, rel=0.001)


def test_one_child_in_two_polygons_is_one_child_of_the_whole(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        where = a.arena(db, made)
        for _ in range(K):
            actor = a.pupil(db, where)
            a.place(db, actor, a.at(0, 0))
            a.place(db, actor, a.at(500, 0))
        found = conflicts.of(db, made, plan(a.square(0, 0, 100), a.square(500, 0, 100), a.square(0, 0, 60)))
        assert [part.everything for part in found.parts] == [Figure(K, K)] * 3
        assert found.whole.everything == Figure(K, 2 * K)


def test_what_does_not_count_is_not_counted(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        where = a.arena(db, made)
        a.crowd(db, where, a.at(0, 0), K)
        hidden = a.place(db, a.pupil(db, where), a.at(0, 0))
        moderation.decide(db, a.officer(db), made, hidden, "hidden", now=a.NOW)
        assert conflicts.of(db, made, plan(a.square(0, 0, 100))).whole.everything == Figure(K, K)


def test_areas_it_touches_are_named_by_their_permanent_ids(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        where = a.arena(db, made)
        a.crowd(db, where, a.at(0, 0), 2 * K)
        index = Index(made)
        index.refresh(db, made)
        (area,) = analysis.derive_areas(db, made, index, a.NOW)
        near = conflicts.of(db, made, plan(a.square(0, 0, 100), a.square(2000, 0, 100)))
        assert [[row.public_id for row in part.areas] for part in near.parts] == [[area.public_id], []]


def test_where_nobody_was_nothing_is_told(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        found = conflicts.of(db, made, plan(a.square(0, 0, 100)))
        assert found.whole.everything == Figure(None, None)
        assert (found.whole.modes, found.whole.said, found.whole.areas) == ({}, {}, [])


def test_a_refused_file_is_called_what_its_owner_calls_it(store: Store, tmp_path: Path) -> None:
    (tmp_path / "x.gml").write_text("Kjære kommune")
    with store.writing() as db, pytest.raises(Invalid) as refused:
        conflicts.read(tmp_path / "x.gml", a.process(db), called="Detaljplan.gml")
    assert (refused.value.code, refused.value.field) == ("file_unreadable", "plan")
    assert refused.value.facts["file"] == "Detaljplan.gml"
