"""The counted registrations of a process as arrays that follow changes: what heat, hexagons and figures are made of."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

import numpy as np
import pyarrow as pa
import shapely
from sqlalchemy.orm import Session

from app.model import Process
from app.services import publication
from gis import density, grid
from gis.crs import WGS84, project

ANSWERS_KEPT = 24
_EPOCH = date(1970, 1, 1).toordinal()
CATEGORICAL = ("kind", "group", "category", "feeling", "mode", "grade", "arena_id")
T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True)
class Selection:
    """A filter: empty sets and None let everything through. Dates are days in UTC, both ends included."""

    kinds: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    feelings: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()
    grades: frozenset[int] = frozenset()
    arenas: frozenset[UUID] = frozenset()
    since: date | None = None
    until: date | None = None

    @property
    def wanted(self) -> dict[str, frozenset[Any]]:
        sets: tuple[frozenset[Any], ...] = (
            self.kinds,
            self.groups,
            self.categories,
            self.feelings,
            self.modes,
            self.grades,
            frozenset(map(str, self.arenas)),
        )
        return {name: chosen for name, chosen in zip(CATEGORICAL, sets, strict=True) if chosen}


@dataclass
class Column:
    """A categorical column: ``codes[row]`` points into ``values``."""

    codes: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    values: dict[Any, int] = field(default_factory=dict)

    def encode(self, values: pa.Array) -> np.ndarray:
        coded = values.dictionary_encode(null_encoding="encode")
        known = [self.values.setdefault(value, len(self.values)) for value in coded.dictionary.to_pylist()]
        return np.array(known, np.int32)[coded.indices.to_numpy()]

    def among(self, chosen: frozenset[Any]) -> np.ndarray:
        return np.isin(self.codes, [self.values[value] for value in chosen if value in self.values])


@dataclass
class Located:
    """Where a batch of rows lies: coordinates of places (NaN for others), cells of places and routes, hexagons."""

    xy: np.ndarray
    points: density.Cells
    lines: density.Cells
    hexagons: np.ndarray


@dataclass(frozen=True)
class Part:
    """A batch of rows that is read and not yet appended; its geometries are gone, they are the most of it."""

    columns: dict[str, pa.Array]
    counts: np.ndarray
    at: Located


def locked(method: Callable[Concatenate[Index, P], T]) -> Callable[Concatenate[Index, P], T]:
    """One thread at a time: the arrays of a row set belong together."""

    @wraps(method)
    def wrapped(self: Index, *args: P.args, **kwargs: P.kwargs) -> T:
        with self._lock:
            return method(self, *args, **kwargs)

    return wrapped


class Index:
    """The rows of one process; rows are only ever added, changed ones marked dead. Safe to share between threads."""

    def __init__(self, process: Process) -> None:
        self.process_id = process.id
        self.version = process.version
        self.epsg = process.export_epsg
        self.hexagon_m = process.hexagon_m
        self.minimum = process.minimum_people
        self.generation = 0
        self._lock = threading.RLock()
        self._watermark = 0
        self._columns = {name: Column() for name in CATEGORICAL}
        self._people = Column()
        self._weights = np.zeros(0, np.int64)
        self._day = np.zeros(0, np.int32)
        self._alive = np.zeros(0, bool)
        self._numbers = np.zeros(0, np.int64)
        empty = density.Cells(np.zeros(0, np.uint64), np.zeros(0, np.uint32))
        self._at = Located(np.zeros((0, 2)), empty, empty, np.zeros((0, 2), np.int64))
        self._answers: OrderedDict[Any, Any] = OrderedDict()

    @locked
    def refresh(self, db: Session, process: Process) -> bool:
        """Take in what changed; True if anything did."""
        following, batches = publication.changed_rows(db, process, self._watermark)
        parts: list[Part] = []
        first = len(self._alive)
        for rows in batches:
            parts.append(Part(rows.columns, rows.counts, _locate(rows, first, self.epsg, self.hexagon_m)))
            first += len(rows.counts)
        self._watermark = following
        if not parts:
            return False
        self._append(parts)
        self._answers.clear()
        self.generation += 1
        return True

    def _append(self, parts: list[Part]) -> None:
        numbers = np.concatenate([part.columns["number"].to_numpy() for part in parts])
        self._alive[np.isin(self._numbers, numbers)] = False
        self._numbers = np.concatenate([self._numbers, numbers])
        self._alive = np.concatenate([self._alive, *(part.counts for part in parts)])
        for name, column in self._columns.items():
            column.codes = np.concatenate([column.codes, *(column.encode(part.columns[name]) for part in parts)])
        people = [self._people.encode(part.columns["participant_id"]) for part in parts]
        self._people.codes = np.concatenate([self._people.codes, *people])
        weights = np.ones(len(self._people.values), np.int64)
        weights[: len(self._weights)] = self._weights
        for codes, part in zip(people, parts, strict=True):
            weights[codes] = part.columns["head_count"].to_numpy()
        self._weights = weights
        days = [part.columns["registered_on"].cast(pa.int32()).to_numpy() for part in parts]
        self._day = np.concatenate([self._day, *(each + _EPOCH for each in days)])
        everything = [self._at, *(part.at for part in parts)]
        self._at = Located(
            np.vstack([each.xy for each in everything]),
            density.Cells.joined([each.points for each in everything]),
            density.Cells.joined([each.lines for each in everything]),
            np.vstack([each.hexagons for each in everything]),
        )

    @locked
    def mask(self, selection: Selection) -> np.ndarray:
        """Which rows count and pass the filter."""
        keep = self._alive.copy()
        for name, chosen in selection.wanted.items():
            keep &= self._columns[name].among(chosen)
        if selection.since is not None:
            keep &= self._day >= selection.since.toordinal()
        if selection.until is not None:
            keep &= self._day <= selection.until.toordinal()
        return keep

    @locked
    def remembered(self, key: Any, compute: Callable[[], T]) -> T:
        """The answer to ``key`` until the data change."""
        if key not in self._answers:
            self._answers[key] = compute()
            if len(self._answers) > ANSWERS_KEPT:
                self._answers.popitem(last=False)
        found: T = self._answers[key]
        return found

    @locked
    def view(self, selection: Selection, kind: str) -> density.View:
        """The cells of places or routes that may be seen under the filter."""

        def compute() -> density.View:
            cells = self._at.lines if kind == "route" else self._at.points
            return density.View(cells, self._people.codes, self._weights, self.minimum, self.mask(selection))

        return self.remembered(("view", selection, kind), compute)

    @locked
    def hexagons(self, selection: Selection) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Cell keys, distinct people and registrations; not yet suppressed.

        Where neither the areas nor the places and ways are enough people to be shown, the larger of the two counts
        stands: a wide area drawn by some must not lift somebody's single place over the threshold.
        """
        rows, cells = self._at.hexagons[self.mask(selection)[self._at.hexagons[:, 0]]].T
        keys, cell = np.unique(cells, return_inverse=True)
        areas = self._columns["kind"].among(frozenset({"area"}))[rows]
        people = self._people_in(rows, cell, len(keys))
        if areas.any():
            larger = np.maximum(*(self._people_in(rows[part], cell[part], len(keys)) for part in (areas, ~areas)))
            people = np.where(larger < self.minimum, larger, people)
        return keys, people, np.bincount(cell, minlength=len(keys))

    def _people_in(self, rows: np.ndarray, cell: np.ndarray, cells: int) -> np.ndarray:
        return density.distinct(cell, self._people.codes[rows], self._weights, cells).astype(np.int64)

    @locked
    def figures(self, rows: np.ndarray) -> tuple[int, int]:
        """Distinct people and registrations of row positions."""
        return int(self._weights[np.unique(self._people.codes[rows])].sum()), len(rows)

    @locked
    def rows(self, selection: Selection) -> np.ndarray:
        """Positions of the rows under the filter."""
        return np.flatnonzero(self.mask(selection))

    @locked
    def points(self, selection: Selection) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Row positions of places under the filter, and their longitude and latitude."""
        rows = self.rows(selection)
        rows = rows[~np.isnan(self._at.xy[rows, 0])]
        return rows, self._at.xy[rows, 0], self._at.xy[rows, 1]

    @locked
    def people_of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Person indices of rows, and every person's weight."""
        return self._people.codes[rows], self._weights

    @locked
    def by_category(self, rows: np.ndarray) -> list[dict[str, Any]]:
        """People and registrations per category, the most people first; too few people are None."""
        names = {code: value for value, code in self._columns["category"].values.items()}
        codes = self._columns["category"].codes[rows]
        found = [(*self.figures(rows[codes == code]), names[int(code)]) for code in np.unique(codes)]
        return [
            {
                "category": name,
                "people": people if people >= self.minimum else None,
                "registrations": registrations if people >= self.minimum else None,
            }
            for people, registrations, name in sorted(found, key=lambda f: (-f[0], -f[1], f[2]))
        ]

    @locked
    def hexagon_answers(self, selection: Selection) -> tuple[np.ndarray, np.ndarray]:
        """Cell keys in the order of ``hexagons``, and how many participants answered in each, whatever they weigh."""
        rows, cells = self._at.hexagons[self.mask(selection)[self._at.hexagons[:, 0]]].T
        keys, cell = np.unique(cells, return_inverse=True)
        alone = np.ones(len(self._weights))
        return keys, density.distinct(cell, self._people.codes[rows], alone, len(keys)).astype(np.int64)

    @locked
    def split(self, rows: np.ndarray, name: str) -> dict[Any, np.ndarray]:
        """The rows of each value of a categorical column."""
        codes = self._columns[name].codes[rows]
        return {value: rows[codes == code] for value, code in self._columns[name].values.items() if code in codes}


def _locate(rows: publication.Rows, first: int, epsg: int, hexagon_m: int) -> Located:
    """Where the counted rows of a batch lie; ``first`` is the position of its first row in the index."""
    geometry = rows.geometry.copy()
    geometry[~rows.counts] = None
    dimensions = shapely.get_dimensions(geometry)
    points, lines = np.flatnonzero(dimensions == 0), np.flatnonzero(dimensions == 1)
    xy = np.full((len(geometry), 2), np.nan)
    xy[points] = shapely.get_coordinates(geometry[points])
    at = np.flatnonzero(~shapely.is_missing(geometry))
    index, keys = grid.cells_of(project(geometry[at], WGS84, epsg), hexagon_m)
    return Located(
        xy,
        density.index_points(geometry[points]).numbered(points + first),
        density.index_lines(geometry[lines]).numbered(lines + first),
        np.column_stack([at[index] + first, keys]),
    )


class Indexes:
    """One index a process, refreshed at most once a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._indexes: dict[UUID, tuple[Index, datetime]] = {}

    def get(self, db: Session, process: Process, now: datetime) -> Index:
        with self._lock:
            index, checked = self._indexes.get(process.id, (None, None))
            if index is None or checked is None or index.version != process.version:
                index, checked = Index(process), None
            if checked is None or abs((now - checked).total_seconds()) >= 1:
                index.refresh(db, process)
                checked = now
            self._indexes[process.id] = (index, checked)
            return index
