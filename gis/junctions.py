"""Crossings of a street network: which ends meet in each, who goes through, and who goes over to the other side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis.components import joined
from gis.graph import Graph, edges_at
from gis.matching import Stretches
from gis.segments import used

ONE_JUNCTION = 20.0
BEARING_AT = 15.0


@dataclass(frozen=True)
class Junctions:
    """Where at least three ways meet; what edges shorter than ``ONE_JUNCTION`` metres join there is one junction.

    ``xy`` (j, 2) in metres; ``arms`` (j) how many ways lead out. ``of_node`` gives each node's junction, -1 for none.
    Arm ``end * m + edge`` is the first (0) or second (1) end of one of m edges: ``arm_of`` its junction or -1, ``turn``
    its place in the round of arms.
    """

    xy: np.ndarray
    arms: np.ndarray
    of_node: np.ndarray
    arm_of: np.ndarray
    turn: np.ndarray


def junctions(graph: Graph) -> Junctions:
    edges, lengths = graph.reach.edges, graph.reach.lengths
    nodes = len(graph.nodes)
    busy = np.diff(edges_at(edges, nodes)[0]) >= 3
    short = (lengths < ONE_JUNCTION) & busy[edges].any(axis=1)
    place = joined(nodes, edges[short])
    ends = place[edges.T.ravel()]
    ends[np.tile(short, 2) | ~busy[edges.T.ravel()]] = -1
    whole = np.bincount(ends[ends >= 0], minlength=nodes)
    number = np.where(whole >= 3, np.cumsum(whole >= 3) - 1, -1)
    arm_of = np.where(ends >= 0, number[ends], -1)
    of_node = np.where(busy, number[place], -1)
    arms = whole[whole >= 3]
    inside = of_node >= 0
    size = np.bincount(of_node[inside], minlength=len(arms))
    xy = np.column_stack([np.bincount(of_node[inside], axis[inside], len(arms)) / size for axis in graph.nodes.T])
    return Junctions(xy, arms, of_node, arm_of, _turns(graph, xy, arm_of))


def _turns(graph: Graph, xy: np.ndarray, arm_of: np.ndarray) -> np.ndarray:
    lengths = graph.reach.lengths
    out = np.minimum(BEARING_AT, lengths / 2)
    along = np.concatenate([out, lengths - out])
    seen = shapely.get_coordinates(shapely.line_interpolate_point(np.tile(graph.lines, 2), along))
    arms = np.flatnonzero(arm_of >= 0)
    x, y = (seen[arms] - xy[arm_of[arms]]).T
    order = np.lexsort((np.arctan2(y, x), arm_of[arms]))
    turn = np.full(len(arm_of), -1)
    of = arm_of[arms][order]
    turn[arms[order]] = np.arange(len(arms)) - np.searchsorted(of, of)
    return turn


@dataclass(frozen=True)
class Passages:
    """Ways through junctions: by which ``stretch`` of a match one comes in, the ``junction``, and whether one
    ``crosses`` another street: leaves some of it on either side.
    """

    stretch: np.ndarray
    junction: np.ndarray
    crosses: np.ndarray


def passages(graph: Graph, found: Junctions, stretches: Stretches) -> Passages:
    """Every time a route goes in by one way and out by another; ``stretches`` are those of ``matching.match``."""
    edges, lengths, m = graph.reach.edges, graph.reach.lengths, len(graph.lines)
    on = np.flatnonzero(used(graph, stretches))
    edge = stretches.edge[on]
    within = (found.of_node[edges] >= 0).all(axis=1) & (found.of_node[edges[:, 0]] == found.of_node[edges[:, 1]])
    through = ~(within & (lengths < ONE_JUNCTION))[edge]
    on, edge = on[through], edge[through]
    broken = np.cumsum(stretches.edge < 0)[on]
    leaves = _arm(stretches.end[on], edge, lengths, m)
    enters = _arm(stretches.start[on], edge, lengths, m)
    a, b = leaves[:-1], enters[1:]
    joined = (stretches.part[on][1:] == stretches.part[on][:-1]) & (broken[1:] == broken[:-1])
    junction = np.where(joined & (a >= 0) & (b >= 0) & (a != b), found.arm_of[a], -1)
    goes = np.flatnonzero((junction >= 0) & (found.arm_of[b] == junction))
    a, b, junction = a[goes], b[goes], junction[goes]
    arms = found.arms[junction]
    left = (found.turn[b] - found.turn[a] - 1) % arms
    return Passages(on[goes], junction, (left > 0) & (left < arms - 2))


def _arm(place: np.ndarray, edge: np.ndarray, lengths: np.ndarray, m: int) -> np.ndarray:
    """The arm at a place on an edge, in metres along it; -1 in its middle."""
    return np.where(place == 0, edge, np.where(place == lengths[edge], m + edge, -1))
