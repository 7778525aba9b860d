"""Corridors of a process: figures against counting one by one, filters, what changes, what leaves through the gate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from click.testing import CliRunner
from sqlalchemy import select

from app.cli import main
from app.model import Arena, Contribution, Participant, Process
from app.services import exports, flow, imports, moderation, processes, publication, voices
from app.services.index import Index, Selection
from app.store import Session, Store
from gis.corridors import Corridor, count_class
from gis.crs import WGS84, project
from tests import builders as a
from tests.services.test_imports import giske_process

K = 3
MAIN = ((-1500, 0), (1500, 0))
BACK = MAIN[::-1]
SIDE = ((0, -1500), (0, 1500))


def town(db: Session, minimum: int = K) -> Process:
    """Two classes on two streets that cross at the school: 5A walks east, 6B cycles west, some of both go north."""
    made = a.process(db, minimum_people=minimum)
    five, six = a.arena(db, made, "5A", 5), a.arena(db, made, "6B", 6)
    for n in range(6):
        actor = a.pupil(db, five)
        a.route(db, actor, a.along(*MAIN))
        if n < 4:
            a.route(db, actor, a.along(*SIDE), mode="cycle" if n % 2 else "walk")
    for n in range(5):
        actor = a.pupil(db, six)
        a.route(db, actor, a.along(*BACK), mode="cycle")
        if n < 2:
            a.route(db, actor, a.along(*SIDE), mode="car")
    return made


def index_of(db: Session, made: Process) -> Index:
    index = Index(made)
    index.refresh(db, made)
    return index


def found(db: Session, made: Process, **filter: Any) -> list[Corridor]:
    return flow.of(db, made, index_of(db, made), Selection(**filter)).corridors


def one_by_one(db: Session, corridor: Corridor, **of: Any) -> tuple[int, int]:
    """People and routes that go on within a corridor's polygon, more than across it."""
    rows = [
        (row, db.get_one(Participant, row.participant_id))
        for row in db.scalars(select(Contribution).filter_by(kind="route", **of))
        if row.geometry is not None and project(row.geometry, WGS84, a.EPSG).intersection(corridor.polygon).length >= 45
    ]
    return sum({person.id: person.head_count for _, person in rows}.values()), len(rows)


def test_figures_are_those_of_counting_one_by_one(store: Store) -> None:
    with store.writing() as db:
        made = town(db)
        corridors = found(db, made)
        assert corridors
        for corridor in corridors:
            assert (corridor.people, corridor.registrations) == one_by_one(db, corridor)
            for mode, people in corridor.modes.items():
                assert people == one_by_one(db, corridor, mode=mode)[0]
        most = corridors[0]
        assert most.people == 11
        assert (most.along, most.against) == (6, 5)
        assert most.bearing == pytest.approx(90, abs=3)
        assert most.modes == {"walk": 6, "cycle": 5}


@pytest.mark.parametrize("filter", [{"modes": {"cycle"}}, {"grades": {5}}, {"modes": {"walk"}, "grades": {5}}])
def test_a_filter_counts_what_passes_it_and_nothing_else(store: Store, filter: dict[str, set[Any]]) -> None:
    with store.writing() as db:
        made = town(db)
        chosen = {name: frozenset(values) for name, values in filter.items()}
        of = {"mode": next(iter(filter["modes"]))} if "modes" in filter else {}
        if "grades" in filter:
            of["arena_id"] = db.scalar(select(Arena.id).where(Arena.grade == 5))
        corridors = found(db, made, **chosen)
        assert corridors
        for corridor in corridors:
            assert (corridor.people, corridor.registrations) == one_by_one(db, corridor, **of)
            assert set(corridor.modes) <= filter.get("modes", {"walk", "cycle", "car"})


def test_the_filter_for_an_arena_and_for_days_reaches_the_corridors(store: Store) -> None:
    with store.writing() as db:
        made = town(db)
        arena = db.scalar(select(Arena.id).where(Arena.grade == 6))
        assert {each.people for each in found(db, made, arenas=frozenset({arena}))} == {5}
        assert found(db, made, until=a.NOW.date())
        assert found(db, made, until=a.NOW.date().replace(year=2020)) == []
        assert found(db, made, kinds=frozenset({"place"})), "a map filtered to places has its ways beside it"


def test_what_does_not_count_is_not_counted_and_what_is_new_is(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        where = a.arena(db, made)
        ids = [a.route(db, a.pupil(db, where), a.along(*MAIN), seed=n) for n in range(K)]
    index = Index(made)
    with store.reading() as db:
        index.refresh(db, made)
        assert [each.people for each in flow.of(db, made, index, Selection()).corridors] == [K]
    with store.writing() as db:
        moderation.decide(db, a.officer(db), made, ids[0], "hidden", now=a.NOW)
    with store.reading() as db:
        index.refresh(db, made)
        assert flow.of(db, made, index, Selection()) == flow.Flow([], None, None)
    with store.writing() as db:
        for n in range(2):
            a.route(db, a.pupil(db, where), a.along(*BACK), seed=n)
    with store.reading() as db:
        index.refresh(db, made)
        assert [each.people for each in flow.of(db, made, index, Selection()).corridors] == [K + 1]


def test_a_route_that_moves_is_counted_where_it_is_now(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        where = a.arena(db, made)
        pupils = [a.pupil(db, where) for _ in range(K)]
        ids = [a.route(db, actor, a.along(*MAIN), seed=n) for n, actor in enumerate(pupils)]
        index = index_of(db, made)
        assert found(db, made)[0].bearing == pytest.approx(90, abs=3)
        for actor, id in zip(pupils, ids, strict=True):
            a.route(db, actor, a.along(*SIDE), id=id)
        db.flush()
        index.refresh(db, made)
        (corridor,) = flow.of(db, made, index, Selection()).corridors
        assert min(corridor.bearing or 0, 360 - (corridor.bearing or 0)) <= 3


def test_a_row_that_the_index_no_longer_counts_is_left_out_whoever_reads_it(store: Store) -> None:
    """A page whose snapshot is a moment old must not bring back what has just been hidden."""
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        where = a.arena(db, made)
        ids = [a.route(db, a.pupil(db, where), a.along(*MAIN), seed=n) for n in range(K)]
        index = index_of(db, made)
        rows = {row.id: row.number for row in db.scalars(select(Contribution))}
        numbers = np.array([rows[id] for id in ids])
        assert sorted(index.positions(numbers).tolist()) == [0, 1, 2]
        moderation.decide(db, a.officer(db), made, ids[1], "hidden", now=a.NOW)
        db.flush()
        index.refresh(db, made)
        assert (index.positions(np.append(numbers, [10**12, 0])) >= 0).tolist() == [True, False, True, False, False]


def test_routes_are_read_and_corridors_made_once_for_each_state_of_the_data(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.writing() as db:
        made = town(db)
        index = index_of(db, made)
        first = flow.of(db, made, index, Selection())
        monkeypatch.setattr(voices, "routes", None)
        assert flow.of(db, made, index, Selection()) is first
        assert flow.of(db, made, index, Selection(modes=frozenset({"cycle"}))).corridors
        assert index.refresh(db, made) is False or store.kind == "postgresql"


def test_a_group_counts_with_its_heads_and_practice_not_at_all(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=5)
        where = a.arena(db, made)
        group, practising = a.pupil(db, where), a.pupil(db, where)
        for actor in (group, practising):
            a.route(db, actor, a.along(*MAIN))
        db.get_one(Participant, group.participant_id).head_count = 12
        db.get_one(Participant, practising.participant_id).practice = True
        db.flush()
        (corridor,) = found(db, made)
        assert (corridor.people, corridor.registrations, corridor.along) == (12, 1, 12)


@pytest.mark.parametrize("people", [0, 1, K - 1])
def test_where_too_few_went_nothing_is_told(store: Store, people: int) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        where = a.arena(db, made)
        for n in range(people):
            a.route(db, a.pupil(db, where), a.along(*MAIN), seed=n)
        assert flow.of(db, made, index_of(db, made), Selection()) == flow.Flow([], None, None)


def columns(path: Path) -> tuple[dict[str, Any], np.ndarray, str]:
    meta, _, wkb, values = pyogrio.raw.read(path, layer="corridors")
    return dict(zip(meta["fields"], values, strict=True)), shapely.from_wkb(wkb), meta["crs"]


def test_gdal_reads_the_corridors_that_the_command_wrote(store: Store, store_url: str, tmp_path: Path) -> None:
    with store.writing() as db:
        made = town(db)
        corridors = found(db, made)
    path = tmp_path / "x.gpkg"
    settings = {"DATABASE_URL": store_url, "SNARVEI_DATA_DIR": str(tmp_path), "SNARVEI_SECRET_KEY": "k" * 32}
    options = ["--layer", "corridors", "--crs", "EPSG:25832", "--out", str(path)]
    ran = CliRunner().invoke(main, ["export", "borgen", *options], env=settings)
    assert (ran.exit_code, ran.output) == (0, f"corridors\t{len(corridors)}\n{path}\n")
    fields, grounds, crs = columns(path)
    assert crs == "EPSG:25832"
    assert [field.name for field in publication.CORRIDOR_FIELDS] == list(fields)
    assert fields["corridor"].tolist() == [f"BORGEN-F{each.reference}" for each in corridors]
    assert fields["people"].tolist() == [each.people for each in corridors]
    assert fields["people_from"].tolist() == [count_class(each.people, K)[0] for each in corridors]
    assert fields["length_m"].tolist() == [round(each.length) for each in corridors]
    assert fields["modes"][0] == "walk 6, cycle 5"
    assert (fields["people_along"][0], fields["people_against"][0]) == (6, 5)
    for ground, corridor in zip(grounds, corridors, strict=True):
        assert ground.equals(corridor.polygon)
    styles = pyogrio.raw.read(path, layer="layer_styles")
    names, qml = (styles[3][styles[0]["fields"].tolist().index(name)] for name in ("f_table_name", "styleQML"))
    assert names.tolist() == ["corridors"]
    assert "graduatedSymbol" in qml[0]
    assert 'attr="people"' in qml[0]


def test_an_open_class_has_no_end_in_the_file_either(store: Store, tmp_path: Path) -> None:
    with store.writing() as db:
        made = a.process(db, minimum_people=K)
        where = a.arena(db, made)
        group = a.pupil(db, where)
        a.route(db, group, a.along(*MAIN))
        db.get_one(Participant, group.participant_id).head_count = 16 * K
        db.flush()
        path = tmp_path / "x.geojson"
        options: dict[str, Any] = {"layers": ("corridors",), "format": "geojson", "epsg": WGS84, "path": path}
        exports.export(db, made, index_of(db, made), **options, now=a.NOW)
    fields, _, _ = columns(path)
    assert fields["people_from"].tolist() == [16 * K]
    assert np.isnan(fields["people_to"].astype(float)).all()


def test_giskes_walks_become_corridors_never_of_fewer_than_the_smallest_group(
    store: Store, giske: Path, tmp_path: Path
) -> None:
    made = giske_process(store, giske)
    known = imports.mappings(Path(__file__).parents[1] / "giske.toml")
    with store.writing() as db:
        path = giske / "giske" / "barnehagetrakk2023_routes.geojson"
        imports.run(db, processes.by_slug(db, "giske"), path, known, now=a.NOW, rng=a.rng())
    with store.reading() as db:
        index = index_of(db, made)
        corridors = flow.of(db, made, index, Selection()).corridors
        options: dict[str, Any] = {"layers": ("corridors",), "format": "gpkg", "epsg": 25832}
        exports.export(db, made, index, **options, path=tmp_path / "x.gpkg", now=a.NOW)
        drawn = [project(g, WGS84, 25832) for g in db.scalars(select(Contribution.geometry)) if g is not None]
    assert len(drawn) == 123
    fields, grounds, _ = columns(tmp_path / "x.gpkg")
    assert len(grounds) == len(corridors) > 60
    for name in ("people", "people_from", "people_along", "people_against"):
        told = fields[name].astype(float)
        assert np.nanmin(told) >= 5
    assert max(fields["people"]) >= 10, "two kindergartens share a way somewhere"
    assert shapely.area(grounds).sum() == pytest.approx(shapely.union_all(grounds).area, rel=1e-6)
    covered = shapely.length(shapely.intersection(shapely.union_all(drawn), shapely.union_all(grounds)))
    assert covered > 0.9 * shapely.length(shapely.union_all(drawn))
