"""Street networks come from files, are kept one a process and go to the browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from click.testing import CliRunner, Result
from flask import Flask

from app.cli import main
from app.errors import Invalid, NotFound, TooLarge
from app.services import networks, processes
from app.store import Store
from gis import network
from gis.crs import WGS84, project
from tests import builders as a
from tests import osm

LEGS: dict[str, list[tuple[float, float]]] = {
    "Storgata": [(-300, 0), (0, 0), (300, 0)],
    "Kirkegata": [(0, 0), (0, 400)],
    "Langtvekk": [(90_000, 0), (90_500, 0)],
}


def geojson(folder: Path, **columns: list[Any]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"navn": name, **{key: values[i] for key, values in columns.items()}},
            "geometry": a.wire(a.along(*legs)),
        }
        for i, (name, legs) in enumerate(LEGS.items())
    ]
    path = folder / "veier.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def openstreetmap(folder: Path) -> Path:
    """A street, a foot bridge over it, a fence and a road that is not built yet."""
    spots = [(-300, 0), (300, 0), (0, -200), (0, 200), (50, 50), (90, 90)]
    nodes = [(point.x, point.y) for point in (a.at(*spot) for spot in spots)]
    street = {"highway": "residential", "name": "Elvegata"}
    bridge = {"highway": "footway", "bridge": "yes", "layer": "1"}
    ways = [([1, 2], street), ([3, 4], bridge), ([5, 6], {"barrier": "fence"}), ([5, 6], {"highway": "proposed"})]
    path = folder / "town.osm.pbf"
    osm.write(path, nodes, ways)
    return path


def test_streets_of_the_area_are_taken_and_the_others_are_counted(store: Store, tmp_path: Path) -> None:
    with store.writing() as db:
        process = a.process(db)
        report = networks.run(db, process, geojson(tmp_path), now=a.NOW)
        row = networks.of(db, process)
        assert row is not None
        assert (report.rows, report.taken, dict(report.left)) == (3, 2, {"outside": 1})
        assert (row.edges, row.nodes, row.source) == (3, 4, "veier.geojson")
        made = network.decode(networks.data(db, process, row.digest))
        assert made.metres == pytest.approx(1000, rel=0.01)
        assert "outside 1" in report.summary


def test_named_streets_join_the_gazetteer_once(store: Store, tmp_path: Path) -> None:
    with store.writing() as db:
        process = a.process(db)
        path = geojson(tmp_path)
        assert networks.run(db, process, path, names=False, now=a.NOW).names == 0
        assert networks.run(db, process, path, now=a.NOW).names == 2
        assert networks.run(db, process, path, now=a.NOW).names == 0
        streets = [row.name for row in processes.named_places(db, process) if row.kind == "street"]
        assert streets == ["Kirkegata", "Storgata"]


def test_a_new_network_takes_the_place_of_the_earlier_one(store: Store, tmp_path: Path) -> None:
    with store.writing() as db:
        process = a.process(db)
        first = networks.put(db, process, np.array([a.along((0, 0), (100, 0))]), source="a", now=a.NOW).digest
        second = networks.put(db, process, np.array([a.along((0, 0), (200, 0))]), source="b", now=a.NOW).digest
        assert first != second
        with pytest.raises(NotFound):
            networks.data(db, process, first)
        assert networks.data(db, process, second)


def test_an_openstreetmap_file_gives_its_streets_and_bridges_pass_over(embedded: Store, tmp_path: Path) -> None:
    with embedded.writing() as db:
        process = a.process(db)
        report = networks.run(db, process, openstreetmap(tmp_path), now=a.NOW)
        row = networks.of(db, process)
        assert row is not None
        assert (report.taken, dict(report.left), report.names) == (2, {"not_a_street": 2}, 1)
        assert row.edges == 2


def test_rows_are_chosen_by_a_column(embedded: Store, tmp_path: Path) -> None:
    with embedded.writing() as db:
        process = a.process(db)
        path = geojson(tmp_path, type=["gate", "sti", "gate"])
        report = networks.run(db, process, path, where="type=sti", now=a.NOW)
        assert (report.taken, dict(report.left)) == (1, {"not_selected": 2})
        with pytest.raises(Invalid, match="column_unknown"):
            networks.run(db, process, path, where="slag=sti", now=a.NOW)


@pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
def test_municipal_files_are_read_in_their_own_coordinates(embedded: Store, tmp_path: Path, suffix: str) -> None:
    """``medium`` says that a street lies on the ground, in the air or under it."""
    shapes = [a.along((-300, 0), (300, 0)), a.along((0, -300), (0, 300)), a.at(0, 0)]
    path = tmp_path / f"veg{suffix}"
    rows = shapes if suffix == ".gpkg" else shapes[:2]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array([project(shape, WGS84, a.EPSG) for shape in rows], dtype=object)),
        [np.array(["T", "L", "T"][: len(rows)], dtype=object)],
        fields=["medium"],
        crs=f"EPSG:{a.EPSG}",
        geometry_type="Unknown" if suffix == ".gpkg" else "LineString",
    )
    with embedded.writing() as db:
        process = a.process(db)
        report = networks.run(db, process, path, now=a.NOW)
        assert report.left == ({"not_a_line": 1} if suffix == ".gpkg" else {})
        row = networks.of(db, process)
        assert row is not None
        assert row.edges == 2


def test_a_file_without_streets_here_is_refused_and_the_earlier_network_stays(embedded: Store, tmp_path: Path) -> None:
    with embedded.writing() as db:
        process = a.process(db)
        kept = networks.put(db, process, np.array([a.along((0, 0), (100, 0))]), source="a", now=a.NOW).digest
        elsewhere = geojson(tmp_path, type=["gate", "sti", "fjern"])
        with pytest.raises(Invalid, match="network_empty"):
            networks.run(db, process, elsewhere, where="type=fjern", now=a.NOW)
        row = networks.of(db, process)
        assert row is not None
        assert row.digest == kept


def test_a_network_no_phone_could_hold_is_refused(embedded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "MOST_EDGES", 1)
    cross = np.array([a.along((-9, 0), (99, 0)), a.along((0, -9), (0, 99))])
    with embedded.writing() as db:
        process = a.process(db)
        with pytest.raises(TooLarge, match="network_too_large"):
            networks.put(db, process, cross, source="a", now=a.NOW)


@pytest.fixture
def command(sqlite_url: str, tmp_path: Path) -> Any:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(
            main, arguments, env={"DATABASE_URL": sqlite_url, "SNARVEI_DATA_DIR": str(tmp_path / "var")}
        )

    return run


def test_the_command_says_what_became_of_the_rows(command: Any, embedded: Store, tmp_path: Path) -> None:
    with embedded.writing() as db:
        a.process(db)
    said = command("network", "import", "borgen", str(geojson(tmp_path)))
    assert said.exit_code == 0
    assert said.output.startswith(
        "veier.geojson: 3 rows, 2 taken, 1 not taken (outside 1)\nnetwork: 3 stretches, 1.0 km"
    )


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("veier.txt", b"hei", "file_type"),
        ("veier.geojson", b"{", "file_unreadable"),
        ("veier.osm.pbf", b"\x00\x00\x00\x0dnot at all", "file_unreadable"),
        ("veier.zip", b"PK", "file_unreadable"),
        ("missing.gpkg", None, "file_missing"),
    ],
)
def test_a_bad_file_is_refused_by_name(
    command: Any, embedded: Store, tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    with embedded.writing() as db:
        a.process(db)
    if content is not None:
        (tmp_path / name).write_bytes(content)
    said = command("network", "import", "borgen", str(tmp_path / name))
    assert said.exit_code == 2
    assert f"({code})" in said.stderr


def test_the_file_has_an_address_that_changes_with_it_and_is_kept_for_ever(app: Flask, store: Store) -> None:
    with store.writing() as db:
        process = a.process(db)
        code = a.arena(db, process).join_code
        row = networks.put(db, process, np.array([a.along((0, 0), (900, 0), (900, 900))]), source="a", now=a.NOW)
        address = f"/network/{process.slug}/{row.digest}"
    client = app.test_client()
    assert address in client.get(f"/kart/{code}").text
    answer = client.get(address)
    assert "immutable" in answer.headers["Cache-Control"]
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert len(network.decode(answer.data).edges) == 1
    gone = client.get("/network/borgen/0123456789abcdef", headers={"Accept": "application/json"})
    assert gone.json is not None
    assert (gone.status_code, gone.json["code"]) == (404, "network_unknown")
