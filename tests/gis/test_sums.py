"""Partitions of people counted apart and added up, against everything counted at once and by hand."""

from __future__ import annotations

from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import density, grid, sums
from gis.crs import WGS84, project
from gis.geojson import Unusable
from gis.sums import Hexagons, Squares, Sums, added, counted, tree
from tests.gis.test_density import cell as mercator
from tests.registrations import Registration, as_dict, by_hand, partitioned, table, write

GRIDS = [Hexagons(100, 25833), Hexagons(1_000, 25832), Squares(15), Squares(21), Squares(0)]
ASKER, ZONE_BORDER, HAMMERFEST = (10.4, 59.8), (12.0, 63.5), (23.7, 70.7)
metres = st.floats(-400, 400)
person = st.integers(0, 12)


def cells(where: Hexagons | Squares) -> Any:
    """The cells of one shape, by itself."""

    def of(shape: Any) -> list[int]:
        if isinstance(where, Hexagons):
            keys = grid.cells_of(np.array([project(shape, WGS84, where.epsg)], dtype=object), where.width)[1]
            return [int(key) for key in keys]
        if shape.geom_type == "Point":
            x, y = mercator((shape.x, shape.y), where.level)
            return [int(density.interleave(np.array([x], np.uint64), np.array([y], np.uint64))[0])]
        return [int(code) for code in density.crossed(np.array([shape], dtype=object), where.level)[1]]

    return of


@st.composite
def registrations(draw: st.DrawFn) -> Registration:
    lon, lat = draw(st.sampled_from([ASKER, ZONE_BORDER, HAMMERFEST]))
    moves = draw(st.lists(st.tuples(metres, metres), min_size=1, max_size=4))
    xy = [(lon + x / 50_000, lat + y / 111_000) for x, y in np.cumsum(moves, axis=0)]
    shape: Any = shapely.Point(xy[0]) if len(xy) == 1 else shapely.LineString(xy)
    if draw(st.integers(0, 9)) == 0:
        shape = shapely.MultiLineString([[*xy, *xy], [(lon, lat), xy[0]]])
    who = draw(person)
    heads = draw(st.sampled_from([None, 1])) if who else 12
    return Registration(who, shape, heads=heads)


@given(st.lists(registrations(), max_size=40), st.integers(1, 7), st.sampled_from(GRIDS))
def test_partitions_of_people_add_up_to_everything_counted_at_once_and_by_hand(
    rows: list[Registration], of: int, where: Hexagons | Squares
) -> None:
    with TemporaryDirectory() as name:
        folder = partitioned(Path(name) / "parts", rows, of)
        parts = [counted(path, where, {}) for path in sorted(folder.iterdir())]
        whole = counted(write(Path(name) / "whole.parquet", table(rows)), where, {})
    found = tree(parts, added)
    assert found is not None
    assert len(parts) == of
    assert as_dict(found) == as_dict(whole) == by_hand(rows, cells(where))
    assert found.rows == whole.rows == len(rows)


figures = st.dictionaries(st.integers(0, 30), st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=12)


def sums_of(found: dict[int, tuple[int, int]]) -> Sums:
    ordered = sorted(found.items())
    people, registrations = (np.array([values[n] for _, values in ordered], np.int64) for n in range(2))
    return Sums(np.array([cell for cell, _ in ordered], np.uint64), people, registrations, len(found))


@given(figures, figures)
def test_two_sums_are_added_cell_by_cell(a: dict[int, tuple[int, int]], b: dict[int, tuple[int, int]]) -> None:
    found = added(sums_of(a), sums_of(b))
    nothing = (0, 0)
    pairs = {cell: (a.get(cell, nothing), b.get(cell, nothing)) for cell in a.keys() | b.keys()}
    assert as_dict(found) == {cell: (p[0] + q[0], p[1] + q[1]) for cell, (p, q) in pairs.items()}
    assert (np.diff(found.cells.astype(np.int64)) > 0).all()


@given(st.lists(figures, max_size=9))
def test_the_order_in_which_partitions_come_makes_no_difference(each: list[dict[int, tuple[int, int]]]) -> None:
    parts = [sums_of(found) for found in each]
    forth, back = tree(parts, added), tree(parts[::-1], added)
    wanted = reduce(added, parts, Sums.none())
    for found in (forth, back):
        assert as_dict(found or Sums.none()) == as_dict(wanted)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 64, 100])
def test_a_tree_holds_few_sums_at_a_time_and_adds_each_once(count: int) -> None:
    held = most = 0

    def parts() -> Any:
        nonlocal held, most
        for number in range(count):
            held += 1
            most = max(most, held)
            yield {number}

    def join(a: set[int], b: set[int]) -> set[int]:
        nonlocal held
        assert not a & b
        held -= 1
        return a | b

    assert tree(parts(), join) == (set(range(count)) or None)
    assert most <= max(count, 1).bit_length() + 1


def test_many_registrations_of_one_person_in_a_cell_are_one_person(tmp_path: Path) -> None:
    place = shapely.Point(ASKER)
    rows = [Registration(1, place)] * 40 + [Registration(2, place, heads=9), Registration(2, place, heads=None)]
    found = counted(write(tmp_path / "a.parquet", table(rows)), Hexagons(100, 25833), {})
    assert (found.people.tolist(), found.registrations.tolist()) == ([10], [42])


def test_a_filter_counts_only_what_passes_it(tmp_path: Path) -> None:
    place = shapely.Point(ASKER)
    rows = [
        Registration(1, place, group="good"),
        Registration(2, place, group="bad"),
        Registration(3, place, "route", "bad"),
    ]
    path = write(tmp_path / "a.parquet", table(rows))

    def people(**chosen: frozenset[str]) -> int:
        return int(counted(path, Squares(10), chosen).people.sum())

    assert people() == 3
    assert people(group=frozenset({"bad"})) == 2
    assert people(group=frozenset({"bad"}), kind=frozenset({"place"})) == 1
    assert people(group=frozenset({"bad", "good"})) == 3
    assert people(group=frozenset({"wish"})) == 0


@pytest.mark.parametrize("rows", [[], [Registration(1, None)], [Registration(1, None, heads=None)] * 3])
def test_an_empty_partition_and_ways_that_were_masked_away_count_nowhere(
    rows: list[Registration], tmp_path: Path
) -> None:
    found = counted(write(tmp_path / "a.parquet", table(rows)), Hexagons(100, 25833), {})
    assert as_dict(found) == {}
    assert found.rows == 0


def test_more_rows_than_a_batch_keep_their_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    rows = [
        Registration(int(who), None if who == 3 else shapely.Point(ASKER[0] + x, ASKER[1]))
        for who, x in zip(rng.integers(0, 9, 200), rng.normal(0, 0.01, 200), strict=True)
    ]
    monkeypatch.setattr("gis.partitions.BATCH", 7)
    path = write(tmp_path / "a.parquet", table(rows))
    found = counted(path, Hexagons(250, 25833), {"group": frozenset({"good"})})
    assert as_dict(found) == by_hand(rows, cells(Hexagons(250, 25833)))


@pytest.mark.parametrize("order", [0, 1])
def test_a_point_is_read_in_either_byte_order_and_with_a_height(order: int, tmp_path: Path) -> None:
    shape = shapely.Point(*ASKER, 120.0)
    rows = table([Registration(1, None)] * 2)
    wkb = [shapely.to_wkb(shape, byte_order=order, output_dimension=n) for n in (2, 3)]
    rows = rows.set_column(5, "geometry", pa.array(wkb, pa.binary()))
    found = counted(write(tmp_path / "a.parquet", rows), Squares(21), {})
    assert as_dict(found) == by_hand([Registration(1, shapely.Point(ASKER))] * 2, cells(Squares(21)))


@pytest.mark.parametrize(
    "wkb",
    [
        shapely.to_wkb(shapely.box(10, 59, 11, 60)),
        shapely.to_wkb(shapely.MultiPoint([(10, 59), (11, 60)])),
        shapely.to_wkb(shapely.Point()),
        shapely.to_wkb(shapely.LineString()),
        shapely.to_wkb(shapely.Point(200, 59)),
        shapely.to_wkb(shapely.Point(580_000, 6_600_000)),
        shapely.to_wkb(shapely.Point(10, float("nan"))),
        shapely.to_wkb(shapely.LineString([(10, 59), (10, 91)])),
        shapely.to_wkb(shapely.Point(105.5, 0)),
        shapely.to_wkb(shapely.LineString([(10, 59), (11, 60)]))[:-3],
        b"\x01\x02\x00\x00\x00\xff\xff\xff\xff",
        b"",
        b"POINT (10.4 59.8)    ",
    ],
)
def test_what_is_no_point_or_line_on_the_ground_is_refused_with_file_and_column(wkb: bytes, tmp_path: Path) -> None:
    rows = table([Registration(1, shapely.Point(ASKER)), Registration(2, None)])
    rows = rows.set_column(5, "geometry", pa.array([rows["geometry"][0].as_py(), wkb], pa.binary()))
    with pytest.raises(Unusable) as refused:
        counted(write(tmp_path / "asker.parquet", rows), Hexagons(100, 25833), {})
    assert refused.value.code == "column_not_usable"
    assert refused.value.facts == {"file": f"{tmp_path.name}/asker.parquet", "column": "geometry"}


@given(st.lists(st.integers(0, 2**30 - 1), min_size=1, max_size=20, unique=True), st.sampled_from([3, 15]))
def test_a_square_is_drawn_where_its_points_are(codes: list[int], level: int) -> None:
    found = np.array(sorted({code % 4**level for code in codes}), np.uint64)
    middle = shapely.get_coordinates(shapely.centroid(Squares(level).polygons(found)))
    assert Squares(level).of_points(middle).tolist() == found.tolist()
    assert len(set(Squares(level).names(found))) == len(found)


def test_cells_have_the_names_that_the_other_layers_and_tiles_use() -> None:
    point = np.array([[10.4, 59.8]])
    x, y = mercator((10.4, 59.8), 12)
    assert Squares(12).names(Squares(12).of_points(point)) == [f"12/{x}/{y}"]
    (name,) = Hexagons(100, 25833).names(Hexagons(100, 25833).of_points(point))
    metric = project(shapely.Point(10.4, 59.8), WGS84, 25833)
    q, r = grid.unpack(grid.cells(np.array([metric.x]), np.array([metric.y]), 100))
    assert name == f"{q[0]}:{r[0]}"
    assert sums.Hexagons(100, 25833).polygons(grid.pack(q, r))[0].covers(metric)
