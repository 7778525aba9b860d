"""Which streets a drawn route follows: a hidden Markov model over its street network (Newson and Krumm 2009).

A route is looked at every ``STEP`` metres. A state is an edge near the point, or being off the network. An edge is as
likely as a normal error of ``SIGMA`` metres; going from one to another, as the way along the network is as long as the
straight line (``BETA``). Being off is as likely as an edge ``OFF`` metres away; leaving the network and coming back
each cost ``LEAVING``. The best sequence is Viterbi's; how sure it is comes from the forward-backward sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numba import njit

from gis.graph import Graph, Grid, Reach, near, way
from gis.repeating import repeated

STEP = 20.0
SIGMA = 15.0
BETA = 10.0
OFF = 33.0
LEAVING = 4.0
DETOUR = 120.0
CANDIDATES = 12
SAME_PLACE = 5.0
TURN = 25.0
SHORTEST_OFF = 40.0


@dataclass(frozen=True)
class Stretches:
    """Pieces of matched routes, in step and in the order of the ways.

    ``line`` is a row of the lines that were given, ``part`` one of all their parts. On ``edge`` a piece goes from
    ``start`` to ``end`` metres along it; edge -1 is off the network, -2 is that for no more than ``SHORTEST_OFF``
    metres. ``begins`` and ``ends`` are metres along the part. ``confidence``: how likely it is, by the model, that one
    was within ``SAME_PLACE`` metres of it.
    """

    line: np.ndarray
    part: np.ndarray
    edge: np.ndarray
    start: np.ndarray
    end: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    confidence: np.ndarray

    @property
    def forward(self) -> np.ndarray:
        """Whether a piece goes in the edge's own direction."""
        return self.end > self.start

    def of_parts(self, parts: int) -> np.ndarray:
        """The confidence of whole parts: that of their pieces, by length; NaN for one that has none."""
        length = self.ends - self.begins
        whole = np.bincount(self.part, weights=length, minlength=parts)
        with np.errstate(invalid="ignore"):
            return np.bincount(self.part, weights=length * self.confidence, minlength=parts) / whole


def match(graph: Graph, lines: np.ndarray) -> Stretches:
    """Match (multi)lines, in the graph's metres, part by part. A part without length has no stretches."""
    parts, line = shapely.get_parts(np.asarray(lines, dtype=object), return_index=True)
    points, first, spacing = sampled(parts, STEP)
    part, edge, *real = _matched(graph.grid, graph.reach, points, first, spacing)
    found = np.array(part, np.int64)
    return Stretches(line[found], found, np.array(edge, np.int64), *(np.array(column, float) for column in real))


def sampled(lines: np.ndarray, apart: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points along LineStrings, evenly and with both ends; where those of line i begin, ``first[i]``; and how far apart
    they are, about ``apart``. None on a line without length.
    """
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    lengths = shapely.length(lines)
    count = np.where(lengths > 0, np.rint(lengths / apart).clip(1) + 1, 0).astype(int)
    spacing = lengths / (count - 1).clip(1)
    line, nth = repeated(count)
    begins = np.append(0, np.cumsum(lengths + 1))[:-1]
    steps = np.hypot(*np.diff(xy, axis=0).T)
    run = np.append(0, np.cumsum(np.where(owner[1:] == owner[:-1], steps, 1.0)))
    at = begins[line] + nth * spacing[line]
    points = np.column_stack([np.interp(at, run, axis) for axis in xy.T]) if len(at) else np.zeros((0, 2))
    return points, np.append(0, np.cumsum(count)), spacing


def off_network(lines: np.ndarray, stretches: Stretches) -> tuple[np.ndarray, np.ndarray]:
    """Positions in ``stretches`` of what follows no street, and its lines, as the points that were looked at."""
    points, first, spacing = sampled(shapely.get_parts(np.asarray(lines, dtype=object)), STEP)
    at = np.flatnonzero(stretches.edge == -1)
    part = stretches.part[at]
    begin, end = (np.rint(along[at] / spacing[part]).astype(int) for along in (stretches.begins, stretches.ends))
    row, nth = repeated(end - begin + 1)
    return at, np.asarray(shapely.linestrings(points[(first[part] + begin)[row] + nth], indices=row), dtype=object)


@njit(cache=True, nogil=True)
def _matched(grid: Grid, reach: Reach, points: np.ndarray, first: np.ndarray, spacing: np.ndarray) -> tuple[Any, ...]:
    """The columns of ``Stretches`` from ``part`` on; the points of part p are ``points[first[p]:first[p + 1]]``."""
    parts, edges = [0][:0], [0][:0]
    start, end, begins, ends, confidence = [0.0][:0], [0.0][:0], [0.0][:0], [0.0][:0], [0.0][:0]
    for part in range(len(first) - 1):
        if first[part] == first[part + 1]:
            continue
        edge, offset, sure = _states(grid, reach, points[first[part] : first[part + 1]])
        pieces, along = _cleaned(*_walked(reach, edge, offset))
        for i in range(len(pieces)):
            a, b = pieces[i, 1], pieces[i, 2]
            short = pieces[i, 0] < 0 and (edge[a : b + 1] < 0).sum() * spacing[part] <= SHORTEST_OFF
            parts.append(part)
            edges.append(-2 if short else pieces[i, 0])
            start.append(along[i, 0])
            end.append(along[i, 1])
            begins.append(a * spacing[part])
            ends.append(b * spacing[part])
            total = 0.0
            for t in range(a, b + 1):
                total += sure[t]
            confidence.append(total / (b + 1 - a))
    return parts, edges, start, end, begins, ends, confidence


@njit(cache=True, nogil=True)
def _states(grid: Grid, reach: Reach, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each point the edge of the best sequence (-1 off), the place on it, and how sure that is."""
    n = len(points)
    edge, offset = np.empty((n, CANDIDATES + 1), np.int64), np.zeros((n, CANDIDATES + 1))
    foot, count = np.empty((n, CANDIDATES + 1, 3)), np.empty(n, np.int64)
    change = np.empty((n, CANDIDATES + 1, CANDIDATES + 1))
    for t in range(n):
        found = near(grid, points[t, 0], points[t, 1], edge[t, :CANDIDATES], offset[t], foot[t])
        count[t], edge[t, found] = found + 1, -1
        foot[t, found, 0], foot[t, found, 1], foot[t, found, 2] = np.inf, np.inf, OFF
        if t > 0:
            x, y = points[t, 0] - points[t - 1, 0], points[t, 1] - points[t - 1, 1]
            straight = np.sqrt(x * x + y * y)
            for i in range(count[t - 1]):
                for j in range(count[t]):
                    e, f = edge[t - 1, i], edge[t, j]
                    if e < 0 or f < 0:
                        change[t, i, j] = 0.0 if e == f else -LEAVING
                    else:
                        more = abs(_between(reach, e, offset[t - 1, i], f, offset[t, j])[0] - straight)
                        change[t, i, j] = -more / BETA if more <= DETOUR else -np.inf
    chosen = _viterbi(foot, change, count)
    sure = _sure(foot, change, count, chosen)
    best_edge, best_offset = np.empty(n, np.int64), np.empty(n)
    for t in range(n):
        best_edge[t], best_offset[t] = edge[t, chosen[t]], offset[t, chosen[t]]
    return best_edge, best_offset, sure


@njit(cache=True, nogil=True)
def _here(away: float) -> float:
    """How likely it is (logarithm) to draw so far away from where one walked."""
    return -0.5 * (away / SIGMA) ** 2


@njit(cache=True, nogil=True)
def _between(reach: Reach, e: int, p: float, f: int, q: float) -> tuple[float, int, int]:
    """Metres along the network from p metres along edge e to q along f, and the ends (0, 1) by which one leaves e and
    enters f; -1 for both where one stays on the edge.
    """
    best, out, into = np.inf, -1, -1
    if e == f:
        best = abs(p - q)
    for i in range(2):
        for j in range(2):
            u, v = reach.edges[e, i], reach.edges[f, j]
            sides = (p if i == 0 else reach.lengths[e] - p) + (q if j == 0 else reach.lengths[f] - q)
            if sides < best:
                at = way(reach.reached, reach.goals, u, v)
                if at >= 0 and sides + reach.metres[at] < best:
                    best, out, into = sides + reach.metres[at], i, j
    return best, out, into


@njit(cache=True, nogil=True)
def _viterbi(foot: np.ndarray, change: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The best sequence of states (Viterbi 1967); of equal ones the first."""
    n = len(count)
    came, best = np.zeros((n, CANDIDATES + 1), np.int64), np.full((n, CANDIDATES + 1), -np.inf)
    for t in range(n):
        for j in range(count[t]):
            for i in range(count[t - 1] if t > 0 else 0):
                total = best[t - 1, i] + change[t, i, j]
                if total > best[t, j]:
                    best[t, j], came[t, j] = total, i
            best[t, j] = _here(foot[t, j, 2]) + (best[t, j] if t > 0 else 0.0)
    chosen = np.zeros(n, np.int64)
    for j in range(1, count[-1]):
        if best[-1, j] > best[-1, chosen[-1]]:
            chosen[-1] = j
    for t in range(n - 1, 0, -1):
        chosen[t - 1] = came[t, chosen[t]]
    return chosen


@njit(cache=True, nogil=True)
def _sure(foot: np.ndarray, change: np.ndarray, count: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """How likely each point lies where it was put, all sequences considered (the forward-backward sums of Rabiner
    1989). Edges that pass within SAME_PLACE of the place, at a crossing say, are the same place.
    """
    n = len(count)
    ahead, behind, here = np.zeros((3, n, CANDIDATES + 1))
    for t in range(n):
        for j in range(count[t]):
            here[t, j] = np.exp(_here(foot[t, j, 2]))
            for i in range(count[t - 1] if t > 0 else 0):
                change[t, i, j] = np.exp(change[t, i, j])
    _sum_ahead(here, change, count, ahead)
    _sum_behind(here, change, count, behind)
    sure = np.empty(n)
    for t in range(n):
        c, together, whole = chosen[t], 0.0, 0.0
        for j in range(count[t]):
            x, y = foot[t, j, 0] - foot[t, c, 0], foot[t, j, 1] - foot[t, c, 1]
            whole += ahead[t, j] * behind[t, j]
            if j == c or x * x + y * y <= SAME_PLACE**2:
                together += ahead[t, j] * behind[t, j]
        sure[t] = together / whole
    return sure


@njit(cache=True, nogil=True)
def _sum_ahead(here: np.ndarray, change: np.ndarray, count: np.ndarray, ahead: np.ndarray) -> None:
    for t in range(len(count)):
        whole = 0.0
        for j in range(count[t]):
            came = 0.0 if t > 0 else 1.0
            for i in range(count[t - 1] if t > 0 else 0):
                came += ahead[t - 1, i] * change[t, i, j]
            ahead[t, j] = came * here[t, j]
            whole += ahead[t, j]
        for j in range(count[t]):
            ahead[t, j] /= whole


@njit(cache=True, nogil=True)
def _sum_behind(here: np.ndarray, change: np.ndarray, count: np.ndarray, behind: np.ndarray) -> None:
    behind[-1] = 1.0
    for t in range(len(count) - 2, -1, -1):
        whole = 0.0
        for i in range(count[t]):
            for j in range(count[t + 1]):
                behind[t, i] += change[t + 1, i, j] * here[t + 1, j] * behind[t + 1, j]
            whole += behind[t, i]
        for i in range(count[t]):
            behind[t, i] /= whole


@njit(cache=True, nogil=True)
def _walked(reach: Reach, edge: np.ndarray, offset: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every piece of the way from point to point: (edge, point it begins at, point it ends at) and (start, end) on the
    edge. A run off the network is one piece, from the last point on it to the next.
    """
    pieces, along = [(0, 0, 0)][:0], [(0.0, 0.0)][:0]
    t, n = 0, len(edge)
    while t < n:
        if edge[t] < 0:
            begin = max(t - 1, 0)
            while t < n and edge[t] < 0:
                t += 1
            pieces.append((-1, begin, min(t, n - 1)))
            along.append((0.0, 0.0))
            continue
        if t > 0 and edge[t - 1] >= 0:
            e, f = edge[t - 1], edge[t]
            _, out, into = _between(reach, e, offset[t - 1], f, offset[t])
            pieces.append((e, t - 1, t))
            if out < 0:
                along.append((offset[t - 1], offset[t]))
            else:
                along.append((offset[t - 1], out * reach.lengths[e]))
                node, goal = reach.edges[e, out], reach.edges[f, into]
                while node != goal:
                    step = reach.steps[way(reach.reached, reach.goals, node, goal)]
                    forward = reach.edges[step, 0] == node
                    pieces.append((step, t - 1, t))
                    along.append((0.0, reach.lengths[step]) if forward else (reach.lengths[step], 0.0))
                    node = reach.edges[step, 0] + reach.edges[step, 1] - node
                pieces.append((f, t - 1, t))
                along.append((into * reach.lengths[f], offset[t]))
        t += 1
    return _arrays(pieces, along)


@njit(cache=True, nogil=True)
def _arrays(pieces: list[tuple[int, int, int]], along: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    whole, real = np.empty((len(pieces), 3), np.int64), np.empty((len(pieces), 2))
    for i in range(len(pieces)):
        whole[i, 0], whole[i, 1], whole[i, 2] = pieces[i]
        real[i, 0], real[i, 1] = along[i]
    return whole, real


@njit(cache=True, nogil=True)
def _cleaned(pieces: np.ndarray, along: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pieces on one edge joined; to and fro of less than TURN metres is an unsteady hand, not a walk."""
    while True:
        found, places = [(0, 0, 0)][:0], [(0.0, 0.0)][:0]
        i = 0
        while i < len(pieces):
            last = i
            while (
                last + 1 < len(pieces) and pieces[last + 1, 0] == pieces[i, 0] and along[last + 1, 0] == along[last, 1]
            ):
                last += 1
            if pieces[i, 0] < 0:
                found.append((-1, pieces[i, 1], pieces[last, 2]))
                places.append((0.0, 0.0))
            else:
                _turns(pieces[i : last + 1], along[i : last + 1], found, places)
            i = last + 1
        if len(found) == len(pieces):
            return _arrays(found, places)
        pieces, along = _arrays(found, places)


@njit(cache=True, nogil=True)
def _turns(
    pieces: np.ndarray, along: np.ndarray, found: list[tuple[int, int, int]], places: list[tuple[float, float]]
) -> None:
    """Append the pieces of one edge as walks from turn to turn; nothing for one that comes back to where it began."""
    edge, begin, start = pieces[0, 0], pieces[0, 1], along[0, 0]
    going, far, when = 0.0, along[0, 0], pieces[0, 1]
    for i in range(len(pieces)):
        at = along[i, 1]
        if going == 0.0:
            if abs(at - start) >= TURN:
                going, far, when = np.sign(at - start), at, pieces[i, 2]
        elif (at - far) * going >= 0:
            far, when = at, pieces[i, 2]
        elif abs(at - far) >= TURN:
            found.append((edge, begin, when))
            places.append((start, far))
            begin, start, going, far, when = when, far, -going, at, pieces[i, 2]
    if along[-1, 1] != start:
        found.append((edge, begin, pieces[-1, 2]))
        places.append((start, along[-1, 1]))
