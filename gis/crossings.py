"""Where two differently named streets meet."""

from __future__ import annotations

import numpy as np
import shapely

TOUCHING_M = 3.0
ONE_CROSSING_M = 40.0


def crossings(lines: np.ndarray, streets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of street numbers (the lower first) and the point where they meet, in the lines' metres.

    ``streets`` gives each line's street. Ends that fall short of each other by less than ``TOUCHING_M`` meet; points of
    one pair within ``ONE_CROSSING_M`` (two carriageways, a staggered crossing) are one crossing.
    """
    first, second = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=TOUCHING_M)
    other = streets[first] < streets[second]
    first, second = first[other], second[other]
    points, of = _meeting_points(lines[first], lines[second])
    return _joined(streets[first][of], streets[second][of], points)


def _meeting_points(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every point where a[i] meets b[i], and its i."""
    shared, of = shapely.get_parts(shapely.intersection(a, b), return_index=True)
    there = ~shapely.is_empty(shared)
    shared, of = shared[there], of[there]
    lines = shapely.get_dimensions(shared) == 1
    shared[lines] = shapely.line_interpolate_point(shared[lines], 0.5, normalized=True)
    apart = np.setdiff1d(np.arange(len(a)), of)
    between = shapely.line_interpolate_point(shapely.shortest_line(a[apart], b[apart]), 0.5, normalized=True)
    return np.concatenate([shared, between]), np.concatenate([of, apart])


def _joined(a: np.ndarray, b: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points of one pair that lie close together as their first one, in the order of the pairs."""
    if len(points) == 0:
        return a, b, points
    x, y = shapely.get_x(points), shapely.get_y(points)
    order = np.lexsort((y, x, b, a))
    kept: list[int] = []
    begin = 0
    for row in order:
        while begin < len(kept) and (a[kept[begin]], b[kept[begin]]) != (a[row], b[row]):
            begin += 1
        if all(np.hypot(x[k] - x[row], y[k] - y[row]) > ONE_CROSSING_M for k in kept[begin:]):
            kept.append(int(row))
    return a[kept], b[kept], points[kept]
