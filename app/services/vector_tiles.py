"""Vector tiles: a release for everyone, everything that may be seen for staff; and what is kept ready of them."""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from hashlib import blake2b
from weakref import ref

from sqlalchemy.orm import Session

from app.errors import NotFound
from app.model import Process
from app.services import publication
from app.services.index import Index, Selection
from gis import tiles, vector_tiles
from gis.layer import Field
from gis.vector_tiles import Tiled

OVERVIEW_FIELDS = (Field("people", "integer"), Field("withheld", "boolean"))
RELEASES_KEPT = 4
ENTRY_BYTES = 500
GZIP_LEVEL = 4


@dataclass(frozen=True)
class Tile:
    """``body`` as it is sent, with gzip if it is ``packed``; ``tag`` is another for every other content."""

    body: bytes
    packed: bool
    tag: str


@dataclass(frozen=True)
class Tileset:
    """What its tiles hold: one ``layer`` with ``fields``, from ``minzoom`` to ``maxzoom``, within ``bounds`` (west,
    south, east, north).
    """

    layer: str
    fields: tuple[Field, ...]
    minzoom: int
    maxzoom: int
    bounds: tuple[float, ...]

    def check(self, z: int, x: int, y: int) -> None:
        """Raises NotFound for a tile outside the world or the zooms."""
        if not (self.minzoom <= z <= self.maxzoom and tiles.valid(z, x, y)):
            raise NotFound("tile_unknown", field="tile")


@dataclass(frozen=True)
class Released:
    """A release, ready to be cut into tiles."""

    tileset: Tileset
    tiled: Tiled


class TileCache:
    """Tiles that are ready, at most ``most`` bytes of them: what was asked for longest ago goes first. Also the last
    few releases they are cut from. Safe to share between threads.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._tiles: OrderedDict[Hashable, Tile | None] = OrderedDict()
        self._releases: OrderedDict[Hashable, Released] = OrderedDict()

    def tile(self, key: Hashable, make: Callable[[], bytes | None], *, packed: bool = False) -> Tile | None:
        """The tile of ``key``, which names everything it depends on; None if it is empty. Packed and plain are each
        made when somebody asks for them.
        """
        key = (key, packed)
        with self._lock:
            if key in self._tiles:
                self._tiles.move_to_end(key)
                return self._tiles[key]
        made = _tile(make(), packed)
        with self._lock:
            if key not in self._tiles:
                self._tiles[key] = made
                self.held += _bytes(made)
            while self.held > self.most:
                self.held -= _bytes(self._tiles.popitem(last=False)[1])
        return made

    def release(self, key: Hashable, make: Callable[[], Released]) -> Released:
        """Made one at a time: who asks for the same meanwhile waits for it."""
        with self._making:
            if key not in self._releases:
                self._releases[key] = make()
                if len(self._releases) > RELEASES_KEPT:
                    self._releases.popitem(last=False)
            self._releases.move_to_end(key)
            return self._releases[key]


def overview_tileset(process: Process, kind: str) -> Tileset:
    """Places or routes, as cells with the people in them."""
    layer = publication.CONTRIBUTION_LAYERS[kind]
    return Tileset(layer, OVERVIEW_FIELDS, 0, vector_tiles.FINEST_OVERVIEW, process.area.bounds)


def overview_tile(
    cache: TileCache, index: Index, process: Process, selection: Selection, kind: str, z: int, x: int, y: int,
    *, packed: bool = False,
) -> Tile | None:  # fmt: skip
    """All cells of a tile that may be seen under the filter, or None. Raises NotFound for a tile that is none."""
    tileset = overview_tileset(process, kind)
    tileset.check(z, x, y)
    key = (ref(index), index.generation, selection, kind, z, x, y)

    def make() -> bytes | None:
        return vector_tiles.overview(index.view(selection, kind), z, x, y, tileset.layer)

    return cache.tile(key, make, packed=packed)


def release_tileset(cache: TileCache, db: Session, process: Process, number: int) -> Tileset:
    return _released(cache, db, process, number).tileset


def release_tile(cache: TileCache, db: Session, process: Process, number: int, z: int, x: int, y: int) -> bytes | None:
    """All hexagons of a release that lie in a tile, or None. Raises NotFound for a release or a tile that is none."""
    found = _released(cache, db, process, number)
    found.tileset.check(z, x, y)
    return found.tiled.tile(z, x, y)


def _released(cache: TileCache, db: Session, process: Process, number: int) -> Released:
    def make() -> Released:
        made = publication.numbered_release(db, process, number)
        layer = publication.public_hexagons(made)
        tiled = Tiled(layer)
        bounds = tiled.bounds or process.area.bounds
        coarsest = vector_tiles.coarsest(made.hexagon_m, (bounds[1] + bounds[3]) / 2)
        return Released(Tileset(layer.name, layer.fields, coarsest, vector_tiles.FINEST_LAYER, bounds), tiled)

    return cache.release((process.id, number), make)


def _tile(body: bytes | None, packed: bool) -> Tile | None:
    if body is None:
        return None
    tag = blake2b(body, digest_size=8).hexdigest()
    return Tile(gzip.compress(body, GZIP_LEVEL, mtime=0) if packed else body, packed, tag)


def _bytes(tile: Tile | None) -> int:
    return ENTRY_BYTES + (len(tile.body) if tile else 0)
