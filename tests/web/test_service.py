"""Logs, problems, texts, settings, static files, base maps, OGC API and downloads."""

from __future__ import annotations

import ast
import http.server
import io
import json
import logging
import re
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyogrio
import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app import config, create_app
from app.services import analysis, methods, processes, publication
from app.services.index import Index
from app.store import Store
from app.web.language import PARTICIPANTS
from app.web.logs import JsonLines, logger
from app.web.problems import PROBLEMS
from tests import builders as a
from tests import texts

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = tuple(PARTICIPANTS)


# Logs


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def logged() -> Iterator[list[str]]:
    handler = Lines()
    logger.addHandler(handler)
    yield handler.lines
    logger.removeHandler(handler)


def test_no_log_line_holds_anything_of_a_person(light: FlaskClient, embedded: Store, logged: list[str]) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        by, link = a.host(db, made)
        where = a.school_class(db, by)
        a.officer(db)
    code = where.join_code or ""
    joined = light.post("/api/v1/join", json={"code": code}, environ_base={"REMOTE_ADDR": "203.0.113.77"}).json
    assert joined is not None
    token = joined["token"]
    id = str(uuid4())
    headers = {"Authorization": f"Bearer {token}", "User-Agent": "Nettbrett 7"}
    feature = {
        "type": "Feature",
        "geometry": a.wire(a.at(1, 1)),
        "properties": {"kind": "place", "group": "bad", "category": "dark", "comment": "Jeg heter Kari"},
    }
    light.put(f"/api/v1/contributions/{id}", json=feature, headers=headers)
    light.put(f"/api/v1/contributions/{id}", json={**feature, "properties": {"navn": "Kari"}}, headers=headers)
    light.get(f"/kart/{code}")
    light.get(f"/vert/{link}/")
    light.post("/plan/logg-inn", data={"username": "planlegger", "password": a.PASSWORD})
    light.get("/plan/borgen/omrader?grade=5")
    text = "\n".join(logged)
    assert len(logged) >= 7
    secrets = (
        token,
        code,
        link,
        id,
        "Kari",
        "203.0.113.77",
        "Nettbrett",
        a.PASSWORD,
        "planlegger",
        "grade=5",
        joined["alias"],
    )
    for secret in secrets:
        assert secret not in text
    coordinates = feature["geometry"]["coordinates"]
    assert str(coordinates[0])[:7] not in text


def test_a_log_line_says_which_door_how_it_went_and_how_long(light: FlaskClient, logged: list[str]) -> None:
    light.post("/api/v1/join", json={"code": "XXXXXX"})
    line = json.loads(logged[-1])
    assert line["door"] == "/api/v1/join"
    assert (line["status"], line["code"], line["method"]) == (404, "code_unknown", "POST")
    assert line["ms"] >= 0


def test_an_unexpected_error_is_told_without_its_text(light_app: Flask, logged: list[str]) -> None:
    @light_app.get("/broken")
    def broken() -> str:
        raise RuntimeError("Kari bor i Åsveien 7")

    found = light_app.test_client().get("/broken")
    assert found.status_code == 500
    assert "internal" in found.get_data(as_text=True)
    text = "\n".join(logged)
    assert "RuntimeError" in text
    assert "Kari" not in text + found.get_data(as_text=True)


# Problems


def raised() -> set[str]:
    """Every code that any refusal in the code is given."""
    kinds = {
        "Invalid",
        "NotFound",
        "NotAllowed",
        "Unauthenticated",
        "Closed",
        "Conflict",
        "TooFew",
        "TooLarge",
        "Unavailable",
        "Unusable",
        "Unreadable",
    }
    found = set()
    for path in [*ROOT.glob("app/**/*.py"), *ROOT.glob("gis/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in kinds and node.args:
                found |= {n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)}
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "answer" and node.args:
                found |= {n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)}
    return {code for code in found if isinstance(code, str)}


def test_every_code_has_its_words_and_no_words_are_left_over() -> None:
    webbed = {
        "page_unknown",
        "method_not_allowed",
        "body_too_large",
        "too_many_requests",
        "internal",
        "form_expired",
        "not_json",
    }
    codes = raised() - {"code", "outside_area", "axes_swapped", "route", "line_too_short", "not_numbers"}
    codes |= {"outside_area", "axes_swapped", "line_too_short", "not_numbers"}
    codes |= {asked.refusal for method in methods.table().values() for asked in method.asks if asked.refusal}
    assert codes - set(PROBLEMS) == set()
    assert set(PROBLEMS) - codes - webbed == set()


def test_every_code_is_documented() -> None:
    documented = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "problems.md").read_text(), re.M))
    assert documented == set(PROBLEMS)


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_every_problem_can_be_said_in_every_language(light_app: Flask, code: str) -> None:
    from app.web import problems

    for language in LANGUAGES:
        with light_app.test_request_context(headers={"Accept-Language": language}):
            title, step = problems.message(code, {})
        assert title
        assert step
        assert "%(" not in title + step
        assert "!" not in title + step


def test_what_flask_refuses_is_said_as_we_say_it(light: FlaskClient) -> None:
    assert light.get("/api/v1/nix").json["code"] == "page_unknown"  # type: ignore[index]
    assert light.get("/api/v1/join").json["code"] == "method_not_allowed"  # type: ignore[index]
    assert "page_unknown" in light.get("/nix").get_data(as_text=True)


# Texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language_with_its_names(language: str) -> None:
    with (ROOT / "app" / "texts" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    for message in catalogue:
        if not message.id:
            continue
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        assert all(forms), message.id
        names = set(re.findall(r"%\(\w+\)s|\{\w+\}", "".join(ids)))
        for form in forms:
            assert set(re.findall(r"%\(\w+\)s|\{\w+\}", form)) <= names, message.id
            assert set(re.findall(r"%\(\w+\)s", form)) == set(re.findall(r"%\(\w+\)s", "".join(ids))), message.id
            assert "!" not in form, message.id
        assert not message.fuzzy


def test_no_text_is_missing_from_the_catalogues_and_none_is_left_over() -> None:
    from babel.messages.extract import extract_from_dir
    from babel.messages.mofile import read_mo

    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "t": None, "n": (1, 2)}
    methods = [("app/**.py", "python"), ("app/templates/**.html", "jinja2"), ("static/maps/**.js", "javascript")]
    options = {"static/maps/**.js": {"parse_template_string": "true"}}
    places: dict[str, list[str]] = {}
    for file, _, message, _, _ in extract_from_dir(str(ROOT), methods, options, keywords):  # type: ignore[arg-type]
        places.setdefault(message[0] if isinstance(message, tuple | list) else message, []).append(file)
    for language in LANGUAGES:
        staff = language in texts.LANGUAGES
        found = {text for text, files in places.items() if staff or any(map(texts.on_participants_page, files))}
        folder = ROOT / "app" / "texts" / language / "LC_MESSAGES"
        with (folder / "messages.po").open("rb") as file:
            written = {m.id[0] if isinstance(m.id, tuple | list) else m.id for m in read_po(file) if m.id}
        assert found - written == set(), f"missing in {language}: see make texts"
        assert written - found == set(), f"left over in {language}: see make texts"
        with (folder / "messages.mo").open("rb") as file:
            compiled = {m.id[0] if isinstance(m.id, tuple | list) else m.id for m in read_mo(file) if m.id}
        assert compiled == written, f"{language} is not compiled: see make texts"


def test_the_browser_gets_the_plural_forms_of_its_language(light_app: Flask) -> None:
    from app.web.language import browser_texts

    for language in texts.LANGUAGES:
        found = browser_texts(language)
        assert found["plural"][:3] == "101"
        assert found["plural"][101] == "1"
        assert len(found["texts"]["{n} way"]) == 2
    polish = browser_texts("pl")["plural"]
    assert (polish[1], polish[2], polish[5], polish[22]) == ("0", "1", "2", "1")
    assert len(browser_texts("ar")["texts"]["{n} way"]) == 6


# Settings


def test_settings_are_read_and_checked_together() -> None:
    with pytest.raises(config.SettingError) as refused:
        config.load({"PORT": "many", "SNARVEI_TOKEN_DAYS": "0", "SNARVEI_NONSENSE": "1", "DATABASE_URL": "mysql://x"})
    for name in ("PORT", "SNARVEI_TOKEN_DAYS", "SNARVEI_NONSENSE", "DATABASE_URL"):
        assert name in str(refused.value)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("topo | https://tiles.example/{z}/{x}/{y}.png | Kartverket", True),
        ("a | /data/a.mbtiles | x\nb|http://b/{z}|y", True),
        ("topo", False),
        ("to po | https://x | y", False),
        ("topo | ftp://x | y", False),
    ],
)
def test_base_maps_are_named_addressed_and_attributed(text: str, fits: bool) -> None:
    if fits:
        assert len(config.load({"SNARVEI_BASEMAPS": text}).basemaps) == text.count("\n") + 1
    else:
        with pytest.raises(config.SettingError):
            config.load({"SNARVEI_BASEMAPS": text})


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| `?([^|`]*)`? \|", (ROOT / "docs" / "operations.md").read_text(), re.M))
    assert {s.name: s.default for s in config.SETTINGS} == {name: default.strip() for name, default in rows.items()}


def test_the_secret_is_made_once_and_is_for_the_owner_only(tmp_path: Path) -> None:
    settings = config.load({"SNARVEI_DATA_DIR": str(tmp_path / "var")})
    first = config.secret_key(settings)
    assert len(first) == 64
    assert config.secret_key(settings) == first
    assert (tmp_path / "var" / "secret.key").stat().st_mode & 0o777 == 0o600
    assert config.secret_key(config.load({"SNARVEI_SECRET_KEY": "given"})) == "given"


def test_health_is_well_only_when_the_schema_is_there(light: FlaskClient, tmp_path: Path) -> None:
    assert light.get("/healthz").status_code == 200
    empty = create_app(
        config.load({"DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite'}", "SNARVEI_DATA_DIR": str(tmp_path)})
    )
    found = empty.test_client().get("/healthz")
    assert found.status_code == 503
    assert found.headers["Retry-After"]
    empty.extensions["snarvei"].store.dispose()


# Static files


def test_static_files_are_ours_compressed_and_kept_forever(light: FlaskClient) -> None:
    page = light.get("/").get_data(as_text=True)
    urls = re.findall(r'(?:href|src)="(/static/[^"#]+)', page)
    assert len(urls) >= 4
    for url in [*urls, re.sub(r"maps/.*", "leaflet/leaflet-src.esm.js", urls[0])]:
        found = light.get(url, headers={"Accept-Encoding": "br"})
        size = len(found.data)
        assert found.status_code == 200
        assert "immutable" in found.headers["Cache-Control"]
        if url.endswith((".js", ".css")):
            assert found.headers.get("Content-Encoding") == "br" or size < 600
    assert light.get(urls[0].replace("maps/", "maps/../../app/")).status_code == 404


# Base maps


def tile_bytes(format: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "#888").save(out, format)
    return out.getvalue()


@pytest.fixture
def tile_server() -> Iterator[Any]:
    """A real tile server on loopback; ``answer`` is what it sends."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            self.send_response(200 if served.answer else 503)
            self.end_headers()
            self.wfile.write(served.answer)

        def log_message(self, *_: object) -> None:
            return

    served: Any = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.asked, served.answer = [], tile_bytes()
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


def with_basemaps(url: str, folder: Path, lines: str, **more: str) -> FlaskClient:
    settings = {"DATABASE_URL": url, "SNARVEI_DATA_DIR": str(folder), "SNARVEI_BASEMAPS": lines, **more}
    return create_app(config.load(settings)).test_client()


def test_a_configured_tile_is_fetched_by_us_and_kept(sqlite_url: str, tmp_path: Path, tile_server: Any) -> None:
    port = tile_server.server_address[1]
    client = with_basemaps(sqlite_url, tmp_path, f"topo | http://127.0.0.1:{port}/{{z}}/{{y}}/{{x}} | Kartverket")
    for _ in range(2):
        found = client.get("/basemap/topo/5/16/9")
        assert (found.status_code, found.mimetype, found.data) == (200, "image/png", tile_bytes())
        assert "max-age" in found.headers["Cache-Control"]
    assert tile_server.asked == ["/5/9/16"]


@pytest.mark.parametrize("answer", [b"", b"<html>not a picture</html>"])
def test_a_tile_server_that_fails_leaves_a_hole_and_nothing_in_the_cache(
    sqlite_url: str, tmp_path: Path, tile_server: Any, answer: bytes
) -> None:
    tile_server.answer = answer
    port = tile_server.server_address[1]
    client = with_basemaps(sqlite_url, tmp_path, f"topo | http://127.0.0.1:{port}/{{z}}/{{x}}/{{y}} | x")
    assert client.get("/basemap/topo/5/16/9").status_code == 204
    tile_server.answer = tile_bytes("JPEG")
    assert client.get("/basemap/topo/5/16/9").mimetype == "image/jpeg"


def test_the_cache_stops_growing_at_its_limit(sqlite_url: str, tmp_path: Path, tile_server: Any) -> None:
    port = tile_server.server_address[1]
    lines = f"topo | http://127.0.0.1:{port}/{{z}}/{{x}}/{{y}} | x"
    client = with_basemaps(sqlite_url, tmp_path, lines, SNARVEI_BASEMAP_CACHE_MB="0")
    for _ in range(2):
        assert client.get("/basemap/topo/5/16/9").status_code == 200
    assert len(tile_server.asked) == 2


def test_only_configured_maps_and_real_tiles_are_served(sqlite_url: str, tmp_path: Path) -> None:
    client = with_basemaps(sqlite_url, tmp_path, "topo | http://127.0.0.1:1/{z}/{x}/{y} | x")
    for url in ("/basemap/other/5/1/1", "/basemap/topo/30/1/1", "/basemap/topo/2/9/1"):
        assert client.get(url).status_code == 404


def test_a_local_mbtiles_file_is_a_base_map(sqlite_url: str, tmp_path: Path) -> None:
    path = tmp_path / "x.mbtiles"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)")
        db.execute("INSERT INTO tiles VALUES (5, 16, 22, ?)", (tile_bytes("WEBP"),))
    db.close()
    client = with_basemaps(sqlite_url, tmp_path, f"local | {path} | x")
    found = client.get("/basemap/local/5/16/9")
    assert (found.status_code, found.mimetype) == (200, "image/webp")
    assert client.get("/basemap/local/5/16/8").status_code == 204


def test_the_gazetteer_is_the_base_map_when_there_is_no_other(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        made = a.process(db)
    found = light.get(f"/basemap/borgen/{made.version}.geojson")
    assert found.mimetype == "application/geo+json"
    features = json.loads(found.data)["features"]
    assert [f["properties"] for f in features] == [{"kind": "school", "name": "Skolen"}]


# OGC API


@pytest.fixture
def published(light: FlaskClient, embedded: Store) -> FlaskClient:
    with embedded.writing() as db:
        made = a.process(db)
        a.process(db, slug="giske")
        where = a.arena(db, made)
        a.crowd(db, where, a.at(0, 0), 7)
        a.crowd(db, where, a.at(900, 0), 2)
        index = Index(made)
        index.refresh(db, made)
        publication.release(db, made, analysis.hexagons_by_group(index), now=a.NOW)
    return light


def test_only_what_was_published_is_a_collection(published: FlaskClient) -> None:
    landing = published.get("/ogc/").json
    assert landing is not None
    rels = {link["rel"].rpartition("/")[2] for link in landing["links"]}
    assert rels == {"self", "service-desc", "conformance", "data", "tiling-schemes"}
    for link in landing["links"]:
        assert published.get(link["href"].replace("http://localhost", "")).status_code == 200
    found = published.get("/ogc/collections").json
    assert found is not None
    assert [c["id"] for c in found["collections"]] == ["borgen"]
    assert published.get("/ogc/collections/giske").status_code == 404
    assert published.get("/ogc/collections/giske/items").status_code == 404


def test_items_are_hexagons_with_classes_and_pages(published: FlaskClient) -> None:
    found = published.get("/ogc/collections/borgen/items").json
    assert found is not None
    assert (found["numberMatched"], found["numberReturned"]) == (2, 2)
    shown = {
        (f["properties"]["people_from"], f["properties"]["people_to"], f["properties"]["withheld"])
        for f in found["features"]
    }
    assert shown == {(5, 9, False), (1, 4, True)}
    first = published.get("/ogc/collections/borgen/items?limit=1").json
    assert first is not None
    following = next(link["href"] for link in first["links"] if link["rel"] == "next")
    second = published.get(following.replace("http://localhost", "")).json
    assert second is not None
    assert {first["features"][0]["id"], second["features"][0]["id"]} == {f["id"] for f in found["features"]}
    one = published.get(f"/ogc/collections/borgen/items/{found['features'][0]['id']}").json
    assert one is not None
    assert one["properties"] == found["features"][0]["properties"]
    assert published.get("/ogc/collections/borgen/items/good:1:1").status_code == 404


def test_a_bounding_box_chooses(published: FlaskClient) -> None:
    west, south, east, north = (a.at(-200, -200).x, a.at(-200, -200).y, a.at(200, 200).x, a.at(200, 200).y)
    found = published.get(f"/ogc/collections/borgen/items?bbox={west},{south},{east},{north}").json
    assert found is not None
    assert found["numberMatched"] == 1
    for wrong in ("bbox=1,2,3", "bbox=a,b,c,d", "bbox=1,60,2,59", "limit=0", "limit=x", "offset=-1"):
        assert published.get(f"/ogc/collections/borgen/items?{wrong}").status_code == 422


def test_gdal_reads_the_open_data(published: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "x.geojson").write_bytes(published.get("/ogc/collections/borgen/items").data)
    assert pyogrio.read_info(tmp_path / "x.geojson")["features"] == 2


# Downloads


def test_a_planner_gets_the_file_and_a_stranger_does_not(light: FlaskClient, embedded: Store, tmp_path: Path) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        a.crowd(db, a.arena(db, made), a.at(0, 0), 6)
        a.officer(db)
    url = "/plan/borgen/eksport/fil?format=gpkg&crs=25833"
    assert light.get(url).status_code == 302
    light.post("/plan/logg-inn", data={"username": "planlegger", "password": a.PASSWORD})
    found = light.get(url)
    assert found.mimetype == "application/geopackage+sqlite3"
    assert "filename=borgen-all-25833.gpkg" in found.headers["Content-Disposition"]
    (tmp_path / "x.gpkg").write_bytes(found.data)
    assert pyogrio.read_info(tmp_path / "x.gpkg", layer="places")["features"] == 6
    found.close()
    for wrong in ("format=shp&crs=25832", "layer=x&format=gpkg&crs=25832", "crs=3857", "crs=x"):
        assert light.get(f"/plan/borgen/eksport/fil?{wrong}").status_code == 422
    counted = light.get("/plan/borgen/eksport").get_data(as_text=True)
    assert re.search(r">6</td>", counted)
    with embedded.reading() as db:
        assert processes.by_slug(db, "borgen").title == "Borgen"
