"""GeoJSON from strangers: taken whole or refused with a code."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import geojson
from gis.layer import Field, Layer

LINE = {"type": "LineString", "coordinates": [[10, 59], [10.1, 59.1]]}
POINT = {"type": "Point", "coordinates": [10, 59]}
SQUARE = {"type": "Polygon", "coordinates": [[[10, 59], [11, 59], [11, 60], [10, 60], [10, 59]]]}
BOW = {"type": "Polygon", "coordinates": [[[10, 59], [11, 60], [11, 59], [10, 60], [10, 59]]]}


def line(*positions: Any) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": list(positions)}


@pytest.mark.parametrize(
    ("value", "kind", "code"),
    [
        (None, "route", "geometry_missing"),
        ("POINT (10 59)", "place", "geometry_missing"),
        ({"type": "LineString"}, "route", "geometry_missing"),
        (POINT, "route", "geometry_type"),
        (LINE, "place", "geometry_type"),
        ({"type": "GeometryCollection", "coordinates": []}, "route", "geometry_type"),
        (line(), "route", "geometry_empty"),
        ({"type": "Point", "coordinates": []}, "place", "geometry_empty"),
        (line([10, 59]), "route", "line_too_short"),
        (line([10, 59], [10, 59], [10, 59]), "route", "line_too_short"),
        (
            {"type": "MultiLineString", "coordinates": [[[10, 59], [11, 59]], [[10, 60], [10, 60]]]},
            "route",
            "line_too_short",
        ),
        (line([10, 59], [float("nan"), 59]), "route", "not_numbers"),
        (line([10, 59], [float("inf"), 59]), "route", "not_numbers"),
        (line([10, 59], ["10", "59"]), "route", "not_numbers"),
        (line([10, 59], [None, 59]), "route", "not_numbers"),
        (line([10, 59], [True, 59]), "route", "not_numbers"),
        (line([10, 59], [10]), "route", "not_numbers"),
        (line([10, 59], {"x": 10}), "route", "not_numbers"),
        ({"type": "Point", "coordinates": {"x": 1}}, "place", "not_numbers"),
        (line([[10, 59], [11, 59]], [[10, 60], [11, 60]]), "route", "line_too_short"),
        (line([600000, 6640000], [600100, 6640100]), "route", "crs_not_wgs84"),
        (line([10, 59], [10, 91]), "route", "crs_not_wgs84"),
        ({**LINE, "crs": {"type": "name", "properties": {"name": "EPSG:25832"}}}, "route", "crs_not_wgs84"),
        (line(*[[10 + i / 1e5, 59] for i in range(10_000)]), "route", "too_many_points"),
        (BOW, "area", "area_not_simple"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_code(value: Any, kind: str, code: str) -> None:
    with pytest.raises(geojson.Unusable) as refused:
        geojson.geometry(value, kind)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("value", "kind", "wkt"),
    [
        (POINT, "place", "POINT (10 59)"),
        ({"type": "Point", "coordinates": [10, 59, 120.5]}, "place", "POINT (10 59)"),
        (LINE, "route", "LINESTRING (10 59, 10.1 59.1)"),
        (line([10, 59], [11, 60], [10, 60], [11, 59]), "route", "LINESTRING (10 59, 11 60, 10 60, 11 59)"),
        (line([179.9, 59], [-179.9, 59]), "route", "LINESTRING (179.9 59, -179.9 59)"),
        (SQUARE, "area", "POLYGON ((10 59, 11 59, 11 60, 10 60, 10 59))"),
        (
            {**LINE, "crs": {"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}},
            "route",
            "LINESTRING (10 59, 10.1 59.1)",
        ),
    ],
)
def test_what_can_be_used_comes_through(value: Any, kind: str, wkt: str) -> None:
    assert shapely.equals_exact(geojson.geometry(value, kind), shapely.from_wkt(wkt))


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(
    st.sampled_from(["Point", "LineString", "MultiLineString", "Polygon", "x"]),
    json_values,
    st.sampled_from(["route", "place", "area"]),
)
def test_nothing_but_a_refusal_comes_of_nonsense(type: str, coordinates: Any, kind: str) -> None:
    found = None
    with suppress(geojson.Unusable):
        found = geojson.geometry({"type": type, "coordinates": coordinates}, kind)
    assert found is None or not found.is_empty


def test_a_layer_becomes_a_feature_collection_in_wgs84() -> None:
    layer = Layer.of(
        "x",
        "X",
        "Point",
        (Field("name", "text"), Field("n", "integer")),
        [shapely.Point(600_000, 6_640_000), None],
        {"name": ["æøå", None], "n": [1, None]},
        epsg=25832,
    )
    found = json.loads(json.dumps(geojson.collection(layer)))
    first, second = found["features"]
    assert first["geometry"]["coordinates"] == pytest.approx([10.7868, 59.8847], abs=1e-3)
    assert first["properties"] == {"name": "æøå", "n": 1}
    assert second["geometry"] is None
    assert second["properties"] == {"name": None, "n": None}
