"""What planners see: an index that follows changes, filters, areas whose ids last."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from app.errors import NotFound
from app.model import Contribution, Process
from app.services import analysis, contributions, moderation, processes
from app.services.index import Index, Indexes, Selection, drop_snapshots, snapshot
from app.store import Session, Store
from tests import builders as a


def settled(store: Store) -> tuple[Any, Any, Any]:
    with store.writing() as db:
        made = a.process(db)
        return made, a.arena(db, made), a.officer(db)


def fresh(db: Session, process: Process) -> Index:
    found = Index(process)
    found.refresh(db, process)
    return found


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
        anew = fresh(db, made)
    assert seen(following) == seen(anew)
    assert (
        following.view(Selection(), "place").counts(15)[1].tolist()
        == anew.view(Selection(), "place").counts(15)[1].tolist()
    )


def _number(db: Session, id: Any) -> int:
    from sqlalchemy import select

    return int(db.scalar(select(contributions.Contribution.number).where(contributions.Contribution.id == id)) or 0)


def test_a_refresh_without_changes_does_nothing(store: Store) -> None:
    made, where, _ = settled(store)
    with store.writing() as db:
        a.crowd(db, where, a.at(0, 0), 5)
    with store.reading() as db:
        index = Index(made)
        assert index.refresh(db, made) is True
        assert index.refresh(db, made) is False
        assert index.generation == 1


def test_indexes_look_for_changes_twice_a_second_and_start_anew_with_a_new_version(store: Store) -> None:
    made, where, _ = settled(store)
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
        fresh(db, made).save(path)
    with store.writing() as db:
        contributions.erase(db, leaving, gone, a.NOW)
        a.crowd(db, where, a.at(500, 0), 5, group="good", category="nice")
    with store.reading() as db:
        kept = Index(made)
        assert kept.load(path, db, made)
        assert told(kept) == told(fresh(db, made))
        kept.save(path)
        again = Index(made)
        assert again.load(path, db, made)
        assert told(again) == told(fresh(db, made))
        assert len(again._numbers) == len(again.rows(Selection()))


def test_an_index_of_another_history_is_not_taken(store: Store, tmp_path: Any) -> None:
    path = tmp_path / "index.sni"
    with store.writing() as db:
        made, _ = filled(db)
    with store.reading() as db:
        full = fresh(db, made)
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
        fresh(db, made).save(path)
        newest = select(func.max(Contribution.number)).scalar_subquery()
        db.execute(delete(Contribution).where(Contribution.number == newest))
        assert not Index(made).load(path, db, made), "the database has lost what was stored last"
    with store.writing() as db:
        fresh(db, made).save(path)
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
        assert told(Indexes(tmp_path).get(db, made, a.NOW)) == told(fresh(db, made))
        drop_snapshots(tmp_path, made.id)
        assert not path.exists()


def test_an_index_that_cannot_be_kept_works_all_the_same(embedded: Store, tmp_path: Any) -> None:
    (tmp_path / "index").write_text("a file where the folder should be")
    with embedded.writing() as db:
        made, _ = filled(db)
        assert told(Indexes(tmp_path).get(db, made, a.NOW)) == told(fresh(db, made))


@pytest.mark.parametrize(
    ("selection", "people"),
    [
        (Selection(), 14),
        (Selection(kinds=frozenset({"route"})), 1),
        (Selection(groups=frozenset({"bad"})), 6),
        (Selection(groups=frozenset({"bad", "good"})), 13),
        (Selection(categories=frozenset({"dark"})), 6),
        (Selection(feelings=frozenset({"good"})), 7),
        (Selection(modes=frozenset({"cycle"})), 1),
        (Selection(modes=frozenset({"walk"})), 0),
        (Selection(grades=frozenset({5})), 7),
        (Selection(grades=frozenset({5, 7})), 14),
        (Selection(grades=frozenset({9})), 0),
        (Selection(since=date(2026, 11, 23)), 14),
        (Selection(since=date(2026, 11, 24)), 0),
        (Selection(until=date(2026, 11, 22)), 0),
        (Selection(groups=frozenset({"nonsense"})), 0),
    ],
)
def test_every_filter_leaves_what_it_says(embedded: Store, selection: Selection, people: int) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        by, _ = a.host(db, made)
        five, seven = a.school_class(db, by, "5A", 5), a.school_class(db, by, "7A", 7)
        a.crowd(db, five, a.at(0, 0), 6, group="bad", category="dark")
        a.crowd(db, seven, a.at(0, 0), 7, group="good", category="nice")
        a.route(db, a.pupil(db, five), a.along((-2000, 0), (0, 0)), mode="cycle")
        index = fresh(db, made)
        assert index.figures(index.rows(selection))[0] == people


def test_a_filter_by_arena(embedded: Store) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        by, _ = a.host(db, made)
        one, other = a.school_class(db, by, "5A"), a.school_class(db, by, "5B")
        a.crowd(db, one, a.at(0, 0), 6)
        a.crowd(db, other, a.at(0, 0), 3)
        index = fresh(db, made)
        assert index.figures(index.rows(Selection(arenas=frozenset({other.id}))))[0] == 3


def areas_by_id(db: Session, process: Process, group: str = "bad") -> dict[str, Any]:
    found = analysis.derive_areas(db, process, fresh(db, process), a.NOW)
    return {area.public_id: area for area in found if area.group == group}


def test_an_area_keeps_its_id_while_it_grows_and_gets_it_back_when_it_returns(store: Store) -> None:
    made, where, planner = settled(store)
    with store.writing() as db:
        a.crowd(db, where, a.at(0, 0), 6, group="bad", category="dark")
        first = areas_by_id(db, made)
    assert list(first) == ["BORGEN-O001"]
    with store.writing() as db:
        a.crowd(db, where, a.at(15, 10), 8, group="bad", category="dark")
        a.crowd(db, where, a.at(900, 0), 5, group="bad", category="litter")
        assert list(areas_by_id(db, made)) == ["BORGEN-O001", "BORGEN-O002"]
    with store.writing() as db:
        index = fresh(db, made)
        rows = index.rows(Selection())
        assert len(rows) == 19
        from sqlalchemy import update

        from app.model import Contribution
        from app.store import next_change

        db.execute(
            update(Contribution)
            .where(Contribution.category == "dark")
            .values(state="hidden", change=next_change(Contribution))
        )
        assert list(areas_by_id(db, made)) == ["BORGEN-O002"]
        assert analysis.area(db, made, "BORGEN-O001").state == "gone"
        db.execute(
            update(Contribution)
            .where(Contribution.category == "dark")
            .values(state="pending", change=next_change(Contribution))
        )
        assert set(areas_by_id(db, made)) == {"BORGEN-O001", "BORGEN-O002"}
    assert planner.municipality == made.municipality


def test_areas_of_different_groups_in_one_place_are_different_areas(store: Store) -> None:
    made, where, _ = settled(store)
    with store.writing() as db:
        for group, category in (("bad", "dark"), ("good", "nice"), ("wish", "light"), ("activity", "play")):
            a.crowd(db, where, a.at(0, 0), 5, group=group, category=category)
        found = analysis.derive_areas(db, made, fresh(db, made), a.NOW)
    assert len({area.public_id for area in found}) == 4


def test_the_figures_of_an_area_follow_the_filter_and_hide_the_few(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        by, _ = a.host(db, made)
        five, seven = a.school_class(db, by, "5A", 5), a.school_class(db, by, "7A", 7)
        a.crowd(db, five, a.at(0, 0), 6, group="bad", category="dark")
        a.crowd(db, seven, a.at(0, 0), 3, group="bad", category="litter")
        index = fresh(db, made)
        (area,) = analysis.derive_areas(db, made, index, a.NOW)
        everyone = analysis.area_figures(index, [area], Selection())[area.id]
        few = analysis.area_figures(index, [area], Selection(grades=frozenset({7})))[area.id]
        other = analysis.area_figures(index, [area], Selection(groups=frozenset({"good"})))[area.id]
    assert (everyone.people, everyone.registrations) == (9, 9)
    assert everyone.categories == [
        {"category": "dark", "people": 6, "registrations": 6},
        {"category": "litter", "people": None, "registrations": None},
    ]
    assert (few.people, few.registrations) == (None, None)
    assert (other.people, other.categories) == (None, [])


def test_a_class_of_four_makes_no_area(store: Store) -> None:
    made, where, _ = settled(store)
    with store.writing() as db:
        a.crowd(db, where, a.at(0, 0), 4, group="bad", category="dark")
        assert areas_by_id(db, made) == {}


@pytest.mark.parametrize("tile", [(30, 0, 0), (-1, 0, 0), (3, 9, 0)])
def test_a_tile_outside_the_world_is_not_found(embedded: Store, tile: tuple[int, int, int]) -> None:
    made, _, _ = settled(embedded)
    with embedded.reading() as db, pytest.raises(NotFound):
        analysis.heat_tile(fresh(db, made), Selection(), "place", *tile)


def ticks(index: Index, kind: str, selection: Selection = Selection()) -> list[int]:  # noqa: B008
    return [tick["people"] for tick in analysis.heat_scale(index, selection, kind, 16)["ticks"]]


def test_a_difference_is_of_those_who_feel_well_and_those_who_do_not(store: Store) -> None:
    made, where, _ = settled(store)
    with store.writing() as db:
        a.crowd(db, where, a.at(0, 0), 12, group="bad", category="dark")
        a.crowd(db, where, a.at(0, 0), 7, group="good", category="nice")
        a.crowd(db, where, a.at(0, 0), 40, group="activity", category="play")
        index = fresh(db, made)

    def drawn(**chosen: Any) -> bytes | None:
        return analysis.heat_tile(index, Selection(**chosen), "difference", 14, *_tile(14))

    assert ticks(index, "difference") == [5, 12]
    assert ticks(index, "difference", Selection(feelings=frozenset({"good"}))) == [7]
    assert len({drawn(), drawn(feelings=frozenset({"good"})), drawn(feelings=frozenset({"bad"}))}) == 3
    assert drawn(feelings=frozenset({"good", "bad"})) == drawn()
    assert drawn(feelings=frozenset({"neutral"})) is None
    assert drawn(groups=frozenset({"activity"})) is None


def test_two_groups_that_are_each_too_few_make_no_difference_together(store: Store) -> None:
    made, where, _ = settled(store)
    with store.writing() as db:
        a.crowd(db, where, a.at(0, 0), 4, group="bad", category="dark")
        a.crowd(db, where, a.at(0, 0), 4, group="good", category="nice")
        index = fresh(db, made)
    assert analysis.heat_tile(index, Selection(), "place", 14, *_tile(14)) is not None
    assert analysis.heat_tile(index, Selection(), "difference", 14, *_tile(14)) is None
    assert ticks(index, "place") == [5, 8]
    assert ticks(index, "difference") == []


def test_a_picture_of_a_view_and_a_tile_of_the_same_ground_are_the_same(embedded: Store) -> None:
    made, where, _ = settled(embedded)
    with embedded.writing() as db:
        a.crowd(db, where, a.at(0, 0), 9)
        index = fresh(db, made)
    z, x, y = 13, *_tile(13)
    west, east = (each / 2**z * 360 - 180 for each in (x, x + 1))
    south, north = (np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * each / 2**z)))) for each in (y + 1, y))
    whole = analysis.heat_picture(index, Selection(), "place", (west, south, east, north), size=256)
    tile = analysis.heat_tile(index, Selection(), "place", z, x, y, latitude=(south + north) / 2)
    assert whole is not None
    assert whole == tile


def test_both_stores_give_the_same_tile_and_the_same_hexagons(sqlite_url: str, postgis_url: str) -> None:
    found = []
    for url in (sqlite_url, postgis_url):
        store = Store(url)
        made, where, _ = settled(store)
        with store.writing() as db:
            a.crowd(db, where, a.at(0, 0), 9)
            for number in range(6):
                a.route(db, a.pupil(db, where), a.along((-2000, 200), (-900, 0), (0, 0)), seed=number)
            index = fresh(db, made)
            layer = analysis.hexagon_layer(index, made, Selection()).collect()
            z, x, y = 14, *_tile(14)
            tiles = [analysis.heat_tile(index, Selection(), kind, z, x, y) for kind in ("place", "route")]
        found.append((tiles, layer.columns, [g.wkt for g in layer.geometry]))
        store.dispose()
    assert found[0] == found[1]
    assert found[0][0][0] is not None


def _tile(z: int) -> tuple[int, int]:
    point = a.at(0, 0)
    y = 0.5 - np.arcsinh(np.tan(np.radians(point.y))) / (2 * np.pi)
    return int((point.x / 360 + 0.5) * 2**z), int(y * 2**z)


def test_a_masked_away_route_counts_in_figures_but_nowhere_on_the_map(store: Store) -> None:
    made, where, _ = settled(store)
    with store.writing() as db:
        for _ in range(6):
            a.route(db, a.pupil(db, where), a.along((-120, 0), (0, 0)))
        index = fresh(db, made)
    assert index.figures(index.rows(Selection()))[0] == 6
    assert seen(index) == {}
    assert shapely.is_empty(shapely.Point())
