"""The Borgen fixture, built once on each store: what it holds, that its figures hold, and that pages bear it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, update

from app import create_app
from app.cli import main
from app.config import load
from app.errors import Conflict
from app.model import (
    Arena,
    ArenaMeeting,
    ArenaNote,
    Contribution,
    HeadTap,
    InputEvidence,
    InputLog,
    Measure,
    MeasureInput,
    MeasureStep,
    Offer,
    Participant,
    PlanVersion,
    Process,
    RoadmapInput,
)
from app.services import (
    answers,
    arenas,
    borgen,
    campaigns,
    demo,
    heads,
    indicators,
    local_committee,
    measures,
    notes,
    processes,
    recount,
    recount_plan,
    recount_rows,
    roadmap,
    roadmap_chart,
    roadmap_search,
    thematic_plans,
    workshop,
)
from app.services.borgen.wishes import QUOTA, TWICE, Wishes
from app.services.index import Index
from app.services.roadmap_search import Query
from app.store import Session, Store, migrations
from tests import builders as a
from tests.postgres import Cluster

SECRET = "k" * 32
STORES = ("sqlite", "postgis")


@pytest.fixture(scope="module")
def stores(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Store]]:
    """The same fixture on both stores."""
    folder = tmp_path_factory.mktemp("borgen")
    made = {"sqlite": Store(f"sqlite:///{folder / 'x.sqlite'}"), "postgis": Store(cluster.database("borgen"))}
    for store in made.values():
        migrations.upgrade(store)
        with store.writing() as db:
            borgen.create(db, SECRET, a.NOW)
    yield made
    for store in made.values():
        store.dispose()


@pytest.fixture(params=STORES)
def built(request: pytest.FixtureRequest, stores: dict[str, Store]) -> Store:
    return stores[request.param]


@pytest.fixture
def pages(built: Store, tmp_path: Path) -> Iterator[FlaskClient]:
    url = built.url.render_as_string(hide_password=False)
    settings = {"DATABASE_URL": url, "SNARVEI_DATA_DIR": str(tmp_path), "SNARVEI_SECRET_KEY": SECRET}
    app = create_app(load(settings), clock=lambda: a.NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    yield app.test_client()
    app.extensions["snarvei"].store.dispose()


def of(db: Session) -> Process:
    return processes.by_slug(db, borgen.SLUG)


def counted(db: Session) -> list[recount.Figure]:
    index = Index(of(db))
    index.refresh(db, of(db))
    return list(recount.figures(db, of(db), index, a.NOW.date()))


def first_wrong(db: Session, begins: str = "measure") -> str:
    """The first wrong figure of a name that begins so, of those about what came of it; "" where all hold."""
    found = recount_plan.figures(db, of(db), recount_rows.Rows(db, of(db)), a.NOW.date())
    return next((figure.name for figure in found if not figure.agrees and figure.name.startswith(begins)), "")


def by_method(db: Session) -> dict[str, list[Arena]]:
    found: dict[str, list[Arena]] = {}
    for arena in arenas.in_process(db, of(db)):
        found.setdefault(arena.method, []).append(arena)
    return found


def test_it_holds_every_method_with_the_people_it_says(built: Store) -> None:
    with built.reading() as db:
        found, process = by_method(db), of(db)
        there = heads.of_process(db, process)
        many = {method: len(rows) for method, rows in found.items()}
        assert many == {
            "school_class": 5,
            "kindergarten": 1,
            "conference": 1,
            "hosted_dinner": 8,
            "focus_group": 7,
            "open_centre": 1,
            "interview": 1,
            "services_meeting": 1,
            "social_media": 1,
            "committee": 1,
            "workshop": 1,
        }
        people = {method: sum(there[row.id].people or 0 for row in rows) for method, rows in found.items()}
        assert people["school_class"] == 120
        assert people["conference"] == 139
        assert people["interview"] == 10
        assert people["kindergarten"] == 24
        days = db.scalars(select(HeadTap.counted_on).distinct()).all()
        assert len(days) == 15
        assert len({day.isocalendar()[:2] for day in days}) == 3
        assert all(day.weekday() < 5 for day in days)


def test_who_comes_to_two_meetings_is_one_person(built: Store) -> None:
    with built.reading() as db:
        there = heads.of_process(db, of(db))
        twice = [
            row for row in by_method(db)["focus_group"] if (there[row.id].visits or 0) > (there[row.id].people or 0)
        ]
        assert len(twice) >= 4
        for row in twice:
            met = db.scalars(select(ArenaMeeting).where(ArenaMeeting.arena_id == row.id)).all()
            assert there[row.id].people == sum(each.present for each in met) - sum(each.seen_before for each in met)


def test_the_conference_wrote_at_twenty_tables_and_the_kindergarten_on_paper(built: Store) -> None:
    with built.reading() as db:
        found = by_method(db)
        rows = notes.of_arena(db, found["conference"][0])
        assert {row.part for row in rows} == set(range(1, 21))
        assert {"quality", "challenge"} < {row.kind for row in rows}
        drawn = db.scalars(
            select(Contribution.source).where(Contribution.arena_id == found["kindergarten"][0].id)
        ).all()
        assert set(drawn) == {"paper"}
        assert {row.details["refund_state"] for row in found["hosted_dinner"]} == {
            "asked",
            "approved",
            "paid",
            "declined",
        }
        internal = Counter(row.access for row in notes.of_arena(db, found["services_meeting"][0]))
        assert internal["confidential"] == 4
        assert internal["internal"] > 0
        resting = select(func.count()).select_from(InputEvidence).join(ArenaNote, ArenaNote.id == InputEvidence.note_id)
        assert db.scalar(resting.where(ArenaNote.access != "open")) == 0


def test_458_inputs_split_as_stored_and_three_quarters_need_people_together(built: Store) -> None:
    with built.reading() as db:
        found = roadmap_search.search(db, of(db), Query())
        chart = roadmap_chart.chart(found.realisers)
        assert (found.total, found.realisers) == (458, QUOTA)
        assert [each.percent for each in chart.slices] == [25, 40, 35]
        assert (chart.joint.percent, chart.joint.count) == (75, 343)
        rows = roadmap.inputs(db, of(db))
        standing = sorted(row.public_id for row in rows if row.status != "merged")
        assert standing == [f"BOR-{number:04d}" for number in range(1, 459)]
        assert len(rows) - len(standing) == TWICE


def test_no_two_say_the_same_and_no_words_are_left_open(built: Store) -> None:
    with built.reading() as db:
        rows = roadmap.inputs(db, of(db))
        said = list(db.scalars(select(ArenaNote.text)))
        measured = [row.title for row in db.scalars(select(Measure))]
    for texts in ([row.title for row in rows], said, measured):
        assert len(set(texts)) == len(texts)
    assert [
        text for text in [*said, *measured, *(f"{row.title} {row.text}" for row in rows)] if "{" in (text or "")
    ] == []


def test_what_was_merged_keeps_its_sources_and_counts_where_it_went(built: Store) -> None:
    with built.reading() as db:
        process = of(db)
        figures = roadmap.figures(db, process)
        merged = [row for row in roadmap.inputs(db, process) if row.status == "merged"]
        for row in merged:
            into = db.get_one(RoadmapInput, row.merged_into_id)
            assert len(roadmap.evidence_of(db, into)) > len(
                db.scalars(select(InputEvidence).where(InputEvidence.input_id == into.id)).all()
            )
            assert figures[into.id][1] >= 2
        splits = db.scalars(select(InputLog)).all()
        assert sum("split_from" in line.changes for line in splits) == 1


def test_203_measures_stand_in_every_state_with_their_sentences(built: Store) -> None:
    with built.reading() as db:
        told = measures.of_process(db, of(db))
        assert len(told) == 203
        assert Counter(each.row.status for each in told) == borgen.plan.ENDS
        assert all(each.reason for each in told if each.row.status != "proposed")
        assert sum(measures.overdue(each.row, a.NOW.date()) for each in told) >= 5
        assert sum(len(each.inputs) > 1 for each in told) > 40
        assert {each.row.quick for each in told} >= {"lamp", "bush", "snow"}
        shown = {each.row.quick: [photo.kind for photo in each.photos] for each in told if each.photos}
        assert {quick: kinds[0] for quick, kinds in shown.items()} == dict.fromkeys(("lamp", "snow", "bush"), "before")
        assert shown["lamp"] == ["before", "after"]
        assert {partner.state for each in told for partner in each.partners} == {"pending", "accepted", "declined"}
        assert len({each.row.focus_area for each in told}) == 6
        draft, adopted = thematic_plans.version(db, of(db), 1), thematic_plans.version(db, of(db), 2)
        assert (len(draft.measures), len(adopted.measures)) == (198, 203)
        sections = {answer.section for answer in thematic_plans.received(db, draft)}
        assert sections == {*thematic_plans.sections(draft.measures), None}


def test_hunt_workshop_offers_and_indicators_are_there(built: Store) -> None:
    with built.reading() as db:
        process = of(db)
        (hunt,) = campaigns.of_process(db, process, public=True)
        assert campaigns.counter(db, process, hunt).inputs > 200
        assert sum(task.done_on is not None for task in campaigns.tasks(db, hunt)) == 9
        (table,) = workshop.of_process(db, process)
        standing = workshop.standing(db, table)
        assert (standing.ballots, len(standing.shelf), len(standing.ranked)) == (12, 3, 21)
        assert standing.people == sum(borgen.story.told("arenas")["workshop"]["groups"])
        assert standing.dots == 5 * standing.people
        assert {row.state for row in db.scalars(select(Offer))} == {"pending", "accepted"}
        assert sum(bool(task.offers) for task in local_committee.tasks(db, process, public=True)) >= 10
        cards = indicators.cards(db, process, public=True)
        assert len(cards) == 8
        (few,) = [card for card in cards if card.indicator.name == "Skadet på skoleveien"]
        assert "Borgen" not in few.latest


def test_every_figure_of_it_is_counted_again_and_holds(built: Store) -> None:
    with built.reading() as db:
        found = counted(db)
    assert [figure for figure in found if not figure.agrees] == []
    begun = Counter(re.split(r"[ :]", figure.name)[0] for figure in found)
    assert begun["input"] == 458
    assert (begun["measure"], begun["voices"]) == (2 * 203, 203)
    assert begun["answer"] > 300
    assert {"measures", "plan", "indicator", "ours", "solution", "workshop", "arena", "area", "board"} <= set(begun)


class Undo(Exception):
    """What was planted is taken back."""


def planted(store: Store, plant: Any) -> str:
    """The first figure that is wrong while something is planted in the store."""
    found: list[str] = []

    def look() -> None:
        with store.writing() as db:
            plant(db, of(db))
            db.expire_all()
            found.append(first_wrong(db))
            raise Undo

    with pytest.raises(Undo):
        look()
    return found[0]


def status_without_a_step(db: Session, process: Process) -> None:
    db.execute(update(Measure).where(Measure.public_id == "BOR-T002").values(status="postponed"))


def step_that_is_gone(db: Session, process: Process) -> None:
    row = measures.find(db, process, "BOR-T001")
    db.execute(delete(MeasureStep).where(MeasureStep.measure_id == row.id))


@pytest.mark.parametrize("plant", [status_without_a_step, step_that_is_gone])
def test_a_planted_row_is_found(built: Store, plant: Any) -> None:
    assert re.fullmatch(r"measure BOR-T00\d: status", planted(built, plant))


@pytest.mark.parametrize(
    ("service", "name", "begins"),
    [
        (measures, "of_process", "measure"),
        (measures, "steps", "measures: decisions"),
        (thematic_plans, "received", "plan"),
        (answers, "people_behind", "voices"),
        (local_committee, "tasks", "ours to do"),
        (indicators, "cards", "indicator"),
    ],
)
def test_a_page_that_shows_another_figure_is_found(
    stores: dict[str, Store], monkeypatch: pytest.MonkeyPatch, service: Any, name: str, begins: str
) -> None:
    first = getattr(service, name)

    def less(*arguments: Any, **named: Any) -> Any:
        found = first(*arguments, **named)
        if isinstance(found, list):
            return found[1:]
        return {} if isinstance(found, dict) else (found or 0) + 5

    monkeypatch.setattr(service, name, less)
    with stores["sqlite"].reading() as db:
        assert first_wrong(db, begins)


def test_the_command_counts_it_and_fails_on_a_planted_row(
    built: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", built.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SNARVEI_DATA_DIR", str(tmp_path))
    row = update(Measure).where(Measure.public_id == "BOR-T003")
    with built.reading() as db:
        before = measures.find(db, of(db), "BOR-T003").status
    with built.writing() as db:
        db.execute(row.values(status="done" if before != "done" else "started"))
    wrong = CliRunner().invoke(main, ["check-figures", borgen.SLUG], catch_exceptions=False)
    with built.writing() as db:
        db.execute(row.values(status=before))
    right = CliRunner().invoke(main, ["check-figures", borgen.SLUG], catch_exceptions=False)
    assert (wrong.exit_code, right.exit_code) == (1, 0), right.output
    assert "measure BOR-T003: status" in wrong.output


def content(db: Session) -> dict[str, Any]:
    """Everything that people read of it, and its figures, without the ids that the store makes."""
    process = of(db)
    figures = roadmap.figures(db, process)
    return {
        "inputs": [
            (
                *(getattr(row, name) for name in ("public_id", "title", "text", "theme", "kind", "realiser", "status")),
                figures.get(row.id),
                row.location and np.round(row.location.bounds, 6).tolist(),
            )
            for row in roadmap.inputs(db, process)
        ],
        "notes": sorted(
            (row.id.hex, row.text, row.part) for row in db.scalars(select(ArenaNote).where(ArenaNote.source.is_(None)))
        ),
        "measures": [
            (each.row.public_id, each.row.title, each.row.deadline, each.reason, [row.public_id for row in each.inputs])
            for each in measures.of_process(db, process)
        ],
        "figures": sorted(f"{figure.name} {figure.shown}" for figure in counted(db) if "dots" not in figure.name),
        "plans": [row.measures for row in db.scalars(select(PlanVersion).order_by(PlanVersion.number))],
    }


def test_the_same_seed_gives_the_same_on_both_stores_and_another_seed_another(stores: dict[str, Store]) -> None:
    found = []
    for store in stores.values():
        with store.reading() as db:
            found.append(content(db))
    for part, first in found[0].items():
        assert first == found[1][part], part
    one, again, other = (Wishes.draw(np.random.default_rng(seed)).take("residents", 50) for seed in (1, 1, 2))
    assert one == again != other


def test_it_is_labelled_made_once_and_leaves_the_small_demo_alone(stores: dict[str, Store]) -> None:
    store = stores["sqlite"]
    with store.reading() as db:
        assert of(db).demo
        assert "oppdiktet" in of(db).title
        assert not demo.exists(db)
    with pytest.raises(Conflict), store.writing() as db:
        borgen.create(db, SECRET, a.NOW)


def test_a_childs_sticker_leads_to_the_refused_measure_and_its_reason_on_the_class_page(
    built: Store, pages: FlaskClient
) -> None:
    with built.reading() as db:
        process = of(db)
        told = next(each for each in measures.public(db, process) if each.row.public_id == "BOR-T001")
        assert told.row.status == "rejected"
        sticker = (
            select(Arena.join_code, Contribution.comment)
            .join(Contribution, Contribution.arena_id == Arena.id)
            .join(InputEvidence, InputEvidence.contribution_id == Contribution.id)
            .join(MeasureInput, MeasureInput.input_id == InputEvidence.input_id)
            .join(Participant, Participant.id == Contribution.participant_id)
            .where(MeasureInput.measure_id == told.row.id, Contribution.comment.is_not(None), Arena.grade.is_not(None))
        )
        code, comment = db.execute(sticker.order_by(Contribution.number)).first() or ("", "")
        reason, title = told.reason or "", told.inputs[0].title
    assert comment
    page = pages.get(f"/dette-skjedde/{code}").text
    assert page.index("Dette sa mange av dere") < page.index(title) < page.index(reason) < page.index("Dette sa andre")


def test_the_public_pages_fold_what_is_many_and_open_all_of_it_when_asked(pages: FlaskClient) -> None:
    for path in ("svar", "vart"):
        folded = pages.get(f"/p/{borgen.SLUG}/{path}").text
        groups = re.findall(r'<details class="group" ?(open)?', folded)
        assert len(groups) > 5
        assert set(groups) == {""}
        opened = pages.get(f"/p/{borgen.SLUG}/{path}?alt").text
        assert set(re.findall(r'<details class="group" ?(open)?', opened)) == {"open"}
        assert folded.count('<article class="answer"') == opened.count('<article class="answer"') > 100


def test_a_class_reads_what_most_said_and_finds_the_rest_on_the_page_of_all(built: Store, pages: FlaskClient) -> None:
    with built.reading() as db:
        code = by_method(db)["school_class"][0].join_code
    page = pages.get(f"/dette-skjedde/{code}").text
    others = page[page.index("Dette sa andre") :]
    shown = re.findall(r'<li class="answer" data-input="BOR-\d+" ?(hidden)?', others)
    assert shown.count("") == 12
    assert shown.count("hidden") > 100


@pytest.mark.parametrize(
    "path", ["veikart", "tiltak", "tiltak/BOR-T001", "temaplan/1", "temaplan/vedtak", "arenaer", "lokalsamfunnsutvalg"]
)
def test_the_planners_pages_bear_it(pages: FlaskClient, path: str) -> None:
    _, password = demo.secrets_of(SECRET)
    pages.post("/plan/logg-inn", data={"username": demo.USERNAME, "password": password})
    page = pages.get(f"/plan/{borgen.SLUG}/{path}")
    assert page.status_code == 200
    assert "Demo: alt her er oppdiktet" in page.text
