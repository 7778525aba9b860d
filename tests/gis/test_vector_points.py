from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from mapbox_vector_tile.Mapbox import vector_tile_pb2

from gis import vector_points

numbers = st.integers(0, 300)
rows = st.lists(st.tuples(st.integers(-5000, 5000), st.integers(-5000, 5000), numbers, st.integers(0, 40_000)))


@given(rows)
def test_points_are_what_protocol_buffers_read(given: list[tuple[int, int, int, int]]) -> None:
    columns = np.array(given, np.int64).reshape(-1, 4).T
    layer = vector_tile_pb2.tile.layer()
    body = b"\x78\x02\x0a\x01p" + vector_points.features(*columns).tobytes()
    layer.ParseFromString(body)
    assert len(layer.features) == len(given)
    for feature, (x, y, key, value) in zip(layer.features, given, strict=True):
        assert list(feature.tags) == [key, value]
        assert feature.type == 1
        assert list(feature.geometry) == [9, x * 2 if x >= 0 else -2 * x - 1, y * 2 if y >= 0 else -2 * y - 1]
