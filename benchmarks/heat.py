"""Heat, warm: tiles of everything and of a filter, one picture of a whole view; and what ten times the data cost.

Ours comes from the index, the peer's from the database by datashader.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import shapely

from app.services import analysis, processes
from app.services.index import Index, Selection
from benchmarks import data
from benchmarks.ground import Ground
from benchmarks.measuring import Differs, Row, compared, same
from benchmarks.peers import tile as peer
from gis import tiles
from gis.density import FINEST, View, deinterleave, index_points

PAIRS = 15
SIDE = 1024
PLACES = Selection(kinds=frozenset({"place"}))
TARGETS = {10: 0.02, 13: 0.125, 15: 0.25}
FILTERED = Selection(groups=frozenset({"bad"}))
FILTERED_TARGETS = {10: 0.067, 13: 0.167, 15: 0.333}


@dataclass(frozen=True)
class Square:
    """``side`` x ``side`` cells of a level, in which ``held`` registrations lie."""

    level: int
    left: int
    top: int
    side: int
    held: int

    @property
    def box(self) -> peer.Box:
        cells = 1 << self.level
        edges = (self.left, self.top, self.left + self.side, self.top + self.side)
        west, north, east, south = (edge / cells for edge in edges)
        return west, north, east, south


def rows(ground: Ground) -> list[Row]:
    with ground.store.reading() as db:
        process = processes.by_slug(db, ground.slug)
        index = Index(process)
        index.refresh(db, process)
    every, few = peer.Heat(ground.libpq), peer.Heat(ground.libpq, "AND sentiment = -1")
    try:
        found = [_tiles(index, PLACES, every, z, target, "everything") for z, target in TARGETS.items()]
        found += [_tiles(index, FILTERED, few, z, target, "one group") for z, target in FILTERED_TARGETS.items()]
        return [*found, *_pictures(ground, index, every), _grown(index)]
    finally:
        every.close(), few.close()


def _registered(index: Index, selection: Selection) -> View:
    """Every place that counts and passes, none withheld: as if each were a person's only one."""
    _, lon, lat = index.points(selection)
    return View(index_points(shapely.points(lon, lat)), np.arange(len(lon)), np.ones(len(lon), np.int64), 1)


def _tiles(index: Index, selection: Selection, drawn: peer.Heat, z: int, target: float, of: str) -> Row:
    registered = _registered(index, selection)
    picked = list(_picked(index.view(selection, "place"), registered, z))
    off = sum(_difference(registered, drawn, square) for _, square in picked)
    times = [
        compared(
            _made(lambda t=tile: analysis.heat_tile(index, selection, "place", *t)),
            lambda s=square: drawn.png(s.box),
            PAIRS,
        )
        for tile, square in picked
    ]
    ours, theirs = mean(a for a, _ in times), mean(b for _, b in times)
    each = [
        {"tile": "/".join(map(str, tile)), "registrations": s.held, "ours_s": round(a, 6), "peer_s": round(b, 6)}
        for (tile, s), (a, b) in zip(picked, times, strict=True)
    ]
    work = f"heat tile 256² of {of}, zoom {z}, {len(picked)} tiles"
    return Row(work, ours, peer.NAME, theirs, target, PAIRS, {"equal": _equal(off), "tiles": each})


def _pictures(ground: Ground, index: Index, drawn: peer.Heat) -> Iterator[Row]:
    """Everything as 1024²: with the index in memory, and by a worker that begins with the one kept on disk."""
    level, registered = 20, _registered(index, PLACES)
    square = Square(level, *_corner(level), SIDE, int(registered.counts(0)[1].sum()))
    off = {"equal": _equal(_difference(registered, drawn, square))}
    low, high = peer.degrees(square.box[0], square.box[3]), peer.degrees(square.box[2], square.box[1])
    bounds = (*low, *high)

    def warm() -> Any:
        return analysis.heat_picture(index, PLACES, "place", bounds, size=SIDE)

    def cold(kept: Path) -> Any:
        with ground.store.reading() as db:
            process = processes.by_slug(db, ground.slug)
            new = Index(process)
            same("a kept index is taken", new.load(kept, db, process), True)
        return analysis.heat_picture(new, PLACES, "place", bounds, size=SIDE)

    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "index.sni"
        index.save(kept)
        for work, ours, target in (("warm", warm, 0.067), ("cold: a new worker", lambda: cold(kept), 0.6)):
            a, b = compared(_made(ours), lambda: drawn.png(square.box, SIDE), PAIRS)
            yield Row(f"heat of everything, 1024², {work}", a, peer.NAME, b, target, PAIRS, off)


def _grown(index: Index) -> Row:
    """The fullest tile of zoom 13, of everything and of every tenth registration."""
    rows, lon, lat = index.points(PLACES)
    fewer = index_points(shapely.points(lon[::10], lat[::10]))
    whole, tenth = index.view(PLACES, "place"), View(fewer, *index.people_of(rows[::10]), index.minimum)
    frame = tiles.tile(*next(_picked(whole, whole, 13))[0])
    a, b = compared(_made(lambda: tiles.heat(whole, frame)), _made(lambda: tiles.heat(tenth, frame)), 3 * PAIRS)
    return Row("heat tile 256², zoom 13, of ten times the data", a, "ours, of a tenth", b, 1.5, 3 * PAIRS)


def _made(draw: Callable[[], bytes | None]) -> Callable[[], Any]:
    return lambda: same("a picture", draw() is not None, True)


def _picked(view: View, registered: View, z: int) -> Iterator[tuple[tuple[int, int, int], Square]]:
    """The fullest tile and those where the people at the quarters of all, in order of fullness, are."""
    codes, people = view.counts(z)
    order = np.argsort(people, kind="stable")[::-1]
    reached = np.cumsum(people[order]) / people.sum()
    level = min(z + 8, FINEST)
    side = 1 << (level - z)
    for code in codes[order[sorted({int(np.searchsorted(reached, share)) for share in (0.0, 0.25, 0.5, 0.75)})]]:
        x, y = (int(axis[0]) for axis in deinterleave(np.array([code])))
        held = int(registered.between(z, int(code), int(code) + 1)[1].sum())
        yield (z, x, y), Square(level, x * side, y * side, side, held)


def _corner(level: int) -> tuple[int, int]:
    """Of ``SIDE`` x ``SIDE`` cells around the middle of the area."""
    frame = tiles.extent((data.WEST, data.SOUTH, data.EAST, data.NORTH))
    middle = np.array([frame.west + frame.east, frame.north + frame.south]) / 2 * 2.0 ** (level - frame.level)
    left, top = middle.round().astype(int) - SIDE // 2
    return int(left), int(top)


def _equal(off: int) -> str:
    return f"counts of every cell before smoothing; {off} registrations on an edge fall into the neighbouring cell"


def _difference(registered: View, drawn: peer.Heat, square: Square) -> int:
    """Registrations that the two count in different cells. Raises Differs if they are more than lie on cells' edges:
    one in 10,000 at most, and none if the square's total differs by more.
    """
    codes, people = registered.counts(square.level)
    column, row = (
        axis.astype(int) - edge for axis, edge in zip(deinterleave(codes), (square.left, square.top), strict=True)
    )
    inside = (column >= 0) & (column < square.side) & (row >= 0) & (row < square.side)
    ours = np.zeros((square.side, square.side), np.int64)
    ours[row[inside], column[inside]] = people[inside]
    theirs = drawn.counts(square.box, square.side).to_numpy().astype(np.int64)
    off = int(np.abs(ours - theirs).sum() + 1) // 2
    if off > square.held // 10_000 or ours.sum() != square.held:
        raise Differs(f"{square}: {off} registrations differ; ours {ours.sum()}, datashader's {theirs.sum()}")
    return off
