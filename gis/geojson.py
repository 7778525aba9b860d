"""GeoJSON (RFC 7946) in and out. What cannot be used is refused with a code, never repaired in silence."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import geojson
import numpy as np
import shapely
from shapely.geometry import shape

from gis.layer import Batch, Layer

MAX_VERTICES = 5000
TYPES = {
    "route": ("LineString", "MultiLineString"),
    "place": ("Point",),
    "area": ("Polygon", "MultiPolygon"),
}
_CRS84 = {"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"}


class Unusable(ValueError):
    """A geometry that cannot be used; ``code`` is stable, ``facts`` are for the message."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def geometry(value: Any, kind: str) -> shapely.Geometry:
    """A GeoJSON geometry object as a two-dimensional shapely geometry in WGS 84; ``kind`` is route, place or area.

    Raises ``Unusable``: geometry_missing, geometry_type, geometry_empty, not_numbers, too_many_points, crs_not_wgs84,
    line_too_short, area_not_simple.
    """
    if not isinstance(value, dict) or "coordinates" not in value:
        raise Unusable("geometry_missing")
    if value.get("type") not in TYPES[kind]:
        raise Unusable("geometry_type", given=str(value.get("type"))[:40], wanted=", ".join(TYPES[kind]))
    declared = (((value.get("crs") or {}).get("properties") or {}).get("name")) if value.get("crs") else None
    if declared is not None and declared not in _CRS84:
        raise Unusable("crs_not_wgs84")
    _check_positions(value["coordinates"])
    try:
        parsed = shapely.force_2d(shape(value))
    except (ValueError, TypeError, IndexError, shapely.errors.ShapelyError) as error:
        raise Unusable("line_too_short" if kind == "route" else "not_numbers") from error
    if parsed.is_empty:
        raise Unusable("geometry_empty")
    if kind == "route" and _shortest_part(parsed) == 0:
        raise Unusable("line_too_short")
    if kind == "area" and not parsed.is_valid:
        raise Unusable("area_not_simple")
    return parsed


def _check_positions(coordinates: Any) -> None:
    count = 0
    for x, y in _positions(coordinates, 0):
        count += 1
        if count > MAX_VERTICES:
            raise Unusable("too_many_points", most=MAX_VERTICES)
        if not (math.isfinite(x) and math.isfinite(y)):
            raise Unusable("not_numbers")
        if abs(x) > 180 or abs(y) > 90:
            raise Unusable("crs_not_wgs84")
    if count == 0:
        raise Unusable("geometry_empty")


def _positions(coordinates: Any, depth: int) -> Iterator[tuple[float, float]]:
    if not isinstance(coordinates, list | tuple) or depth > 4:
        raise Unusable("not_numbers")
    if coordinates and not isinstance(coordinates[0], list | tuple):
        if len(coordinates) < 2 or not all(isinstance(c, int | float) and not isinstance(c, bool) for c in coordinates):
            raise Unusable("not_numbers")
        yield float(coordinates[0]), float(coordinates[1])
        return
    for part in coordinates:
        yield from _positions(part, depth + 1)


def _shortest_part(line: shapely.Geometry) -> float:
    return float(min(part.length for part in shapely.get_parts(line)))


def feature(shape: shapely.Geometry | None, properties: dict[str, Any], *, id: str | None = None) -> geojson.Feature:
    """A GeoJSON Feature; six decimals, about ten centimetres."""
    return geojson.Feature(id=id, geometry=plain(shape), properties=properties)


def plain(shape: shapely.Geometry | None) -> dict[str, Any] | None:
    """A geometry as a JSON-ready mapping with six decimals."""
    if shape is None:
        return None
    return dict(json.loads(shapely.to_geojson(shape), parse_float=lambda text: round(float(text), 6)))


def collection(layer: Layer) -> geojson.FeatureCollection:
    """A layer in WGS 84 as a FeatureCollection."""
    rows = [row for batch in layer.batches(4326) for row in _rows(batch)]
    return geojson.FeatureCollection([feature(shape, properties) for shape, properties in rows])


def _rows(batch: Batch) -> Iterator[tuple[shapely.Geometry | None, dict[str, Any]]]:
    columns = {name: batch.values(name) for name in batch.columns}
    for index, drawn in enumerate(batch.geometry):
        yield drawn, {name: _json(values[index]) for name, values in columns.items()}


def _json(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return None if isinstance(value, float) and math.isnan(value) else value
