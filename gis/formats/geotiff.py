"""A raster as GeoTIFF in EPSG:3857, 0 as "no data" (OGC 19-008r4; the GDAL_NODATA tag is GDAL's own)."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, TiffImagePlugin, TiffTags

from gis.raster import Raster

_SCALE, _TIEPOINT, _KEYS, _NO_DATA, _DESCRIPTION = 33550, 33922, 34735, 42113, 270
_PROJECTED, _AREA, _WEB_MERCATOR = 1, 1, 3857
_KEY_DIRECTORY = (1, 1, 0, 3, 1024, 0, 1, _PROJECTED, 1025, 0, 1, _AREA, 3072, 0, 1, _WEB_MERCATOR)


def write(path: Path, raster: Raster, description: str) -> None:
    """One band of 32-bit integers, deflated."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, kind, value in (
        (_DESCRIPTION, TiffTags.ASCII, description),
        (_SCALE, TiffTags.DOUBLE, (raster.cell, raster.cell, 0.0)),
        (_TIEPOINT, TiffTags.DOUBLE, (0.0, 0.0, 0.0, raster.west, raster.north, 0.0)),
        (_KEYS, TiffTags.SHORT, _KEY_DIRECTORY),
        (_NO_DATA, TiffTags.ASCII, "0"),
    ):
        tags.tagtype[tag] = kind
        tags[tag] = value
    Image.fromarray(raster.values).save(path, "TIFF", compression="tiff_adobe_deflate", tiffinfo=tags)
