"""Tiles that are kept ready, and that none of them outlives what it was made of."""

from __future__ import annotations

import math
import threading
from typing import Any

import mapbox_vector_tile
import pytest

from app.errors import NotFound
from app.model import Process
from app.services import analysis, moderation, processes, publication, vector_tiles
from app.services.index import Index, Selection
from app.services.vector_tiles import ENTRY_BYTES, TileCache
from app.store import Session, Store
from tests import builders as a


def address(z: int, x: float = 0, y: float = 0) -> tuple[int, int, int]:
    """The tile that holds a place given in metres from the centre."""
    point = a.at(x, y)
    across = 0.5 - math.asinh(math.tan(math.radians(point.y))) / (2 * math.pi)
    return z, int((point.x / 360 + 0.5) * 2**z), int(across * 2**z)


def features(body: bytes | None) -> list[dict[str, Any]]:
    found = mapbox_vector_tile.decode(body) if body else {}
    return [feature["properties"] for layer in found.values() for feature in layer["features"]]


def followed(db: Session, made: Process, index: Index) -> Index:
    index.refresh(db, made)
    return index


def seen(cache: TileCache, index: Index, made: Process, *groups: str, grade: int | None = None) -> list[int | None]:
    """The people in the cells of the tile of the centre, 0 for those that are withheld."""
    chosen = Selection(groups=frozenset(groups), grades=frozenset({grade} if grade else ()))
    tile = vector_tiles.overview_tile(cache, index, made, chosen, "place", *address(13))
    return sorted(row.get("people", 0) for row in features(tile.body if tile else None))


# What is kept


def test_a_tile_is_made_once_and_forgotten_when_others_need_the_room() -> None:
    made: list[str] = []

    def make(name: str) -> Any:
        return lambda: made.append(name) or name.encode() * 10

    cache = TileCache(3 * (ENTRY_BYTES + 100))
    for name in ("a", "b", "c", "a", "d", "a", "b"):
        assert cache.tile(name, make(name)) == cache.tile(name, make(name))
    assert made == ["a", "b", "c", "d", "b"]
    assert cache.held <= cache.most


def test_the_cache_never_holds_more_than_it_may() -> None:
    cache = TileCache(20_000)
    for n in range(300):
        cache.tile(n, lambda n=n: bytes(range(256)) * (n % 40) or None)  # type: ignore[misc]
        assert cache.held <= 20_000
    kept = cache._tiles
    assert cache.held == sum(ENTRY_BYTES + (len(tile.body) if tile else 0) for tile in kept.values())
    nothing = TileCache(0)
    assert nothing.tile("a", lambda: b"x") is not None
    assert not nothing._tiles


def test_an_empty_tile_is_remembered_and_a_refusal_is_not() -> None:
    cache = TileCache(10_000)
    assert cache.tile("empty", lambda: None) is None
    assert cache.tile("empty", lambda: b"later") is None

    def refuse() -> bytes:
        raise NotFound("tile_unknown")

    with pytest.raises(NotFound):
        cache.tile("refused", refuse)
    assert cache.tile("refused", lambda: b"later") is not None


def test_many_threads_get_the_same() -> None:
    cache = TileCache(4 * ENTRY_BYTES)
    wrong: list[Any] = []

    def ask(seed: int) -> None:
        for n in range(400):
            key = (n * seed) % 7
            tile = cache.tile(key, lambda key=key: b"%d" % key)  # type: ignore[misc]
            if tile is None or tile.body != b"%d" % key:
                wrong.append(key)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert cache.held <= cache.most


# Overviews


def test_an_overview_follows_what_is_registered_and_hidden(store: Store) -> None:
    cache = TileCache(1_000_000)
    with store.writing() as db:
        made = a.process(db)
        where = a.arena(db, made)
        a.crowd(db, where, a.at(0, 0), 4)
        latest = [a.place(db, a.pupil(db, where), a.at(0, 0)) for _ in range(2)]
        planner = a.officer(db)
    index = Index(made)
    with store.reading() as db:
        assert seen(cache, followed(db, made, index), made) == [6]
        assert seen(cache, index, made) == [6]
    with store.writing() as db:
        latest.append(a.place(db, a.pupil(db, where), a.at(0, 0)))
    with store.reading() as db:
        assert seen(cache, followed(db, made, index), made) == [7]
    with store.writing() as db:
        for id in latest:
            moderation.decide(db, planner, made, id, "hidden", now=a.NOW)
    with store.reading() as db:
        assert seen(cache, followed(db, made, index), made) == []


def test_filters_and_processes_are_kept_apart(embedded: Store) -> None:
    cache = TileCache(1_000_000)
    with embedded.writing() as db:
        made, other = a.process(db), a.process(db, slug="giske")
        where = a.arena(db, made)
        a.crowd(db, where, a.at(0, 0), 6, group="bad", category="dark")
        a.crowd(db, where, a.at(0, 0), 8, group="good", category="nature")
        a.crowd(db, a.arena(db, other), a.at(0, 0), 5)
        index, others = followed(db, made, Index(made)), followed(db, other, Index(other))
    for _ in range(2):
        assert seen(cache, index, made) == [14]
        assert seen(cache, index, made, "bad") == [6]
        assert seen(cache, index, made, "good") == [8]
        assert seen(cache, index, made, "wish") == []
        assert seen(cache, index, made, grade=9) == []
        assert seen(cache, others, other) == [5]


def test_a_larger_smallest_group_is_a_new_tile(embedded: Store) -> None:
    cache = TileCache(1_000_000)
    with embedded.writing() as db:
        made = a.process(db)
        a.crowd(db, a.arena(db, made), a.at(0, 0), 6)
        assert seen(cache, followed(db, made, Index(made)), made) == [6]
        made.minimum_people = 10
        processes.touch(db, made)
        assert seen(cache, followed(db, made, Index(made)), made) == []


def test_an_index_read_anew_is_not_taken_for_the_one_before(embedded: Store) -> None:
    """Both have counted one change."""
    cache = TileCache(1_000_000)
    with embedded.writing() as db:
        made = a.process(db)
        where = a.arena(db, made)
        a.crowd(db, where, a.at(0, 0), 6)
        assert seen(cache, followed(db, made, Index(made)), made) == [6]
        a.crowd(db, where, a.at(0, 0), 1)
        assert seen(cache, followed(db, made, Index(made)), made) == [7]


def test_a_route_is_a_row_of_cells_and_a_lone_one_is_none(embedded: Store) -> None:
    cache = TileCache(1_000_000)
    with embedded.writing() as db:
        made = a.process(db)
        where = a.arena(db, made)
        for n in range(5):
            a.route(db, a.pupil(db, where), a.along((-1500, 0), (0, 0)), seed=n)
        a.route(db, a.pupil(db, where), a.along((-1500, 900), (0, 900), (0, 0)), seed=9)
        index = followed(db, made, Index(made))
    tile = vector_tiles.overview_tile(cache, index, made, Selection(), "route", *address(14, -300, 0))
    assert tile is not None
    people = [row.get("people", 0) for row in features(tile.body)]
    assert len(people) > 10
    assert set(people) <= {0, 5, 6}
    assert max(people) >= 5
    assert vector_tiles.overview_tile(cache, index, made, Selection(), "route", *address(15, -900, 900)) is None


@pytest.mark.parametrize("tile", [(30, 0, 0), (16, 0, 0), (3, 8, 0), (3, 0, 8), (15, 2**15, 0)])
def test_a_tile_outside_the_world_or_the_zooms_is_none(embedded: Store, tile: tuple[int, int, int]) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        index = followed(db, made, Index(made))
        with pytest.raises(NotFound, match="tile_unknown"):
            vector_tiles.overview_tile(TileCache(1000), index, made, Selection(), "place", *tile)
        publication.release(db, made, analysis.hexagons_by_group(index), now=a.NOW)
        db.refresh(made)
        with pytest.raises(NotFound, match="tile_unknown"):
            vector_tiles.release_tile(TileCache(1000), db, made, 1, *tile)


# Releases


def test_every_release_stays_as_it_was_published(store: Store) -> None:
    cache = TileCache(1_000_000)
    with store.writing() as db:
        made = a.process(db)
        where = a.arena(db, made)
        a.crowd(db, where, a.at(0, 0), 6)
        _published(db, made)
        a.crowd(db, where, a.at(0, 0), 6)
        _published(db, made)
    for number, low in ((1, 5), (2, 10), (1, 5)):
        with store.reading() as db:
            row = processes.by_slug(db, "borgen")
            found = features(vector_tiles.release_tile(cache, db, row, number, *address(14)))
        assert [(f["people_from"], f["release"]) for f in found] == [(low, number)]
    for number in (0, 3, 10**30):
        with store.reading() as db, pytest.raises(NotFound, match="nothing_published"):
            vector_tiles.release_tile(cache, db, row, number, *address(14))


def test_a_released_tile_holds_what_the_public_layer_holds(embedded: Store) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        where = a.arena(db, made)
        for n in range(5):
            a.crowd(db, where, a.at(n * 150, 0), 3 + n, group="bad", category="dark")
        _published(db, made)
        layer = publication.public_hexagons(publication.latest_release(db, made))
        cache = TileCache(1_000_000)
        tileset = vector_tiles.release_tileset(cache, db, made, 1)
        found = features(vector_tiles.release_tile(cache, db, made, 1, *address(tileset.minzoom)))
    rows = layer.collect()
    names = [field.name for field in layer.fields]
    wanted = [dict(zip(names, row, strict=True)) for row in zip(*map(rows.values, names), strict=True)]
    assert len(wanted) >= 5
    assert sorted(found, key=str) == sorted(wanted, key=str)
    assert (tileset.layer, tileset.fields) == (layer.name, layer.fields)


def test_a_release_of_nothing_has_tiles_of_nothing(embedded: Store) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        _published(db, made)
        cache = TileCache(1000)
        assert vector_tiles.release_tileset(cache, db, made, 1).bounds == made.area.bounds
        assert vector_tiles.release_tile(cache, db, made, 1, *address(14)) is None


def _published(db: Session, made: Process) -> None:
    index = followed(db, made, Index(made))
    publication.release(db, made, analysis.hexagons_by_group(index), now=a.NOW)
    db.refresh(made)
