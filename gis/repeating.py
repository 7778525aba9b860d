"""Rows that stand for several things each, written out: what most loops over "so many of each" become."""

from __future__ import annotations

import numpy as np


def repeated(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every row as often as its count says, and beside it which time it is, from 0."""
    row = np.repeat(np.arange(len(counts)), counts)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
