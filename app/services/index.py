"""The counted registrations of a process as arrays that follow changes: what heat, hexagons and figures are made of."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import wraps
from hashlib import blake2b
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

import numpy as np
import pyarrow as pa
from sqlalchemy.orm import Session

from app.model import Process
from app.services import located, snapshots, voices
from app.services.columns import Column, Ids
from app.services.located import NOWHERE, UNIT, Located
from gis import density

ANSWERS_KEPT = 24
FEW = 4096
NEWEST = 20
SAVED_EVERY = timedelta(minutes=10)
CATEGORICAL = ("kind", "group", "category", "feeling", "mode", "season", "grade", "arena_id")
_EPOCH = date(1970, 1, 1).toordinal()
_FORMAT = 1
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
    seasons: frozenset[str] = frozenset()
    grades: frozenset[int] = frozenset()
    arenas: frozenset[UUID] = frozenset()
    since: date | None = None
    until: date | None = None

    @property
    def wanted(self) -> dict[str, frozenset[Any]]:
        of = dict(zip(CATEGORICAL, (getattr(self, field.name) for field in fields(self)), strict=False))
        of["arena_id"] = frozenset(map(str, self.arenas))
        return {name: chosen for name, chosen in of.items() if chosen}


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
        self.unsaved = False
        self._lock = threading.RLock()
        self._watermark = 0
        self._newest: dict[int, int] = {}
        self._columns = {name: Column() for name in CATEGORICAL}
        self._people = Ids()
        self._weights = np.zeros(0, np.int32)
        self._day = np.zeros(0, np.uint16)
        self._alive = np.zeros(0, bool)
        self._numbers = np.zeros(0, np.int64)
        self._xy = np.zeros((0, 2), np.int32)
        self._base, self._recent = Located.none(), Located.none()
        self._answers: OrderedDict[Any, Any] = OrderedDict()
        self._kept: dict[Callable[[], Any], Any] = {}
        self._name_edition()

    @locked
    def refresh(self, db: Session, process: Process) -> bool:
        """Take in what changed; True if anything did."""
        following, batches = voices.changed_rows(db, process, self._watermark)
        changed: list[np.ndarray] = []
        taken: list[dict[str, Any]] = []

        def noted() -> Iterator[voices.Rows]:
            for rows in batches:
                changed.append(rows.columns["number"].to_numpy())
                self._note(changed[-1], rows.columns["change"].to_numpy())
                taken.append(self._taken(rows))
                yield rows

        xy, at = located.read(noted(), len(self._alive), self.epsg, self.hexagon_m)
        self._watermark = following
        if not changed:
            return False
        self._alive = self._alive.copy()
        self._alive[np.isin(self._numbers, np.concatenate(changed))] = False
        self._append({name: [each[name] for each in taken] for name in taken[0]}, xy, at)
        self._answers.clear()
        self.generation += 1
        self.unsaved = True
        self._name_edition()
        return True

    def _note(self, numbers: np.ndarray, changes: np.ndarray) -> None:
        """The newest changes, by which ``load`` knows the database again."""
        last = np.lexsort((numbers, changes))[-NEWEST:]
        known = self._newest | dict(zip(numbers[last].tolist(), changes[last].tolist(), strict=True))
        self._newest = dict(sorted(known.items(), key=lambda each: each[::-1])[-NEWEST:])

    def _name_edition(self) -> None:
        """``edition`` names the data: the same in every worker that has the same, another when anything changed.
        ``generation`` only counts this worker's refreshes.
        """
        told = repr((self.version, int(self._alive.sum()), list(self._newest.items())))
        self.edition = blake2b(told.encode(), digest_size=8).hexdigest()

    def _taken(self, rows: voices.Rows) -> dict[str, Any]:
        """What is kept of the rows that count, but for where they lie."""
        counts = pa.array(rows.counts)
        kept = {name: column.encode(rows.columns[name].filter(counts)) for name, column in self._columns.items()}
        people, day = (rows.columns[name].filter(counts) for name in ("participant_id", "registered_on"))
        plain = {name: rows.columns[name].to_numpy()[rows.counts] for name in ("number", "head_count")}
        return {**kept, **plain, "people": people, "day": day.cast(pa.int32()).to_numpy().astype(np.uint16)}

    def _append(self, taken: dict[str, list[Any]], xy: np.ndarray, at: Located) -> None:
        for name, column in self._columns.items():
            column.codes = np.concatenate([column.codes, *taken[name]])
        people = self._people.encode(pa.concat_arrays(taken["people"]))
        self._people.codes = np.concatenate([self._people.codes, people])
        weights = np.ones(len(self._people.values), np.int32)
        weights[: len(self._weights)] = self._weights
        weights[people] = np.concatenate(taken["head_count"])
        self._weights = weights
        self._day = np.concatenate([self._day, *taken["day"]])
        self._numbers = np.concatenate([self._numbers, *taken["number"]])
        self._xy = np.vstack([self._xy, xy])
        self._alive = np.append(self._alive, np.ones(len(xy), bool))
        self._recent = self._recent.joined(at)
        if len(self._recent.hexagons.rows) > max(FEW, len(self._base.hexagons.rows) // 8):
            self._base, self._recent = self._base.joined(self._recent), Located.none()

    @locked
    def mask(self, selection: Selection) -> np.ndarray:
        """Which rows count and pass the filter."""
        keep = self._alive.copy()
        for name, chosen in selection.wanted.items():
            keep &= self._columns[name].among(chosen)
        if selection.since is not None:
            keep &= self._day >= selection.since.toordinal() - _EPOCH
        if selection.until is not None:
            keep &= self._day <= selection.until.toordinal() - _EPOCH
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
            cells, recent = ((at.lines if kind == "route" else at.points) for at in (self._base, self._recent))
            return density.View(cells, *self._who(), self.minimum, self.mask(selection), recent)

        return self.remembered(("view", selection, kind), compute)

    def _who(self) -> tuple[np.ndarray, np.ndarray]:
        return self._people.codes, self._weights

    @locked
    def hexagons(self, selection: Selection) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Cell keys, distinct people and registrations; not yet suppressed.

        Where neither the areas nor the places and ways are enough people to be shown, the larger of the two counts
        stands: a wide area drawn by some must not lift somebody's single place over the threshold.
        """
        keep = self.mask(selection)
        keys, people, registrations = self._in_hexagons(keep)
        areas = self._columns["kind"].among(frozenset({"area"}))
        if (areas & keep).any():
            larger = np.zeros(len(keys), people.dtype)
            for part in (areas, ~areas):
                there, count, _ = self._in_hexagons(keep & part)
                at = np.searchsorted(keys, there)
                larger[at] = np.maximum(larger[at], count)
            people = np.where(larger < self.minimum, larger, people)
        return keys, people, registrations

    def _in_hexagons(self, keep: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        keys, people, registrations = density.everyone(self._base.hexagons, self._recent.hexagons, keep, *self._who())
        return keys.astype(np.int64), people.astype(np.int64), registrations

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
        rows = rows[self._xy[rows, 0] != NOWHERE]
        return rows, self._xy[rows, 0] * UNIT, self._xy[rows, 1] * UNIT

    @locked
    def people_of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Person indices of rows, and every person's weight."""
        return self._people.codes[rows], self._weights

    @locked
    def by_category(self, rows: np.ndarray) -> list[dict[str, Any]]:
        """People and registrations per category, the most people first; too few people are None."""
        found = [(*self.figures(part), name) for name, part in self.split(rows, "category").items()]
        return [
            {
                "category": name,
                "people": people if people >= self.minimum else None,
                "registrations": registrations if people >= self.minimum else None,
            }
            for people, registrations, name in sorted(found, key=lambda f: (-f[0], -f[1], f[2]))
        ]

    @locked
    def beside(self, make: Callable[[], T]) -> T:
        """What is kept beside the index for as long as it lives, made once."""
        if make not in self._kept:
            self._kept[make] = make()
        found: T = self._kept[make]
        return found

    @locked
    def hexagon_answers(self, selection: Selection) -> tuple[np.ndarray, np.ndarray]:
        """Cell keys in the order of ``hexagons``, and how many participants answered in each, whatever they weigh."""
        alone = np.ones(len(self._weights), np.int32)
        keep = self.mask(selection)
        keys, people, _ = density.everyone(self._base.hexagons, self._recent.hexagons, keep, self._people.codes, alone)
        return keys.astype(np.int64), people.astype(np.int64)

    @locked
    def split(self, rows: np.ndarray, name: str) -> dict[Any, np.ndarray]:
        """The rows of each value of a categorical column."""
        codes = self._columns[name].codes[rows]
        return {value: rows[codes == code] for value, code in self._columns[name].values.items() if code in codes}

    @locked
    def positions(self, numbers: np.ndarray) -> np.ndarray:
        """Row positions of contributions by their numbers; -1 for one that counts no more, or is not read yet."""
        rows = np.flatnonzero(self._alive)
        rows = rows[np.argsort(self._numbers[rows])]
        at = np.searchsorted(self._numbers[rows], numbers)
        found = np.append(rows, -1)[at]
        return np.where(np.append(self._numbers, -1)[found] == numbers, found, -1)

    @locked
    def save(self, path: Path) -> None:
        """Keep what counts in a file that ``load`` of any worker takes; what counts no more is not in it."""
        alive = np.flatnonzero(self._alive)
        becomes = np.full(len(self._alive), -1, np.int64)
        becomes[alive] = np.arange(len(alive))
        at = self._base.joined(self._recent).where(becomes)
        people, codes = np.unique(self._people.codes[alive], return_inverse=True)
        arrays = {
            "numbers": self._numbers[alive],
            "day": self._day[alive],
            "xy": self._xy[alive],
            "person": codes.astype(np.uint32),
            "weights": self._weights[people],
            "people": np.array(self._people.values.take(pa.array(people)).to_pylist(), "S"),
            **{f"column_{name}": column.codes[alive] for name, column in self._columns.items()},
            **{
                f"{field.name}_{nth}": array
                for field, cells in zip(fields(Located), at.each, strict=True)
                for nth, array in enumerate(cells.arrays)
            },
        }
        values = {name: list(column.values) for name, column in self._columns.items()}
        newest = list(self._newest.items())
        facts = {**self._facts(), "watermark": self._watermark, "newest": newest, "values": values}
        snapshots.write(path, arrays, facts)
        self.unsaved = False

    @locked
    def load(self, path: Path, db: Session, process: Process) -> bool:
        """Begin with the file that ``save`` made and take in what changed since. False, and of no use then, if the file
        is of another process, of other settings or of another history of the database.
        """
        found = snapshots.read(path)
        if found is None:
            return False
        arrays, facts = found
        if {name: facts.get(name) for name in self._facts()} != self._facts():
            return False
        self._watermark, self._newest = facts["watermark"], dict(facts["newest"])
        if not voices.remembers(db, self._newest, self._watermark):
            return False
        self._numbers, self._day, self._xy = arrays["numbers"], arrays["day"], arrays["xy"]
        self._alive = np.ones(len(self._numbers), bool)
        self._people = Ids(arrays["person"], pa.array(arrays["people"].astype("U").tolist(), pa.string()))
        self._weights = arrays["weights"]
        for name, values in facts["values"].items():
            known = {value: code for code, value in enumerate(values)}
            self._columns[name] = Column(arrays[f"column_{name}"], known)
        names = [field.name for field in fields(Located)]
        self._base = Located(*(density.Cells(*(arrays[f"{name}_{nth}"] for nth in range(3))) for name in names))
        self._name_edition()
        self.refresh(db, process)
        return bool(facts["watermark"] <= self._watermark)

    def _facts(self) -> dict[str, Any]:
        """What a file must have been made for."""
        names = ("process_id", "version", "epsg", "hexagon_m")
        return {"format": _FORMAT, **{name: str(getattr(self, name)) for name in names}}


class Indexes:
    """One index a process, refreshed at most ``EVERY``; kept in the data folder, if there is one, for the next worker:
    when it was read anew, and after that at most every ``SAVED_EVERY``.
    """

    EVERY = timedelta(seconds=0.5)

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._indexes: dict[UUID, tuple[Index, datetime]] = {}
        self._saved: dict[UUID, datetime] = {}

    def get(self, db: Session, process: Process, now: datetime) -> Index:
        with self._lock:
            index, checked = self._indexes.get(process.id, (None, None))
            if index is None or checked is None or index.version != process.version:
                index, checked = self._started(db, process), now
            elif abs(now - checked) >= self.EVERY:
                index.refresh(db, process)
                checked = now
            self._indexes[process.id] = (index, checked)
            self._save(index, now)
            return index

    def _started(self, db: Session, process: Process) -> Index:
        self._saved.pop(process.id, None)
        if self._folder is not None:
            index = Index(process)
            if index.load(snapshot(self._folder, process.id), db, process):
                return index
        index = Index(process)
        index.refresh(db, process)
        return index

    def _save(self, index: Index, now: datetime) -> None:
        due = abs(now - self._saved.get(index.process_id, datetime.min.replace(tzinfo=now.tzinfo))) >= SAVED_EVERY
        if self._folder is not None and index.unsaved and due:
            self._saved[index.process_id] = now
            with suppress(OSError):
                index.save(snapshot(self._folder, index.process_id))


def snapshot(folder: Path, process_id: UUID) -> Path:
    """Where the index of a process is kept, in the service's data folder."""
    return folder / "index" / f"{process_id}.sni"


def drop_snapshots(folder: Path, process_id: UUID | None = None) -> None:
    """Those of one process, or all; running workers make them anew from the store."""
    for path in (folder / "index").glob(f"{process_id or '*'}.sni"):
        path.unlink(missing_ok=True)
