"""A page one draws on in millimetres from its upper left corner, with the font every sheet is set in."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import shapely
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONT = "NotoSans"
LEADING = 0.53  # millimetres from line to line, for each point of a letter
INK, SOFT, WHITE = (HexColor(c) for c in ("#000000", "#4d4d4d", "#ffffff"))


def opened(title: str, width: float, height: float) -> tuple[Canvas, io.BytesIO]:
    """A PDF with pages of so many millimetres, and where it lies once it is saved."""
    load_font()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width * mm, height * mm), pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator("Snarvei")
    return canvas, out


@cache
def load_font() -> None:
    """Once for the process; embedded in part, so that a sheet stays small."""
    files = resources.files("fontpkg_noto_sans") / "files"
    path = next(file for file in files.iterdir() if file.name.startswith("NotoSans["))
    pdfmetrics.registerFont(TTFont(FONT, str(path)))


class Page:
    """A canvas in millimetres from the upper left corner."""

    def __init__(self, canvas: Canvas, height: float) -> None:
        self.canvas, self.height = canvas, height

    def point(self, x: float, y: float) -> tuple[float, float]:
        return x * mm, (self.height - y) * mm

    def path(self, geometry: Any) -> Any:
        """Lines and polygons (mm) as a path of the canvas."""
        path = self.canvas.beginPath()
        parts = shapely.get_parts(geometry)
        for part in parts[~shapely.is_empty(parts)]:
            solid = shapely.get_type_id(part) == 3
            for ring in (part.exterior, *part.interiors) if solid else (part,):
                points = shapely.get_coordinates(ring)
                path.moveTo(*self.point(*points[0]))
                for x, y in points[1:]:
                    path.lineTo(*self.point(x, y))
                if solid:
                    path.close()
        return path

    def stroke(self, geometry: Any, width: float, colour: Color = INK, dash: Sequence[float] = ()) -> None:
        canvas = self.canvas
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(width * mm)
        canvas.setLineCap(0 if dash else 1)
        canvas.setLineJoin(1)
        canvas.setDash([d * mm for d in dash])
        canvas.drawPath(self.path(geometry), stroke=1, fill=0)
        canvas.setDash([])

    def fill(self, geometry: Any, colour: Color) -> None:
        self.canvas.setFillColor(colour)
        self.canvas.drawPath(self.path(geometry), stroke=0, fill=1, fillMode=0)

    def text(self, x: float, y: float, text: str, size: float, *, heavy: bool = False, colour: Color = INK) -> None:
        """Left-aligned with its baseline at y."""
        self._write(x, y, text, size, 0.035 * size if heavy else 0.0, colour, 0.0)

    def halo(self, x: float, y: float, text: str, size: float, angle: float = 0.0, *, heavy: bool = False) -> None:
        """Centred on the point, white around the signs, turned by degrees."""
        self._write(x, y, text, size, 2.2, WHITE, angle, centred=True)
        self._write(x, y, text, size, 0.035 * size if heavy else 0.0, INK, angle, centred=True)

    def paragraph(self, x: float, y: float, text: str, size: float, wide: float, *, heavy: bool = False) -> float:
        """Lines no wider than so many millimetres; the baseline (mm) of the line that would come next."""
        for line in wrapped(text, size, wide):
            self.text(x, y, line, size, heavy=heavy)
            y += size * LEADING
        return y

    def square(self, x: float, y: float, wide: float, rows: Sequence[Sequence[int]]) -> None:
        """A QR code as rows of modules, quiet zone and all, from its upper left corner."""
        size = wide / len(rows)
        dark = [
            shapely.box(x + c * size, y + r * size, x + (c + 1) * size, y + (r + 1) * size)
            for r, modules in enumerate(rows)
            for c, module in enumerate(modules)
            if module
        ]
        self.fill(shapely.MultiPolygon(dark), INK)

    def _write(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        line: float,
        colour: Color,
        angle: float,
        *,
        centred: bool = False,
    ) -> None:
        canvas = self.canvas
        canvas.saveState()
        canvas.translate(*self.point(x, y))
        canvas.rotate(angle)
        canvas.setFillColor(colour)
        canvas.setStrokeColor(colour)
        canvas.setLineJoin(1)
        canvas.setLineWidth(line)
        written = canvas.beginText(-width_mm(text, size) / 2 * mm if centred else 0, -0.36 * size if centred else 0)
        written.setFont(FONT, size)
        written.setTextRenderMode(2 if line else 0)
        written.textOut(text)
        canvas.drawText(written)
        canvas.restoreState()


def width_mm(text: str, size: float) -> float:
    """How wide a text is in the sheet's font at a size in points."""
    load_font()
    return float(pdfmetrics.stringWidth(text, FONT, size)) / mm


def wrapped(text: str, size: float, wide: float) -> list[str]:
    """Lines no wider than so many millimetres, broken between words."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if width_mm(longer, size) <= wide or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def fitted(text: str, size: float, wide: float) -> str:
    """The text, cut short with a sign of it if it is wider than so many millimetres."""
    if width_mm(text, size) <= wide:
        return text
    while text and width_mm(text + "…", size) > wide:
        text = text[:-1]
    return text.rstrip() + "…"
