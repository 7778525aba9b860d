"""A heat tile as datashader's users make it: points of the tile's box out of PostGIS through ADBC, counted, shaded."""

from __future__ import annotations

import io
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import datashader as ds
import numpy as np
import pandas as pd
from datashader import transfer_functions

NAME = "ADBC (ST_X, ST_Y) on PostGIS → datashader → PNG"
HALF = 20037508.342789244
COLOURS = ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"]
QUERY = "SELECT ST_X(geom) AS x, ST_Y(geom) AS y FROM peer_place WHERE geom && ST_MakeEnvelope({}, {}, {}, {}, 4326)"


class Tiles:
    """One warm connection; ``counts`` is what ``png`` is drawn from."""

    def __init__(self, address: str) -> None:
        self.connection = adbc.connect(address)

    def close(self) -> None:
        self.connection.close()

    def counts(self, z: int, x: int, y: int, side: int = 256) -> Any:
        """Registrations in each of ``side`` x ``side`` cells of the tile, north first."""
        west, north, east, south = *_metres(z, x, y), *_metres(z, x + 1, y + 1)
        bounds = (*_degrees(west, south), *_degrees(east, north))
        with self.connection.cursor() as cursor:
            cursor.execute(QUERY.format(*bounds))
            found = cursor.fetch_arrow_table()
        lon, lat = found["x"].to_numpy(), found["y"].to_numpy()
        points = pd.DataFrame({"x": lon * (HALF / 180), "y": np.arctanh(np.sin(np.radians(lat))) * (HALF / np.pi)})
        canvas = ds.Canvas(side, side, x_range=(west, east), y_range=(south, north))
        return canvas.points(points, "x", "y", agg=ds.count())[::-1]

    def png(self, z: int, x: int, y: int) -> bytes:
        image = transfer_functions.shade(self.counts(z, x, y), cmap=COLOURS, how="log")
        out = io.BytesIO()
        image.to_pil(origin="upper").save(out, "PNG", compress_level=1)
        return out.getvalue()


def _metres(z: int, x: int, y: int) -> tuple[float, float]:
    """The north-west corner of a tile in Web Mercator."""
    width = 2 * HALF / (1 << z)
    return x * width - HALF, HALF - y * width


def _degrees(x: float, y: float) -> tuple[float, float]:
    return x / HALF * 180, float(np.degrees(2 * np.arctan(np.exp(y / HALF * np.pi)) - np.pi / 2))
