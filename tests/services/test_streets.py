"""Streets, crossings and short cuts: figures against counting one by one, too few withheld, changes followed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from sqlalchemy import select

from app.errors import NotFound
from app.model import Contribution, Participant, Process
from app.services import arenas, exports, matched, moderation, networks, participants, processes, streets
from app.services.actors import Pupil
from app.services.index import Index
from app.services.streets import Streets
from app.store import Session, Store
from gis.crs import project
from tests import builders as a

K = 3
STREETS = {
    "Storgata": a.along((-1500, 400), (1500, 400)),
    "Skolevegen": a.along((0, -1500), (0, 1500)),
    "Strandgata": a.along((-1500, 900), (1500, 900)),
}


def ground(db: Session) -> Process:
    """Two long streets that Skolevegen, the way to the school in the middle, crosses."""
    made = a.process(db, minimum_people=K)
    processes.add_named_places(
        db, made, [{"kind": "street", "name": name, "geometry": line} for name, line in STREETS.items()]
    )
    networks.put(db, made, np.array(list(STREETS.values()), dtype=object), source="test", now=a.NOW)
    return made


def found(db: Session, made: Process, index: Index | None = None) -> Streets:
    index = index or Index(made)
    index.refresh(db, made)
    return streets.of(db, made, index)


def segment(answer: Streets, name: str, *between: str) -> int:
    """The number of a street's piece between two others; the westernmost of several."""
    rows = zip(answer.segments.name, answer.segments.between, strict=True)
    found = [n for n, (called, ends) in enumerate(rows) if called == name and set(ends) == {*between}]
    return min(found, key=lambda n: float(answer.segments.geometry[n].bounds[0]))


def crossing(answer: Streets, *names: str) -> int:
    return next(n for n, each in enumerate(answer.crossings.names) if set(each) == {*names})


def walk(db: Session, actors: list[Pupil], *way: tuple[float, float], **answers: Any) -> None:
    for n, actor in enumerate(actors):
        a.route(db, actor, a.along(*((x + n % 3, y - n % 2) for x, y in way)), seed=n, **answers)


def pupils(db: Session, made: Process, many: int, name: str = "5A") -> list[Pupil]:
    where = a.arena(db, made, name)
    return [a.pupil(db, where) for _ in range(many)]


def test_people_on_a_street_are_those_of_counting_one_by_one(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        rng = np.random.default_rng(4)
        for actor in pupils(db, made, 14):
            for _ in range(2):
                x, side = rng.choice([-1300, -500, 500, 1300]), rng.choice([400, 900])
                way = [(x, side), (0, side), (0, 1300 if rng.random() < 0.5 else -1000)]
                mode = str(rng.choice(["walk", "cycle"]))
                a.route(db, actor, a.along(*way), seed=int(rng.integers(1000)), mode=mode)
        answer = found(db, made)
        told = withheld = 0
        for n, line in enumerate(answer.segments.geometry):
            everyone, walkers = slowly(db, line), slowly(db, line, mode="walk")
            assert answer.segments.people.tolist()[n] == (everyone if everyone >= K else None)
            assert answer.segments.modes["walk"].tolist()[n] in (walkers if walkers >= K else None, None)
            told, withheld = told + (everyone >= K), withheld + (0 < everyone < K)
        assert told > 3


def slowly(db: Session, street: Any, **of: str) -> int:
    """Heads of those of whose stored ways some twenty metres lie on a street, asked one by one."""
    ground = project(street, 4326, a.EPSG)
    people = {}
    for row in db.scalars(select(Contribution).filter_by(kind="route", **of)):
        drawn = None if row.geometry is None else project(row.geometry, 4326, a.EPSG)
        if drawn is not None and ground.intersection(shapely.buffer(drawn, 12, cap_style="flat")).length > 32:
            people[row.participant_id] = db.get_one(Participant, row.participant_id).head_count
    return sum(people.values())


def test_few_are_nowhere_told_of(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        few = pupils(db, made, K - 1)
        walk(db, few, (-1300, 400), (1300, 400))
        walk(db, few, (-1200, -700), (1200, -900))
        for actor in few:
            a.place(db, actor, a.at(5, 400), "bad", "crossing")
        answer = found(db, made)
        figures = [answer.segments, answer.crossings, answer.desire_lines]
        masked = [each for part in figures for each in vars(part).values() if isinstance(each, np.ma.MaskedArray)]
        masked += [*answer.segments.modes.values(), answer.people, answer.followed]
        assert sum(figure.count() for figure in masked) == 0
        assert (len(answer.segments.order), len(answer.crossings.order)) == (0, 0)


def test_who_goes_straight_over_crosses_and_both_directions_are_told_apart(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        actors = pupils(db, made, 9)
        walk(db, actors[:5], (0, 1400), (0, -1400))
        walk(db, actors[5:], (-1400, 400), (0, 400), (0, -1400))
        answer = found(db, made)
        here = crossing(answer, "Storgata", "Skolevegen")
        assert answer.crossings.people[here] == 9
        assert answer.crossings.crossing[here] == 5
        assert answer.crossings.names[here] == ["Skolevegen", "Storgata"]
        there = crossing(answer, "Strandgata", "Skolevegen")
        assert (answer.crossings.people[there], answer.crossings.crossing[there]) == (5, 5)
        assert answer.crossings.order.tolist()[:2] == [here, there]
        piece = segment(answer, "Skolevegen", "Storgata", "Strandgata")
        south = answer.segments.people[piece]
        one_way = {answer.segments.forward.tolist()[piece], answer.segments.backward.tolist()[piece]}
        assert (south, one_way) == (5, {5, None})
        assert answer.segments.confidence[piece] > 0.9


def test_a_driven_way_is_told_on_the_street_but_crosses_and_cuts_nothing(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        actors = pupils(db, made, 5)
        walk(db, actors, (0, 1400), (0, -1400), mode="car")
        walk(db, actors, (-1200, -700), (1200, -900), mode="bus")
        answer = found(db, made)
        piece = segment(answer, "Skolevegen", "Storgata", "Strandgata")
        assert answer.segments.modes["car"][piece] == 5
        assert len(answer.crossings.order) == 0
        assert len(answer.desire_lines.geometry) == 0


def test_each_stretch_counts_for_the_way_of_travelling_it_was_drawn_with(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        actors = pupils(db, made, 4)
        walk(db, actors, (-1400, 400), (0, 400), (0, 1480), mode="bus", modes=[{"from": 0.55, "mode": "walk"}])
        answer = found(db, made)
        bus, foot = (
            segment(answer, "Storgata", "", "Skolevegen"),
            segment(answer, "Skolevegen", "Storgata", "Strandgata"),
        )
        by = {mode: figures.tolist() for mode, figures in answer.segments.modes.items()}
        assert (by["bus"][bus], by["walk"][bus]) == (4, None)
        assert (by["bus"][foot], by["walk"][foot]) == (None, 4)


def test_marks_of_traffic_count_at_a_crossing_and_any_mark_along_a_street(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        where = a.arena(db, made)
        a.crowd(db, where, a.at(4, 402), 4, group="bad", category="crossing")
        a.crowd(db, where, a.at(2, 905), 5, group="bad", category="dark")
        a.crowd(db, where, a.at(0, 700), 6, group="good", category="nice")
        answer = found(db, made)
        marked, dark = crossing(answer, "Storgata", "Skolevegen"), crossing(answer, "Strandgata", "Skolevegen")
        assert answer.crossings.unsafe.tolist()[marked] == 4
        assert answer.crossings.unsafe.tolist()[dark] is None
        piece = segment(answer, "Skolevegen", "Storgata", "Strandgata")
        assert answer.segments.unsafe[piece] == 9
        assert answer.segments.safe[piece] == 6
        assert answer.crossings.order.tolist() == [marked]


def test_where_enough_go_and_no_street_does_is_a_short_cut_but_not_the_school_yard(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        walk(db, pupils(db, made, 6), (-1400, 400), (-500, 400), (0, 0))
        walk(db, pupils(db, made, 5, "5B"), (0, 1400), (0, 40), (45, 0))
        answer = found(db, made)
        (shape,) = answer.desire_lines.geometry
        assert answer.desire_lines.people.tolist() == [6]
        line = a.metres(shape)
        assert shapely.distance(line, shapely.Point(-250, 200)) < 12
        assert 350 < line.length < 640
        assert not shapely.intersects(line, shapely.buffer(shapely.Point(0, 0), 50))
        assert 0.7 < answer.followed[0] < 0.95


def test_a_group_counts_its_heads(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        link = {"label": "Maurtua", "location": a.at(0, 0), "method": "kindergarten", "now": a.NOW}
        by = arenas.host(db, arenas.create_host_link(db, made, **link), a.NOW)
        where = arenas.open_class(db, by, grade=None, group_name="Maur", school="Maurtua", now=a.NOW)
        joined = participants.join(db, where.join_code or "", a.NOW, valid=timedelta(days=1), head_count=8)
        walk(db, [participants.authenticate(db, joined.token, a.NOW)], (0, 1400), (0, -1400))
        answer = found(db, made)
        assert answer.crossings.people.max() == answer.segments.people.max() == 8


def test_what_is_hidden_is_gone_and_only_what_changed_is_matched_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    matched_lines: list[int] = []
    match = matched.matching.match

    def watched(graph: Any, lines: np.ndarray) -> Any:
        matched_lines.append(len(lines))
        return match(graph, lines)

    monkeypatch.setattr(matched.matching, "match", watched)
    with store.writing() as db:
        made = ground(db)
        actors = pupils(db, made, 5)
        walk(db, actors, (0, 1400), (0, -1400))
        index, planner = Index(made), a.officer(db)
    with store.reading() as db:
        assert found(db, made, index).segments.people.max() == 5
    with store.writing() as db:
        row = db.scalars(select(Contribution).order_by(Contribution.number)).first()
        assert row is not None
        moderation.decide(db, planner, made, row.id, "hidden", now=a.NOW)
    with store.reading() as db:
        assert found(db, made, index).segments.people.max() == 4
    with store.writing() as db:
        walk(db, pupils(db, made, 1, "6B"), (0, 1400), (0, -1400))
    with store.reading() as db:
        assert found(db, made, index).segments.people.max() == 5
        assert found(db, made, index) is streets.of(db, made, index)
    assert sum(matched_lines) == 6


def test_another_network_is_matched_to_from_the_beginning(store: Store) -> None:
    with store.writing() as db:
        made = ground(db)
        walk(db, pupils(db, made, 5), (-1400, -600), (1400, -600))
        index = Index(made)
        assert len(found(db, made, index).desire_lines.geometry) == 1
        networks.put(db, made, np.array([a.along((-1500, -600), (1500, -600))]), source="new", now=a.NOW)
        answer = found(db, made, index)
        assert len(answer.desire_lines.geometry) == 0
        assert answer.segments.people.tolist() == [5]


def test_without_a_network_there_is_a_refusal_that_says_which_process(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        with pytest.raises(NotFound) as refused:
            found(db, made)
        assert (refused.value.code, refused.value.facts["process"]) == ("network_missing", made.slug)


def test_a_network_on_which_nobody_went_has_streets_without_figures(store: Store) -> None:
    with store.writing() as db:
        answer = found(db, ground(db))
        assert len(answer.segments.geometry) == 7
        assert (answer.segments.people.count(), len(answer.crossings.order)) == (0, 0)
        assert answer.people.tolist() == [None]


@pytest.mark.parametrize("epsg", [4326, 25833])
def test_gdal_reads_back_the_layers(store: Store, tmp_path: Path, epsg: int) -> None:
    with store.writing() as db:
        made = ground(db)
        walk(db, pupils(db, made, 7), (-1400, 400), (-500, 400), (0, 0))
        walk(db, pupils(db, made, K - 1, "5B"), (0, 1400), (0, 500), mode="cycle")
        index = Index(made)
        index.refresh(db, made)
        path = tmp_path / "x.gpkg"
        exports.export(db, made, index, layers=streets.LAYERS, format="gpkg", epsg=epsg, path=path, now=a.NOW)
        answer = streets.of(db, made, index)
    kinds = {layer: pyogrio.read_info(path, layer=layer)["geometry_type"] for layer in streets.LAYERS}
    assert kinds == {"segments": "MultiLineString", "crossings": "Point", "desire_lines": "MultiLineString"}
    assert pyogrio.read_info(path, layer="layer_styles")["features"] == 3
    meta, _, wkb, values = pyogrio.raw.read(path, layer="segments")
    columns = dict(zip(meta["fields"], values, strict=True))
    assert len(wkb) == 7
    known = columns["people"].astype(float)
    assert np.nanmax(known) == 7
    assert np.nanmin(known) >= K
    assert np.isnan(columns["mode_cycle"].astype(float)).all()
    busiest = int(np.nanargmax(known))
    assert columns["name"][busiest] == "Storgata"
    assert columns["confidence"][busiest] == answer.segments.confidence[columns["edge"][busiest]]
    lines = pyogrio.raw.read(path, layer="desire_lines")
    assert lines[3][0].tolist() == [1]
    assert project(shapely.from_wkb(lines[2]), epsg, a.EPSG)[0].length > 300
