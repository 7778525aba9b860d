"""Roadmap inputs: a permanent id, a place, counted evidence, edits that do not overwrite each other."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from app.errors import Conflict, Invalid, NotFound, TooFew
from app.model.roadmap import INPUT_STATES, REALISERS
from app.services import analysis, moderation, roadmap
from app.services.index import Index
from app.store import Session, Store
from tests import builders as a

WORDS = {"title": "Lys på stien", "theme": "traffic_safety", "realiser": "together"}


def settled(store: Store, people: int = 6) -> tuple[Any, Any, Any, Any]:
    """A process with one area of so many people, its class and its planner."""
    with store.writing() as db:
        made = a.process(db)
        where = a.arena(db, made)
        a.crowd(db, where, a.at(0, 0), people, group="bad", category="dark")
        (area,) = derive(db, made)
        return made, where, a.officer(db), area


def derive(db: Session, made: Any) -> list[Any]:
    index = Index(made)
    index.refresh(db, made)
    return analysis.derive_areas(db, made, index, a.NOW)


def test_an_input_carries_its_place_its_evidence_and_its_id(store: Store) -> None:
    made, _, planner, area = settled(store)
    with store.writing() as db:
        found = roadmap.from_area(db, planner, made, area, **WORDS, now=a.NOW)
        assert found.public_id == "BORGEN-0001"
        assert found.kind == "challenge"
        assert shapely.equals(found.location, area.geometry)
        assert roadmap.figures(db, made)[found.id] == (6, 6)
        assert [each.public_id for each in roadmap.areas_of(db, found)] == [area.public_id]
        assert roadmap.inputs_of_areas(db, [area]) == {area.id: ["BORGEN-0001"]}
        (line,) = roadmap.history(db, found)
        assert line.actor == planner.label


def test_ids_are_never_used_again(store: Store) -> None:
    made, _, planner, area = settled(store)
    with store.writing() as db:
        for number in range(1, 4):
            assert roadmap.from_area(db, planner, made, area, **WORDS, now=a.NOW).public_id == f"BORGEN-{number:04d}"


def test_the_evidence_is_people_not_clicks(store: Store) -> None:
    made, where, planner, _ = settled(store)
    with store.writing() as db:
        eager = a.pupil(db, where)
        for number in range(40):
            a.place(db, eager, a.at(number % 5, 3), group="bad", category="dark")
        (area,) = derive(db, made)
        found = roadmap.from_area(db, planner, made, area, **WORDS, now=a.NOW)
        assert roadmap.figures(db, made)[found.id] == (7, 46)


def test_evidence_that_was_hidden_is_evidence_no_more(store: Store) -> None:
    made, where, planner, area = settled(store)
    with store.writing() as db:
        found = roadmap.from_area(db, planner, made, area, **WORDS, now=a.NOW)
        some, _ = moderation.queue(db, made, state="pending")
        from sqlalchemy import select

        from app.model import Contribution

        id = db.scalars(select(Contribution.id).limit(1)).one()
        moderation.decide(db, planner, made, id, "hidden", now=a.NOW)
        assert roadmap.figures(db, made)[found.id] == (5, 5)
    assert some == []
    assert where.state == "open"


def test_an_area_that_has_gone_makes_no_input(store: Store) -> None:
    made, _, planner, area = settled(store)
    with store.writing() as db:
        gone = analysis.area(db, made, area.public_id)
        gone.state = "gone"
        db.flush()
        with pytest.raises(Conflict) as refused:
            roadmap.from_area(db, planner, made, gone, **WORDS, now=a.NOW)
    assert refused.value.code == "area_gone"


def test_an_area_whose_people_have_left_makes_no_input_and_burns_no_trace(store: Store) -> None:
    made, _, planner, area = settled(store, people=5)
    with store.writing() as db:
        from sqlalchemy import select

        from app.model import Contribution

        id = db.scalars(select(Contribution.id).limit(1)).one()
        moderation.decide(db, planner, made, id, "hidden", now=a.NOW)
    with pytest.raises(TooFew), store.writing() as db:
        roadmap.from_area(db, planner, made, analysis.area(db, made, area.public_id), **WORDS, now=a.NOW)
    with store.reading() as db:
        assert roadmap.inputs(db, made) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 141}, "title"),
        ({"theme": ""}, "theme"),
        ({"theme": "dragons"}, "theme"),
        ({"realiser": ""}, "realiser"),
        ({"realiser": "me"}, "realiser"),
        ({"text": "x" * 4001}, "text"),
    ],
)
def test_what_is_missing_or_wrong_is_named(embedded: Store, change: dict[str, str], field: str) -> None:
    made, _, planner, area = settled(embedded)
    with pytest.raises(Invalid) as refused, embedded.writing() as db:
        roadmap.from_area(db, planner, made, area, **{**WORDS, **change}, now=a.NOW)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_two_who_edit_at_once_do_not_overwrite_each_other(store: Store) -> None:
    made, _, planner, area = settled(store)
    with store.writing() as db:
        found = roadmap.from_area(db, planner, made, area, **WORDS, now=a.NOW)
        version, id = found.version, found.public_id
    with store.writing() as db:
        roadmap.edit(db, planner, made, id, version=version, now=a.NOW, **{**WORDS, "title": "Første"})
    with pytest.raises(Conflict) as refused, store.writing() as db:
        roadmap.edit(db, planner, made, id, version=version, now=a.NOW, **{**WORDS, "title": "Andre"})
    assert refused.value.code == "changed_by_other"
    with store.reading() as db:
        row = roadmap.find(db, made, id)
        assert row.title == "Første"
        assert roadmap.history(db, row)[-1].changes == {"title": ["Lys på stien", "Første"]}


def test_an_edit_that_changes_nothing_leaves_no_line(store: Store) -> None:
    made, _, planner, area = settled(store)
    with store.writing() as db:
        found = roadmap.from_area(db, planner, made, area, **WORDS, now=a.NOW)
        roadmap.edit(db, planner, made, found.public_id, version=1, now=a.NOW, **WORDS)
        assert found.version == 1
        assert len(roadmap.history(db, found)) == 1


@pytest.mark.parametrize("present", list(INPUT_STATES))
@pytest.mark.parametrize("wanted", list(INPUT_STATES))
def test_a_status_follows_its_table_and_says_why(embedded: Store, present: str, wanted: str) -> None:
    made, _, planner, area = settled(embedded)
    with embedded.writing() as db:
        found = roadmap.from_area(db, planner, made, area, **WORDS, now=a.NOW)
        found.status = present
        db.flush()

        def change(reason: str) -> None:
            roadmap.change_status(db, planner, made, found.public_id, wanted, reason=reason, now=a.NOW)

        with pytest.raises(Invalid):
            change("  ")
        if wanted in INPUT_STATES.table[present] and "merged" not in (wanted, present):
            change("Kommunen setter det opp i 2027.")
            assert roadmap.history(db, found)[-1].reason == "Kommunen setter det opp i 2027."
            assert found.status == wanted
        elif wanted != present or wanted == "merged":
            with pytest.raises(Conflict):
                change("Kommunen setter det opp i 2027.")


def test_another_process_has_no_such_input(store: Store) -> None:
    made, _, planner, area = settled(store)
    with store.writing() as db:
        found = roadmap.from_area(db, planner, made, area, **WORDS, now=a.NOW)
        other = a.process(db, slug="giske")
        with pytest.raises(NotFound):
            roadmap.find(db, other, found.public_id)
    assert set(REALISERS) == {"municipality", "residents", "together"}
