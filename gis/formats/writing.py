"""Layers as files, column by column through Arrow: GeoPackage and GeoJSON."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely

from gis.formats.styles import Style, qml
from gis.layer import Batch, Layer

FORMATS = {"gpkg": "GPKG", "geojson": "GeoJSON"}
_ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "real": pa.float64(),
    "datetime": pa.timestamp("ms", "UTC"),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}


def geopackage(
    path: Path, layers: Iterable[Layer], epsg: int, *, styles: dict[str, Style], about: dict[str, str]
) -> dict[str, int]:
    """Write all layers to one GeoPackage in ``epsg``; returns the rows of each.

    ``styles`` become QGIS's default styles (table ``layer_styles``), ``about`` a table of keys and values that says
    what the file is.
    """
    counts = {}
    for layer in layers:
        counts[layer.name] = _write(path, layer, epsg, "GPKG", append=path.exists())
    with closing(sqlite3.connect(path)) as db, db:
        _about(db, about)
        _layer_styles(db, {name: style for name, style in styles.items() if name in counts})
    return counts


def geojson(path: Path, layer: Layer, epsg: int) -> int:
    """Write one layer as GeoJSON; in another CRS than WGS 84 the file says so, as QGIS and GDAL understand."""
    return _write(path, layer, epsg, "GeoJSON")


def _write(path: Path, layer: Layer, epsg: int, driver: str, *, append: bool = False) -> int:
    counted = 0

    def counting() -> Iterator[pa.RecordBatch]:
        nonlocal counted
        for batch in record_batches(layer, epsg):
            counted += len(batch)
            yield batch

    reader = pa.RecordBatchReader.from_batches(schema(layer), counting())
    pyogrio.write_arrow(
        reader,
        path,
        layer=layer.name,
        driver=driver,
        geometry_name="geom",
        geometry_type="Unknown" if layer.geometry_type == "Geometry" else layer.geometry_type,
        crs=f"EPSG:{epsg}",
        append=append,
        dataset_options={"VERSION": "1.3"} if driver == "GPKG" and not append else None,
        layer_options={"DESCRIPTION": layer.title} if driver == "GPKG" else {"COORDINATE_PRECISION": "7"},
    )
    return counted


def schema(layer: Layer) -> pa.Schema:
    """The columns of ``record_batches``: the fields, and ``geom`` as WKB."""
    return pa.schema([*((f.name, _ARROW[f.type]) for f in layer.fields), ("geom", pa.binary())])


def record_batches(layer: Layer, epsg: int) -> Iterator[pa.RecordBatch]:
    return (_record_batch(layer, batch) for batch in layer.batches(epsg))


def _record_batch(layer: Layer, batch: Batch) -> pa.RecordBatch:
    geometry = batch.geometry
    if layer.geometry_type.startswith("Multi"):
        geometry = _multi(geometry)
    arrays = [_array(batch.columns[f.name], _ARROW[f.type]) for f in layer.fields]
    arrays.append(pa.array(shapely.to_wkb(geometry), pa.binary()))
    return pa.RecordBatch.from_arrays(arrays, names=[*(f.name for f in layer.fields), "geom"])


def _array(values: Any, type: pa.DataType) -> pa.Array:
    return values.cast(type) if isinstance(values, pa.Array) else pa.array(values, type, from_pandas=True)


def _multi(geometry: np.ndarray) -> np.ndarray:
    """Single geometries wrapped in their multi type, as a layer of one type wants them."""
    wrap = {1: shapely.multilinestrings, 3: shapely.multipolygons}
    out = geometry.copy()
    for single, multi in wrap.items():
        at = np.flatnonzero(shapely.get_type_id(geometry) == single)
        if len(at):
            out[at] = multi(geometry[at], indices=np.arange(len(at)))
    return out


def _about(db: sqlite3.Connection, about: dict[str, str]) -> None:
    db.execute("CREATE TABLE about (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value TEXT NOT NULL)")
    db.executemany("INSERT INTO about (key, value) VALUES (?, ?)", about.items())
    _register(db, "about")


def _layer_styles(db: sqlite3.Connection, styles: dict[str, Style]) -> None:
    """QGIS's own table: it offers these styles when the file is opened."""
    db.execute(
        "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT(256), "
        "f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), "
        "styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), "
        "update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"
    )
    db.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
        "styleQML, styleSLD, useAsDefault, description, owner, ui) "
        "VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', NULL)",
        [(name, name, qml(style), "Snarvei") for name, style in styles.items()],
    )
    _register(db, "layer_styles")


def _register(db: sqlite3.Connection, table: str) -> None:
    """A table without geometry must stand in ``gpkg_contents`` to be part of the GeoPackage."""
    db.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description) VALUES (?, 'attributes', ?, '')",
        (table, table),
    )
