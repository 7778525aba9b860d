"""The thematic plan: versions that never change, what differs since, and answers tied to its sections."""

from __future__ import annotations

import pytest

from app.errors import Conflict, Invalid, NotFound
from app.services import measures, thematic_plans
from app.services.thematic_plans import Change
from app.store import Store
from tests import builders as a
from tests.services.test_answers import Scene
from tests.services.test_measures import SAID, step


def test_a_version_stays_as_it_was(store: Store) -> None:
    with store.writing() as db:
        scene = Scene(db, 6)
        first, second = scene.measure(scene.input, title="Lykter"), scene.measure(scene.input, focus_area="")
        measures.set_partner(db, scene.planner, scene.made, first.public_id, "FAU", "accepted", a.NOW)
        measures.set_partner(db, scene.planner, scene.made, first.public_id, "Vel", "declined", a.NOW)
        kept = thematic_plans.freeze(db, scene.planner, scene.made, "Høringsutkast", a.NOW)
        assert (kept.number, kept.actor) == (1, scene.planner.label)
        assert thematic_plans.changes(kept.measures, thematic_plans.standing(db, scene.made)) == []
        assert list(thematic_plans.sections(kept.measures)) == ["Trygg skolevei", ""]
        assert kept.measures[0]["partners"] == ["FAU"]
        assert kept.measures[0]["inputs"] == ["BORGEN-0001"]

        step(db, scene.planner, scene.made, first, "rejected", "Ikke råd.")
        words = {**SAID, "title": "Lykter", "deadline": "2027-01-01"}
        measures.edit(db, scene.planner, scene.made, first.public_id, words, version=first.version, now=a.NOW)
        db.delete(second)
        db.flush()
        scene.measure(scene.input, title="Benk")
    with store.reading() as db:
        again = thematic_plans.version(db, scene.made, 1)
        assert again.measures == kept.measures
        assert again.measures[0]["status"] == "proposed"
        assert thematic_plans.changes(again.measures, thematic_plans.standing(db, scene.made)) == [
            Change(
                "BORGEN-T001",
                "Lykter",
                "changed",
                {
                    "status": ("proposed", "rejected"),
                    "deadline": ("2026-12-31", "2027-01-01"),
                    "reason": (None, "Ikke råd."),
                },
            ),
            Change("BORGEN-T002", "Lys langs Skogstien", "removed", {}),
            Change("BORGEN-T003", "Benk", "added", {}),
        ]


def test_versions_are_numbered_and_the_newest_comes_first(store: Store) -> None:
    with store.writing() as db:
        scene = Scene(db, 6)
        with pytest.raises(Conflict) as refused:
            thematic_plans.freeze(db, scene.planner, scene.made, "Utkast", a.NOW)
        assert refused.value.code == "plan_empty"
        scene.measure(scene.input)
        for title in ("Utkast", "Vedtatt"):
            thematic_plans.freeze(db, scene.planner, scene.made, f" {title} ", a.NOW)
        found = [(row.number, row.title) for row in thematic_plans.versions(db, scene.made)]
        assert found == [(2, "Vedtatt"), (1, "Utkast")]
        for title, code in (("  ", "field_missing"), ("x" * 141, "text_too_long")):
            with pytest.raises(Invalid) as wrong:
                thematic_plans.freeze(db, scene.planner, scene.made, title, a.NOW)
            assert wrong.value.code == code
        other = a.process(db, "asker")
        with pytest.raises(NotFound):
            thematic_plans.version(db, other, 1)


def test_an_answer_from_the_hearing_belongs_to_a_section(store: Store) -> None:
    with store.writing() as db:
        scene = Scene(db, 6)
        scene.measure(scene.input)
        row = thematic_plans.freeze(db, scene.planner, scene.made, "Utkast", a.NOW)
        said = {"sender": "FAU", "text": "Godt at lyset kommer.", "today": a.NOW.date()}
        for section in ("Trygg skolevei", ""):
            thematic_plans.receive(db, row, section=section, **said)
        with pytest.raises(Invalid) as refused:
            thematic_plans.receive(db, row, section="Kultur", **said)
        assert refused.value.code == "section_unknown"
        for missing in ("sender", "text"):
            with pytest.raises(Invalid) as wrong:
                thematic_plans.receive(db, row, section="", **{**said, missing: " "})
            assert wrong.value.field == missing
        first, second = thematic_plans.received(db, row)
        assert [first.section, second.section] == ["Trygg skolevei", None]
        for text in ("Takk.", "Takk, det er tatt inn."):
            thematic_plans.reply(db, row, first.number, text)
        assert [each.reply for each in thematic_plans.received(db, row)] == ["Takk, det er tatt inn.", None]
        other = thematic_plans.freeze(db, scene.planner, scene.made, "Vedtatt", a.NOW)
        with pytest.raises(NotFound):
            thematic_plans.reply(db, other, first.number, "Feil versjon")


def test_the_log_of_decisions_has_every_step_the_latest_first(store: Store) -> None:
    with store.writing() as db:
        scene = Scene(db, 6)
        one, other = scene.measure(scene.input), scene.measure(scene.input, public=False)
        step(db, scene.planner, scene.made, one, "adopted", "Ja.")
        step(db, scene.planner, scene.made, other, "rejected", "Nei.")
        step(db, scene.planner, scene.made, one, "started", "I gang.")
        assert [each.reason for _, each in measures.steps(db, scene.made)] == ["I gang.", "Nei.", "Ja."]
        assert [each.reason for _, each in measures.steps(db, scene.made, released=True)] == ["I gang.", "Ja."]
        assert [each.reason for _, each in measures.steps(db, scene.made, most=1)] == ["I gang."]
