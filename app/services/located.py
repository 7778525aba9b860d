"""Where registrations lie: the cells of places and ways and the hexagons of everything, straight from what was read."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
import shapely

from app.services import voices
from gis import density, grid, wkb
from gis.crs import WGS84, project, project_xy

UNIT = 1e-7
NOWHERE = np.iinfo(np.int32).min
T = TypeVar("T")


@dataclass(frozen=True)
class Located:
    """Where rows lie: the cells of places, the cells of ways, the hexagons of everything."""

    points: density.Cells
    lines: density.Cells
    hexagons: density.Cells

    @classmethod
    def none(cls) -> Located:
        return cls(density.Cells.none(), density.Cells.none(), density.Cells.none())

    def joined(self, other: Located) -> Located:
        return Located(*(density.Cells.joined(pair) for pair in zip(self.each, other.each, strict=True)))

    def where(self, becomes: np.ndarray) -> Located:
        return Located(*(cells.where(becomes) for cells in self.each))

    @property
    def each(self) -> tuple[density.Cells, ...]:
        return self.points, self.lines, self.hexagons


@dataclass
class Part:
    """A batch of rows that count, read and not yet appended; its geometries are gone, they are the most of it.

    ``xy`` are degrees in units of ``UNIT``, ``NOWHERE`` for what is no place; ``pairs`` the cells and rows of
    ``Located``.
    """

    columns: dict[str, pa.Array]
    xy: np.ndarray
    pairs: list[tuple[np.ndarray, np.ndarray]]


def part(rows: voices.Rows, first: int, epsg: int, hexagon_m: int) -> Part:
    """The rows of a batch that count and where they lie; ``first`` is the position its first row gets in the index."""
    counts = pa.array(np.flatnonzero(rows.counts))
    columns = {name: column.take(counts) for name, column in rows.columns.items()}
    drawn = wkb.vertices(columns["shape"])
    owner, flat = drawn.row_of_part[drawn.part], drawn.dimension[drawn.row_of_part]
    place, way = flat[drawn.part] == 0, flat == 1
    lon, lat = drawn.xy[place].T
    xy = np.full((len(counts), 2), NOWHERE, np.int32)
    xy[owner[place]] = np.rint(drawn.xy[place] / UNIT)
    on_way = way[drawn.part]
    crossing, cells = density.line_codes(drawn.xy[on_way], drawn.part[on_way], drawn.row_of_part)
    metric = np.column_stack(project_xy(drawn.xy[:, 0], drawn.xy[:, 1], WGS84, epsg))
    areas = np.flatnonzero(drawn.dimension == 2)
    shapes = shapely.from_wkb(columns["shape"].take(pa.array(areas)).to_numpy(zero_copy_only=False))
    polygons = dict(zip(areas.tolist(), project(shapes, WGS84, epsg), strict=True))
    index, keys = grid.cells_along(metric, drawn.part, drawn.row_of_part, hexagon_m, polygons)
    found = [(density.point_codes(lon, lat), owner[place]), (cells, crossing), (keys.astype(np.uint64), index)]
    return Part(columns, xy, [(codes, (row + first).astype(np.uint32)) for codes, row in found])


def ahead(batches: Iterator[T]) -> Iterator[T]:
    """The same, the next one already being read while one is worked on."""
    first = next(batches, None)
    if first is None:
        return
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        yield first
        while (found := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield found
