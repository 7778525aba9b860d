"""Bringing in registrations that were made elsewhere, by a mapping from their columns to our fields."""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Invalid, Refusal
from app.model import Arena, Contribution, Participant, Process
from app.services import arenas, contributions, processes
from app.services.contributions import FROM_CATALOGUE, FROM_LIST, TEXTS
from app.services.processes import Rules
from app.store import next_change, upsert
from gis.crs import WGS84, project
from gis.formats.reading import Source, read
from gis.geojson import Unusable, plain

FIELDS = {"group", "category", "source", *FROM_CATALOGUE, *FROM_LIST, *TEXTS}
EVERYTHING = {"kinds": ["route", "place", "area"], "groups": ["activity", "good", "bad", "wish"]}
CHUNK = 500


@dataclass(frozen=True)
class FieldRule:
    """Where one of our fields comes from: a fixed ``value``, or ``columns``. Texts are joined by "; "; other fields
    take the first column whose value is in ``values`` (theirs to ours; without them theirs are ours), else ``other``;
    ``default`` if all are empty.
    """

    value: str | None = None
    columns: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    default: str | None = None
    other: str | None = None


@dataclass(frozen=True)
class Mapping:
    """How one kind of file becomes contributions; see docs/import.md."""

    file: str
    kind: str
    mask: bool
    arena_column: str | None
    arena_name: str | None
    arena_values: dict[str, list[str]]
    method: str
    people_at_least: int
    per: str
    fields: dict[str, FieldRule]
    layer: str | None = None
    kind_column: str | None = None
    id_column: str | None = None
    people_column: str | None = None


@dataclass
class Report:
    """What became of a file's rows. ``refused`` holds (row number from 1, code, facts)."""

    file: str
    rows: int = 0
    stored: int = 0
    known: int = 0
    shared: int = 0
    refused: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)

    @property
    def reasons(self) -> Counter[str]:
        return Counter(code for _, code, _ in self.refused)

    @property
    def summary(self) -> str:
        """One line for a terminal."""
        reasons = ", ".join(f"{code} {count}" for code, count in sorted(self.reasons.items()))
        shared = f", {self.shared} shared by two arenas" if self.shared else ""
        known = f", {self.known} there already" if self.known else ""
        refused = f", {len(self.refused)} not taken ({reasons})" if self.refused else ""
        return f"{self.file}: {self.rows} rows, {self.stored} stored{shared}{known}{refused}"

    @property
    def details(self) -> dict[str, Any]:
        """Everything, with every row that was not taken."""
        refused = [{"row": row, "code": code, **facts} for row, code, facts in self.refused]
        return {"file": self.file, "rows": self.rows, "stored": self.stored, "known": self.known, "refused": refused}


@dataclass
class _Run:
    db: Session
    process: Process
    rules: Rules
    mapping: Mapping
    report: Report
    now: datetime
    rng: np.random.Generator
    arenas: dict[str, Arena]
    participants: dict[Any, Participant] = field(default_factory=dict)
    zones: dict[UUID, tuple[Any, ...]] = field(default_factory=dict)
    seen: set[UUID] = field(default_factory=set)


def mappings(path: Path) -> list[Mapping]:
    """The mappings of a TOML file, one for each ``[[source]]``. Raises Invalid: mapping_unreadable, mapping_incomplete,
    field_unknown.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid("mapping_unreadable", field="mapping", reason=str(error)[:200]) from error
    sources = document.get("source")
    if not isinstance(sources, list) or not sources:
        raise Invalid("mapping_incomplete", field="source")
    return [_mapping(source) for source in sources]


def area(path: Path, where: str | None, margin: float, epsg: int) -> Any:
    """The polygon of a file (rows where ``COLUMN=VALUE``), widened by ``margin`` metres, in WGS 84."""
    source = _read(path)
    column, _, value = (where or "").partition("=")
    if where and column not in source.columns:
        raise Invalid("column_unknown", field=column, file=path.name, found=", ".join(source.columns)[:300])
    rows = [i for i in range(len(source)) if not where or str(source.columns[column][i]) == value]
    shape = project(shapely.union_all([source.geometry[i] for i in rows]), WGS84, epsg)
    return project(shapely.buffer(shape, margin) if margin else shape, epsg, WGS84)


def run(
    db: Session,
    process: Process,
    path: Path,
    known: list[Mapping],
    *,
    now: datetime,
    rng: np.random.Generator,
) -> Report:
    """Import one file; the caller's transaction decides whether it is kept. Importing the same file again adds nothing.

    Raises Invalid when the file as a whole cannot be taken; a row that cannot be is in the report.
    """
    mapping = next((m for m in known if fnmatch(path.name.lower(), m.file.lower())), None)
    if mapping is None:
        raise Invalid("mapping_missing", field="mapping", file=path.name)
    source = _read(path, mapping.layer)
    _check_columns(source, mapping, path)
    rules = processes.rules(db, process.id, process.version)
    report = Report(path.name, rows=len(source))
    present = {arena.title: arena for arena in arenas.in_process(db, process)}
    state = _Run(db, process, rules, mapping, report, now, rng, present)
    values: list[dict[str, Any]] = []
    for number in range(len(source)):
        try:
            values += _row(state, source, number)
        except Refusal as refusal:
            report.refused.append((number + 1, refusal.code, {"field": refusal.field, **refusal.facts}))
    _store(state, values)
    return report


def _read(path: Path, layer: str | None = None) -> Source:
    try:
        return read(path, layer)
    except Unusable as unusable:
        raise Invalid(unusable.code, field="file", **unusable.facts) from unusable


def _row(state: _Run, source: Source, number: int) -> list[dict[str, Any]]:
    """The contributions of one row: one for each arena it names."""
    if source.geometry[number] is None:
        raise Invalid("geometry_missing", field="geometry")
    record = {name: column[number] for name, column in source.columns.items()}
    names = _arena_names(state.mapping, record)
    mapping = state.mapping
    kind = mapping.kind if mapping.kind_column is None else str(record[mapping.kind_column])
    answers = contributions.checked(
        {"kind": kind, "source": "import", **_properties(mapping, record)}, state.rules, EVERYTHING
    )
    drawn = contributions.checked_geometry(plain(source.geometry[number]), kind, state.rules)
    content = hashlib.sha256(
        shapely.to_wkb(source.geometry[number]) + repr(sorted(record.items())).encode()
    ).hexdigest()
    made = []
    for name in names:
        id = _id(state, record, f"{content}:{name}")
        if id in state.seen:
            raise Invalid("row_twice", field="row")
        state.seen.add(id)
        participant = _participant(state, name, number, record)
        stored = _masked(state, participant, drawn, kind)
        made.append(
            {
                **answers,
                "id": id,
                "participant_id": participant.id,
                "geometry": stored,
                "arena_id": state.arenas[name].id,
            }
        )
    state.report.shared += len(names) - 1
    return made


def _store(state: _Run, values: list[dict[str, Any]]) -> None:
    common = {
        "process_id": state.process.id,
        "state": "pending",
        "created_at": state.now,
        "changed_at": state.now,
        "change": next_change(Contribution),
    }
    for first in range(0, len(values), CHUNK):
        chunk = [{**row, **common} for row in values[first : first + CHUNK]]
        stored = state.db.execute(
            upsert(state.db, Contribution).values(chunk).on_conflict_do_nothing().returning(Contribution.id)
        ).all()
        state.report.stored += len(stored)
        state.report.known += len(chunk) - len(stored)


def _id(state: _Run, record: dict[str, Any], content: str) -> UUID:
    """The id that the row brings, so that nothing that was sent already is stored twice; else one from its content."""
    if state.mapping.id_column is None:
        return uuid5(state.process.id, f"{state.report.file}:{content}")
    try:
        return UUID(str(record[state.mapping.id_column]))
    except ValueError as error:
        raise Invalid("value_unknown", field=state.mapping.id_column, offered="UUID") from error


def _alias(state: _Run, number: int, record: dict[str, Any]) -> str:
    if state.mapping.people_column is not None:
        said = str(record[state.mapping.people_column])
        return f"import.{hashlib.sha256(said.encode()).hexdigest()[:12]}"
    return f"import.{number + 1}" if state.mapping.per == "row" else "import.group"


def _participant(state: _Run, arena_name: str, number: int, record: dict[str, Any]) -> Participant:
    """One pseudonym an arena, a person of a column or a row, found again when the same file comes again."""
    if arena_name not in state.arenas:
        state.arenas[arena_name] = arenas.create(
            state.db, state.process, title=arena_name, method=state.mapping.method, now=state.now
        )
    arena = state.arenas[arena_name]
    alias = _alias(state, number, record)
    if (arena.id, alias) not in state.participants:
        found = state.db.scalar(select(Participant).where(Participant.arena_id == arena.id, Participant.alias == alias))
        if found is None:
            found = Participant(
                arena_id=arena.id, alias=alias, head_count=state.mapping.people_at_least, joined_at=state.now
            )
            state.db.add(found)
            state.db.flush()
        state.participants[(arena.id, alias)] = found
    return state.participants[(arena.id, alias)]


def _masked(state: _Run, participant: Participant, drawn: Any, kind: str) -> Any:
    if kind != "route" or not state.mapping.mask:
        return drawn
    zones = list(state.zones.get(participant.id, ()))
    stored, state.zones[participant.id] = contributions.mask(drawn, zones, [], state.rules, state.rng)
    return stored


def _arena_names(mapping: Mapping, record: dict[str, Any]) -> list[str]:
    if mapping.arena_column is None:
        return [mapping.arena_name or "Import"]
    value = record[mapping.arena_column]
    if value is None or not str(value).strip():
        raise Invalid("arena_missing", field=mapping.arena_column)
    return mapping.arena_values.get(str(value), [" ".join(str(value).split())])


def _properties(mapping: Mapping, record: dict[str, Any]) -> dict[str, Any]:
    properties = {name: _value(name, rule, record) for name, rule in mapping.fields.items()}
    return {name: value for name, value in properties.items() if value is not None}


def _value(name: str, rule: FieldRule, record: dict[str, Any]) -> str | None:
    if rule.value is not None:
        return rule.value
    theirs = [str(record[c]).strip() for c in rule.columns if record[c] is not None and str(record[c]).strip()]
    if not theirs:
        return rule.default
    if name in TEXTS:
        return "; ".join(dict.fromkeys(theirs))
    ours = rule.values if rule.values or rule.other else {theirs[0]: theirs[0]}
    found = next((ours[value] for value in theirs if value in ours), rule.other)
    if found is None:
        raise Invalid("value_not_mapped", field=rule.columns[0], given=theirs[0][:80])
    return found


def _check_columns(source: Source, mapping: Mapping, path: Path) -> None:
    wanted = {column for rule in mapping.fields.values() for column in rule.columns}
    wanted |= set(filter(None, (mapping.arena_column, mapping.kind_column, mapping.id_column, mapping.people_column)))
    missing = sorted(wanted - set(source.columns))
    if missing:
        found = ", ".join(source.columns)[:300]
        raise Invalid("column_unknown", field=missing[0], file=path.name, found=found)


def _mapping(source: dict[str, Any]) -> Mapping:
    try:
        arena = source.get("arena", {})
        participant = source.get("participant", {})
        unknown = set(source.get("fields", {})) - FIELDS
        if unknown:
            raise Invalid("field_unknown", field=sorted(unknown)[0])
        kind, per = source["kind"], participant.get("per", "row")
        return Mapping(
            file=str(source["file"]),
            kind="" if isinstance(kind, dict) else str(kind),
            kind_column=str(kind["column"]) if isinstance(kind, dict) else None,
            id_column=source.get("id", {}).get("column"),
            people_column=str(per["column"]) if isinstance(per, dict) else None,
            mask=bool(source["mask"]),
            layer=source.get("layer"),
            arena_column=arena.get("column"),
            arena_name=arena.get("name"),
            arena_values={k: [v] if isinstance(v, str) else list(v) for k, v in arena.get("values", {}).items()},
            method=str(arena.get("method", "online_map")),
            people_at_least=int(participant.get("people_at_least", 1)),
            per=str(per),
            fields={name: _rule(rule) for name, rule in source.get("fields", {}).items()},
        )
    except KeyError as error:
        raise Invalid("mapping_incomplete", field=str(error.args[0])) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise Invalid("mapping_unreadable", field="mapping", reason=str(error)[:200]) from error


def _rule(rule: Any) -> FieldRule:
    if isinstance(rule, str):
        return FieldRule(value=rule)
    columns = rule.get("columns") or ([rule["column"]] if "column" in rule else [])
    values = {str(k): str(v) for k, v in rule.get("values", {}).items()}
    return FieldRule(rule.get("value"), tuple(columns), values, rule.get("default"), rule.get("other"))
