"""A printed map sheet: where its map lies on the paper and on the ground, its corner marks, and its number.

The number on the sheet says everything about it, so that a sheet needs no row in a database. On paper, millimetres from
the upper left corner, y downwards; on the ground, longitude and latitude. The map is a piece of Web Mercator, so that
what is straightened lies under the map on the screen without bending.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

PAPERS = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}
SCALES = (1000, 1500, 2000, 2500, 4000, 5000, 7500, 10_000, 12_500, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000)
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
NUMBER_LENGTH = 12
EDGE_MM = 8.0
MARK_MM = 14.0
GAP_MM = 3.0
FOOT_MM = 38.0
QR_MM = 24.0
CORNERS = ("upper left", "upper right", "lower right", "lower left")
CELLS = 7
# The first 48 markers of ArUco's dictionary DICT_5X5_50, each 5 × 5 bits in rows, white is 1.
# fmt: off
MARKERS = (
    0x145B2BC, 0x01C06E6, 0x1AF0EDD, 0x10395F7, 0x1AEB524, 0x1D4082D, 0x0D3D7EC, 0x0E2146B,
    0x10D6132, 0x1313FA5, 0x13CEE03, 0x1A2DAC0, 0x1E62B11, 0x05E7166, 0x1FCFCA8, 0x051E37F,
    0x097A758, 0x0BEA26F, 0x0F64DC4, 0x1061DE8, 0x12DDA75, 0x150E440, 0x16B0CA1, 0x0BA12DE,
    0x19CD023, 0x1A59972, 0x1C3CE8B, 0x0224246, 0x03B9672, 0x024223B, 0x027376E, 0x0368873,
    0x040D0CE, 0x04AAAC8, 0x04643BA, 0x07A6FEA, 0x0998AAC, 0x082D101, 0x09AAD1D, 0x0863C72,
    0x0AD2825, 0x0A52F9E, 0x0D849F7, 0x0C309D9, 0x0DA7E31, 0x0E9627A, 0x0E9B997, 0x0F94806,
)
# fmt: on
FAMILIES = len(MARKERS) // 4
_RADIUS_M = 6_378_137.0
_STEP = 10_000
_LONGITUDES, _LATITUDES, _CHECKS = 360 * _STEP + 1, 180 * _STEP + 1, 512


@dataclass(frozen=True)
class Sheet:
    """``longitude`` and ``latitude``: the middle of the map, on a lattice of 0.0001°; ``check`` ties it to an owner."""

    paper: str
    upright: bool
    scale: int
    longitude: float
    latitude: float
    check: int = 0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the paper, mm."""
        short, long = PAPERS[self.paper]
        return (short, long) if self.upright else (long, short)

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the map on the paper, mm."""
        width, height = self.size
        top = EDGE_MM + MARK_MM + GAP_MM
        return EDGE_MM, top, width - EDGE_MM, height - EDGE_MM - FOOT_MM - GAP_MM

    @property
    def family(self) -> int:
        """Which four of the markers stand in its corners."""
        return self.check % FAMILIES

    def marks(self) -> np.ndarray:
        """The marks, clockwise from upper left, each by its corners clockwise: (4, 4, 2) in mm."""
        width, height = self.size
        right, low = width - EDGE_MM - MARK_MM, height - EDGE_MM - MARK_MM
        corners = np.array([[EDGE_MM, EDGE_MM], [right, EDGE_MM], [right, low], [EDGE_MM, low]])
        square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]) * MARK_MM
        return corners[:, None, :] + square[None, :, :]

    def qr(self) -> tuple[float, float]:
        """Upper left corner of the square with the sheet's address, beside the lower right mark, mm."""
        width, height = self.size
        return width - EDGE_MM - MARK_MM - GAP_MM - QR_MM, height - EDGE_MM - QR_MM

    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the map, degrees."""
        left, top, right, bottom = self.frame
        (west, north), (east, south) = self.to_ground(np.array([[left, top], [right, bottom]]))
        return float(west), float(south), float(east), float(north)

    def to_ground(self, mm: np.ndarray) -> np.ndarray:
        """Points on the paper (n, 2) as longitude and latitude."""
        x, y = self._mercator_centre()
        middle = self._middle()
        mercator = (np.asarray(mm, float) - middle) * [1, -1] * self._mercator_per_mm() + [x, y]
        return _geographic(mercator)

    def to_paper(self, lonlat: np.ndarray) -> np.ndarray:
        """Longitudes and latitudes (n, 2) as points on the paper, mm."""
        moved = _mercator(np.asarray(lonlat, float)) - self._mercator_centre()
        return moved / self._mercator_per_mm() * [1, -1] + self._middle()

    def _middle(self) -> np.ndarray:
        left, top, right, bottom = self.frame
        return np.array([(left + right) / 2, (top + bottom) / 2])

    def _mercator_centre(self) -> np.ndarray:
        centre: np.ndarray = _mercator(np.array([[self.longitude, self.latitude]]))[0]
        return centre

    def _mercator_per_mm(self) -> float:
        """Metres of the Mercator plane, which grows towards the poles, for one millimetre."""
        return float(self.scale / 1000 / np.cos(np.radians(self.latitude)))


def around(paper: str, scale: int, longitude: float, latitude: float, owner: bytes, *, upright: bool = False) -> Sheet:
    """A sheet of the owner's (a process) with its middle at this place."""
    sheet = Sheet(paper, upright, scale, _snapped(longitude), _snapped(latitude))
    return _checked(sheet, owner)


def covering(paper: str, bounds: tuple[float, float, float, float], owner: bytes) -> Sheet:
    """The sheet of largest scale, lying or upright, that shows the bounds (degrees), or of the smallest scale."""
    west, south, east, north = bounds
    corners = np.array([[west, south], [east, north]])
    for scale in SCALES:
        for upright in (False, True):
            sheet = around(paper, scale, (west + east) / 2, (south + north) / 2, owner, upright=upright)
            left, top, right, bottom = sheet.frame
            (x0, y1), (x1, y0) = sheet.to_paper(corners)
            if left <= x0 and top <= y0 and x1 <= right and y1 <= bottom:
                return sheet
    return sheet


def number(sheet: Sheet) -> str:
    """The sheet's number as it is printed: ``2K7B-94MX-CC3T``."""
    value = _packed(sheet) * _CHECKS + sheet.check
    signs = []
    for _ in range(NUMBER_LENGTH):
        value, sign = divmod(value, len(ALPHABET))
        signs.append(ALPHABET[sign])
    text = "".join(reversed(signs))
    return "-".join(text[i : i + 4] for i in range(0, NUMBER_LENGTH, 4))


def read_number(text: str, owner: bytes) -> Sheet | None:
    """The owner's sheet with this number, or None: mistyped, or another owner's. Case and dashes do not matter."""
    if not complete(text):
        return None
    value = 0
    for sign in plain_number(text):
        value = value * len(ALPHABET) + ALPHABET.index(sign)
    value, check = divmod(value, _CHECKS)
    value, upright = divmod(value, 2)
    value, paper = divmod(value, len(PAPERS))
    value, scale = divmod(value, 16)
    longitude, latitude = divmod(value, _LATITUDES)
    if scale >= len(SCALES) or longitude >= _LONGITUDES:
        return None
    sheet = Sheet(
        tuple(PAPERS)[paper],
        bool(upright),
        SCALES[scale],
        round(longitude / _STEP - 180, 4),
        round(latitude / _STEP - 90, 4),
    )
    made = _checked(sheet, owner)
    return made if made.check == check else None


def complete(text: str) -> bool:
    """Whether the text could be the number of anybody's sheet."""
    signs = plain_number(text)
    return len(signs) == NUMBER_LENGTH and not set(signs) - set(ALPHABET)


def plain_number(text: str) -> str:
    """Without case, spaces and dashes."""
    return "".join(sign for sign in text.upper() if sign.isalnum())[: NUMBER_LENGTH + 1]


def _packed(sheet: Sheet) -> int:
    longitude, latitude = round((sheet.longitude + 180) * _STEP), round((sheet.latitude + 90) * _STEP)
    value = (longitude * _LATITUDES + latitude) * 16 + SCALES.index(sheet.scale)
    return (value * len(PAPERS) + list(PAPERS).index(sheet.paper)) * 2 + sheet.upright


def _checked(sheet: Sheet, owner: bytes) -> Sheet:
    check = int.from_bytes(hashlib.sha256(owner + str(_packed(sheet)).encode()).digest()[:4]) % _CHECKS
    return Sheet(sheet.paper, sheet.upright, sheet.scale, sheet.longitude, sheet.latitude, check)


def _snapped(degrees: float) -> float:
    return round(degrees, 4)


def _mercator(lonlat: np.ndarray) -> np.ndarray:
    x = np.radians(lonlat[:, 0])
    y = np.arctanh(np.sin(np.radians(lonlat[:, 1])))
    return np.column_stack([x, y]) * _RADIUS_M


def _geographic(mercator: np.ndarray) -> np.ndarray:
    x, y = (mercator / _RADIUS_M).T
    return np.degrees(np.column_stack([x, np.arcsin(np.tanh(y))]))
