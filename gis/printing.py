"""A map sheet as PDF: legible in black and white, drawn from the gazetteer, with the marks that let it be read back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from reportlab.lib.colors import HexColor

from gis.canvas import INK, SOFT, WHITE, Page, fitted, opened, width_mm, wrapped
from gis.sheet import CELLS, EDGE_MM, GAP_MM, MARK_MM, MARKERS, QR_MM, Sheet, number

PENS = {"line": "#0047a0", "circle": "#b35c00", "smile": "#00734f", "triangle": "#b3261e", "star": "#6a3d9a"}
AREAS = ("water", "forest", "park", "school", "sports_hall", "other")
NAMED = {"school": 10.5, "sports_hall": 8.5, "park": 8.5, "forest": 8.5, "water": 9.5, "other": 8.0, "street": 7.5}
SCALE_BAR_MM = 60.0


@dataclass(frozen=True)
class Feature:
    """A thing of the gazetteer; ``geometry`` in WGS 84."""

    kind: str
    name: str
    geometry: Any


@dataclass(frozen=True)
class Words:
    """What stands on the sheet. ``pens`` are a shape of ``PENS``, the colour's name and what it means."""

    title: str
    process: str
    number: str
    scale: str
    north: str
    source: str
    line: str
    pens: Sequence[tuple[str, str, str]]
    steps_title: str
    steps: Sequence[str]
    warning: str = ""


def pdf(sheet: Sheet, features: Iterable[Feature], area: Any, qr: Sequence[Sequence[int]], words: Words) -> bytes:
    """Two pages: the map, and for the adult how to use it. ``area`` is the border (WGS 84), ``qr`` rows of modules."""
    width, height = sheet.size
    canvas, out = opened(f"{words.title} – {number(sheet)}", width, height)
    page = Page(canvas, height)
    _map(page, sheet, list(features), area)
    _marks(page, sheet)
    _head(page, sheet, words)
    _foot(page, sheet, words, qr)
    canvas.showPage()
    _instructions(page, sheet, words)
    canvas.save()
    return out.getvalue()


def _map(page: Page, sheet: Sheet, features: list[Feature], area: Any) -> None:
    frame = shapely.box(*sheet.frame)
    canvas = page.canvas
    canvas.saveState()
    canvas.clipPath(page.path(frame), stroke=0, fill=0)
    shown = _shown(sheet, features, frame)
    for kind in AREAS:
        for feature in shown.get(kind, []):
            _area(page, kind, feature.geometry)
    for feature in shown.get("building", []):
        page.fill(feature.geometry, SOFT)
    for feature in shown.get("path", []):
        page.stroke(feature.geometry, 0.5, INK, (1.4, 1.0))
    streets = [feature.geometry for feature in shown.get("street", [])]
    wide = min(2.6, max(1.0, 9000 / sheet.scale))
    for geometry in streets:
        page.stroke(geometry, wide, INK)
    for geometry in streets:
        page.stroke(geometry, wide - 0.55, WHITE)
    border = shapely.boundary(_on_paper(sheet, area))
    page.stroke(shapely.intersection(border, frame), 0.7, INK, (4, 1.2, 0.7, 1.2))
    _names(page, shown, frame)
    canvas.restoreState()
    page.stroke(shapely.LinearRing(shapely.get_coordinates(frame)), 0.5)


def _shown(sheet: Sheet, features: list[Feature], frame: Any) -> dict[str, list[Feature]]:
    """What lies inside the frame, by kind, in millimetres on the paper."""
    if not features:
        return {}
    west, south, east, north = sheet.bounds()
    geometries = np.array([feature.geometry for feature in features], dtype=object)
    near = np.flatnonzero(shapely.intersects(geometries, shapely.box(west, south, east, north)))
    found: dict[str, list[Feature]] = {}
    for position in near:
        feature = features[position]
        cut = shapely.intersection(shapely.make_valid(_on_paper(sheet, feature.geometry)), frame)
        if not cut.is_empty:
            found.setdefault(feature.kind, []).append(Feature(feature.kind, feature.name, cut))
    return found


def _on_paper(sheet: Sheet, geometry: Any) -> Any:
    return shapely.transform(geometry, sheet.to_paper)


def _area(page: Page, kind: str, geometry: Any) -> None:
    """Each kind has a pattern of its own, so that no colour is needed to tell them apart."""
    polygons = shapely.multipolygons([p for p in shapely.get_parts(geometry) if shapely.get_type_id(p) == 3])
    if polygons.is_empty:
        return
    page.fill(polygons, WHITE)
    if kind == "water":
        page.stroke(shapely.intersection(_waves(polygons.bounds), polygons), 0.22, SOFT)
    elif kind == "forest":
        for x, y in _lattice(polygons, 5.0):
            _tree(page, x, y)
    elif kind == "park":
        for x, y in _lattice(polygons, 2.6):
            page.fill(shapely.Point(x, y).buffer(0.22, quad_segs=4), SOFT)
    elif kind in ("school", "sports_hall"):
        page.stroke(shapely.intersection(_slanted(polygons.bounds), polygons), 0.18, SOFT)
    page.stroke(polygons, 0.6 if kind in ("school", "sports_hall") else 0.3, INK)


def _waves(bounds: tuple[float, float, float, float]) -> Any:
    left, top, right, bottom = bounds
    x = np.arange(left - 1, right + 2, 0.8)
    rows = np.arange(math.floor(top), bottom + 2, 2.2)
    return shapely.multilinestrings(
        [np.column_stack([x, np.full(len(x), y) + 0.35 * np.sin(x * 1.3)]) for y in rows] or None
    )


def _slanted(bounds: tuple[float, float, float, float]) -> Any:
    left, top, right, bottom = bounds
    tall = bottom - top
    starts = np.arange(left - tall, right, 1.8)
    return shapely.multilinestrings([[(x, bottom), (x + tall, top)] for x in starts] or None)


def _lattice(geometry: Any, step: float) -> np.ndarray:
    left, top, right, bottom = geometry.bounds
    x, y = np.meshgrid(np.arange(left, right, step), np.arange(top, bottom, step))
    x[1::2] += step / 2
    xy = np.column_stack([x.ravel(), y.ravel()])
    return xy[shapely.contains_xy(geometry, xy[:, 0], xy[:, 1])]


def _tree(page: Page, x: float, y: float) -> None:
    page.stroke(
        shapely.LineString([(x - 0.9, y + 0.6), (x, y - 1.1), (x + 0.9, y + 0.6), (x - 0.9, y + 0.6)]), 0.22, SOFT
    )
    page.stroke(shapely.LineString([(x, y + 0.6), (x, y + 1.2)]), 0.22, SOFT)


def _names(page: Page, shown: dict[str, list[Feature]], frame: Any) -> None:
    """The most important names first; one that would cover another is left out."""
    taken: list[Any] = []
    for kind, size in NAMED.items():
        parts: dict[str, list[Any]] = {}
        for feature in shown.get(kind, []):
            if feature.name:
                parts.setdefault(feature.name, []).append(feature.geometry)
        for name, geometries in sorted(parts.items()):
            spot = _along(geometries, name, size) if kind == "street" else _within(geometries)
            box = None if spot is None else _box(*spot, name, size)
            if spot is None or box is None or not frame.contains(box) or any(box.intersects(other) for other in taken):
                continue
            taken.append(box)
            page.halo(*spot[:2], name, size, spot[2], heavy=kind == "school")


def _within(geometries: list[Any]) -> tuple[float, float, float] | None:
    largest = max(geometries, key=shapely.area)
    point = shapely.centroid(largest)
    point = point if largest.contains(point) else shapely.point_on_surface(largest)
    return None if point.is_empty else (point.x, point.y, 0.0)


def _along(geometries: list[Any], name: str, size: float) -> tuple[float, float, float] | None:
    """Near the middle of the street's longest piece, turned with it and never upside down."""
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(geometries)))
    lines = lines[shapely.get_type_id(lines) == 1]
    if not len(lines):
        return None
    line, wide = max(lines, key=shapely.length), width_mm(name, size)
    if line.length < wide + 2:
        return None
    middle = line.length / 2
    a, b = (line.interpolate(middle + step) for step in (-wide / 2, wide / 2))
    angle = math.degrees(math.atan2(-(b.y - a.y), b.x - a.x))
    return (a.x + b.x) / 2, (a.y + b.y) / 2, (angle + 90) % 180 - 90


def _box(x: float, y: float, angle: float, name: str, size: float) -> Any:
    half, tall = width_mm(name, size) / 2 + 0.6, 0.36 * size / 2 + 0.5
    box = shapely.box(x - half, y - tall, x + half, y + tall)
    turned = math.radians(-angle)
    turn = np.array([[math.cos(turned), math.sin(turned)], [-math.sin(turned), math.cos(turned)]])
    return shapely.transform(box, lambda xy: (xy - [x, y]) @ turn + [x, y])


def _marks(page: Page, sheet: Sheet) -> None:
    """Black squares with white cells, in white."""
    cell = MARK_MM / CELLS
    for position, corners in enumerate(sheet.marks()):
        left, top = corners[0]
        page.fill(shapely.box(left - 2, top - 2, left + MARK_MM + 2, top + MARK_MM + 2), WHITE)
        page.fill(shapely.box(left, top, left + MARK_MM, top + MARK_MM), INK)
        bits = MARKERS[4 * sheet.family + position]
        inner = CELLS - 2
        for place in range(inner * inner):
            if bits >> (inner * inner - 1 - place) & 1:
                row, column = divmod(place, inner)
                x, y = left + (column + 1) * cell, top + (row + 1) * cell
                page.fill(shapely.box(x, y, x + cell, y + cell), WHITE)


def _head(page: Page, sheet: Sheet, words: Words) -> None:
    width, _ = sheet.size
    left, right = EDGE_MM + MARK_MM + GAP_MM + 1, width - EDGE_MM - MARK_MM - GAP_MM - 1
    page.text(left, EDGE_MM + 6, fitted(words.title, 16, right - left), 16, heavy=True)
    page.text(left, EDGE_MM + 12.5, fitted(words.process, 10, right - left), 10)


def _foot(page: Page, sheet: Sheet, words: Words, qr: Sequence[Sequence[int]]) -> None:
    left, _, right, bottom = sheet.frame
    _, height = sheet.size
    y = bottom + GAP_MM
    _scale_bar(page, sheet, left + 9, y + 4, words)
    _north(page, left + 3, y + 1, words.north)
    aside = left + 9 + SCALE_BAR_MM + 22
    for row, text in enumerate((f"{words.number} {number(sheet)}", words.source)):
        page.text(aside, y + 4 + 4.5 * row, fitted(text, 8, right - aside), 8, heavy=row == 0)
    x, top = sheet.qr()
    page.square(x, top, QR_MM, qr)
    keys_left = EDGE_MM + MARK_MM + GAP_MM
    _pens(page, keys_left, height - EDGE_MM - MARK_MM - 7, x - GAP_MM - keys_left, words)


def _scale_bar(page: Page, sheet: Sheet, x: float, y: float, words: Words) -> None:
    """A round number of metres, black and white in turn."""
    fits = SCALE_BAR_MM * sheet.scale / 1000
    power = 10 ** math.floor(math.log10(fits))
    metres = max(n * power for n in (1, 2, 5) if n * power <= fits)
    long = metres / sheet.scale * 1000
    for part in range(4):
        box = shapely.box(x + part * long / 4, y, x + (part + 1) * long / 4, y + 1.6)
        page.fill(box, INK if part % 2 == 0 else WHITE)
        page.stroke(box, 0.2)
    for part, metre in ((0, "0"), (2, f"{metres / 2:g}"), (4, f"{metres:g} m")):
        page.halo(x + part * long / 4, y - 1.7, metre, 8)
    page.text(x, y + 5, words.scale, 8)


def _north(page: Page, x: float, y: float, letter: str) -> None:
    page.fill(shapely.Polygon([(x, y), (x + 2.2, y + 8), (x, y + 6.4)]), INK)
    page.stroke(shapely.Polygon([(x, y), (x - 2.2, y + 8), (x, y + 6.4)]), 0.3)
    page.halo(x, y + 10, letter, 9, heavy=True)


def _pens(page: Page, x: float, y: float, width: float, words: Words) -> None:
    """What to draw with which pen: a shape, the colour's name and the meaning; one pencil is enough."""
    page.text(x, y, fitted(words.line, 9, width), 9)
    each = width / len(words.pens)
    for position, (shape, colour, meaning) in enumerate(words.pens):
        left = x + position * each
        symbol(page, shape, left + 3.5, y + 7)
        page.text(left, y + 14.5, fitted(meaning, 8, each - 1), 8, heavy=True)
        page.text(left, y + 18, fitted(colour, 8, each - 1), 8)


def symbol(page: Page, shape: str, x: float, y: float) -> None:
    """A pen's shape as a child draws it, about 7 mm wide, around the point."""
    colour = HexColor(PENS[shape])
    for part in _SYMBOLS[shape]:
        page.stroke(shapely.LineString(np.asarray(part) + np.array([x, y])), 0.8, colour)


def _round(radius: float, x: float = 0, y: float = 0, start: float = 0, end: float = 360) -> np.ndarray:
    angle = np.radians(np.linspace(start, end, 25))
    return np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])


def _star() -> np.ndarray:
    angle = np.radians(np.arange(11) * 36 - 90)
    radius = np.where(np.arange(11) % 2 == 0, 3.4, 1.4)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


_SYMBOLS: dict[str, list[Any]] = {
    "line": [[(-3.4, 2), (-1.5, -1.5), (1, 1.2), (3.4, -2)]],
    "circle": [_round(2.8)],
    "smile": [_round(3), _round(0.25, -1, -0.8), _round(0.25, 1, -0.8), _round(1.6, 0, 0.1, 20, 160)],
    "triangle": [[(-3, 2.4), (0, -2.8), (3, 2.4), (-3, 2.4)]],
    "star": [_star()],
}


def _instructions(page: Page, sheet: Sheet, words: Words) -> None:
    width, _ = sheet.size
    left, y = 20.0, 32.0
    wide = min(width - 40, 170.0)
    page.text(left, y, words.steps_title, 20, heavy=True)
    y += 8
    page.text(left, y, f"{words.title} · {words.number} {number(sheet)}", 10)
    y += 14
    for position, step in enumerate(words.steps, 1):
        page.text(left, y, f"{position}", 14, heavy=True)
        for line in wrapped(step, 12, wide - 10):
            page.text(left + 10, y, line, 12)
            y += 6.4
        y += 3.6
    if words.warning:
        for line in wrapped(words.warning, 10, wide):
            page.text(left, y + 4, line, 10)
            y += 5
