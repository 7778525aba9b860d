"""What polygons touch of what people drew, and how many people that is: each once, a group with its heads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import shapely
from sqlalchemy.orm import Session

from app.model import Process
from app.model.catalogue import STICKER_GROUPS
from app.services import voices
from app.services.columns import Column
from app.services.index import CATEGORICAL, Selection

_CODED = (*CATEGORICAL, "participant_id", "registered_on")


@dataclass(frozen=True)
class Figure:
    """Distinct people and registrations; None where they are too few people to be told."""

    people: int | None
    registrations: int | None


@dataclass(frozen=True)
class Touched:
    """``said`` maps a group to its categories and ``modes`` a way of travelling, the most people first."""

    ways: Figure
    places: Figure
    everything: Figure
    modes: dict[str, Figure]
    said: dict[str, dict[str, Figure]]


@dataclass(frozen=True)
class Meetings:
    """Meetings of polygons (``part``) and registrations (``row``). ``numbers`` are the registrations' own, ``columns``
    hold their answers, ``weights`` how many people each participant stands for.
    """

    part: np.ndarray
    row: np.ndarray
    numbers: np.ndarray
    columns: dict[str, Column]
    weights: np.ndarray
    minimum: int

    def rows(self, part: int | None = None) -> np.ndarray:
        """The registrations that one polygon meets, or any of them."""
        return np.unique(self.row if part is None else self.row[self.part == part])

    def told(self, rows: np.ndarray) -> Touched:
        ways, places = self.ways(rows), rows[~self._is("kind", "route", rows)]
        groups = {group: places[self._is("group", group, places)] for group in STICKER_GROUPS}
        return Touched(
            self.figure(ways),
            self.figure(places),
            self.figure(rows),
            self.by("mode", ways),
            {group: self.by("category", chosen) for group, chosen in groups.items() if len(chosen)},
        )

    def ways(self, rows: np.ndarray) -> np.ndarray:
        return rows[self._is("kind", "route", rows)]

    def people(self, rows: np.ndarray) -> int:
        """Distinct people, not yet suppressed."""
        return int(self.weights[np.unique(self.columns["participant_id"].codes[rows])].sum())

    def figure(self, rows: np.ndarray) -> Figure:
        people = self.people(rows)
        return Figure(people, len(rows)) if people >= self.minimum else Figure(None, None)

    def split(self, name: str, rows: np.ndarray) -> dict[Any, np.ndarray]:
        """The registrations of each answer to ``name`` that occurs."""
        column = self.columns[name]
        codes = column.codes[rows]
        return {value: rows[codes == code] for value, code in column.values.items() if (codes == code).any()}

    def by(self, name: str, rows: np.ndarray) -> dict[str, Figure]:
        """The figures of each answer to ``name``, the most people first."""
        found = {value: self.figure(part) for value, part in self.split(name, rows).items()}
        order = sorted(
            found.items(), key=lambda each: (-(each[1].people or 0), -(each[1].registrations or 0), str(each[0]))
        )
        return dict(order)

    def under(self, selection: Selection) -> Meetings:
        """Those whose registrations pass a filter."""
        kept = passing(self.columns, selection)[self.row]
        return replace(self, part=self.part[kept], row=self.row[kept])

    def _is(self, name: str, value: str, rows: np.ndarray) -> np.ndarray:
        column = self.columns[name]
        return column.codes[rows] == column.values.get(value, -1)


def passing(columns: dict[str, Column], selection: Selection) -> np.ndarray:
    """Which registrations pass a filter, by their coded answers."""
    days = columns["registered_on"]
    first, last = selection.since or date.min, selection.until or date.max
    keep = days.among(frozenset(day for day in days.values if first <= day <= last))
    for name, chosen in selection.wanted.items():
        keep &= columns[name].among(chosen)
    return keep


def meetings(db: Session, process: Process, polygons: np.ndarray) -> Meetings:
    """Where any part of a registration, as stored, meets a polygon (WGS 84); read in batches while ``db`` is open."""
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(polygons))
    columns = {name: Column() for name in _CODED}
    pairs: list[np.ndarray] = [np.zeros((2, 0), np.int64)]
    weights = np.zeros(0, np.int64)
    numbers = [np.zeros(0, np.int64)]
    first = 0
    for rows in voices.rows_near(db, process, (west, south, east, north)):
        part, row = shapely.STRtree(rows.geometry).query(polygons, predicate="intersects")
        touched = np.unique(row)
        taken = dict(_taken(rows, touched, columns))
        weights = np.concatenate([weights, np.ones(len(columns["participant_id"].values) - len(weights), np.int64)])
        weights[taken["participant_id"]] = rows.columns["head_count"].to_numpy()[touched]
        numbers.append(rows.columns["number"].to_numpy()[touched])
        pairs.append(np.vstack([part, first + np.searchsorted(touched, row)]))
        first += len(touched)
    part, row = np.concatenate(pairs, axis=1)
    return Meetings(part, row, np.concatenate(numbers), columns, weights, process.minimum_people)


def _taken(rows: voices.Rows, touched: np.ndarray, columns: dict[str, Column]) -> Iterator[tuple[str, np.ndarray]]:
    """Append the touched rows' answers to the columns; gives their codes."""
    for name, column in columns.items():
        codes = column.encode(rows.columns[name].take(touched))
        column.codes = np.concatenate([column.codes, codes])
        yield name, codes
