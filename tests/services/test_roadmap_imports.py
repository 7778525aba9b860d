"""Spreadsheets as offices save them become inputs of the roadmap: all or none, each row told what is wrong with it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from app.errors import Invalid, Refusal, TooLarge
from app.model import InputEvidence, InputTag, RoadmapInput
from app.services import roadmap, roadmap_imports, roadmap_tags, sheets
from app.services.roadmap_imports import Mapping
from app.store import Session, Store
from tests import builders as a

HEAD = "Nr;Tittel;Ordrett;Tema;Type;Hvem kan;Merkelapper;Bredde;Lengde"
ROW = "17;Lys på stien;«Det er så mørkt»;trafikksikkerhet  og skolevei;utfordring;Kommunen;Natt, vinter;;"


def lines(*rows: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join((HEAD, *rows)).encode(encoding)


def workbook(rows: list[list[Any]], *merges: str) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for merge in merges:
        sheet.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def tried(db: Session, made: Any, body: bytes, called: str = "innspill.csv", **defaults: str) -> Any:
    sheet = sheets.read(body, called)
    guessed = roadmap_imports.guess(sheet)
    mapping = Mapping(guessed.columns, {"theme": "other", "realiser": "together", **guessed.defaults, **defaults})
    return roadmap_imports.tried(db, made, sheet, mapping, called)


def refusals(report: Any) -> list[tuple[int, str, str | None]]:
    return [(row, refusal.code, refusal.field) for row, refusal in report.refused]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_text_is_read_however_the_office_saved_it(encoding: str, delimiter: str) -> None:
    body = f'Tittel{delimiter}Tekst\r\n"Lys; på, stien"{delimiter}"To\r\nlinjer ""her"""\r\n'
    sheet = sheets.read(body.encode(encoding), "innspill.csv")
    assert sheet.rows == [{"Tittel": "Lys; på, stien", "Tekst": 'To\nlinjer "her"'}]
    assert sheet.numbers == [2]


def test_rows_become_inputs_with_their_words_tags_place_and_source(store: Store) -> None:
    where = a.at(100, 0)
    with store.writing() as db:
        made, planner = a.process(db), a.officer(db)
        a.wanted(db, made)
        report = tried(db, made, lines(ROW, f"18;Benk;;;;;;{where.y:.6f};{where.x:.6f}".replace(".", ",")))
        assert report.refused == []
        ids = roadmap_imports.store(db, planner, made, report, a.NOW)
        assert ids == ["BORGEN-0002", "BORGEN-0003"]
        assert a.wanted(db, made).public_id == "BORGEN-0004"
    with store.reading() as db:
        first, second = (roadmap.find(db, made, id) for id in ids)
        assert (first.title, first.text, first.kind, first.realiser, first.status) == (
            "Lys på stien",
            "«Det er så mørkt»",
            "challenge",
            "municipality",
            "heard",
        )
        assert roadmap_tags.tags_of(db, [first]) == {first.id: ["natt", "vinter"]}
        (source,) = roadmap.evidence_of(db, first)
        assert (source.file, source.row, source.own_id) == ("innspill.csv", 2, "17")
        assert second.location.distance(where) < 1e-5
        assert (second.theme, second.realiser, second.kind) == ("other", "together", "suggestion")
        assert roadmap.figures(db, made) == {}
        assert roadmap.history(db, first)[0].changes == {"created": [None, "innspill.csv, 2"]}


def test_458_rows_come_in_one_go_and_a_second_time_nothing_does(store: Store) -> None:
    body = lines(*(f"{n};Innspill nummer {n};;;;{('Kommunen', 'innbyggerne', 'flere')[n % 3]};;;" for n in range(458)))
    with store.writing() as db:
        made, planner = a.process(db), a.officer(db)
        ids = roadmap_imports.store(db, planner, made, tried(db, made, body), a.NOW)
        assert len(set(ids)) == 458
    with store.writing() as db:
        again = tried(db, made, body)
        assert (again.refused, again.drafts) == ([], [])
        assert [there for _, there in again.known] == ids
        assert roadmap_imports.store(db, planner, made, again, a.NOW) == []
        assert db.scalar(select(func.count()).select_from(RoadmapInput)) == 458


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ("1;;;;;;;;", "field_missing", "title"),
        (f"1;{'x' * 141};;;;;;;", "text_too_long", "title"),
        (f"1;A;{'x' * 4001};;;;;;", "text_too_long", "text"),
        ("1;A;;drager;;;;;", "cell_unknown", "theme"),
        ("1;A;;;drøm;;;;", "cell_unknown", "kind"),
        ("1;A;;;;kongen;;;", "cell_unknown", "realiser"),
        ('1;"=HYPERLINK(""http://x"")";;;;;;;', "cell_formula", "title"),
        ("1;A;;;;;;nord;øst", "place_unreadable", "lat"),
        ("1;A;;;;;;59,9;", "place_unreadable", "lat"),
        ("1;A;;;;;;nan;nan", "place_outside", "lat"),
        ("1;A;;;;;;10,4;59,8", "place_outside", "lat"),
        (f"1;A;;;;;{'x' * 41};;", "text_too_long", "tags"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_and_nothing_is_stored(
    embedded: Store, row: str, code: str, field: str
) -> None:
    with embedded.writing() as db:
        made, planner = a.process(db), a.officer(db)
        report = tried(db, made, lines(ROW, row))
        assert refusals(report) == [(3, code, field)]
        with pytest.raises(Invalid) as refused:
            roadmap_imports.store(db, planner, made, report, a.NOW)
        assert refused.value.code == "import_refused"
        assert db.scalar(select(func.count()).select_from(RoadmapInput)) == 0
        assert made.inputs_made == 0


def test_the_same_words_twice_in_a_file_are_one_input(embedded: Store) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        a.wanted(db, made, "Finnes fra før")
        report = tried(db, made, lines("1;Lys;;;;;;;", "2; LYS ;;;;;;;", "3;finnes  fra før;;;;;;;"))
        assert [draft["row"] for draft in report.drafts] == [2]
        assert report.known == [(3, "row 2"), (4, "BORGEN-0001")]


def test_an_own_number_names_one_input(embedded: Store) -> None:
    with embedded.writing() as db:
        made, planner = a.process(db), a.officer(db)
        report = tried(db, made, lines("1;Lys;;;;;;;", "1;Mørke;;;;;;;"))
        assert refusals(report) == [(3, "own_id_twice", "own_id")]
        roadmap_imports.store(db, planner, made, tried(db, made, lines("1;Lys;;;;;;;")), a.NOW)
        assert refusals(tried(db, made, lines("1;Mørke;;;;;;;"))) == [(2, "input_there", "own_id")]
        assert refusals(tried(db, made, lines("1;Mørke;;;;;;;"), "andre.csv")) == []


def test_a_workbook_with_merged_headers_is_read(embedded: Store) -> None:
    where = a.at(0, 0)
    body = workbook(
        [
            ["Veikart for Borgen, alle innspill", None, None, None],
            [],
            ["Nr", "Tittel", "Sted", None],
            [1.0, "Lys", where.y, where.x],
            [2, "Formel", "=1+1", None],
            [3, "=HYPERLINK(1)", None, None],
        ],
        "A1:D1",
        "C3:D3",
    )
    sheet = sheets.read(body, "veikart.XLSX")
    assert sheet.columns == ["Nr", "Tittel", "Sted", "Sted (2)"]
    assert (sheet.rows[0]["Nr"], sheet.numbers) == ("1", [4, 5, 6])
    mapping = Mapping(
        {"title": "Tittel", "lat": "Sted", "lon": "Sted (2)", "own_id": "Nr"},
        {"theme": "other", "kind": "quality", "realiser": "residents", "status": "heard"},
    )
    with embedded.writing() as db:
        report = roadmap_imports.tried(db, a.process(db), sheet, mapping, "veikart.xlsx")
    assert len(report.drafts) == 1
    assert refusals(report) == [(5, "cell_formula", "lat"), (6, "cell_formula", "title")]


@pytest.mark.parametrize(
    ("body", "called", "kind", "code"),
    [
        (b"", "a.csv", Invalid, "sheet_empty"),
        (b"Tittel;Tekst\r\n", "a.csv", Invalid, "sheet_empty"),
        (b"\x00\xff" * 50, "a.xlsx", Invalid, "sheet_unreadable"),
        (b"PK\x03\x04 no", "a.xlsx", Invalid, "sheet_unreadable"),
        (b"x", "a.ods", Invalid, "file_type"),
        (b"x" * 2_000_001, "a.csv", TooLarge, "file_too_large"),
        (b"a;b\n" + b"1;2\n" * 5001, "a.csv", TooLarge, "sheet_too_large"),
    ],
)
def test_a_file_that_is_no_spreadsheet_is_refused(body: bytes, called: str, kind: type[Refusal], code: str) -> None:
    with pytest.raises(kind) as refused:
        sheets.read(body, called)
    assert refused.value.code == code


def test_a_mapping_must_name_columns_that_are_there(embedded: Store) -> None:
    sheet = sheets.read(lines(ROW), "a.csv")
    with embedded.writing() as db:
        made = a.process(db)
        for columns, code in (({"title": "Navn"}, "sheet_column_missing"), ({"own_id": "Nr"}, "title_not_mapped")):
            with pytest.raises(Invalid) as refused:
                roadmap_imports.tried(db, made, sheet, Mapping(columns), "a.csv")
            assert refused.value.code == code


def test_a_title_can_be_made_of_the_text(embedded: Store) -> None:
    text = "Det burde være lys på stien mellom skolen og svømmehallen, for der er det helt mørkt om vinteren"
    with embedded.writing() as db:
        made = a.process(db)
        sheet = sheets.read(f"Nr;Tekst\n1;{text}\n".encode(), "a.csv")
        mapping = Mapping({"text": "Tekst"}, {"theme": "other", "realiser": "together", **roadmap_imports.USUAL})
        (draft,) = roadmap_imports.tried(db, made, sheet, mapping, "a.csv").drafts
    title = draft["words"]["title"]
    assert text.startswith(title.removesuffix(" …"))
    assert len(title) <= 82
    assert draft["words"]["text"] == text


@pytest.mark.parametrize("cell", ["=1+1", "+47 1", "-5", "@x", "\t=1", " =1", "\r=1"])
def test_no_cell_that_is_written_begins_as_a_formula(cell: str) -> None:
    written = sheets.written(["a", "b"], [[cell, 3]]).decode("utf-8-sig")
    assert written.split("\r\n")[1].lstrip('"').startswith("'")
    assert sheets.harmless(-5) == -5


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("columns = [", "mapping_unreadable"),
        ('[columns]\ntittel = "Tittel"', "field_unknown"),
        ('[values.title]\na = "b"', "field_unknown"),
        ("columns = 3", "mapping_unreadable"),
    ],
)
def test_a_mapping_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(Invalid) as refused:
        roadmap_imports.read_mapping(tmp_path / "m.toml")
    assert refused.value.code == code


def test_their_words_become_our_codes(embedded: Store, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(
        '[columns]\ntitle = "Tittel"\ntheme = "Tema"\nrealiser = "Hvem kan"\n[values.theme]\n"Lys" = "upkeep"\n'
    )
    mapping = roadmap_imports.read_mapping(tmp_path / "m.toml")
    with embedded.writing() as db:
        made = a.process(db)
        sheet = sheets.read(lines("1;A;;LYS;;kommunen;;;"), "a.csv")
        (draft,) = roadmap_imports.tried(db, made, sheet, mapping, "a.csv").drafts
        assert draft["words"]["theme"] == "upkeep"
        assert db.scalars(select(InputEvidence)).all() == []
        assert db.scalars(select(InputTag)).all() == []
