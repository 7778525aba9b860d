"""Vector tiles as map programs get them: addresses, caching, who may have them, and a GDAL that walks the API."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import mapbox_vector_tile
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.config import load
from app.model import Staff
from app.services import analysis, processes, publication
from app.services.index import Index
from app.store import Store
from gis.crs import project
from tests import builders as a
from tests.services.test_vector_tiles import address
from tests.web.test_pages import signed_in

MVT = "application/vnd.mapbox-vector-tile"
OGC = "/ogc/collections/borgen/tiles"
PLACES = "/plan/borgen/fliser/place"


@pytest.fixture
def town(embedded: Store) -> Store:
    """Two places where enough people are and one where not, published."""
    with embedded.writing() as db:
        made = a.process(db)
        a.process(db, slug="giske")
        where = a.arena(db, made)
        a.crowd(db, where, a.at(0, 0), 7, group="bad", category="dark")
        a.crowd(db, where, a.at(400, 0), 6, group="good", category="nature")
        a.crowd(db, where, a.at(-900, 0), 2)
        a.officer(db)
        publish(db, made)
    return embedded


def publish(db: Any, made: Any) -> None:
    index = Index(made)
    index.refresh(db, made)
    publication.release(db, made, analysis.hexagons_by_group(index), now=a.NOW)


def path(template: str, tile: tuple[int, int, int]) -> str:
    for name, number in zip("zxy", tile, strict=True):
        template = template.replace(f"{{{name}}}", str(number))
    return template.removeprefix("http://localhost")


def rows(body: bytes) -> list[dict[str, Any]]:
    (layer,) = mapbox_vector_tile.decode(body).values()
    return [feature["properties"] for feature in layer["features"]]


# TileJSON


@pytest.mark.parametrize("url", ["/p/borgen/fliser.json", f"{PLACES}.json", "/plan/borgen/fliser/route.json"])
def test_tilejson_says_where_the_tiles_are_and_what_is_in_them(light: FlaskClient, town: Store, url: str) -> None:
    about = signed_in(light).get(url).json
    assert about is not None
    assert (about["tilejson"], about["scheme"], about["name"]) == ("3.0.0", "xyz", "Borgen")
    assert 0 <= about["minzoom"] <= about["maxzoom"] <= 15
    west, south, east, north = about["bounds"]
    assert -180 <= west < east <= 180
    assert -90 <= south < north <= 90
    (layer,) = about["vector_layers"]
    for z in (about["minzoom"], about["maxzoom"]):
        found = light.get(path(about["tiles"][0], address(z)))
        if found.status_code == 200:
            assert found.mimetype == MVT
            assert list(mapbox_vector_tile.decode(found.data)) == [layer["id"]]
            assert set().union(*rows(found.data)) <= set(layer["fields"])
        else:
            assert (found.status_code, "route" in url) == (204, True)


def test_addresses_are_those_people_use(town: Store, light_app: Flask, tmp_path: Any) -> None:
    settings = {
        "DATABASE_URL": town.engine.url.render_as_string(hide_password=False),
        "SNARVEI_DATA_DIR": str(tmp_path),
        "SNARVEI_PUBLIC_URL": "https://snarvei.example.no/",
    }
    client = create_app(load(settings), clock=lambda: a.NOW).test_client()
    about = client.get("/p/borgen/fliser.json").json
    assert about is not None
    assert about["tiles"] == ["https://snarvei.example.no/p/borgen/fliser/1/{z}/{x}/{y}.mvt"]
    page = client.get(f"{OGC}/WebMercatorQuad").json
    assert page is not None
    assert {link["href"].partition("/ogc/")[0] for link in page["links"]} == {"https://snarvei.example.no"}
    client.application.extensions["snarvei"].store.dispose()


def test_the_tenth_release_has_its_own_address(light: FlaskClient, town: Store) -> None:
    """Its number ends in a nought, as the address of the first tile begins."""
    with town.writing() as db:
        made = processes.by_slug(db, "borgen")
        for _ in range(9):
            publish(db, made)
    about = light.get("/p/borgen/fliser.json").json
    assert about is not None
    assert about["tiles"] == ["http://localhost/p/borgen/fliser/10/{z}/{x}/{y}.mvt"]
    assert rows(light.get(path(about["tiles"][0], address(14))).data)[0]["release"] == 10


def test_the_filter_goes_along_into_the_tiles(light: FlaskClient, town: Store) -> None:
    signed_in(light)
    for asked, people in (("", [6, 7]), ("?group=bad", [7]), ("?group=good&group=bad&grade=5", [6, 7])):
        about = light.get(f"{PLACES}.json{asked}").json
        assert about is not None
        assert about["tiles"][0].endswith(f".mvt{asked}")
        found = rows(light.get(path(about["tiles"][0], address(12))).data)
        assert sorted(row["people"] for row in found) == people
    assert light.get(f"{PLACES}.json?grade=x").status_code == 422
    z, x, y = address(15)
    assert light.get(f"{PLACES}/{z}/{x}/{y}.mvt?arena=x").status_code == 422
    assert light.get(f"{PLACES}/{z}/{x}/{y}.mvt?group=wish").status_code == 204


# Caching


def test_a_tile_comes_packed_or_plain_and_only_when_it_is_new(light: FlaskClient, town: Store) -> None:
    z, x, y = address(14)
    for url in (f"/p/borgen/fliser/1/{z}/{x}/{y}.mvt", f"{OGC}/WebMercatorQuad/{z}/{y}/{x}"):
        plain = light.get(url)
        packed = light.get(url, headers={"Accept-Encoding": "br, gzip"})
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
        assert plain.headers["Access-Control-Allow-Origin"] == "*"
        same = light.get(url, headers={"If-None-Match": packed.headers["ETag"]})
        assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", packed.headers["ETag"])
        assert same.headers["Cache-Control"] == plain.headers["Cache-Control"]


def test_a_release_may_be_kept_for_ever_and_the_latest_for_minutes(light: FlaskClient, town: Store) -> None:
    z, x, y = address(14)
    numbered, latest = f"/p/borgen/fliser/1/{z}/{x}/{y}.mvt", f"{OGC}/WebMercatorQuad/{z}/{y}/{x}"
    assert light.get(numbered).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert light.get(latest).headers["Cache-Control"] == "public, max-age=300"
    before = light.get(latest)
    assert before.data == light.get(numbered).data
    with town.writing() as db:
        made = processes.by_slug(db, "borgen")
        publish(db, made)
    after = light.get(latest)
    assert after.headers["ETag"] != before.headers["ETag"]
    assert {row["release"] for row in rows(after.data)} == {2}
    assert light.get(numbered).data == before.data


def test_an_overview_is_new_a_second_after_the_registration(light: FlaskClient, town: Store, clock: Any) -> None:
    signed_in(light)
    z, x, y = address(15)
    url = f"{PLACES}/{z}/{x}/{y}.mvt"
    before = light.get(url)
    assert before.headers["Cache-Control"] == "private, no-cache"
    assert "Access-Control-Allow-Origin" not in before.headers
    assert light.get(url, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    with town.writing() as db:
        made = processes.by_slug(db, "borgen")
        a.place(db, a.pupil(db, a.arena(db, made, "6B")), a.at(0, 0))
    clock.now += timedelta(seconds=1)
    after = light.get(url, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert [row["people"] for row in rows(after.data)] == [8]


# Who and what


def test_staff_alone_see_overviews(light: FlaskClient, town: Store) -> None:
    z, x, y = address(15)
    urls = (f"{PLACES}/{z}/{x}/{y}.mvt", f"{PLACES}.json")
    for url in urls:
        assert light.get(url).status_code == 302
        assert light.get(url, headers={"Accept": "application/json"}).status_code == 401
    with town.writing() as db:
        a.officer(db, municipality="0301", username="nabo")
    signed_in(light, "nabo")
    for url in urls:
        assert light.get(url).status_code == 404


def test_a_closed_account_and_a_signed_out_one_see_no_more_tiles(light: FlaskClient, town: Store, clock: Any) -> None:
    z, x, y = address(15)
    url = f"{PLACES}/{z}/{x}/{y}.mvt"
    assert signed_in(light).get(url).status_code == 200
    light.post("/plan/logg-ut")
    assert light.get(url).status_code == 302
    assert signed_in(light).get(url).status_code == 200
    with town.writing() as db:
        db.execute(update(Staff).values(active=False))
    clock.now += timedelta(seconds=0.5)
    assert light.get(url).status_code == 302


@pytest.mark.parametrize(
    "url",
    [
        "/p/giske/fliser.json",
        "/p/nix/fliser.json",
        "/p/borgen/fliser/2/14/0/0.mvt",
        "/p/borgen/fliser/0/14/0/0.mvt",
        "/p/borgen/fliser/99999999999999999999/14/0/0.mvt",
        "/p/borgen/fliser/1/30/0/0.mvt",
        "/p/borgen/fliser/1/3/0/0.mvt",
        "/p/borgen/fliser/1/14/16384/0.mvt",
        f"{OGC}/WebMercatorQuad/30/0/0",
        f"{OGC}/WebMercatorQuad/14/0/16384",
        f"{OGC}/WorldCRS84Quad",
        "/ogc/collections/giske/tiles",
        "/ogc/collections/giske/tiles/WebMercatorQuad",
        "/ogc/collections/giske/tiles/WebMercatorQuad/14/0/0",
        f"{PLACES}/30/0/0.mvt",
        f"{PLACES}/16/0/0.mvt",
        f"{PLACES}/3/8/0.mvt",
        "/plan/borgen/fliser/area/3/0/0.mvt",
    ],
)
def test_what_is_not_there_is_not_found(light: FlaskClient, town: Store, url: str) -> None:
    assert signed_in(light).get(url).status_code == 404


def test_where_nothing_lies_there_is_no_content(light: FlaskClient, town: Store) -> None:
    signed_in(light)
    for url in ("/p/borgen/fliser/1/14/0/0.mvt", f"{OGC}/WebMercatorQuad/14/0/0", f"{PLACES}/14/0/0.mvt"):
        found = light.get(url)
        assert (found.status_code, found.data) == (204, b"")


# OGC API – Tiles


def test_the_collection_leads_to_its_tiles(light: FlaskClient, town: Store) -> None:
    classes = light.get("/ogc/conformance").json
    assert classes is not None
    assert "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt" in classes["conformsTo"]

    def follow(links: list[dict[str, Any]], rel: str) -> Any:
        found = next(link["href"] for link in links if link["rel"].endswith(rel))
        return light.get(found.removeprefix("http://localhost")).json

    collection = light.get("/ogc/collections/borgen").json
    assert collection is not None
    (listed,) = follow(collection["links"], "/tilesets-vector")["tilesets"]
    page = follow(listed["links"], "self")
    assert {key: page[key] for key in listed} == listed
    matrices = follow(page["links"], "/tiling-scheme")
    assert (matrices["id"], matrices["uri"]) == ("WebMercatorQuad", page["tileMatrixSetURI"])
    template = next(link for link in page["links"] if link["rel"] == "item")
    assert (template["type"], template["templated"]) == (MVT, True)
    total = set()
    for limits in page["tileMatrixSetLimits"][-1:]:
        for row in range(limits["minTileRow"], limits["maxTileRow"] + 1):
            for col in range(limits["minTileCol"], limits["maxTileCol"] + 1):
                url = template["href"].format(tileMatrix=limits["tileMatrix"], tileRow=row, tileCol=col)
                found = light.get(url.removeprefix("http://localhost"))
                total |= {row["cell"] for row in rows(found.data)} if found.data else set()
    items = light.get("/ogc/collections/borgen/items").json
    assert items is not None
    assert total == {feature["properties"]["cell"] for feature in items["features"]}


def test_the_tile_matrix_set_halves_from_zoom_to_zoom(light: FlaskClient) -> None:
    """The figures of OGC Two Dimensional Tile Matrix Set, annex D."""
    found = light.get("/ogc/tileMatrixSets/WebMercatorQuad").json
    assert found is not None
    first, last = found["tileMatrices"][0], found["tileMatrices"][-1]
    assert first["scaleDenominator"] == pytest.approx(559082264.028717, rel=1e-9)
    assert first["cellSize"] == pytest.approx(156543.033928041, rel=1e-9)
    assert last["matrixWidth"] == last["matrixHeight"] == 2 ** int(last["id"])


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@pytest.fixture
def served(light_app: Flask, town: Store) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, light_app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


READ = """
import json, sys, pyogrio
here = dict(zip(("MINX", "MINY", "MAXX", "MAXY"), map(float, sys.argv[2:])))
about, _, shapes, columns = pyogrio.raw.read(f"OGCAPI:{sys.argv[1]}", layer="Zoom level 14", API="TILES", **here)
names = list(about["fields"])
found = [list(columns[names.index(name)]) for name in ("cell", "people_to")]
print(json.dumps([about["crs"], *found], default=int))
"""


def test_gdal_finds_its_way_from_the_collection_to_the_tiles(served: str, town: Store) -> None:
    """In a process of its own, which holds its interpreter while it waits for ours."""
    (west, south), (east, north) = (project(a.at(d, d), 4326, 3857).coords[0] for d in (-2000, 2000))
    command = [sys.executable, "-c", READ, f"{served}/ogc/collections/borgen"]
    command += [str(n) for n in (west, south, east, north)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    crs, cells, people = json.loads(done.stdout)
    with town.reading() as db:
        layer = publication.public_hexagons(publication.latest_release(db, processes.by_slug(db, "borgen"))).collect()
    assert crs == "EPSG:3857"
    assert set(cells) == set(layer.values("cell"))
    assert set(people) == set(layer.values("people_to"))
