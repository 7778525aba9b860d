"""What became of areas when they were found anew: which continues which, and what happened to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

SAME_AREA = 0.3
OTHER_SIZE = 1.1


@dataclass(frozen=True)
class Event:
    """What happened to the area at position ``new``, or to the old one that is no more, and to which others with it:
    positions of old areas for *merged*, *split_off* and *returned*, of new ones for *split* and *absorbed*.
    """

    what: str
    new: int | None
    old: int | None
    others: tuple[int, ...] = ()


@dataclass(frozen=True)
class Lineage:
    """``continued`` maps the position of a new area to that of the old one whose id it keeps."""

    continued: dict[int, int]
    events: list[Event]


def trace(old: Sequence[Any], current: Sequence[bool], new: Sequence[Any]) -> Lineage:
    """Hold new outlines (metres) against the old ones, of which some are ``current`` and the others long gone.

    Two outlines are the same place if they share at least ``SAME_AREA`` of the smaller one. A new area keeps the id of
    the current one with which it shares most ground, else of a gone one; no id goes to two. *Kept*: less than a tenth
    larger or smaller; else *grew* or *shrank*. A current area that nothing continues was *absorbed* by the new one with
    which it shares most (which *merged* with it), or is *gone*. A new area in the place of one that lives on elsewhere
    was *split_off* from it; one in a new place was *found*, in a gone one's *returned*.
    """
    shared = _shared(old, new)
    continued = _continued(shared, current)
    kept = set(continued.values())
    lost = [o for o in range(len(old)) if current[o] and o not in kept]
    fresh = [n for n in range(len(new)) if n not in continued or not current[continued[n]]]
    rising = sorted((pair for pair in shared if current[pair[1]]), key=lambda pair: (shared[pair], -pair[0], -pair[1]))
    origin, heir = dict(rising), {o: n for n, o in rising}
    absorbed, pieces = _of_each(heir, lost), _of_each(origin, fresh)
    events = []
    for n in fresh:
        came = "returned" if n in continued else "split_off" if n in origin else "found"
        events.append(Event(came, n, continued.get(n), (origin[n],) if n in origin else ()))
    for n in sorted(set(range(len(new))) - set(fresh)):
        o = continued[n]
        merged, split = Event("merged", n, o, absorbed.get(n, ())), Event("split", n, o, pieces.get(o, ()))
        sized = Event(_sized(old[o].area, new[n].area), n, o)
        events += [event for event in (merged, split) if event.others] or [sized]
    for o in lost:
        events.append(Event("absorbed", None, o, (heir[o],)) if o in heir else Event("gone", None, o))
    return Lineage(continued, events)


def _of_each(belongs: dict[int, int], chosen: list[int]) -> dict[int, tuple[int, ...]]:
    """Those of the chosen that belong to each."""
    found: dict[int, tuple[int, ...]] = {}
    for one in chosen:
        if one in belongs:
            found[belongs[one]] = (*found.get(belongs[one], ()), one)
    return found


def _continued(shared: dict[tuple[int, int], float], current: Sequence[bool]) -> dict[int, int]:
    found: dict[int, int] = {}
    taken: set[int] = set()
    for n, o in sorted(shared, key=lambda pair: (not current[pair[1]], -shared[pair], pair)):
        if n not in found and o not in taken:
            found[n] = o
            taken.add(o)
    return found


def _shared(old: Sequence[Any], new: Sequence[Any]) -> dict[tuple[int, int], float]:
    """Square metres that a new and an old outline share, where they are the same place."""
    if not len(old) or not len(new):
        return {}
    before, after = np.array(old), np.array(new)
    n, o = shapely.STRtree(before).query(after, predicate="intersects")
    area = shapely.area(shapely.intersection(after[n], before[o]))
    same = area >= SAME_AREA * np.minimum(shapely.area(after[n]), shapely.area(before[o]))
    found = zip(n[same].tolist(), o[same].tolist(), np.round(area[same]).tolist(), strict=True)
    return {(a, b): square_metres for a, b, square_metres in found}


def same_place(outline: Any, others: Sequence[Any]) -> list[int]:
    """Positions of those that are the same place, the one that shares most first."""
    shared = _shared(others, [outline])
    return [o for _, o in sorted(shared, key=lambda pair: -shared[pair])]


def _sized(before: float, after: float) -> str:
    if after > before * OTHER_SIZE:
        return "grew"
    return "shrank" if before > after * OTHER_SIZE else "kept"
