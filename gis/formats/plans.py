"""Areas that others have drawn (a zoning plan, a building site) as polygons, however their program wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyogrio.errors import DataLayerError

from gis.crs import WGS84, project
from gis.formats import reading
from gis.formats.reading import Source
from gis.geojson import Unusable

SUFFIXES = (".geojson", ".json", ".gpkg", ".gml", ".zip")
MOST = 1_000
NAMES = ("navn", "name", "plannavn", "feltnavn", "feltbetegnelse", "planidentifikasjon", "planidenti", "planid", "id")
_GML = {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO"}


@dataclass(frozen=True)
class Plan:
    """Valid polygons in WGS 84, cut at the border of the area they were asked for, and what each is called.

    ``repaired`` of them crossed themselves, ``outside`` others lay elsewhere altogether; ``clipped``: some went on
    beyond the border; ``swapped``: the file had its axes the wrong way round.
    """

    geometry: np.ndarray
    names: list[str]
    repaired: int = 0
    outside: int = 0
    clipped: bool = False
    swapped: bool = False


def read(path: Path, area: shapely.Geometry) -> Plan:
    """The polygons of every layer that touch ``area`` (WGS 84).

    Raises ``Unusable``: file_missing, file_type, file_too_large, zip_unsafe, layer_unclear, file_unreadable,
    crs_missing, plan_without_area, plan_elsewhere, plan_too_many.
    """
    address = reading.checked(path, SUFFIXES)
    how = _GML if path.suffix.lower() == ".gml" else {}
    drawn: list[tuple[np.ndarray, int, list[str]]] = []
    with reading.opening(path):
        for source, epsg in _layers(address, how):
            rows = np.flatnonzero(shapely.get_dimensions(source.geometry) == 2)
            if len(rows) and epsg is None:
                raise Unusable("crs_missing", file=path.name)
            if len(rows) and epsg is not None:
                drawn.append((source.geometry[rows], epsg, _names(source.columns, rows)))
    if not drawn:
        raise Unusable("plan_without_area", file=path.name)
    found = [_within(*layer, area) for layer in drawn]
    geometry = np.concatenate([plan.geometry for plan in found])
    if not len(geometry):
        raise Unusable("plan_elsewhere", file=path.name)
    if len(geometry) > MOST:
        raise Unusable("plan_too_many", file=path.name, found=len(geometry), most=MOST)
    return Plan(
        geometry,
        [name for plan in found for name in plan.names],
        sum(plan.repaired for plan in found),
        sum(plan.outside for plan in found),
        any(plan.clipped for plan in found),
        any(plan.swapped for plan in found),
    )


def _layers(address: str, how: dict[str, str]) -> Iterator[tuple[Source, int | None]]:
    """One after the other by number: a list of them could not be asked for with the options that keep GML quiet."""
    for number in count():
        try:
            yield reading.as_drawn(address, number, **how)
        except DataLayerError:
            if number == 0:
                raise
            return


def _within(drawn: np.ndarray, epsg: int, names: list[str], area: shapely.Geometry) -> Plan:
    """Of one layer; where nothing lies in the area, north before east is tried as well."""
    crossing = ~shapely.is_valid(drawn)
    shapes = drawn.copy()
    shapes[crossing] = [_polygons(shapely.make_valid(shape)) for shape in drawn[crossing]]
    placed, swapped = _placed(shapes, epsg), False
    touching = shapely.intersects(area, placed)
    if not touching.any():
        turned = _placed(shapely.transform(shapes, lambda xy: xy[:, ::-1]), epsg)
        swapped = bool(shapely.intersects(area, turned).any())
        if swapped:
            placed, touching = turned, shapely.intersects(area, turned)
    rows = np.flatnonzero(touching)
    cut = np.array([_polygons(shapely.intersection(placed[row], area)) for row in rows], dtype=object)
    kept = [n for n, shape in enumerate(cut) if not shape.is_empty]
    return Plan(
        cut[kept],
        [names[rows[n]] for n in kept],
        int(crossing[rows[kept]].sum()),
        len(drawn) - len(kept),
        not bool(shapely.covers(area, placed[rows]).all()),
        swapped,
    )


def _placed(shapes: np.ndarray, epsg: int) -> np.ndarray:
    """In WGS 84; what cannot be there at all is empty."""
    moved = np.asarray(project(shapes, epsg, WGS84))
    moved[~np.isfinite(shapely.bounds(moved)).all(axis=1)] = shapely.Polygon()
    return moved


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """What of a geometry has an area."""
    parts = shapely.get_parts(shape)
    while (shapely.get_type_id(parts) > 3).any():
        parts = shapely.get_parts(parts)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _names(columns: dict[str, Any], rows: np.ndarray) -> list[str]:
    """The first column that is called like a name, or numbers; ones that occur again are numbered."""
    lower = {name.lower(): column for name, column in columns.items()}
    column = next((lower[name] for name in NAMES if name in lower), None)
    said = [str(column[row]) if column is not None and column[row] is not None else "" for row in rows]
    times: dict[str, int] = {}
    names = []
    for name in said:
        times[name] = times.get(name, 0) + 1
        names.append(f"{name} ({times[name]})".strip() if said.count(name) > 1 or not name else name)
    return names
