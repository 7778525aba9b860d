"""Colour ramps for people with every kind of colour vision, and pictures in them as PNG or WebP."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image

Ramp = tuple[tuple[int, int, int], ...]
FORMATS = ("png", "webp")

# Lightness rises along each, about evenly and also for those who see no red, green or blue. In DIFFERENCE it rises
# to the middle and falls again. The first is matplotlib's viridis (CC0).
HEAT: Ramp = (
    (68, 1, 84), (71, 45, 123), (59, 82, 139), (44, 114, 142), (33, 145, 140), (40, 174, 128), (94, 201, 98),
    (173, 220, 48), (253, 231, 37),
)  # fmt: skip
ROUTES: Ramp = ((20, 40, 90), (0, 86, 107), (0, 140, 140), (120, 190, 120), (250, 230, 80))
DIFFERENCE: Ramp = (
    (149, 64, 0), (194, 101, 4), (222, 148, 71), (237, 198, 155), (247, 247, 247),
    (210, 200, 231), (174, 155, 215), (139, 112, 193), (105, 69, 167),
)  # fmt: skip


@cache
def palette(ramp: Ramp) -> np.ndarray:
    """256 RGB colours (uint8) between the stops."""
    at = np.linspace(0, len(ramp) - 1, 256)
    stops = np.array(ramp, float)
    return np.column_stack([np.interp(at, np.arange(len(ramp)), band) for band in stops.T]).round().astype(np.uint8)


@cache
def opacity() -> np.ndarray:
    """256 alphas (uint8) from few to many: nothing at the very bottom, quickly more, never quite opaque."""
    return np.interp(np.arange(256), [0, 8, 90, 255], [0, 0, 190, 225]).round().astype(np.uint8)


def picture(amount: np.ndarray, ramp: Ramp, format: str = "png") -> bytes:
    """``amount`` (uint8, rows from the north) in the ramp's colours, the less the more transparent."""
    if format != "png":
        return _encoded(Image.fromarray(np.column_stack([palette(ramp), opacity()])[amount]), format)
    image = Image.fromarray(amount)
    image.putpalette(palette(ramp).tobytes())
    return _encoded(image, format, transparency=opacity().tobytes())


def leaning(lean: np.ndarray, amount: np.ndarray, ramp: Ramp, format: str = "png") -> bytes:
    """``lean`` (uint8, 128 is the middle) in the ramp's colours, the smaller the ``amount`` the more transparent."""
    return _encoded(Image.fromarray(np.dstack([palette(ramp)[lean], opacity()[amount]])), format)


def _encoded(image: Image.Image, format: str, **palette: bytes) -> bytes:
    out = io.BytesIO()
    if format == "png":
        image.save(out, "PNG", compress_level=1, **palette)
    else:
        image.save(out, "WEBP", lossless=True, quality=0, method=0, exact=True)
    return out.getvalue()
