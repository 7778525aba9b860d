"""Rows of a spreadsheet as inputs of the roadmap, by a mapping from its columns: tried first, then all or none."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import shapely
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.errors import Invalid, Refusal
from app.model import InputEvidence, InputLog, InputTag, Process, RoadmapInput
from app.model.roadmap import INPUT_KINDS, INPUT_STATES, REALISERS
from app.services import processes, roadmap, roadmap_tags
from app.services.actors import SYSTEM, Officer
from app.services.sheets import Sheet

CODED = ("theme", "kind", "realiser", "status")
FIELDS = ("title", "text", *CODED, "tags", "lat", "lon", "own_id")
CODES: dict[str, tuple[str, ...]] = {
    "kind": INPUT_KINDS,
    "realiser": REALISERS,
    "status": tuple(state for state in INPUT_STATES if state != "merged"),
}
USUAL = {"kind": "suggestion", "status": "heard"}
HEADERS: dict[str, str] = {
    "title": "tittel innspill innspel overskrift kort title",
    "text": "tekst ordrett beskrivelse forslag skildring kommentar text",
    "theme": "tema theme",
    "kind": "type slag kind",
    "realiser": "hvem kven realiserer ansvar hvem_kan who realiser",
    "status": "status",
    "tags": "merkelapper merkelappar emneord stikkord tags",
    "lat": "lat latitude bredde breddegrad breidd nord",
    "lon": "lon lng longitude lengde lengdegrad lengd øst aust",
    "own_id": "id nr nummer løpenr",
}
WORDS: dict[str, dict[str, str]] = {
    "kind": {
        "quality": "kvalitet kvaliteter kvalitetar bra styrke",
        "challenge": "utfordring utfordringer utfordringar problem",
        "suggestion": "forslag ønske tiltak idé ide framlegg",
    },
    "realiser": {
        "municipality": "kommunen kommune",
        "residents": "innbyggerne innbyggere innbyggarane innbyggarar beboere",
        "together": "sammen saman flere fleire flere_sammen fleire_saman flere_aktører fleire_aktørar",
    },
    "status": {
        "heard": "hørt høyrt ny mottatt motteke",
        "considered": "vurderes under_vurdering blir_sett_på",
        "planned": "planlagt",
        "done": "gjort ferdig gjennomført",
        "declined": "nei avvist avslått",
    },
}


@dataclass(frozen=True)
class Mapping:
    """``columns`` by our field; ``defaults`` stand where a cell is empty; ``values`` turn their words into codes."""

    columns: dict[str, str]
    defaults: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Report:
    """What would become of a file's rows. ``known`` are rows that are there already: in the file (``row 3``) or in the
    roadmap (a public id). Row numbers are the file's, from 1.
    """

    file: str
    rows: int = 0
    drafts: list[dict[str, Any]] = field(default_factory=list)
    known: list[tuple[int, str]] = field(default_factory=list)
    refused: list[tuple[int, Refusal]] = field(default_factory=list)


def guess(sheet: Sheet) -> Mapping:
    """The mapping that the names of the columns suggest."""
    columns: dict[str, str] = {}
    for name, words in HEADERS.items():
        free = [column for column in sheet.columns if column not in columns.values()]
        found = next((column for column in free if _folded(column) in words.split()), None)
        if found:
            columns[name] = found
    return Mapping(columns, dict(USUAL))


def read_mapping(path: Path) -> Mapping:
    """``[columns]``, ``[defaults]`` and ``[values.FIELD]`` of a TOML file. Raises Invalid."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        parts = {name: dict(document.get(name, {})) for name in ("columns", "defaults", "values")}
        values = {name: {str(k): str(v) for k, v in dict(words).items()} for name, words in parts["values"].items()}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError, ValueError) as error:
        raise Invalid("mapping_unreadable", field="mapping", reason=str(error)[:200]) from error
    unknown = {*parts["columns"]} - {*FIELDS} | ({*parts["defaults"], *values} - {*CODED})
    if unknown:
        raise Invalid("field_unknown", field=sorted(unknown)[0])
    return Mapping(
        {name: str(column) for name, column in parts["columns"].items()},
        USUAL | {name: str(code) for name, code in parts["defaults"].items()},
        values,
    )


def alone(db: Session, process: Process) -> None:
    """Nobody else makes inputs in this process until the transaction ends: what is tried now is what is stored."""
    processes.take_number(db, process.id, "inputs_made", 0)


def tried(db: Session, process: Process, sheet: Sheet, mapping: Mapping, called: str) -> Report:
    """What would become of each row; nothing is stored. Raises Invalid when no row can be read with this mapping."""
    _check(sheet, mapping)
    report = Report(called, rows=len(sheet.rows))
    reading = _Reading(db, process, mapping, called)
    for row, number, formulas in zip(sheet.rows, sheet.numbers, sheet.formulas, strict=True):
        try:
            draft = reading.draft(row, number, formulas)
            there = reading.there(draft)
        except Refusal as refusal:
            report.refused.append((number, refusal))
        else:
            if there:
                report.known.append((number, there))
            else:
                report.drafts.append(draft)
    return report


def store(db: Session, actor: Officer | None, process: Process, report: Report, now: datetime) -> list[str]:
    """Store what was tried, in the same transaction: all of it, or nothing if any row was refused (Invalid:
    import_refused). The rows of the file are the evidence. Returns the new public ids.
    """
    if report.refused:
        raise Invalid("import_refused", field="file", refused=len(report.refused))
    many = len(report.drafts)
    if not many:
        return []
    first = processes.take_number(db, process.id, "inputs_made", many) - many + 1
    label = actor.label if actor else SYSTEM
    inputs, evidence, logs, tags = [], [], [], []
    for number, draft in enumerate(report.drafts, first):
        id = uuid4()
        source = {"file": report.file, "row": draft["row"], "own_id": draft["own_id"]}
        inputs.append(_values(process, id, number, draft["words"], now))
        evidence.append({"id": uuid4(), "input_id": id, **source})
        created = {"created": [None, f"{report.file}, {draft['row']}"]}
        logs.append({"input_id": id, "at": now, "actor": label, "changes": created})
        tags += [{"input_id": id, "tag": tag} for tag in draft["tags"]]
    for model, rows in ((RoadmapInput, inputs), (InputEvidence, evidence), (InputLog, logs), (InputTag, tags)):
        if rows:
            db.execute(insert(model), rows)
    return [row["public_id"] for row in inputs]


class _Reading:
    """Rows held against the process's words, and against each other and the roadmap."""

    def __init__(self, db: Session, process: Process, mapping: Mapping, called: str) -> None:
        self.process, self.mapping, self.called = process, mapping, called
        catalogue = processes.catalogue(db, process.id).get("theme", {})
        self.codes = {"theme": tuple(catalogue), **CODES}
        self.words = {name: _vocabulary(WORDS[name], self.codes[name]) for name in CODES}
        said = {code: " ".join(_folded(word) for word in entry.words.values()) for code, entry in catalogue.items()}
        self.words["theme"] = _vocabulary(said, self.codes["theme"])
        self.offered = {name: [said.split()[0].replace("_", " ") for said in WORDS[name].values()] for name in CODES}
        self.offered["theme"] = [entry.words.get("nb", code) for code, entry in catalogue.items()]
        for name, words in mapping.values.items():
            self.words[name] |= {_folded(word): code for word, code in words.items()}
        kept = select(RoadmapInput.public_id, RoadmapInput.title, RoadmapInput.text, InputEvidence.own_id)
        present = kept.outerjoin(
            InputEvidence, (InputEvidence.input_id == RoadmapInput.id) & (InputEvidence.file == called)
        ).where(RoadmapInput.process_id == process.id)
        self.seen: dict[tuple[str, str], str] = {}
        self.own: dict[str, str] = {}
        for id, title, text, own_id in db.execute(present):
            self.seen[_key(title, text)] = id
            if own_id:
                self.own[own_id] = id

    def draft(self, row: dict[str, str], number: int, formulas: Iterable[str]) -> dict[str, Any]:
        """A row as it would be stored: its words, its tags, its own id. Raises Invalid naming the field."""
        cells = {name: row.get(column, "") for name, column in self.mapping.columns.items()}
        for name, column in self.mapping.columns.items():
            if column in formulas:
                raise Invalid("cell_formula", field=name)
        codes = {name: self._code(name, cells.get(name, "")) for name in CODED}
        title = cells["title"] if "title" in cells else _shortened(cells.get("text", ""))
        words = roadmap.checked(
            self.codes["theme"],
            title=title,
            text=cells.get("text"),
            theme=codes["theme"],
            realiser=codes["realiser"],
        )
        words |= {"kind": codes["kind"], "status": codes["status"], "location": self._place(cells)}
        tags = roadmap_tags.split_tags(cells.get("tags", "").replace(";", ","))
        return {"row": number, "words": words, "tags": tags, "own_id": cells.get("own_id") or None}

    def there(self, draft: dict[str, Any]) -> str | None:
        """Where the same words are already; None if they are new. Raises Invalid if the own id is another's."""
        own_id, key = draft["own_id"], _key(draft["words"]["title"], draft["words"]["text"])
        found = self.seen.get(key)
        if found is None and own_id in self.own:
            where = self.own[own_id]
            if where.startswith("row "):
                raise Invalid("own_id_twice", field="own_id", own_id=own_id)
            raise Invalid("input_there", field="own_id", own_id=own_id, input=where)
        if found is None:
            self.seen[key] = f"row {draft['row']}"
            if own_id:
                self.own[own_id] = f"row {draft['row']}"
        return found

    def _code(self, name: str, said: str) -> str:
        if not said:
            said = self.mapping.defaults.get(name, "")
        if not said:
            raise Invalid("field_missing", field=name)
        code = self.words[name].get(_folded(said))
        if code not in self.codes[name]:
            raise Invalid("cell_unknown", field=name, given=said[:80], offered=", ".join(self.offered[name]))
        return code

    def _place(self, cells: dict[str, str]) -> Any:
        said = [cells.get(name, "").replace(",", ".") for name in ("lon", "lat")]
        if not any(said):
            return None
        try:
            point = shapely.Point(*(float(each) for each in said))
        except ValueError as error:
            raise Invalid("place_unreadable", field="lat") from error
        if not shapely.covers(self.process.area, point):
            raise Invalid("place_outside", field="lat")
        return point


def _check(sheet: Sheet, mapping: Mapping) -> None:
    if not {"title", "text"} & set(mapping.columns):
        raise Invalid("title_not_mapped", field="title")
    for name, column in mapping.columns.items():
        if column not in sheet.columns:
            found = ", ".join(sheet.columns)[:300]
            raise Invalid("sheet_column_missing", field=name, column=column, found=found)


def _values(process: Process, id: UUID, number: int, words: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "id": id,
        "process_id": process.id,
        "number": number,
        "public_id": processes.public_id(process.prefix, "", number),
        "version": 1,
        "created_at": now,
        "changed_at": now,
        **words,
    }


def _vocabulary(words: dict[str, str], codes: tuple[str, ...]) -> dict[str, str]:
    return {code: code for code in codes} | {word: code for code, said in words.items() for word in said.split()}


def _folded(word: str) -> str:
    return "_".join(word.casefold().split())


def _key(title: str, text: str | None) -> tuple[str, str]:
    return _folded(title), _folded(text or "")


def _shortened(text: str) -> str:
    """The first words of a text, as a title."""
    words = " ".join(text.split())
    return words if len(words) <= 80 else words[:80].rsplit(" ", 1)[0] + " …"
