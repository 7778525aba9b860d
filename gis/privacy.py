"""Masking before storing, and the smallest group anyone may see.

Masking: every end of a route that is not inside a known public destination may be a home. Around each such end lies a
secret zone, random in size, shape and position, never centred on the end, its edge at least ``FLOOR`` metres away. All
routes of one participant are cut by the same zones, so that many routes from one home tell no more than one.
An area loses its exact outline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

FLOOR = 150.0
OFFSET = (60.0, 140.0)
MARGIN = (20.0, 80.0)
SAME_CUT = 1.0
SHORTEST_KEPT = 20.0
LATTICE = 20.0
SMALLEST_AREA = 2_500
LARGEST_AREA = 5_000_000
_RIPPLE = 0.06
_VERTICES = 48


@dataclass(frozen=True)
class Masked:
    """What may be stored (None if nothing is left) and the participant's zones, new ones last. Metres."""

    geometry: Any
    zones: tuple[Any, ...]


def mask_route(
    route: Any,
    zones: Sequence[Any],
    *,
    destinations: Any = None,
    known_cuts: np.ndarray | None = None,
    rng: np.random.Generator,
) -> Masked:
    """Cut the ends so that a route cannot point at a home.

    ``route`` is a LineString or MultiLineString in metres; ``destinations`` a polygon in which ends may stay;
    ``known_cuts`` an (n, 2) array of ends that earlier masking made: an end there (within a metre) is no home.
    Every other end is at least ``FLOOR`` metres from what remains.
    """
    kept = list(zones)
    for end in _ends(route):
        if destinations is not None and shapely.covers(destinations, end):
            continue
        if known_cuts is not None and len(known_cuts) and _near(end, known_cuts):
            continue
        if not any(_deep(zone, end) for zone in kept):
            kept.append(secret_zone(end, rng))
    if not kept:
        return Masked(route, ())
    zone = shapely.union_all(kept)
    runs = [run for part in shapely.get_parts(route) for run in _outside(part, zone)]
    return Masked(_joined(runs), tuple(kept))


def secret_zone(home: Any, rng: np.random.Generator) -> Any:
    """A random rounded polygon that holds ``home`` at least ``FLOOR`` metres inside and off its centre."""
    offset = rng.uniform(*OFFSET)
    bearing = rng.uniform(0, 2 * np.pi)
    centre = (home.x + offset * np.cos(bearing), home.y + offset * np.sin(bearing))
    angles = np.linspace(0, 2 * np.pi, _VERTICES, endpoint=False)
    phases = rng.uniform(0, 2 * np.pi, 3)
    ripple = sum(_RIPPLE * np.cos((k + 2) * angles + phases[k]) for k in range(3))
    radius = (offset + FLOOR + rng.uniform(*MARGIN)) * (1 + ripple + 3 * _RIPPLE)
    ring = np.column_stack([centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles)])
    return shapely.polygons(ring)


def generalise_area(area: Any) -> Any:
    """A drawn area (metres) on the fixed lattice of ``LATTICE`` metres: no corner says where a plot ends, and drawing
    it again tells no more. Always valid, perhaps in parts; None if nothing is left of a sliver.
    """
    snapped = shapely.set_precision(area, LATTICE)
    parts = [part for part in shapely.get_parts(snapped) if part.area > 0]
    if not parts:
        return None
    whole = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return shapely.set_precision(whole, 0)


def ends(routes: Any) -> np.ndarray:
    """The end points of (multi)lines as an (n, 2) array."""
    points = [xy for route in np.atleast_1d(np.asarray(routes, dtype=object)) for xy in _ends(route)]
    return shapely.get_coordinates(points)


def suppressed(people: np.ndarray, minimum: int) -> np.ndarray:
    """Which figures must not be shown: more than none, fewer than ``minimum`` distinct people."""
    return (people > 0) & (people < minimum)


def people_class(people: int, minimum: int) -> tuple[int, int]:
    """The class ``(from, to)`` a public figure is rounded to: steps of ``minimum``, so one child never shows."""
    low = people // minimum * minimum
    return low, low + minimum - 1


def _ends(route: Any) -> list[Any]:
    if route is None or route.is_empty:
        return []
    parts = shapely.get_parts(route)
    return [point for part in parts for point in (shapely.get_point(part, 0), shapely.get_point(part, -1))]


def _near(end: Any, known_cuts: np.ndarray) -> bool:
    return bool(np.hypot(known_cuts[:, 0] - end.x, known_cuts[:, 1] - end.y).min() <= SAME_CUT)


def _deep(zone: Any, end: Any) -> bool:
    return bool(shapely.covers(zone, end) and shapely.distance(shapely.boundary(zone), end) >= FLOOR)


def _outside(line: Any, zone: Any) -> list[Any]:
    """The stretches of ``line`` outside ``zone``, in order and unbroken where the line crosses itself."""
    xy = shapely.get_coordinates(line)
    xy = xy[np.append(True, (np.diff(xy, axis=0) != 0).any(axis=1))]
    segments = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))
    runs: list[list[np.ndarray]] = []
    for start, left in zip(xy[:-1], shapely.difference(segments, zone), strict=True):
        for a, b in _pieces(left, start):
            if runs and np.array_equal(runs[-1][-1], a):
                runs[-1].append(b)
            else:
                runs.append([a, b])
    return [shapely.linestrings(run) for run in runs]


def _pieces(left: Any, start: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """What is left of a segment, as end points ordered from ``start``."""
    pairs = [shapely.get_coordinates(piece) for piece in shapely.get_parts(left) if not piece.is_empty]
    away = [np.hypot(*(pair - start).T) for pair in pairs]
    directed = [pair if d[0] <= d[-1] else pair[::-1] for pair, d in zip(pairs, away, strict=True)]
    order = np.argsort([d.min() for d in away])
    return [(directed[i][0], directed[i][-1]) for i in order]


def _joined(runs: list[Any]) -> Any:
    long = [run for run in runs if run.length >= SHORTEST_KEPT]
    if not long:
        return None
    return long[0] if len(long) == 1 else shapely.multilinestrings(long)
