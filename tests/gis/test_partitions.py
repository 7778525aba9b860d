"""Files by person: every row in one, a person's rows together, and what they say of themselves true."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import partitions
from gis.crs import WGS84, epsg_of
from gis.formats import geoparquet
from gis.geojson import Unusable
from gis.layer import Field, Layer
from gis.partitions import Mark
from tests.registrations import Registration, partitioned, table, write

HERE = shapely.Point(10.4, 59.8)


def refused(path: Path, **chosen: frozenset[str]) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Unusable) as error:
        partitions.read(path, chosen)
    return error.value.code, error.value.facts


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=60), st.integers(1, 9))
def test_every_row_is_in_one_file_and_a_persons_rows_together(people: list[int], of: int) -> None:
    rows = [Registration(who, shapely.Point(n, 1)) for n, who in enumerate(people)]
    found: dict[int, set[int]] = defaultdict(set)
    kept = []
    with TemporaryDirectory() as name:
        for path in partitioned(Path(name), rows, of).iterdir():
            part = pq.read_table(path)
            mark = partitions.mark_of(pq.ParquetFile(path))
            assert mark is not None
            assert path.name == f"part-{mark.number:04}.parquet"
            kept += zip(part["person"].to_pylist(), part["geometry"].to_pylist(), strict=True)
            for who in part["person"].to_pylist():
                found[who].add(mark.number)
    assert sorted(kept) == sorted((row.person, shapely.to_wkb(row.shape)) for row in rows)
    assert all(len(numbers) == 1 for numbers in found.values())


def fnv(text: str) -> int:
    """By the book, and folded."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value ^ value >> 32


@given(st.lists(st.text(max_size=12), max_size=20), st.integers(1, 1000), st.integers(0, 5))
def test_where_a_person_belongs_follows_from_its_pseudonym_alone(names: list[str], of: int, cut: int) -> None:
    people = pa.array(names, pa.string())
    assert partitions.part_of(people, of).tolist() == [fnv(name) % of for name in names]
    assert partitions.part_of(people.slice(cut), of).tolist() == [fnv(name) % of for name in names[cut:]]


def test_a_number_and_its_text_are_the_same_person() -> None:
    numbers = pa.array([7, -1, 2**62])
    assert np.array_equal(partitions.part_of(numbers, 97), partitions.part_of(numbers.cast(pa.string()), 97))


def test_parts_are_about_equally_large() -> None:
    people = pa.array(np.random.default_rng(3).integers(0, 2**62, 20_000))
    sizes = np.bincount(partitions.part_of(people, 16).astype(int), minlength=16)
    assert sizes.min() > 0.85 * 20_000 / 16


def test_rows_go_to_the_file_before_the_end_when_many_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gis.partitions._HELD", 20)
    with partitions.Partitions(tmp_path, "one", 2, 5) as files:
        for n in range(50):
            files.add(table([Registration(n, HERE)] * 3))
            assert sum(len(part) for waiting in files._waiting for part in waiting) < 20 + 3
    assert sum(pq.read_metadata(path).num_rows for path in tmp_path.iterdir()) == 150


@pytest.mark.parametrize(
    "told",
    [
        None,
        "x",
        "[]",
        '{"made": "one", "number": 0}',
        '{"made": "one", "number": 2, "of": 2, "minimum": 5}',
        '{"made": "one", "number": "0", "of": 2, "minimum": 5}',
    ],
)
def test_a_mark_that_makes_no_sense_is_none(told: str | None, tmp_path: Path) -> None:
    more = {} if told is None else {"snarvei:partition": told}
    rows = table([Registration(1, HERE)])
    with geoparquet.writer(tmp_path / "a.parquet", rows.schema, WGS84, more=more) as out:
        out.write_table(rows)
    assert partitions.mark_of(pq.ParquetFile(tmp_path / "a.parquet")) is None


def test_a_person_who_belongs_in_another_part_is_found(tmp_path: Path) -> None:
    rows = [Registration(n, HERE) for n in range(20)]
    path = write(tmp_path / "part-0000.parquet", table(rows), mark=Mark("one", 0, 2, 5))
    assert refused(path) == ("person_elsewhere", {"file": f"{tmp_path.name}/part-0000.parquet"})


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("person", pa.array([1, None])),
        ("person", pa.array([[1], [2]])),
        ("head_count", pa.array([1, 0])),
        ("head_count", pa.array(["1", "many"])),
        ("head_count", pa.array([1, 2**40])),
    ],
)
def test_values_that_cannot_be_counted_are_refused_with_file_and_column(
    column: str, values: pa.Array, tmp_path: Path
) -> None:
    rows = table([Registration(1, HERE)] * 2)
    rows = rows.set_column(rows.schema.names.index(column), column, values)
    path = write(tmp_path / "asker.parquet", rows, mark=Mark("one", 0, 1, 5))
    assert refused(path) == ("column_not_usable", {"file": f"{tmp_path.name}/asker.parquet", "column": column})


def test_person_and_geometry_are_enough_and_other_columns_are_left_alone(tmp_path: Path) -> None:
    rows = table([Registration(1, HERE)] * 2).select(["geometry", "person"])
    rows = rows.append_column("name", pa.array(["a", "b"])).set_column(1, "person", pa.array(["b7", "a4"]))
    path = write(tmp_path / "a.parquet", rows)
    found = partitions.read(path, {})
    assert (found.person.tolist(), found.weights.tolist(), found.keep.tolist()) == ([0, 1], [1, 1], [True, True])
    code, facts = refused(path, group=frozenset({"good"}))
    assert (code, facts["column"]) == ("column_missing", "group")
    assert facts["found"] == "geometry, person, name"
    whole = next(partitions.tables(path))
    assert whole["person"].to_pylist() == ["b7", "a4"]
    assert whole["head_count"].to_pylist() == [None, None]
    without = write(tmp_path / "b.parquet", rows.drop_columns("person"))
    assert refused(without)[0] == "column_missing"


def test_text_columns_of_any_arrow_kind_filter_alike(tmp_path: Path) -> None:
    rows = table([Registration(1, HERE, group="good"), Registration(2, HERE, group="bad")])
    for kind in (pa.large_string(), pa.dictionary(pa.int8(), pa.string())):
        changed = rows.set_column(2, "group", rows["group"].cast(kind))
        path = write(tmp_path / "a.parquet", changed)
        assert partitions.read(path, {"group": frozenset({"bad"})}).keep.tolist() == [False, True]


def broken(path: Path, how: str) -> Path:
    whole = write(path, table([Registration(n, shapely.Point(n / 100, 1)) for n in range(3_000)])).read_bytes()
    if how == "cut short":
        path.write_bytes(whole[:-200])
    elif how == "text":
        path.write_text("person;group\n")
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "overwritten":
        path.write_bytes(whole[:4] + bytes(len(whole) // 2) + whole[4 + len(whole) // 2 :])
    elif how == "no geo":
        pq.write_table(table([Registration(1, HERE)]), path)
    else:
        pq.write_table(table([Registration(1, HERE)]).replace_schema_metadata({"geo": how}), path)
    return path


@pytest.mark.parametrize(
    "how",
    [
        "cut short",
        "text",
        "empty",
        "overwritten",
        "no geo",
        "[]",
        "{}",
        json.dumps({"primary_column": "geometry", "columns": {"geometry": None}}),
        json.dumps({"primary_column": "geometry", "columns": {"geometry": {"encoding": "point"}}}),
    ],
)
def test_a_file_that_is_broken_or_no_geoparquet_is_refused_by_name(how: str, tmp_path: Path) -> None:
    assert refused(broken(tmp_path / "asker.parquet", how)) == (
        "file_unreadable",
        {"file": f"{tmp_path.name}/asker.parquet"},
    )


def test_a_file_in_another_coordinate_system_is_refused_with_its_name(tmp_path: Path) -> None:
    path = write(tmp_path / "asker.parquet", table([Registration(1, HERE)]), 25832)
    assert refused(path) == ("crs_other", {"file": f"{tmp_path.name}/asker.parquet", "found": "ETRS89 / UTM zone 32N"})
    about = {"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", "crs": None}}}
    pq.write_table(table([]).replace_schema_metadata({"geo": json.dumps(about)}), path)
    assert refused(path)[0] == "crs_other"


@pytest.mark.parametrize("epsg", [4326, 25833])
def test_a_layer_is_written_as_geoparquet_says(epsg: int, tmp_path: Path) -> None:
    fields = (Field("people", "integer"), Field("cell", "text"))
    box = shapely.box(10, 59, 11, 60)
    layer = Layer.of("cells", "Cells", "Polygon", fields, [box, box], {"people": [7, None], "cell": ["a", "b"]})
    assert geoparquet.write(tmp_path / "a.parquet", layer, epsg, {"k": "v"}) == 2
    file = pq.ParquetFile(tmp_path / "a.parquet")
    metadata = file.metadata.metadata
    about = json.loads(metadata[b"geo"])
    assert (about["version"], about["primary_column"]) == ("1.1.0", "geom")
    column = about["columns"]["geom"]
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["Polygon"])
    assert epsg_of(json.dumps(column["crs"]) if "crs" in column else "OGC:CRS84") == epsg
    assert metadata[b"k"] == b"v"
    found = file.read()
    assert found["people"].to_pylist() == [7, None]
    (shape, _) = shapely.from_wkb(found["geom"].to_pylist())
    assert shape.equals_exact(box, 1e-9) if epsg == 4326 else shape.area == pytest.approx(6.25e9, rel=0.02)
