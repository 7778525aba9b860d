"""Colour ramps: more is lighter, evenly, for every kind of colour vision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gis import ramps

RISING = {
    "heat": ramps.palette(ramps.HEAT),
    "routes": ramps.palette(ramps.ROUTES),
    "less": ramps.palette(ramps.DIFFERENCE)[:128],
    "more": ramps.palette(ramps.DIFFERENCE)[:127:-1],
}


@pytest.mark.parametrize("ramp", RISING)
@pytest.mark.parametrize("eyes", ["all colours", "no red", "no green", "no blue"])
def test_lightness_rises_evenly_along_a_ramp_for_all_eyes(ramp: str, eyes: str) -> None:
    """So that more is lighter (of a difference: darker) also in black and white and to those who see fewer colours."""
    colours = RISING[ramp]
    rises = np.diff(lab(colours[np.linspace(0, len(colours) - 1, 17).round().astype(int)], eyes)[:, 0])
    assert (rises > 0).all()
    if eyes == "all colours":
        assert rises.max() / rises.min() < 2


def test_both_ends_of_the_difference_are_as_dark_as_each_other_and_told_apart_by_all_eyes() -> None:
    for eyes in VISION:
        found = lab(ramps.palette(ramps.DIFFERENCE), eyes)
        for step in (0, 32, 64):
            assert abs(found[step, 0] - found[255 - step, 0]) < 8
        assert np.linalg.norm(found[0] - found[255]) > 40


# Machado, Oliveira & Fernandes 2009, severity 1.0.
VISION: dict[str, Any] = {
    "all colours": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(rgb: np.ndarray, eyes: str = "all colours") -> np.ndarray:
    """CIELAB (D65) of sRGB colours as these eyes see them."""
    c = rgb / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    xyz = np.clip(linear @ np.transpose(VISION[eyes]), 0, 1) @ XYZ.T / [0.95047, 1, 1.08883]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.column_stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])])
