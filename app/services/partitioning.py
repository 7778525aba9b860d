"""Registrations handed to trusted analysts: masked, under new pseudonyms, partitioned by person."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import compute
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.model import Process
from app.services import voices
from app.services.aggregation import MINIMUM, refused
from gis import partitions
from gis.formats import geoparquet

KINDS = ("place", "route")
ROWS_A_PART = 500_000
MOST_PARTS = 1_000


@dataclass(frozen=True)
class Rows:
    """What is to be partitioned: tables with ``partitions.COLUMNS`` but for the pseudonyms, how many rows there are,
    the fewest people whose figures may be seen, and the processes they are of.
    """

    count: int
    minimum: int
    processes: tuple[str, ...]
    tables: Iterable[dict[str, pa.Array]]


def of_processes(db: Session, found: Sequence[Process]) -> Rows:
    """Places and ways that count, masked as they are stored; without words, days and classes."""

    def tables() -> Iterator[dict[str, pa.Array]]:
        for process in found:
            for rows in voices.changed_rows(db, process, 0)[1]:
                columns = {**rows.columns, "person": rows.columns["participant_id"], "geometry": rows.columns["shape"]}
                wanted = compute.is_in(columns["kind"], pa.array(KINDS)).to_numpy(zero_copy_only=False)
                drawn = columns["geometry"].is_valid().to_numpy(zero_copy_only=False)
                keep = pa.array(np.flatnonzero(rows.counts & wanted & drawn))
                yield {name: columns[name].take(keep) for name in partitions.COLUMNS.names}

    count = sum(voices.how_many(db, process) for process in found)
    names = tuple(sorted({f"{process.municipality}/{process.slug}" for process in found}))
    return Rows(count, max(process.minimum_people for process in found), names, tables())


def of_files(found: Sequence[Path]) -> Rows:
    """Files that others made, in WGS 84, with at least ``person`` and a geometry: a shuffle, out of core."""
    count, least = 0, MINIMUM
    names: set[str] = set()
    with refused():
        for path in found:
            file, _ = geoparquet.opened(path)
            with file:
                geoparquet.named(file, path, "person")
                mark = partitions.mark_of(file)
                count += file.metadata.num_rows
                if mark is not None:
                    least = max(least, mark.minimum)
                    names |= set(mark.processes)
    return Rows(count, least, tuple(sorted(names)), (table for path in found for table in partitions.tables(path)))


def partition(rows: Rows, folder: Path, of: int | None, told: Callable[[int], None]) -> tuple[int, int]:
    """Write a new folder of ``of`` files (by default one for each half million rows); returns rows and files.

    Pseudonyms become numbers that nobody can lead back to them or to those of another folder: the key is forgotten.
    ``told`` hears how many rows are done. Raises Invalid: folder_not_empty and what cannot be read.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Invalid("folder_not_empty", field="file", file=str(folder))
    if not folder.resolve().parent.is_dir():
        raise Invalid("file_missing", field="file", file=str(folder.parent))
    of = of or min(max(-(-rows.count // ROWS_A_PART), 1), MOST_PARTS)
    key, done = secrets.token_bytes(32), 0
    part = Path(tempfile.mkdtemp(prefix=f"{folder.name}.part-", dir=folder.resolve().parent))
    try:
        made = secrets.token_hex(16)
        with refused(), partitions.Partitions(part, made, of, rows.minimum, rows.processes) as files:
            for columns in rows.tables:
                columns = {**columns, "person": _numbers(columns["person"], key)}
                table = pa.table([columns[name] for name in partitions.COLUMNS.names], partitions.COLUMNS.names)
                files.add(table.cast(partitions.COLUMNS))
                told(done := done + len(table))
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return done, of


def _numbers(people: pa.Array, key: bytes) -> pa.Array:
    found = people.cast(pa.string()).dictionary_encode()
    digests = (blake2b(name.encode(), key=key, digest_size=8).digest() for name in found.dictionary.to_pylist())
    numbers = pa.array([int.from_bytes(digest, signed=True) for digest in digests], pa.int64())
    return numbers.take(found.indices)
