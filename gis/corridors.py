"""Corridors: stretches that at least so many people follow, as polygons with a count class, a length and directions.

Centre lines are cut into stretches of some ``STRETCH`` metres, everyone who follows a stretch is counted once, and
stretches that meet end to end become one corridor as long as much the same people follow them. Polygons are the ground
within ``HALF_WIDTH`` of the line; where two overlap, the ground belongs to the one that more people follow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import shapely
from shapely.ops import substring

from gis.centre_lines import SHORTEST, centre_lines
from gis.crs import WGS84, project_xy
from gis.flow import AGAINST, ALONG, Grid, People, Routes, Stretches, followed, nearest, people_by_cell
from gis.repeating import repeated

STRETCH = 100.0
REACH = 2.5
HALF_WIDTH = 15.0
SAME_PEOPLE = 0.6
STRAIGHTNESS = 0.5
SLIVER = 150.0
TIMES = (1, 2, 4, 8, 16)


@dataclass(frozen=True)
class Corridor:
    """One corridor, in metres. ``reference`` is the map reference of its middle: hundreds of metres east and north.

    ``line`` runs the way most people go, ``bearing`` degrees from north; None if too few go there to say so. ``along``
    and ``against`` are the people who go that way and the other, None where they, or those who do not, are too few to
    be told. ``modes`` are the people of each mode, with the same care.
    """

    reference: str
    line: Any
    polygon: Any
    people: int
    registrations: int
    bearing: int | None
    along: int | None
    against: int | None
    modes: dict[str, int]

    @property
    def length(self) -> float:
        return float(shapely.length(self.line))


def count_class(people: int, minimum: int) -> tuple[int, int | None]:
    """The class (from, to) a count lies in, as the hexagons' legend has them; the last one has no end."""
    edges = [times * minimum for times in TIMES]
    low = max(edge for edge in edges if edge <= people)
    return low, next((edge - 1 for edge in edges if edge > people), None)


def corridors(
    routes: Routes, people: People, minimum: int, modes: Mapping[str, np.ndarray], epsg: int
) -> list[Corridor]:
    """The most people first. ``modes`` says for each mode which routes are travelled so; ``epsg`` is their CRS."""
    grid = Grid.covering(routes)
    passing, near = (people_by_cell(routes, people, grid, reach=reach) for reach in (0, 1))
    pieces = Pieces.of(centre_lines(passing, near, grid, minimum), grid.cell)
    met = followed(routes, people, grid, pieces.samples, nearest(pieces.samples.xy, grid, REACH))
    followers = Followers.of(*met, people, len(pieces.line))
    runs = _runs(pieces, followers, minimum)
    made = [_corridor(pieces.along(run), *followers.of_run(run), people, minimum, modes, epsg) for run in runs]
    return _named(_apart([each for each in made if each.length >= SHORTEST]))


Run = list[tuple[int, bool]]


@dataclass(frozen=True)
class Pieces:
    """Lines cut into stretches: piece n goes from ``begin[n]`` to ``end[n]`` metres of ``lines[line[n]]``, that is from
    point ``ends[n, 0]`` to ``ends[n, 1]``.
    """

    lines: np.ndarray
    line: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    ends: np.ndarray
    samples: Stretches

    @classmethod
    def of(cls, lines: np.ndarray, step: float) -> Pieces:
        length = shapely.length(lines)
        count = np.maximum(np.round(length / STRETCH), 1).astype(np.int64)
        line, nth = repeated(count)
        size = (length / count)[line]
        many = np.maximum(np.round(size / step), 3).astype(np.int64)
        piece, at = repeated(many)
        along = (at + 0.5) * (size / many)[piece]
        points = shapely.line_interpolate_point(lines[line[piece]], (nth * size)[piece] + along)
        samples = Stretches(shapely.get_coordinates(points), piece, along, size)
        bounds = nth * size, (nth + 1) * size
        ends = [shapely.get_coordinates(shapely.line_interpolate_point(lines[line], at)) for at in bounds]
        return cls(lines, line, *bounds, np.stack(ends, axis=1), samples)

    def along(self, run: Run) -> Any:
        """The line of pieces that follow each other, some of them turned round."""
        found = [np.zeros((0, 2))]
        for piece, turned in run:
            xy = shapely.get_coordinates(substring(self.lines[self.line[piece]], self.begin[piece], self.end[piece]))
            found.append(xy[::-1] if turned else xy)
        return shapely.remove_repeated_points(shapely.linestrings(np.concatenate(found)), 0.1)

    def straight(self, run: Run) -> bool:
        """Whether the run gets somewhere, so that one can say which way it leads."""
        (first, begun), (last, turned) = run[0], run[-1]
        away = np.hypot(*(self.ends[last, 1 - turned] - self.ends[first, int(begun)]))
        return bool(away >= STRAIGHTNESS * sum(self.end[n] - self.begin[n] for n, _ in run))

    def threshold(self, *pieces: int) -> float:
        """How alike crowds must be to be one; short pieces, which say little, are not left alone."""
        short = any(self.end[n] - self.begin[n] < SHORTEST for n in pieces)
        return SAME_PEOPLE / 2 if short else SAME_PEOPLE

    def meetings(self) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Pairs of piece ends (piece, 0 for its beginning or 1) that are the same point."""
        for piece in np.flatnonzero(self.line[1:] == self.line[:-1]).tolist():
            yield (piece, 1), (piece + 1, 0)
        points = np.concatenate([shapely.get_coordinates(shapely.get_point(self.lines, at)) for at in (0, -1)])
        node = np.unique(points, axis=0, return_inverse=True)[1].ravel()
        numbers = np.arange(len(self.lines))
        ends = [(int(n), 0) for n in np.searchsorted(self.line, numbers)]
        ends += [(int(n) - 1, 1) for n in np.searchsorted(self.line, numbers, "right")]
        order = np.argsort(node, kind="stable")
        for group in np.split(order, np.flatnonzero(np.diff(node[order])) + 1):
            yield from combinations([ends[n] for n in group.tolist()], 2)


@dataclass(frozen=True)
class Followers:
    """Who follows each piece: ``route`` and ``ways`` between ``start[piece]`` and ``start[piece + 1]``."""

    route: np.ndarray
    ways: np.ndarray
    start: np.ndarray
    people: People

    @classmethod
    def of(cls, route: np.ndarray, piece: np.ndarray, ways: np.ndarray, people: People, pieces: int) -> Followers:
        order = np.argsort(piece, kind="stable")
        return cls(route[order], ways[order], np.searchsorted(piece[order], np.arange(pieces + 1)), people)

    def who(self, piece: int) -> np.ndarray:
        return np.unique(self.people.of_route[self.route[self.start[piece] : self.start[piece + 1]]])

    def of_run(self, run: Run) -> tuple[np.ndarray, np.ndarray]:
        """Routes and ways of all its pieces, the ways as seen along the run."""
        route, ways = [], []
        for piece, turned in run:
            part = slice(self.start[piece], self.start[piece + 1])
            route.append(self.route[part])
            seen = self.ways[part]
            ways.append((seen & ALONG) * AGAINST + (seen & AGAINST) // AGAINST if turned else seen)
        return np.concatenate(route), np.concatenate(ways)


def _runs(pieces: Pieces, followers: Followers, minimum: int) -> Iterator[Run]:
    """Pieces that follow each other and are one corridor."""
    weights = followers.people.weights
    crowds = {n: followers.who(n) for n in np.flatnonzero(np.diff(followers.start)).tolist()}
    crowds = {n: who for n, who in crowds.items() if weights[who].sum() >= minimum}
    links = _links(pieces, crowds, weights)
    left = set(crowds)
    for piece in sorted(left, key=lambda n: ((n, 0) in links and (n, 1) in links, n)):
        chain: Run = []
        here: tuple[int, int] | None = (piece, int((piece, 0) in links and (piece, 1) not in links))
        while here is not None and here[0] in left:
            left.remove(here[0])
            chain.append((here[0], here[1] == 1))
            here = links.get((here[0], 1 - here[1]))
        if chain:
            yield from _split(chain, pieces, crowds, weights)


def _links(
    pieces: Pieces, crowds: dict[int, np.ndarray], weights: np.ndarray
) -> dict[tuple[int, int], tuple[int, int]]:
    """Which piece goes on in which: the one that most of the same people follow."""
    alike = [
        (-_alike(crowds[a[0]], crowds[b[0]], weights), a, b)
        for a, b in pieces.meetings()
        if a[0] != b[0] and a[0] in crowds and b[0] in crowds
    ]
    links: dict[tuple[int, int], tuple[int, int]] = {}
    for share, a, b in sorted(alike):
        if -share >= pieces.threshold(a[0], b[0]) and a not in links and b not in links:
            links[a], links[b] = b, a
    return links


def _alike(some: np.ndarray, others: np.ndarray, weights: np.ndarray) -> float:
    """The people two crowds share, of all in either."""
    shared = weights[np.intersect1d(some, others, assume_unique=True)].sum()
    return float(shared / (weights[some].sum() + weights[others].sum() - shared))


def _split(chain: Run, pieces: Pieces, crowds: dict[int, np.ndarray], weights: np.ndarray) -> Iterator[Run]:
    """Where the crowd has changed little by little, or the way turns back, another corridor begins."""
    run, crowd = chain[:1], crowds[chain[0][0]]
    for step in chain[1:]:
        following = crowds[step[0]]
        if _alike(crowd, following, weights) >= pieces.threshold(step[0]) and pieces.straight([*run, step]):
            run, crowd = [*run, step], np.union1d(crowd, following)
        else:
            yield run
            run, crowd = [step], following
    yield run


def _corridor(
    line: Any,
    route: np.ndarray,
    ways: np.ndarray,
    people: People,
    minimum: int,
    modes: Mapping[str, np.ndarray],
    epsg: int,
) -> Corridor:
    """Not yet apart from others, and without a name."""
    who = people.of_route[route]
    everyone = np.unique(who)
    sides = {way: np.unique(who[ways & way > 0]) for way in (ALONG, AGAINST)}
    if people.many(sides[AGAINST]) > people.many(sides[ALONG]):
        line, sides = shapely.reverse(line), {ALONG: sides[AGAINST], AGAINST: sides[ALONG]}
    travelling = {mode: np.unique(who[chosen[route]]) for mode, chosen in modes.items()}
    told = _told(sides, everyone, people, minimum)
    return Corridor(
        "",
        line,
        None,
        people.many(everyone),
        len(np.unique(route)),
        _bearing(line, epsg) if people.many(sides[ALONG]) >= minimum else None,
        told.get(ALONG),
        told.get(AGAINST),
        _told(travelling, everyone, people, minimum),
    )


def _told(sets: Mapping[Any, np.ndarray], everyone: np.ndarray, people: People, minimum: int) -> dict[Any, int]:
    """Sizes of the parts of a crowd, the largest first: none that is too small, nor one or several that leave too few
    over, who would then be told by what is missing.
    """
    total = people.many(everyone)
    sizes = {name: people.many(part) for name, part in sets.items()}
    told = [
        name
        for name in sorted(sizes, key=lambda name: (-sizes[name], str(name)))
        if sizes[name] >= minimum and not 0 < total - sizes[name] < minimum
    ]
    while told:
        rest = np.setdiff1d(everyone, np.concatenate([sets[name] for name in told]))
        if not 0 < people.many(rest) < minimum:
            break
        told.pop()
    return {name: sizes[name] for name in told}


def _apart(made: list[Corridor]) -> list[Corridor]:
    """In order, the most people first, and no ground in two polygons."""
    made = sorted(made, key=lambda each: (-each.people, -each.registrations, each.line.bounds))
    lines = np.array([each.line for each in made], dtype=object)
    grounds = shapely.buffer(lines, HALF_WIDTH, quad_segs=4)
    later, earlier = shapely.STRtree(grounds).query(grounds, predicate="intersects")
    later, earlier = later[earlier < later], earlier[earlier < later]
    first = np.searchsorted(later, np.arange(len(made) + 1))
    kept = []
    for n, each in enumerate(made):
        taken = shapely.union_all(grounds[earlier[first[n] : first[n + 1]]])
        ground = shapely.difference(grounds[n], taken)
        parts = [part for part in shapely.get_parts(ground) if part.area >= SLIVER]
        if parts:
            kept.append(replace(each, polygon=shapely.multipolygons(parts)))
    return kept


def _named(made: list[Corridor]) -> list[Corridor]:
    """With map references; several in one square are numbered, the most people first."""
    taken: Counter[str] = Counter()
    named = []
    for each in made:
        middle = shapely.line_interpolate_point(each.line, 0.5, normalized=True)
        square = f"{int(middle.x // 100) % 1000:03d}{int(middle.y // 100) % 1000:03d}"
        taken[square] += 1
        reference = square if taken[square] == 1 else f"{square}-{taken[square]}"
        named.append(replace(each, reference=reference))
    return named


def _bearing(line: Any, epsg: int) -> int:
    """From one end to the other, in whole degrees from true north: the grid's north is another one."""
    x, y = shapely.get_coordinates(line)[[0, -1]].T
    lon, lat = (np.radians(part) for part in project_xy(x, y, epsg, WGS84))
    east, north = (lon[1] - lon[0]) * np.cos(lat.mean()), lat[1] - lat[0]
    return round(float(np.degrees(np.arctan2(east, north)))) % 360
