"""Files in and out, read back by GDAL."""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyogrio
import pytest
import shapely

from gis.crs import epsg_of, project
from gis.formats import reading, writing
from gis.formats.styles import Style, Symbol, qml
from gis.geojson import Unusable
from gis.layer import Batch, Field, Layer

FIELDS = (
    Field("name", "text"),
    Field("n", "integer"),
    Field("share", "real"),
    Field("at", "datetime"),
    Field("day", "date"),
    Field("yes", "boolean"),
)
COLUMNS = {
    "name": ["Åsveien «øst»", None],
    "n": [3, None],
    "share": [0.5, None],
    "at": [datetime(2026, 11, 23, 9, tzinfo=UTC), None],
    "day": [date(2026, 11, 23), None],
    "yes": [True, None],
}
POINTS = [shapely.Point(10.4, 59.8), shapely.Point(10.5, 59.9)]
LINES = [shapely.LineString([(10.4, 59.8), (10.5, 59.9)]), None]


def layer(name: str = "places", geometry: list[object] | None = None, type: str = "Point") -> Layer:
    return Layer.of(name, name.capitalize(), type, FIELDS, geometry or POINTS, COLUMNS)  # type: ignore[arg-type]


@pytest.mark.parametrize("epsg", [4326, 25832, 25833, 25835])
def test_a_geopackage_is_what_gdal_reads(tmp_path: Path, epsg: int) -> None:
    path = tmp_path / "x.gpkg"
    layers = [layer(), layer("routes", LINES, "MultiLineString")]
    rows = writing.geopackage(path, layers, epsg, styles={}, about={})
    assert rows == {"places": 2, "routes": 2}
    info = pyogrio.read_info(path, layer="places")
    assert epsg_of(info["crs"]) == epsg
    assert list(info["fields"]) == [f.name for f in FIELDS]
    _, _, wkb, values = pyogrio.raw.read(path, layer="places", datetime_as_string=True)
    back = project(shapely.from_wkb(wkb), epsg, 4326)
    assert shapely.distance(back, np.array(POINTS)).max() < 1e-8
    assert values[0].tolist() == COLUMNS["name"]
    assert values[1][0] == 3
    assert values[3][0].startswith("2026-11-23T09:00")
    lines = pyogrio.raw.read(path, layer="routes")[2]
    assert shapely.from_wkb(lines[0]).geom_type == "MultiLineString"
    assert lines[1] is None


def test_a_geopackage_says_what_it_is_and_how_it_looks(tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    style = Style("point", "name", (Symbol("a", "A & B", (1, 2, 3)),), label_field="name")
    writing.geopackage(path, [layer()], 25832, styles={"places": style, "other": style}, about={"kommune": "9999"})
    assert {row[0] for row in pyogrio.list_layers(path)} == {"places", "about", "layer_styles"}
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT value FROM about WHERE key = 'kommune'").fetchone() == ("9999",)
        styles = db.execute(
            "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles"
        ).fetchall()
    assert [row[:3] for row in styles] == [("places", "geom", 1)]
    assert ElementTree.fromstring(styles[0][3].partition(">")[2]).find("renderer-v2").get("attr") == "name"  # type: ignore[union-attr]


def test_a_graduated_style_names_its_classes() -> None:
    ranges = ((5.0, 9.0, "5–9", (1, 2, 3)), (10.0, 19.0, "10–19", (4, 5, 6)))
    root = ElementTree.fromstring(qml(Style("polygon", "people", ranges=ranges)).partition(">")[2])
    assert [r.get("label") for r in root.iter("range")] == ["5–9", "10–19"]
    assert len(root.findall(".//symbol")) == 2


def test_geojson_is_wgs84_unless_it_says_otherwise(tmp_path: Path) -> None:
    for epsg in (4326, 25833):
        path = tmp_path / f"{epsg}.geojson"
        assert writing.geojson(path, layer(), epsg) == 2
        assert epsg_of(pyogrio.read_info(path)["crs"]) == epsg
        assert shapely.distance(reading.read(path).geometry, np.array(POINTS)).max() < 1e-6


def test_many_batches_become_one_layer(tmp_path: Path) -> None:
    def read() -> object:
        for start in range(0, 5000, 1000):
            shapes = shapely.points(np.column_stack([np.arange(start, start + 1000) / 1e3, np.zeros(1000)]))
            yield Batch(shapes, {"n": list(range(start, start + 1000))})

    many = Layer("many", "Many", "Point", (Field("n", "integer"),), read)  # type: ignore[arg-type]
    path = tmp_path / "x.gpkg"
    assert writing.geopackage(path, [many], 4326, styles={}, about={}) == {"many": 5000}
    assert len(many.collect()) == 5000
    values = pyogrio.raw.read(path, layer="many")[3]
    assert values[0].tolist() == list(range(5000))


def test_an_empty_layer_is_written_with_its_fields(tmp_path: Path) -> None:
    empty = Layer.of("areas", "Areas", "MultiPolygon", FIELDS, [], {f.name: [] for f in FIELDS})
    path = tmp_path / "x.gpkg"
    assert writing.geopackage(path, [empty], 25832, styles={}, about={}) == {"areas": 0}
    assert list(pyogrio.read_info(path, layer="areas")["fields"]) == [f.name for f in FIELDS]


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp"])
def test_what_others_write_is_read_in_wgs84(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    shapes = shapely.to_wkb(project(np.array(POINTS, dtype=object), 4326, 25833))
    pyogrio.raw.write(path, shapes, [np.array(["æ", "ø"])], ["namn"], geometry_type="Point", crs="EPSG:25833")
    found = reading.read(path)
    assert shapely.distance(found.geometry, np.array(POINTS)).max() < 1e-6
    assert found.columns["namn"].tolist() == ["æ", "ø"]


def test_a_zipped_shapefile_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.shp"
    pyogrio.raw.write(
        path, shapely.to_wkb(POINTS), [np.array(["a", "b"])], ["n"], geometry_type="Point", crs="EPSG:4326"
    )
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for part in tmp_path.glob("x.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    assert len(reading.read(tmp_path / "x.zip")) == 2


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.geojson", b"0" * 60_000_000)


def two_layers(path: Path) -> None:
    writing.geopackage(path, [layer("one"), layer("two")], 4326, styles={}, about={})


def without_crs(path: Path) -> None:
    pyogrio.raw.write(path, shapely.to_wkb(POINTS), [np.array([1, 2])], ["n"], geometry_type="Point", crs=None)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        ("no.geojson", None, "file_missing"),
        ("x.docx", lambda path: path.write_text("x"), "file_type"),
        ("x.geojson", lambda path: path.write_text("this is no map"), "file_unreadable"),
        ("x.gpkg", lambda path: path.write_bytes(b"\0" * 4096), "file_unreadable"),
        ("x.zip", lambda path: path.write_bytes(b"PK nonsense"), "file_unreadable"),
        ("x.zip", bomb, "zip_unsafe"),
        ("x.gpkg", two_layers, "layer_unclear"),
        ("x.shp", without_crs, "crs_missing"),
    ],
    ids=["missing", "another kind", "no map", "broken", "no archive", "zip bomb", "which layer", "no CRS"],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_code(tmp_path: Path, name: str, make: object, code: str) -> None:
    path = tmp_path / name
    if callable(make):
        make(path)
    with pytest.raises(Unusable) as refused:
        reading.read(path)
    assert refused.value.code == code


def test_a_named_layer_is_read_and_another_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    two_layers(path)
    assert len(reading.read(path, "two")) == 2
    with pytest.raises(Unusable) as refused:
        reading.read(path, "three")
    assert refused.value.code == "layer_missing"
    assert "one" in str(refused.value.facts["found"])


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ("EPSG:25832", 25832),
        ("OGC:CRS84", 4326),
        ("+proj=utm +zone=33 +ellps=GRS80 +units=m", 25833),
        ("nonsense", None),
        (None, None),
    ],
)
def test_a_crs_is_known_by_its_definition(definition: str | None, code: int | None) -> None:
    assert epsg_of(definition) == code
