"""Areas where enough people said the same kind of thing: clusters of their places, and outlines.

Density is counted in distinct people, on a lattice of ``LATTICE`` metres: the same answer whatever the order of the
rows, bounded work where many registrations lie on one spot, outlines that do not tell where exactly a sticker was put.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gis.dbscan import Neighbourhoods, dbscan
from gis.geojson import Unusable

LATTICE = 10.0
REACH = 50.0
FARTHEST = 250.0
OUTLINE = 30.0
SMOOTHING = 15.0
MOST_UNEVEN = 20_000


@dataclass(frozen=True)
class Cluster:
    """Its outline in metres, the positions of its points in the input, and its distinct people (weighted)."""

    outline: Any
    members: np.ndarray
    people: int


@dataclass(frozen=True)
class Lattice:
    """Nodes of the lattice where there are points, west to east: ``node`` is each point's, the distinct people at a
    node are ``person[start[node] : start[node + 1]]``.
    """

    x: np.ndarray
    y: np.ndarray
    node: np.ndarray
    start: np.ndarray
    person: np.ndarray

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray, people: np.ndarray) -> Lattice:
        column, row = (np.round(at / LATTICE).astype(np.int64) for at in (x, y))
        west, south = int(column.min()), int(row.min())
        height = int(row.max()) - south + 1
        key, node = np.unique((column - west) * height + row - south, return_inverse=True)
        most = int(people.max()) + 1
        at, person = np.divmod(np.unique(node * most + people.astype(np.int64)), most)
        start = np.searchsorted(at, np.arange(len(key) + 1))
        return cls((key // height + west) * LATTICE, (key % height + south) * LATTICE, node, start, person)


Method = Callable[[Lattice, np.ndarray, int], np.ndarray]


def even(lattice: Lattice, weights: np.ndarray, minimum: int) -> np.ndarray:
    """A cluster number for each node, -1 for none: DBSCAN whose density is distinct people within ``REACH``."""
    near = Neighbourhoods.of(lattice.x, lattice.y, REACH)
    return near.clusters(near.crowded(lattice.start, lattice.person, weights, minimum))


def uneven(lattice: Lattice, weights: np.ndarray, minimum: int) -> np.ndarray:
    """A cluster number for each node, -1 for none: HDBSCAN (Campello, Moulavi, Sander 2013), where what is dense
    depends on what lies around, of what hangs together at ``FARTHEST`` metres; what has no denser parts is one cluster.

    Each person counts once at a node; a part holds as many as stand for ``minimum`` people on average. Raises Unusable
    for more than ``MOST_UNEVEN`` that hang together.
    """
    apart = dbscan(lattice.x, lattice.y, FARTHEST, 1)
    node = np.repeat(np.arange(len(lattice.x)), np.diff(lattice.start))
    label = np.full(len(lattice.x), -1)
    for chosen in _grouped(apart[node]):
        if len(chosen) > MOST_UNEVEN:
            raise Unusable("areas_too_many_places", found=len(chosen), most=MOST_UNEVEN)
        size = max(2, math.ceil(minimum / weights[lattice.person[chosen]].mean()))
        found = _parts(np.column_stack([lattice.x, lattice.y])[node[chosen]], size)
        label[node[chosen]] = np.where(found < 0, -1, found + label.max() + 1)
    return label


METHODS: dict[str, Method] = {"dbscan": even, "hdbscan": uneven}


def _parts(xy: np.ndarray, size: int) -> np.ndarray:
    """The denser parts of points that hang together, each of ``size`` points at least."""
    if len(xy) < 2 * size:
        return np.zeros(len(xy), np.int64)
    from sklearn.cluster import HDBSCAN

    found: np.ndarray = HDBSCAN(min_cluster_size=size, min_samples=2 * size, copy=True).fit_predict(xy)
    return found if found.max() >= 0 else np.zeros(len(xy), np.int64)


def clusters(
    x: np.ndarray, y: np.ndarray, people: np.ndarray, weights: np.ndarray, minimum: int, method: Method = even
) -> list[Cluster]:
    """Clusters of points (metres) with at least ``minimum`` distinct people, the most people first.

    ``people`` holds a person index a point; ``weights[person]`` how many people that index stands for.
    """
    if not len(x):
        return []
    lattice = Lattice.of(x, y, people)
    label = method(lattice, weights, minimum)
    found = []
    for nodes, members in zip(_grouped(label), _grouped(label[lattice.node]), strict=True):
        count = int(weights[np.unique(people[members])].sum())
        if count >= minimum:
            found.append(Cluster(_outline(lattice.x[nodes], lattice.y[nodes]), members, count))
    return sorted(found, key=lambda c: (-c.people, -len(c.members), c.outline.bounds))


def _grouped(label: np.ndarray) -> list[np.ndarray]:
    """The positions of each label from 0 on."""
    order = np.argsort(label, kind="stable")
    return np.split(order, np.searchsorted(label[order], np.arange(label.max(initial=-1) + 1)))[1:]


def _outline(x: np.ndarray, y: np.ndarray) -> Any:
    """One polygon without holes, some ``OUTLINE`` metres around nodes of the lattice, round at the corners."""
    grown = OUTLINE - _GROWN * LATTICE
    around = _around(x, y)
    for bridge in (SMOOTHING, FARTHEST / 2):
        closed = shapely.buffer(shapely.buffer(around, grown + bridge, quad_segs=4), -bridge, quad_segs=4)
        if closed.geom_type == "Polygon":
            break
    outline = shapely.simplify(closed, 2.0)
    return shapely.convex_hull(outline) if outline.geom_type != "Polygon" else shapely.Polygon(outline.exterior)


_GROWN = 2
_DISC = (np.hypot(*np.mgrid[-_GROWN : _GROWN + 1, -_GROWN : _GROWN + 1]) < _GROWN + 0.5).astype(np.uint8)


def _around(x: np.ndarray, y: np.ndarray) -> Any:
    """Outer rings of the nodes grown by ``_GROWN`` nodes, as an image's."""
    import cv2

    column, row = (np.round(at / LATTICE).astype(np.int64) for at in (x, y))
    west, south = column.min() - _GROWN, row.min() - _GROWN
    image = np.zeros((row.max() - south + _GROWN + 1, column.max() - west + _GROWN + 1), np.uint8)
    image[row - south, column - west] = 1
    rings, _ = cv2.findContours(cv2.dilate(image, _DISC), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return shapely.multipolygons([shapely.polygons((ring[:, 0] + (west, south)) * LATTICE) for ring in rings])


def inside(shapes: Sequence[Any], x: np.ndarray, y: np.ndarray) -> Iterator[np.ndarray]:
    """Positions of the points in or on each shape, ascending."""
    order = np.argsort(y)
    rising = y[order]
    for shape in shapes:
        west, south, east, north = shape.bounds
        at = order[np.searchsorted(rising, south) : np.searchsorted(rising, north, side="right")]
        at = at[(x[at] >= west) & (x[at] <= east)]
        shapely.prepare(shape)
        yield np.sort(at[shapely.intersects_xy(shape, x[at], y[at])])
