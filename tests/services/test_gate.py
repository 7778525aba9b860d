"""The gate: what is hidden, erased or too little to be seen leaves through no door."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.errors import NotFound
from app.model import Contribution, Process
from app.services import analysis, contributions, erasure, moderation, participants, publication, voices
from app.services.index import Selection
from app.store import Session, Store
from tests import builders as a


def everything_out(db: Session, process: Process) -> str:
    """All that any door lets out, as text."""
    index = a.index(db, process)
    layers = [publication.contributions(db, process, kind) for kind in ("place", "route", "area")]
    layers.append(publication.hexagons(process, analysis.hexagons_by_group(index)))
    layers.append(analysis.area_layer(index, analysis.current_areas(db, process)))
    batches = [layer.collect() for layer in layers]
    return "\n".join(f"{batch.columns} {[g.wkt if g is not None else '' for g in batch.geometry]}" for batch in batches)


@pytest.mark.parametrize("how", ["hidden", "erased", "forgotten"])
def test_what_is_taken_away_is_absent_from_every_door(store: Store, how: str) -> None:
    made, where, planner = a.settled(store)
    with store.writing() as db:
        a.crowd(db, where, a.at(300, 300), 6, group="bad", category="dark")
        actor = a.pupil(db, where)
        id = a.place(db, actor, a.at(-2000, 1500), group="good", category="nice", comment="mitt hemmelige sted")
        moderation.decide(db, planner, made, id, "released", now=a.NOW)
        db.flush()
        before = everything_out(db, made)
        assert "mitt hemmelige sted" in before
        assert str(id) in before
    with store.writing() as db:
        if how == "hidden":
            moderation.decide(db, planner, made, id, "hidden", now=a.NOW)
        elif how == "erased":
            contributions.erase(db, actor, id, a.NOW)
        else:
            erasure.forget_participant(db, made, where.join_code or "", actor.alias, a.NOW)
    with store.reading() as db:
        after = everything_out(db, made)
        index = a.index(db, made)
        keys, people, _ = index.hexagons(Selection())
    assert "mitt hemmelige sted" not in after
    assert str(id) not in after
    assert len(keys) == 1
    assert people.tolist() == [6]


def test_a_comment_leaves_only_after_a_person_released_it(store: Store) -> None:
    made, where, planner = a.settled(store)
    with store.writing() as db:
        id = a.place(db, a.pupil(db, where), a.at(0, 0), comment="hei hei")
    with store.reading() as db:
        assert "hei hei" not in everything_out(db, made)
    with store.writing() as db:
        moderation.decide(db, planner, made, id, "released", now=a.NOW)
    with store.reading() as db:
        assert "hei hei" in everything_out(db, made)


def test_no_pseudonym_ever_leaves(store: Store) -> None:
    made, where, _ = a.settled(store)
    with store.writing() as db:
        actors = a.crowd(db, where, a.at(0, 0), 5)
        a.route(db, actors[0], a.along((-1500, 0), (0, 0)))
    with store.reading() as db:
        out = everything_out(db, made)
    for actor in actors:
        assert str(actor.participant_id) not in out
        assert actor.alias not in out


def test_a_sensitive_sticker_reaches_an_adult_and_nobody_else(store: Store) -> None:
    made, where, _ = a.settled(store)
    with store.writing() as db:
        a.crowd(db, where, a.at(0, 0), 6, group="bad", category="mean")
    with store.reading() as db:
        assert "mean" not in everything_out(db, made)
        assert len(a.index(db, made).hexagons(Selection())[0]) == 0
        waiting, total = moderation.queue(db, made, state="pending")
    assert total == 6
    assert all(item.sensitive for item in waiting)


@given(
    people=st.lists(st.tuples(st.integers(0, 9), st.integers(-3, 3), st.integers(-3, 3)), max_size=60),
    minimum=st.integers(3, 10),
)
def test_no_published_figure_is_of_fewer_people_than_the_minimum(people: Any, minimum: int) -> None:
    process = Process(minimum_people=minimum, hexagon_m=100, export_epsg=a.EPSG)
    x = np.array([p[1] * 100.0 for p in people] or [0.0])[: len(people)]
    y = np.array([p[2] * 100.0 for p in people] or [0.0])[: len(people)]
    from gis import grid

    cells = grid.cells(x, y, 100.0)
    keys, inverse = np.unique(cells, return_inverse=True)
    counts = np.array(
        [len({p[0] for p, k in zip(people, inverse, strict=True) if k == n}) for n in range(len(keys))], int
    )
    layer = publication.hexagons(process, {"all": (keys, counts, counts)})
    batch = layer.collect()
    for count, shown, withheld in zip(counts, batch.columns["people"], batch.columns["withheld"], strict=True):
        assert (shown is None) == bool(withheld) == bool(0 < count < minimum)


def test_a_release_holds_classes_never_counts_and_never_changes(store: Store) -> None:
    made, where, _ = a.settled(store)
    with store.writing() as db:
        a.crowd(db, where, a.at(0, 0), 7)
        a.crowd(db, where, a.at(600, 0), 2)
        index = a.index(db, made)
        first = publication.release(db, made, analysis.hexagons_by_group(index), now=a.NOW)
        shown = {(c["people_from"], c["people_to"], c["withheld"]) for c in first.cells}
        assert shown == {(5, 9, False), (1, 4, True)}
    with store.writing() as db:
        a.crowd(db, where, a.at(0, 0), 1)
        index = a.index(db, made)
        second = publication.release(db, made, analysis.hexagons_by_group(index), now=a.NOW)
        assert second.number == 2
        assert second.cells == first.cells, "one child more shows in no release"
        assert publication.latest_release(db, made).number == 2
        assert len(publication.public_hexagons(second).collect()) == 2


def test_nothing_published_is_said_so(embedded: Store) -> None:
    made, _, _ = a.settled(embedded)
    with embedded.reading() as db, pytest.raises(NotFound) as refused:
        publication.latest_release(db, made)
    assert refused.value.code == "nothing_published"


def test_batches_hold_every_row_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    made, where, _ = a.settled(store)
    monkeypatch.setattr(voices, "BATCH", 4)
    with store.writing() as db:
        ids = {str(a.place(db, a.pupil(db, where), a.at(n, n))) for n in range(11)}
    with store.reading() as db:
        layer = publication.contributions(db, made, "place")
        batches = list(layer.batches())
        assert publication.count(db, made, "place") == 11
    assert [len(batch) for batch in batches] == [4, 4, 3]
    assert {id for batch in batches for id in batch.values("id")} == ids


def test_another_process_is_another_world(store: Store) -> None:
    _, where, _ = a.settled(store)
    with store.writing() as db:
        other = a.process(db, slug="giske", municipality="1532")
        a.crowd(db, where, a.at(0, 0), 6)
    with store.reading() as db:
        assert publication.count(db, other, "place") == 0
        assert len(a.index(db, other).hexagons(Selection())[0]) == 0


def test_forgetting_after_the_retention_date_leaves_nothing_of_anyone(store: Store) -> None:
    from app.errors import Conflict

    made, where, _ = a.settled(store)
    with store.writing() as db:
        actor = a.pupil(db, where)
        a.route(db, actor, a.along((-1500, 0), (0, 0)), comment="x")
        with pytest.raises(Conflict):
            erasure.forget_expired(db, db.get_one(Process, made.id), a.NOW)
        process = db.get_one(Process, made.id)
        process.retention = a.NOW.date().replace(year=2025)
        db.flush()
        assert erasure.forget_expired(db, process, a.NOW) == 1
    with store.reading() as db:
        rows = db.execute(select(Contribution.geometry, Contribution.comment, Contribution.state)).all()
        assert rows == [(None, None, "erased")]
        with pytest.raises(Exception, match="token_unknown"):
            participants.authenticate(db, "any", a.NOW)


def test_evidence_in_an_area_is_what_lies_in_it(store: Store) -> None:
    made, where, _ = a.settled(store)
    with store.writing() as db:
        a.crowd(db, where, a.at(0, 0), 6, group="bad", category="dark")
        a.crowd(db, where, a.at(700, 0), 6, group="bad", category="dark")
        a.crowd(db, where, a.at(0, 0), 6, group="good", category="nice")
        index = a.index(db, made)
        areas = [area for area in analysis.derive_areas(db, made, index, a.NOW) if area.group == "bad"]
        for area in areas:
            found = voices.area_contributions(db, made, area)
            assert len(found) == 6
            assert all(shapely.covers(area.geometry, row.geometry) for row in found)
            assert {row.group for row in found} == {"bad"}
    assert len({uuid4() for _ in areas}) == 2
