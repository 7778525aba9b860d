"""Figures of very many registrations: partitioned by person, counted where there is room, added up."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from app.cli import schedulers
from app.cli.context import Context, pass_context, refusing
from app.errors import Invalid
from app.model.process import EXPORT_CRS
from app.services import aggregation, partitioning, processes
from app.services.aggregation import Figures
from gis import density
from gis.partitions import FILTERS
from gis.sums import Hexagons, Squares

_Paths = click.Path(path_type=Path)


@click.command()
@click.argument("named", metavar="FOLDER…", nargs=-1, required=True, type=_Paths)
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help=".gpkg, .parquet, .geojson")
@click.option("--width", default=100.0, show_default=True, type=click.FloatRange(50, 1e5), help="Of hexagons, metres.")
@click.option("--level", type=click.IntRange(0, density.BLOCK), help="Squares of this Web-Mercator level instead.")
@click.option("--crs", default="EPSG:25833", show_default=True, help="Of hexagons and file; EPSG:25832, 25833 or 25835")
@click.option("--minimum", type=int, help="Fewest people whose figures are shown; 5, or what the data ask for.")
@click.option("--kind", multiple=True, help="place, route; all")
@click.option("--group", multiple=True, help="activity, good, bad, wish, way; all")
@click.option("--category", multiple=True, help="Codes of the catalogue; all")
@click.option("--scheduler", default="single", show_default=True, help=schedulers.OFFERED)
@pass_context
@refusing
def aggregate(
    context: Context,
    named: tuple[Path, ...],
    out: Path,
    width: float,
    level: int | None,
    crs: str,
    minimum: int | None,
    scheduler: str,
    **filters: tuple[str, ...],
) -> None:
    """Count people and registrations in cells over folders of GeoParquet that are partitioned by person."""
    epsg = _epsg(crs)
    where = Hexagons(width, epsg) if level is None else Squares(level)
    chosen = {name: frozenset(filters[name]) for name in FILTERS if filters[name]}
    aggregation.check_out(out)
    source = aggregation.source(aggregation.files(named))
    least = aggregation.minimum(source, minimum)
    with schedulers.opened(scheduler) as opened:
        sums = aggregation.summed(source, where, chosen, opened, _shown(len(source.files)))
    about = aggregation.describe(source, where, chosen, least, context.now)
    made = Figures(sums, where, least, about)
    click.echo(f"cells\t{aggregation.write(made, out, epsg)}\nwithheld\t{made.withheld}\nregistrations\t{sums.rows}")
    click.echo(str(out))


@click.command()
@click.argument("slugs", metavar="[PROCESS]…", nargs=-1)
@click.option("--files", multiple=True, type=_Paths, help="GeoParquet of others, file or folder, instead of processes.")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="A new folder.")
@click.option(
    "--partitions",
    "of",
    type=click.IntRange(1, partitioning.MOST_PARTS),
    help="How many files; one for each half million registrations.",
)
@pass_context
@refusing
def partition(context: Context, slugs: tuple[str, ...], files: tuple[Path, ...], out: Path, of: int | None) -> None:
    """Write registrations as GeoParquet partitioned by person, under new pseudonyms, for trusted analysts only."""
    if bool(slugs) == bool(files):
        raise click.UsageError("Say one or more processes, or --files.")
    if files:
        rows = partitioning.of_files(aggregation.files(files))
        done, made = partitioning.partition(rows, out, of, _counting)
    else:
        with context.store.reading() as db:
            rows = partitioning.of_processes(db, [processes.by_slug(db, slug) for slug in slugs])
            done, made = partitioning.partition(rows, out, of, _counting)
    _told(f"{done} registrations", last=True)
    click.echo(f"partitions\t{made}\nregistrations\t{done}\n{out}")


def _epsg(crs: str) -> int:
    code = crs.upper().removeprefix("EPSG:")
    if not code.isdigit() or int(code) not in EXPORT_CRS:
        raise Invalid("crs_not_offered", field="crs", offered=", ".join(map(str, EXPORT_CRS)))
    return int(code)


def _shown(of: int) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Tells how many results have come: on a terminal one line, elsewhere some ten lines."""

    def told(results: Iterator[Any]) -> Iterator[Any]:
        for number, result in enumerate(results, 1):
            if sys.stderr.isatty() or number * 10 // of != (number - 1) * 10 // of:
                _told(f"{number} of {of} partitions counted", last=number == of)
            yield result

    return told


def _counting(rows: int) -> None:
    if sys.stderr.isatty():
        _told(f"{rows} registrations", last=False)


def _told(text: str, *, last: bool) -> None:
    terminal = sys.stderr.isatty()
    click.echo(f"\r{text}" if terminal else text, err=True, nl=last or not terminal)
