"""The routes of a process matched to its street network: kept in memory, and only what changed is matched anew."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from sqlalchemy.orm import Session

from app.model import Process, StreetNetwork
from app.services import networks, processes, voices
from app.services.columns import Column
from gis import matching, network
from gis.crs import WGS84, project
from gis.graph import Graph, graph
from gis.junctions import Junctions, junctions, passages
from gis.matching import SHORTEST_OFF, Stretches
from gis.segments import used

DRIVEN = frozenset({"boat", "bus", "car", "train"})

Table = dict[str, np.ndarray]


class Matched:
    """What counts of the routes, in tables of equal columns, each with ``number`` (the contribution's) and ``person``:
    ``on`` has a row for each street somebody uses, ``through`` one for each passage of a crossing, ``off`` one for each
    stretch without a street, ``drawn`` one for each route: its ``metres``, and those ``away`` from the streets.
    ``weights[person]`` is how many people a person stands for; ``mode`` is a code of ``modes``.
    """

    graph: Graph
    junctions: Junctions

    def __init__(self) -> None:
        self._begin("", 0)

    def _begin(self, digest: str, epsg: int) -> None:
        self.digest, self.epsg = digest, epsg
        self.modes, self.people = Column(), Column()
        self.weights = np.zeros(0, np.int64)
        self.on = _table(mode=int, edge=int, forward=bool, confidence=float)
        self.through = _table(mode=int, junction=int, crosses=bool)
        self.off = _table(mode=int, shape=object)
        self.drawn = _table(metres=float, away=float)
        self._changes: dict[int, int] = {}
        self._watermark = 0

    def follow(self, db: Session, process: Process, streets: StreetNetwork) -> None:
        """Take in what changed since the last time; everything, where the network is another one."""
        if (streets.digest, process.export_epsg) != (self.digest, self.epsg):
            made = graph(network.decode(networks.data(db, process, streets.digest)), process.export_epsg)
            self.graph, self.junctions = made, junctions(made)
            self._begin(streets.digest, process.export_epsg)
        destinations = processes.rules(db, process.id, process.version).destinations
        following, batches = voices.changed_routes(db, process, self._watermark)
        for rows in batches:
            self._take(rows, destinations)
        self._watermark = following

    def _take(self, rows: voices.Rows, destinations: Any) -> None:
        numbers, changes = rows.columns["number"].to_pylist(), rows.columns["change"].to_pylist()
        new = np.array([self._changes.get(n) != c for n, c in zip(numbers, changes, strict=True)], bool)
        gone = rows.columns["number"].to_numpy()[new]
        taken = np.flatnonzero(new & rows.counts & ~shapely.is_missing(rows.geometry))
        columns = {name: column.take(pa.array(taken)) for name, column in rows.columns.items()}
        lines = project(rows.geometry[taken], WGS84, self.epsg)
        person = self.people.encode(columns["participant_id"]).astype(np.int64)
        weights = np.ones(len(self.people.values), np.int64)
        weights[: len(self.weights)] = self.weights
        weights[person] = columns["head_count"].to_numpy()
        self.weights = weights
        self._match(gone, columns, lines, person, destinations)
        self._changes.update(zip(numbers, changes, strict=True))

    def _match(
        self, gone: np.ndarray, columns: dict[str, pa.Array], lines: np.ndarray, person: np.ndarray, destinations: Any
    ) -> None:
        found = matching.match(self.graph, lines)
        mode = self._modes(columns, lines, found)
        numbers = columns["number"].to_numpy()

        def table(stretch: np.ndarray, **more: np.ndarray) -> Table:
            row = found.line[stretch]
            return {"number": numbers[row], "person": person[row], "mode": mode[stretch], **more}

        on = np.flatnonzero(used(self.graph, found))
        went = passages(self.graph, self.junctions, found)
        at, shapes = matching.off_network(lines, found)
        outside, nth = shapely.get_parts(shapely.difference(shapes, destinations), return_index=True)
        long = shapely.length(outside) > SHORTEST_OFF
        streets = {"edge": found.edge[on], "forward": found.forward[on], "confidence": found.confidence[on]}
        self.on = _replaced(self.on, gone, table(on, **streets))
        through = table(went.stretch, junction=went.junction, crosses=went.crosses)
        self.through = _replaced(self.through, gone, through)
        self.off = _replaced(self.off, gone, table(at[nth[long]], shape=outside[long]))
        away = np.bincount(found.line, (found.ends - found.begins) * (found.edge < 0), len(lines))
        whole = {"number": numbers, "person": person, "metres": shapely.length(lines), "away": away}
        self.drawn = _replaced(self.drawn, gone, whole)

    def _modes(self, columns: dict[str, pa.Array], lines: np.ndarray, found: Stretches) -> np.ndarray:
        """How one travelled in the middle of each stretch."""
        codes = self.modes.encode(columns["mode"]).astype(np.int64)[found.line]
        parts, owner = shapely.get_parts(lines, return_index=True)
        before = np.append(0, np.cumsum(shapely.length(parts)))[:-1]
        before -= before[np.searchsorted(owner, owner)]
        middle = before[found.part] + (found.begins + found.ends) / 2
        for row, said in enumerate(columns["modes"].to_pylist()):
            for change in json.loads(said or "null") or ():
                code = self.modes.values.setdefault(change["mode"], len(self.modes.values))
                own = slice(*np.searchsorted(found.line, [row, row + 1]))
                codes[own][middle[own] >= change["from"] * lines[row].length] = code
        return codes

    def walked(self, rows: Table) -> np.ndarray:
        """Which rows were not in a car, bus, train or boat."""
        return ~np.isin(rows["mode"], [code for mode, code in self.modes.values.items() if mode in DRIVEN])


def _table(**columns: type) -> Table:
    return {name: np.zeros(0, kind) for name, kind in {"number": int, "person": int, **columns}.items()}


def _replaced(table: Table, gone: np.ndarray, new: Table) -> Table:
    keep = ~np.isin(table["number"], gone)
    return {name: np.concatenate([column[keep], new[name]]) for name, column in table.items()}
