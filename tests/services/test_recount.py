"""Counting again: a whole process agrees; each kind of figure is caught when a page shows another."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from app.cli import main
from app.model import InputEvidence, Participant, Process
from app.services import (
    analysis,
    arenas,
    campaigns,
    demo,
    moderation,
    recount,
    roadmap,
    roadmap_merging,
    voices,
    workshop,
)
from app.services.campaigns import Counter
from app.services.index import Index
from app.store import Session, Store
from tests import builders as a
from tests.services.test_campaigns import hunt


def lively(db: Session) -> Process:
    """The demo with a hidden voice, a practice, a group, a hunt and a workshop."""
    process = demo.create(db, "recounting", a.NOW, per_class=8)
    where = a.arena(db, process, "Barnehagen")
    db.execute(update(Participant).where(Participant.id == a.pupil(db, where).participant_id).values(head_count=7))
    hidden = a.place(db, a.pupil(db, where), process.area.centroid)
    moderation.decide(db, a.officer(db, username="leser"), process, hidden, "hidden", now=a.NOW)
    inputs = workshop.suggested(db, process)
    table = workshop.open_workshop(
        db, process, title="Bord", dots=5, public_ids=[row.public_id for row in inputs], now=a.NOW
    )
    meeting = arenas.create(db, process, title="Konferanse", method="conference", now=a.NOW, head_count=139)
    first, second, third = (row.public_id for row in inputs[:3])
    planner = a.officer(db, username="veikart")
    roadmap_merging.merge(db, planner, process, first, second, version=inputs[0].version, now=a.NOW)
    db.add(InputEvidence(input_id=roadmap.find(db, process, third).id, arena_id=meeting.id))
    db.flush()
    hunt(db, process, *arenas.in_process(db, process)[:3], table, meeting)
    return process


def counted(db: Session, process: Process) -> list[recount.Figure]:
    index = Index(process)
    index.refresh(db, process)
    return list(recount.figures(db, process, index, a.NOW.date()))


def test_every_figure_of_a_lively_process_holds(store: Store) -> None:
    with store.writing() as db:
        found = counted(db, lively(db))
    assert [figure for figure in found if not figure.agrees] == []
    begun = {figure.name.split()[0] for figure in found}
    assert begun >= {"registrations", "people,", "group", "arena", "board", "area", "input", "solution", "workshop"}
    assert begun >= {"measures", "measures:", "measure", "answer", "voices", "ours"}
    assert any(figure.shown not in (0, (0, 0), (None, None)) for figure in found if figure.name.startswith("area"))


@pytest.mark.parametrize(
    ("service", "name", "told", "begins"),
    [
        (voices, "how_many", lambda *_: 1, "registrations"),
        (voices, "took_part", lambda *_: {}, "arena"),
        (roadmap, "figures", lambda *_: {}, ("input", "answer")),
        (campaigns, "counter", lambda *_: Counter(1, 2, 3, []), "solution hunt"),
        (analysis, "area_figures", None, "area"),
    ],
)
def test_a_page_that_shows_another_figure_is_found(
    store: Store, monkeypatch: pytest.MonkeyPatch, service: Any, name: str, told: Any, begins: str
) -> None:
    first = getattr(service, name)

    def twice(index: Index, areas: Any, selection: Any) -> Any:
        found = first(index, areas, selection)
        return {id: analysis.Figures((of.people or 0) + 1, of.registrations, []) for id, of in found.items()}

    with store.writing() as db:
        process = lively(db)
        monkeypatch.setattr(service, name, told or twice)
        off = {figure.name for figure in counted(db, process) if not figure.agrees}
    assert off
    assert all(figure.startswith(begins) for figure in off)


def test_the_command_says_how_many_hold_and_ends_with_one_if_not(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    with store.writing() as db:
        slug = lively(db).slug
    monkeypatch.setenv("DATABASE_URL", store.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SNARVEI_DATA_DIR", str(tmp_path))
    held = CliRunner().invoke(main, ["check-figures", slug], catch_exceptions=False)
    assert (held.exit_code, "0 wrong" in held.output) == (0, True), held.output
    monkeypatch.setattr(voices, "how_many", lambda *_: 1)
    off = CliRunner().invoke(main, ["check-figures"], catch_exceptions=False)
    assert off.exit_code == 1
    assert "registrations\tshown 1\tcounted" in off.output
