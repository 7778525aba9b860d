"""Where registrations lie: the cells of places and ways and the hexagons of everything, straight from what was read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from app.services import voices
from gis import density, grid, wkb
from gis.crs import WGS84, project, project_xy

UNIT = 1e-7
NOWHERE = np.iinfo(np.int32).min
WAITING = 16
PILE = 4_000_000


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


class Pile:
    """Cells and rows as they come, put in order ``PILE`` at a time, so that little is held out of order."""

    def __init__(self) -> None:
        self._pairs: list[tuple[np.ndarray, np.ndarray]] = []
        self._size = 0
        self._cells: list[density.Cells] = []

    def add(self, codes: np.ndarray, rows: np.ndarray) -> None:
        self._pairs.append((codes, rows))
        self._size += len(codes)
        if self._size > PILE:
            self._put_in_order()

    def cells(self) -> density.Cells:
        self._put_in_order()
        return density.Cells.joined(self._cells)

    def _put_in_order(self) -> None:
        self._cells.append(density.Cells.of(*self._pairs))
        self._pairs, self._size = [], 0


def read(batches: Iterator[voices.Rows], first: int, epsg: int, hexagon_m: int) -> tuple[np.ndarray, Located]:
    """Where the rows that count lie; ``first`` is the position the first gets in the index. The coordinates are degrees
    in units of ``UNIT``, ``NOWHERE`` for what is no place.

    Hexagons are found beside the reading, which goes on, ``WAITING`` steps ahead at most.
    """
    xy: list[np.ndarray] = [np.zeros((0, 2), np.int32)]
    points, lines, hexagons = piles = Pile(), Pile(), Pile()
    waiting: deque[Future[None]] = deque()
    with ThreadPoolExecutor(1) as beside, ThreadPoolExecutor(1) as sorter:
        for rows in batches:
            becomes = (np.cumsum(rows.counts) - 1 + first).astype(np.uint32)
            first += int(rows.counts.sum())
            drawn = wkb.vertices(rows.columns["shape"], rows.counts)
            waiting.append(beside.submit(_in_hexagons, hexagons, rows, drawn, becomes, epsg, hexagon_m))
            xy.append(_places(points, drawn, becomes)[rows.counts])
            on_way = (drawn.dimension[drawn.row_of_part] == 1)[drawn.part]
            crossing, cells = density.line_codes(drawn.xy[on_way], drawn.part[on_way], drawn.row_of_part)
            waiting.append(sorter.submit(lines.add, cells, becomes[crossing]))
            while len(waiting) > WAITING:
                waiting.popleft().result()
        for each in waiting:
            each.result()
    return np.concatenate(xy), Located(*(pile.cells() for pile in piles))


def _places(pile: Pile, drawn: wkb.Vertices, becomes: np.ndarray) -> np.ndarray:
    """Their coordinates, in step with all rows."""
    place = drawn.dimension[drawn.row_of_part] == 0
    row, degrees = drawn.row_of_part[place], drawn.xy[place[drawn.part]]
    pile.add(density.point_codes(*degrees.T), becomes[row])
    xy = np.full((len(becomes), 2), NOWHERE, np.int32)
    xy[row] = np.rint(degrees / UNIT)
    return xy


def _in_hexagons(
    pile: Pile, rows: voices.Rows, drawn: wkb.Vertices, becomes: np.ndarray, epsg: int, hexagon_m: int
) -> None:
    metric = np.column_stack(project_xy(drawn.xy[:, 0], drawn.xy[:, 1], WGS84, epsg))
    areas = np.flatnonzero(drawn.dimension == 2)
    shapes = shapely.from_wkb(rows.columns["shape"].take(pa.array(areas)).to_numpy(zero_copy_only=False))
    polygons = dict(zip(areas.tolist(), project(shapes, WGS84, epsg), strict=True))
    index, keys = grid.cells_along(metric, drawn.part, drawn.row_of_part, hexagon_m, polygons)
    pile.add(keys.astype(np.uint64), becomes[index])
