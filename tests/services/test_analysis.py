"""What planners see: an index that follows changes, filters, areas whose ids last."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely

from app.errors import NotFound
from app.model import Process
from app.services import analysis
from app.services.index import Index, Selection
from app.store import Session, Store
from tests import builders as a


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
        index = a.index(db, made)
        assert index.figures(index.rows(selection))[0] == people


def test_a_filter_by_arena(embedded: Store) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        by, _ = a.host(db, made)
        one, other = a.school_class(db, by, "5A"), a.school_class(db, by, "5B")
        a.crowd(db, one, a.at(0, 0), 6)
        a.crowd(db, other, a.at(0, 0), 3)
        index = a.index(db, made)
        assert index.figures(index.rows(Selection(arenas=frozenset({other.id}))))[0] == 3


def areas_by_id(db: Session, process: Process, group: str = "bad") -> dict[str, Any]:
    found = analysis.derive_areas(db, process, a.index(db, process), a.NOW)
    return {area.public_id: area for area in found if area.group == group}


def test_an_area_keeps_its_id_while_it_grows_and_gets_it_back_when_it_returns(store: Store) -> None:
    made, where, planner = a.settled(store)
    with store.writing() as db:
        a.crowd(db, where, a.at(0, 0), 6, group="bad", category="dark")
        first = areas_by_id(db, made)
    assert list(first) == ["BORGEN-O001"]
    with store.writing() as db:
        a.crowd(db, where, a.at(15, 10), 8, group="bad", category="dark")
        a.crowd(db, where, a.at(900, 0), 5, group="bad", category="litter")
        assert list(areas_by_id(db, made)) == ["BORGEN-O001", "BORGEN-O002"]
    with store.writing() as db:
        index = a.index(db, made)
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
    made, where, _ = a.settled(store)
    with store.writing() as db:
        for group, category in (("bad", "dark"), ("good", "nice"), ("wish", "light"), ("activity", "play")):
            a.crowd(db, where, a.at(0, 0), 5, group=group, category=category)
        found = analysis.derive_areas(db, made, a.index(db, made), a.NOW)
    assert len({area.public_id for area in found}) == 4


def test_the_figures_of_an_area_follow_the_filter_and_hide_the_few(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        by, _ = a.host(db, made)
        five, seven = a.school_class(db, by, "5A", 5), a.school_class(db, by, "7A", 7)
        a.crowd(db, five, a.at(0, 0), 6, group="bad", category="dark")
        a.crowd(db, seven, a.at(0, 0), 3, group="bad", category="litter")
        index = a.index(db, made)
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
    made, where, _ = a.settled(store)
    with store.writing() as db:
        a.crowd(db, where, a.at(0, 0), 4, group="bad", category="dark")
        assert areas_by_id(db, made) == {}


@pytest.mark.parametrize("tile", [(30, 0, 0), (-1, 0, 0), (3, 9, 0)])
def test_a_tile_outside_the_world_is_not_found(embedded: Store, tile: tuple[int, int, int]) -> None:
    made, _, _ = a.settled(embedded)
    with embedded.reading() as db, pytest.raises(NotFound):
        analysis.heat_tile(a.index(db, made), Selection(), "place", *tile)


def ticks(index: Index, kind: str, selection: Selection = Selection()) -> list[int]:  # noqa: B008
    return [tick["people"] for tick in analysis.heat_scale(index, selection, kind, 16)["ticks"]]


def test_a_difference_is_of_those_who_feel_well_and_those_who_do_not(store: Store) -> None:
    made, where, _ = a.settled(store)
    with store.writing() as db:
        a.crowd(db, where, a.at(0, 0), 12, group="bad", category="dark")
        a.crowd(db, where, a.at(0, 0), 7, group="good", category="nice")
        a.crowd(db, where, a.at(0, 0), 40, group="activity", category="play")
        index = a.index(db, made)

    def drawn(**chosen: Any) -> bytes | None:
        return analysis.heat_tile(index, Selection(**chosen), "difference", 14, *_tile(14))

    assert ticks(index, "difference") == [5, 12]
    assert ticks(index, "difference", Selection(feelings=frozenset({"good"}))) == [7]
    assert len({drawn(), drawn(feelings=frozenset({"good"})), drawn(feelings=frozenset({"bad"}))}) == 3
    assert drawn(feelings=frozenset({"good", "bad"})) == drawn()
    assert drawn(feelings=frozenset({"neutral"})) is None
    assert drawn(groups=frozenset({"activity"})) is None


def test_two_groups_that_are_each_too_few_make_no_difference_together(store: Store) -> None:
    made, where, _ = a.settled(store)
    with store.writing() as db:
        a.crowd(db, where, a.at(0, 0), 4, group="bad", category="dark")
        a.crowd(db, where, a.at(0, 0), 4, group="good", category="nice")
        index = a.index(db, made)
    assert analysis.heat_tile(index, Selection(), "place", 14, *_tile(14)) is not None
    assert analysis.heat_tile(index, Selection(), "difference", 14, *_tile(14)) is None
    assert ticks(index, "place") == [5, 8]
    assert ticks(index, "difference") == []


def test_a_picture_of_a_view_and_a_tile_of_the_same_ground_are_the_same(embedded: Store) -> None:
    made, where, _ = a.settled(embedded)
    with embedded.writing() as db:
        a.crowd(db, where, a.at(0, 0), 9)
        index = a.index(db, made)
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
        made, where, _ = a.settled(store)
        with store.writing() as db:
            a.crowd(db, where, a.at(0, 0), 9)
            for number in range(6):
                a.route(db, a.pupil(db, where), a.along((-2000, 200), (-900, 0), (0, 0)), seed=number)
            index = a.index(db, made)
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
    made, where, _ = a.settled(store)
    with store.writing() as db:
        for _ in range(6):
            a.route(db, a.pupil(db, where), a.along((-120, 0), (0, 0)))
        index = a.index(db, made)
    assert index.figures(index.rows(Selection()))[0] == 6
    assert len(index.hexagons(Selection())[0]) == 0
    assert shapely.is_empty(shapely.Point())
