"""Heat: tiles fit together, show what is there and how much of it, and nothing that must not be seen."""

from __future__ import annotations

import io
import itertools
import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gis import density, ramps, tiles

HERE = (10.5, 59.8)


def address(z: int, point: tuple[float, float] = HERE) -> tuple[int, int, int]:
    x, y = mercator(point, z)
    return z, int(x), int(y)


def mercator(point: tuple[float, float], z: int) -> tuple[float, float]:
    """In tiles of a zoom."""
    s = math.sin(math.radians(point[1]))
    return (point[0] + 180) / 360 * 2**z, (0.5 - math.log((1 + s) / (1 - s)) / (4 * math.pi)) * 2**z


def view(points: Any, person: Any, minimum: int = 5) -> density.View:
    person = np.asarray(person)
    cells = density.index_points(shapely.points(points))
    return density.View(cells, person, np.ones(int(person.max()) + 1, np.int64), minimum)


def cloud(n: int = 4000, people: int = 300, spread: float = 0.002) -> density.View:
    rng = np.random.default_rng(1)
    points = np.column_stack([HERE[0] + rng.normal(0, spread, n), HERE[1] + rng.normal(0, spread / 2, n)])
    return view(points, np.arange(n) % people)


def drawn(seen: density.View, z: int, x: int, y: int, style: tiles.Style = tiles.HEAT, **more: Any) -> bytes | None:
    return tiles.heat(seen, tiles.tile(z, x, y, style, **more))


def pixels(picture: bytes | None, size: int = 256) -> np.ndarray:
    """Where on the ramp every pixel is, 0 to 255."""
    if picture is None:
        return np.zeros((size, size), np.uint8)
    image = Image.open(io.BytesIO(picture))
    assert image.size == (size, size)
    assert image.mode == "P"
    return np.asarray(image)


def rgba(picture: bytes | None) -> np.ndarray:
    assert picture is not None
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGBA")).astype(int)


def people_at(seen: density.View, z: int, point: tuple[float, float] = HERE, **more: Any) -> float:
    """How many people the legend says the colour at a point stands for."""
    _, x, y = address(z, point)
    fx, fy = mercator(point, z)
    found = int(pixels(drawn(seen, z, x, y, **more))[int((fy - y) * 256), int((fx - x) * 256)])
    return float(np.expm1((found + 0.5) / 255 * np.log1p(tiles.scale(tiles.tile(z, x, y, **more), seen).people)))


def counted(points: np.ndarray, metres: float, at: tuple[float, float] = HERE) -> int:
    """How many points lie within so many metres."""
    dx = (points[:, 0] - at[0]) * 111_195 * math.cos(math.radians(at[1]))
    return int((np.hypot(dx, (points[:, 1] - at[1]) * 111_195) <= metres).sum())


@pytest.mark.parametrize("size", [256, 512])
@pytest.mark.parametrize("z", [13, 14, 15, 16, 17, 18, 19, 20])
def test_neighbouring_tiles_fit_without_a_seam(z: int, size: int) -> None:
    seen = cloud()
    _, x, y = address(z)
    here, east, south = (
        pixels(drawn(seen, z, *at, size=size), size).astype(int) for at in ((x, y), (x + 1, y), (x, y + 1))
    )
    assert here.max() > 0
    inside = max(np.abs(np.diff(here, axis=1)).max(), np.abs(np.diff(here, axis=0)).max())
    assert np.abs(here[:, -1] - east[:, 0]).max() <= inside + 4
    assert np.abs(here[-1] - south[0]).max() <= inside + 4


@pytest.mark.parametrize("latitude", [0.0, 59.8, 70.0])
@pytest.mark.parametrize("z", [8, 12, 13, 14, 15, 18])
def test_a_cell_is_as_warm_as_a_slow_sum_over_everyone_makes_it(z: int, latitude: float) -> None:
    """The sum over all cells of everyone in them, by a kernel of the distance east and the distance south."""
    rng = np.random.default_rng(4)
    at = (HERE[0], latitude)
    points = np.array(at) + rng.normal(0, 1e-3, (80, 2)) / [max(math.cos(math.radians(latitude)), 0.3), 1]
    seen = view(points, np.arange(80), 1)
    frame = tiles.tile(z, *address(z, at)[1:], latitude=latitude)
    codes, people = seen.counts(frame.level)
    x, y = (axis.astype(float) for axis in density.deinterleave(codes))
    metres = max(40.0, 5 * 40_075_016.69 * math.cos(math.radians(latitude)) / 2 ** (z + 8))
    assert frame.radius * frame.cell_m == pytest.approx(metres, rel=1e-6)
    scale = tiles.scale(frame, seen)
    found = pixels(tiles.heat(seen, frame)).astype(int)
    side = int(frame.east - frame.west)
    middles = found.reshape(side, 256 // side, side, 256 // side)[:, middle(256 // side)][:, :, :, middle(256 // side)]
    for row, column in rng.integers(0, side, (40, 2)):
        kernel = spline((frame.west + column - x) * frame.cell_m, metres)
        kernel *= spline((frame.north + row - y) * frame.cell_m, metres)
        shade = min(math.log1p(float((kernel * people).sum()) * scale.each) / math.log1p(scale.people), 1) * 255
        assert middles[row, :, column].mean() == pytest.approx(shade, abs=1.1 if side == 256 else 4)


def middle(pixels: int) -> slice:
    """The one or two pixels in the middle of a cell."""
    return slice((pixels - 1) // 2, pixels // 2 + 1)


def spline(distance: np.ndarray, radius: float) -> np.ndarray:
    """A cubic B-spline that is one at nought and whose square covers the disc of ``radius``: its integral is what a box
    smoothed three times by itself has.
    """
    t = np.abs(distance) / (math.sqrt(math.pi) * radius / 1.5)
    return np.where(t < 1, 4 - 6 * t**2 + 3 * t**3, np.clip(2 - t, 0, None) ** 3) / 4


def test_the_warmest_pixel_is_where_most_people_are() -> None:
    rng = np.random.default_rng(2)
    points = np.vstack(
        [np.array(HERE) + rng.normal(0, 1e-5, (60, 2)), np.array(HERE) + [0.004, 0] + rng.normal(0, 1e-5, (10, 2))]
    )
    seen = view(points, np.arange(70))
    z, x, y = address(15)
    found = pixels(drawn(seen, z, x, y))
    row, column = np.unravel_index(int(found.argmax()), found.shape)
    fx = (HERE[0] + 180) / 360 * 2**z
    assert abs(column - (fx - x) * 256) < 12
    assert found[row, column] > 200


def test_registrations_of_one_child_do_not_warm_the_map_more_than_one() -> None:
    once = view([HERE] * 6, range(6))
    often = view([HERE] * 45, [*range(6), *([5] * 39)])
    z, x, y = address(15)
    assert np.array_equal(pixels(drawn(once, z, x, y)), pixels(drawn(often, z, x, y)))


def test_too_few_people_leave_no_trace_at_any_zoom() -> None:
    seen = view([HERE] * 4, range(4))
    for z in range(0, tiles.MAX_ZOOM + 1):
        assert drawn(seen, *address(z)) is None


def test_what_is_withheld_does_not_shine_through_beside_what_is_shown() -> None:
    """A lone child next to a crowd: the picture is the same with and without the child."""
    rng = np.random.default_rng(3)
    crowd = np.array(HERE) + rng.normal(0, 2e-5, (30, 2))
    lone = np.array(HERE) + [0.006, 0]
    with_child = view(np.vstack([crowd, lone]), np.arange(31))
    without = view(crowd, np.arange(30))
    for z in (13, 15, 17):
        for dx in (0, 1, 2):
            _, x, y = address(z)
            assert drawn(with_child, z, x + dx, y) == drawn(without, z, x + dx, y)


def test_an_empty_place_has_no_tile() -> None:
    assert drawn(cloud(), *address(15, (20.0, 65.0))) is None


@pytest.mark.parametrize(
    ("tile", "wanted"),
    [
        ((0, 0, 0), True),
        ((20, 2**20 - 1, 0), True),
        ((21, 0, 0), False),
        ((3, 8, 0), False),
        ((3, 0, 8), False),
        ((-1, 0, 0), False),
    ],
)
def test_only_tiles_of_the_world_are_valid(tile: Any, wanted: bool) -> None:
    assert tiles.valid(*tile) == wanted


def test_the_whole_world_is_one_tile() -> None:
    assert pixels(drawn(cloud(), 0, 0, 0)).max() > 0


@pytest.mark.parametrize("latitude", [59.8, 70.0])
@pytest.mark.parametrize("z", [10, 13, 15, 18, 20])
def test_twelve_children_on_one_spot_are_about_twelve_in_the_legend(z: int, latitude: float) -> None:
    at = (HERE[0], latitude)
    seen = view([at] * 12 + [(at[0] + 0.5, latitude)] * 300, [*range(12), *range(300)])
    assert people_at(seen, z, at, latitude=latitude) == pytest.approx(12, rel=0.25)


@pytest.mark.parametrize("z", [14, 15, 16, 18])
def test_children_spread_evenly_are_about_as_many_as_lie_within_the_metres_of_the_legend(z: int) -> None:
    rng = np.random.default_rng(5)
    points = np.column_stack([HERE[0] + rng.uniform(-0.02, 0.02, 60_000), HERE[1] + rng.uniform(-0.01, 0.01, 60_000)])
    seen = view(points, np.arange(60_000))
    metres = tiles.scale(tiles.tile(z, 0, 0), seen).metres
    wanted = np.mean([counted(points, metres, (HERE[0] + dx, HERE[1])) for dx in (-0.004, 0, 0.004)])
    found = np.mean([people_at(seen, z, (HERE[0] + dx, HERE[1])) for dx in (-0.004, 0, 0.004)])
    assert found == pytest.approx(wanted, rel=0.25)


@pytest.mark.parametrize("turned", [0.0, 0.5])
@pytest.mark.parametrize("z", [10, 13, 15, 17])
def test_a_way_that_thirty_walk_is_about_thirty_in_the_legend(z: int, turned: float) -> None:
    """Though every one of them is in several cells around each point of it."""
    ends = [(HERE[0] - 0.03, HERE[1] - 0.03 * turned), (HERE[0] + 0.03, HERE[1] + 0.03 * turned)]
    lines = np.array([shapely.LineString(ends)] * 30, dtype=object)
    seen = density.View(density.index_lines(lines), np.arange(30), np.ones(30, np.int64), 5)
    assert people_at(seen, z, style=tiles.ROUTES) == pytest.approx(30, rel=0.5)


def test_the_legend_ends_with_the_most_people_in_one_place() -> None:
    frame = tiles.tile(15, 0, 0)
    assert tiles.scale(frame, view([HERE] * 40, range(40))).people == pytest.approx(40)
    assert tiles.scale(frame, view([HERE] * 40, range(40)), view([HERE] * 60, range(60))).people == pytest.approx(60)


@given(st.floats(1, 2e6), st.integers(1, 12))
def test_the_numbers_of_a_legend_rise_along_the_ramp_and_never_name_a_small_group(people: float, least: int) -> None:
    scale = tiles.Scale(max(people, least), 40.0, 1.0)
    ticks = scale.ticks(least)
    assert 1 <= len(ticks) <= 4
    assert all(number >= least for _, number in ticks)
    assert ticks == sorted(ticks)
    assert len({at for at, _ in ticks}) == len(ticks)
    assert ticks[-1][1] == max(tiles.rounded(scale.people), least)
    for at, number in ticks:
        assert at == pytest.approx(min(math.log1p(number) / math.log1p(scale.people), 1), abs=1e-6)


def test_nobody_has_no_legend() -> None:
    assert tiles.scale(tiles.tile(15, 0, 0), view([HERE] * 4, range(4))).ticks(5) == []


def test_a_route_is_drawn_as_an_unbroken_band() -> None:
    lines = np.array([shapely.LineString([(10.49, 59.8), (10.51, 59.8)])] * 8, dtype=object)
    seen = density.View(density.index_lines(lines), np.arange(8), np.ones(8, np.int64), 5)
    z, x, y = address(16)
    found = pixels(drawn(seen, z, x, y, tiles.ROUTES))
    assert (found.max(axis=0) > 60).all()


@pytest.mark.parametrize("size", [256, 512])
def test_a_webp_is_the_same_picture_as_the_png(size: int) -> None:
    good, bad = sides()
    frame = tiles.tile(*address(15), size=size)
    for png, webp in (
        (tiles.heat(good, frame), tiles.heat(good, frame, "webp")),
        (tiles.difference(good, bad, frame), tiles.difference(good, bad, frame, "webp")),
    ):
        assert png is not None
        assert webp is not None
        assert Image.open(io.BytesIO(webp)).format == "WEBP"
        assert np.array_equal(rgba(png), rgba(webp))


@pytest.mark.parametrize("z", [10, 14, 17, 20])
def test_a_tile_twice_as_fine_shows_the_same(z: int) -> None:
    seen = cloud()
    _, x, y = address(z)
    coarse = pixels(drawn(seen, z, x, y)).astype(int)
    fine = pixels(drawn(seen, z, x, y, size=512), 512).astype(float).reshape(256, 2, 256, 2).mean((1, 3))
    assert np.abs(fine - coarse)[coarse > 100].mean() < 8


def test_a_picture_of_a_whole_view_is_the_tiles_beside_each_other() -> None:
    seen = cloud()
    z, x, y = address(14)
    west, north = x / 2**z * 360 - 180, lat(y, z)
    east, south = (x + 2) / 2**z * 360 - 180, lat(y + 2, z)
    frame = tiles.extent((west, south, east, north), tiles.HEAT, size=512)
    whole = pixels(tiles.heat(seen, frame), 512).astype(int)
    parts = [[pixels(drawn(seen, z, x + dx, y + dy)) for dx in (0, 1)] for dy in (0, 1)]
    assert whole.max() > 200
    assert np.abs(whole - np.block(parts).astype(int)).max() <= 3


def test_a_picture_is_as_wide_and_high_as_its_bounds() -> None:
    frame = tiles.extent((10.4, 59.75, 10.6, 59.8), size=1000)
    picture = tiles.heat(cloud(spread=0.05), frame)
    assert picture is not None
    assert Image.open(io.BytesIO(picture)).size == (1000, round(1000 * 0.05 / 0.2 / math.cos(math.radians(59.775))))


def lat(y: float, z: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / 2**z))))


def sides(good: int = 40, bad: int = 40, apart: float = 0.004) -> tuple[density.View, density.View]:
    """Some who like one place, and some who do not like another, or the same."""
    return view([HERE] * good, range(good)), view([(HERE[0] + apart, HERE[1])] * bad, range(bad))


def at_pixel(point: tuple[float, float], z: int) -> tuple[int, int]:
    fx, fy = mercator(point, z)
    return int(fy % 1 * 256), int(fx % 1 * 256)


def test_the_difference_leans_to_those_who_are_more() -> None:
    frame = tiles.tile(*address(15), tiles.DIFFERENCE)
    good, bad = sides(60, 20, apart=0.0)
    more, less, none = (rgba(tiles.difference(*pair, frame)) for pair in ((good, bad), (bad, good), (good, good)))
    row, column = at_pixel(HERE, 15)
    assert near(more[row, column], ramps.DIFFERENCE[4:])
    assert near(less[row, column], ramps.DIFFERENCE[:5])
    assert np.abs(none[row, column, :3] - ramps.DIFFERENCE[4]).max() <= 2
    assert none[row, column, 3] > 200


def near(colour: np.ndarray, stops: ramps.Ramp) -> bool:
    """Whether a colour lies between these stops of a ramp, away from the ramp's middle."""
    along = np.array(
        [np.array(a) + t * (np.array(b) - a) for a, b in itertools.pairwise(stops) for t in np.linspace(0, 1, 50)]
    )
    away = np.abs(colour[:3] - np.array(ramps.DIFFERENCE[4])).max() > 20
    return bool(away and (np.abs(along - colour[:3]).max(axis=1) <= 3).any())


def test_the_difference_is_the_people_of_one_heat_map_less_those_of_the_other() -> None:
    """Where only one side has anyone, the colour says as many as that side's own heat map does."""
    good, bad = sides(60, 60, apart=0.02)
    z, x, y = address(15)
    frame = tiles.tile(z, x, y, tiles.DIFFERENCE)
    alone = pixels(drawn(good, z, x, y)).astype(int)
    both = rgba(tiles.difference(good, bad, frame))
    wanted = ramps.palette(ramps.DIFFERENCE)[np.clip(np.round(127.5 + alone / 2), 0, 255).astype(int)]
    seen = alone > 8
    assert np.abs(both[..., :3] - wanted)[seen].max() <= 6
    assert (both[..., 3][~seen] == 0).all()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 8), st.booleans()), max_size=60))
def test_a_difference_tells_nothing_of_a_side_that_is_too_few(placed: list[tuple[int, int, bool]]) -> None:
    """The picture is the same with and without what each side's own heat map withholds."""
    spots = np.array([(HERE[0] + 0.004 * spot, HERE[1]) for spot, _, _ in placed]).reshape(-1, 2)
    person = np.array([who for _, who, _ in placed], np.int64)
    likes = np.array([like for _, _, like in placed], bool)
    spot_of = np.array([spot for spot, _, _ in placed], int)
    enough = [
        [len(set(person[(spot_of == spot) & (likes == side)])) >= 5 for spot in range(4)] for side in (False, True)
    ]
    shown = np.array([enough[int(like)][spot] for spot, _, like in placed], bool)
    _, x, y = address(15)
    for dx in (-1, 0, 1, 2):
        frame = tiles.tile(15, x + dx, y)
        good, bad = (of_these(spots, person, likes == side) for side in (True, False))
        good_shown, bad_shown = (of_these(spots, person, (likes == side) & shown) for side in (True, False))
        assert tiles.difference(good, bad, frame) == tiles.difference(good_shown, bad_shown, frame)


def of_these(spots: np.ndarray, person: np.ndarray, chosen: np.ndarray) -> density.View:
    cells = density.index_points(shapely.points(spots[chosen]))
    return density.View(cells, person[chosen], np.ones(9, np.int64), 5)


def test_no_difference_where_nobody_said_anything() -> None:
    nobody = view([HERE] * 4, range(4))
    frame = tiles.tile(*address(15))
    assert tiles.difference(nobody, nobody, frame) is None
    assert tiles.difference(*sides(), tiles.tile(*address(15, (20.0, 65.0)))) is None


NOBODY = density.View(density.index_points(np.zeros(0, object)), np.zeros(0, np.int64), np.zeros(0, np.int64), 5)
AWKWARD = {
    "nobody": NOBODY,
    "one child": view([HERE], [0]),
    "one child who counts for all": view([HERE], [0], 1),
    "everyone on one spot": view([HERE] * 500, range(500)),
    "fewer than the smallest group": view([HERE] * 8, range(8), 9),
    "the north pole and the edge of the world": view([(-180.0, 90.0), (180.0, -90.0)] * 5, range(10), 1),
}


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("z", [0, 1, 5, 12, 16, 20])
def test_awkward_data_gives_a_picture_or_none(name: str, z: int) -> None:
    seen = AWKWARD[name]
    some = name in ("one child who counts for all", "everyone on one spot")
    for size in tiles.SIZES:
        found = drawn(seen, *address(z), size=size)
        assert (pixels(found, size).max() > 0) == (some or (z == 0 and "pole" in name))
    assert (tiles.difference(seen, NOBODY, tiles.tile(*address(z))) is not None) == (found is not None)


@pytest.mark.parametrize("bounds", [(-180, -90, 180, 90), (170, 50, 190, 60), (10.5, 59.8, 10.5000001, 59.8000001)])
def test_a_picture_of_awkward_bounds_is_a_picture(bounds: Any) -> None:
    seen = view([HERE] * 50 + [(179.99, 55.0)] * 50, [*range(50), *range(50)])
    assert tiles.heat(seen, tiles.extent(bounds, size=256)) is not None
