"""Registrations in GeoParquet files, and how many people and registrations a slow count finds in each cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import shapely

from gis.crs import WGS84
from gis.formats import geoparquet
from gis.partitions import COLUMNS, Mark, Partitions
from gis.sums import Sums


class Registration(NamedTuple):
    """One row of a file; the head count is its person's."""

    person: int
    shape: Any
    kind: str = "place"
    group: str = "good"
    category: str = "nice"
    heads: int | None = 1


def table(rows: Sequence[Registration]) -> pa.Table:
    kinds = ([getattr(row, name) for row in rows] for name in ("person", "kind", "group", "category", "heads"))
    shapes = [None if row.shape is None else shapely.to_wkb(row.shape) for row in rows]
    return pa.Table.from_arrays(
        [pa.array(values, field.type) for values, field in zip([*kinds, shapes], COLUMNS, strict=True)], schema=COLUMNS
    )


def write(path: Path, rows: pa.Table, epsg: int = WGS84, mark: Mark | None = None) -> Path:
    with geoparquet.writer(path, rows.schema, epsg, more=mark.texts if mark else None) as out:
        out.write_table(rows)
    return path


def partitioned(folder: Path, rows: Sequence[Registration], of: int, *, made: str = "one", minimum: int = 5) -> Path:
    """A folder of ``of`` files by person."""
    folder.mkdir(parents=True, exist_ok=True)
    with Partitions(folder, made, of, minimum) as files:
        files.add(table(rows))
    return folder


Cells = Callable[[Any], Iterable[int]]


def by_hand(rows: Iterable[Registration], cells: Cells) -> dict[int, tuple[int, int]]:
    """People and registrations of each cell: every registration looked at, every person remembered."""
    heads: dict[int, int] = defaultdict(int)
    there: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        heads[row.person] = max(heads[row.person], row.heads or 1)
        if row.shape is not None:
            for cell in set(cells(row.shape)):
                there[cell].append(row.person)
    return {cell: (sum(heads[who] for who in set(people)), len(people)) for cell, people in there.items()}


def as_dict(sums: Sums) -> dict[int, tuple[int, int]]:
    figures = zip(sums.people.tolist(), sums.registrations.tolist(), strict=True)
    return dict(zip(sums.cells.tolist(), figures, strict=True))
