"""Handing over: what GDAL reads is what the gate let out."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from app.errors import Invalid, NotFound
from app.services import analysis, exports, measures, moderation, roadmap, streets
from app.services.index import Index
from app.store import Store
from gis.crs import epsg_of, project
from tests import builders as a

REASON = "Pengene gikk til skolen."


@pytest.fixture
def school(store: Store) -> Any:
    """A class of eight: a crowd at the dark path, a route, a roadmap input, one released comment."""
    with store.writing() as db:
        made = a.process(db)
        where = a.arena(db, made)
        a.crowd(db, where, a.at(400, 400), 8, group="bad", category="dark")
        actor = a.pupil(db, where)
        a.route(db, actor, a.along((-2000, 0), (-700, 100), (0, 0)), mode="cycle")
        id = a.place(db, actor, a.at(-300, 0), group="good", category="nice", comment="Fint på øya")
        planner = a.officer(db)
        moderation.decide(db, planner, made, id, "released", now=a.NOW)
        db.flush()
        index = Index(made)
        index.refresh(db, made)
        (area,) = analysis.derive_areas(db, made, index, a.NOW)
        found = roadmap.from_area(
            db, planner, made, area, title="Lys på stien", theme="traffic_safety", realiser="municipality", now=a.NOW
        )
        lamps = measures.create(
            db, planner, made, [found.public_id], {"title": "Lykter", "deadline": "2027-06-01"}, a.NOW
        )
        dropped = {"reason": REASON, "held_on": "", "version": lamps.version, "now": a.NOW, "today": a.NOW.date()}
        measures.take_step(db, planner, made, lamps.public_id, "rejected", **dropped)
    return made


def export(
    store: Store, made: Any, path: Path, layer: str = "", format: str = "gpkg", epsg: int = 25832
) -> exports.Exported:
    with store.reading() as db:
        index = Index(made)
        index.refresh(db, made)
        return exports.export(
            db, made, index, layers=(layer,) if layer else (), format=format, epsg=epsg, path=path, now=a.NOW
        )


@pytest.mark.parametrize("epsg", [4326, 25832, 25833, 25835])
def test_every_layer_is_there_in_the_crs_that_was_asked_for(
    store: Store, school: Any, tmp_path: Path, epsg: int
) -> None:
    path = tmp_path / "x.gpkg"
    rows = export(store, school, path, epsg=epsg).rows
    assert rows == {
        "places": 9,
        "routes": 1,
        "drawn_areas": 0,
        "areas": 1,
        "corridors": 0,
        "hexagons": rows["hexagons"],
        "roadmap_inputs": 1,
        "measures": 1,
        **dict.fromkeys(streets.LAYERS, 0),
    }
    assert {name for name, _ in pyogrio.list_layers(path)} == {*exports.LAYERS, "about", "layer_styles"}
    for layer in exports.LAYERS:
        info = pyogrio.read_info(path, layer=layer)
        assert epsg_of(info["crs"]) == epsg
        assert info["features"] == rows[layer]
    _, _, wkb, _ = pyogrio.raw.read(path, layer="places")
    found = project(shapely.from_wkb(wkb), epsg, a.EPSG)
    wanted = shapely.Point(a.CENTRE[0] - 300, a.CENTRE[1])
    assert shapely.distance(found, wanted).min() < 0.2


def test_words_come_through_and_only_released_comments(store: Store, school: Any, tmp_path: Path) -> None:
    export(store, school, tmp_path / "x.gpkg")
    meta, _, _, values = pyogrio.raw.read(tmp_path / "x.gpkg", layer="places")
    columns = dict(zip(meta["fields"], values, strict=True))
    assert "Fint på øya" in columns["comment"].tolist()
    assert sum(value is not None for value in columns["comment"]) == 1
    assert set(columns["word"]) == {"mørkt", "fint her"}
    assert "participant" not in " ".join(meta["fields"])


def test_one_layer_as_geojson_in_wgs84(store: Store, school: Any, tmp_path: Path) -> None:
    export(store, school, tmp_path / "x.geojson", "places", "geojson", 4326)
    found = json.loads((tmp_path / "x.geojson").read_text())
    assert len(found["features"]) == 9
    longitude, latitude = found["features"][0]["geometry"]["coordinates"]
    assert (10 < longitude < 11, 59 < latitude < 60) == (True, True)


def test_hexagons_of_too_few_children_have_no_figures(store: Store, school: Any, tmp_path: Path) -> None:
    export(store, school, tmp_path / "x.gpkg")
    meta, _, _, values = pyogrio.raw.read(tmp_path / "x.gpkg", layer="hexagons")
    columns = dict(zip(meta["fields"], values, strict=True))
    people = columns["people"].astype(float)
    assert np.isnan(people[columns["withheld"].astype(bool)]).all()
    assert (people[~columns["withheld"].astype(bool)] >= 5).all()
    assert columns["withheld"].any()


def test_the_ids_are_those_on_the_screen(store: Store, school: Any, tmp_path: Path) -> None:
    export(store, school, tmp_path / "x.gpkg")
    for layer, id in (("areas", "BORGEN-O001"), ("roadmap_inputs", "BORGEN-0001")):
        meta, _, _, values = pyogrio.raw.read(tmp_path / "x.gpkg", layer=layer)
        columns = dict(zip(meta["fields"], values, strict=True))
        assert columns["public_id"].tolist() == [id]
        assert columns["people"].tolist() == [8]


def test_a_measure_carries_its_place_its_inputs_and_the_reason(store: Store, school: Any, tmp_path: Path) -> None:
    export(store, school, tmp_path / "x.gpkg", epsg=4326)
    meta, _, wkb, values = pyogrio.raw.read(tmp_path / "x.gpkg", layer="measures")
    columns = {name: column.tolist() for name, column in zip(meta["fields"], values, strict=True)}
    told = {name: columns[name] for name in ("public_id", "title", "status", "reason", "inputs")}
    assert told == {
        "public_id": ["BORGEN-T001"],
        "title": ["Lykter"],
        "status": ["rejected"],
        "reason": [REASON],
        "inputs": ["BORGEN-0001"],
    }
    with store.reading() as db:
        place = roadmap.find(db, school, "BORGEN-0001").location
    assert shapely.equals_exact(shapely.from_wkb(wkb[0]), place, 1e-9, normalize=True)


def test_ogrinfo_opens_it(store: Store, school: Any, tmp_path: Path) -> None:
    """Another GDAL than the one that wrote it."""
    export(store, school, tmp_path / "x.gpkg")
    found = subprocess.run(
        ["ogrinfo", "-so", "-al", str(tmp_path / "x.gpkg")], capture_output=True, text=True, check=True
    )
    assert "ETRS89 / UTM zone 32N" in found.stdout
    assert "Layer name: roadmap_inputs" in found.stdout
    assert "Warning" not in found.stderr


@pytest.mark.parametrize(
    ("layer", "format", "epsg", "field"),
    [
        ("", "shp", 25832, "format"),
        ("dragons", "gpkg", 25832, "layer"),
        ("", "geojson", 4326, "layer"),
        ("places", "gpkg", 3857, "crs"),
    ],
)
def test_what_cannot_be_had_is_refused_and_writes_nothing(
    embedded: Store, tmp_path: Path, layer: str, format: str, epsg: int, field: str
) -> None:
    with embedded.writing() as db:
        made = a.process(db)
    with pytest.raises(Invalid) as refused:
        export(embedded, made, tmp_path / "x", layer, format, epsg)
    assert refused.value.field == field
    assert list(tmp_path.glob("x*")) == []


def test_streets_by_name_without_a_network_are_refused_and_nothing_is_written(embedded: Store, tmp_path: Path) -> None:
    with embedded.writing() as db:
        made = a.process(db)
    with pytest.raises(NotFound) as refused:
        export(embedded, made, tmp_path / "x.gpkg", "crossings")
    assert refused.value.code == "network_missing"
    assert list(tmp_path.glob("x*")) == []


def test_an_empty_process_can_be_handed_over(store: Store, tmp_path: Path) -> None:
    with store.writing() as db:
        made = a.process(db)
    assert set(export(store, made, tmp_path / "x.gpkg").rows.values()) == {0}


def test_a_file_that_is_there_is_replaced_only_when_the_new_one_is_whole(
    store: Store, school: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.gpkg"
    export(store, school, path)
    before = path.read_bytes()

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(exports, "styles", broken)
    with pytest.raises(OSError, match="disk full"):
        export(store, school, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.glob("x*")] == ["x.gpkg"]
