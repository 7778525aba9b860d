"""Heat as datashader's users make it: points of a box out of PostGIS through ADBC, counted, shaded, as PNG."""

from __future__ import annotations

import io
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import datashader as ds
import numpy as np
import pandas as pd
from datashader import transfer_functions

NAME = "ADBC (ST_X, ST_Y) on PostGIS → datashader → PNG"
WORLD = 2 * 20037508.342789244
COLOURS = ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"]
QUERY = "SELECT ST_X(geom) AS x, ST_Y(geom) AS y FROM peer_place WHERE geom && ST_MakeEnvelope({}, {}, {}, {}, 4326)"
Box = tuple[float, float, float, float]


class Heat:
    """One warm connection; boxes are fractions of Web Mercator: west, north, east, south, from its north-west corner.

    ``png`` is drawn from ``counts``; ``condition`` is SQL that chooses among the points.
    """

    def __init__(self, address: str, condition: str = "") -> None:
        self.connection = adbc.connect(address)
        self.query = f"{QUERY} {condition}"

    def close(self) -> None:
        self.connection.close()

    def counts(self, box: Box, side: int) -> Any:
        """Registrations in each of ``side`` x ``side`` cells of the box, north first."""
        west, north, east, south = box
        bounds = (*degrees(west, south), *degrees(east, north))
        with self.connection.cursor() as cursor:
            cursor.execute(self.query.format(*bounds))
            found = cursor.fetch_arrow_table()
        lon, lat = found["x"].to_numpy(), found["y"].to_numpy()
        y = np.arctanh(np.sin(np.radians(lat))) / (2 * np.pi) * WORLD
        points = pd.DataFrame({"x": lon / 360 * WORLD, "y": y})
        canvas = ds.Canvas(
            side,
            side,
            x_range=((west - 0.5) * WORLD, (east - 0.5) * WORLD),
            y_range=((0.5 - south) * WORLD, (0.5 - north) * WORLD),
        )
        return canvas.points(points, "x", "y", agg=ds.count())[::-1]

    def png(self, box: Box, side: int = 256) -> bytes:
        image = transfer_functions.shade(self.counts(box, side), cmap=COLOURS, how="log")
        out = io.BytesIO()
        image.to_pil(origin="upper").save(out, "PNG", compress_level=1)
        return out.getvalue()


def degrees(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a point in fractions of Web Mercator."""
    return x * 360 - 180, float(np.degrees(2 * np.arctan(np.exp((0.5 - y) * 2 * np.pi)) - np.pi / 2))
