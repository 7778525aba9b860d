"""Stretches of a route: where a line that was cut lay on the line that was drawn, and what still holds of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

Change = tuple[float, str]
NEAR = 0.02
DECIMALS = 4


def kept(drawn: Any, stored: Any, first: str, changes: Sequence[Change]) -> tuple[str, list[Change]]:
    """The word of the stored line's first stretch, and the changes after it as fractions of the stored line.

    ``changes`` are growing fractions of ``drawn`` from which another word holds, ``first`` holds before them; both
    lines in metres, ``stored`` pieces of ``drawn`` in order. What changed where nothing was kept is forgotten, so that
    neither a word nor a fraction tells of the piece that was cut off.
    """
    spans = _spans(drawn, stored)
    whole, total = float(shapely.length(drawn)), float(sum(end - start for start, end in spans))
    marks = [(fraction * whole, word) for fraction, word in changes]
    found: list[Change] = []
    before = 0.0
    for start, end in spans:
        found.append((before / total, _word_at(start, first, marks)))
        found += [((before + at - start) / total, word) for at, word in marks if start < at < end]
        before += end - start
    steps = [found[i] for i in range(len(found)) if i == 0 or found[i][1] != found[i - 1][1]]
    if not steps:
        return first, []
    ends = 10**-DECIMALS, 1 - 10**-DECIMALS
    placed = {float(np.clip(round(fraction, DECIMALS), *ends)): word for fraction, word in steps[1:]}
    return steps[0][1], list(placed.items())


def _word_at(metres: float, first: str, marks: Sequence[Change]) -> str:
    return next((word for at, word in reversed(marks) if at <= metres), first)


def _spans(drawn: Any, stored: Any) -> list[tuple[float, float]]:
    """From where to where, in metres along ``drawn``, each piece of ``stored`` lies; none if one is not found."""
    xy, owner = shapely.get_coordinates(shapely.get_parts(drawn), return_index=True)
    run = np.append(0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T) * (owner[1:] == owner[:-1])))
    segments = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))
    segments = np.where(owner[1:] == owner[:-1], segments, None)
    spans: list[tuple[float, float]] = []
    reached = 0.0
    for piece in shapely.get_parts(stored):
        a, b = (shapely.get_point(piece, i) for i in (0, 1))
        on = (shapely.distance(segments, a) <= NEAR) & (shapely.distance(segments, b) <= NEAR)
        starts = run[:-1] + np.hypot(xy[:-1, 0] - a.x, xy[:-1, 1] - a.y)
        fits = np.flatnonzero(on & (starts >= reached - NEAR))
        if not len(fits):
            return []
        reached = float(starts[fits[0]] + piece.length)
        spans.append((float(starts[fits[0]]), reached))
    return spans
