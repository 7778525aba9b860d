"""Registrations in GeoParquet files, partitioned by person: everything of one person stands in one file.

Distinct people add up over such files, and over nothing else. Which part of a set a file is stands in its metadata, and
whether that is true can be seen from each person in it: ``part_of`` says where a person belongs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numba import njit
from pyarrow import compute

from gis.crs import WGS84
from gis.formats import geoparquet
from gis.formats.geoparquet import label
from gis.geojson import Unusable

COLUMNS = pa.schema(
    {
        "person": pa.int64(),
        "kind": pa.string(),
        "group": pa.string(),
        "category": pa.string(),
        "head_count": pa.int32(),
        "geometry": pa.binary(),
    }
)
FILTERS = ("kind", "group", "category")
BATCH = 8_192
_MARK = b"snarvei:partition"
_HELD = 500_000


@dataclass(frozen=True)
class Mark:
    """The file is part ``number`` (from 0) of ``of`` in the set ``made``. ``minimum``: the fewest people whose figures
    those who gave the data let anyone see; ``processes``: what it was made from, as far as that is known.
    """

    made: str
    number: int
    of: int
    minimum: int
    processes: Sequence[str] = ()

    @property
    def texts(self) -> dict[str, str]:
        """As metadata of a file."""
        return {_MARK.decode(): json.dumps(asdict(self))}


def mark_of(file: pq.ParquetFile) -> Mark | None:
    """None if the file does not say, or not in a way that can be understood."""
    try:
        found = Mark(**json.loads((file.metadata.metadata or {})[_MARK]))
        counts = (found.number, found.of, found.minimum)
        return found if all(type(n) is int for n in counts) and 0 <= found.number < found.of else None
    except (KeyError, TypeError, ValueError):
        return None


def part_of(people: pa.Array, of: int) -> np.ndarray:
    """The part of a set of ``of`` parts that each person belongs in, by the text of its pseudonym: FNV-1a
    (http://www.isthe.com/chongo/tech/comp/fnv/), its halves folded together.
    """
    texts = people.cast(pa.string())
    _, offsets, content = texts.buffers()
    at = np.frombuffer(offsets or bytes(4), np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return _hashed(np.frombuffer(content or b"", np.uint8), at) % np.uint64(of)


@njit(cache=True, nogil=True)
def _hashed(data: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    found = np.empty(len(offsets) - 1, np.uint64)
    for n in range(len(found)):
        value = np.uint64(0xCBF29CE484222325)
        for at in range(offsets[n], offsets[n + 1]):
            value = (value ^ np.uint64(data[at])) * np.uint64(0x100000001B3)
        found[n] = value ^ (value >> np.uint64(32))
    return found


@dataclass(frozen=True)
class Registrations:
    """A file's rows without their geometries: ``person[row]`` numbers people from 0, ``weights[person]`` is how many
    one stands for, ``keep[row]`` whether the row passed the filter.
    """

    path: Path
    person: np.ndarray
    weights: np.ndarray
    keep: np.ndarray

    def shapes(self) -> Iterator[tuple[np.ndarray, pa.BinaryArray]]:
        """Row numbers and WKB of those that passed and have a geometry, a batch at a time."""
        file, geometry = geoparquet.opened(self.path)
        first = 0
        with readable(self.path), file:
            for batch in file.iter_batches(BATCH, columns=[geometry], use_threads=False):
                column = batch.column(0)
                there = column.is_valid().to_numpy(zero_copy_only=False)
                rows = np.flatnonzero(self.keep[first : first + len(column)] & there)
                yield rows + first, column.take(pa.array(rows)).cast(pa.binary())
                first += len(column)


def read(path: Path, chosen: Mapping[str, frozenset[str]]) -> Registrations:
    """``chosen`` maps columns to the values that pass; a person's head count is the largest any of its rows has.

    Raises ``Unusable``: what ``geoparquet.opened`` raises, column_missing, column_not_usable, person_elsewhere (the
    file is a marked part and holds a person of another).
    """
    file, _ = geoparquet.opened(path)
    geoparquet.named(file, path, "person", *chosen)
    heads = "head_count" in file.schema_arrow.names
    with readable(path), file:
        rows = file.read(["person", *chosen, *(["head_count"] if heads else [])], use_threads=False)
    with usable(path, "person"):
        people = rows["person"].combine_chunks().dictionary_encode()
        if people.null_count or people.dictionary.null_count:
            raise ValueError("somebody has no pseudonym")
        mark = mark_of(file)
        if mark is not None and (part_of(people.dictionary, mark.of) != mark.number).any():
            raise Unusable("person_elsewhere", file=label(path))
    person = people.indices.to_numpy()
    weights = np.ones(len(people.dictionary), np.int32)
    if heads:
        with usable(path, "head_count"):
            counts = compute.fill_null(rows["head_count"], 1).cast(pa.int32()).to_numpy()
            if (counts < 1).any():
                raise ValueError("nobody")
        np.maximum.at(weights, person, counts)
    keep = np.ones(len(person), bool)
    for name, values in chosen.items():
        with usable(path, name):
            passes = compute.is_in(rows[name].cast(pa.string()), pa.array(sorted(values), pa.string()))
        keep &= passes.to_numpy().astype(bool)
    return Registrations(path, person, weights, keep)


def tables(path: Path) -> Iterator[dict[str, pa.Array]]:
    """Every row of a file, a batch at a time, with all of ``COLUMNS``: the pseudonyms as they are, unknown words None.

    Raises ``Unusable``: what ``geoparquet.opened`` raises, column_not_usable.
    """
    file, geometry = geoparquet.opened(path)
    source = {name: name for name in COLUMNS.names if name in file.schema_arrow.names} | {"geometry": geometry}
    with readable(path), file:
        for batch in file.iter_batches(BATCH, columns=list(source.values()), use_threads=False):
            found = {name: pa.nulls(len(batch), COLUMNS.field(name).type) for name in COLUMNS.names}
            for name, column in source.items():
                with usable(path, name):
                    found[name] = batch[column].cast(pa.string() if name == "person" else COLUMNS.field(name).type)
            if found["person"].null_count:
                raise Unusable("column_not_usable", file=label(path), column="person")
            yield found


class Partitions:
    """The files of a new set in a folder, all open at once."""

    def __init__(self, folder: Path, made: str, of: int, minimum: int, processes: Sequence[str] = ()) -> None:
        marks = [Mark(made, number, of, minimum, processes) for number in range(of)]
        self._files = [
            geoparquet.writer(folder / f"part-{mark.number:04}{geoparquet.SUFFIX}", COLUMNS, WGS84, more=mark.texts)
            for mark in marks
        ]
        self._waiting: list[list[pa.Table]] = [[] for _ in marks]
        self._most = max(_HELD // of, 1)

    def add(self, rows: pa.Table) -> None:
        """Rows with the columns ``COLUMNS``, each to the part of its person."""
        part = part_of(rows["person"].combine_chunks(), len(self._files)).astype(np.int64)
        order = np.argsort(part, kind="stable")
        ends = np.searchsorted(part[order], np.arange(len(self._files) + 1))
        rows = rows.take(pa.array(order))
        for number in np.flatnonzero(np.diff(ends)).tolist():
            self._waiting[number].append(rows.slice(ends[number], ends[number + 1] - ends[number]))
            if sum(map(len, self._waiting[number])) >= self._most:
                self._write(number)

    def _write(self, number: int) -> None:
        if self._waiting[number]:
            self._files[number].write_table(pa.concat_tables(self._waiting[number]))
            self._waiting[number] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for number, file in enumerate(self._files):
            self._write(number)
            file.close()


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """What Parquet cannot read is ``Unusable``: file_unreadable."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise Unusable("file_unreadable", file=label(path)) from error


@contextmanager
def usable(path: Path, column: str) -> Iterator[None]:
    """Values that make no sense are ``Unusable``: column_not_usable."""
    try:
        yield
    except Unusable:
        raise
    except (ValueError, TypeError, pa.ArrowException, shapely.errors.ShapelyError) as error:
        raise Unusable("column_not_usable", file=label(path), column=column) from error
