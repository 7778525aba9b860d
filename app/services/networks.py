"""Street networks: taken from the municipality's or OpenStreetMap's files, kept one a process, given to the browser."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from app.errors import Invalid, NotFound, TooLarge
from app.model import NamedPlace, Process, StreetNetwork
from app.services import processes
from gis import network
from gis.crs import WGS84, project
from gis.formats.reading import OPENSTREETMAP, SUFFIXES, Source, read
from gis.geojson import Unusable

MARGIN_M = 200.0
MOST_EDGES = 150_000
LONGEST_NAME = 80
NAME_COLUMNS = ("name", "navn", "gatenavn", "vegnavn", "veinavn", "adressenavn", "street", "street_name")
NO_STREETS = frozenset({"abandoned", "construction", "elevator", "proposed", "raceway", "razed"})
LEVEL_WORDS = {"T": 0, "L": 1, "U": -1, "B": -1}


@dataclass
class Report:
    """What became of a file's rows; ``left`` counts those not taken, by reason."""

    file: str
    rows: int = 0
    taken: int = 0
    left: Counter[str] = field(default_factory=Counter)
    edges: int = 0
    kilometres: float = 0.0
    bytes: int = 0
    names: int = 0

    @property
    def summary(self) -> str:
        """Lines for a terminal."""
        reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(self.left.items()))
        left = f", {self.left.total()} not taken ({reasons})" if self.left else ""
        made = f"network: {self.edges} stretches, {self.kilometres:.1f} km, {self.bytes} bytes"
        return f"{self.file}: {self.rows} rows, {self.taken} taken{left}\n{made}, {self.names} new names"


def run(
    db: Session,
    process: Process,
    path: Path,
    *,
    layer: str | None = None,
    where: str | None = None,
    names: bool = True,
    now: datetime,
) -> Report:
    """Replace the process's network by the file's lines within its area and a margin.

    ``where`` is COLUMN=VALUE. Streets with a name join the gazetteer, if ``names``. Raises Invalid and TooLarge; the
    caller's transaction then keeps the earlier network.
    """
    area = project(process.area, WGS84, process.export_epsg)
    around = project(shapely.buffer(area, MARGIN_M), process.export_epsg, WGS84)
    source = _read(path, layer, around.bounds)
    report = Report(path.name, rows=len(source))
    rows = _chosen(source, path, where, around, report)
    lines = shapely.intersection(source.geometry[rows], around)
    if not len(lines):
        raise Invalid("network_empty", field="file", file=path.name)
    row = put(db, process, lines, _levels(source, rows), source=path.name, now=now)
    report.taken, report.edges, report.kilometres = len(rows), row.edges, row.metres / 1000
    report.bytes = len(row.data)
    report.names = _add_names(db, process, source, rows, lines) if names else 0
    return report


def put(
    db: Session, process: Process, lines: np.ndarray, levels: np.ndarray | None = None, *, source: str, now: datetime
) -> StreetNetwork:
    """Build the network of these lines (WGS 84) and keep it instead of the process's earlier one."""
    made = network.build(lines, levels)
    if len(made.edges) > MOST_EDGES:
        raise TooLarge("network_too_large", field="file", edges=len(made.edges), most=MOST_EDGES)
    data = network.encode(made)
    row = db.get(StreetNetwork, process.id) or StreetNetwork(process_id=process.id)
    row.digest, row.data = hashlib.sha256(data).hexdigest()[:16], data
    row.source, row.changed_at = source, now
    row.nodes, row.edges, row.metres = len(made.nodes), len(made.edges), round(made.metres)
    db.add(row)
    db.flush()
    return row


def of(db: Session, process: Process) -> StreetNetwork | None:
    """What is known of the process's network, without its data."""
    return db.get(StreetNetwork, process.id)


def data(db: Session, process: Process, digest: str) -> bytes:
    """The compact file. Raises NotFound when the process has no network, or another one by now."""
    row = db.scalar(
        select(StreetNetwork)
        .where(StreetNetwork.process_id == process.id, StreetNetwork.digest == digest)
        .options(undefer(StreetNetwork.data))
    )
    if row is None:
        raise NotFound("network_unknown", field="network")
    return row.data


def _read(path: Path, layer: str | None, bounds: Any) -> Source:
    """OpenStreetMap's ways are the layer ``lines``."""
    if layer is None and path.suffix.lower() in OPENSTREETMAP:
        layer = "lines"
    try:
        return read(path, layer, suffixes=(*SUFFIXES, *OPENSTREETMAP), bounds=bounds)
    except Unusable as unusable:
        raise Invalid(unusable.code, field="file", **unusable.facts) from unusable


def _chosen(source: Source, path: Path, where: str | None, around: Any, report: Report) -> np.ndarray:
    """Numbers of the rows that are streets of the area; the others are counted in the report."""
    column, _, value = (where or "").partition("=")
    if where and column not in source.columns:
        raise Invalid("column_unknown", field=column, file=path.name, found=", ".join(source.columns)[:300])
    left = np.full(len(source), "", dtype=object)
    dimension = shapely.get_dimensions(source.geometry)
    left[~shapely.intersects(source.geometry, around)] = "outside"
    if path.suffix.lower() in OPENSTREETMAP:
        left[[_no_street(kind) for kind in source.columns["highway"]]] = "not_a_street"
    if where:
        left[[str(found) != value for found in source.columns[column]]] = "not_selected"
    left[dimension != 1] = "not_a_line"
    left[[shape is None or shape.is_empty for shape in source.geometry]] = "geometry_missing"
    report.left = Counter(reason for reason in left if reason)
    return np.flatnonzero(left == "")


def _no_street(kind: Any) -> bool:
    return kind is None or str(kind) in NO_STREETS


def _levels(source: Source, rows: np.ndarray) -> np.ndarray:
    """0 on the ground, above it positive: OpenStreetMap's tags, or a column ``level`` or ``medium`` (T, L, U)."""
    found = {name.lower(): column for name, column in source.columns.items()}
    if "other_tags" in found:
        return np.array([_tagged_level(found["other_tags"][row]) for row in rows])
    column = found.get("level", found.get("medium"))
    return np.array([0 if column is None else _worded_level(column[row]) for row in rows])


def _tagged_level(tags: Any) -> int:
    said = dict(re.findall(r'"(layer|bridge|tunnel)"=>"([^"]*)"', str(tags or "")))
    if re.fullmatch(r"-?\d", said.get("layer", "")):
        return int(said["layer"])
    if said.get("bridge", "no") != "no":
        return 1
    return -1 if said.get("tunnel", "no") != "no" else 0


def _worded_level(value: Any) -> int:
    if isinstance(value, int | float):
        return int(value)
    return LEVEL_WORDS.get(str(value).strip().upper(), 0)


def _add_names(db: Session, process: Process, source: Source, rows: np.ndarray, lines: np.ndarray) -> int:
    """Streets the gazetteer does not have yet, each with all its stretches."""
    columns = {name.lower(): column for name, column in source.columns.items()}
    column = next((columns[name] for name in NAME_COLUMNS if name in columns), None)
    if column is None:
        return 0
    known = set(
        db.scalars(select(NamedPlace.name).where(NamedPlace.process_id == process.id, NamedPlace.kind == "street"))
    )
    stretches: dict[str, list[Any]] = {}
    for row, line in zip(rows, lines, strict=True):
        name = " ".join(str(column[row] or "").split())[:LONGEST_NAME]
        if name and name not in known:
            stretches.setdefault(name, []).append(line)
    places = [
        {"kind": "street", "name": name, "geometry": shapely.line_merge(shapely.union_all(parts))}
        for name, parts in stretches.items()
    ]
    if places:
        processes.add_named_places(db, process, places)
    return len(places)
