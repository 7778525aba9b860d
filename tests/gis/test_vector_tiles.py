"""Vector tiles: what is written is what was there, by two other readers and by slow counting."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from mapbox_vector_tile.Mapbox.vector_tile_pb2 import tile as Message

from gis import density, grid, varints, vector_tiles
from gis.crs import WGS84, project
from gis.layer import Field, Layer
from gis.vector_tiles import BUFFER, EXTENT, Attribute, Tiled

HERE = (10.5, 59.8)
BOX = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
whole = st.integers(-BUFFER, EXTENT + BUFFER)
xy = st.tuples(whole, whole)
small = st.integers(1, 40)


def at(point: tuple[float, float], z: int) -> tuple[float, float]:
    """Where a point lies among the tiles of a zoom: Web Mercator by the book."""
    y = 0.5 - math.asinh(math.tan(math.radians(point[1]))) / (2 * math.pi)
    return (point[0] / 360 + 0.5) * 2**z, y * 2**z


def decoded(tile: bytes, layer: str) -> list[dict[str, Any]]:
    found = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    assert list(found) == [layer]
    assert (found[layer]["extent"], found[layer]["version"]) == (4096, 2)
    features: list[dict[str, Any]] = found[layer]["features"]
    return features


@st.composite
def polygons(draw: Any) -> Any:
    """A square with or without a hole, two beside each other, or the hull of some points."""
    x, y, side = draw(whole), draw(whole), draw(st.integers(4, 60))
    square = shapely.box(x, y, x + side, y + side)
    kind = draw(st.sampled_from(["plain", "hole", "two", "hull"]))
    if kind == "hole":
        return shapely.difference(square, shapely.box(x + 1, y + 1, x + side - 1, y + side - 2))
    if kind == "two":
        return shapely.union(square, shapely.box(x + side + 5, y, x + side + 9, y + 3))
    hull = shapely.convex_hull(shapely.multipoints(draw(st.lists(xy, min_size=3, max_size=8))))
    return hull if kind == "hull" and hull.area else square


def lines(draw: Any) -> Any:
    steps = draw(st.lists(st.tuples(small, st.integers(-40, 40)), min_size=1, max_size=6))
    line = np.cumsum([draw(xy), *steps], axis=0)
    return shapely.LineString(line) if draw(st.booleans()) else shapely.MultiLineString([line, line + (0, 100)])


def points(draw: Any) -> Any:
    found = draw(st.lists(xy, min_size=1, max_size=4, unique=True))
    return shapely.Point(found[0]) if len(found) == 1 else shapely.MultiPoint(found)


@st.composite
def geometries(draw: Any) -> Any:
    kind = draw(st.sampled_from(["point", "line", "polygon"]))
    return draw(polygons()) if kind == "polygon" else lines(draw) if kind == "line" else points(draw)


values = {
    "text": st.none() | st.text(max_size=8),
    "whole": st.none() | st.integers(-(2**40), 2**40),
    "real": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    "yes": st.none() | st.booleans(),
}
features = st.lists(st.tuples(geometries(), st.fixed_dictionaries(values)), min_size=1, max_size=8)


@given(features)
def test_what_is_encoded_is_decoded(rows: list[tuple[Any, dict[str, Any]]]) -> None:
    columns = [Attribute.of(name, [row[name] for _, row in rows]) for name in values]
    tile = vector_tiles.encode("lag", np.array([shape for shape, _ in rows], object), columns)
    found = decoded(tile, "lag")
    assert len(found) == len(rows)
    for (shape, row), feature in zip(rows, found, strict=True):
        assert feature["properties"] == {name: value for name, value in row.items() if value is not None}
        assert shapely.equals(shapely.geometry.shape(feature["geometry"]), shape)


def raw_rings(tile: bytes) -> list[list[list[tuple[int, int]]]]:
    """The rings of every polygon, read number by number as section 4.3 of the specification says."""
    message = Message()
    message.ParseFromString(tile)
    found = []
    for feature in message.layers[0].features:
        numbers, rings, ring, x, y = iter(feature.geometry), [], [], 0, 0
        for command in numbers:
            for _ in range(command >> 3):
                if command & 7 == 7:
                    rings.append(ring)
                    ring = []
                    continue
                dx, dy = ((n >> 1) ^ -(n & 1) for n in (next(numbers), next(numbers)))
                x, y = x + dx, y + dy
                ring.append((x, y))
        assert ring == []
        found.append(rings)
    return found


def surveyed(ring: list[tuple[int, int]]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*ring, ring[0]])) / 2


@given(st.lists(polygons(), min_size=1, max_size=4))
def test_outer_rings_go_round_clockwise_on_the_screen_and_holes_the_other_way(shapes: list[Any]) -> None:
    for turned in (shapes, [shapely.reverse(shape) for shape in shapes]):
        rings = raw_rings(vector_tiles.encode("lag", np.array(turned, object), []))
        for shape, drawn in zip(shapes, rings, strict=True):
            outer = [surveyed(ring) for ring in drawn if surveyed(ring) > 0]
            holes = [surveyed(ring) for ring in drawn if surveyed(ring) < 0]
            parts = shapely.get_parts(shape)
            assert surveyed(drawn[0]) > 0
            assert sorted(outer) == sorted(shapely.Polygon(part.exterior).area for part in parts)
            assert len(holes) == sum(len(part.interiors) for part in parts)
            assert all(ring[0] != ring[-1] for ring in drawn)


def test_a_value_that_comes_again_is_written_once() -> None:
    """The values of a tile are a table; a row points into it."""
    message = Message()
    shapes = np.array([shapely.Point(n, n) for n in range(100)], object)
    columns = [Attribute.of("group", ["bad", "good"] * 50), Attribute.of("n", [3] * 100)]
    message.ParseFromString(vector_tiles.encode("lag", shapes, columns))
    assert len(message.layers[0].values) == 3
    assert list(message.layers[0].keys) == ["group", "n"]


@given(st.lists(st.integers(0, 2**63 - 1)))
def test_numbers_are_packed_one_after_the_other(numbers: list[int]) -> None:
    packed = varints.packed(np.array(numbers, np.int64))
    assert packed == b"".join(varints.varint(number) for number in numbers)
    assert varints.sizes(np.array(numbers, np.int64)).sum() == len(packed)
    if numbers:
        assert varints.unpacked(packed).tolist() == numbers


# Cutting


@given(st.lists(geometries(), min_size=1, max_size=4), st.sampled_from([-4000, -30, 0, 17.3, 4080]))
def test_everything_is_cut_to_the_tile_and_its_margin(shapes: list[Any], shift: float) -> None:
    moved = shapely.transform(np.array(shapes, object), lambda xy: xy + shift + 0.25)
    for shape, cut in zip(moved, vector_tiles.clipped(moved), strict=True):
        wanted = shapely.intersection(shape, BOX)
        assert abs(cut.area - wanted.area) <= shapely.length(wanted) + 1
        if cut.is_empty:
            assert wanted.is_empty or shape.geom_type.endswith(("Polygon", "LineString"))
            assert wanted.area or shapely.length(wanted) < 2
        else:
            assert shapely.is_valid(cut)
            assert shapely.covers(BOX, cut)
            assert shapely.covers(shapely.buffer(wanted, 1), cut)
            assert wanted.area or shapely.covers(shapely.buffer(cut, 1.5), wanted)


def test_what_is_smaller_than_a_unit_disappears_and_leaves_no_broken_ring() -> None:
    shapes = [shapely.box(5.1, 5.1, 5.2, 5.2), shapely.LineString([(7, 7), (7.1, 7.1)]), shapely.box(9, 9, 12, 9.1)]
    assert shapely.is_empty(vector_tiles.clipped(np.array(shapes, object))).all()


def test_what_only_touches_the_margin_is_not_there() -> None:
    shapes = np.array([shapely.box(EXTENT + BUFFER, 0, EXTENT + 300, 50), shapely.box(-900, 0, -BUFFER, 50)], object)
    assert shapely.is_empty(vector_tiles.clipped(shapes)).all()


def hexagon_layer(centre: tuple[float, float], epsg: int, count: int = 40) -> Layer:
    x, y = shapely.get_coordinates(project(shapely.Point(centre), WGS84, epsg))[0]
    rng = np.random.default_rng(1)
    keys = np.unique(grid.cells(x + rng.normal(0, 900, count), y + rng.normal(0, 900, count), 100))
    fields = (Field("cell", "text"), Field("people_from", "integer"), Field("withheld", "boolean"))
    columns = {"cell": [f"{key}" for key in keys], "people_from": range(len(keys)), "withheld": keys % 2 == 0}
    return Layer.of("hexagons", "Sekskanter", "Polygon", fields, grid.hexagons(keys, 100), columns, epsg=epsg)


@pytest.mark.parametrize(
    ("centre", "epsg"),
    [(HERE, 25832), ((25.0, 70.0), 25835), ((12.0, 63.4), 25832), ((12.0, 63.4), 25833), ((18.0, 68.5), 25833)],
)
@pytest.mark.parametrize("z", [11, 13, 14])
def test_the_tiles_of_a_layer_together_are_the_layer_also_far_north_and_at_a_zone_border(
    centre: tuple[float, float], epsg: int, z: int
) -> None:
    layer = hexagon_layer(centre, epsg)
    tiled = Tiled(layer)
    assert tiled.bounds is not None
    west, east, north, south = vector_tiles.covering(tiled.bounds, z)
    area: dict[str, float] = defaultdict(float)
    seen: dict[str, dict[str, Any]] = {}
    for x in range(west, east + 1):
        for y in range(north, south + 1):
            tile = tiled.tile(z, x, y)
            for feature in decoded(tile, "hexagons") if tile else []:
                shape = shapely.geometry.shape(feature["geometry"])
                area[feature["properties"]["cell"]] += shapely.intersection(shape, shapely.box(0, 0, 4096, 4096)).area
                seen[feature["properties"]["cell"]] = feature["properties"]
    rows = layer.collect()
    assert {cell: seen[cell] for cell in rows.values("cell")} == {
        cell: {"cell": cell, "people_from": n, "withheld": bool(hidden)}
        for cell, n, hidden in zip(
            rows.values("cell"), rows.values("people_from"), rows.values("withheld"), strict=True
        )
    }
    unit = 40075016.685578488 / 2**z / EXTENT
    for cell, shape in zip(rows.values("cell"), project(rows.geometry, epsg, 3857), strict=True):
        assert abs(area[cell] * unit**2 - shape.area) < 0.05 * shape.area


@given(st.lists(geometries(), min_size=1, max_size=6), st.sampled_from([1.0, 0.1, 0.013, 40.0]))
def test_a_tile_of_any_layer_is_each_row_cut_by_itself(shapes: list[Any], size: float) -> None:
    """Whether a row lies inside and is only rounded, or is cut and mended."""
    z, x, y = 12, 2170, 1190
    unit = 40075016.685578488 / 2**z / EXTENT
    corner = np.array([x * EXTENT * unit - 20037508.342789244, 20037508.342789244 - y * EXTENT * unit])
    moved = shapely.transform(np.array(shapes, object), lambda xy: xy * size + 0.25)
    ground = shapely.transform(moved, lambda xy: xy * (unit, -unit) + corner)
    layer = Layer.of("lag", "Lag", "Geometry", (Field("n", "integer"),), ground, {"n": range(len(shapes))}, epsg=3857)
    tile = Tiled(layer).tile(z, x, y)
    found = {
        f["properties"]["n"]: shapely.geometry.shape(f["geometry"]) for f in (decoded(tile, "lag") if tile else [])
    }
    for n, (shape, cut) in enumerate(zip(moved, vector_tiles.clipped(moved), strict=True)):
        if cut.is_empty:
            assert n not in found or found[n].area <= shapely.length(shape) + 1
        else:
            assert shapely.hausdorff_distance(found[n], cut) < 1.5
            assert shapely.is_valid(found[n])


def test_gdal_reads_a_layers_tile_where_it_lies(tmp_path: Path) -> None:
    layer = hexagon_layer(HERE, 25832)
    z = 12
    x, y = (int(n) for n in at(HERE, z))
    tile = Tiled(layer).tile(z, x, y)
    assert tile is not None
    (tmp_path / "tile.mvt").write_bytes(tile)
    about, _, shapes, columns = pyogrio.raw.read(tmp_path / "tile.mvt", layer="hexagons", Z=z, X=x, Y=y, CLIP="NO")
    assert about["crs"] == "EPSG:3857"
    found = dict(zip(columns[list(about["fields"]).index("cell")], shapely.from_wkb(shapes), strict=True))
    rows = layer.collect()
    unit = 40075016.685578488 / 2**z / EXTENT
    square = shapely.box(
        *(n * 40075016.685578488 / 2**z - 20037508.342789244 for n in (x, 2**z - y - 1, x + 1, 2**z - y))
    )
    compared = 0
    for cell, shape in zip(rows.values("cell"), project(rows.geometry, 25832, 3857), strict=True):
        if shapely.within(shape, square):
            compared += 1
            assert shapely.hausdorff_distance(found[cell], shape) < 1.5 * unit
    assert compared > 10


def test_a_tile_without_anything_is_none() -> None:
    tiled = Tiled(hexagon_layer(HERE, 25832))
    assert tiled.tile(14, 0, 0) is None
    nothing = Tiled(hexagon_layer(HERE, 25832, count=0))
    assert nothing.bounds is None
    assert nothing.tile(0, 0, 0) is None


@pytest.mark.parametrize(("width", "latitude"), [(100, 60), (50, 71), (1000, 58)])
def test_the_coarsest_zoom_is_where_a_hexagon_is_two_pixels_wide(width: float, latitude: float) -> None:
    def pixels(z: int) -> float:
        return width / (40075016.685578488 * math.cos(math.radians(latitude)) / 2**z / 256)

    z = vector_tiles.coarsest(width, latitude)
    assert pixels(z) >= 2 > pixels(z - 1)


def test_bounds_are_covered_by_the_tiles_their_corners_lie_in() -> None:
    bounds = (10.4, 59.7, 10.6, 59.9)
    for z in (0, 3, 11, 14):
        (west, north), (east, south) = at((10.4, 59.9), z), at((10.6, 59.7), z)
        assert vector_tiles.covering(bounds, z) == (int(west), int(east), int(north), int(south))
    assert vector_tiles.covering((-180, -89, 180, 89), 2) == (0, 3, 0, 3)


# Overviews


def view(points: Any, person: Any, minimum: int = 3) -> density.View:
    person = np.asarray(person)
    cells = density.index_points(shapely.points(points))
    return density.View(cells, person, np.ones(int(person.max()) + 1, np.int64), minimum)


def counted(points: Any, person: Any, minimum: int, z: int) -> dict[tuple[int, int, int, int], int | None]:
    """(tile, tile, cell, cell): distinct people in every cell of blocks with enough people, slowly."""
    blocks, cells = defaultdict(set), defaultdict(set)
    for point, who in zip(points, person, strict=True):
        block = tuple(int(n) for n in at(point, density.BLOCK))
        blocks[block].add(who)
        cells[block, tuple(int(n) for n in at(point, z + 6))].add(who)
    people = defaultdict(set)
    for (block, cell), them in cells.items():
        if len(blocks[block]) >= minimum:
            people[cell] |= them
    return {
        (x // 64, y // 64, x % 64, y % 64): len(them) if len(them) >= minimum else None
        for (x, y), them in people.items()
    }


def shown(tile: bytes | None) -> dict[tuple[int, int], int | None]:
    found = {}
    for feature in decoded(tile, "places") if tile else []:
        x, y = feature["geometry"]["coordinates"]
        assert (x % 64, y % 64) == (32, 32)
        assert feature["properties"] in ({"people": feature["properties"].get("people")}, {"withheld": True})
        found[x // 64, y // 64] = feature["properties"].get("people")
    assert tile is None or found
    return found


@pytest.mark.parametrize("centre", [HERE, (25.0, 70.5), (12.0, 63.4), (179.999, 70.0)])
@pytest.mark.parametrize("z", [0, 5, 10, 13, 15])
def test_an_overview_is_all_that_may_be_seen_and_counts_each_person_once_in_a_cell(
    centre: tuple[float, float], z: int
) -> None:
    rng = np.random.default_rng(7)
    points = np.column_stack([centre[0] - abs(rng.normal(0, 0.004, 600)), centre[1] + rng.normal(0, 0.002, 600)])
    person = rng.integers(0, 60, 600)
    seen = view(points, person)
    wanted = counted(points.tolist(), person.tolist(), 3, z)
    assert wanted
    found = {}
    for x, y in {key[:2] for key in wanted}:
        found |= {
            (x, y, *cell): people for cell, people in shown(vector_tiles.overview(seen, z, x, y, "places")).items()
        }
    assert found == wanted


def test_a_person_stands_for_as_many_as_its_group() -> None:
    cells = density.index_points(shapely.points([HERE, HERE]))
    seen = density.View(cells, np.array([0, 1]), np.array([20, 1]), 5)
    x, y = (int(n) for n in at(HERE, 15))
    assert list(shown(vector_tiles.overview(seen, 15, x, y, "places")).values()) == [21]


@pytest.mark.parametrize("z", range(16))
def test_one_point_or_fewer_people_than_the_minimum_leave_no_tile(z: int) -> None:
    x, y = (int(n) for n in at(HERE, z))
    assert vector_tiles.overview(view([HERE], [0]), z, x, y, "places") is None
    assert vector_tiles.overview(view([HERE] * 9, range(9), minimum=10), z, x, y, "places") is None
    assert vector_tiles.overview(view([HERE] * 10, range(10), minimum=10), z, x, y, "places") is not None


def test_gdal_reads_an_overview_where_it_lies(tmp_path: Path) -> None:
    seen = view([HERE] * 4, range(4))
    z = 15
    x, y = (int(n) for n in at(HERE, z))
    tile = vector_tiles.overview(seen, z, x, y, "places")
    assert tile is not None
    (tmp_path / "tile.mvt").write_bytes(tile)
    about, _, shapes, columns = pyogrio.raw.read(tmp_path / "tile.mvt", layer="places", Z=z, X=x, Y=y)
    found = project(shapely.from_wkb(shapes), 3857, WGS84)
    assert len(found) == 1
    assert found[0].distance(shapely.Point(HERE)) < 360 / 2 ** (z + 6)
    assert columns[list(about["fields"]).index("people")].tolist() == [4]
