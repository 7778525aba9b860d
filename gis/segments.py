"""Figures of streets: how many people use each, what of that may be told, and what the streets are called."""

from __future__ import annotations

import numpy as np
import shapely

from gis import density
from gis.graph import Graph
from gis.matching import Stretches
from gis.repeating import repeated

USED = 20.0
NAMED = 8.0
NAME_EVERY = 25.0


def used(graph: Graph, stretches: Stretches) -> np.ndarray:
    """Which stretches say that somebody uses the street: at least ``USED`` metres of it, or half of a shorter one."""
    on = np.flatnonzero(stretches.edge >= 0)
    enough = np.minimum(USED, graph.reach.lengths / 2)[stretches.edge[on]]
    found = np.zeros(len(stretches.edge), bool)
    found[on] = np.abs(stretches.end - stretches.start)[on] >= enough
    return found


def told(people: np.ndarray, minimum: int) -> np.ma.MaskedArray:
    """Figures, masked where they are fewer than ``minimum``; none and few look the same."""
    return np.ma.masked_less(np.asarray(people).astype(np.int64), minimum)


def told_by(
    place: np.ndarray, people: np.ndarray, label: np.ndarray, weights: np.ndarray, shape: tuple[int, int], minimum: int
) -> tuple[np.ma.MaskedArray, np.ma.MaskedArray]:
    """Distinct people of each place, and of each label there: arrays of ``shape[0]`` and of ``shape``.

    Row i says that somebody with index ``people[i]`` was at ``place[i]`` under ``label[i]``, -1 for no label. Masked is
    what is fewer than ``minimum``, and every label by which one could work out that fewer are left: the people who are
    under none of the labels told, or not under one of them.
    """
    pairs = place.astype(np.int64) << 32 | people.astype(np.int64)
    order = np.argsort(pairs, kind="stable")
    pairs = pairs[order]
    starts = np.flatnonzero(np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)])
    marks = np.where(label < 0, 0, 1 << label.clip(0).astype(np.int64))[order]
    marks = np.bitwise_or.reduceat(marks, starts) if len(starts) else marks
    at, heads = pairs[starts] >> 32, weights[pairs[starts] & 0xFFFFFFFF]

    def count(chosen: np.ndarray) -> np.ndarray:
        return np.rint(np.bincount(at, heads * chosen, shape[0])).astype(np.int64)

    whole = count(np.ones(len(at)))
    parts = np.array([count(marks >> number & 1) for number in range(shape[1])], np.int64).reshape(shape[::-1]).T
    shown = (parts >= minimum) & _safe(whole[:, None] - parts, minimum)
    while True:
        rest = count((marks & (shown @ (1 << np.arange(shape[1])))[at]) == 0)
        risky = np.flatnonzero(~_safe(rest, minimum) & shown.any(axis=1))
        if not len(risky):
            return told(whole, minimum), np.ma.masked_where(~shown, parts)
        shown[risky, np.where(shown[risky], parts[risky], np.iinfo(np.int64).max).argmin(axis=1)] = False


def _safe(people: np.ndarray, minimum: int) -> np.ndarray:
    return (people == 0) | (people >= minimum)


def near(
    shapes: np.ndarray, points: np.ndarray, within: float, people: np.ndarray, weights: np.ndarray, minimum: int
) -> np.ma.MaskedArray:
    """For each shape the distinct people who put a point within so many metres of it."""
    point, shape = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=within)
    return told(density.distinct(shape, people[point], weights, len(shapes)), minimum)


def names(lines: np.ndarray, streets: np.ndarray, called: np.ndarray) -> np.ndarray:
    """For each line the number (``called``) of the named street that most of it lies on, -1 where there is none."""
    count = np.ceil(shapely.length(lines) / NAME_EVERY).astype(int).clip(3)
    line, nth = repeated(count)
    points = shapely.line_interpolate_point(lines[line], (nth + 0.5) / count[line], normalized=True)
    if not len(streets) or not len(points):
        return np.full(len(lines), -1)
    point, street = shapely.STRtree(streets).query_nearest(points, max_distance=NAMED, all_matches=False)
    pairs, often = np.unique(np.column_stack([line[point], called[street]]), axis=0, return_counts=True)
    most = 2 * often > count[pairs[:, 0]]
    found = np.full(len(lines), -1)
    found[pairs[most, 0]] = pairs[most, 1]
    return found
