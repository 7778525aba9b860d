"""Files of other programs, read and written through GDAL (pyogrio)."""
