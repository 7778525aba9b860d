"""Heat drawn from a ``density.View``: smoothed counts of people as map tiles and pictures, with their scale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np
from numba import njit
from PIL import Image

from gis import ramps
from gis.crs import WEB_MERCATOR_WORLD_M
from gis.density import FINEST, View, deinterleave, interleave

SIZE = 256
SIZES = (256, 512)
MAX_ZOOM = 20
_BLOCK = 4
_INSIDE = np.column_stack(deinterleave(np.arange(1 << 2 * _BLOCK, dtype=np.uint64))).astype(np.int64)
_known: WeakKeyDictionary[View, dict[int | tuple[int, float], float]] = WeakKeyDictionary()
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Style:
    """``kernel_m``: how far from a point its people are counted, in metres; at least ``least_px`` pixels."""

    kernel_m: float
    least_px: float
    ramp: ramps.Ramp


HEAT = Style(40.0, 5.0, ramps.HEAT)
ROUTES = Style(12.0, 1.5, ramps.ROUTES)
DIFFERENCE = Style(40.0, 5.0, ramps.DIFFERENCE)


@dataclass(frozen=True)
class Frame:
    """What is drawn: a rectangle in cells of ``level``, fractions of cells too, as ``size`` pixels across and down.

    ``radius``: how far the kernel reaches, in cells of ``cell_m`` metres.
    """

    level: int
    west: float
    north: float
    east: float
    south: float
    size: tuple[int, int]
    radius: float
    cell_m: float
    ramp: ramps.Ramp

    @property
    def up(self) -> float:
        """How many levels up the cells are as large as the kernel."""
        return float(np.log2(np.sqrt(np.pi) * self.radius))


@dataclass(frozen=True)
class Scale:
    """The ramp ends at ``people`` (or more) within about ``metres``, and is logarithmic.

    ``each`` is what one person in one cell adds: less than one if people are in several cells of a neighbourhood, as
    those are who walk through it; zero if there is nobody.
    """

    people: float
    metres: float
    each: float

    def at(self, people: np.ndarray) -> np.ndarray:
        """Where on the ramp, 0 to 1, so many people stand."""
        return np.minimum(np.log1p(people) / np.float32(np.log1p(self.people)), np.float32(1))

    def ticks(self, least: int, most: int = 4) -> list[tuple[float, int]]:
        """(where on the ramp, how many people) for a legend: rounded numbers from ``least`` to the top."""
        if not self.each:
            return []
        count = int(np.clip(1 + round(np.log2(self.people / least)), 1, most))
        numbers = sorted({max(rounded(number), least) for number in np.geomspace(self.people, least, count)})
        return [(float(self.at(np.array(number))), number) for number in numbers]


def rounded(number: float) -> int:
    """Two significant figures."""
    step = 10 ** max(int(np.log10(max(number, 1))) - 1, 0)
    return int(round(number / step) * step)


def valid(z: int, x: int, y: int) -> bool:
    return 0 <= z <= MAX_ZOOM and 0 <= x < (1 << z) and 0 <= y < (1 << z)


def tile(z: int, x: int, y: int, style: Style = HEAT, *, latitude: float = 60.0, size: int = SIZE) -> Frame:
    """XYZ tile z/x/y; with ``size`` 512 the same ground, twice as fine. The kernel's metres hold at ``latitude``."""
    level = min(z + size.bit_length() - 1, FINEST)
    side = 1 << (level - z)
    edges = x * side, y * side, (x + 1) * side, (y + 1) * side
    return _frame(level, edges, (size, size), style, latitude, side / SIZE)


def extent(bounds: Bounds, style: Style = HEAT, *, size: int = 1024) -> Frame:
    """``bounds`` (west, south, east, north in degrees, not empty) in Web Mercator, the longer side ``size`` pixels."""
    (west, north), (east, south) = _unit(bounds[0], bounds[3]), _unit(bounds[2], bounds[1])
    longest = max(east - west, south - north)
    level = int(np.clip(np.floor(np.log2(size / longest)), _BLOCK, FINEST))
    cells = 1 << level
    edges = west * cells, north * cells, east * cells, south * cells
    width, height = (max(round(size * side / longest), 1) for side in (east - west, south - north))
    return _frame(level, edges, (width, height), style, (bounds[1] + bounds[3]) / 2, longest * cells / size)


def _frame(
    level: int, edges: Bounds, size: tuple[int, int], style: Style, latitude: float, cells_per_pixel: float
) -> Frame:
    cell_m = WEB_MERCATOR_WORLD_M / (1 << level) * float(np.cos(np.radians(min(abs(latitude), 85.0))))
    radius = max(style.kernel_m / cell_m, style.least_px * cells_per_pixel, 0.8)
    return Frame(level, *edges, size, radius, cell_m, style.ramp)


def heat(view: View, frame: Frame, format: str = "png") -> bytes | None:
    """A picture whose pixels say about how many people are within the kernel around them; None if nothing may be seen.

    The ramp's top depends on the zoom alone, so that neighbouring tiles fit together.
    """
    amount = _amount(scale(frame, view).at(_people(view, frame)), frame)
    return ramps.picture(amount, frame.ramp, format) if amount.any() else None


def difference(more: View, less: View, frame: Frame, format: str = "png") -> bytes | None:
    """A picture of how many more people are in ``more`` than in ``less``: the ramp begins with less, ends with more and
    is as many in its middle; the fewer there are in both, the more transparent. None if nothing may be seen.

    Each view has withheld its own small groups, and the picture is made of nothing else.
    """
    one, other = _people(more, frame), _people(less, frame)
    at = scale(frame, more, less).at
    amount = _amount(at(one + other), frame)
    lean = _magnified(np.sign(one - other) * at(np.abs(one - other)), frame)
    leaning = (lean * 127.5 + 127.5).round().astype(np.uint8)
    return ramps.leaning(leaning, amount, frame.ramp, format) if amount.any() else None


def scale(frame: Frame, *views: View) -> Scale:
    """What the colours of a picture of these views mean; they end at the most people anywhere, in the frame or not."""
    peak, each = (max(measure(view, frame) for view in views) for measure in (_peak, _each))
    return Scale(max(peak, *(view.minimum for view in views)), frame.radius * frame.cell_m, each)


def _each(view: View, frame: Frame) -> float:
    """Distinct people in cells as large as the kernel, between the two levels nearest to that, beside those in all the
    frame's own, finer cells.
    """
    coarse = frame.level - int(frame.up)
    fine, near, far = (_total(view, level) for level in (frame.level, coarse, coarse - 1))
    return near ** (1 - frame.up % 1) * far ** (frame.up % 1) / fine if fine else 0.0


def _total(view: View, level: int) -> float:
    """The sum of the people in the cells of a level."""
    known = _known.setdefault(view, {})
    if level not in known:
        known[level] = float(view.counts(level)[1].sum(dtype=np.float64))
    return known[level]


def _peak(view: View, frame: Frame) -> float:
    """The most people around any cell near the fullest of the cells as large as the kernel."""
    known, key = _known.setdefault(view, {}), (frame.level, frame.radius)
    if key not in known:
        side = 1 << int(frame.up)
        codes, people = view.counts(frame.level - int(frame.up))
        fullest = codes[[people.argmax()]] if len(codes) else np.zeros(1, np.uint64)
        x, y = (int(axis[0]) * side for axis in deinterleave(fullest))
        around = replace(frame, west=x - side, north=y - side, east=x + 2 * side, south=y + 2 * side)
        known[key] = float(_people(view, around).max())
    return known[key]


def _people(view: View, frame: Frame) -> np.ndarray:
    """About how many people are within the kernel around each cell of the frame and of one cell more on each side."""
    taps = _taps(frame.radius)
    margin = len(taps) // 2 + 1
    left, top = int(np.floor(frame.west)) - margin, int(np.floor(frame.north)) - margin
    shape = int(np.ceil(frame.south)) + margin - top, int(np.ceil(frame.east)) + margin - left
    rows, columns = (
        np.arange(max(first, 0) >> _BLOCK, (min(first + length, 1 << frame.level) - 1 >> _BLOCK) + 1)
        for first, length in ((top, shape[0]), (left, shape[1]))
    )
    x, y = (axis.ravel() for axis in np.meshgrid(columns, rows))
    blocks = interleave(x.astype(np.uint64), y.astype(np.uint64)) << np.uint64(2 * _BLOCK)
    corners = np.column_stack([(x << _BLOCK) - left, (y << _BLOCK) - top])
    field = np.zeros(shape, np.float32)
    if not _filled(*view.counts(frame.level), blocks, corners, _INSIDE, field):
        return field[margin - 1 : 1 - margin, margin - 1 : 1 - margin]
    return _smoothed(field, taps * np.float32(np.sqrt(_each(view, frame))))


def _taps(radius: float) -> np.ndarray:
    """The kernel along one axis: a cubic B-spline, close to a Gaussian, nothing beyond 2.4 radii. It is one in the
    middle and as large as a disc of ``radius``: of people who stand apart it counts as many as are within the radius.
    """
    knots = np.sqrt(np.pi) * radius / 1.5
    reach = int(np.ceil(2 * knots)) - 1
    at = np.abs(np.arange(-reach, reach + 1)) / knots
    return np.where(at < 1, 1 - 1.5 * at**2 + 0.75 * at**3, (2 - at) ** 3 / 4).astype(np.float32)


def _amount(shade: np.ndarray, frame: Frame) -> np.ndarray:
    return (_magnified(shade, frame) * 255).astype(np.uint8)


def _magnified(field: np.ndarray, frame: Frame) -> np.ndarray:
    """The frame's pixels, from its cells and one more on each side: interpolated across the edge, so no seam shows."""
    west, north = 1 + frame.west % 1, 1 + frame.north % 1
    box = west, north, west + frame.east - frame.west, north + frame.south - frame.north
    if box == (1, 1, 1 + frame.size[0], 1 + frame.size[1]):
        return field[1:-1, 1:-1]
    return np.asarray(Image.fromarray(field).resize(frame.size, Image.Resampling.BILINEAR, box))


def _unit(lon: float, lat: float) -> tuple[float, float]:
    """Web Mercator as fractions of the world, x east and y south."""
    sine = np.clip(np.sin(np.radians(lat)), -0.9999, 0.9999)
    return lon / 360 + 0.5, float(0.5 - np.arctanh(sine) / (2 * np.pi))


@njit(cache=True, nogil=True)
def _filled(codes, people, blocks, corners, inside, field):  # type: ignore[no-untyped-def]
    """Write the counts of these blocks of cells into the field; whether there were any."""
    height, width = field.shape
    found = False
    for n in range(len(blocks)):
        at = np.searchsorted(codes, blocks[n])
        while at < len(codes) and codes[at] - blocks[n] < len(inside):
            cell = inside[codes[at] - blocks[n]]
            column, row = corners[n, 0] + cell[0], corners[n, 1] + cell[1]
            if 0 <= row < height and 0 <= column < width:
                field[row, column] = people[at]
                found = True
            at += 1
    return found


@njit(cache=True, nogil=True)
def _smoothed(field, taps):  # type: ignore[no-untyped-def]
    """The field under the same taps across and down, without the margin where they do not fit."""
    height, width = field.shape[0] - len(taps) + 1, field.shape[1] - len(taps) + 1
    across = np.zeros((field.shape[0], width), np.float32)
    for row in range(field.shape[0]):
        for tap in range(len(taps)):
            for column in range(width):
                across[row, column] += taps[tap] * field[row, column + tap]
    found = np.zeros((height, width), np.float32)
    for row in range(height):
        for tap in range(len(taps)):
            for column in range(width):
                found[row, column] += taps[tap] * across[row + tap, column]
    return found
