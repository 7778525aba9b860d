"""Cross tables of people in which no figure that is withheld can be worked out from those that are shown."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

Entry = tuple[int, int]


def withheld(table: np.ndarray, minimum: int) -> np.ndarray:
    """Which figures of a table to withhold, as booleans of its shape.

    ``table`` holds counts of people, its last row and column the totals. Withheld are figures of more than none and
    fewer than ``minimum`` people, and beside them the least that makes two things true: where a total is shown, what
    is missing of its line is at least ``minimum`` people; and every missing figure could be another one. Noughts are
    shown, so that whoever reads the table knows that a missing figure is one at least.

    A table with its totals is a circulation: each figure flows from its row to its column, the totals back. A missing
    figure could be another one exactly if a ring of missing figures runs through it along which some grow and those
    against the stream shrink, none below one (Gusfield 1988, A graph theoretic approach to statistical data security).
    """
    arcs = _arcs(table)
    hidden = {at for at, arc in arcs.items() if arc.people < minimum}
    ways = [[arcs[at] for at in line if at in arcs] for line in _lines(table.shape)]
    _close(arcs, ways, hidden, sorted(hidden))
    for line in _lines(table.shape):
        missing = sum(arcs[at].people for at in line[:-1] if at in hidden)
        if line[-1] not in hidden and 0 < missing < minimum:
            least = min((at for at in line if at in arcs and at not in hidden), key=lambda at: arcs[at].people)
            hidden.add(least)
            _close(arcs, ways, hidden, [least])
    found = np.zeros(table.shape, bool)
    found[tuple(np.array(sorted(hidden), int).reshape(-1, 2).T)] = True
    return found


@dataclass(frozen=True)
class _Arc:
    """A figure as what flows between two nodes; nodes are lines, rows numbered before columns."""

    entry: Entry
    source: int
    target: int
    people: int


def _arcs(table: np.ndarray) -> dict[Entry, _Arc]:
    """Every figure but noughts."""
    rows, columns = table.shape
    found = {}
    for row, column in np.argwhere(table > 0).tolist():
        ends = (row, rows + column)
        forward = (row == rows - 1) == (column == columns - 1)
        source, target = ends if forward else ends[::-1]
        found[row, column] = _Arc((row, column), source, target, int(table[row, column]))
    return found


def _lines(shape: tuple[int, ...]) -> Iterator[list[Entry]]:
    """The entries of each node, the total last."""
    rows, columns = shape
    yield from ([(row, column) for column in range(columns)] for row in range(rows))
    yield from ([(row, column) for row in range(rows)] for column in range(columns))


def _close(arcs: dict[Entry, _Arc], ways: list[list[_Arc]], hidden: set[Entry], waiting: list[Entry]) -> None:
    """Hide what it takes for each of the missing figures that wait to lie on a ring: of the rings through one that
    could not yet be another, the one that shows the fewest people.
    """
    while waiting:
        arc = arcs[waiting.pop()]
        beside = _path(ways, hidden, arc.target, arc.source, arc)
        shrinks = arc.people > 1 and _path(ways, hidden, arc.source, arc.target, arc) == []
        if beside and not shrinks:
            hidden.update(beside)
            waiting += beside


def _path(ways: list[list[_Arc]], hidden: set[Entry], start: int, goal: int, without: _Arc) -> list[Entry] | None:
    """The entries that are shown on the way between two nodes with the fewest people in them (Dijkstra); None if there
    is no way.
    """
    best: dict[int, tuple[int, list[Entry]]] = {start: (0, [])}
    queue = [(0, start)]
    while queue:
        cost, node = heapq.heappop(queue)
        if node == goal:
            break
        if cost > best[node][0]:
            continue
        for arc in ways[node]:
            missing, back = arc.entry in hidden, node == arc.target
            if arc is without or (missing and back and arc.people == 1):
                continue
            further = cost if missing else cost + arc.people
            other = arc.source if back else arc.target
            if other not in best or further < best[other][0]:
                best[other] = (further, best[node][1] if missing else [*best[node][1], arc.entry])
                heapq.heappush(queue, (further, other))
    return best[goal][1] if goal in best else None
