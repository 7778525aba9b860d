"""Invented registrations of a municipality, the same for the same seed: children around schools, places, ways.

Arenas (school classes) stand at some 300 schools of very different size. Most of what a child registers lies near its
school, in a tight or a wide circle; the rest anywhere. Ways are walks on a street grid that is turned another way
around each school.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

SEED = 20261123
WEST, SOUTH, EAST, NORTH = 10.35, 59.75, 10.60, 59.90
METRES_LAT = 111_320.0
METRES_LON = METRES_LAT * np.cos(np.radians((SOUTH + NORTH) / 2))
SCHOOLS = 300
PER_CLASS = 25
PLACES_PER_CHILD = 12
STICKERS = {
    "activity": (0.38, ("play", "ball", "cycle", "friends", "swim", "sled", "ski", "animals", "den")),
    "good": (0.22, ("nice", "fun", "safe", "nature", "favourite")),
    "bad": (0.28, ("dark", "crossing", "speeding", "traffic", "pavement", "visibility", "slippery", "mean")),
    "wish": (0.12, ("playground", "light", "crossing", "path", "meeting")),
}
FEELINGS = {"activity": "neutral", "good": "good", "bad": "bad", "wish": "neutral"}
SPOKEN = """
    her er det mørkt om vinteren bilene kjører fort forbi skolen vi vil ha overgang med lys fin sti gjennom skogen
    alle går her hver dag snø is glatt busstopp parkering fortau skummel vei sykkel kryss gøy å leke på bekken
"""
WORDS = SPOKEN.split()


@dataclass(frozen=True)
class Size:
    """How much is made."""

    places: int
    routes: int

    @property
    def children(self) -> int:
        return max(self.places // PLACES_PER_CHILD, 100)


FULL = Size(1_000_000, 200_000)
SMALL = Size(20_000, 4_000)


@dataclass(frozen=True)
class Answers:
    """Columns in step; ``text`` is None where a child wrote nothing, ``at`` are microseconds since 1970."""

    child: np.ndarray
    group: np.ndarray
    category: np.ndarray
    feeling: np.ndarray
    text: np.ndarray
    state: np.ndarray
    at: np.ndarray


@dataclass(frozen=True)
class Town:
    """``class_of_child`` and ``school_of_class`` are positions; ``offsets`` bound each route in ``route_xy``."""

    schools: np.ndarray
    school_of_class: np.ndarray
    class_of_child: np.ndarray
    places: Answers
    place_xy: np.ndarray
    routes: Answers
    route_xy: np.ndarray
    offsets: np.ndarray


def make(size: Size, seed: int = SEED) -> Town:
    rng = np.random.default_rng(seed)
    schools = np.column_stack(
        [rng.uniform(WEST + 0.01, EAST - 0.01, SCHOOLS), rng.uniform(SOUTH + 0.006, NORTH - 0.006, SCHOOLS)]
    )
    popularity = np.arange(1, SCHOOLS + 1) ** -0.6
    classes = -(-size.children // PER_CLASS)
    school_of_class = rng.choice(SCHOOLS, classes, p=popularity / popularity.sum())
    class_of_child = np.arange(size.children) // PER_CLASS
    school_of_child = school_of_class[class_of_child]
    places, routes = _answers(rng, size.places, size.children), _ways(rng, size.routes, size.children)
    place_xy = _places(rng, schools[school_of_child[places.child]])
    route_xy, offsets = walks(rng, schools[school_of_child[routes.child]], school_of_child[routes.child])
    return Town(schools, school_of_class, class_of_child, places, place_xy, routes, route_xy, offsets)


def _answers(rng: np.random.Generator, count: int, children: int) -> Answers:
    groups = np.array(list(STICKERS), dtype=object)
    picked = rng.choice(len(groups), count, p=[share for share, _ in STICKERS.values()])
    category = np.empty(count, dtype=object)
    for number, (_, codes) in enumerate(STICKERS.values()):
        at = np.flatnonzero(picked == number)
        weights = np.arange(len(codes), 0, -1)
        category[at] = np.array(codes, dtype=object)[rng.choice(len(codes), len(at), p=weights / weights.sum())]
    feeling = np.array([FEELINGS[group] for group in groups], dtype=object)
    return _answered(rng, groups[picked], category, feeling[picked], children)


def _ways(rng: np.random.Generator, count: int, children: int) -> Answers:
    category = rng.choice(np.array(["to_school", "leisure", "shortcut"], dtype=object), count, p=[0.6, 0.25, 0.15])
    feeling = rng.choice(np.array(["good", "neutral", "bad"], dtype=object), count, p=[0.3, 0.5, 0.2])
    return _answered(rng, np.full(count, "way", dtype=object), category, feeling, children)


def _answered(rng: np.random.Generator, group: np.ndarray, *rest: np.ndarray | int) -> Answers:
    """The rest of the answers: who, what was written, whether a moderator has read it, and when: in bursts."""
    category, feeling, children = rest
    count = len(group)
    child = rng.integers(0, children, count)
    state = rng.choice(np.array(["pending", "released", "hidden"], dtype=object), count, p=[0.6, 0.38, 0.02])
    first = int(datetime(2026, 8, 20, 6, tzinfo=UTC).timestamp()) * 1_000_000
    at = first + (np.sort(rng.beta(1.2, 2.5, count)) * 90 * 86400e6).astype(np.int64)
    return Answers(child, group, category, feeling, sentences(rng, count), state, at)


def sentences(rng: np.random.Generator, count: int) -> np.ndarray:
    """Some 60 characters each."""
    words = np.array(WORDS, dtype=object)[rng.integers(0, len(WORDS), (count, 11))]
    return np.array([" ".join(row)[:60].strip() for row in words], dtype=object)


def _places(rng: np.random.Generator, around: np.ndarray) -> np.ndarray:
    count = len(around)
    spread = np.where(rng.random(count) < 0.45, 60.0, 500.0)
    lonlat = around + rng.normal(size=(count, 2)) * spread[:, None] / (METRES_LON, METRES_LAT)
    anywhere = rng.random(count) < 0.15
    lonlat[anywhere] = rng.uniform((WEST, SOUTH), (EAST, NORTH), (int(anywhere.sum()), 2))
    return _inside(lonlat)


def walks(rng: np.random.Generator, start: np.ndarray, school: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates of walks of 20 to 80 vertices, some 25 m apart, and the offsets that bound each."""
    vertices = rng.integers(20, 81, len(start))
    offsets = np.concatenate([[0], np.cumsum(vertices)])
    owner, total, first = np.repeat(np.arange(len(start)), vertices), int(offsets[-1]), offsets[:-1]
    turns = np.cumsum(np.where(rng.random(total) < 0.22, rng.choice([-1, 1], total), 0))
    turns += (rng.integers(0, 4, len(start)) - turns[first])[owner]
    streets = np.random.default_rng(SEED).uniform(0, np.pi / 2, SCHOOLS)[school]
    heading = streets[owner] + turns * np.pi / 2 + rng.normal(0, 0.08, total)
    step = rng.gamma(4, 25 / 4, total)
    moves = np.column_stack([step * np.cos(heading), step * np.sin(heading)])
    moves[first] = rng.normal(0, 400, (len(start), 2))
    travelled = np.cumsum(moves, axis=0)
    travelled -= (travelled[first] - moves[first])[owner]
    return _inside(start[owner] + travelled / (METRES_LON, METRES_LAT)), offsets


def _inside(lonlat: np.ndarray) -> np.ndarray:
    """Mirrored at the edges of the area, to seven decimals."""
    low, high = np.array([WEST, SOUTH]), np.array([EAST, NORTH])
    lonlat = np.where(lonlat < low, 2 * low - lonlat, lonlat)
    lonlat = np.where(lonlat > high, 2 * high - lonlat, lonlat)
    return np.round(np.clip(lonlat, low, high), 7)
