"""Vector files of other programs as arrays: GeoJSON, GeoPackage, Shapefile (also zipped), through pyogrio."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from gis.crs import WGS84, epsg_of, project
from gis.geojson import Unusable

SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".zip")
OPENSTREETMAP = (".pbf", ".osm")
MAX_BYTES = 500_000_000
MAX_ZIP_RATIO = 200
MAX_ZIP_FILES = 200


@dataclass(frozen=True)
class Source:
    """A file's rows in WGS 84. ``geometry[i]`` is None where the file had none or a broken one."""

    geometry: np.ndarray
    columns: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.geometry)


def read(
    path: Path,
    layer: str | None = None,
    *,
    suffixes: tuple[str, ...] = SUFFIXES,
    bounds: tuple[float, float, float, float] | None = None,
) -> Source:
    """The rows of a layer; of an OpenStreetMap file, where ``suffixes`` allow one, only those within ``bounds``.

    Raises ``Unusable``: file_missing, file_type, file_too_large, zip_unsafe, file_unreadable, layer_missing,
    layer_unclear, crs_missing.
    """
    address = checked(path, suffixes)
    within = bounds if path.suffix.lower() in OPENSTREETMAP else None
    with opening(path):
        source, epsg = as_drawn(address, _layer(address, layer), bbox=within)
    if epsg is None:
        raise Unusable("crs_missing", file=path.name)
    return Source(project(source.geometry, epsg, WGS84), source.columns)


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """What GDAL cannot make sense of is ``Unusable``: file_unreadable."""
    try:
        yield
    except Unusable:
        raise
    except (DataSourceError, DataLayerError, ValueError) as error:
        raise Unusable("file_unreadable", file=path.name) from error


def as_drawn(address: str, layer: str | int, **how: Any) -> tuple[Source, int | None]:
    """A layer's rows in its own coordinate system, and the EPSG code of that, None if the file does not say."""
    meta, _, wkb, values = pyogrio.raw.read(address, layer=layer, **how)
    geometry = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    columns = dict(zip([str(f) for f in meta["fields"]], values, strict=True))
    return Source(geometry, {name: _plain(column) for name, column in columns.items()}), epsg_of(meta["crs"])


def checked(path: Path, suffixes: tuple[str, ...]) -> str:
    """What GDAL is to open for a file of one of these kinds, if it is safe. Raises ``Unusable``."""
    if not path.is_file():
        raise Unusable("file_missing", file=path.name)
    suffix = path.suffix.lower()
    if suffix not in suffixes:
        raise Unusable("file_type", file=path.name, wanted=", ".join(suffixes))
    if path.stat().st_size > MAX_BYTES:
        raise Unusable("file_too_large", file=path.name, most=MAX_BYTES // 1_000_000)
    if suffix != ".zip":
        return str(path)
    return f"/vsizip/{path.resolve()}/{_shapefile_in(path)}"


def _shapefile_in(path: Path) -> str:
    """The one dataset in an archive that is safe to open."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise Unusable("file_unreadable", file=path.name) from error
    size = sum(entry.file_size for entry in entries)
    packed = max(path.stat().st_size, 1)
    if len(entries) > MAX_ZIP_FILES or size > MAX_BYTES or size / packed > MAX_ZIP_RATIO:
        raise Unusable("zip_unsafe", file=path.name)
    found = [e.filename for e in entries if Path(e.filename).suffix.lower() in SUFFIXES[:-1]]
    if len(found) != 1 or ".." in found[0] or found[0].startswith("/"):
        raise Unusable("layer_unclear", file=path.name, found=", ".join(found)[:200])
    return found[0]


def _layer(address: str, wanted: str | None) -> str:
    names = [str(row[0]) for row in pyogrio.list_layers(address)]
    if wanted is not None:
        if wanted not in names:
            raise Unusable("layer_missing", layer=wanted, found=", ".join(names)[:200])
        return wanted
    if len(names) != 1:
        raise Unusable("layer_unclear", file=Path(address).name, found=", ".join(names)[:200])
    return names[0]


def _plain(column: np.ndarray) -> np.ndarray:
    """Numbers and text as Python values, missing ones as None."""
    values: list[Any] = column.tolist()
    out = np.empty(len(values), dtype=object)
    out[:] = [None if value is None or value != value else value for value in values]
    return out
