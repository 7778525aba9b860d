"""A street network in metres: which streets lie near a point, and how far it is on foot between near nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numba import njit

from gis.crs import WGS84, project, project_xy
from gis.network import UNIT, Network
from gis.repeating import repeated

RADIUS = 50.0
REACH = 150.0
MOST_CELLS = 4_000_000


class Grid(NamedTuple):
    """The straight pieces of all edges, found by place. A piece begins at vertex v, ``xy[v]``, on edge ``owner[v]``,
    ``along[v]`` metres from its first node. Cells of ``cell`` metres from ``corner``, row after row of ``columns``:
    cell c may be touched by the pieces ``pieces[inside[c]:inside[c + 1]]``.
    """

    xy: np.ndarray
    owner: np.ndarray
    along: np.ndarray
    corner: np.ndarray
    cell: float
    columns: int
    rows: int
    inside: np.ndarray
    pieces: np.ndarray


class Reach(NamedTuple):
    """How far it is. ``edges`` (m, 2) are node numbers, ``lengths`` their metres. Node n reaches the nodes
    ``goals[reached[n]:reached[n + 1]]`` (growing) within ``REACH``: each is ``metres`` away, the edge ``steps`` first.
    """

    edges: np.ndarray
    lengths: np.ndarray
    reached: np.ndarray
    goals: np.ndarray
    metres: np.ndarray
    steps: np.ndarray


@dataclass(frozen=True)
class Graph:
    """``nodes`` (n, 2) and ``lines`` are in metres; line i is edge i, from its first node to its second."""

    nodes: np.ndarray
    lines: np.ndarray
    grid: Grid
    reach: Reach


def graph(network: Network, epsg: int) -> Graph:
    """The network in the plane of ``epsg``. Takes memory for every pair of nodes within ``REACH`` of each other."""
    lines = project(network.lines(), WGS84, epsg)
    x, y = project_xy(network.nodes[:, 0] * UNIT, network.nodes[:, 1] * UNIT, WGS84, epsg)
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[1:] == owner[:-1]
    run = np.append(0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T) * same))[: len(xy)]
    along = run - run[np.searchsorted(owner, owner)]
    lengths = along[np.searchsorted(owner, np.arange(len(lines)), side="right") - 1]
    grid = _grid(xy, owner, along, np.flatnonzero(same))
    return Graph(np.column_stack([x, y]), lines, grid, _reach(len(x), network.edges.astype(np.int64), lengths))


def _grid(xy: np.ndarray, owner: np.ndarray, along: np.ndarray, starts: np.ndarray) -> Grid:
    corner, high = (xy.min(axis=0), xy.max(axis=0)) if len(xy) else (np.zeros(2), np.zeros(2))
    cell = max(RADIUS, float(np.sqrt((high - corner).prod() / MOST_CELLS)))
    columns, rows = (np.floor((high - corner) / cell).astype(int) + 1).tolist()
    a, b = xy[starts], xy[starts + 1]
    bits = np.ceil(np.hypot(*(b - a).T) / cell).astype(int).clip(1)
    piece, nth = repeated(bits)
    ends = [a[piece] + (b - a)[piece] * ((nth + more) / bits[piece])[:, None] for more in (0, 1)]
    low, far = (np.floor((bound(*ends) - corner) / cell).astype(int) for bound in (np.minimum, np.maximum))
    touched = [(y * columns + x, starts[piece]) for x in (low[:, 0], far[:, 0]) for y in (low[:, 1], far[:, 1])]
    pairs = np.unique(np.concatenate([np.column_stack(each) for each in touched]), axis=0)
    inside = np.searchsorted(pairs[:, 0], np.arange(columns * rows + 1))
    return Grid(xy, owner, along, corner, cell, columns, rows, inside, pairs[:, 1])


def edges_at(edges: np.ndarray, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Node n's edges are ``at[start[n]:start[n + 1]]``, one that begins and ends there twice: (start, at)."""
    ends = edges.T.ravel()
    order = np.argsort(ends, kind="stable")
    return np.searchsorted(ends[order], np.arange(nodes + 1)), order % max(len(edges), 1)


def _reach(nodes: int, edges: np.ndarray, lengths: np.ndarray) -> Reach:
    found = _nearest(nodes, *edges_at(edges, nodes), edges, lengths)
    source, goals, steps = (np.array(column, np.int64) for column in found[:3])
    order = np.lexsort((goals, source))
    reached = np.searchsorted(source[order], np.arange(nodes + 1))
    return Reach(edges, lengths, reached, goals[order], np.array(found[3])[order], steps[order])


@njit(cache=True, nogil=True)
def _nearest(
    nodes: int, start: np.ndarray, at: np.ndarray, edges: np.ndarray, lengths: np.ndarray
) -> tuple[list[int], list[int], list[int], list[float]]:
    """From each node to each node within REACH: the two nodes, the first edge and the metres (Dijkstra 1959)."""
    away, step = np.full(nodes, np.inf), np.full(nodes, -1)
    sources, goals, steps, metres = [0][:0], [0][:0], [0][:0], [0.0][:0]
    for source in range(nodes):
        away[source] = 0.0
        seen, left = [source], [source]
        while len(left) > 0:
            nearest = 0
            for i in range(1, len(left)):
                if away[left[i]] < away[left[nearest]]:
                    nearest = i
            node = left.pop(nearest)
            for nth in range(start[node], start[node + 1]):
                edge = at[nth]
                other = edges[edge, 0] + edges[edge, 1] - node
                total = away[node] + lengths[edge]
                if total < away[other] and total <= REACH:
                    if away[other] == np.inf:
                        seen.append(other)
                        left.append(other)
                    away[other], step[other] = total, edge if node == source else step[node]
        for node in seen:
            sources.append(source)
            goals.append(node)
            steps.append(step[node])
            metres.append(away[node])
            away[node], step[node] = np.inf, -1
    return sources, goals, steps, metres


@njit(cache=True, nogil=True)
def way(reached: np.ndarray, goals: np.ndarray, source: int, goal: int) -> int:
    """Where a ``Reach`` tells of the way from one node to another; -1 if it is too far."""
    low, high = reached[source], reached[source + 1]
    while low < high:
        middle = (low + high) >> 1
        if goals[middle] < goal:
            low = middle + 1
        else:
            high = middle
    return low if low < reached[source + 1] and goals[low] == goal else -1


@njit(cache=True, nogil=True)
def near(grid: Grid, x: float, y: float, edge: np.ndarray, offset: np.ndarray, foot: np.ndarray) -> int:
    """How many edges lie within RADIUS of a point: the nearest ones, at most as many as ``edge`` takes.

    Writes each one's number, where along it (metres) and at which position (rows of x, y, distance) it comes nearest.
    """
    found = 0
    column, row = int((x - grid.corner[0]) // grid.cell), int((y - grid.corner[1]) // grid.cell)
    for r in range(max(row - 1, 0), min(row + 2, grid.rows)):
        for c in range(max(column - 1, 0), min(column + 2, grid.columns)):
            cell = r * grid.columns + c
            for nth in range(grid.inside[cell], grid.inside[cell + 1]):
                v = grid.pieces[nth]
                ax, ay = grid.xy[v, 0], grid.xy[v, 1]
                dx, dy = grid.xy[v + 1, 0] - ax, grid.xy[v + 1, 1] - ay
                square = dx * dx + dy * dy
                t = 0.0 if square == 0 else min(max(((x - ax) * dx + (y - ay) * dy) / square, 0.0), 1.0)
                away = np.sqrt((ax + t * dx - x) ** 2 + (ay + t * dy - y) ** 2)
                at = _place(edge, foot, found, grid.owner[v], away) if away <= RADIUS else -1
                if at >= 0:
                    found = max(found, at + 1)
                    edge[at], offset[at] = grid.owner[v], grid.along[v] + t * np.sqrt(square)
                    foot[at, 0], foot[at, 1], foot[at, 2] = ax + t * dx, ay + t * dy, away
    return found


@njit(cache=True, nogil=True)
def _place(edge: np.ndarray, foot: np.ndarray, found: int, wanted: int, away: float) -> int:
    """The row to write ``wanted`` to: its own, a free one, or that of the farthest; -1 if it is there nearer."""
    farthest = 0
    for i in range(found):
        if edge[i] == wanted:
            return i if away < foot[i, 2] else -1
        if foot[i, 2] > foot[farthest, 2]:
            farthest = i
    if found < len(edge):
        return found
    return farthest if away < foot[farthest, 2] else -1
