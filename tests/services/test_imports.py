"""Bringing in: every row is stored or in the report with the reason; the same file again adds nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import func, select

from app.errors import Invalid
from app.model import Arena, Contribution, Participant
from app.services import analysis, area_words, conflicts, exports, imports, processes
from app.services.index import Index, Selection
from app.store import Store
from gis import privacy
from gis.crs import project
from tests import builders as a

MAPPING = """
[[source]]
file = "steder*.geojson"
kind = "place"
mask = false
[source.arena]
column = "hvem"
method = "kindergarten"
values = { "A og B" = ["A", "B"] }
[source.participant]
per = "arena"
people_at_least = 5
[source.fields]
comment = { columns = ["tekst", "mer"] }
group = { column = "type", values = { "fint" = "good", "stygt" = "bad" }, default = "activity" }
category = { column = "type", values = { "fint" = "nice", "stygt" = "litter" }, default = "play" }

[[source]]
file = "veier*.geojson"
kind = "route"
mask = true
[source.arena]
name = "Undersøkelsen 2015"
[source.participant]
per = "row"
[source.fields]
category = "to_school"
mode = "walk"
"""


def rows(*features: tuple[Any, dict[str, Any]]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "geometry": None if g is None else a.wire(g), "properties": p} for g, p in features
            ],
        }
    )


def place(x: float, hvem: str | None = "A", type: str | None = "fint", **more: Any) -> tuple[Any, dict[str, Any]]:
    return a.at(x, 0), {"hvem": hvem, "type": type, "tekst": None, "mer": None, **more}


@pytest.fixture
def mapping(tmp_path: Path) -> list[imports.Mapping]:
    (tmp_path / "m.toml").write_text(MAPPING)
    return imports.mappings(tmp_path / "m.toml")


def run(store: Store, path: Path, known: list[imports.Mapping], slug: str = "borgen") -> imports.Report:
    with store.writing() as db:
        return imports.run(db, processes.by_slug(db, slug), path, known, now=a.NOW, rng=a.rng())


def test_rows_become_contributions_in_an_arena_each(store: Store, tmp_path: Path, mapping: Any) -> None:
    with store.writing() as db:
        a.process(db)
    path = tmp_path / "steder.geojson"
    path.write_text(
        rows(place(0, tekst="blåbær", mer="og tyttebær"), place(50, "B", None), place(100, "A og B", "stygt"))
    )
    report = run(store, path, mapping)
    assert (report.rows, report.stored, report.shared, report.refused) == (3, 4, 1, [])
    with store.reading() as db:
        found = db.execute(
            select(Arena.title, Contribution.group, Contribution.category, Contribution.comment, Contribution.source)
            .join(Contribution, Contribution.arena_id == Arena.id)
            .order_by(Contribution.number)
        ).all()
        people = db.scalars(select(Participant.head_count)).all()
    assert found == [
        ("A", "good", "nice", "blåbær; og tyttebær", "import"),
        ("B", "activity", "play", None, "import"),
        ("A", "bad", "litter", None, "import"),
        ("B", "bad", "litter", None, "import"),
    ]
    assert people == [5, 5]


def test_the_same_file_again_adds_nothing(store: Store, tmp_path: Path, mapping: Any) -> None:
    with store.writing() as db:
        a.process(db)
    path = tmp_path / "steder.geojson"
    path.write_text(rows(place(0), place(50, "A og B")))
    assert run(store, path, mapping).stored == 3
    again = run(store, path, mapping)
    assert (again.stored, again.known) == (0, 3)
    with store.reading() as db:
        assert db.scalar(select(func.count()).select_from(Contribution)) == 3
        assert db.scalar(select(func.count()).select_from(Participant)) == 2


def test_every_row_that_is_not_taken_is_in_the_report_with_the_reason(
    store: Store, tmp_path: Path, mapping: Any
) -> None:
    with store.writing() as db:
        a.process(db)
    path = tmp_path / "steder.geojson"
    path.write_text(
        rows(
            place(0),
            (None, place(0)[1]),
            place(90_000),
            place(10, None),
            place(20, type="rart"),
            place(30, tekst="x" * 501),
            place(0),
        )
    )
    report = run(store, path, mapping)
    assert report.stored == 1
    assert [(number, code) for number, code, _ in report.refused] == [
        (2, "geometry_missing"),
        (3, "outside_area"),
        (4, "arena_missing"),
        (5, "value_not_mapped"),
        (6, "text_too_long"),
        (7, "row_twice"),
    ]
    assert report.refused[3][2]["given"] == "rart"


def test_a_source_that_needs_masking_is_masked(store: Store, tmp_path: Path, mapping: Any) -> None:
    with store.writing() as db:
        a.process(db)
    path = tmp_path / "veier2015.geojson"
    path.write_text(rows((a.along((-1500, 0), (-500, 200), (0, 0)), {"n": 1})))
    assert run(store, path, mapping).stored == 1
    with store.reading() as db:
        kept = a.metres(db.scalars(select(Contribution.geometry)).one())
        person = db.scalars(select(Participant)).one()
    assert kept.distance(shapely.Point(-1500, 0)) >= privacy.FLOOR - 0.01
    assert (person.sealed_zones, person.digest) == (None, None)


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("[[source]", "mapping_unreadable", "mapping"),
        ("x = 1", "mapping_incomplete", "source"),
        ('[[source]]\nkind = "place"\nmask = false', "mapping_incomplete", "file"),
        ('[[source]]\nfile = "x"\nkind = "place"', "mapping_incomplete", "mask"),
        (
            '[[source]]\nfile = "x"\nkind = "place"\nmask = false\n[source.fields]\nname = "Kari"',
            "field_unknown",
            "name",
        ),
        (
            '[[source]]\nfile = "x"\nkind = "place"\nmask = false\n[source.fields]\ncomment = 7',
            "mapping_unreadable",
            "mapping",
        ),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused(tmp_path: Path, text: str, code: str, field: str) -> None:
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(Invalid) as refused:
        imports.mappings(tmp_path / "m.toml")
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_mapping_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        imports.mappings(tmp_path / "no.toml")
    assert refused.value.code == "mapping_unreadable"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("steder.geojson", "no map at all", "file_unreadable"),
        ("steder.geojson", rows((a.at(0, 0), {"other": 1})), "column_unknown"),
        ("annet.geojson", rows(place(0)), "mapping_missing"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_whole(
    embedded: Store, tmp_path: Path, mapping: Any, name: str, content: str, code: str
) -> None:
    with embedded.writing() as db:
        a.process(db)
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(Invalid) as refused:
        run(embedded, path, mapping)
    assert refused.value.code == code
    with embedded.reading() as db:
        assert db.scalar(select(func.count()).select_from(Contribution)) == 0


def giske_process(store: Store, giske: Path) -> Any:
    outlines = json.loads((giske / "municipalities.geojson").read_text())
    outline = next(f for f in outlines["features"] if f["properties"]["name"] == "Giske")
    shape = shapely.geometry.shape(outline["geometry"])
    area = project(shapely.buffer(project(shape, 4326, 25832), 2000), 25832, 4326)
    with store.writing() as db:
        return processes.create(
            db, slug="giske", prefix="GIS", title="Giske", municipality="1532", area=area, export_epsg=25832, now=a.NOW
        )


@pytest.fixture
def brought_in(store: Store, giske: Path) -> tuple[Store, Any, list[imports.Report]]:
    """Giske's kindergartens' tracks of 2023, as the municipality published them."""
    made = giske_process(store, giske)
    known = imports.mappings(Path(__file__).parents[1] / "giske.toml")
    files = [giske / "giske" / f"barnehagetrakk2023_{kind}.geojson" for kind in ("routes", "places")]
    return store, made, [run(store, path, known, "giske") for path in files]


def test_giskes_routes_and_places_come_in_with_a_report(brought_in: Any) -> None:
    store, made, (routes, places) = brought_in
    assert (routes.rows, routes.stored, routes.refused) == (123, 123, [])
    assert (places.rows, places.stored, places.shared, places.refused) == (100, 103, 3, [])
    with store.reading() as db:
        titles = db.scalars(select(Arena.title).where(Arena.process_id == made.id).order_by(Arena.title)).all()
        assert titles == ["Daggry", "Giske", "Godøy", "Myra", "Nordstrand", "Sætra", "Vigra"]
        comments = db.scalars(select(Contribution.comment).where(Contribution.comment.is_not(None))).all()
        assert any("uoversiktleg" in comment for comment in comments)
        wishes = db.scalar(select(func.count()).select_from(Contribution).where(Contribution.group == "wish"))
        assert wishes == 6


def test_giskes_shared_walks_are_kept_whole(brought_in: Any) -> None:
    store, _, _ = brought_in
    with store.reading() as db:
        kinds = {g.geom_type for g in db.scalars(select(Contribution.geometry).where(Contribution.kind == "route"))}
    assert kinds == {"MultiLineString"}


def test_the_map_the_areas_and_the_export_run_on_giskes_data(brought_in: Any, tmp_path: Path) -> None:
    store, made, _ = brought_in
    with store.writing() as db:
        index = Index(made)
        index.refresh(db, made)
        assert len(analysis.derive_areas(db, made, index, a.NOW)) > 10
    with store.reading() as db:
        keys, people, _ = index.hexagons(Selection())
        assert len(keys) > 300
        assert people.min() >= 5
        tiles = [
            analysis.heat_tile(index, Selection(), "route", 12, x, y)
            for x in range(2114, 2122)
            for y in range(1124, 1136)
        ]
        assert any(tile is not None for tile in tiles)
        found = exports.export(
            db, made, index, layers=(), format="gpkg", epsg=25832, path=tmp_path / "giske.gpkg", now=a.NOW
        )
    assert (found.rows["routes"], found.rows["places"]) == (123, 103)


def test_giskes_places_become_areas_with_ids_types_and_the_names_people_use(brought_in: Any) -> None:
    store, made, _ = brought_in
    with store.writing() as db:
        index = Index(made)
        index.refresh(db, made)
        areas = analysis.derive_areas(db, made, index, a.NOW)
        figures = analysis.area_figures(index, areas, Selection())
        names = {name.words for area in areas for name in area_words.written(db, made, area).names}
        wider = analysis.derive_areas(db, made, index, a.NOW, method="hdbscan")
    assert [area.public_id for area in areas] == [f"GIS-O{number:03}" for number in range(1, len(areas) + 1)]
    assert {area.group for area in areas} == {"activity", "good", "bad", "wish"}
    assert all((figures[area.id].people or 0) >= 5 for area in areas)
    assert sum(figures[area.id].registrations or 0 for area in areas) == 103
    assert {"Postbjarneskogen", "Skjongstranda", "Olabakken"} <= names
    assert 10 < len(wider) < len(areas)
    assert len({area.public_id for area in wider} & {area.public_id for area in areas}) > len(wider) // 2


def test_giskes_regulated_playgrounds_are_held_against_its_routes(brought_in: Any, giske: Path) -> None:
    store, made, _ = brought_in
    path = giske / "giske" / "regulated_playgrounds.geojson"
    with store.reading() as db:
        plan = conflicts.read(path, made, called=path.name)
        found = conflicts.of(db, made, plan)
        drawn = [row.geometry for row in db.scalars(select(Contribution)) if row.geometry is not None]
    tree = shapely.STRtree(drawn)
    assert len(plan.geometry) + plan.outside == 163
    met = {int(row) for row in tree.query(plan.geometry, predicate="intersects")[1]}
    assert found.whole.everything.registrations == len(met) > 0
    assert len(found.parts) == len(plan.geometry)
