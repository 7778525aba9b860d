"""Figures of very many registrations: files partitioned by person, counted wherever there is room, added up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from app.errors import Invalid
from app.model.process import MINIMUM_PEOPLE
from app.services import exports, publication
from gis import partitions
from gis.formats import geoparquet
from gis.formats.geoparquet import label
from gis.formats.writing import geojson, geopackage
from gis.geojson import Unusable
from gis.partitions import Mark
from gis.sums import Hexagons, Squares, Sums, added, counted, tree

Chosen = Mapping[str, frozenset[str]]
FORMATS = (".gpkg", geoparquet.SUFFIX, ".geojson")
MINIMUM = 5
LARGEST_MINIMUM = 1_000


@dataclass(frozen=True)
class Source:
    """Files that have nobody in common, and the fewest people whose figures they let anyone see."""

    files: tuple[Path, ...]
    least: int = MINIMUM_PEOPLE[0]


class Scheduler(Protocol):
    """Where the work is done. What it holds of a result (``Sums``, or a promise of them) is its own affair."""

    def each(self, work: Callable[[Path], Sums], files: Sequence[Path]) -> Iterator[Any]:
        """The results as they come, a few files at a time. Raises what the work raises."""

    def added(self, a: Any, b: Any) -> Any:
        """Two results, added up."""

    def sums(self, result: Any) -> Sums:
        """A result, here."""


class Here:
    """One file after the other in this process."""

    def each(self, work: Callable[[Path], Sums], files: Sequence[Path]) -> Iterator[Sums]:
        return map(work, files)

    def added(self, a: Sums, b: Sums) -> Sums:
        return added(a, b)

    def sums(self, result: Sums) -> Sums:
        return result


def files(named: Iterable[Path]) -> tuple[Path, ...]:
    """The GeoParquet files named, and those in named folders. Raises Invalid: file_missing, partitions_none."""
    found: list[Path] = []
    for path in named:
        if not path.exists():
            raise Invalid("file_missing", field="file", file=str(path))
        within = sorted(path.rglob("*" + geoparquet.SUFFIX)) if path.is_dir() else [path]
        if not within:
            raise Invalid("partitions_none", field="file", file=str(path))
        found += [each.resolve() for each in within]
    return tuple(dict.fromkeys(found))


def source(found: Sequence[Path]) -> Source:
    """The files, if they say that they have nobody in common and that none is missing. One file alone need not.

    Raises Invalid: file_unreadable, column_missing, crs_other, partitions_unmarked, partition_twice,
    process_twice, partitions_missing.
    """
    with refused():
        marks = {path: _mark(path) for path in found}
    unmarked = [path for path, mark in marks.items() if mark is None]
    if unmarked and len(found) > 1:
        raise Invalid("partitions_unmarked", field="file", file=label(unmarked[0]))
    sets: dict[tuple[str, int], dict[int, Path]] = defaultdict(dict)
    delivered: dict[str, tuple[str, Path]] = {}
    for path, mark in marks.items():
        if mark is not None:
            for process in mark.processes:
                made, first = delivered.setdefault(process, (mark.made, path))
                if made != mark.made:
                    facts = {"file": str(path.parent), "other": str(first.parent), "process": process}
                    raise Invalid("process_twice", field="file", **facts)
            other = sets[mark.made, mark.of].setdefault(mark.number, path)
            if other != path:
                raise Invalid("partition_twice", field="file", file=label(path), other=label(other))
    for (_, of), numbers in sets.items():
        if missing := sorted(set(range(of)) - set(numbers)):
            first = next(iter(numbers.values()))
            which = ", ".join(f"part-{number:04}" for number in missing[:5])
            raise Invalid("partitions_missing", field="file", file=first.parent.name, found=which, count=len(missing))
    return Source(tuple(found), max([MINIMUM_PEOPLE[0], *(mark.minimum for mark in marks.values() if mark)]))


def _mark(path: Path) -> Mark | None:
    file, _ = geoparquet.opened(path)
    with file:
        geoparquet.named(file, path, "person")
        return partitions.mark_of(file)


def minimum(of: Source, asked: int | None) -> int:
    """The fewest people whose figures are shown. Raises Invalid minimum_out_of_range."""
    wanted = max(MINIMUM, of.least) if asked is None else asked
    if not of.least <= wanted <= LARGEST_MINIMUM:
        raise Invalid("minimum_out_of_range", field="minimum_people", low=of.least, high=LARGEST_MINIMUM)
    return wanted


def summed(
    of: Source,
    where: Hexagons | Squares,
    chosen: Chosen,
    scheduler: Scheduler,
    told: Callable[[Iterator[Any]], Iterator[Any]] = iter,
) -> Sums:
    """The sums of all files; ``told`` sees each result pass.

    Raises Invalid: what ``gis.sums.counted`` finds; file_not_shared for a file that is not there where it is counted.
    """
    work = partial(counted, where=where, chosen=chosen)
    try:
        found = tree(told(scheduler.each(work, of.files)), scheduler.added)
        return Sums.none() if found is None else scheduler.sums(found)
    except Unusable as unusable:
        if unusable.code == "file_missing":
            raise Invalid("file_not_shared", field="file", **unusable.facts) from unusable
        raise Invalid(unusable.code, field="file", **unusable.facts) from unusable


def check_out(path: Path) -> None:
    """Raises Invalid before long work, not after it: file_type, file_missing."""
    if path.suffix.lower() not in FORMATS:
        raise Invalid("file_type", field="file", file=path.name, wanted=", ".join(FORMATS))
    if not path.resolve().parent.is_dir():
        raise Invalid("file_missing", field="file", file=str(path.parent))


@dataclass(frozen=True)
class Figures:
    """Sums that may be written, and what they are of."""

    sums: Sums
    where: Hexagons | Squares
    minimum: int
    about: dict[str, str] = field(default_factory=dict)

    @property
    def withheld(self) -> int:
        return int((self.sums.people < self.minimum).sum())


def describe(of: Source, where: Hexagons | Squares, chosen: Chosen, minimum: int, now: datetime) -> dict[str, str]:
    """The sheet that goes with the file."""
    grid = (
        f"sekskanter, {where.width:g} m, EPSG:{where.epsg}"
        if isinstance(where, Hexagons)
        else f"Web Mercator, nivå {where.level}"
    )
    return {
        "filer": str(len(of.files)),
        "rutenett": grid,
        "utvalg": "; ".join(f"{name}: {', '.join(sorted(values))}" for name, values in chosen.items()) or "alt",
        "minste antall personer": str(minimum),
        "tatt ut": f"{now:%Y-%m-%d %H:%M} UTC",
    }


def write(figures: Figures, path: Path, epsg: int) -> int:
    """One layer ``cells`` in a new file, by its suffix; what is there is replaced at the end. Returns its rows."""
    layer = publication.cells(figures.sums, figures.where, figures.minimum)
    part = path.with_name(path.name + ".part" + path.suffix)
    part.unlink(missing_ok=True)
    try:
        if path.suffix.lower() == ".gpkg":
            style = exports.people_style(figures.minimum)
            rows = geopackage(part, [layer], epsg, styles={layer.name: style}, about=figures.about)[layer.name]
        elif path.suffix.lower() == ".geojson":
            rows = geojson(part, layer, epsg)
        else:
            rows = geoparquet.write(part, layer, epsg, figures.about)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return rows


@contextmanager
def refused() -> Iterator[None]:
    """What a file has that cannot be used is refused as a value."""
    try:
        yield
    except Unusable as unusable:
        raise Invalid(unusable.code, field="file", **unusable.facts) from unusable
