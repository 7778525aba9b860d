"""An invented neighbourhood for the demo: streets, places, and children who walk along the streets.

Everything comes from the seed. It lies in the sea, where nobody lives; no name or position is anyone's.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from gis.crs import WGS84, project

EPSG = 25832
ORIGIN = (352_000.0, 6_432_000.0)
COLUMNS, ROWS, SPACING = 9, 8, 175.0
ACROSS = ("Bjørkeveien", "Furuveien", "Granveien", "Hasselveien", "Lønneveien", "Ospeveien", "Rogneveien", "Seljeveien")
ALONG = (
    "Havnegata",
    "Strandveien",
    "Torggata",
    "Skolegata",
    "Storgata",
    "Engveien",
    "Bakkeveien",
    "Fjellgata",
)
MAIN_ROW = 4
SHORT_CUT = ((3, 4), (4, 4), (4, 3))
WISHES = {
    "walk": ("walk", "walk", "cycle", None),
    "cycle": ("cycle", "cycle", "walk", None),
    "scooter": ("scooter", "cycle", None),
    "car": ("cycle", "walk", "walk", "car"),
    "bus": ("bus", "cycle", None),
}
CLASSES = ((4, "4A"), (5, "5A"), (5, "5B"), (6, "6A"), (7, "7A"))


@dataclass(frozen=True)
class Drawn:
    """One thing a child drew: a route (LineString) or a place (Point) in WGS 84, and its answers."""

    kind: str
    geometry: Any
    answers: dict[str, str]


@dataclass(frozen=True)
class Child:
    school_class: int
    drawn: tuple[Drawn, ...]


@dataclass
class Neighbourhood:
    """``places``: ``{"kind", "name", "geometry", "public_destination"}`` in WGS 84; ``area`` the border."""

    area: Any
    school: Any
    places: list[dict[str, Any]] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)

    @property
    def ways(self) -> np.ndarray:
        """Streets and paths, the lines one can follow."""
        lines = [place["geometry"] for place in self.places if place["kind"] in ("street", "path")]
        return np.array(lines, dtype=object)


def make(seed: int = 20261123, children_per_class: int = 24, name: str = "Prøveøya") -> Neighbourhood:
    """``name`` is the school's: ``Prøveøya skole``."""
    rng = np.random.default_rng(seed)
    town = _Town(rng)
    made = Neighbourhood(_wgs84(town.area), _wgs84(shapely.centroid(town.landmarks["school"])), town.places(name))
    for number in range(len(CLASSES)):
        for _ in range(children_per_class):
            made.children.append(Child(number, tuple(_draw(town, rng))))
    return made


class _Town:
    """The town in metres: a bent grid of streets, a graph over its crossings, and its landmarks."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.nodes = self._nodes(rng)
        self.edges = self._edges(rng)
        self.neighbours: dict[int, list[tuple[int, float]]] = {n: [] for n in range(len(self.nodes))}
        for a, b in self.edges:
            length = float(np.hypot(*(self.nodes[a] - self.nodes[b])))
            self.neighbours[a].append((b, length))
            self.neighbours[b].append((a, length))
        self.landmarks = self._landmarks()
        self.homes = self._homes(rng)
        self.area = shapely.buffer(shapely.box(*shapely.multipoints(self.nodes).bounds), 260, join_style="round")
        self.school_node = _node(4, 3)
        self.spots = self._spots()

    def _nodes(self, rng: np.random.Generator) -> np.ndarray:
        column, row = np.meshgrid(np.arange(COLUMNS), np.arange(ROWS))
        x = column.ravel() * SPACING + 38 * np.sin(row.ravel() * 0.8)
        y = row.ravel() * SPACING * 0.82 + 46 * np.sin(column.ravel() * 0.7)
        xy = np.column_stack([x, y]) + rng.normal(0, 11, (COLUMNS * ROWS, 2))
        return xy + np.array(ORIGIN)

    def _edges(self, rng: np.random.Generator) -> list[tuple[int, int]]:
        along = [(_node(c, r), _node(c + 1, r)) for r in range(ROWS) for c in range(COLUMNS - 1)]
        across = [(_node(c, r), _node(c, r + 1)) for r in range(ROWS - 1) for c in range(COLUMNS)]
        main = {(_node(c, MAIN_ROW), _node(c + 1, MAIN_ROW)) for c in range(COLUMNS - 1)}
        park = {(_node(2, 1), _node(2, 2)), (_node(6, 5), _node(7, 5)), (_node(6, 6), _node(7, 6))}
        gone = {edge for edge in along + across if rng.random() < 0.11} - main
        kept = [edge for edge in along + across if edge not in gone | park]
        return kept if _connected(kept, COLUMNS * ROWS) else [e for e in along + across if e not in park]

    def _homes(self, rng: np.random.Generator) -> list[tuple[np.ndarray, int]]:
        """House positions beside the streets, none of them in a park or a school yard, and each one's crossing."""
        taken = shapely.buffer(shapely.union_all(list(self.landmarks.values())), 20)
        homes = []
        for a, b in self.edges:
            direction = (self.nodes[b] - self.nodes[a]) / np.hypot(*(self.nodes[b] - self.nodes[a]))
            normal = np.array([-direction[1], direction[0]])
            for t in (0.22, 0.42, 0.62, 0.82):
                for side in (-1, 1):
                    if rng.random() < 0.55:
                        along = self.nodes[a] + t * (self.nodes[b] - self.nodes[a])
                        house = along + side * normal * rng.uniform(19, 27)
                        if not taken.contains(shapely.Point(house)):
                            homes.append((house, a if t < 0.5 else b))
        return homes

    def _landmarks(self) -> dict[str, Any]:
        n = self.nodes
        return {
            "school": _yard(n[_node(4, 3)] + [0, -38], 78, 52),
            "sports_hall": _yard(n[_node(5, 3)] + [38, -36], 56, 40),
            "park": _blob((n[_node(2, 1)] + n[_node(3, 2)]) / 2, 74),
            "forest": _blob((n[_node(6, 5)] + n[_node(7, 6)]) / 2, 120),
            "pier": _yard(n[_node(4, 0)] + [30, -96], 34, 64),
            "water": _shore(n),
        }

    def _spots(self) -> dict[str, np.ndarray]:
        n = self.nodes
        return {
            "park": (n[_node(2, 1)] + n[_node(3, 2)]) / 2,
            "hall": n[_node(5, 3)] + np.array([38.0, -36.0]),
            "schoolyard": n[_node(4, 3)] + np.array([0.0, -38.0]),
            "main_crossing": n[_node(4, MAIN_ROW)],
            "second_crossing": n[_node(2, MAIN_ROW)],
            "forest_path": (n[_node(6, 5)] + n[_node(7, 6)]) / 2,
            "pier": n[_node(4, 0)] + np.array([30.0, -110.0]),
            "shop": n[_node(6, MAIN_ROW)] + np.array([10.0, 24.0]),
            "wasteland": (n[_node(7, 2)] + n[_node(8, 3)]) / 2,
        }

    def places(self, name: str) -> list[dict[str, Any]]:
        named = [
            ("school", f"{name} skole", "school", True),
            ("sports_hall", "Prøvehallen", "sports_hall", True),
            ("park", "Lekeparken", "park", True),
            ("other", "Brygga", "pier", True),
            ("forest", "Skogholtet", "forest", False),
            ("water", "Vika", "water", False),
        ]
        rows = [
            {"kind": kind, "name": name, "geometry": _wgs84(self.landmarks[key]), "public_destination": destination}
            for kind, name, key, destination in named
        ]
        for (a, b), name in zip(self.edges, self._street_names(), strict=True):
            street = _bend(self.nodes[a], self.nodes[b])
            rows.append({"kind": "street", "name": name, "geometry": _wgs84(street), "public_destination": False})
        path = shapely.LineString([self.nodes[_node(6, 5)], self.spots["forest_path"], self.nodes[_node(7, 6)]])
        rows.append({"kind": "path", "name": "Skogstien", "geometry": _wgs84(path), "public_destination": False})
        for position, _ in self.homes:
            house = _wgs84(_yard(position, 11, 9))
            rows.append({"kind": "building", "name": "", "geometry": house, "public_destination": False})
        return rows

    def _street_names(self) -> list[str]:
        """Streets along the shore are named by row, those across by column."""
        names = []
        for a, b in self.edges:
            row, column = a // COLUMNS, a % COLUMNS
            names.append(ALONG[row] if b - a == 1 else ACROSS[column % len(ACROSS)])
        return names

    def walk(self, start: int, goal: int) -> list[int]:
        """The shortest way along the streets (Dijkstra 1959)."""
        best, came, queue = {start: 0.0}, {start: start}, [(0.0, start)]
        while queue:
            cost, node = heapq.heappop(queue)
            if node == goal:
                break
            for neighbour, length in self.neighbours[node]:
                if cost + length < best.get(neighbour, np.inf):
                    best[neighbour], came[neighbour] = cost + length, node
                    heapq.heappush(queue, (cost + length, neighbour))
        way = [goal]
        while way[-1] != start:
            way.append(came[way[-1]])
        return way[::-1]


_STICKERS: tuple[tuple[str, float, str, str, tuple[str, ...]], ...] = (
    ("park", 0.55, "activity", "play", ("", "", "Her leker vi sisten", "Vi husker i friminuttet")),
    ("park", 0.35, "good", "favourite", ("", "", "Den store huska er best", "Her møter jeg bestevennen min")),
    ("park", 0.14, "wish", "bench", ("", "Mor vil sitte her")),
    ("hall", 0.42, "activity", "club", ("", "", "Håndball på tirsdager")),
    ("hall", 0.22, "good", "fun", ("", "Her er det alltid noen")),
    ("schoolyard", 0.35, "activity", "ball", ("", "", "Vi spiller fotball hver dag")),
    ("schoolyard", 0.18, "wish", "playground", ("", "Vi vil ha klatrestativ", "Eg ønskjer meg ei taubane")),
    (
        "main_crossing",
        0.52,
        "bad",
        "crossing",
        (
            "",
            "",
            "Bilene stopper ikke",
            "Eg ventar lenge før eg tør å gå over",
            "Mamma må følge meg her",
            "Skummelt når det er mørkt",
        ),
    ),
    (
        "main_crossing",
        0.30,
        "bad",
        "speeding",
        ("", "", "De kjører alt for fort", "Det kommer lastebiler her", "Ingen holder fartsgrensa"),
    ),
    (
        "main_crossing",
        0.30,
        "wish",
        "crossing",
        ("", "", "Vi trenger gangfelt her", "Lag et lyskryss", "Kan vi få en undergang?"),
    ),
    ("second_crossing", 0.20, "bad", "visibility", ("", "Hekken er så høy at jeg ikke ser bilene")),
    (
        "forest_path",
        0.34,
        "bad",
        "dark",
        ("", "Jeg løper her om vinteren", "Det er ikkje lys på stien", "Jeg går heller rundt"),
    ),
    (
        "forest_path",
        0.28,
        "wish",
        "light",
        ("", "Sett opp lys på stien, er dere snille", "Lys hele vinteren, takk", ""),
    ),
    ("forest_path", 0.26, "activity", "den", ("", "Vi har ei hytte her", "Hemmelig hytte")),
    ("pier", 0.38, "activity", "swim", ("", "Her bader vi om sommeren", "Vi fisker krabber")),
    ("pier", 0.22, "good", "nature", ("", "Fint når sola går ned")),
    ("shop", 0.16, "activity", "shop", ("", "Is på fredager")),
    ("wasteland", 0.20, "bad", "litter", ("", "Noen kaster søppel her")),
    ("wasteland", 0.20, "wish", "pitch", ("", "Her kunne vi hatt en bane")),
)
_GOALS = (("hall", (5, 3)), ("park", (2, 1)), ("pier", (4, 0)))


def _draw(town: _Town, rng: np.random.Generator) -> list[Drawn]:
    home, corner = town.homes[rng.integers(len(town.homes))]
    drawn = [_route(town, rng, home, corner, town.school_node, town.spots["schoolyard"], "to_school")]
    if rng.random() < 0.6:
        spot, (column, row) = _GOALS[rng.integers(len(_GOALS))]
        drawn.append(_route(town, rng, home, corner, _node(column, row), town.spots[spot], "leisure"))
    for spot, chance, group, category, comments in _STICKERS:
        if rng.random() < chance:
            answers = {"kind": "place", "group": group, "category": category}
            comment = comments[rng.integers(len(comments))]
            if comment:
                answers["comment"] = comment
            at = town.spots[spot] + rng.normal(0, 17, 2)
            drawn.append(Drawn("place", _wgs84(shapely.Point(at)), answers))
    return drawn


def _route(
    town: _Town,
    rng: np.random.Generator,
    home: np.ndarray,
    corner: int,
    goal: int,
    spot: np.ndarray,
    purpose: str,
) -> Drawn:
    streets = town.walk(corner, goal)
    line = _steps([home, *town.nodes[streets], spot])
    hand, end = rng.normal(0, 2.2, (len(line.coords), 2)), spot + rng.normal(0, 6, 2)
    modes = (
        ("walk", "walk", "walk", "cycle", "scooter") if line.length < 900 else ("walk", "cycle", "cycle", "car", "bus")
    )
    answers = {"kind": "route", "category": purpose, "mode": modes[rng.integers(len(modes))]}
    if rng.random() < 0.25:
        answers["feeling"] = "good" if rng.random() < 0.5 else "bad"
    if streets[-3:] == [_node(*at) for at in SHORT_CUT] and answers["mode"] == "walk":
        line = _steps([home, *town.nodes[streets[:-2]], spot])
    shaky = shapely.get_coordinates(line) + hand[: len(line.coords)]
    shaky[0], shaky[-1] = home, end
    wishes = WISHES[answers["mode"]]
    if wish := wishes[int(line.length) % len(wishes)]:
        answers["preferred_mode"] = wish
    return Drawn("route", _wgs84(shapely.LineString(shaky)), answers)


def _steps(way: list[np.ndarray]) -> Any:
    return shapely.segmentize(shapely.LineString(np.array(way)), 22.0)


def _node(column: int, row: int) -> int:
    return row * COLUMNS + column


def _connected(edges: list[tuple[int, int]], nodes: int) -> bool:
    root = list(range(nodes))

    def find(n: int) -> int:
        while root[n] != n:
            n = root[n]
        return n

    for a, b in edges:
        root[find(a)] = find(b)
    return len({find(n) for n in range(nodes)}) == 1


def _bend(a: np.ndarray, b: np.ndarray) -> Any:
    """A street is not a ruler: a shallow curve between two crossings."""
    t = np.linspace(0, 1, 7)[:, None]
    normal = np.array([-(b - a)[1], (b - a)[0]])
    return shapely.LineString(a + t * (b - a) + np.sin(np.pi * t) * normal * 0.03)


def _yard(centre: Any, width: float, height: float) -> Any:
    x, y = centre
    return shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _blob(centre: np.ndarray, radius: float) -> Any:
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    r = radius * (1 + 0.12 * np.sin(3 * angle) + 0.07 * np.cos(5 * angle))
    return shapely.polygons(np.column_stack([centre[0] + r * np.cos(angle), centre[1] + r * np.sin(angle)]))


def _shore(nodes: np.ndarray) -> Any:
    """Water south of the southernmost street."""
    west, east = nodes[:, 0].min() - 250, nodes[:, 0].max() + 250
    x = np.linspace(west, east, 60)
    y = nodes[:, 1].min() - 78 + 20 * np.sin(x / 130) + 9 * np.sin(x / 47)
    south = nodes[:, 1].min() - 250
    return shapely.polygons(np.vstack([np.column_stack([x, y]), [[east, south], [west, south]]]))


def _wgs84(geometry: Any) -> Any:
    return project(geometry, EPSG, WGS84)
