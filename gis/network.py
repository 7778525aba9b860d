"""Streets and paths as a graph one can walk, and as one compact file that a browser reads.

Everything is counted in units of ``UNIT`` degrees (about ten centimetres). The file, ``MAGIC`` first, holds varints
only: numbers of nodes, edges and bends, then node by node and edge by edge the difference from what came before, column
after column so that it packs well. static/maps/core/network.js reads the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gis.varints import Unreadable, packed, unpacked, unzigzag, zigzag

UNIT = 1e-6
MAGIC = b"SNW1"
SMOOTH_M = 1.0
METRES_PER_DEGREE = 111_320.0
MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class Network:
    """``nodes`` (n, 2) are ends and crossings in units, x before y; ``edges`` (m, 2) their indices, the smaller first.
    Edge i bends at the next ``counts[i]`` rows of ``bends`` (v, 2), from its first node to its second.
    """

    nodes: np.ndarray
    edges: np.ndarray
    counts: np.ndarray
    bends: np.ndarray

    @property
    def metres(self) -> float:
        """Length of everything."""
        return float(shapely.length(_metric(self.lines())).sum())

    def lines(self) -> np.ndarray:
        """Every edge as a LineString in WGS 84."""
        size = self.counts + 2
        owner = np.repeat(np.arange(len(self.edges)), size)
        first = np.append(0, np.cumsum(size))[:-1]
        xy = np.empty((int(size.sum()), 2), dtype=np.int64)
        inner = np.ones(len(xy), dtype=bool)
        inner[first] = inner[first + size - 1] = False
        xy[inner] = self.bends
        xy[first] = self.nodes[self.edges[:, 0]]
        xy[first + size - 1] = self.nodes[self.edges[:, 1]]
        return np.asarray(shapely.linestrings(xy * UNIT, indices=owner), dtype=object)


def build(lines: np.ndarray, levels: np.ndarray | None = None) -> Network:
    """The graph of an array of (multi)lines in WGS 84.

    Lines are split where they share a vertex and where they cross on the same level (``levels``: whole numbers, 0 the
    ground); those on different levels meet only where one of them ends. Crossings of two are no crossings: such pieces
    are joined. Doubles are dropped, and bends within a metre of the line.
    """
    given = np.asarray(lines, dtype=object)
    owner = np.zeros(len(given), dtype=int) if levels is None else np.asarray(levels, dtype=int)
    parts, index = shapely.get_parts(given, return_index=True)
    units = shapely.transform(parts, lambda xy: np.rint(xy / UNIT))
    keep = shapely.length(units) > 0
    pieces = _split(units[keep], owner[index][keep])
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(pieces))) if len(pieces) else pieces
    return _indexed(_smooth(merged))


def _split(lines: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Pieces that meet at their ends only, as far as they lie on one level or share an end."""
    if not len(lines):
        return lines
    noded = [shapely.get_parts(shapely.union_all(lines[levels == level], grid_size=1)) for level in np.unique(levels)]
    pieces = np.concatenate(noded)
    if len(noded) == 1:
        return pieces
    tips = np.concatenate([_key(shapely.get_coordinates(shapely.get_point(lines, at))) for at in (0, -1)])
    xy, owner = shapely.get_coordinates(pieces, return_index=True)
    last = np.append(owner[1:] != owner[:-1], True)
    first = np.append(True, last[:-1])
    cut = np.isin(_key(xy), tips) & ~first & ~last
    twice = np.repeat(np.arange(len(xy)), np.where(cut, 2, 1))
    begins = np.append(True, twice[1:] == twice[:-1])
    begins |= first[twice] & np.append(True, twice[1:] != twice[:-1])
    return np.asarray(shapely.linestrings(xy[twice], indices=np.cumsum(begins) - 1), dtype=object)


def _smooth(lines: np.ndarray) -> np.ndarray:
    """The same lines without bends that stay within SMOOTH_M."""
    if not len(lines):
        return lines
    scale = np.cos(np.radians(shapely.get_coordinates(lines)[:, 1].mean() * UNIT))
    flat = shapely.transform(lines, lambda xy: xy * (scale, 1.0))
    thin = shapely.simplify(flat, SMOOTH_M / METRES_PER_DEGREE / UNIT)
    back = shapely.transform(thin, lambda xy: np.rint(xy / (scale, 1.0)))
    return np.asarray(back[shapely.length(back) > 0], dtype=object)


def _indexed(lines: np.ndarray) -> Network:
    """Nodes in Morton order, so that neighbours lie near each other in the file; edges by their first node."""
    if not len(lines):
        none = np.empty((0, 2), dtype=np.int64)
        return Network(none, none.astype(np.int32), np.empty(0, dtype=np.int64), none)
    tips = np.stack([shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)], axis=1).astype(np.int64)
    nodes, at = np.unique(tips.reshape(-1, 2), axis=0, return_inverse=True)
    order = np.argsort(_morton(nodes), kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    edges = rank[at].reshape(-1, 2)
    backwards = edges[:, 0] > edges[:, 1]
    lines = np.where(backwards, shapely.reverse(lines), lines)
    edges = np.sort(edges, axis=1)
    sorted_ = np.lexsort((edges[:, 1], edges[:, 0]))
    xy, owner = shapely.get_coordinates(lines[sorted_], return_index=True)
    inner = np.append(False, owner[1:] == owner[:-1]) & np.append(owner[1:] == owner[:-1], False)
    counts = np.bincount(owner[inner], minlength=len(edges))
    return Network(nodes[order], edges[sorted_].astype(np.int32), counts, xy[inner].astype(np.int64))


def encode(network: Network) -> bytes:
    """The compact file."""
    n, e, bends = network.nodes, network.edges.astype(np.int64), network.bends
    start = n[:1] if len(n) else np.zeros((1, 2), dtype=np.int64)
    steps = np.diff(n, axis=0, prepend=start) if len(n) else n
    left, goal, before = _beside(network)
    rest = bends - _guess(before, goal, left)
    head = [[len(n), len(e), len(bends)], zigzag(start[0])]
    columns = [
        *(zigzag(column) for column in steps.T),
        np.diff(e[:, 0], prepend=0),
        e[:, 1] - e[:, 0],
        network.counts,
        *(zigzag(column) for column in rest.T),
    ]
    return MAGIC + b"".join(packed(np.asarray(column, dtype=np.int64)) for column in (*head, *columns))


def decode(data: bytes) -> Network:
    """What ``encode`` was given. Raises Unreadable."""
    if data[: len(MAGIC)] != MAGIC or len(data) > MOST_BYTES:
        raise Unreadable
    numbers = unpacked(data[len(MAGIC) :])
    if len(numbers) < 5:
        raise Unreadable
    n, m, v = (int(number) for number in numbers[:3])
    if len(numbers) != 5 + 2 * n + 3 * m + 2 * v:
        raise Unreadable
    start = unzigzag(numbers[3:5])
    cuts = np.cumsum([n, n, m, m, m, v])
    dx, dy, first, span, counts, rx, ry = np.split(numbers[5:], cuts)
    nodes = np.cumsum(np.column_stack([unzigzag(dx), unzigzag(dy)]), axis=0) + start
    a = np.cumsum(first)
    edges = np.column_stack([a, a + span])
    if int(counts.sum()) != v or (m and edges.max() >= n):
        raise Unreadable
    bends = _unbent(nodes, edges, counts, np.column_stack([unzigzag(rx), unzigzag(ry)]))
    return Network(nodes, edges.astype(np.int32), counts, bends)


def _beside(network: Network) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each bend how many are left on its edge, it included; where its edge ends; and the position before it."""
    owner = np.repeat(np.arange(len(network.counts)), network.counts)
    first = np.append(0, np.cumsum(network.counts))[:-1]
    nth = np.arange(len(owner)) - first[owner]
    goal = network.nodes[network.edges[owner, 1]]
    shifted = np.roll(network.bends, 1, axis=0)
    before = np.where((nth == 0)[:, None], network.nodes[network.edges[owner, 0]], shifted)
    return network.counts[owner] - nth, goal, before


def _guess(before: np.ndarray, goal: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Where a bend would lie if the rest of its edge were straight and even: what is kept is the difference."""
    return np.asarray(before + (goal - before) // (left + 1)[:, None])


def _unbent(nodes: np.ndarray, edges: np.ndarray, counts: np.ndarray, rest: np.ndarray) -> np.ndarray:
    bends = np.empty_like(rest)
    first = np.append(0, np.cumsum(counts))[:-1]
    before = nodes[edges[:, 0]]
    for nth in range(int(counts.max(initial=0))):
        has = np.flatnonzero(counts > nth)
        at = first[has] + nth
        bends[at] = _guess(before[has], nodes[edges[has, 1]], counts[has] - nth) + rest[at]
        before[has] = bends[at]
    return bends


def _key(xy: np.ndarray) -> np.ndarray:
    """One whole number for each position in units."""
    whole = xy.astype(np.int64)
    return np.asarray(whole[:, 0] * (1 << 32) + whole[:, 1])


def _morton(xy: np.ndarray) -> np.ndarray:
    code = np.zeros(len(xy), dtype=np.int64)
    low = xy - xy.min(axis=0)
    for bit in range(29):
        code |= ((low[:, 0] >> bit) & 1) << (2 * bit)
        code |= ((low[:, 1] >> bit) & 1) << (2 * bit + 1)
    return code


def _metric(lines: Any) -> Any:
    """Lines in WGS 84 on a plane of metres that is right at their own latitude."""
    if not len(lines):
        return lines
    scale = np.cos(np.radians(shapely.get_coordinates(lines)[:, 1].mean()))
    return shapely.transform(lines, lambda xy: xy * (scale * METRES_PER_DEGREE, METRES_PER_DEGREE))
