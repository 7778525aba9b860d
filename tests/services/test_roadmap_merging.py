"""Merging and splitting: every source kept, nobody counted twice, no rings, and undoing restores exactly."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.errors import Conflict, Invalid, NotFound
from app.model import Contribution, InputEvidence, RoadmapInput
from app.services import roadmap, roadmap_merging, roadmap_search, roadmap_tags
from app.services.actors import Officer
from app.services.roadmap_merging import Part
from app.services.roadmap_search import Query
from app.store import Session, Store
from tests import builders as a

PART = Part("Benk", "Og en benk", "other", "suggestion", "residents")


def backed(db: Session, made: Any, pupils: list[Any], title: str) -> RoadmapInput:
    """An input with one registration of each pupil behind it."""
    row = a.wanted(db, made, title, location=a.at(0, 0), tags=("natt",))
    for pupil in pupils:
        id = a.place(db, pupil, a.at(5, 5), group="bad", category="dark")
        db.add(InputEvidence(input_id=row.id, contribution_id=id))
    db.flush()
    return row


def two(db: Session) -> tuple[Any, Any, RoadmapInput, RoadmapInput, list[Any]]:
    """Two inputs of seven people, six and five, four of whom stand behind both."""
    made = a.process(db)
    where = a.arena(db, made)
    pupils = [a.pupil(db, where) for _ in range(7)]
    planner = a.officer(db)
    return made, planner, backed(db, made, pupils[:6], "Lys"), backed(db, made, pupils[2:], "Mørkt"), pupils


def kept(db: Session, row: RoadmapInput) -> dict[str, Any]:
    """Everything of an input but its version and when it was changed."""
    names = ("title", "text", "theme", "kind", "realiser", "status", "merged_into_id", "public_id")
    own = db.scalars(select(InputEvidence.id).where(InputEvidence.input_id == row.id)).all()
    return {name: getattr(row, name) for name in names} | {
        "evidence": sorted(own),
        "tags": roadmap_tags.tags_of(db, [row]),
    }


def merge(db: Session, at: tuple[Any, ...], row: RoadmapInput, into: RoadmapInput) -> RoadmapInput:
    made, planner, *_ = at
    return roadmap_merging.merge(db, planner, made, row.public_id, into.public_id, version=row.version, now=a.NOW)


def test_what_stands_behind_both_counts_once_and_only_at_the_survivor(store: Store) -> None:
    with store.writing() as db:
        made, planner, lys, dark, pupils = at = two(db)
        assert roadmap.figures(db, made) == {lys.id: (6, 6), dark.id: (5, 5)}
        assert merge(db, at, dark, lys) is lys
        assert roadmap.figures(db, made) == {lys.id: (7, 11)}
        assert roadmap.figures(db, made, [dark]) == {}
        assert len(roadmap.evidence_of(db, lys)) == 11
        assert (dark.status, dark.merged_into_id) == ("merged", lys.id)
        assert [row.public_id for row in roadmap_search.search(db, made, Query()).rows] == [lys.public_id]
        assert roadmap.history(db, dark)[-1].changes["merged_into"] == [None, lys.public_id]
        assert roadmap.history(db, lys)[-1].changes == {"merged_in": [None, dark.public_id]}
        assert planner.label == roadmap.history(db, lys)[-1].actor
        assert len(pupils) == 7


def test_one_registration_behind_both_is_one_registration(store: Store) -> None:
    with store.writing() as db:
        made, _, lys, dark, _ = at = two(db)
        shared = db.scalars(select(Contribution.id).limit(1)).one()
        db.add(InputEvidence(input_id=dark.id, contribution_id=shared))
        db.flush()
        merge(db, at, dark, lys)
        assert roadmap.figures(db, made) == {lys.id: (7, 11)}


def test_undoing_a_merging_restores_exactly(store: Store) -> None:
    with store.writing() as db:
        made, planner, lys, dark, _ = at = two(db)
        roadmap.change_status(db, planner, made, dark.public_id, "considered", reason="Ja", now=a.NOW)
        before = kept(db, lys), kept(db, dark), roadmap.figures(db, made)
        merge(db, at, dark, lys)
        assert roadmap_merging.undo_merge(db, planner, made, dark.public_id, now=a.NOW) is dark
        assert (kept(db, lys), kept(db, dark), roadmap.figures(db, made)) == before
        with pytest.raises(Conflict) as refused:
            roadmap_merging.undo_merge(db, planner, made, dark.public_id, now=a.NOW)
        assert refused.value.code == "not_merged"


def test_a_chain_is_counted_to_its_end_and_comes_apart_link_by_link(store: Store) -> None:
    with store.writing() as db:
        made, planner, lys, dark, pupils = at = two(db)
        third = backed(db, made, pupils[:1], "Enda mørkere")
        merge(db, at, third, dark)
        assert roadmap.figures(db, made) == {lys.id: (6, 6), dark.id: (6, 6)}
        merge(db, at, dark, lys)
        assert roadmap.figures(db, made) == {lys.id: (7, 12)}
        assert [row.public_id for row in roadmap_merging.ties(db, made, lys).merged] == [dark.public_id]
        roadmap_merging.undo_merge(db, planner, made, dark.public_id, now=a.NOW)
        assert roadmap.figures(db, made) == {lys.id: (6, 6), dark.id: (6, 6)}


def test_no_merging_goes_round_in_a_ring(store: Store) -> None:
    with store.writing() as db:
        made, planner, lys, dark, _ = at = two(db)
        third = a.wanted(db, made)
        merge(db, at, third, dark)
        merge(db, at, dark, lys)
        for row, into, code in (
            (lys, lys, "merge_into_itself"),
            (lys, dark, "merge_ring"),
            (lys, third, "merge_ring"),
            (dark, lys, "input_merged"),
            (a.wanted(db, made), dark, "input_merged"),
        ):
            with pytest.raises(Conflict) as refused:
                merge(db, at, row, into)
            assert refused.value.code == code
        with pytest.raises(Invalid) as unknown:
            roadmap_merging.merge(db, planner, made, lys.public_id, "BORGEN-9999", version=lys.version, now=a.NOW)
        assert (unknown.value.code, unknown.value.field) == ("input_unknown", "into")


@pytest.mark.parametrize("status", ["planned", "done", "declined"])
def test_what_is_promised_or_answered_is_neither_merged_nor_split(embedded: Store, status: str) -> None:
    with embedded.writing() as db:
        made, planner, lys, dark, _ = at = two(db)
        dark.status = status
        db.flush()
        with pytest.raises(Conflict) as refused:
            merge(db, at, dark, lys)
        assert refused.value.code == "state_change_refused"
        with pytest.raises(Conflict) as refused:
            roadmap_merging.split(
                db, planner, made, dark.public_id, PART, title="A", text=None, version=dark.version, now=a.NOW
            )
        assert refused.value.code == "split_too_late"


def test_a_merged_input_is_not_worked_on(embedded: Store) -> None:
    with embedded.writing() as db:
        made, planner, lys, dark, _ = at = two(db)
        merge(db, at, dark, lys)
        words = {"title": "A", "theme": "other", "realiser": "residents"}
        for work in (
            lambda: roadmap.edit(db, planner, made, dark.public_id, version=dark.version, now=a.NOW, **words),
            lambda: roadmap.change_status(db, planner, made, dark.public_id, "heard", reason="Ja", now=a.NOW),
            lambda: roadmap_merging.split(
                db, planner, made, dark.public_id, PART, title="A", text=None, version=dark.version, now=a.NOW
            ),
        ):
            with pytest.raises(Conflict) as refused:
                work()
            assert refused.value.code == "input_merged"


def test_old_versions_are_neither_merged_nor_split(store: Store) -> None:
    with store.writing() as db:
        made, planner, lys, dark, _ = two(db)
        old = dark.version - 1
        with pytest.raises(Conflict) as refused:
            roadmap_merging.merge(db, planner, made, dark.public_id, lys.public_id, version=old, now=a.NOW)
        assert refused.value.code == "changed_by_other"
        with pytest.raises(Conflict) as refused:
            roadmap_merging.split(db, planner, made, dark.public_id, PART, title="A", text=None, version=old, now=a.NOW)
        assert refused.value.code == "changed_by_other"


def split(db: Session, at: tuple[Any, ...], row: RoadmapInput) -> RoadmapInput:
    made, planner, *_ = at
    return roadmap_merging.split(
        db, planner, made, row.public_id, PART, title="Bare lys", text=None, version=row.version, now=a.NOW
    )


def test_both_parts_keep_every_source_so_that_no_smaller_group_comes_of_it(store: Store) -> None:
    with store.writing() as db:
        made, _, lys, dark, _ = at = two(db)
        merge(db, at, dark, lys)
        part = split(db, at, lys)
        assert part.public_id == "BORGEN-0003"
        assert roadmap.figures(db, made) == {lys.id: (7, 11), part.id: (7, 11)}
        assert (lys.title, part.title, part.text, part.realiser) == ("Bare lys", "Benk", "Og en benk", "residents")
        assert roadmap_tags.tags_of(db, [part]) == {part.id: ["natt"]}
        assert part.location == lys.location


def test_undoing_a_split_restores_the_words_and_the_id_points_back(store: Store) -> None:
    with store.writing() as db:
        made, planner, lys, _, _ = at = two(db)
        before, figures = kept(db, lys), roadmap.figures(db, made)
        part = split(db, at, lys)
        assert roadmap_merging.ties(db, made, part).split_from is lys
        assert roadmap_merging.undo_split(db, planner, made, part.public_id, now=a.NOW) is lys
        assert kept(db, lys) == before
        assert roadmap.figures(db, made) == figures
        assert (part.status, part.merged_into_id) == ("merged", lys.id)
        assert a.wanted(db, made).public_id == "BORGEN-0004"
        with pytest.raises(Conflict) as refused:
            roadmap_merging.undo_split(db, planner, made, part.public_id, now=a.NOW)
        assert refused.value.code == "not_merged"


@pytest.mark.parametrize("changed", ["part", "origin"])
def test_a_split_that_was_worked_on_is_not_undone(embedded: Store, changed: str) -> None:
    with embedded.writing() as db:
        made, planner, lys, _, _ = at = two(db)
        part = split(db, at, lys)
        row = part if changed == "part" else lys
        roadmap.change_status(db, planner, made, row.public_id, "considered", reason="Ja", now=a.NOW)
        assert roadmap_merging.ties(db, made, part).split_from is None
        with pytest.raises(Conflict) as refused:
            roadmap_merging.undo_split(db, planner, made, part.public_id, now=a.NOW)
        assert refused.value.code == "undo_too_late"


def test_an_input_that_was_never_split_has_nothing_to_undo(embedded: Store) -> None:
    with embedded.writing() as db:
        made, planner, lys, _, _ = two(db)
        for work in (roadmap_merging.undo_split, roadmap_merging.undo_merge):
            with pytest.raises(Conflict) as refused:
                work(db, planner, made, lys.public_id, now=a.NOW)
            assert refused.value.code == "not_merged"
        with pytest.raises(NotFound):
            roadmap_merging.undo_split(db, planner, made, "BORGEN-9999", now=a.NOW)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()), max_size=12))
def test_whatever_is_merged_and_undone_people_are_counted_once(
    embedded: Store, steps: list[tuple[int, int, bool]]
) -> None:
    """Held against sets of pupils, gathered by walking the pointers."""
    with embedded.writing() as db:
        number = len(db.scalars(select(RoadmapInput.id)).all())
        made = a.process(db, slug=f"b{number}", prefix=f"B{number}")
        where = a.arena(db, made)
        pupils = [a.pupil(db, where) for _ in range(6)]
        sets = [set(range(n, min(n + 3, 6))) for n in range(5)]
        planner = Officer(uuid4(), "3203", "planlegger", "planner")
        rows = [backed(db, made, [pupils[n] for n in chosen], f"Nr {m}") for m, chosen in enumerate(sets)]
        into: dict[int, int] = {}
        for one, other, undo in steps:
            row, target = rows[one].public_id, rows[other].public_id
            allowed = one in into if undo else one != other and one not in into and other not in into
            try:
                if undo:
                    roadmap_merging.undo_merge(db, planner, made, row, now=a.NOW)
                    into.pop(one)
                else:
                    roadmap_merging.merge(db, planner, made, row, target, version=rows[one].version, now=a.NOW)
                    into[one] = other
            except Conflict:
                assert not allowed
            else:
                assert allowed
        people: dict[Any, set[int]] = {}
        for n, chosen in enumerate(sets):
            root = n
            while root in into:
                root = into[root]
            people.setdefault(rows[root].id, set()).update(chosen)
        found = {id: counted for id, (counted, _) in roadmap.figures(db, made).items()}
        assert found == {id: len(each) for id, each in people.items()}
