"""Flow: how many people go where, which way and how, as corridors, from the routes that count."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app.model import Process
from app.services import processes, publication, voices
from app.services.index import Index, Selection
from gis.corridors import Corridor, corridors, count_class
from gis.crs import WGS84, project
from gis.flow import People, Routes
from gis.layer import Layer


@dataclass(frozen=True)
class Flow:
    """Corridors in the process's metric CRS, the most people first; and how many people drew how many routes under the
    filter, None where they are too few to be told.
    """

    corridors: list[Corridor]
    people: int | None
    registrations: int | None


def of(db: Session, process: Process, index: Index, selection: Selection) -> Flow:
    """The flow under a filter. Routes are read and corridors made once for each state of the data."""
    chosen = replace(selection, kinds=frozenset({"route"}))
    once: _Once = index.remembered(("flow", chosen), _Once)
    return once.get(lambda: _flow(db, process, index, chosen))


def layer(db: Session, process: Process, index: Index) -> Layer:
    """The corridors that the planner's map shows without a filter."""
    found = of(db, process, index, Selection()).corridors
    classes = [count_class(each.people, process.minimum_people) for each in found]
    columns: dict[str, list[Any]] = {
        "corridor": [public_id(process, each) for each in found],
        "people_from": [low for low, _ in classes],
        "people_to": [high for _, high in classes],
        "people": [each.people for each in found],
        "registrations": [each.registrations for each in found],
        "length_m": [round(each.length) for each in found],
        "bearing": [each.bearing for each in found],
        "people_along": [each.along for each in found],
        "people_against": [each.against for each in found],
        "modes": [", ".join(f"{mode} {people}" for mode, people in each.modes.items()) for each in found],
    }
    return publication.corridors(process, [each.polygon for each in found], columns)


def public_id(process: Process, corridor: Corridor) -> str:
    """``BOR-F612345``: it says where the corridor lies, and stays while the corridor does."""
    return f"{process.prefix}-F{corridor.reference}"


class _Once:
    """An answer made by the first who asks, while the index goes on answering others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: list[Any] = []

    def get(self, make: Callable[[], Any]) -> Any:
        with self._lock:
            if not self._made:
                self._made.append(make())
            return self._made[0]


def _flow(db: Session, process: Process, index: Index, selection: Selection) -> Flow:
    once: _Once = index.remembered("routes", _Once)
    routes, numbers = once.get(lambda: _routes(db, process))
    rows = index.positions(numbers)

    def passing(chosen: Selection) -> np.ndarray:
        return np.append(index.mask(chosen), False)[rows]

    who, weights = index.people_of(np.maximum(rows, 0)) if len(rows) else (rows, rows)
    people = People(who, weights, passing(selection))
    modes = {
        mode: passing(replace(selection, modes=frozenset({mode})))
        for mode in processes.catalogue(db, process.id).get("mode", {})
    }
    found = corridors(routes, people, index.minimum, modes, index.epsg)
    total, registrations = index.figures(rows[people.keep])
    shown = total >= index.minimum
    return Flow(found, total if shown else None, registrations if shown else None)


def _routes(db: Session, process: Process) -> tuple[Routes, np.ndarray]:
    """All routes that count, in metres, and their numbers."""
    west, south, _, _ = publication.metric(process, process.area).bounds
    origin = (float(np.floor(west)), float(np.floor(south)))
    parts: list[Routes] = []
    numbers = [np.zeros(0, np.int64)]
    for some, ways in voices.routes(db, process):
        numbers.append(some)
        parts.append(Routes.of(project(ways, WGS84, process.export_epsg), origin))
    return Routes.joined(parts), np.concatenate(numbers)
