"""The answer: only what was released, figures only of enough people, and the reason wherever something was dropped."""

from __future__ import annotations

from typing import Any

import shapely
from sqlalchemy import select

from app.model import Arena, Contribution, InputEvidence, RoadmapInput
from app.services import answers, measures, moderation, roadmap, roadmap_merging
from app.services.actors import Officer
from app.store import Session, Store
from tests import builders as a
from tests.services.test_measures import SAID, step
from tests.services.test_roadmap import WORDS, derive

REASON = "Kommunestyret prioriterte skoleveien i sør."


class Scene:
    """A process with classes of given sizes that each put a sticker in one dark place, an input and a planner."""

    def __init__(self, db: Session, *sizes: int) -> None:
        self.db, self.made = db, a.process(db)
        by, _ = a.host(db, self.made)
        self.classes = [a.school_class(db, by, f"5{letter}") for letter in "ABCDE"[: len(sizes)]]
        self.pupils = [
            a.crowd(db, where, a.at(0, 0), size, group="bad", category="dark")
            for where, size in zip(self.classes, sizes, strict=True)
        ]
        self.planner: Officer = a.officer(db)
        (self.area,) = derive(db, self.made)
        self.input = self.heard("Lys på stien")

    def heard(self, title: str) -> RoadmapInput:
        words = {**WORDS, "title": title}
        return roadmap.from_area(self.db, self.planner, self.made, self.area, **words, now=a.NOW)

    def release(self, row: RoadmapInput) -> None:
        answers.release_input(self.db, self.planner, self.made, row.public_id, True, a.NOW)

    def measure(self, *inputs: RoadmapInput, public: bool = True, **said: str) -> Any:
        ids = [row.public_id for row in inputs]
        made = measures.create(self.db, self.planner, self.made, ids, {**SAID, **said}, a.NOW)
        measures.release(self.db, self.planner, self.made, made.public_id, public, a.NOW)
        return made

    def titles(self) -> list[str]:
        return [each.input.title for each in answers.of_process(self.db, self.made).inputs]

    def of(self, arena: Arena) -> tuple[list[str], list[str]]:
        found = answers.of_arena(self.db, self.made, arena)
        return [each.input.title for each in found.own], [each.input.title for each in found.others]


def test_nothing_is_public_before_a_planner_released_it(store: Store) -> None:
    with store.writing() as db:
        scene = Scene(db, 6)
        measure = scene.measure(scene.input, public=False)
        found = answers.of_process(db, scene.made)
        assert (found.inputs, found.measures) == ([], [])
        scene.release(scene.input)
        (answer,) = answers.of_process(db, scene.made).inputs
        assert (answer.input.public_id, answer.people, answer.measures) == ("BORGEN-0001", 5, [])
        measures.release(db, scene.planner, scene.made, measure.public_id, True, a.NOW)
        (answer,) = answers.of_process(db, scene.made).inputs
        assert [each.row.public_id for each in answer.measures] == ["BORGEN-T001"]
        answers.release_input(db, scene.planner, scene.made, "BORGEN-0001", False, a.NOW)
        found = answers.of_process(db, scene.made)
        assert found.inputs == []
        assert [each.inputs for each in found.measures] == [[]], "a public measure does not name an input that is not"
        said = [line.changes for line in roadmap.history(db, scene.input) if "public" in line.changes]
        assert said == [{"public": [False, True]}, {"public": [True, False]}]


def test_an_input_that_was_merged_is_public_no_more(store: Store) -> None:
    with store.writing() as db:
        scene = Scene(db, 6)
        other = scene.heard("Lykter")
        scene.release(scene.input)
        scene.release(other)
        ids = other.public_id, scene.input.public_id
        roadmap_merging.merge(db, scene.planner, scene.made, *ids, version=other.version, now=a.NOW)
        assert scene.titles() == ["Lys på stien"]


def test_people_are_told_in_steps_of_the_minimum_and_never_fewer(store: Store) -> None:
    with store.writing() as db:
        scene = Scene(db, 7, 5)
        scene.release(scene.input)
        ids = list(db.scalars(select(Contribution.id).order_by(Contribution.number)))
        for hidden, id in enumerate([*ids, None]):
            people = len(ids) - hidden
            (answer,) = answers.of_process(db, scene.made).inputs
            assert answer.people == (people // 5 * 5 or None), people
            assert answers.people_behind(db, scene.made, [scene.input]) == answer.people
            if id is not None:
                moderation.decide(db, scene.planner, scene.made, id, "hidden", now=a.NOW)


def test_whoever_stands_behind_two_inputs_counts_once_behind_their_measure(store: Store) -> None:
    with store.writing() as db:
        scene = Scene(db, 6)
        other = scene.heard("Lykter")
        assert answers.people_behind(db, scene.made, [scene.input, other]) == 5
        other.status, other.merged_into_id = "merged", scene.input.id
        db.flush()
        assert answers.people_behind(db, scene.made, [scene.input]) == 5
        assert answers.people_behind(db, scene.made, []) is None


def test_no_page_says_that_a_few_of_a_class_said_something(store: Store) -> None:
    with store.writing() as db:
        scene = Scene(db, 5, 4, 1, 0)
        scene.release(scene.input)
        many, four, one, none = (scene.of(where) for where in scene.classes)
        assert many == (["Lys på stien"], [])
        assert four == one == none == ([], ["Lys på stien"]), "four, one and nobody look the same"
        first = scene.pupils[0][0]
        id = db.scalars(select(Contribution.id).where(Contribution.participant_id == first.participant_id)).one()
        moderation.decide(db, scene.planner, scene.made, id, "hidden", now=a.NOW)
        assert scene.of(scene.classes[0]) == none


def test_a_class_finds_what_it_said_in_the_input_that_lives_on(store: Store) -> None:
    with store.writing() as db:
        scene = Scene(db, 6)
        other = roadmap.from_outline(
            db, scene.planner, scene.made, scene.area.geometry, _evidence(db), **{**WORDS, "title": "Lykter"},
            kind="challenge", now=a.NOW,
        )  # fmt: skip
        scene.release(other)
        empty = db.scalars(select(InputEvidence).where(InputEvidence.input_id == other.id)).all()
        for row in empty:
            db.delete(row)
        scene.input.status, scene.input.merged_into_id = "merged", other.id
        db.flush()
        assert scene.of(scene.classes[0]) == (["Lykter"], [])


def test_an_arena_that_spoke_as_one_said_it_if_enough_were_there(store: Store) -> None:
    with store.writing() as db:
        scene = Scene(db, 6)
        scene.release(scene.input)
        dinner = a.open_map(db, scene.made, "Gjestebud")
        db.add(InputEvidence(input_id=scene.input.id, arena_id=dinner.id))
        for there, own in ((None, []), (4, []), (5, ["Lys på stien"])):
            dinner.head_count = there
            db.flush()
            assert scene.of(dinner)[0] == own


def test_a_no_carries_its_reason(store: Store) -> None:
    with store.writing() as db:
        scene = Scene(db, 6)
        measure = scene.measure(scene.input)
        step(db, scene.planner, scene.made, measure, "rejected", REASON)
        scene.release(scene.input)
        roadmap.change_status(db, scene.planner, scene.made, "BORGEN-0001", "declined", reason="Ikke i år.", now=a.NOW)
        (answer,) = answers.of_arena(db, scene.made, scene.classes[0]).own
        assert answer.reason == "Ikke i år."
        assert [(each.row.status, each.reason) for each in answer.measures] == [("rejected", REASON)]


def test_the_feed_has_the_steps_of_public_measures_newest_first(store: Store) -> None:
    with store.writing() as db:
        scene = Scene(db, 6)
        public, inner = scene.measure(scene.input), scene.measure(scene.input, public=False)
        for row in (public, inner):
            step(db, scene.planner, scene.made, row, "adopted", "Vedtatt.")
            step(db, scene.planner, scene.made, row, "started", "I gang.")
        found = answers.latest_steps(db, scene.made)
        assert [(row.public_id, each.reason) for row, each in found] == [
            (public.public_id, "I gang."),
            (public.public_id, "Vedtatt."),
        ]


def test_a_child_finds_what_became_of_its_own_things_and_no_others(store: Store) -> None:
    with store.writing() as db:
        scene = Scene(db, 6)
        mine = scene.pupils[0][0]
        elsewhere = a.place(db, mine, a.at(900, 900))
        sticker = db.scalars(
            select(Contribution.id).where(
                Contribution.participant_id == mine.participant_id, Contribution.id != elsewhere
            )
        ).one()
        assert answers.of_participant(db, scene.made, mine) == {}
        scene.release(scene.input)
        found = answers.of_participant(db, scene.made, mine)
        assert {id: [each.input.public_id for each in said] for id, said in found.items()} == {sticker: ["BORGEN-0001"]}
        assert shapely.intersects(scene.area.geometry, a.at(0, 0))


def _evidence(db: Session) -> list[Any]:
    return list(db.scalars(select(Contribution.id)))
