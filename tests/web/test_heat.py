"""The heat's addresses: tiles of every kind, size and format, pictures to keep, and what their colours stand for."""

from __future__ import annotations

import io
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image

from app.store import Store
from gis import ramps
from tests import builders as a
from tests.web.test_pages import signed_in

HEAT = "/plan/borgen/varme"
STYLE = Path(__file__).resolve().parents[2] / "static/maps/style/staff.css"


def address(z: int) -> str:
    """Of the tile in which the centre lies."""
    point = a.at(0, 0)
    y = 0.5 - math.asinh(math.tan(math.radians(point.y))) / (2 * math.pi)
    return f"{z}/{int((point.x / 360 + 0.5) * 2**z)}/{int(y * 2**z)}"


@pytest.fixture
def planner(light: FlaskClient, embedded: Store) -> FlaskClient:
    """Twelve who think a place is dark and walk there, six who think another one is nice."""
    with embedded.writing() as db:
        where = a.arena(db, a.process(db))
        for actor in a.crowd(db, where, a.at(0, 0), 12, group="bad", category="dark"):
            a.route(db, actor, a.along((-2000, 0), (0, 0)))
        a.crowd(db, where, a.at(300, 0), 6, group="good", category="nice")
        a.officer(db)
    return signed_in(light)


@pytest.mark.parametrize("kind", ["place", "route", "difference"])
@pytest.mark.parametrize(("ending", "side"), [(".png", 256), ("@2x.png", 512), (".webp", 256), ("@2x.webp", 512)])
def test_a_tile_is_cached_by_the_state_of_the_data(planner: FlaskClient, kind: str, ending: str, side: int) -> None:
    url = f"{HEAT}/{kind}/{address(14)}{ending}"
    found = planner.get(url)
    assert (found.status_code, found.mimetype) == (200, f"image/{ending.partition('.')[2]}")
    assert Image.open(io.BytesIO(found.data)).size == (side, side)
    assert found.cache_control.private
    assert found.cache_control.no_cache
    again = planner.get(url, headers={"If-None-Match": found.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", found.headers["ETag"])
    empty = planner.get(f"{url}?grade=9")
    assert (empty.status_code, empty.data) == (204, b"")


@pytest.mark.parametrize("path", ["place/30/0/0.png", "place/3/8/0.png", "dragons/3/0/0.png", "place/3/0/0.gif"])
def test_a_tile_that_cannot_be_is_not_found(planner: FlaskClient, path: str) -> None:
    assert planner.get(f"{HEAT}/{path}").status_code == 404


@pytest.mark.parametrize("path", [f"place/{address(14)}.png", "place/skala?z=14", "place/bilde.png?bbox=10,59,11,60"])
def test_heat_is_for_planners_of_the_process(planner: FlaskClient, light_app: Any, path: str) -> None:
    assert planner.get(f"{HEAT}/{path}").status_code == 200
    assert light_app.test_client().get(f"{HEAT}/{path}").status_code in (302, 401)


def test_the_scale_says_how_many_children_the_colours_are(planner: FlaskClient) -> None:
    def scale(kind: str, query: str = "") -> Any:
        return planner.get(f"{HEAT}/{kind}/skala?z=16{query}").json

    assert scale("place") == {"metres": 40, "ticks": [{"at": 0.6986, "people": 5}, {"at": 1.0, "people": 12}]}
    assert scale("place", "&group=good")["ticks"] == [{"at": 1.0, "people": 6}]
    assert scale("place", "&grade=9") == {"metres": 40, "ticks": []}
    assert scale("route")["metres"] == 12
    assert scale("difference")["ticks"][-1] == {"at": 1.0, "people": 12}
    far = planner.get(f"{HEAT}/place/skala?z=12").json or {}
    five_pixels = 5 * 40_075_017 * math.cos(math.radians(a.at(0, 0).y)) / 2**20
    assert far["metres"] == pytest.approx(five_pixels, rel=0.02)


@pytest.mark.parametrize("zoom", ["", "x", "-1", "21", "1.5", "²", "9" * 6000])
def test_a_scale_of_no_zoom_is_refused(planner: FlaskClient, zoom: str) -> None:
    found = planner.get(f"{HEAT}/place/skala", query_string={"z": zoom}, headers={"Accept": "application/json"})
    assert (found.status_code, (found.json or {}).get("field")) == (422, "z")


@pytest.mark.parametrize("kind", ["place", "route", "difference"])
def test_a_picture_of_a_view_is_a_file_to_keep(planner: FlaskClient, kind: str) -> None:
    west, east = a.at(-1000, 0).x, a.at(1000, 0).x
    south, north = a.at(0, -500).y, a.at(0, 500).y
    url = f"{HEAT}/{kind}/bilde.png?bbox={west},{south},{east},{north}"
    found = planner.get(url)
    assert (found.status_code, found.mimetype) == (200, "image/png")
    assert found.headers["Content-Disposition"] == f"attachment; filename=borgen-{kind}.png"
    image = Image.open(io.BytesIO(found.data))
    assert image.size[0] == 1024
    assert image.size[1] == pytest.approx(512, abs=15)
    row, column = np.argwhere(np.asarray(image.convert("RGBA"))[..., 3] > 150).mean(axis=0)
    assert row == pytest.approx(256, abs=40)
    assert column < 600 if kind == "route" else column > 500
    assert planner.get(f"{url}&grade=9").status_code == 204


@pytest.mark.parametrize(
    "bbox",
    [
        "",
        "1,2,3",
        "a,b,c,d",
        "10,60,11,59",
        "11,59,10,60",
        "10,59,10,60",
        "nan,59,11,60",
        "-inf,59,11,60",
        "10,59,11,91",
    ],
)
def test_a_picture_of_no_view_is_refused(planner: FlaskClient, bbox: str) -> None:
    found = planner.get(f"{HEAT}/place/bilde.png", query_string={"bbox": bbox}, headers={"Accept": "application/json"})
    assert (found.status_code, (found.json or {}).get("field")) == (422, "bbox")


@pytest.mark.parametrize(
    ("name", "ramp", "fades"),
    [("heat", ramps.HEAT, True), ("routes", ramps.ROUTES, True), ("difference", ramps.DIFFERENCE, False)],
)
def test_the_legend_has_the_colours_of_the_tiles(name: str, ramp: ramps.Ramp, fades: bool) -> None:
    rule = re.search(rf"\.ramp-{name} {{(.*?)}}", STYLE.read_text(), re.S)
    assert rule is not None
    found = [tuple(map(int, re.findall(r"\d+", colour))) for colour in re.findall(r"rgb\(.*?\)", rule[1])]
    at = np.linspace(0, 255, len(ramp)).round().astype(int)
    faded = [(round(alpha / 255 * 100),) if fades else () for alpha in ramps.opacity()[at].tolist()]
    assert found == [(*colour, *alpha) for colour, alpha in zip(ramp, faded, strict=True)]
