"""Named things as people say them: what of one name lies together is one; namesakes are told apart by what is near."""

from __future__ import annotations

from collections import Counter

import numpy as np
import shapely


def together(keys: list[str], geometries: np.ndarray, within: float) -> np.ndarray:
    """A group number for each geometry (metres): the same key, reachable from one another in steps of ``within``."""
    groups = np.full(len(keys), -1)
    rows_of: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        rows_of.setdefault(key, []).append(row)
    made = 0
    for rows in rows_of.values():
        labels = _reachable(geometries[rows], within)
        groups[rows] = made + labels
        made += int(labels.max()) + 1
    return groups


def _reachable(geometries: np.ndarray, within: float) -> np.ndarray:
    labels = np.full(len(geometries), -1)
    found = 0
    for first in range(len(geometries)):
        if labels[first] >= 0:
            continue
        front = np.array([first])
        labels[first] = found
        while len(front):
            rest = np.flatnonzero(labels < 0)
            near = shapely.dwithin(geometries[front][:, None], geometries[rest][None, :], within).any(axis=0)
            front = rest[near]
            labels[front] = found
        found += 1
    return labels


def unite(geometries: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """One geometry for each group number."""
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(groups.max() + 1 if len(groups) else 0))
    return np.array([shapely.union_all(part) for part in np.split(geometries[order], starts[1:])], dtype=object)


def standing_points(geometries: np.ndarray) -> np.ndarray:
    """Where each may be said to be: inside a polygon; on a line, as near its middle as the line comes."""
    points = shapely.point_on_surface(geometries)
    lines = shapely.get_dimensions(geometries) == 1
    middles = shapely.shortest_line(geometries[lines], shapely.centroid(geometries[lines]))
    points[lines] = shapely.get_point(middles, 0)
    return points


def told_apart(names: list[str], points: np.ndarray, landmarks: list[str], at: np.ndarray) -> list[str]:
    """For each name that has namesakes, the nearest landmark that none of them takes; for others ""."""
    said = [""] * len(names)
    often = Counter(names)
    here, there = shapely.get_coordinates(points), shapely.get_coordinates(at)
    taken: set[tuple[str, str]] = set()
    for row, name in enumerate(names):
        if often[name] == 1 or len(landmarks) == 0:
            continue
        away = np.hypot(*(there - here[row]).T)
        for nearest in np.argsort(away, kind="stable")[: often[name] + 1]:
            if landmarks[nearest] not in name and (name, landmarks[nearest]) not in taken:
                said[row] = landmarks[nearest]
                taken.add((name, said[row]))
                break
    return said
