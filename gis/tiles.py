"""Map tiles drawn from a ``density.View``: smoothed counts of people as palette PNGs."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image

from gis.density import FINEST, View, deinterleave, interleave

SIZE = 256
MAX_ZOOM = 20
_CIRCUMFERENCE = 40075016.685578488
_PASSES = 3


@dataclass(frozen=True)
class Style:
    """``kernel_m``: radius of the smoothing in metres on the ground; ``least_px``: and in pixels, at least.

    ``ramp``: RGB stops from few to many.
    """

    kernel_m: float
    least_px: float
    ramp: tuple[tuple[int, int, int], ...]


HEAT = Style(40.0, 6.0, ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)))
ROUTES = Style(12.0, 1.5, ((20, 40, 90), (0, 86, 107), (0, 140, 140), (120, 190, 120), (250, 230, 80)))


def valid(z: int, x: int, y: int) -> bool:
    return 0 <= z <= MAX_ZOOM and 0 <= x < (1 << z) and 0 <= y < (1 << z)


def heat(view: View, z: int, x: int, y: int, style: Style = HEAT, *, latitude: float = 60.0) -> bytes | None:
    """The 256 x 256 PNG of XYZ tile z/x/y, or None if nothing may be seen there.

    A pixel is the number of people within the kernel around it, on a logarithmic ramp that ends at the kernel's fullest
    cell anywhere at this zoom, so that neighbouring tiles fit together.
    """
    level = min(z + 8, FINEST)
    side = 1 << (level - z)
    radius = _radius(style, level, z, latitude)
    reach = _PASSES * _half(radius) + 1
    field = _field(view, level, x * side, y * side, side, reach + 1)
    if field is None:
        return None
    smooth = _smooth(field, radius)[reach:-reach, reach:-reach] * (np.pi * radius * radius)
    full = people_scale(view, z, style, latitude=latitude)
    shade = np.clip(np.log1p(smooth) / np.log1p(full) * 255, 0, 255).astype(np.float32)
    index = _magnified(shade, side).astype(np.uint8)
    return _png(index, style.ramp) if index.any() else None


def people_scale(view: View, z: int, style: Style = HEAT, *, latitude: float = 60.0) -> float:
    """How many people the top of the ramp stands for at zoom ``z``: the most in any cell as large as the kernel."""
    level = min(z + 8, FINEST)
    radius = _radius(style, level, z, latitude)
    coarse = max(level - max(int(np.floor(np.log2(2 * radius))), 0), 0)
    _, people = view.counts(coarse)
    return max(float(people.max(initial=0)), float(view.minimum))


def _radius(style: Style, level: int, z: int, latitude: float) -> float:
    """Kernel radius in cells of ``level``."""
    metres_per_cell = _CIRCUMFERENCE * np.cos(np.radians(latitude)) / (1 << level)
    cells_per_pixel = 2.0 ** (level - z - 8)
    return float(max(style.kernel_m / metres_per_cell, style.least_px * cells_per_pixel, 0.8))


def _field(view: View, level: int, left: int, top: int, side: int, margin: int) -> np.ndarray | None:
    """Counts of people in the window of cells, ``margin`` cells wider on each side; None if it is empty."""
    width, most = side + 2 * margin, 1 << level
    step = max(side // 8, 1)
    columns = np.arange(max(left - margin, 0) // step, min(left + side + margin, most - 1) // step + 1)
    rows = np.arange(max(top - margin, 0) // step, min(top + side + margin, most - 1) // step + 1)
    field = np.zeros((width, width), np.float32)
    found = False
    for low, high in _ranges(columns, rows, step * step):
        codes, people = view.between(level, low, high)
        cx, cy = deinterleave(codes)
        i, j = cy.astype(np.int64) - top + margin, cx.astype(np.int64) - left + margin
        inside = (i >= 0) & (i < width) & (j >= 0) & (j < width)
        field[i[inside], j[inside]] = people[inside]
        found = found or bool(inside.any())
    return field if found else None


def _ranges(columns: np.ndarray, rows: np.ndarray, span: int) -> list[tuple[int, int]]:
    """Code ranges [low, high) that cover these blocks of ``span`` cells, neighbours in code order joined."""
    cx, cy = np.meshgrid(columns.astype(np.uint64), rows.astype(np.uint64))
    blocks = np.sort(interleave(cx.ravel(), cy.ravel())).astype(np.int64)
    breaks = np.flatnonzero(np.diff(blocks) != 1)
    starts, stops = np.append(0, breaks + 1), np.append(breaks, len(blocks) - 1)
    return [(int(blocks[a]) * span, (int(blocks[b]) + 1) * span) for a, b in zip(starts, stops, strict=True)]


def _half(radius: float) -> int:
    """Half the width of a box pass: three of them spread about as far as the kernel."""
    return max(round(radius / 2), 1) if radius >= 1.5 else 0


def _smooth(field: np.ndarray, radius: float) -> np.ndarray:
    """Three box passes: close to a Gaussian whose standard deviation is half the radius."""
    half = _half(radius)
    if half == 0:
        return field / np.float32(np.pi * radius * radius)
    for _ in range(_PASSES):
        field = _box(_box(field, half).T, half).T
    return field


def _box(field: np.ndarray, half: int) -> np.ndarray:
    padded = np.zeros((field.shape[0], field.shape[1] + 2 * half + 1), np.float64)
    np.cumsum(field, axis=1, out=padded[:, half + 1 : half + 1 + field.shape[1]])
    padded[:, half + 1 + field.shape[1] :] = padded[:, half + field.shape[1], None]
    width = 2 * half + 1
    return ((padded[:, width:] - padded[:, :-width]) / width).astype(np.float32)


def _magnified(field: np.ndarray, side: int) -> np.ndarray:
    """``side`` cells and one more all around, as 256 pixels: enlarged before it is cut, so that no seam shows."""
    if side == SIZE:
        return field[1:-1, 1:-1]
    factor = SIZE // side
    image = Image.fromarray(field).resize((field.shape[1] * factor, field.shape[0] * factor), Image.Resampling.BILINEAR)
    return np.asarray(image)[factor:-factor, factor:-factor]


def _png(index: np.ndarray, ramp: tuple[tuple[int, int, int], ...]) -> bytes:
    colours, alpha = _palette(ramp)
    image = Image.fromarray(index)
    image.putpalette(colours)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1, transparency=alpha)
    return out.getvalue()


@cache
def _palette(ramp: tuple[tuple[int, int, int], ...]) -> tuple[bytes, bytes]:
    """256 colours between the stops and their alpha: nothing at the very bottom, quickly more, never quite opaque."""
    at = np.linspace(0, len(ramp) - 1, 256)
    stops = np.array(ramp, float)
    rgb = np.column_stack([np.interp(at, np.arange(len(ramp)), stops[:, band]) for band in range(3)])
    alpha = np.interp(np.arange(256), [0, 8, 90, 255], [0, 0, 190, 225])
    return rgb.round().astype(np.uint8).tobytes(), alpha.round().astype(np.uint8).tobytes()
