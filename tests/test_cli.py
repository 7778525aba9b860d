"""The ``snarvei`` command, run as an operations engineer runs it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import shapely
from click.testing import CliRunner, Result

from app.cli import main
from app.services import demo, processes
from app.store import Store
from tests import builders as a


@pytest.fixture
def command(store_url: str, tmp_path: Path) -> Any:
    """``command("export", "borgen", …)`` on either store."""

    def run(*arguments: str, input: str = "", **environ: str) -> Result:
        settings = {"DATABASE_URL": store_url, "SNARVEI_DATA_DIR": str(tmp_path), "SNARVEI_SECRET_KEY": "k" * 32}
        return CliRunner().invoke(main, arguments, input=input, env={**settings, **environ})

    return run


@pytest.fixture
def borgen(store: Store) -> Store:
    with store.writing() as db:
        made = a.process(db)
        a.crowd(db, a.arena(db, made), a.at(0, 0), 7)
    return store


def area_file(folder: Path) -> Path:
    path = folder / "area.geojson"
    feature = {
        "type": "Feature",
        "geometry": a.wire(shapely.buffer(a.at(0, 0), 0.02)),
        "properties": {"name": "Borgen"},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def test_a_municipality_is_set_up_from_the_command_line(command: Any, tmp_path: Path) -> None:
    options = ["--title", "Borgen", "--prefix", "BOR", "--municipality", "3203", "--margin", "200"]
    made = command(
        "process", "create", "borgen", "--area", str(area_file(tmp_path)), "--where", "name=Borgen", *options
    )
    assert (made.exit_code, made.output) == (0, "borgen: Borgen\n")
    assert command("staff", "create", "kari", "--municipality", "3203", input="correct horse battery\n").exit_code == 0
    assert command("staff", "password", "kari", input="another good password\n").exit_code == 0
    link = command("arena", "link", "borgen", "--label", "Skolen")
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/vert/[\w-]{43}/\n", link.output)
    assert "borgen\t3203\tBorgen" in command("process", "list").output
    assert command("arena", "list", "borgen").output == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["arena", "link", "nix", "--label", "x"], "process_unknown"),
        (["export", "nix", "--out", "x.gpkg"], "process_unknown"),
        (["export", "borgen", "--crs", "EPSG:3857", "--out", "x.gpkg"], "crs_not_offered"),
        (["export", "borgen", "--crs", "WGS84", "--out", "x.gpkg"], "crs_not_offered"),
        (["export", "borgen", "--layer", "dragons", "--out", "x.gpkg"], "value_unknown"),
        (["staff", "create", "x", "--municipality", "Asker"], "municipality_not_usable"),
        (["import", "borgen", "no.geojson", "--mapping", "no.toml"], "mapping_unreadable"),
        (["roadmap", "import", "borgen", "no.csv", "--mapping", "no.toml"], "file_missing"),
        (["forget", "borgen", "--code", "XXXXXX", "--alias", "blue.fox.7"], "code_unknown"),
        (["forget", "borgen", "--expired"], "retention_not_over"),
        (["demo"], "already_taken"),
    ],
)
def test_a_refusal_is_one_line_with_its_code_and_exit_code_two(
    command: Any, borgen: Store, arguments: list[str], code: str
) -> None:
    if arguments == ["demo"]:
        assert command("demo").exit_code == 0
    found = command(*arguments, input="correct horse battery\n")
    assert found.exit_code == 2
    assert found.stderr.strip().endswith(f"({code})")
    assert found.stderr.count("\n") == 1
    assert borgen


def test_layers_are_exported_and_counted(command: Any, borgen: Store, tmp_path: Path) -> None:
    path = tmp_path / "out.gpkg"
    found = command("export", "borgen", "--out", str(path))
    assert found.exit_code == 0
    assert "places\t7" in found.output
    assert path.exists()
    one = command(
        "export",
        "borgen",
        "--layer",
        "hexagons",
        "--format",
        "geojson",
        "--crs",
        "EPSG:4326",
        "--out",
        str(tmp_path / "x.geojson"),
    )
    assert "hexagons\t1" in one.output
    assert borgen


def test_areas_can_be_computed_of_each_category(command: Any, borgen: Store) -> None:
    found = command("process", "areas", "borgen", "--by", "category", "--method", "hdbscan")
    assert found.output == "BORGEN-O001\tactivity\tplay\n"
    assert command("process", "areas", "borgen", "--by", "mood").exit_code == 2


def test_areas_are_computed_and_keep_their_ids(command: Any, borgen: Store) -> None:
    first, again = command("process", "areas", "borgen"), command("process", "areas", "borgen")
    assert first.output.split("\n")[0].split("\t") == ["BORGEN-O001", "activity"]
    assert again.output == first.output
    assert borgen


def test_files_are_imported_all_or_none_and_reported(command: Any, borgen: Store, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(
        '[[source]]\nfile = "*.geojson"\nkind = "place"\nmask = false\n'
        '[source.fields]\ngroup = "good"\ncategory = "nice"\n'
    )
    for name, x in (("one", 10.0), ("two", 99_000.0)):
        feature = {"type": "Feature", "geometry": a.wire(a.at(x, 0)), "properties": {"n": 1}}
        (tmp_path / f"{name}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    files = [str(tmp_path / "one.geojson"), str(tmp_path / "two.geojson")]
    dry = command("import", "borgen", *files, "--mapping", str(tmp_path / "m.toml"), "--dry-run")
    assert "one.geojson: 1 rows, 1 stored" in dry.output
    assert "two.geojson: 1 rows, 0 stored, 1 not taken (outside_area 1)" in dry.output
    assert "Nothing was stored" in dry.output
    report = tmp_path / "report.json"
    done = command("import", "borgen", *files, "--mapping", str(tmp_path / "m.toml"), "--report", str(report))
    assert "1 stored" in done.output
    assert json.loads(report.read_text())[1]["refused"] == [{"row": 1, "code": "outside_area", "field": "geometry"}]
    again = command("import", "borgen", *files, "--mapping", str(tmp_path / "m.toml"))
    assert "1 there already" in again.output
    broken = command("import", "borgen", files[0], str(tmp_path / "m.toml"), "--mapping", str(tmp_path / "m.toml"))
    assert broken.exit_code == 2
    assert "mapping_missing" in broken.stderr
    assert borgen


def test_a_release_is_published(command: Any, borgen: Store) -> None:
    assert command("publish", "borgen").output == "Release 1: 1 cells.\n"
    assert command("publish", "borgen").output == "Release 2: 1 cells.\n"
    assert borgen


def test_a_participant_is_forgotten(command: Any, store: Store) -> None:
    with store.writing() as db:
        where = a.arena(db, a.process(db))
        actor = a.pupil(db, where)
        a.place(db, actor, a.at(0, 0))
        code = where.join_code or ""
    assert command("forget", "borgen", "--code", code, "--alias", actor.alias).output == "1 contributions erased.\n"
    assert command("forget", "borgen").exit_code == 2


def test_the_store_is_backed_up_and_restored(command: Any, borgen: Store, tmp_path: Path) -> None:
    path = tmp_path / "copy"
    assert command("backup", str(path)).exit_code == 0
    with borgen.writing() as db:
        db.delete(processes.by_slug(db, "borgen"))
    assert command("restore", str(path)).exit_code == 2
    assert command("restore", str(path), "--yes").output == "Restored.\n"
    with borgen.reading() as db:
        assert processes.by_slug(db, "borgen").title == "Borgen"


def test_the_doctor_finds_nothing_wrong_and_then_something(command: Any, borgen: Store, tmp_path: Path) -> None:
    well = command("doctor")
    assert well.exit_code == 0
    assert well.output.count("ok ") == 4
    ill = command("doctor", DATABASE_URL=f"sqlite:///{tmp_path / 'new.sqlite'}")
    assert ill.exit_code == 1
    assert "WRONG schema" in ill.output
    assert borgen


def test_the_demo_is_made_once_when_the_store_is_empty(command: Any, store: Store) -> None:
    assert command("demo", "--if-empty").exit_code == 0
    assert command("demo", "--if-empty").exit_code == 0
    with store.reading() as db:
        assert demo.exists(db)


def test_a_demo_that_is_there_is_left_as_it_is_when_asked(command: Any, store: Store) -> None:
    assert command("demo", "--if-missing").exit_code == 0
    with store.reading() as db:
        before = processes.by_slug(db, demo.SLUG).id
    assert command("demo", "--if-missing").exit_code == 0
    with store.reading() as db:
        assert processes.by_slug(db, demo.SLUG).id == before


def test_a_wrong_setting_stops_every_command_and_names_it(command: Any) -> None:
    found = command("process", "list", PORT="many")
    assert found.exit_code == 1
    assert "PORT='many'" in found.stderr


def test_every_command_is_documented() -> None:
    page = (Path(__file__).parents[1] / "docs" / "operations.md").read_text()
    for name, found in main.commands.items():
        inner = getattr(found, "commands", {})
        for full in [f"snarvei {name} {each}" for each in inner] or [f"snarvei {name}"]:
            assert f"`{full}" in page, full


def test_rows_of_a_spreadsheet_come_into_the_roadmap_all_or_none(command: Any, borgen: Store, tmp_path: Path) -> None:
    mapping, rows = tmp_path / "m.toml", tmp_path / "veikart.csv"
    mapping.write_text('[columns]\ntitle = "Tittel"\nrealiser = "Hvem"\n[defaults]\ntheme = "other"\n')
    arguments = ["roadmap", "import", "borgen", str(rows), "--mapping", str(mapping)]
    rows.write_bytes("Tittel;Hvem\nLys på stien;Kommunen\nBenk;kongen\n".encode("latin-1"))
    refused = command(*arguments)
    assert refused.exit_code == 2
    assert "veikart.csv: 2 rows, 1 new, 0 there already, 1 not taken" in refused.output
    assert "(cell_unknown)" in refused.output
    assert refused.stderr.strip().endswith("(import_refused)")
    rows.write_bytes("Tittel;Hvem\nLys på stien;Kommunen\nBenk;Innbyggerne\n".encode("latin-1"))
    assert "Nothing was stored" in command(*arguments, "--dry-run").output
    assert command(*arguments).output.split("\n")[1:] == ["BORGEN-0001", "BORGEN-0002", "Stored.", ""]
    assert "2 there already" in command(*arguments).output
    assert borgen
