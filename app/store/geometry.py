"""Geometry columns: shapely geometries in WGS 84 (EPSG:4326), the same on both stores."""

from __future__ import annotations

from typing import Any

import shapely
from geoalchemy2 import Geometry as GeoAlchemyGeometry
from sqlalchemy import ColumnElement, LargeBinary
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine

SRID = 4326


class WKB(TypeDecorator[Any]):
    """A shapely geometry as WKB in a blob: the plain SQLite side."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        return None if value is None else shapely.to_wkb(value, byte_order=1)

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return None if value is None else shapely.from_wkb(value)


class PostGIS(TypeDecorator[Any]):
    """A shapely geometry in a PostGIS column, sent as EWKB."""

    impl = GeoAlchemyGeometry
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        if value is None:
            return None
        return str(shapely.to_wkb(shapely.set_srid(value, SRID), hex=True, include_srid=True))

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return None if value is None else shapely.set_srid(shapely.from_wkb(bytes(value.data)), 0)


def Geometry() -> TypeEngine[Any]:
    """A column type for any shapely geometry or None. Spatial indexes are declared by the migrations."""
    return WKB().with_variant(PostGIS("GEOMETRY", SRID, spatial_index=False), "postgresql")


class overlapping(FunctionElement[bool]):
    """``overlapping(column, (west, south, east, north))``: the row's bounding box meets these bounds, by index.

    Degrees, WGS 84. It may answer true for a geometry that only comes near; test the geometry itself afterwards. On
    SQLite the table must have an R*Tree beside it (``sqlite.spatial_index``).
    """

    type = Boolean()
    inherit_cache = True
    name = "overlapping"

    def __init__(self, column: ColumnElement[Any] | Any, bounds: tuple[float, float, float, float]) -> None:
        self.column = column
        super().__init__(column, *(float(b) for b in bounds))


@compiles(overlapping, "postgresql")
def _overlapping_postgresql(element: overlapping, compiler: Any, **kw: Any) -> str:
    column, *bounds = [compiler.process(clause, **kw) for clause in element.clauses]
    return f"{column} && ST_MakeEnvelope({', '.join(bounds)}, {SRID})"


@compiles(overlapping, "sqlite")
def _overlapping_sqlite(element: overlapping, compiler: Any, **kw: Any) -> str:
    clause, *bounds = element.clauses
    table, column = clause.table.name, clause.name
    west, south, east, north = [compiler.process(b, **kw) for b in bounds]
    return (
        f"{table}.rowid IN (SELECT id FROM {table}_{column}_rtree "  # noqa: S608
        f"WHERE maxx >= {west} AND maxy >= {south} AND minx <= {east} AND miny <= {north})"
    )


class wkb(FunctionElement[bytes]):
    """``wkb(column)``: the geometry as plain little-endian WKB, for reading many rows into one array at a time."""

    type = LargeBinary()
    inherit_cache = True
    name = "wkb"


@compiles(wkb, "postgresql")
def _wkb_postgresql(element: wkb, compiler: Any, **kw: Any) -> str:
    return f"ST_AsBinary({_bare(element, compiler, **kw)}, 'NDR')"


@compiles(wkb, "sqlite")
def _wkb_sqlite(element: wkb, compiler: Any, **kw: Any) -> str:
    return _bare(element, compiler, **kw)


def _bare(element: wkb, compiler: Any, **kw: Any) -> str:
    (clause,) = element.clauses
    return str(compiler.process(clause, **{**kw, "within_columns_clause": False}))
