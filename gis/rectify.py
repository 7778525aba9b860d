"""A photo or scan of a sheet straightened onto its map: bytes and arrays in, arrays out; nothing is kept.

OpenCV is loaded when the first picture comes, not when the service starts.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from gis.sheet import CORNERS, FAMILIES, GAP_MM, MARK_MM, QR_MM, Sheet

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 80_000_000
WORKED_ON_PX = 4000
FEWEST_PX = 500
FEWEST_MARKS = 3
PX_PER_MM = 8.0
LARGEST_ERROR_MM = 0.6
_QR_PX_PER_MM = 14.0


class Unreadable(ValueError):
    """A picture that cannot be straightened; ``code`` is stable, ``facts`` are for the message."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class Found:
    """The marks of one sheet in a picture: ``corners[i]`` are the four corners, px, of the mark at ``CORNERS[i]``."""

    family: int
    corners: dict[int, np.ndarray]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for position, name in enumerate(CORNERS) if position not in self.corners)


@dataclass(frozen=True)
class Straight:
    """The map of the sheet, north up, RGB; ``error_mm`` is how far the marks lie from where they should, at most."""

    picture: np.ndarray
    error_mm: float


def opened(data: bytes) -> np.ndarray:
    """The picture upright as RGB, at most ``WORKED_ON_PX`` long; everything else the file says is left behind.

    Raises Unreadable: picture_type, picture_unreadable, picture_too_many_pixels, picture_cut_short, picture_too_small.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image: Any = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise Unreadable("picture_too_many_pixels", most=MOST_PIXELS // 1_000_000) from error
    except UnidentifiedImageError as error:
        raise Unreadable("picture_type", wanted=", ".join(FORMATS)) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise Unreadable("picture_unreadable") from error
    if image.width * image.height > MOST_PIXELS:
        raise Unreadable("picture_too_many_pixels", most=MOST_PIXELS // 1_000_000)
    if max(image.size) < FEWEST_PX:
        raise Unreadable("picture_too_small", least=FEWEST_PX)
    image.draft("RGB", (WORKED_ON_PX, WORKED_ON_PX))
    try:
        image = ImageOps.exif_transpose(image)
        image.thumbnail((WORKED_ON_PX, WORKED_ON_PX))
        return np.asarray(_on_white(image))
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise Unreadable("picture_cut_short") from error


def marks(picture: np.ndarray) -> Found:
    """The corner marks of the sheet in the picture, whichever way it was held.

    Raises Unreadable: marks_missing with how many were ``found``, if fewer than three of one sheet are seen.
    """
    families: dict[int, dict[int, np.ndarray]] = {}
    for attempt in _lighter(picture):
        corners, ids, _ = _detector().detectMarkers(attempt)
        for corner, id in zip(corners, ids if ids is not None else [], strict=False):
            family, position = divmod(int(np.ravel(id)[0]), 4)
            if family < FAMILIES:
                families.setdefault(family, {}).setdefault(position, corner.reshape(4, 2).astype(float))
        family, found = max(families.items(), key=lambda item: len(item[1]), default=(0, {}))
        if len(found) == 4:
            break
    if len(found) < FEWEST_MARKS:
        raise Unreadable("marks_missing", found=len(found))
    return Found(family, found)


def address(picture: np.ndarray, found: Found) -> str | None:
    """What the sheet's QR code says, read beside a mark near it or else in the whole picture."""
    cv2 = _opencv()
    reader = cv2.QRCodeDetector()
    for crop in (*_near_qr(picture, found), picture):
        try:
            text, _, _ = reader.detectAndDecode(crop)
        except cv2.error:
            continue
        if text:
            return str(text)
    return None


def straightened(picture: np.ndarray, found: Found, sheet: Sheet) -> Straight:
    """The sheet's map cut out of the picture. Raises Unreadable: sheet_bent if the marks do not fit a flat sheet."""
    cv2 = _opencv()
    matrix = _homography(found, sheet.marks())
    error = _error_mm(matrix, found, sheet.marks())
    if error > LARGEST_ERROR_MM:
        raise Unreadable("sheet_bent")
    left, top, right, bottom = sheet.frame
    sharp = min(PX_PER_MM, max(4.0, _px_per_mm(found)))
    size = round((right - left) * sharp), round((bottom - top) * sharp)
    to_mm = np.array([[(right - left) / size[0], 0, left], [0, (bottom - top) / size[1], top], [0, 0, 1]])
    halfway = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    to_picture = np.linalg.inv(halfway) @ matrix @ to_mm @ halfway
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpPerspective(picture, to_picture, size, flags=flags, borderValue=(255, 255, 255))
    return Straight(_evenly_lit(cut), error)


def encoded(picture: np.ndarray) -> bytes:
    """The picture as JPEG, with nothing else in the file."""
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=84, optimize=True)
    return out.getvalue()


def _on_white(image: Any) -> Any:
    """Transparent scans lie on white paper."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


@cache
def _opencv() -> Any:
    import cv2

    return cv2


@cache
def _detector_settings() -> Any:
    aruco = _opencv().aruco
    settings = aruco.DetectorParameters()
    settings.cornerRefinementMethod = aruco.CORNER_REFINE_SUBPIX
    settings.adaptiveThreshWinSizeMin = 5
    settings.adaptiveThreshWinSizeMax = 65
    settings.adaptiveThreshWinSizeStep = 10
    settings.minMarkerPerimeterRate = 0.015
    return settings


def _detector() -> Any:
    aruco = _opencv().aruco
    return aruco.ArucoDetector(aruco.getPredefinedDictionary(aruco.DICT_5X5_50), _detector_settings())


def _lighter(picture: np.ndarray) -> Iterator[np.ndarray]:
    """The picture in grey; then with local contrast raised; then smoothed: for shadow, glare and grain."""
    cv2 = _opencv()
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    yield grey
    yield cv2.createCLAHE(clipLimit=4.0, tileGridSize=(8, 8)).apply(grey)
    yield cv2.GaussianBlur(grey, (0, 0), 1.6)


def _homography(found: Found, marks_mm: np.ndarray) -> np.ndarray:
    """The projective map from paper (mm) to picture (px, corners of pixels) that fits the marks best."""
    positions = sorted(found.corners)
    paper = np.vstack([marks_mm[position] for position in positions])
    picture = np.vstack([found.corners[position] for position in positions]) + 0.5
    matrix, _ = _opencv().findHomography(paper, picture, 0)
    if matrix is None:
        raise Unreadable("sheet_bent")
    return np.asarray(matrix)


def _error_mm(matrix: np.ndarray, found: Found, marks_mm: np.ndarray) -> float:
    back = np.linalg.inv(matrix)
    away = [
        np.hypot(*(_moved(back, corners + 0.5) - marks_mm[position]).T).max()
        for position, corners in found.corners.items()
    ]
    return float(max(away))


def _moved(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    homogeneous = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    moved: np.ndarray = homogeneous[:, :2] / homogeneous[:, 2:]
    return moved


def _px_per_mm(found: Found) -> float:
    sides = [np.hypot(*(corners - np.roll(corners, 1, axis=0)).T).max() for corners in found.corners.values()]
    return float(max(sides)) / MARK_MM


def _near_qr(picture: np.ndarray, found: Found) -> list[np.ndarray]:
    """Where the QR code must be, as the lower right mark alone tells: it lies beside it on every sheet."""
    if 2 not in found.corners:
        return []
    cv2 = _opencv()
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * MARK_MM
    matrix, _ = cv2.findHomography(square, found.corners[2] + 0.5, 0)
    side = round((QR_MM + 2 * GAP_MM) * _QR_PX_PER_MM)
    left, top = -GAP_MM * 2 - QR_MM, MARK_MM - QR_MM - GAP_MM
    to_mm = np.array([[1 / _QR_PX_PER_MM, 0, left], [0, 1 / _QR_PX_PER_MM, top], [0, 0, 1]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    crop = cv2.warpPerspective(picture, matrix @ to_mm, (side, side), flags=flags, borderValue=(255, 255, 255))
    return [crop, cv2.resize(crop, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)]


def _evenly_lit(picture: np.ndarray) -> np.ndarray:
    """Paper becomes white where a shadow lay: each part is held against the brightest nearby."""
    cv2 = _opencv()
    small = cv2.resize(picture, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.dilate(small, np.ones((15, 15), np.uint8)), (0, 0), 9)
    light = cv2.resize(paper, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(picture, cv2.max(light, 40), scale=250))
