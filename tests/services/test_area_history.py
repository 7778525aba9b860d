"""Areas as they are computed again and again: ids, history, and what people wrote there; on both stores."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, update

from app.errors import Invalid, TooLarge
from app.model import Area, AreaHistory, Contribution, Participant, Process
from app.services import analysis, area_history, area_words, moderation
from app.services.index import Index, Selection
from app.store import Session, Store, next_change
from gis import areas as clustering
from tests import builders as a


class Desk:
    """A process whose areas are computed once a day."""

    def __init__(self, store: Store) -> None:
        self.store, self.day = store, 0
        with store.writing() as db:
            self.process = a.process(db)
            self.arena = a.arena(db, self.process)

    def put(self, x: float, y: float, people: int, category: str = "dark", group: str = "bad", **answers: Any) -> None:
        with self.store.writing() as db:
            a.crowd(db, self.arena, a.at(x, y), people, group=group, category=category, **answers)

    def show(self, state: str, *categories: str) -> None:
        """Hide or put back everything of some categories."""
        with self.store.writing() as db:
            db.execute(
                update(Contribution)
                .where(Contribution.category.in_(categories))
                .values(state=state, change=next_change(Contribution))
            )

    def compute(self, **way: Any) -> dict[str, Area]:
        self.day += 1
        with self.store.writing() as db:
            now = a.NOW + timedelta(days=self.day)
            found = analysis.derive_areas(db, db.get_one(Process, self.process.id), fresh(db, self.process), now, **way)
            return {area.public_id.removeprefix("BORGEN-"): area for area in found}

    def told(self) -> dict[str, list[tuple[Any, ...]]]:
        """Of each area: (day, event, others)."""
        with self.store.reading() as db:
            areas = list(db.scalars(select(Area).order_by(Area.number)))
            histories = area_history.of(db, areas)
            return {
                area.public_id.removeprefix("BORGEN-"): [
                    ((row.at - a.NOW).days, row.event, *(id.removeprefix("BORGEN-") for id in row.others))
                    for row in histories[area.id]
                ]
                for area in areas
            }


def fresh(db: Session, process: Process) -> Index:
    found = Index(process)
    found.refresh(db, process)
    return found


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_an_area_that_stays_as_it_is_has_nothing_more_to_tell(desk: Desk) -> None:
    desk.put(0, 0, 6)
    for _ in range(3):
        assert set(desk.compute()) == {"O001"}
    assert desk.told() == {"O001": [(1, "found")]}


def test_an_area_grows_and_shrinks(desk: Desk) -> None:
    desk.put(0, 0, 6, "dark")
    desk.compute()
    desk.put(40, 0, 8, "litter")
    desk.compute()
    desk.show("hidden", "litter")
    desk.compute()
    assert desk.told() == {"O001": [(1, "found"), (2, "grew"), (3, "shrank")]}


def test_two_areas_merge_and_the_larger_keeps_its_id(desk: Desk) -> None:
    desk.put(0, 0, 6, "dark")
    desk.put(140, 0, 6, "dark")
    desk.put(170, 0, 6, "dark")
    assert len(desk.compute()) == 2
    larger, smaller = sorted(desk.compute(), key=lambda id: -desk.compute()[id].geometry.area)
    for x in (40, 70, 100):
        desk.put(x, 0, 5, "litter")
    assert set(desk.compute()) == {larger}
    assert desk.told()[larger][-1][1:] == ("merged", smaller)
    assert desk.told()[smaller][-1][1:] == ("absorbed", larger)
    with desk.store.reading() as db:
        lost = analysis.area(db, desk.process, f"BORGEN-{smaller}")
        assert lost.state == "gone"
        assert [each.public_id for each in area_history.there_now(db, desk.process, lost)] == [f"BORGEN-{larger}"]


def test_an_area_splits_into_three_and_the_pieces_know_where_they_come_from(desk: Desk) -> None:
    for x, people in ((0, 6), (150, 6), (300, 6)):
        desk.put(x, 0, people, "dark")
    desk.put(180, 0, 6, "dark")
    for x in (40, 75, 110, 215, 255):
        desk.put(x, 0, 5, "litter")
    assert set(desk.compute()) == {"O001"}
    desk.show("hidden", "litter")
    assert set(desk.compute()) == {"O001", "O002", "O003"}
    told = desk.told()
    assert told["O001"][-1] == (2, "split", "O002", "O003")
    assert told["O002"] == told["O003"] == [(2, "split_off", "O001")]


def test_an_area_that_is_gone_returns_with_its_id(desk: Desk) -> None:
    desk.put(0, 0, 6, "dark")
    desk.compute()
    desk.show("hidden", "dark")
    assert desk.compute() == {}
    desk.show("pending", "dark")
    assert set(desk.compute()) == {"O001"}
    assert desk.told() == {"O001": [(1, "found"), (2, "gone"), (3, "returned")]}


def test_people_are_told_in_classes_so_that_one_child_more_does_not_show(desk: Desk) -> None:
    desk.put(0, 0, 6, "dark")
    desk.compute()
    desk.put(40, 0, 3, "dark")
    desk.compute()
    desk.put(80, 0, 9, "dark")
    desk.compute()
    desk.show("hidden", "dark")
    desk.compute()
    with desk.store.reading() as db:
        rows = list(db.scalars(select(AreaHistory).order_by(AreaHistory.number)))
    assert [(row.event, row.people_before, row.people_after) for row in rows] == [
        ("found", None, 5),
        ("grew", 5, 5),
        ("grew", 5, 15),
        ("gone", 15, None),
    ]
    sizes = [(row.square_metres_before, row.square_metres_after) for row in rows]
    assert sizes[0] == (None, sizes[1][0])
    assert sizes[1][1] == sizes[2][0]
    assert sizes[3] == (sizes[2][1], None)
    assert 2500 < sizes[1][0] < sizes[1][1] < sizes[2][1]


def test_areas_of_each_category_stand_for_themselves_and_the_groups_areas_keep_their_ids(desk: Desk) -> None:
    desk.put(0, 0, 6, "dark")
    desk.put(0, 0, 6, "litter")
    desk.put(0, 0, 4, "mean")
    assert {(area.group, area.category) for area in desk.compute().values()} == {("bad", None)}
    found = desk.compute(by="category")
    assert {(area.group, area.category) for area in found.values()} == {("bad", "dark"), ("bad", "litter")}
    with desk.store.reading() as db:
        index = fresh(db, desk.process)
        figures = analysis.area_figures(index, list(found.values()), Selection())
        assert {figures[area.id].people for area in found.values()} == {6}
        narrowed = Selection(categories=frozenset({"litter"}))
        by_category = {
            area.category: analysis.area_figures(index, [area], narrowed)[area.id].people for area in found.values()
        }
        assert by_category == {"dark": None, "litter": 6}
        aside = analysis.area(db, desk.process, "BORGEN-O001")
        assert {each.public_id for each in area_history.there_now(db, desk.process, aside)} == {
            area.public_id for area in found.values()
        }
    assert set(desk.compute()) == {"O001"}
    assert desk.told() == {
        "O001": [(1, "found"), (2, "set_aside"), (3, "returned")],
        "O002": [(2, "found"), (3, "set_aside")],
        "O003": [(2, "found"), (3, "set_aside")],
    }


def test_a_category_of_too_few_people_makes_no_area_of_its_own(desk: Desk) -> None:
    desk.put(0, 0, 4, "dark")
    desk.put(0, 0, 4, "litter")
    assert len(desk.compute()) == 1
    assert desk.compute(by="category") == {}


def test_the_method_for_uneven_density_finds_scattered_places_and_keeps_ids(desk: Desk) -> None:
    desk.put(0, 0, 12)
    for step in range(6):
        desk.put(1500 + 100 * step, 1000, 1)
    assert {id: area.method for id, area in desk.compute().items()} == {"O001": "dbscan"}
    found = desk.compute(method="hdbscan")
    assert {id: area.method for id, area in found.items()} == {"O001": "hdbscan", "O002": "hdbscan"}


@pytest.mark.parametrize(
    ("way", "field"), [({"by": "feeling"}, "by"), ({"method": "kmeans"}, "method"), ({"by": ""}, "by")]
)
def test_an_unknown_way_is_refused_and_changes_nothing(desk: Desk, way: dict[str, str], field: str) -> None:
    desk.put(0, 0, 6)
    with pytest.raises(Invalid) as refused:
        desk.compute(**way)
    assert (refused.value.code, refused.value.field) == ("value_unknown", field)
    assert desk.told() == {}


def test_too_many_places_for_the_method_are_refused_and_nothing_changes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(0, 0, 30)
    desk.compute()
    monkeypatch.setattr(clustering, "MOST_UNEVEN", 20)
    with pytest.raises(TooLarge) as refused:
        desk.compute(method="hdbscan")
    assert (refused.value.code, refused.value.facts) == ("areas_too_many_places", {"found": 30, "most": 20})
    assert desk.told() == {"O001": [(1, "found")]}


def test_what_the_last_computing_changed_is_counted(desk: Desk) -> None:
    with desk.store.reading() as db:
        assert area_history.latest(db, desk.process) is None
    desk.put(0, 0, 6, "dark")
    desk.put(900, 0, 6, "litter")
    desk.compute()
    desk.show("hidden", "litter")
    desk.put(40, 0, 6, "dark")
    desk.put(-900, 0, 6, "dark")
    desk.compute(method="hdbscan")
    with desk.store.reading() as db:
        latest = area_history.latest(db, desk.process)
        assert latest is not None
        assert latest.events == Counter(grew=1, found=1, gone=1)
        assert (latest.at - a.NOW, latest.by, latest.method) == (timedelta(days=2), "group", "hdbscan")
    desk.compute(method="hdbscan")
    with desk.store.reading() as db:
        latest = area_history.latest(db, desk.process)
        assert latest is not None
        assert (latest.events, latest.at - a.NOW) == (Counter(), timedelta(days=3))


def test_the_file_tells_the_history_of_each_area(desk: Desk) -> None:
    desk.put(0, 0, 6, "dark")
    desk.compute()
    desk.put(40, 0, 6, "dark")
    desk.compute()
    with desk.store.reading() as db:
        current = analysis.current_areas(db, desk.process)
        layer = analysis.area_layer(fresh(db, desk.process), current, area_history.of(db, current)).collect()
    assert layer.values("history") == ["2026-11-24 found; 2026-11-25 grew"]


def test_people_in_an_area_are_those_in_its_outline_counted_slowly(desk: Desk) -> None:
    rng = np.random.default_rng(8)
    for x, y in rng.normal(0, 60, (20, 2)):
        desk.put(x, y, 2)
    areas = list(desk.compute().values())
    with desk.store.reading() as db:
        index = fresh(db, desk.process)
        figures = analysis.area_figures(index, areas, Selection())
        for area in areas:
            rows = [
                row
                for row in db.scalars(select(Contribution).where(Contribution.kind == "place"))
                if area.geometry.intersects(row.geometry)
            ]
            assert figures[area.id].registrations == len(rows)
            assert figures[area.id].people == len({row.participant_id for row in rows})


def written(desk: Desk, id: str = "O001") -> area_words.Written:
    with desk.store.reading() as db:
        return area_words.written(db, desk.process, analysis.area(db, desk.process, f"BORGEN-{id}"))


def test_own_names_are_counted_in_people_and_the_few_are_not_told(desk: Desk) -> None:
    desk.put(0, 0, 3, own_name="Steinrøysa")
    desk.put(0, 0, 3, own_name=" steinrøysa ")
    desk.put(0, 0, 2, own_name="Ura")
    desk.put(0, 0, 6, "nice", "good", own_name="Annet")
    desk.put(900, 0, 6, own_name="Langt borte")
    with desk.store.writing() as db:
        again = a.pupil(db, desk.arena)
        for step in range(6):
            a.place(db, again, a.at(step, 0), group="bad", category="dark", own_name="Min")
    assert {id: area.group for id, area in desk.compute().items()} == {"O001": "good", "O002": "bad", "O003": "bad"}
    (near,) = [id for id in ("O002", "O003") if len(written(desk, id).names) > 1]
    assert [(name.words, name.people, name.released) for name in written(desk, near).names] == [
        ("steinrøysa", 6, False),
        ("Min", None, False),
        ("Ura", None, False),
    ]


def test_heads_of_a_group_count_in_a_name(desk: Desk) -> None:
    desk.put(0, 0, 6)
    with desk.store.writing() as db:
        pair = a.pupil(db, desk.arena)
        a.place(db, pair, a.at(0, 0), group="bad", category="dark", own_name="Ura")
        db.execute(update(Participant).where(Participant.id == pair.participant_id).values(head_count=7))
    desk.compute()
    assert [(name.words, name.people) for name in written(desk).names] == [("Ura", 7)]


def test_words_and_names_are_released_only_if_every_one_of_them_is(desk: Desk) -> None:
    desk.put(0, 0, 5, comment="her er det mørkt", own_name="Ura")
    desk.put(0, 0, 1, comment="en gang til")
    desk.compute()
    with desk.store.writing() as db:
        planner = a.officer(db)
        rows = list(db.scalars(select(Contribution).where(Contribution.own_name == "Ura")))
        for row in rows[:4]:
            moderation.decide(db, planner, desk.process, row.id, "released", now=a.NOW)
    found = written(desk)
    assert [(each.words, each.category, each.times, each.released) for each in found.said] == [
        ("her er det mørkt", "dark", 5, False),
        ("en gang til", "dark", 1, False),
    ]
    assert not found.names[0].released
    with desk.store.writing() as db:
        moderation.decide(db, planner, desk.process, rows[4].id, "released", now=a.NOW)
    found = written(desk)
    assert (found.said[0].released, found.names[0].released) == (True, True)
    with desk.store.writing() as db:
        for row in rows:
            moderation.decide(db, planner, desk.process, row.id, "hidden", now=a.NOW)
    assert [each.words for each in written(desk).said] == ["en gang til"]
    assert written(desk).names == []
