"""From processes to files by person and from files to figures, against the index that staff see."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from pyproj import CRS

from app.errors import Invalid
from app.model import Participant
from app.services import aggregation, exports, moderation, partitioning
from app.services.aggregation import Figures, Here
from app.services.index import Index, Selection
from app.store import Store
from gis.crs import WGS84, project
from gis.partitions import COLUMNS
from gis.sums import Hexagons, Squares
from tests import builders as a
from tests.registrations import Registration, as_dict, partitioned, table, write

HERE = shapely.Point(10.4, 59.8)


@pytest.fixture
def borgen(store: Store) -> Any:
    """Two classes and a resident: places, masked ways, a drawn area, one hidden; one child stands for thirty."""
    with store.writing() as db:
        made = a.process(db, minimum_people=4)
        first, second = a.arena(db, made), a.arena(db, made, "5B")
        a.crowd(db, first, a.at(510, 500), 8, group="bad", category="dark")
        a.crowd(db, second, a.at(510, 500), 3)
        actor = a.pupil(db, second)
        for end in (0, 300):
            a.route(db, actor, a.along((-2000, end), (-700, 100), (0, 0)))
            a.place(db, actor, a.at(510, 500), comment="Mørkt her")
        a.area(db, a.pupil(db, a.open_map(db, made)), a.square(510, 500, 300))
        row = db.get(Participant, actor.participant_id)
        assert row is not None
        row.head_count = 30
        hidden = a.place(db, a.pupil(db, first), a.at(510, 500))
        moderation.decide(db, a.officer(db), made, hidden, "hidden", reason="other", now=a.NOW)
    return made


def handed_over(store: Store, made: Any, folder: Path, of: int | None = 3) -> Path:
    with store.reading() as db:
        partitioning.partition(partitioning.of_processes(db, [made]), folder, of, lambda _: None)
    return folder


def counted(folder: Path, where: Hexagons | Squares) -> Any:
    return aggregation.summed(aggregation.source(aggregation.files([folder])), where, {}, Here())


def test_a_process_handed_over_counts_as_it_does_here(store: Store, borgen: Any, tmp_path: Path) -> None:
    folder = handed_over(store, borgen, tmp_path / "borgen")
    with store.reading() as db:
        index = Index(borgen)
        index.refresh(db, borgen)
    kinds = Selection(kinds=frozenset({"place", "route"}))
    cells, people, registrations = index.hexagons(kinds)
    found = counted(folder, Hexagons(borgen.hexagon_m, borgen.export_epsg))
    assert found.cells.tolist() == cells.tolist()
    assert found.people.tolist() == people.tolist()
    assert found.registrations.tolist() == registrations.tolist()
    assert people.max() == 8 + 3 + 30
    assert found.rows == len(index.rows(kinds)) == 15


def test_what_is_handed_over_has_new_pseudonyms_no_words_and_is_for_its_owner_alone(
    store: Store, borgen: Any, tmp_path: Path
) -> None:
    each = [handed_over(store, borgen, tmp_path / name) for name in ("one", "two")]
    people = []
    for folder in each:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert [path.name for path in sorted(folder.iterdir())] == [f"part-000{n}.parquet" for n in range(3)]
        tables = [pq.read_table(path) for path in folder.iterdir()]
        assert all(set(table.schema.names) == set(COLUMNS.names) for table in tables)
        assert {kind for table in tables for kind in table["kind"].to_pylist()} == {"place", "route"}
        people.append({who for table in tables for who in table["person"].to_pylist()})
        for path in folder.iterdir():
            assert "Mørkt".encode() not in path.read_bytes()
    assert len(people[0]) == len(people[1]) == 12
    assert not people[0] & people[1]
    assert aggregation.source(aggregation.files(each[:1])).least == 4


def test_several_municipalities_add_up(store: Store, borgen: Any, tmp_path: Path) -> None:
    with store.writing() as db:
        other = a.process(db, "asker", minimum_people=7)
        a.crowd(db, a.arena(db, other), a.at(510, 500), 5)
    folder = tmp_path / "county"
    folder.mkdir()
    for made in (borgen, other):
        handed_over(store, made, folder / made.slug, 2)
    source = aggregation.source(aggregation.files([folder]))
    assert (len(source.files), source.least) == (4, 7)
    found = counted(folder, Hexagons(borgen.hexagon_m, borgen.export_epsg))
    assert found.people.max() == 8 + 3 + 30 + 5
    with store.reading() as db:
        rows = partitioning.of_processes(db, [borgen, other])
        partitioning.partition(rows, tmp_path / "both", None, lambda _: None)
    assert as_dict(counted(tmp_path / "both", Hexagons(borgen.hexagon_m, borgen.export_epsg))) == as_dict(found)


def test_a_process_that_was_handed_over_twice_is_refused(store: Store, borgen: Any, tmp_path: Path) -> None:
    each = [handed_over(store, borgen, tmp_path / name) for name in ("september", "october")]
    wanted = {"process": "3203/borgen", "file": str(each[0]), "other": str(each[1])}
    assert refused(each[::-1]) == ("process_twice", wanted)
    again = partitioning.of_files(aggregation.files(each[:1]))
    partitioning.partition(again, tmp_path / "again", 2, lambda _: None)
    assert refused([each[0], tmp_path / "again"])[0] == "process_twice"
    assert as_dict(counted(tmp_path / "again", Squares(12))) == as_dict(counted(each[0], Squares(12)))


def test_files_of_others_are_sorted_by_person_and_count_the_same(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    moves = rng.normal(0, 0.01, 90)
    rows = [Registration(int(n), shapely.Point(10.4 + moves[n], 59.8)) for n in rng.integers(0, 20, 90)]
    whole = write(tmp_path / "whole.parquet", table(rows))
    loose = tmp_path / "loose"
    loose.mkdir()
    for n in range(3):
        write(loose / f"{n}.parquet", table(rows[n::3]).drop_columns(["kind", "head_count"]))
    told: list[int] = []
    with pytest.raises(Invalid) as refused:
        counted(loose, Hexagons(250, 25833))
    assert refused.value.code == "partitions_unmarked"
    made = partitioning.of_files(aggregation.files([loose]))
    assert partitioning.partition(made, tmp_path / "sorted", 4, told.append) == (90, 4)
    assert told[-1] == 90
    assert as_dict(counted(tmp_path / "sorted", Hexagons(250, 25833))) == as_dict(counted(whole, Hexagons(250, 25833)))


def test_a_file_alone_needs_no_mark(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", table([Registration(1, HERE), Registration(1, HERE)]))
    assert as_dict(counted(path, Squares(3))).popitem()[1] == (1, 2)


def refused(named: Sequence[Path]) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Invalid) as error:
        aggregation.source(aggregation.files(named))
    return error.value.code, error.value.facts


ROWS = [Registration(n, HERE) for n in range(30)]


def test_what_would_count_somebody_twice_or_not_at_all_is_refused(tmp_path: Path) -> None:
    folder = partitioned(tmp_path / "a", ROWS, 4)
    assert aggregation.source(aggregation.files([folder, folder])).files == tuple(sorted(folder.iterdir()))
    copy = tmp_path / "copy.parquet"
    copy.write_bytes((folder / "part-0002.parquet").read_bytes())
    assert refused([folder, copy]) == (
        "partition_twice",
        {"file": f"{tmp_path.name}/copy.parquet", "other": "a/part-0002.parquet"},
    )
    loose = write(tmp_path / "loose.parquet", table(ROWS))
    assert refused([folder, loose]) == ("partitions_unmarked", {"file": f"{tmp_path.name}/loose.parquet"})
    (folder / "part-0001.parquet").unlink()
    (folder / "part-0003.parquet").unlink()
    code, facts = refused([folder])
    assert (code, facts) == ("partitions_missing", {"file": "a", "found": "part-0001, part-0003", "count": 2})
    assert refused([folder / "part-0000.parquet"])[0] == "partitions_missing"


def test_somebody_who_was_moved_to_another_file_is_found_when_it_is_counted(tmp_path: Path) -> None:
    folder = partitioned(tmp_path / "a", ROWS, 2)
    first, second = (pq.read_table(path) for path in sorted(folder.iterdir()))
    mark = pq.ParquetFile(folder / "part-0001.parquet").schema_arrow
    moved = first.slice(0, 1)
    with pq.ParquetWriter(folder / "part-0001.parquet", mark) as out:
        out.write_table(second)
        out.write_table(moved.replace_schema_metadata(mark.metadata))
    with pytest.raises(Invalid) as error:
        counted(folder, Hexagons(100, 25833))
    assert (error.value.code, error.value.facts) == ("person_elsewhere", {"file": "a/part-0001.parquet"})


def test_folders_that_hold_nothing_or_are_not_there_are_refused(tmp_path: Path) -> None:
    assert refused([tmp_path]) == ("partitions_none", {"file": str(tmp_path)})
    assert refused([tmp_path / "nix"]) == ("file_missing", {"file": str(tmp_path / "nix")})


def test_the_smallest_group_is_never_smaller_than_the_data_ask_for(tmp_path: Path) -> None:
    for minimum, wanted in ((3, 5), (7, 7)):
        source = aggregation.source(aggregation.files([partitioned(tmp_path / str(minimum), ROWS, 2, minimum=minimum)]))
        assert aggregation.minimum(source, None) == wanted
        assert aggregation.minimum(source, minimum) == minimum
        for asked in (minimum - 1, 1_001):
            with pytest.raises(Invalid) as error:
                aggregation.minimum(source, asked)
            assert (error.value.code, error.value.facts) == ("minimum_out_of_range", {"low": minimum, "high": 1_000})


def written(folder: Path, path: Path, where: Hexagons | Squares, minimum: int, epsg: int) -> Figures:
    source = aggregation.source(aggregation.files([folder]))
    about = aggregation.describe(source, where, {"group": frozenset({"good"})}, minimum, a.NOW)
    made = Figures(aggregation.summed(source, where, {}, Here()), where, minimum, about)
    assert aggregation.write(made, path, epsg) == len(made.sums.cells)
    return made


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet", ".geojson"])
@pytest.mark.parametrize("where", [Hexagons(100, 25833), Squares(14)])
def test_only_the_whole_is_suppressed_cell_by_cell(suffix: str, where: Hexagons | Squares, tmp_path: Path) -> None:
    """Four people here in four partitions, five there: what each partition has of a cell is always too few."""
    there = shapely.Point(10.6, 59.9)
    rows = [Registration(n, HERE if n < 4 else there) for n in range(9)] + [Registration(0, HERE)]
    folder = partitioned(tmp_path / "a", rows, 8)
    path = tmp_path / f"out{suffix}"
    made = written(folder, path, where, 5, 25833)
    assert made.withheld == 1
    names, people, registrations, withheld, shapes, epsg = rows_of(path)
    assert epsg == "ETRS89 / UTM zone 33N"
    assert sorted(zip(people, registrations, withheld, strict=True)) == [(-1, -1, True), (5, 5, False)]
    assert len(set(names)) == 2
    inside = shapes[people.index(5)]
    assert inside.buffer(0.01).covers(project(there, WGS84, 25833))
    assert not inside.covers(project(HERE, WGS84, 25833))


def rows_of(path: Path) -> tuple[list[str], list[int], list[int], list[bool], list[Any], str]:
    """Cells, people and registrations (-1 where withheld), withheld, shapes, and the name of the CRS."""
    if path.suffix == ".parquet":
        file = pq.ParquetFile(path)
        found = file.read()
        crs = json.loads(file.metadata.metadata[b"geo"])["columns"]["geom"]["crs"]["name"]
        wkb = found["geom"].to_pylist()
        columns = [found[name].to_pylist() for name in ("cell", "people", "registrations", "withheld")]
    else:
        meta, table_ = pyogrio.read_arrow(path, layer="cells" if path.suffix == ".gpkg" else None)
        crs = CRS.from_user_input(meta["crs"]).name
        wkb = table_[meta["geometry_name"] or "wkb_geometry"].to_pylist()
        columns = [table_[name].to_pylist() for name in ("cell", "people", "registrations", "withheld")]
    names, people, registrations, withheld = columns
    counts = ([-1 if n is None else n for n in values] for values in (people, registrations))
    return names, *counts, withheld, list(shapely.from_wkb(wkb)), crs  # type: ignore[return-value]


def test_the_file_says_what_it_is_and_opens_with_the_hexagons_colours(tmp_path: Path) -> None:
    folder = partitioned(tmp_path / "a", ROWS, 2)
    written(folder, tmp_path / "out.gpkg", Hexagons(250, 25833), 5, 25833)
    with sqlite3.connect(tmp_path / "out.gpkg") as db:
        about = dict(db.execute("SELECT key, value FROM about"))
        (style,) = db.execute("SELECT styleQML FROM layer_styles").fetchone()
    assert about == {
        "filer": "2",
        "rutenett": "sekskanter, 250 m, EPSG:25833",
        "utvalg": "group: good",
        "minste antall personer": "5",
        "tatt ut": "2026-11-23 09:00 UTC",
    }
    assert "5–9" in style
    assert exports.people_style(5).field == "people"


def test_nothing_found_is_an_empty_layer(tmp_path: Path) -> None:
    folder = partitioned(tmp_path / "a", [], 2)
    for suffix in (".gpkg", ".parquet"):
        written(folder, tmp_path / f"out{suffix}", Hexagons(250, 25833), 5, 25833)
        assert rows_of(tmp_path / f"out{suffix}")[0] == []


def test_what_was_there_stays_until_the_new_file_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, path = partitioned(tmp_path / "a", ROWS, 2), tmp_path / "out.parquet"
    path.write_text("of before")

    def fails(*_: Any) -> int:
        (tmp_path / "out.parquet.part.parquet").write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr("gis.formats.geoparquet.write", fails)
    with pytest.raises(KeyboardInterrupt):
        written(folder, path, Hexagons(250, 25833), 5, 25833)
    assert path.read_text() == "of before"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "out.parquet"]


def test_a_folder_half_made_is_taken_away_and_a_full_one_is_left_alone(tmp_path: Path) -> None:
    rows = write(tmp_path / "a.parquet", table(ROWS))
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine").write_text("x")

    def stopped(_: int) -> None:
        assert len([*tmp_path.iterdir()]) == 3
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        partitioning.partition(partitioning.of_files([rows]), tmp_path / "new", 2, stopped)
    for folder, code in (
        (full, "folder_not_empty"),
        (rows, "folder_not_empty"),
        (tmp_path / "x" / "y", "file_missing"),
    ):
        with pytest.raises(Invalid) as error:
            partitioning.partition(partitioning.of_files([rows]), folder, 2, lambda _: None)
        assert error.value.code == code
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.parquet", "full"]
    (full / "mine").unlink()
    assert partitioning.partition(partitioning.of_files([rows]), full, None, lambda _: None) == (30, 1)
