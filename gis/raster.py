"""Figures of cells as a raster: a window of a level of the Web-Mercator quadtree, row by row from the north."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis.crs import WEB_MERCATOR_WORLD_M
from gis.morton import deinterleave, unit

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Raster:
    """``values`` (rows, columns) int32, 0 where there is none to show; ``west`` and ``north`` its corner and ``cell``
    the width of a cell, in metres of EPSG:3857.
    """

    values: np.ndarray
    west: float
    north: float
    cell: float


@dataclass(frozen=True)
class Window:
    """``columns`` x ``rows`` cells of a level, from column ``left`` and row ``top`` on."""

    level: int
    left: int
    top: int
    columns: int
    rows: int

    @classmethod
    def covering(cls, bounds: Bounds, level: int) -> Window:
        """The cells that touch west, south, east and north in WGS 84."""
        x, y = unit(np.array(bounds[::2]), np.array(bounds[:0:-2]))
        (left, right), (top, bottom) = ((axis * (1 << level)).astype(int).tolist() for axis in (x, y))
        return cls(level, left, top, right - left + 1, bottom - top + 1)

    @property
    def cell(self) -> float:
        return WEB_MERCATOR_WORLD_M / (1 << self.level)

    def filled(self, codes: np.ndarray, values: np.ndarray) -> Raster:
        """``values`` of cells by their Morton codes at this level; what lies outside is left out."""
        x, y = (axis.astype(np.int64) for axis in deinterleave(codes))
        column, row = x - self.left, y - self.top
        inside = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        found = np.zeros((self.rows, self.columns), np.int32)
        found[row[inside], column[inside]] = values[inside]
        half = WEB_MERCATOR_WORLD_M / 2
        return Raster(found, self.left * self.cell - half, half - self.top * self.cell, self.cell)
