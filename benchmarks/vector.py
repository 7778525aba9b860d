"""Vector tiles over HTTP, ours signed in and tipg's: everything in a tile, a released tile, and any tile again."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from statistics import median
from typing import Any

import mapbox_vector_tile
import psycopg
import shapely
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import text

from app.services import analysis, processes, publication, staff
from app.services.index import Index
from benchmarks.ground import NOW, Ground
from benchmarks.load import put_under
from benchmarks.measuring import Differs, Row, compared, pairs, same
from benchmarks.peers import vector_tile as peer
from benchmarks.serving import service
from gis.layer import Layer

PLACES, HEXAGONS = (10, 13, 15), (13, 14)
COMPLETE, AGAIN = 0.1, 0.02
SERIAL, PAIRS, SECONDS, CONNECTIONS, MOST_A_SECOND = 21, 5, 3.0, 4, 10_000
FOR_BOTH_WORKERS = 16
SLIVER = 64.0
KEY = "k" * 32
UNITS = """
CREATE MATERIALIZED VIEW vector_place AS
SELECT session_id, ST_X(geom) / 360 + 0.5 AS x, 0.5 - ln((1 + s) / (1 - s)) / (4 * pi()) AS y
FROM peer_place, LATERAL (SELECT sin(radians(ST_Y(geom))) AS s) sine
"""
FULLEST = """
SELECT floor(x * :side)::int, floor(y * :side)::int, count(*) FROM vector_place GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 1
"""
CELLS = """
WITH here AS (
    SELECT session_id, floor(x * 131072) AS bx, floor(y * 131072) AS by,
        floor(x * :side * 64) - :x * 64 AS cx, floor(y * :side * 64) - :y * 64 AS cy
    FROM vector_place WHERE floor(x * :side) = :x AND floor(y * :side) = :y
), shown AS (SELECT bx, by FROM here GROUP BY 1, 2 HAVING count(DISTINCT session_id) >= :least)
SELECT cx::int, cy::int, count(DISTINCT session_id) FROM here JOIN shown USING (bx, by) GROUP BY 1, 2
"""
TABLE = """
CREATE TABLE peer_hexagon (
    id bigserial PRIMARY KEY, cell text, "group" text, people_from integer, people_to integer, withheld boolean,
    release integer, geom geometry(Polygon, 4326)
);
CREATE INDEX ON peer_hexagon USING gist (geom)
"""


@dataclass(frozen=True)
class Tile:
    """A tile at its two addresses; ``called`` is what it is in the table."""

    called: str
    z: int
    x: int
    y: int
    ours: str
    peers: str


@dataclass
class Sides:
    """The two servers, ours with a planner's cookie."""

    ours: int
    peers: int
    cookie: str

    def warm(self, tiles: list[Tile]) -> None:
        """Until both workers of each have answered for every tile."""
        for port, cookie, paths in (
            (self.ours, self.cookie, [tile.ours for tile in tiles]),
            (self.peers, "", [tile.peers for tile in tiles]),
        ):
            for _ in range(FOR_BOTH_WORKERS):
                connected = Client(port, cookie)
                for path in paths:
                    connected.get(path)


class Client:
    """One keep-alive connection, which takes a tile as it is, not compressed."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self.headers = {"Cookie": cookie} if cookie else {}

    def get(self, path: str, **headers: str) -> bytes:
        self.connection.request("GET", path, headers={**self.headers, **headers})
        answer = self.connection.getresponse()
        body = answer.read()
        same(f"status of {path}", answer.status, 200)
        return body


def rows(ground: Ground) -> list[Row]:
    places, hexagons, cookie = _prepared(ground)
    with peer.served(ground.libpq, ground.environment) as peers:
        with service(ground, SNARVEI_SECRET_KEY=KEY, SNARVEI_TILE_CACHE_MB="0") as ours:
            sides = Sides(ours, peers, cookie)
            sides.warm(places + hexagons)
            found = [_first(sides, tile, _complete(ground, sides, tile), COMPLETE) for tile in places]
            found += [_first(sides, tile, _equal(sides, tile), None) for tile in hexagons]
        with service(ground, SNARVEI_SECRET_KEY=KEY) as ours:
            sides = Sides(ours, peers, cookie)
            sides.warm(places + hexagons)
            found += [_again(sides, tile, AGAIN) for tile in places]
            found += [_again(sides, tile, None) for tile in hexagons]
    return found


def _first(sides: Sides, tile: Tile, equal: str, target: float | None) -> Row:
    """Made anew at every request; the index is warm, as the peer's database is."""
    ours, peers = Client(sides.ours, sides.cookie), Client(sides.peers)
    times = compared(lambda: ours.get(tile.ours), lambda: peers.get(tile.peers), SERIAL)
    more: dict[str, Any] = {"equal": equal}
    for how, headers in (("bytes", {}), ("gzip_bytes", {"Accept-Encoding": "gzip"})):
        sizes = len(ours.get(tile.ours, **headers)), len(peers.get(tile.peers, **headers))
        more |= {f"ours_{how}": sizes[0], f"peer_{how}": sizes[1], f"{how}_ratio": round(sizes[0] / sizes[1], 3)}
    return Row(f"{tile.called}, {more['bytes_ratio']:.2f} of the bytes", *_against(times), target, SERIAL, more)


def _again(sides: Sides, tile: Tile, target: float | None) -> Row:
    """The same tile as often as it can be had."""
    asked = [_request(tile.ours, sides.cookie)], [_request(tile.peers)]

    def each(port: int, request: list[bytes]) -> float:
        answered = put_under(port, request * int(MOST_A_SECOND * SECONDS), CONNECTIONS, SECONDS)
        same("statuses", dict(answered.statuses), {200: answered.statuses.total()})
        return answered.seconds_each

    found = pairs(lambda: each(sides.ours, asked[0]), lambda: each(sides.peers, asked[1]), PAIRS)
    times = median(found[0]), median(found[1])
    more = {"ours_rate": round(1 / times[0]), "peer_rate": round(1 / times[1], 1), "connections": CONNECTIONS}
    return Row(f"{tile.called}, again", *_against(times), target, PAIRS, more)


def _against(times: tuple[float, float]) -> tuple[float, str, float]:
    return times[0], peer.NAME, times[1]


def _request(path: str, cookie: str = "") -> bytes:
    signed = f"Cookie: {cookie}\r\n" if cookie else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{signed}\r\n".encode()


def _complete(ground: Ground, sides: Sides, tile: Tile) -> str:
    """Every cell of our tile and the people in it, as the database counts them."""
    body = Client(sides.ours, sides.cookie).get(tile.ours)
    drawn = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})["places"]["features"]
    ours = {tuple(f["geometry"]["coordinates"]): f["properties"].get("people") for f in drawn}
    asked = {"x": tile.x, "y": tile.y, "side": 1 << tile.z}
    with ground.store.reading() as db:
        least = processes.by_slug(db, ground.slug).minimum_people
        counted = db.execute(text(CELLS), {**asked, "least": least}).all()
        held = db.execute(text(FULLEST), asked).one()[2]
    wanted = {(cx * 64 + 32, cy * 64 + 32): n if n >= least else None for cx, cy, n in counted}
    if ours != wanted:
        raise Differs(f"{tile.called}: {len(ours.items() ^ wanted.items())} cells differ from what the database counts")
    peers = mapbox_vector_tile.decode(Client(sides.peers).get(tile.peers))["default"]["features"]
    return f"{len(ours):,} cells as the database counts them; the peer's holds {len(peers):,} of {held:,} registrations"


def _equal(sides: Sides, tile: Tile) -> str:
    """Both hold the same hexagons with the same classes; what lies in the margin alone is not compared."""
    ours = _areas(Client(sides.ours).get(tile.ours), "hexagons")
    peers = _areas(Client(sides.peers).get(tile.peers), "default")
    odd = [key for key in ours.keys() ^ peers.keys() if max(ours.get(key, 0), peers.get(key, 0)) > SLIVER]
    odd += [key for key in ours.keys() & peers.keys() if abs(ours[key] - peers[key]) > 0.02 * ours[key] + SLIVER]
    if odd:
        raise Differs(f"{tile.called}: {len(odd)} hexagons differ, {odd[0]}")
    return f"{len(ours.keys() & peers.keys()):,} hexagons, their attributes and areas"


def _areas(body: bytes, layer: str) -> dict[tuple[Any, ...], float]:
    found = mapbox_vector_tile.decode(body)[layer]
    names = ("cell", "group", "people_from", "people_to", "withheld", "release")
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in found["features"]]
    areas = shapely.area(shapely.intersection(shapes, shapely.box(0, 0, found["extent"], found["extent"])))
    keys = [tuple(feature["properties"][name] for name in names) for feature in found["features"]]
    return dict(zip(keys, areas.tolist(), strict=True))


def _prepared(ground: Ground) -> tuple[list[Tile], list[Tile], str]:
    """The fullest tiles, the release in the peer's table too, and a signed-in planner."""
    with ground.store.writing() as db:
        db.execute(text(UNITS))
        process = processes.by_slug(db, ground.slug)
        planner = staff.create(
            db, username="planlegger", password=KEY, municipality=process.municipality, role="planner", now=NOW
        )
        index = Index(process)
        index.refresh(db, process)
        made = publication.release(db, process, analysis.hexagons_by_group(index), now=NOW)
        layer, number = publication.public_hexagons(made), made.number
        fullest = {z: db.execute(text(FULLEST), {"side": 1 << z}).one()[:2] for z in {*PLACES, *HEXAGONS}}
    with psycopg.connect(ground.libpq, autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE vector_place")  # else the server does, in the middle of some row
    _copied(ground, layer)
    places = [
        Tile(f"vector tile of everything, zoom {z}", z, x, y, f"/plan/{ground.slug}/fliser/place/{z}/{x}/{y}.mvt",
             peer.path("peer_place", z, x, y))
        for z in PLACES for x, y in [fullest[z]]
    ]  # fmt: skip
    hexagons = [
        Tile(f"vector tile of a release, zoom {z}", z, x, y, f"/p/{ground.slug}/fliser/{number}/{z}/{x}/{y}.mvt",
             peer.path("peer_hexagon", z, x, y))
        for z in HEXAGONS for x, y in [fullest[z]]
    ]  # fmt: skip
    app = Flask("signing")
    app.secret_key = KEY
    signing: Any = SecureCookieSessionInterface().get_signing_serializer(app)
    return places, hexagons, f"snarvei={signing.dumps({'staff': str(planner.staff_id)})}"


def _copied(ground: Ground, layer: Layer) -> None:
    (rows,) = layer.batches(4326)
    names = [field.name for field in layer.fields]
    columns = ", ".join(f'"{name}"' for name in [*names, "geom"])
    marks = ", ".join(["%s"] * len(names)) + ", ST_GeomFromWKB(%s, 4326)"
    values = zip(*(rows.values(name) for name in names), shapely.to_wkb(rows.geometry), strict=True)
    with psycopg.connect(ground.libpq, autocommit=True) as db:
        db.execute(TABLE)
        with db.transaction():
            db.cursor().executemany(f"INSERT INTO peer_hexagon ({columns}) VALUES ({marks})", values)
        db.execute("VACUUM ANALYZE peer_hexagon")
