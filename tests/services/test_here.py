"""What happens here: figures against counting one by one, nothing told of too few, every way to point."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import select, update

from app.errors import Invalid
from app.model import Area, Arena, Contribution, Participant, Process
from app.services import analysis, here, moderation, processes
from app.services.index import Index, Selection
from app.services.touched import Figure
from app.store import Session, Store
from tests import builders as a

K = 3
CATEGORIES = [("bad", "crossing"), ("activity", "play"), ("good", "nice")]


def ground(db: Session, seed: int = 5) -> Process:
    """Classes of several grades, one of them small, who went to and fro; some ways came without how."""
    made = a.process(db, minimum_people=K)
    by, _ = a.host(db, made)
    rng = np.random.default_rng(seed)
    for name, grade, pupils in (("5A", 5, 9), ("5B", 5, 2), ("6A", 6, 7), ("7A", 7, 8)):
        where = a.school_class(db, by, name, grade)
        for _ in range(pupils):
            actor = a.pupil(db, where)
            for _ in range(3):
                group, category = CATEGORIES[rng.integers(3)]
                a.place(db, actor, a.at(*rng.uniform(-500, 500, 2)), group, category, comment=f"ord {rng.integers(9)}")
            ends = [tuple(rng.uniform(-900, 900, 2)) for _ in range(2)]
            a.route(db, actor, a.along(*ends, (0, 0)), mode=["walk", "cycle"][rng.integers(2)])
    db.execute(update(Contribution).where(Contribution.number % 8 == 0).values(mode=None))
    return made


def slowly(db: Session, shape: Any, selection: Selection) -> list[tuple[Contribution, Participant, Arena]]:
    """What meets a polygon under a filter, asked one by one."""
    rows = [
        (row, db.get_one(Participant, row.participant_id), db.get_one(Arena, row.arena_id))
        for row in db.scalars(select(Contribution))
    ]
    return [
        (row, person, where)
        for row, person, where in rows
        if row.geometry is not None
        and row.geometry.intersects(shape)
        and (not selection.grades or where.grade in selection.grades)
        and (not selection.modes or row.mode in selection.modes)
        and (not selection.since or row.created_at.date() >= selection.since)
        and (not selection.until or row.created_at.date() <= selection.until)
    ]


def people(rows: list[tuple[Contribution, Participant, Arena]]) -> int:
    return sum({person.id: person.head_count for _, person, _ in rows}.values())


def figure(rows: list[tuple[Contribution, Participant, Arena]]) -> Figure:
    return Figure(people(rows), len(rows)) if people(rows) >= K else Figure(None, None)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(),
        Selection(grades=frozenset({5, 6})),
        Selection(modes=frozenset({"walk"})),
        Selection(since=a.NOW.date()),
        Selection(until=a.NOW.date().replace(day=1)),
    ],
    ids=str,
)
def test_figures_are_those_of_counting_one_by_one(store: Store, selection: Selection) -> None:
    with store.writing() as db:
        made = ground(db)
        rng = np.random.default_rng(9)
        for _ in range(8):
            shape = a.square(*rng.uniform(-300, 300, 2), float(rng.uniform(100, 900)))
            found, rows = here.of(db, made, shape, selection), slowly(db, shape, selection)
            ways = [each for each in rows if each[0].kind == "route"]
            assert found.everything == figure(rows)
            assert found.ways == figure(ways)
            assert found.modes == {
                mode: figure([each for each in ways if each[0].mode == mode])
                for mode in {row.mode for row, _, _ in ways}
            }
            for group, category in CATEGORIES:
                said = [each for each in rows if (each[0].group, each[0].category) == (group, category)]
                assert found.said.get(group, {}).get(category, Figure(None, None)) == figure(said)
            if people(rows) < K:
                assert (found.purposes, found.grades, found.arenas, found.words) == ({}, {}, {}, [])
                continue
            said = Counter((row.comment, row.group, row.category) for row, _, _ in rows if row.comment)
            assert {(each.words, each.group, each.category): each.times for each in found.words} == said
            assert [each.times for each in found.words] == sorted(said.values(), reverse=True)
            for value, number in found.grades.items():
                assert number in (None, people([each for each in rows if each[2].grade == value]))
            for value, number in found.arenas.items():
                assert number in (None, people([each for each in rows if str(each[2].id) == value]))


def test_a_small_class_cannot_be_worked_out_from_its_grade_and_the_others(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        whole = here.of(db, made, made.area, Selection())
        titles = {str(row.id): row.title for row in db.scalars(select(Arena))}
        arenas = {titles[id]: number for id, number in whole.arenas.items()}
        assert whole.everything.people == 26
        assert arenas == {"Skolen 5A": None, "Skolen 5B": None, "Skolen 6A": 7, "Skolen 7A": 8}
        assert whole.grades == {5: 11, 6: 7, 7: 8}


def test_few_are_told_nothing_of_not_even_their_words(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        a.crowd(db, a.arena(db, made), a.at(0, 0), K - 1, comment="vårt hemmelige sted")
        found = here.of(db, made, a.square(0, 0, 200), Selection())
        assert found.everything == Figure(None, None)
        assert (found.words, found.pictures, found.grades) == ([], [], {})


def test_what_is_hidden_is_neither_counted_nor_read(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        where = a.arena(db, made)
        a.crowd(db, where, a.at(0, 0), K, comment="fint")
        hidden = a.place(db, a.pupil(db, where), a.at(0, 0), comment="stygt")
        moderation.decide(db, a.officer(db), made, hidden, "hidden", now=a.NOW)
        found = here.of(db, made, a.square(0, 0, 200), Selection())
        assert found.everything == Figure(K, K)
        assert [(each.words, each.times, each.released) for each in found.words] == [("fint", K, False)]


def test_a_place_is_found_by_its_name_its_street_or_its_area(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        street = a.along((-500, 200), (500, 200))
        processes.add_named_places(db, made, [{"kind": "street", "name": "Storgata", "geometry": street}])
        a.crowd(db, a.arena(db, made), a.at(0, 0), 2 * K)
        index = Index(made)
        index.refresh(db, made)
        (area,) = analysis.derive_areas(db, made, index, a.NOW)
        school = a.metres(here.named(db, made, " skolen ", 100))
        assert school.area == pytest.approx(np.pi * 100**2, rel=0.02)
        assert school.centroid.distance(shapely.Point(0, 0)) < 10
        along = a.metres(here.named(db, made, "storg", 50))
        assert along.area == pytest.approx(1000 * 100 + np.pi * 50**2, rel=0.02)
        assert here.named(db, made, area.public_id.lower(), 100).equals(db.get_one(Area, area.id).geometry)


@pytest.mark.parametrize(
    ("called", "radius", "code"), [("Ukjent", 100, "place_unknown"), ("Skolen", 7, "value_unknown")]
)
def test_a_name_that_nothing_has_is_refused(store: Store, called: str, radius: int, code: str) -> None:
    with store.writing() as db, pytest.raises(Invalid) as refused:
        here.named(db, a.process(db), called, radius)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("wkt", "code"),
    [
        ("", "not_numbers"),
        ("POLYGON((hei))", "not_numbers"),
        ("POINT(10 60)", "geometry_type"),
        ("POLYGON EMPTY", "geometry_empty"),
        ("POLYGON((10 60,10.1 60.1,10.1 60,10 60.1,10 60))", "area_not_simple"),
        ("POLYGON((1 1,1 2,2 2,1 1))", "outside_area"),
        ("POLYGON((600000 6640000,600100 6640000,600100 6640100,600000 6640000))", "crs_not_wgs84"),
        ("POLYGON((" + ",".join("10.12345 60.12345" for _ in range(300)) + "))", "too_many_points"),
    ],
)
def test_an_outline_that_cannot_be_used_is_refused(embedded: Store, wkt: str, code: str) -> None:
    with embedded.writing() as db, pytest.raises(Invalid) as refused:
        here.drawn(a.process(db), wkt)
    assert (refused.value.code, refused.value.field) == (code, "geometry")


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (float("nan"), 60.0), (1e308, -1e308), (float("inf"), 1.0)])
def test_a_point_that_lies_elsewhere_is_refused(embedded: Store, x: float, y: float) -> None:
    with embedded.writing() as db, pytest.raises(Invalid) as refused:
        here.circle(a.process(db), x, y, 100)
    assert refused.value.field == "geometry"


def test_an_outline_is_cut_at_the_border(embedded: Store) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        found = here.drawn(made, a.square(4000, 0, 1000).wkt)
        assert a.metres(found).area == pytest.approx(500_000, rel=0.01)
