"""Comparing two rounds or two groups: where, and in what, they differ by more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from sqlalchemy.orm import Session

from app.model import Process
from app.services import publication, whereabouts
from app.services.index import Index, Selection
from gis import comparison, grid
from gis.comparison import FEW, FIRST, SAME, SECOND, Counts
from gis.layer import Layer

SAID = {FEW: "few", SAME: "same", FIRST: "first", SECOND: "second"}
MOST_LISTED = 50


@dataclass(frozen=True)
class Compared:
    """Things that were counted under two filters, not yet suppressed, and what can be said of the difference (keys of
    ``SAID``).
    """

    keys: list[Any]
    first: Counts
    second: Counts
    said: np.ndarray


@dataclass(frozen=True)
class Row:
    """A line of a table: people of each group and their share of it, None where they are too few; and which share is
    the larger.
    """

    key: Any
    first: int | None
    second: int | None
    first_share: float | None
    second_share: float | None
    said: str


@dataclass(frozen=True)
class Comparison:
    """People of each group and of both at once, None where they are too few. ``cells`` counts what can be said of how
    many; ``places`` are those with a certain difference, the largest first, with the name that lies nearest;
    ``categories`` are
    (group, category), those with a certain difference first.
    """

    first: int | None
    second: int | None
    both: int | None
    cells: dict[str, int]
    places: list[tuple[str, Row]]
    categories: list[Row]


def of(db: Session, process: Process, index: Index, first: Selection, second: Selection) -> Comparison:
    """What can be said for certain of how two filters differ."""
    cells, categories = in_cells(index, first, second), _in_categories(index, first, second)
    listed = [row for row in _rows(cells, index.minimum) if row.said in (SAID[FIRST], SAID[SECOND])]
    listed.sort(key=lambda row: -abs((row.first_share or 0) - (row.second_share or 0)))
    return Comparison(
        _told(cells.first.all_people, index.minimum),
        _told(cells.second.all_people, index.minimum),
        _told(_both(index, first, second), index.minimum),
        cells={word: int((cells.said == code).sum()) for code, word in SAID.items()},
        places=_located(db, process, listed[:MOST_LISTED]),
        categories=sorted(_rows(categories, index.minimum), key=lambda row: (row.said == SAID[SAME], row.key)),
    )


def layer(process: Process, index: Index, first: Selection, second: Selection) -> Layer:
    """Every cell that either filter reaches, with what can be said of the difference."""
    found = in_cells(index, first, second)
    return publication.differences(
        process,
        np.array(found.keys, np.int64),
        found.first.people,
        found.second.people,
        [SAID[code] for code in found.said.tolist()],
    )


def in_cells(index: Index, first: Selection, second: Selection) -> Compared:
    """The cells of the fixed grid; counted once for each state of the data."""

    def counted(selection: Selection) -> dict[int, tuple[int, int]]:
        keys, people, _ = index.hexagons(selection)
        answers = index.hexagon_answers(selection)[1]
        return dict(zip(keys.tolist(), zip(people.tolist(), answers.tolist(), strict=True), strict=True))

    key = ("compared", first, second)
    return index.remembered(key, lambda: _compared(index, first, second, counted(first), counted(second)))


def _in_categories(index: Index, first: Selection, second: Selection) -> Compared:
    def counted(selection: Selection) -> dict[tuple[str, str], tuple[int, int]]:
        return {
            (group, category): _people(index, part)
            for group, of_group in index.split(index.rows(selection), "group").items()
            for category, part in index.split(of_group, "category").items()
        }

    return _compared(index, first, second, counted(first), counted(second))


def _compared(
    index: Index, first: Selection, second: Selection, of_first: dict[Any, Any], of_second: dict[Any, Any]
) -> Compared:
    """From people and answers by what was counted."""
    keys = sorted({*of_first, *of_second})
    counts = []
    for selection, found in ((first, of_first), (second, of_second)):
        people, answers = np.array([found.get(key, (0, 0)) for key in keys], np.int64).reshape(-1, 2).T
        counts.append(Counts(people, answers, *_people(index, index.rows(selection))))
    return Compared(keys, counts[0], counts[1], comparison.differences(counts[0], counts[1], index.minimum))


def _people(index: Index, rows: np.ndarray) -> tuple[int, int]:
    """Distinct people, and how many participants they are."""
    codes, weights = index.people_of(rows)
    codes = np.unique(codes)
    return int(weights[codes].sum()), len(codes)


def _both(index: Index, first: Selection, second: Selection) -> int:
    codes, weights = index.people_of(index.rows(first))
    return int(weights[np.intersect1d(codes, index.people_of(index.rows(second))[0])].sum())


def _told(people: int, minimum: int) -> int | None:
    return people if people >= minimum else None


def _rows(found: Compared, minimum: int) -> list[Row]:
    """The lines of what enough people of either group said."""
    rows = []
    for n in np.flatnonzero(found.said != FEW):
        first, second = (_told(int(each.people[n]), minimum) for each in (found.first, found.second))
        rows.append(
            Row(
                found.keys[n],
                first,
                second,
                None if first is None else first / found.first.all_people,
                None if second is None else second / found.second.all_people,
                SAID[int(found.said[n])],
            )
        )
    return rows


def _located(db: Session, process: Process, rows: list[Row]) -> list[tuple[str, Row]]:
    """With the name of what lies nearest to the middle of each cell."""
    if not rows:
        return []
    middles = shapely.centroid(grid.hexagons(np.array([row.key for row in rows], np.int64), process.hexagon_m))
    return list(zip(whereabouts.names(db, process).nearest(middles, process.export_epsg), rows, strict=True))
