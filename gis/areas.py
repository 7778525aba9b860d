"""Areas where enough people said the same kind of thing, and their permanent ids.

Clustering is DBSCAN whose density is counted in distinct people, on a lattice of ``LATTICE`` metres: the same answer
whatever the order of the rows, and bounded work where many registrations lie on one spot.
(Ester, Kriegel, Sander, Xu 1996: a core has enough neighbours within ``reach``; cores within reach of each other are
one cluster; what is within reach of a core belongs to it.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

LATTICE = 10.0
REACH = 50.0
OUTLINE = 30.0
SMOOTHING = 15.0
SAME_AREA = 0.3


@dataclass(frozen=True)
class Cluster:
    """Its outline in metres, the positions of its points in the input, and its distinct people (weighted)."""

    outline: Any
    members: np.ndarray
    people: int


def clusters(
    x: np.ndarray,
    y: np.ndarray,
    people: np.ndarray,
    weights: np.ndarray,
    minimum: int,
    *,
    reach: float = REACH,
) -> list[Cluster]:
    """Clusters of points (metres) with at least ``minimum`` distinct people, the most people first.

    ``people`` holds a person index a point; ``weights[person]`` how many people that index stands for.
    """
    if not len(x):
        return []
    lattice, cell = np.unique(
        np.column_stack([np.round(x / LATTICE), np.round(y / LATTICE)]), axis=0, return_inverse=True
    )
    label = _labels(lattice * LATTICE, cell.ravel(), people, weights, minimum, reach)[cell.ravel()]
    found = []
    for number in range(label.max() + 1):
        members = np.flatnonzero(label == number)
        count = int(weights[np.unique(people[members])].sum())
        if count >= minimum:
            found.append(Cluster(_outline(x[members], y[members]), members, count))
    return sorted(found, key=lambda c: (-c.people, -len(c.members), c.outline.bounds))


def _labels(
    xy: np.ndarray, cell: np.ndarray, people: np.ndarray, weights: np.ndarray, minimum: int, reach: float
) -> np.ndarray:
    """A cluster number for each lattice cell, -1 for none."""
    points = shapely.points(xy)
    a, b = shapely.STRtree(points).query(points, predicate="dwithin", distance=reach)
    core = _people_near(a, b, cell, people, weights, len(xy)) >= minimum
    joined = core[a] & core[b]
    root = _components(len(xy), a[joined], b[joined])
    label = np.full(len(xy), -1)
    label[core] = np.unique(root[core], return_inverse=True)[1]
    border = ~core[a] & core[b]
    if border.any():
        distance = np.hypot(*(xy[a[border]] - xy[b[border]]).T)
        order = np.lexsort([b[border], distance])[::-1]
        label[a[border][order]] = label[b[border][order]]
    return label


def _people_near(
    a: np.ndarray, b: np.ndarray, cell: np.ndarray, people: np.ndarray, weights: np.ndarray, cells: int
) -> np.ndarray:
    """Distinct people (weighted) within reach of each cell; (a, b) are all pairs of cells within reach."""
    pairs = np.unique(np.column_stack([cell, people]), axis=0)
    start = np.searchsorted(pairs[:, 0], np.arange(cells + 1))
    count = np.diff(start)[b]
    index = np.repeat(start[b] - np.cumsum(count) + count, count) + np.arange(count.sum())
    near = np.unique(np.repeat(a, count).astype(np.int64) << 32 | pairs[index, 1].astype(np.int64))
    return np.bincount(near >> 32, weights=weights[near & 0xFFFFFFFF], minlength=cells)


def _components(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Connected components by label propagation with pointer jumping: the smallest index in each component."""
    root = np.arange(n)
    while True:
        low = np.minimum(root[a], root[b])
        new = root.copy()
        np.minimum.at(new, root[a], low)
        np.minimum.at(new, root[b], low)
        new = new[new]
        if np.array_equal(new, root):
            return root
        root = new


def _outline(x: np.ndarray, y: np.ndarray) -> Any:
    grown = shapely.union_all(shapely.buffer(shapely.points(x, y), OUTLINE, quad_segs=6))
    closed = shapely.buffer(shapely.buffer(grown, SMOOTHING), -SMOOTHING)
    outline = shapely.simplify(closed, 2.0)
    return shapely.convex_hull(outline) if outline.geom_type != "Polygon" else shapely.Polygon(outline.exterior)


def match(old: list[Any], new: list[Any]) -> dict[int, int]:
    """Which new outline continues which old one: {new position: old position}, one to one, greatest overlap first.

    Overlap is the shared part of the smaller outline; less than ``SAME_AREA`` is another place.
    """
    pairs = []
    if old and new:
        i, j = shapely.STRtree(old).query(new, predicate="intersects")
        shared = shapely.area(shapely.intersection(np.array(new)[i], np.array(old)[j]))
        smaller = np.minimum(shapely.area(np.array(new)[i]), shapely.area(np.array(old)[j]))
        pairs = sorted(zip(-shared / smaller, i.tolist(), j.tolist(), strict=True))
    continued: dict[int, int] = {}
    for overlap, n, o in pairs:
        if -overlap >= SAME_AREA and n not in continued and o not in continued.values():
            continued[n] = o
    return continued
