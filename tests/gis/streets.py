"""Street networks in metres for tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from gis import network
from gis.crs import WGS84, project
from gis.graph import Graph, graph

EPSG = 25832
CENTRE = (600_000.0, 6_640_000.0)


def line(*xy: tuple[float, float], centre: tuple[float, float] = CENTRE) -> Any:
    """A line through points in metres from the centre."""
    return shapely.LineString(np.array(xy, float) + centre)


def lines(*many: Any) -> np.ndarray:
    return np.array(many, dtype=object)


def streets(*many: Any, epsg: int = EPSG) -> Graph:
    """The network of lines in metres."""
    return graph(network.build(project(lines(*many), epsg, WGS84)), epsg)


def grid(columns: int = 4, rows: int = 4, side: float = 100.0) -> Graph:
    """Straight streets that cross at right angles."""
    across = [line(*((x * side, y * side) for y in range(rows))) for x in range(columns)]
    along = [line(*((x * side, y * side) for x in range(columns))) for y in range(rows)]
    return streets(*across, *along)


def shaken(line: Any, metres: float, rng: np.random.Generator, apart: float = 10.0) -> Any:
    """A line as an unsteady hand draws it."""
    xy = shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.linspace(0, line.length, 1 + max(int(line.length / apart), 1)))
    )
    return shapely.LineString(xy + rng.normal(0, metres, xy.shape))
