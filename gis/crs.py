"""Coordinate reference systems: longitude/latitude in, metres where distances matter."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

WGS84 = 4326
WEB_MERCATOR_WORLD_M = 40075016.685578488
EXPORT = (4326, 25832, 25833, 25835)

_local = threading.local()


def project(geometry: Any, source: int, target: int) -> Any:
    """``geometry`` (one or an array of shapely geometries, None allowed) from one EPSG code to another, x before y.

    ETRS89 and WGS 84 are taken as equal: they differ by well under a metre, less than anyone draws.
    """
    if source == target or geometry is None:
        return geometry
    change = _transformer(source, target)

    def move(xy: np.ndarray) -> np.ndarray:
        x, y = change(xy[:, 0], xy[:, 1])
        return np.column_stack([x, y])

    return shapely.transform(geometry, move)


def project_xy(x: np.ndarray, y: np.ndarray, source: int, target: int) -> tuple[np.ndarray, np.ndarray]:
    """Arrays of coordinates from one EPSG code to another."""
    if source == target:
        return x, y
    moved = _transformer(source, target)(x, y)
    return moved[0], moved[1]


def epsg_of(definition: str | None) -> int | None:
    """The EPSG code of a CRS definition (WKT, PROJ, "EPSG:n", "OGC:CRS84"), or None if it names none."""
    if definition is None:
        return None
    try:
        crs = CRS.from_user_input(definition)
    except CRSError:
        return None
    if crs.to_authority() == ("OGC", "CRS84"):
        return WGS84
    code = crs.to_epsg(min_confidence=60)
    return int(code) if code is not None else None


def _transformer(source: int, target: int) -> Callable[..., Any]:
    cache = _local.__dict__.setdefault("transformers", {})
    key = (source, target)
    if key not in cache:
        cache[key] = Transformer.from_crs(source, target, always_xy=True).transform
    return cache[key]
