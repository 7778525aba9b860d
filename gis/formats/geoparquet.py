"""GeoParquet 1.1 (https://geoparquet.org/releases/v1.1.0): a Parquet file whose metadata tell of a WKB column."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

from gis.crs import WGS84, epsg_of
from gis.formats.writing import record_batches, schema
from gis.geojson import Unusable
from gis.layer import Layer

SUFFIX = ".parquet"


def write(path: Path, layer: Layer, epsg: int, about: Mapping[str, str]) -> int:
    """Write a layer in ``epsg``; returns its rows. ``about`` are metadata that say what the file is."""
    types = () if layer.geometry_type == "Geometry" else (layer.geometry_type,)
    rows = 0
    with writer(path, schema(layer), epsg, geometry="geom", types=types, more=about) as out:
        for batch in record_batches(layer, epsg):
            out.write_batch(batch)
            rows += len(batch)
    return rows


def writer(
    path: Path,
    columns: pa.Schema,
    epsg: int,
    *,
    geometry: str = "geometry",
    types: tuple[str, ...] = (),
    more: Mapping[str, str] | None = None,
) -> pq.ParquetWriter:
    """An open file for tables of these columns. No ``types``: they are not known. ``more`` metadata are texts."""
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": list(types)}
    if epsg != WGS84:
        column["crs"] = CRS.from_epsg(epsg).to_json_dict()
    about = {"version": "1.1.0", "primary_column": geometry, "columns": {geometry: column}}
    return pq.ParquetWriter(path, columns.with_metadata({"geo": json.dumps(about), **(more or {})}), compression="zstd")


def opened(path: Path) -> tuple[pq.ParquetFile, str]:
    """A file in WGS 84 and the name of its geometry column.

    Raises ``Unusable``: file_missing, file_unreadable, column_missing, crs_other.
    """
    try:
        file = pq.ParquetFile(path)
        about = json.loads((file.metadata.metadata or {})[b"geo"])
        geometry = str(about["primary_column"])
        column = about["columns"][geometry]
        encoding, crs = column["encoding"], column.get("crs", "OGC:CRS84")
    except FileNotFoundError as error:
        raise Unusable("file_missing", file=label(path)) from error
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unusable("file_unreadable", file=label(path)) from error
    if encoding != "WKB":
        raise Unusable("file_unreadable", file=label(path))
    named(file, path, geometry)
    if epsg_of(crs if crs is None or isinstance(crs, str) else json.dumps(crs)) != WGS84:
        raise Unusable("crs_other", file=label(path), found=crs.get("name", "?") if isinstance(crs, dict) else crs)
    return file, geometry


def label(path: Path) -> str:
    """A file as a refusal names it: every delivery has a file of the same name."""
    return f"{path.parent.name}/{path.name}"


def named(file: pq.ParquetFile, path: Path, *columns: str) -> None:
    """Raises ``Unusable`` column_missing for the first of the columns that the file does not have."""
    found = file.schema_arrow.names
    for name in columns:
        if name not in found:
            raise Unusable("column_missing", file=label(path), column=name, found=", ".join(found))
