"""Cross tables of people in which no figure that is withheld can be worked out from those that are shown."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

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
    hidden = (table > 0) & (table < minimum)
    _close(table, hidden, [(int(row), int(column)) for row, column in np.argwhere(hidden)])
    for line in _lines(table.shape):
        total, shown = line[-1], [at for at in line if table[at] and not hidden[at]]
        missing = sum(int(table[at]) for at in line[:-1] if hidden[at])
        if not hidden[total] and 0 < missing < minimum:
            least = min(shown, key=lambda at: table[at])
            hidden[least] = True
            _close(table, hidden, [least])
    return hidden


def _close(table: np.ndarray, hidden: np.ndarray, waiting: list[Entry]) -> None:
    """Hide what it takes for each of the missing figures that wait to lie on a ring."""
    while waiting:
        beside = _ring(table, hidden, waiting.pop())
        for at in beside:
            hidden[at] = True
        waiting += beside


def _lines(shape: tuple[int, ...]) -> Iterator[list[Entry]]:
    """The entries of each row and each column, the total last."""
    for nodes, node in ((shape[0], 0), (shape[1], shape[0])):
        yield from (_of_node(shape, node + n) for n in range(nodes))


def _of_node(shape: tuple[int, ...], node: int) -> list[Entry]:
    rows, columns = shape
    if node < rows:
        return [(node, column) for column in range(columns)]
    return [(row, node - rows) for row in range(rows)]


def _ring(table: np.ndarray, hidden: np.ndarray, entry: Entry) -> list[Entry]:
    """What is shown of the ring through a missing entry that shows the fewest people; nothing if it could already be
    another one.
    """
    source, target = _stream(table.shape, entry)
    growing = _path(table, hidden, target, source, entry)
    shrinks = table[entry] > 1 and _path(table, hidden, source, target, entry) == []
    return [] if shrinks or growing is None else growing


def _stream(shape: tuple[int, ...], entry: Entry) -> Entry:
    """The nodes an entry flows from and to; rows are numbered before columns."""
    row, column = entry[0], shape[0] + entry[1]
    return (row, column) if (row == shape[0] - 1) == (entry[1] == shape[1] - 1) else (column, row)


def _path(table: np.ndarray, hidden: np.ndarray, start: int, goal: int, without: Entry) -> list[Entry] | None:
    """The entries that are shown on the way between two nodes with the fewest people in them (Dijkstra);
    None if there is no way.
    """
    best: dict[int, tuple[int, list[Entry]]] = {start: (0, [])}
    queue = [(0, start)]
    while queue:
        cost, node = heapq.heappop(queue)
        if node == goal:
            break
        if cost > best[node][0]:
            continue
        for at in _of_node(table.shape, node):
            source, target = _stream(table.shape, at)
            back = node == target
            if at == without or not table[at] or (hidden[at] and back and table[at] == 1):
                continue
            further = cost + (0 if hidden[at] else int(table[at]))
            other = source if back else target
            if other not in best or further < best[other][0]:
                best[other] = (further, best[node][1] + ([] if hidden[at] else [at]))
                heapq.heappush(queue, (further, other))
    return best[goal][1] if goal in best else None
