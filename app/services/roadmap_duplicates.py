"""Inputs that may be the same wish: their words are alike, and they do not lie in different places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.model import Process, RoadmapInput
from gis.crs import WGS84, project

ALIKE = 0.6
ALIKE_NEARBY = 0.4
NEARBY_M = 150.0
APART_M = 500.0
MOST = 50
MOST_COMPARED = 2_000
CHUNK = 500


@dataclass(frozen=True)
class Pair:
    """``likeness`` from 0 to 1; ``metres`` between their places, None where one has none."""

    older: RoadmapInput
    newer: RoadmapInput
    likeness: float
    metres: float | None


def pairs(db: Session, process: Process, of: RoadmapInput | None = None) -> list[Pair]:
    """The likeliest pairs first, at most ``MOST``; with ``of`` only those that it is one of.

    Words of likeness ``ALIKE`` are enough, ``ALIKE_NEARBY`` within ``NEARBY_M`` of each other; what lies more than
    ``APART_M`` apart is never one wish. Only the newest ``MOST_COMPARED`` inputs are compared.
    """
    compared = (
        select(RoadmapInput)
        .where(RoadmapInput.process_id == process.id, RoadmapInput.status != "merged")
        .order_by(RoadmapInput.number.desc())
        .limit(MOST_COMPARED)
    )
    rows = list(reversed(db.scalars(compared).all()))
    if of is not None and of not in rows and of.status != "merged":
        rows.insert(0, of)
    if len(rows) < 2:
        return []
    words = _trigrams([f"{row.title} {row.title} {row.text or ''}" for row in rows])
    wanted = range(len(rows)) if of is None else [n for n, row in enumerate(rows) if row.id == of.id]
    places = _places(process, rows)
    found = [
        Pair(rows[min(a, b)], rows[max(a, b)], likeness, metres)
        for a, b, likeness in _alike(words, list(wanted), whole=of is None)
        if _one_wish(likeness, metres := _metres(places[a], places[b]))
    ]
    return sorted(found, key=lambda pair: (-pair.likeness, pair.older.number, pair.newer.number))[:MOST]


def _alike(words: Any, wanted: list[int], *, whole: bool) -> Iterator[tuple[int, int, float]]:
    """Pairs of positions with their likeness; each pair once."""
    for first in range(0, len(wanted), CHUNK):
        chosen = wanted[first : first + CHUNK]
        product = (words[chosen] @ words.T).tocoo()
        a, b = np.array(chosen)[product.row], product.col
        kept = (product.data >= ALIKE_NEARBY) & ((a < b) if whole else (a != b))
        yield from zip(a[kept].tolist(), b[kept].tolist(), product.data[kept].tolist(), strict=True)


def _one_wish(likeness: float, metres: float | None) -> bool:
    if metres is not None and metres > APART_M:
        return False
    return likeness >= (ALIKE_NEARBY if metres is not None and metres <= NEARBY_M else ALIKE)


def _trigrams(texts: list[str]) -> Any:
    """A row of unit length for each text: its trigrams, the rarer the heavier (tf-idf), so that the product of two rows
    is the cosine of the angle between them.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer  # half a second, for this page alone

    vectors = TfidfVectorizer(analyzer="char", ngram_range=(3, 3), smooth_idf=False, lowercase=False)
    return vectors.fit_transform([f" {' '.join(text.casefold().split())} " for text in texts])


def _places(process: Process, rows: list[RoadmapInput]) -> list[Any]:
    """In metres, None where an input has none."""
    placed = [n for n, row in enumerate(rows) if row.location is not None]
    shapes = project(np.array([rows[n].location for n in placed], dtype=object), WGS84, process.export_epsg)
    found: list[Any] = [None] * len(rows)
    for n, shape in zip(placed, shapes, strict=True):
        found[n] = shape
    return found


def _metres(one: Any, other: Any) -> float | None:
    return None if one is None or other is None else float(shapely.distance(one, other))
