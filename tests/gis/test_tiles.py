"""Heat tiles: they fit together, show what is there, and nothing that must not be seen."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import pytest
import shapely
from PIL import Image

from gis import density, tiles

HERE = (10.5, 59.8)


def address(z: int, point: tuple[float, float] = HERE) -> tuple[int, int, int]:
    s = math.sin(math.radians(point[1]))
    y = 0.5 - math.log((1 + s) / (1 - s)) / (4 * math.pi)
    return z, int((point[0] + 180) / 360 * 2**z), int(y * 2**z)


def view(points: Any, person: Any, minimum: int = 5) -> density.View:
    person = np.asarray(person)
    cells = density.index_points(shapely.points(points))
    return density.View(cells, person, np.ones(int(person.max()) + 1, np.int64), minimum)


def cloud(n: int = 4000, people: int = 300, spread: float = 0.002) -> density.View:
    rng = np.random.default_rng(1)
    points = np.column_stack([HERE[0] + rng.normal(0, spread, n), HERE[1] + rng.normal(0, spread / 2, n)])
    return view(points, np.arange(n) % people)


def pixels(png: bytes | None) -> np.ndarray:
    if png is None:
        return np.zeros((256, 256), np.uint8)
    image = Image.open(io.BytesIO(png))
    assert image.size == (256, 256)
    assert image.mode == "P"
    return np.asarray(image)


@pytest.mark.parametrize("z", [13, 14, 15, 16, 17, 18, 19, 20])
def test_neighbouring_tiles_fit_without_a_seam(z: int) -> None:
    seen = cloud()
    _, x, y = address(z)
    here, east, south = (pixels(tiles.heat(seen, z, *at)).astype(int) for at in ((x, y), (x + 1, y), (x, y + 1)))
    assert here.max() > 0
    inside = max(np.abs(np.diff(here, axis=1)).max(), np.abs(np.diff(here, axis=0)).max())
    assert np.abs(here[:, -1] - east[:, 0]).max() <= inside + 4
    assert np.abs(here[-1] - south[0]).max() <= inside + 4


def test_the_warmest_pixel_is_where_most_people_are() -> None:
    rng = np.random.default_rng(2)
    points = np.vstack(
        [np.array(HERE) + rng.normal(0, 1e-5, (60, 2)), np.array(HERE) + [0.004, 0] + rng.normal(0, 1e-5, (10, 2))]
    )
    seen = view(points, np.arange(70))
    z, x, y = address(15)
    found = pixels(tiles.heat(seen, z, x, y))
    row, column = np.unravel_index(int(found.argmax()), found.shape)
    fx = (HERE[0] + 180) / 360 * 2**z
    assert abs(column - (fx - x) * 256) < 12
    assert found[row, column] > 200


def test_registrations_of_one_child_do_not_warm_the_map_more_than_one() -> None:
    once = view([HERE] * 6, range(6))
    often = view([HERE] * 45, [*range(6), *([5] * 39)])
    z, x, y = address(15)
    assert np.array_equal(pixels(tiles.heat(once, z, x, y)), pixels(tiles.heat(often, z, x, y)))


def test_too_few_people_leave_no_trace_at_any_zoom() -> None:
    seen = view([HERE] * 4, range(4))
    for z in range(0, tiles.MAX_ZOOM + 1):
        assert tiles.heat(seen, *address(z)) is None


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
            assert tiles.heat(with_child, z, x + dx, y) == tiles.heat(without, z, x + dx, y)


def test_an_empty_place_has_no_tile() -> None:
    assert tiles.heat(cloud(), *address(15, (20.0, 65.0))) is None


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
    assert pixels(tiles.heat(cloud(), 0, 0, 0)).max() > 0


def test_the_legend_says_how_many_the_brightest_colour_is() -> None:
    seen = view([HERE] * 40, range(40))
    assert tiles.people_scale(seen, 15) == 40
    assert tiles.people_scale(view([HERE], [0]), 15) == 5


def test_a_route_is_drawn_as_an_unbroken_band() -> None:
    lines = np.array([shapely.LineString([(10.49, 59.8), (10.51, 59.8)])] * 8, dtype=object)
    seen = density.View(density.index_lines(lines), np.arange(8), np.ones(8, np.int64), 5)
    z, x, y = address(16)
    found = pixels(tiles.heat(seen, z, x, y, tiles.ROUTES))
    assert (found.max(axis=0) > 60).all()
