"""Sheets of a process, photos of them, and groups that draw together: on both stores where the store matters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import shapely

from app.errors import NotFound, Refusal
from app.model import Arena, Contribution, Participant, Process
from app.services import arenas, contributions, paper, participants, processes
from app.services.actors import Host, Pupil
from app.services.index import Index, Selection
from app.store import Session, Store
from gis import printing, rectify, sheet
from tests import builders as a
from tests.gis.test_sheet import FLAT, WORDS, file_of, photographed

Q = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]


def kindergarten(db: Session, made: Process) -> tuple[Host, Arena]:
    token = arenas.create_host_link(db, made, label="Maurtua", location=a.at(0, 0), method="kindergarten", now=a.NOW)
    by = arenas.host(db, token, a.NOW)
    return by, arenas.open_class(db, by, grade=None, group_name="Maur", school="Maurtua", now=a.NOW)


def group(db: Session, where: Arena, head_count: Any) -> Pupil:
    joined = participants.join(db, where.join_code or "", a.NOW, valid=timedelta(days=1), head_count=head_count)
    assert joined.head_count == head_count
    return participants.authenticate(db, joined.token, a.NOW)


def refused(code: str, call: Any, *args: Any, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as found:
        call(*args, **more)
    assert found.value.code == code
    return found.value


def photo_of(db: Session, made: Process, of: sheet.Sheet, address: str | None, angle: float = 0) -> bytes:
    """The printed sheet as a photo; ``address`` is what its square code says, None for no code."""
    import pypdfium2
    import segno

    rows = [list(row) for row in segno.make(address, micro=False).matrix_iter(border=3)] if address else [[0]]
    page = pypdfium2.PdfDocument(paper.printed(db, made, of, rows, WORDS))[0]
    picture = np.asarray(page.render(scale=2.0).to_pil().convert("RGB"))
    return file_of(photographed(picture, angle=angle, **FLAT))


def test_a_sheet_is_chosen_around_the_school_or_for_the_whole_area(embedded: Store) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        near = paper.chosen(made, a.at(300, 200), paper="A4", part="5000")
        assert (near.scale, near.paper) == (5000, "A4")
        away = shapely.distance(a.metres(shapely.Point(near.longitude, near.latitude)), shapely.Point(300, 200))
        assert away < 10
        middle = paper.chosen(made, None, paper="A3", part="2500")
        assert shapely.distance(a.metres(shapely.Point(middle.longitude, middle.latitude)), shapely.Point(0, 0)) < 10
        whole = paper.chosen(made, None, paper="A3", part="area")
        assert shapely.box(*whole.bounds()).contains(made.area)
        assert refused("value_unknown", paper.chosen, made, None, paper="A5", part="5000").field == "paper"
        for part in ("0", "5001", "-1", "", "²"):
            assert refused("value_unknown", paper.chosen, made, None, paper="A4", part=part).field == "part"


def test_a_sheets_number_finds_its_process_and_nothing_else(store: Store) -> None:
    with store.writing() as db:
        made, other = a.process(db), a.process(db, slug="annet")
        of = paper.chosen(made, None, paper="A4", part="5000")
        found, same = paper.owner_of(db, sheet.number(of))
        assert (found.id, same) == (made.id, of)
        assert sheet.number(of) != sheet.number(paper.chosen(other, None, paper="A4", part="5000"))
        with pytest.raises(NotFound):
            paper.owner_of(db, "2222-2222-2222")


def test_a_photo_is_read_by_its_code_or_by_the_number_one_types(embedded: Store) -> None:
    with embedded.writing() as db:
        made, other = a.process(db), a.process(db, slug="annet")
        of = paper.chosen(made, None, paper="A4", part="5000")
        number = sheet.number(of)
        photo = photo_of(db, made, of, f"https://x.no/papir/{number}", angle=180)
        found = paper.read(made, photo)
        assert (found.sheet, found.missing) == (of, ())
        assert rectify.opened(found.picture).shape[2] == 3
        assert paper.read(made, photo, typed="nonsense").sheet == of, "what the sheet itself says counts"
        assert refused("sheet_unknown", paper.read, other, photo).field == "number"
        blank = photo_of(db, made, of, None)
        assert refused("sheet_number_missing", paper.read, made, blank).field == "number"
        assert refused("sheet_unknown", paper.read, made, blank, "2345").field == "number"
        assert refused("sheet_unknown", paper.read, other, blank, number).field == "number"
        assert paper.read(made, blank, number.lower()).sheet == of
        different = next(
            each
            for scale in sheet.SCALES
            if (each := paper.chosen(made, None, paper="A4", part=str(scale))).family != of.family
        )
        assert refused("sheet_number_differs", paper.read, made, blank, sheet.number(different)).field == "number"


def test_a_picture_without_a_sheet_says_what_to_do(embedded: Store) -> None:
    with embedded.writing() as db:
        made = a.process(db)
    assert refused("picture_missing", paper.read, made, b"").field == "picture"
    assert refused("picture_type", paper.read, made, b"<svg/>" * 50).field == "picture"
    grey = file_of(np.full((900, 1200, 3), 128, np.uint8))
    assert refused("marks_missing", paper.read, made, grey).facts == {"found": 0}


def test_an_empty_gazetteer_still_prints_a_sheet(embedded: Store) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        of = paper.chosen(made, None, paper="A4", part="5000")
        assert printing.pdf(of, [], made.area, Q, WORDS).startswith(b"%PDF")


def test_what_is_traced_says_that_it_comes_from_paper(store: Store) -> None:
    with store.writing() as db:
        where = a.arena(db, a.process(db))
        child = a.pupil(db, where)
        a.place(db, child, a.at(30, 0), source="paper")
        a.place(db, child, a.at(60, 0))
        a.route(db, child, a.along((-1500, 0), (0, 0)), source="paper")
        assert paper.traced(db, where) == {"route": 1, "place": 1}


def test_a_kindergarten_has_no_grade_and_a_class_still_needs_one(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        _, where = kindergarten(db, made)
        assert (where.method, where.grade, where.title) == ("kindergarten", None, "Maurtua Maur")
        by, _ = a.host(db, made)
        refused("grade_out_of_range", arenas.open_class, db, by, grade=None, group_name="5A", school="S", now=a.NOW)


def test_a_group_says_how_many_it_is_and_nobody_else_may(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        by, where = kindergarten(db, made)
        code, valid = where.join_code or "", timedelta(days=1)
        assert refused("head_count_missing", participants.join, db, code, a.NOW, valid=valid).field == "head_count"
        for wrong in (0, 31, -1, 2.5, "12", True, [3], 10**30):
            refused("head_count_out_of_range", participants.join, db, code, a.NOW, valid=valid, head_count=wrong)
        group(db, where, 12)
        group(db, where, 1)
        group(db, where, 30)
        board = arenas.board(db, by, where.id)
        assert (board.joined, board.people) == (3, 43)
        class_code = a.arena(db, made).join_code or ""
        refused("groups_not_here", participants.join, db, class_code, a.NOW, valid=valid, head_count=12)
        alone = participants.join(db, class_code, a.NOW, valid=valid, head_count=1)
        assert alone.head_count == 1


def test_an_arena_may_say_itself_how_large_a_group_is(store: Store) -> None:
    with store.writing() as db:
        where = a.arena(db, a.process(db))
        where.allows = {**where.allows, "groups_of": 4}
        db.flush()
        group(db, where, 4)
        valid = timedelta(days=1)
        refused(
            "head_count_out_of_range", participants.join, db, where.join_code or "", a.NOW, valid=valid, head_count=5
        )


def test_figures_count_heads_and_follow_when_the_number_changes(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        _, where = kindergarten(db, made)
        actor = group(db, where, 12)
        a.place(db, actor, a.at(10, 10))
        a.place(db, actor, a.at(900, 10))
        index = Index(made)
        index.refresh(db, made)
        assert index.figures(index.rows(Selection())) == (12, 2)
    with store.writing() as db:
        assert participants.count_again(db, actor, 4) == 4
        assert participants.head_count(db, actor) == 4
    with store.writing() as db:
        index.refresh(db, made)
        assert index.figures(index.rows(Selection())) == (4, 2)
        refused("head_count_missing", participants.count_again, db, actor, None)
        refused("head_count_out_of_range", participants.count_again, db, actor, 31)


def test_a_closed_kindergarten_counts_no_more_heads(store: Store) -> None:
    with store.writing() as db:
        _, where = kindergarten(db, a.process(db))
        actor = a.again(group(db, where, 12), arena_state="closed")
        refused("arena_closed", participants.count_again, db, actor, 4)
        assert db.get_one(Participant, actor.participant_id).head_count == 12


def test_a_walk_from_the_kindergarten_keeps_its_start_and_loses_its_home(store: Store) -> None:
    """The kindergarten is a public destination of the gazetteer; the other end may be somebody's door."""
    with store.writing() as db:
        made = a.process(db)
        yard = [
            {
                "kind": "school",
                "name": "Maurtua barnehage",
                "geometry": shapely.Point(0, 0).buffer(1),
                "public_destination": True,
            }
        ]
        yard[0]["geometry"] = shapely.envelope(a.along((970, -30), (1030, 30)))
        processes.add_named_places(db, made, yard)
        _, where = kindergarten(db, made)
        id = a.route(db, group(db, where, 9), a.along((1000, 0), (-1000, 0)), source="paper")
        kept = a.metres(db.query(Contribution).filter_by(id=id).one().geometry)
        assert kept.coords[0][0] == pytest.approx(1000, abs=1)
        assert kept.coords[-1][0] > -1000 + 150
        unmasked = shapely.LineString([(1000, 0), (-1000, 0)])
        assert kept.length < unmasked.length - 150


def test_each_sheet_has_zones_of_its_own(store: Store) -> None:
    """One pseudonym a sheet: what one child's home cuts says nothing about another's."""
    with store.writing() as db:
        where = a.arena(db, a.process(db))
        first, second = a.pupil(db, where), a.pupil(db, where)
        a.route(db, first, a.along((-1500, 0), (0, 0)), seed=1, source="paper")
        a.route(db, second, a.along((-1500, 0), (0, 0)), seed=2, source="paper")
        ends = {round(a.metres(contributions.mine(db, each)[0].geometry).coords[0][0]) for each in (first, second)}
        assert len(ends) == 2
