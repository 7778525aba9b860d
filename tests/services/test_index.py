"""The index: what it follows, what is kept on disk, and when that is taken again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from app.model import Contribution, Process
from app.services import contributions, moderation, processes
from app.services.index import Index, Indexes, Selection, drop_snapshots, snapshot
from app.store import Session, Store
from tests import builders as a


def seen(index: Index, selection: Selection = Selection()) -> dict[int, tuple[int, int]]:  # noqa: B008
    keys, people, registrations = index.hexagons(selection)
    return {int(k): (int(p), int(r)) for k, p, r in zip(keys, people, registrations, strict=True)}


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 3), st.sampled_from(["put", "erase", "hide", "show"])), max_size=14
    )
)
def test_an_index_that_followed_every_change_is_one_made_anew(embedded: Store, story: Any) -> None:
    with embedded.writing() as db:
        made = a.process(db, slug=f"p{np.random.default_rng().integers(10**9)}"[:6].lower() + "x")
        where = a.arena(db, made)
        planner = a.officer(db, username=made.slug)
        actors = [a.pupil(db, where) for _ in range(5)]
    following = Index(made)
    ids: dict[tuple[int, int], Any] = {}
    for who, spot, what in story:
        with embedded.writing() as db:
            key = (who, spot)
            if what == "put":
                ids[key] = a.place(db, actors[who], a.at(spot * 150, who), id=ids.get(key))
            elif key in ids and what == "erase":
                contributions.erase(db, actors[who], ids[key], a.NOW)
            elif key in ids:
                state = db.get_one(contributions.Contribution, _number(db, ids[key])).state
                if state != "erased":
                    verdict = "hidden" if what == "hide" else "released"
                    moderation.decide(db, planner, made, ids[key], verdict, now=a.NOW)
        with embedded.reading() as db:
            following.refresh(db, made)
    with embedded.reading() as db:
        following.refresh(db, made)
        anew = a.index(db, made)
    assert seen(following) == seen(anew)
    assert (
        following.view(Selection(), "place").counts(15)[1].tolist()
        == anew.view(Selection(), "place").counts(15)[1].tolist()
    )


def _number(db: Session, id: Any) -> int:
    from sqlalchemy import select

    return int(db.scalar(select(contributions.Contribution.number).where(contributions.Contribution.id == id)) or 0)


def test_a_refresh_without_changes_does_nothing(store: Store) -> None:
    made, where, _ = a.settled(store)
    with store.writing() as db:
        a.crowd(db, where, a.at(0, 0), 5)
    with store.reading() as db:
        index = Index(made)
        assert index.refresh(db, made) is True
        assert index.refresh(db, made) is False
        assert index.generation == 1


def test_indexes_look_for_changes_twice_a_second_and_start_anew_with_a_new_version(store: Store) -> None:
    made, where, _ = a.settled(store)
    indexes = Indexes()
    with store.reading() as db:
        first = indexes.get(db, made, a.NOW)
    with store.writing() as db:
        a.crowd(db, where, a.at(0, 0), 5)
    with store.reading() as db:
        assert indexes.get(db, made, a.NOW + timedelta(milliseconds=400)).generation == 0
        assert indexes.get(db, made, a.NOW + timedelta(milliseconds=500)).generation == 1
    with store.writing() as db:
        process = db.get_one(Process, made.id)
        processes.touch(db, process)
    with store.reading() as db:
        assert indexes.get(db, db.get_one(Process, made.id), a.NOW + timedelta(seconds=2)) is not first


SELECTIONS = (
    Selection(),
    Selection(kinds=frozenset({"route"})),
    Selection(groups=frozenset({"bad"}), grades=frozenset({5})),
    Selection(seasons=frozenset({"winter"})),
    Selection(since=date(2026, 11, 23), modes=frozenset({"cycle"})),
)


def told(index: Index) -> Any:
    """Everything one can ask an index."""
    return [
        (
            seen(index, selection),
            [[array.tolist() for array in index.view(selection, kind).counts(18)] for kind in ("place", "route")],
            [sorted(array.tolist()) for array in index.points(selection)[1:]],
            index.figures(index.rows(selection)),
            index.by_category(index.rows(selection)),
        )
        for selection in SELECTIONS
    ]


def filled(db: Session) -> tuple[Process, Any]:
    made = a.process(db)
    where = a.arena(db, made)
    a.crowd(db, where, a.at(0, 0), 7, group="bad", category="dark", season="winter")
    for _ in range(6):
        a.route(db, a.pupil(db, where), a.along((-2000, 0), (0, 0), (900, 300)), mode="cycle")
    a.area(db, a.pupil(db, a.open_map(db, made)), a.square(0, 0, 200))
    return made, where


def test_an_index_kept_on_disk_follows_what_changed_since(store: Store, tmp_path: Any) -> None:
    path = tmp_path / "index.sni"
    with store.writing() as db:
        made, where = filled(db)
        leaving = a.pupil(db, where)
        gone = a.place(db, leaving, a.at(40, 40))
    with store.reading() as db:
        a.index(db, made).save(path)
    with store.writing() as db:
        contributions.erase(db, leaving, gone, a.NOW)
        a.crowd(db, where, a.at(500, 0), 5, group="good", category="nice")
    with store.reading() as db:
        kept = Index(made)
        assert kept.load(path, db, made)
        assert told(kept) == told(a.index(db, made))
        kept.save(path)
        again = Index(made)
        assert again.load(path, db, made)
        assert told(again) == told(a.index(db, made))
        assert len(again._numbers) == len(again.rows(Selection()))


def test_an_index_of_another_history_is_not_taken(store: Store, tmp_path: Any) -> None:
    path = tmp_path / "index.sni"
    with store.writing() as db:
        made, _ = filled(db)
    with store.reading() as db:
        full = a.index(db, made)
        full.save(path)
        assert Index(made).load(path, db, made)
        full._watermark += 1_000_000
        full.save(path)
        assert not Index(made).load(path, db, made), "the database is older than the file"
        full._watermark -= 1_000_000
        full.save(path)
        path.write_bytes(b"SNI1" + path.read_bytes()[20:])
        assert not Index(made).load(path, db, made), "the file is broken"
        assert not Index(made).load(tmp_path / "none.sni", db, made)
    with store.writing() as db:
        a.index(db, made).save(path)
        newest = select(func.max(Contribution.number)).scalar_subquery()
        db.execute(delete(Contribution).where(Contribution.number == newest))
        assert not Index(made).load(path, db, made), "the database has lost what was stored last"
    with store.writing() as db:
        a.index(db, made).save(path)
        process = db.get_one(Process, made.id)
        processes.touch(db, process)
        assert not Index(process).load(path, db, process), "the process's settings are others"


def test_a_new_worker_begins_with_what_an_earlier_one_kept(store: Store, tmp_path: Any) -> None:
    with store.writing() as db:
        made, where = filled(db)
    path = snapshot(tmp_path, made.id)
    with store.reading() as db:
        first = Indexes(tmp_path)
        first.get(db, made, a.NOW)
        assert path.stat().st_mode & 0o077 == 0
        kept = path.read_bytes()
    with store.writing() as db:
        a.crowd(db, where, a.at(500, 0), 5)
    with store.reading() as db:
        first.get(db, made, a.NOW + timedelta(minutes=1))
        assert path.read_bytes() == kept, "not again so soon"
        first.get(db, made, a.NOW + timedelta(minutes=11))
        assert path.read_bytes() != kept
        assert told(Indexes(tmp_path).get(db, made, a.NOW)) == told(a.index(db, made))
        drop_snapshots(tmp_path, made.id)
        assert not path.exists()


def test_an_index_that_cannot_be_kept_works_all_the_same(embedded: Store, tmp_path: Any) -> None:
    (tmp_path / "index").write_text("a file where the folder should be")
    with embedded.writing() as db:
        made, _ = filled(db)
        assert told(Indexes(tmp_path).get(db, made, a.NOW)) == told(a.index(db, made))


def test_an_edition_names_the_data_for_every_worker(store: Store, tmp_path: Any) -> None:
    with store.writing() as db:
        made, where = filled(db)
    with store.reading() as db:
        first, other, path = a.index(db, made), a.index(db, made), tmp_path / "index.sni"
        first.save(path)
        assert first.edition == other.edition != Index(made).edition
    with store.writing() as db:
        a.crowd(db, where, a.at(500, 0), 5)
    with store.reading() as db:
        anew, kept, before = a.index(db, made), Index(made), first.edition
        assert kept.load(path, db, made)
        first.refresh(db, made)
        assert before != first.edition == anew.edition == kept.edition
        assert other.generation == anew.generation, "a count of refreshes cannot tell them apart"
