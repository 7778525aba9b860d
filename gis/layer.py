"""The narrow waist: everything that leaves the service is a ``Layer``; file formats and maps are writers of layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from gis.crs import WGS84, project

FieldType = Literal["text", "integer", "real", "datetime", "date", "boolean"]
GeometryType = Literal["Point", "MultiLineString", "Polygon", "MultiPolygon", "Geometry"]


@dataclass(frozen=True)
class Field:
    """An attribute column."""

    name: str
    type: FieldType


@dataclass(frozen=True)
class Batch:
    """Rows of a layer: an object array of shapely geometries (None where there is none) and columns of equal length,
    each a sequence of plain values or an Arrow array.
    """

    geometry: np.ndarray
    columns: Mapping[str, Sequence[Any] | pa.Array]

    def __len__(self) -> int:
        return len(self.geometry)

    def values(self, name: str) -> Sequence[Any]:
        """A column's plain values."""
        column = self.columns[name]
        return column.to_pylist() if isinstance(column, pa.Array) else column


@dataclass(frozen=True)
class Layer:
    """A named table with one geometry column in ``epsg``. ``read`` gives its batches, afresh at every call."""

    name: str
    title: str
    geometry_type: GeometryType
    fields: tuple[Field, ...]
    read: Callable[[], Iterator[Batch]]
    epsg: int = WGS84
    about: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        name: str,
        title: str,
        geometry_type: GeometryType,
        fields: tuple[Field, ...],
        geometry: Any,
        columns: Mapping[str, Any],
        *,
        epsg: int = WGS84,
    ) -> Layer:
        """A layer whose rows are all at hand."""
        rows = np.empty(len(geometry), dtype=object)
        rows[:] = list(geometry)
        batch = Batch(rows, {f.name: list(columns[f.name]) for f in fields})
        return cls(name, title, geometry_type, fields, lambda: iter([batch]), epsg)

    def batches(self, epsg: int | None = None) -> Iterator[Batch]:
        """The rows, a batch at a time, in ``epsg`` (the layer's own by default)."""
        target = self.epsg if epsg is None else epsg
        for batch in self.read():
            yield batch if target == self.epsg else Batch(project(batch.geometry, self.epsg, target), batch.columns)

    def collect(self) -> Batch:
        """All rows at once; for layers that are known to be small."""
        batches = list(self.read())
        geometry = np.concatenate([b.geometry for b in batches]) if batches else np.empty(0, object)
        columns = {f.name: list(chain.from_iterable(b.values(f.name) for b in batches)) for f in self.fields}
        return Batch(geometry, columns)
