"""What hangs together: connected components, by SciPy."""

from __future__ import annotations

import numpy as np


def joined(nodes: int, pairs: np.ndarray) -> np.ndarray:
    """For each of so many nodes the lowest number among those it is joined to by ``pairs`` (n, 2), itself counted."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(pairs), np.int8)
    _, label = connected_components(coo_array((ones, pairs.T), shape=(nodes, nodes)), directed=False)
    lowest = np.unique(label, return_index=True)[1]
    return np.asarray(lowest[label])
