"""Warm heat tiles: from our index, and from the database by datashader."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean

import numpy as np

from app.services import analysis, processes
from app.services.index import Index, Selection
from benchmarks.ground import Ground
from benchmarks.measuring import Differs, Row, compared, same
from benchmarks.peers import tile as peer
from gis.density import FINEST, LEVEL, Cells, View, deinterleave, interleave

ZOOMS = (10, 13, 15)
TARGET = 0.5
PAIRS = 15
EVERYTHING = Selection(kinds=frozenset({"place"}))


@dataclass(frozen=True)
class Tile:
    """``held`` registrations lie in it."""

    z: int
    x: int
    y: int
    held: int


def rows(ground: Ground) -> list[Row]:
    with ground.store.reading() as db:
        process = processes.by_slug(db, ground.slug)
        index = Index(process)
        index.refresh(db, process)
    cells = _registered(index)
    drawn = peer.Tiles(ground.libpq)
    try:
        return [_row(index, drawn, cells, z) for z in ZOOMS]
    finally:
        drawn.close()


def _registered(index: Index) -> Cells:
    """The cells of every place that counts, none withheld."""
    points = index._at.points
    return points.where(index.mask(EVERYTHING)[points.rows])


def _row(index: Index, drawn: peer.Tiles, cells: Cells, z: int) -> Row:
    picked = _picked(cells, z)
    off = sum(_difference(cells, drawn, tile) for tile in picked)
    times = [
        compared(
            lambda t=tile: same("a picture", bool(analysis.heat_tile(index, EVERYTHING, "place", t.z, t.x, t.y)), True),
            lambda t=tile: drawn.png(t.z, t.x, t.y),
            PAIRS,
        )
        for tile in picked
    ]
    ours, theirs = mean(a for a, _ in times), mean(b for _, b in times)
    each = [
        {"tile": f"{t.z}/{t.x}/{t.y}", "registrations": t.held, "ours_s": round(a, 6), "peer_s": round(b, 6)}
        for t, (a, b) in zip(picked, times, strict=True)
    ]
    equal = f"counts of every cell before smoothing; {off} registrations on an edge fall into the neighbouring cell"
    return Row(
        f"heat tile 256², zoom {z}, {len(picked)} tiles", ours, peer.NAME, theirs, TARGET, PAIRS,
        {"equal": equal, "tiles": each},
    )  # fmt: skip


def _picked(cells: Cells, z: int) -> list[Tile]:
    """The fullest tile and those where the registrations at the quarters of all, in order of fullness, lie."""
    codes, held = np.unique(cells.codes >> np.uint64(2 * (LEVEL - z)), return_counts=True)
    order = np.argsort(held, kind="stable")[::-1]
    reached = np.cumsum(held[order]) / held.sum()
    at = sorted({int(np.searchsorted(reached, share)) for share in (0.0, 0.25, 0.5, 0.75)})
    x, y = deinterleave(codes[order[at]])
    return [Tile(z, int(a), int(b), int(n)) for a, b, n in zip(x, y, held[order[at]], strict=True)]


def _difference(cells: Cells, drawn: peer.Tiles, tile: Tile) -> int:
    """Registrations that the two count in different cells. Raises Differs if they are more than lie on cells' edges:
    one in 10,000 at most, and none if the tile's total differs by more.
    """
    level = min(tile.z + 8, FINEST)
    side = 1 << (level - tile.z)
    everyone = View(cells, np.arange(int(cells.rows.max()) + 1), np.ones(int(cells.rows.max()) + 1, np.int64), 1)
    code = int(interleave(np.array([tile.x], np.uint64), np.array([tile.y], np.uint64))[0])
    codes, people = everyone.between(level, code * side * side, (code + 1) * side * side)
    ours = np.zeros((side, side), np.int64)
    column, row = deinterleave(codes)
    ours[row.astype(int) - tile.y * side, column.astype(int) - tile.x * side] = people
    theirs = drawn.counts(tile.z, tile.x, tile.y, side).to_numpy().astype(np.int64)
    off = int(np.abs(ours - theirs).sum() + 1) // 2
    if off > tile.held // 10_000 or ours.sum() != tile.held:
        raise Differs(f"tile {tile}: {off} registrations differ; ours {ours.sum()}, datashader's {theirs.sum()}")
    return off
