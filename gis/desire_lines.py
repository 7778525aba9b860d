"""Desire lines: where enough people go and no street does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gis import density
from gis.matching import sampled
from gis.repeating import repeated

SPACING = 10.0
REACH = 25.0
SHARE = 0.6
SHORTEST = 40.0
SMOOTH = 3.0


@dataclass(frozen=True)
class DesireLine:
    """``geometry`` in metres, the mean of what its people drew, as far as enough of them go; and how many they are."""

    geometry: Any
    people: int


def desire_lines(lines: np.ndarray, people: np.ndarray, weights: np.ndarray, minimum: int) -> list[DesireLine]:
    """The ways of at least ``minimum`` distinct people among lines (metres) that follow no street, the most first.

    ``people`` holds a person index a line, ``weights[person]`` how many people that index stands for. The busiest line
    leads: those that keep within ``REACH`` metres of ``SHARE`` of it go the same way, in either direction. What runs
    along the way they have in common is taken, and the next one leads. No line is one person's: every point of it is
    the mean of enough.
    """
    points, first, _ = sampled(lines, SPACING)
    crowd = _crowd(points, np.diff(first), people, weights)
    crowd[crowd < minimum] = 0
    worth = np.bincount(np.repeat(np.arange(len(lines)), np.diff(first)), crowd, len(lines))
    tree, left, found = shapely.STRtree(lines), np.ones(len(lines), bool), []
    for leader in np.argsort(-worth, kind="stable")[: np.count_nonzero(worth)]:
        own = slice(first[leader], first[leader + 1])
        axis = points[own][_longest(crowd[own] > 0)]
        if not left[leader] or not _long(axis):
            continue
        near = np.sort(tree.query(shapely.linestrings(axis), predicate="dwithin", distance=REACH))
        near = near[left[near]]
        line = _in_common(axis, lines[near], people[near], weights, minimum)
        left[leader] = False
        if line is not None:
            found.append(line)
            left[near[_along(line.geometry, points, first, near)]] = False
    return sorted(found, key=lambda line: (-line.people, line.geometry.bounds))


def _crowd(points: np.ndarray, counts: np.ndarray, people: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """For each point the distinct people in its cell of REACH metres and the eight around it."""
    cells = np.floor(points / REACH).astype(np.int64)
    beside = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1]), axis=-1).reshape(-1, 2)
    around = (cells[:, None, :] + beside[None, :, :]).reshape(-1, 2)
    key, at = np.unique(around[:, 0] << 32 | around[:, 1] & 0xFFFFFFFF, return_inverse=True)
    who = np.repeat(np.repeat(people, counts), len(beside))
    middle = len(beside) // 2
    return density.distinct(at, who, weights, len(key))[at[middle :: len(beside)]]


def _in_common(
    axis: np.ndarray, lines: np.ndarray, people: np.ndarray, weights: np.ndarray, minimum: int
) -> DesireLine | None:
    """The mean of the lines that go along the axis, where they are enough people; None where they are not."""
    close = shapely.distance(shapely.points(axis)[:, None], lines[None, :]) <= REACH
    along = close.mean(axis=0) >= SHARE
    lines, close, people = lines[along], close[:, along], people[along]
    at, line = np.nonzero(close)
    part = _longest(density.distinct(at, people[line], weights, len(axis)) >= minimum)
    if not _long(axis[part]):
        return None
    there = np.unique(people[close[part].any(axis=0)])
    mean = _mean(axis[part], lines, close[part], np.searchsorted(there, people), len(there))
    return DesireLine(shapely.simplify(shapely.linestrings(mean), SMOOTH), int(weights[there].sum()))


def _mean(axis: np.ndarray, lines: np.ndarray, close: np.ndarray, person: np.ndarray, people: int) -> np.ndarray:
    """For each point of the axis the mean of where each person passes it."""
    passes = shapely.get_coordinates(shapely.shortest_line(shapely.points(axis)[:, None], lines[None, :]).ravel())
    at, line = np.nonzero(close)
    cell = at * people + person[line]
    times = np.bincount(cell, minlength=len(axis) * people)
    where = passes[1::2].reshape(*close.shape, 2)[at, line]
    sums = np.column_stack([np.bincount(cell, axis_, len(times)) for axis_ in where.T])
    met = times > 0
    each = np.where(met[:, None], sums / times.clip(1)[:, None], 0).reshape(len(axis), people, 2)
    return np.asarray(each.sum(axis=1) / met.reshape(len(axis), people).sum(axis=1)[:, None])


def _along(line: Any, points: np.ndarray, first: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Which of the lines run along it for the most part."""
    row, nth = repeated(first[rows + 1] - first[rows])
    shapely.prepare(line)
    close = shapely.dwithin(line, shapely.points(points[first[rows][row] + nth]), REACH)
    return np.asarray(np.bincount(row, close, len(rows)) >= SHARE * np.bincount(row, minlength=len(rows)))


def _longest(chosen: np.ndarray) -> slice:
    """The longest run of True, the first of equal ones."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]])))
    begins, ends = edges[::2], edges[1::2]
    if not len(begins):
        return slice(0, 0)
    best = int(np.argmax(ends - begins))
    return slice(int(begins[best]), int(ends[best]))


def _long(axis: np.ndarray) -> bool:
    return len(axis) > 1 and float(np.hypot(*np.diff(axis, axis=0).T).sum()) > SHORTEST
