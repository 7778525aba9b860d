"""Streets, crossings and short cuts: how many people use each street, pass each crossing, and go where no street is.

Figures of fewer people than the process's minimum are masked, and with them those of a direction or a way of travelling
by which one could work out that few are left.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.model import Process, StreetNetwork
from app.services import networks, processes, publication
from app.services.index import Index, Selection
from app.services.matched import Matched, Table
from gis import segments
from gis.crs import WGS84, project
from gis.desire_lines import desire_lines
from gis.layer import Layer

LAYERS = tuple(publication.STREET_LAYERS)
NAMED = ("street", "path")
BESIDE_STREET = 25.0
BESIDE_CROSSING = 30.0
AT_PLACE = 60.0
TRAFFIC = frozenset({"crossing", "pavement", "speeding", "traffic", "visibility"})
Figures = np.ma.MaskedArray


@dataclass(frozen=True)
class Segments:
    """Every edge of the network in step, with its number as position; ``between`` names the streets at its two ends.

    ``forward`` and ``backward`` count people by direction, forward being towards ``bearing`` (degrees from north, to
    the east), ``modes`` by way of travelling; ``safe`` and ``unsafe`` those who marked something good or bad beside it.
    ``confidence`` (0 to 1) is how sure it is that they went there.
    """

    geometry: np.ndarray
    name: list[str]
    between: list[tuple[str, str]]
    bearing: np.ndarray
    people: Figures
    forward: Figures
    backward: Figures
    modes: dict[str, Figures]
    safe: Figures
    unsafe: Figures
    confidence: Figures

    @property
    def order(self) -> np.ndarray:
        """Those whose people may be told, the most first."""
        return _order(self.people)


@dataclass(frozen=True)
class Crossings:
    """Every crossing in step: the ``names`` of its streets, the people who pass it and not in a car, bus, train or
    boat, those of them who cross a street there, and those who marked it as bad for traffic.
    """

    geometry: np.ndarray
    names: list[list[str]]
    people: Figures
    crossing: Figures
    unsafe: Figures

    @property
    def worth(self) -> np.ndarray:
        """What they are ranked by: who passes, who crosses, and twice who marked it; of what may be told alone."""
        return np.asarray(self.people.filled(0) + self.crossing.filled(0) + 2 * self.unsafe.filled(0))

    @property
    def order(self) -> np.ndarray:
        return _order(np.ma.masked_equal(self.worth, 0))


@dataclass(frozen=True)
class DesireLines:
    """Where at least the minimum of people go and no street does, the most people first; ``between`` names what lies
    nearest to either end, ``metres`` is the length.
    """

    geometry: np.ndarray
    between: list[tuple[str, str]]
    metres: np.ndarray
    people: Figures


@dataclass(frozen=True)
class Streets:
    """``followed`` is the share of what people drew that lies on a street; masked where few drew."""

    segments: Segments
    crossings: Crossings
    desire_lines: DesireLines
    people: Figures
    followed: Figures


def of(db: Session, process: Process, index: Index) -> Streets:
    """The figures of now, matched and counted as far as anything changed. Raises NotFound without a network."""
    return index.beside(_Kept).of(db, process, required(db, process), index)


def required(db: Session, process: Process) -> StreetNetwork:
    """The process's network. Raises NotFound."""
    network = networks.of(db, process)
    if network is None:
        raise NotFound("network_missing", field="network", process=process.slug)
    return network


def layer(db: Session, process: Process, index: Index, name: str) -> Layer:
    """One of ``LAYERS``: every street; the crossings and desire lines that may be told. Empty without a network."""
    if networks.of(db, process) is None:
        return publication.streets(process, name, np.empty(0, dtype=object), {"people": []})
    found = of(db, process, index)
    if name == "segments":
        return publication.streets(process, name, found.segments.geometry, _segment_columns(found.segments))
    if name == "desire_lines":
        return publication.streets(process, name, found.desire_lines.geometry, _line_columns(found.desire_lines))
    crossings, order = found.crossings, found.crossings.order
    return publication.streets(process, name, crossings.geometry[order], _crossing_columns(crossings, order))


def _crossing_columns(crossings: Crossings, order: np.ndarray) -> dict[str, Any]:
    return {
        "rank": list(range(1, len(order) + 1)),
        "name": [" × ".join(crossings.names[row]) for row in order],
        "people": crossings.people[order],
        "crossing": crossings.crossing[order],
        "unsafe": crossings.unsafe[order],
    }


def _line_columns(lines: DesireLines) -> dict[str, Any]:
    return {
        "rank": list(range(1, len(lines.geometry) + 1)),
        "between": [_ends(ends) for ends in lines.between],
        "people": lines.people,
    }


def _ends(names: tuple[str, str]) -> str:
    return " – ".join(filter(None, names))


def _segment_columns(found: Segments) -> dict[str, Any]:
    return {
        "edge": list(range(len(found.name))),
        "name": found.name,
        "between": [_ends(ends) for ends in found.between],
        "confidence": found.confidence.tolist(),
        "people": found.people,
        "forward": found.forward,
        "backward": found.backward,
        "safe": found.safe,
        "unsafe": found.unsafe,
        **{f"mode_{mode}": people for mode, people in found.modes.items()},
    }


@dataclass
class _Kept:
    """The last answer and what it was made from; one thread at a time."""

    matched: Matched = field(default_factory=Matched)
    answer: Streets | None = None
    generation: int = -1
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, db: Session, process: Process, network: StreetNetwork, index: Index) -> Streets:
        with self.lock:
            same = self.generation == index.generation and self.matched.digest == network.digest
            if self.answer is None or not same:
                generation = index.generation
                self.matched.follow(db, process, network)
                self.answer = _Count(db, process, index, self.matched).streets()
                self.generation = generation
            return self.answer


class _Count:
    """Counts people in the tables of what was matched."""

    def __init__(self, db: Session, process: Process, index: Index, matched: Matched) -> None:
        self.minimum, self.epsg = process.minimum_people, process.export_epsg
        self.index, self.matched = index, matched
        self.graph, self.junctions = matched.graph, matched.junctions
        self.places = [row for row in processes.named_places(db, process) if row.name and row.kind != "building"]
        named = [row for row in self.places if row.kind in NAMED]
        shapes = project(np.array([row.geometry for row in named], dtype=object), WGS84, self.epsg)
        self.words, called = np.unique(np.array([row.name for row in named], dtype=str), return_inverse=True)
        self.called = segments.names(self.graph.lines, shapes, called)

    def streets(self) -> Streets:
        drawn = self.matched.drawn
        people = segments.told(self.matched.weights[np.unique(drawn["person"])].sum(keepdims=True), self.minimum)
        share = 1 - drawn["away"].sum() / max(drawn["metres"].sum(), 1.0)
        followed = np.ma.masked_array([share], people.mask)
        counted = self._segments()
        return Streets(counted, self._crossings(counted), self._desire_lines(), people, followed)

    def _by(
        self, place: np.ndarray, rows: Table, label: np.ndarray, places: int, labels: int
    ) -> tuple[Figures, Figures]:
        shape = (places, labels)
        return segments.told_by(place, rows["person"], label, self.matched.weights, shape, self.minimum)

    def _segments(self) -> Segments:
        on, edges = self.matched.on, len(self.graph.lines)
        people, ways = self._by(on["edge"], on, 1 - on["forward"].astype(int), edges, 2)
        modes = {mode: code for mode, code in self.matched.modes.values.items() if mode is not None}
        _, travelled = self._by(on["edge"], on, on["mode"], edges, len(self.matched.modes.values))
        sure = np.bincount(on["edge"], on["confidence"], edges) / np.bincount(on["edge"], minlength=edges).clip(1)
        shapes, near = self.graph.lines, BESIDE_STREET
        return Segments(
            project(shapes, self.epsg, WGS84),
            [self._word(name) for name in self.called],
            self._between(),
            self._bearing(),
            people,
            ways[:, 0],
            ways[:, 1],
            {mode: travelled[:, code] for mode, code in modes.items()},
            self._marks(shapes, Selection(groups=frozenset({"good"})), near),
            self._marks(shapes, Selection(groups=frozenset({"bad"})), near),
            np.ma.masked_array(sure.round(2), people.mask),
        )

    def _word(self, name: int) -> str:
        return str(self.words[name]) if name >= 0 else ""

    def _between(self) -> list[tuple[str, str]]:
        """For each edge the name of another street at its first end, and at its second."""
        edges, called = self.graph.reach.edges.tolist(), self.called.tolist()
        at: dict[int, list[int]] = {}
        for ends, name in zip(edges, called, strict=True):
            for node in ends if name >= 0 else ():
                at.setdefault(node, []).append(name)

        def other(node: int, own: int) -> str:
            return self._word(next((name for name in at.get(node, []) if name != own), -1))

        return [(other(a, name), other(b, name)) for (a, b), name in zip(edges, called, strict=True)]

    def _bearing(self) -> np.ndarray:
        a, b = self.graph.nodes[self.graph.reach.edges.T]
        return np.asarray(np.degrees(np.arctan2(*(b - a).T)) % 360)

    def _crossings(self, counted: Segments) -> Crossings:
        table = self.matched.through
        walked = self.matched.walked(table)
        rows = {name: column[walked] for name, column in table.items()}
        label = np.where(rows["crosses"], 0, -1)
        people, crossing = self._by(rows["junction"], rows, label, len(self.junctions.arms), 1)
        points = np.asarray(shapely.points(self.junctions.xy), dtype=object)
        bad = Selection(groups=frozenset({"bad"}), categories=TRAFFIC)
        return Crossings(
            project(points, self.epsg, WGS84),
            self._crossing_names(counted),
            people,
            crossing[:, 0],
            self._marks(points, bad, BESIDE_CROSSING),
        )

    def _crossing_names(self, counted: Segments) -> list[list[str]]:
        """The names of the streets that meet, those with the most people first."""
        arm, edges = self.junctions.arm_of, len(self.graph.lines)
        most = counted.people.filled(0)
        found: list[dict[str, int]] = [{} for _ in self.junctions.arms]
        for end in np.flatnonzero(arm >= 0):
            name = self._word(self.called[end % edges])
            if name:
                known = found[arm[end]]
                known[name] = max(known.get(name, 0), int(most[end % edges]))
        return [sorted(each, key=lambda name: (-each[name], name)) for each in found]

    def _marks(self, shapes: np.ndarray, selection: Selection, within: float) -> Figures:
        """People who put a sticker of the selection near each shape."""
        rows, lon, lat = self.index.points(selection)
        points = project(np.asarray(shapely.points(lon, lat), dtype=object), WGS84, self.epsg)
        people, weights = self.index.people_of(rows)
        return segments.near(shapes, points, within, people, weights, self.minimum)

    def _desire_lines(self) -> DesireLines:
        walked = self.matched.walked(self.matched.off)
        rows = {name: column[walked] for name, column in self.matched.off.items()}
        found = desire_lines(rows["shape"], rows["person"], self.matched.weights, self.minimum)
        shapes = np.array([line.geometry for line in found], dtype=object)
        people = segments.told(np.array([line.people for line in found], int), self.minimum)
        between = list(zip(*(self._nearest(shapely.get_point(shapes, end)) for end in (0, -1)), strict=True))
        return DesireLines(project(shapes, self.epsg, WGS84), between, shapely.length(shapes), people)

    def _nearest(self, points: np.ndarray) -> list[str]:
        """What each point lies at, of all that has a name."""
        found = [""] * len(points)
        if self.places and len(points):
            shapes = project(np.array([row.geometry for row in self.places], dtype=object), WGS84, self.epsg)
            tree = shapely.STRtree(shapes)
            for point, place in tree.query_nearest(points, max_distance=AT_PLACE, all_matches=False).T:
                found[point] = self.places[place].name
        return found


def _order(figures: Figures) -> np.ndarray:
    """Positions of what is not masked, the most first, of equal ones the first."""
    order = np.argsort(-figures.filled(0), kind="stable")
    return order[~np.ma.getmaskarray(figures)[order]]
