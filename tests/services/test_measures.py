"""Measures: made from inputs, every step with its sentence, edits that do not overwrite each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Conflict, Invalid, NotFound
from app.model import Measure, RoadmapInput
from app.model.measure import MEASURE_STATES, OVER
from app.services import measures, roadmap
from app.services.measures import Wanted
from app.store import Session, Store
from tests import builders as a
from tests.services.test_roadmap import WORDS, derive

TODAY = a.NOW.date()
SAID = {
    "title": "Lys langs Skogstien",
    "focus_area": "Trygg skolevei",
    "owner": "Vei og park",
    "deadline": "2026-12-31",
}


def settled(store: Store, titles: tuple[str, ...] = ("Lys på stien",)) -> tuple[Any, Any, list[RoadmapInput]]:
    """A process, its planner, and inputs that rest on one area of six children."""
    with store.writing() as db:
        made = a.process(db)
        a.crowd(db, a.arena(db, made), a.at(0, 0), 6, group="bad", category="dark")
        (area,) = derive(db, made)
        planner = a.officer(db)
        rows = [roadmap.from_area(db, planner, made, area, **{**WORDS, "title": title}, now=a.NOW) for title in titles]
        return made, planner, rows


def measure(db: Session, planner: Any, made: Any, *inputs: RoadmapInput, **said: str) -> Measure:
    return measures.create(db, planner, made, [row.public_id for row in inputs], {**SAID, **said}, a.NOW)


def step(
    db: Session, planner: Any, made: Any, row: Measure, wanted: str, reason: str = "Vedtatt.", **more: Any
) -> None:
    given = {"held_on": "", "version": row.version, "now": a.NOW, "today": TODAY, **more}
    measures.take_step(db, planner, made, row.public_id, wanted, reason=reason, **given)


def test_a_measure_is_made_from_inputs_and_keeps_its_id(store: Store) -> None:
    made, planner, (first, second) = settled(store, ("Lys", "Gangfelt"))
    with store.writing() as db:
        found = measure(db, planner, made, second, first, second)
        assert found.public_id == "BORGEN-T001"
        assert (found.status, found.priority, found.deadline) == ("proposed", "medium", date(2026, 12, 31))
        assert measure(db, planner, made, first).public_id == "BORGEN-T002"
    with store.reading() as db:
        told = measures.of_process(db, made)
        assert [[row.public_id for row in each.inputs] for each in told] == [
            ["BORGEN-0001", "BORGEN-0002"],
            ["BORGEN-0001"],
        ]
        answering = measures.by_input(told)
        assert [each.row.number for each in answering[first.id]] == [1, 2]
        assert [each.row.number for each in answering[second.id]] == [1]
        (line,) = measures.history(db, told[0].row)
        assert (line.actor, line.changes) == (planner.label, {"created": [None, "BORGEN-0002, BORGEN-0001"]})


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"title": "  "}, "field_missing", "title"),
        ({"title": "x" * 141}, "text_too_long", "title"),
        ({"owner": "x" * 141}, "text_too_long", "owner"),
        ({"goal": "x" * 4001}, "text_too_long", "goal"),
        ({"deadline": "next summer"}, "day_unreadable", "deadline"),
        ({"priority": "urgent"}, "value_unknown", "priority"),
        ({"quick": "bridge"}, "value_unknown", "quick"),
    ],
)
def test_a_measure_that_cannot_be_used_names_the_field(
    store: Store, change: dict[str, str], code: str, field: str
) -> None:
    made, planner, (row,) = settled(store)
    with pytest.raises(Invalid) as refused, store.writing() as db:
        measure(db, planner, made, row, **change)
    assert (refused.value.code, refused.value.field) == (code, field)
    with store.reading() as db:
        assert measures.of_process(db, made) == []


def test_a_measure_for_nothing_is_refused(store: Store) -> None:
    made, planner, (first, second) = settled(store, ("Lys", "Gangfelt"))
    with pytest.raises(Invalid) as refused, store.writing() as db:
        measure(db, planner, made)
    assert refused.value.code == "measure_without_inputs"
    with pytest.raises(NotFound), store.writing() as db:
        measures.create(db, planner, made, ["BORGEN-0099"], SAID, a.NOW)
    with store.writing() as db:
        row = measure(db, planner, made, first)
        measures.add_input(db, planner, made, row.public_id, second.public_id, a.NOW)
        measures.add_input(db, planner, made, row.public_id, second.public_id, a.NOW)
        measures.remove_input(db, planner, made, row.public_id, first.public_id, a.NOW)
        measures.remove_input(db, planner, made, row.public_id, first.public_id, a.NOW)
        with pytest.raises(Conflict) as kept:
            measures.remove_input(db, planner, made, row.public_id, second.public_id, a.NOW)
        assert kept.value.code == "measure_without_inputs"
        assert [line.changes for line in measures.history(db, row)][1:] == [
            {"inputs": [None, "BORGEN-0002"]},
            {"inputs": ["BORGEN-0001", None]},
        ]


def test_a_measure_follows_an_input_that_was_merged(store: Store) -> None:
    made, planner, (first, second) = settled(store, ("Lys", "Lykter"))
    with store.writing() as db:
        row = measure(db, planner, made, first, second)
        merged = roadmap.find(db, made, first.public_id)
        merged.status, merged.merged_into_id = "merged", second.id
        db.flush()
        (told,) = measures.told(db, made, [row])
        assert [each.public_id for each in told.inputs] == [second.public_id]
        other = measure(db, planner, made, merged)
        (told,) = measures.told(db, made, [other])
        assert [each.public_id for each in told.inputs] == [second.public_id]
        with pytest.raises(Conflict):
            measures.remove_input(db, planner, made, row.public_id, second.public_id, a.NOW)


def test_each_step_has_its_sentence_and_its_day(store: Store) -> None:
    made, planner, (first,) = settled(store)
    with store.writing() as db:
        row = measure(db, planner, made, first)
        for empty in ("", " \n "):
            with pytest.raises(Invalid) as refused:
                step(db, planner, made, row, "adopted", empty)
            assert (refused.value.code, refused.value.field) == ("sentence_missing", "reason")
        with pytest.raises(Invalid) as refused:
            step(db, planner, made, row, "adopted", held_on=(TODAY + timedelta(days=1)).isoformat())
        assert refused.value.code == "day_to_come"
        assert row.status == "proposed"
        step(db, planner, made, row, "adopted", "  Kommunestyret  sa ja. ", held_on="2026-11-08")
        step(db, planner, made, row, "rejected", "Pengene gikk til skolen.")
        (told,) = measures.told(db, made, [row])
        assert [(each.present, each.wanted, each.reason, each.held_on) for each in told.steps] == [
            ("proposed", "adopted", "Kommunestyret sa ja.", date(2026, 11, 8)),
            ("adopted", "rejected", "Pengene gikk til skolen.", TODAY),
        ]
        assert told.reason == "Pengene gikk til skolen."


@pytest.mark.parametrize("present", list(MEASURE_STATES))
def test_a_measure_moves_only_as_the_table_says(store: Store, present: str) -> None:
    made, planner, (first,) = settled(store)
    for wanted in MEASURE_STATES:
        with store.writing() as db:
            row = measure(db, planner, made, first)
            row.status = present
            db.flush()
            if wanted == present:
                step(db, planner, made, row, wanted)
                assert measures.told(db, made, [row])[0].steps == []
            elif wanted in MEASURE_STATES.table[present]:
                step(db, planner, made, row, wanted)
                assert row.status == wanted
            else:
                with pytest.raises(Conflict) as refused:
                    step(db, planner, made, row, wanted)
                assert refused.value.code == "state_change_refused"


def test_two_who_edit_one_measure_do_not_overwrite_each_other(store: Store) -> None:
    made, planner, (first,) = settled(store)
    with store.writing() as db:
        row = measure(db, planner, made, first)
        seen = row.version
        measures.edit(db, planner, made, row.public_id, {**SAID, "goal": "Alle ser stien"}, version=seen, now=a.NOW)
    said = {**SAID, "goal": "Noe annet"}
    with pytest.raises(Conflict) as late, store.writing() as db:
        measures.edit(db, planner, made, "BORGEN-T001", said, version=seen, now=a.NOW)
    with pytest.raises(Conflict) as late_step, store.writing() as db:
        step(db, planner, made, row, "adopted", version=seen)
    for refused in (late, late_step):
        assert (refused.value.code, refused.value.facts["present"]) == ("changed_by_other", seen + 1)
    with store.writing() as db:
        found = measures.find(db, made, "BORGEN-T001")
        assert (found.goal, found.status) == ("Alle ser stien", "proposed")
        again = {**SAID, "goal": "Noe annet", "deadline": "2027-01-15"}
        measures.edit(db, planner, made, "BORGEN-T001", again, version=seen + 1, now=a.NOW)
        measures.edit(db, planner, made, "BORGEN-T001", again, version=seen + 2, now=a.NOW)
        assert [line.changes for line in measures.history(db, found)][1:] == [
            {"goal": [None, "Alle ser stien"]},
            {"goal": ["Alle ser stien", "Noe annet"], "deadline": ["2026-12-31", "2027-01-15"]},
        ]


def test_partners_are_asked_and_answer(store: Store) -> None:
    made, planner, (first,) = settled(store)
    with store.writing() as db:
        row = measure(db, planner, made, first)
        for name, state in (("Velforeningen", "pending"), ("Velforeningen", "accepted"), ("FAU", "declined")):
            measures.set_partner(db, planner, made, row.public_id, name, state, a.NOW)
        measures.set_partner(db, planner, made, row.public_id, " FAU ", "declined", a.NOW)
        (told,) = measures.told(db, made, [row])
        assert [(each.name, each.state) for each in told.partners] == [
            ("FAU", "declined"),
            ("Velforeningen", "accepted"),
        ]
        measures.set_partner(db, planner, made, row.public_id, "FAU", "", a.NOW)
        measures.set_partner(db, planner, made, row.public_id, "Ukjent", "", a.NOW)
        assert [line.changes["partner"] for line in measures.history(db, row)[1:]] == [
            [None, ["Velforeningen", "pending"]],
            [["Velforeningen", "pending"], ["Velforeningen", "accepted"]],
            [None, ["FAU", "declined"]],
            [["FAU", "declined"], None],
        ]
        for name, state, code in (("", "pending", "field_missing"), ("FAU", "maybe", "value_unknown")):
            with pytest.raises(Invalid) as refused:
                measures.set_partner(db, planner, made, row.public_id, name, state, a.NOW)
            assert refused.value.code == code


@given(
    st.sampled_from(list(MEASURE_STATES)),
    st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
def test_a_measure_is_overdue_the_day_after_its_deadline_unless_it_is_over(
    status: str, deadline: date | None, today: date
) -> None:
    row = Measure(status=status, deadline=deadline)
    expected = status not in ("done", "rejected") and deadline is not None and (today - deadline).days >= 1
    assert measures.overdue(row, today) == expected
    assert {"done", "rejected"} == OVER


def test_a_list_shows_what_was_asked_for(store: Store) -> None:
    made, planner, (first,) = settled(store)
    with store.writing() as db:
        measure(db, planner, made, first, title="A", deadline="2026-11-22")
        measure(db, planner, made, first, title="B", focus_area="", quick="lamp", deadline="")
        step(db, planner, made, measure(db, planner, made, first, title="C", owner="FAU"), "adopted")
        told = measures.of_process(db, made)

        def titles(**asked: Any) -> str:
            return "".join(each.row.title for each in told if Wanted(**asked).has(each.row, TODAY))

        assert titles() == "ABC"
        assert titles(status="proposed") == "AB"
        assert titles(focus_area="Trygg skolevei") == "AC"
        assert titles(focus_area="") == "B"
        assert titles(owner="FAU") == "C"
        assert titles(overdue=True) == "A"
        assert titles(quick=True) == "B"
        assert titles(status="proposed", overdue=True, owner="FAU") == ""


def test_a_measure_of_another_process_does_not_exist(store: Store) -> None:
    made, planner, (first,) = settled(store)
    with store.writing() as db:
        row = measure(db, planner, made, first)
        other = a.process(db, "asker")
        for refused in (
            lambda: measures.find(db, other, row.public_id),
            lambda: measures.edit(db, planner, other, row.public_id, SAID, version=1, now=a.NOW),
            lambda: measures.create(db, planner, other, [first.public_id], SAID, a.NOW),
        ):
            with pytest.raises(NotFound):
                refused()
        assert measures.of_process(db, other) == []


def test_of_many_who_save_at_once_one_wins_and_the_others_are_told(store: Store) -> None:
    made, planner, (first,) = settled(store)
    with store.writing() as db:
        row = measure(db, planner, made, first)
        seen = row.version

    def save(number: int) -> str:
        try:
            with store.writing() as db:
                words = {**SAID, "goal": f"Mål {number}"}
                measures.edit(db, planner, made, row.public_id, words, version=seen, now=a.NOW)
        except Conflict as refused:
            return refused.code
        return f"Mål {number}"

    with ThreadPoolExecutor(8) as people:
        said = list(people.map(save, range(8)))
    with store.reading() as db:
        found = measures.find(db, made, row.public_id)
        (won,) = [each for each in said if each != "changed_by_other"]
        assert (found.goal, found.version, len(measures.history(db, found))) == (won, seen + 1, 2)
