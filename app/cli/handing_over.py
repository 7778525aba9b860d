"""What comes in and what goes out: import, export, publish, forget."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import click
import numpy as np

from app.cli.context import Context, pass_context, refusing
from app.services import analysis, erasure, exports, imports, processes, publication, route_density
from app.services.index import Index, Indexes, drop_snapshots
from gis.formats import geotiff


@click.command("import")
@click.argument("slug", metavar="PROCESS")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--mapping", required=True, type=click.Path(path_type=Path), help="TOML file; see docs/import.md.")
@click.option("--dry-run", is_flag=True, help="Report, and store nothing.")
@click.option("--report", type=click.Path(path_type=Path), help="Write every refused row to this JSON file.")
@pass_context
@refusing
def import_files(
    context: Context, slug: str, files: tuple[Path, ...], mapping: Path, dry_run: bool, report: Path | None
) -> None:
    """Import registrations made elsewhere; all files or none."""
    reports: list[imports.Report] = []
    with suppress(_DryRun), context.store.writing() as db:
        row = processes.by_slug(db, slug)
        known = imports.mappings(mapping)
        for path in files:
            made = imports.run(db, row, path, known, now=context.now, rng=np.random.default_rng())
            reports.append(made)
            click.echo(made.summary)
        if dry_run:
            raise _DryRun
    click.echo("Nothing was stored: this was a dry run." if dry_run else "Stored.")
    if report is not None:
        report.write_text(json.dumps([made.details for made in reports], ensure_ascii=False, indent=2))


@click.command("export")
@click.argument("slug", metavar="PROCESS")
@click.option("--layer", "layers", multiple=True, help="One or more of " + ", ".join(exports.LAYERS) + "; all of them.")
@click.option("--format", "format_", default="gpkg", show_default=True, help="gpkg or geojson")
@click.option("--crs", default="EPSG:25832", show_default=True, help="EPSG:4326, 25832, 25833 or 25835")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@pass_context
@refusing
def export_file(context: Context, slug: str, layers: tuple[str, ...], format_: str, crs: str, out: Path) -> None:
    """Write layers to a file for municipal GIS."""
    code = crs.upper().removeprefix("EPSG:")
    with context.store.reading() as db:
        row = processes.by_slug(db, slug)
        counted = exports.counted(layers)
        index = Indexes(context.config.data_dir).get(db, row, context.now) if counted else Index(row)
        epsg = int(code) if code.isdigit() else 0
        made = exports.export(db, row, index, layers=layers, format=format_, epsg=epsg, path=out, now=context.now)
    for name, count in made.rows.items():
        click.echo(f"{name}\t{count}")
    click.echo(str(made.path))


@click.command()
@click.argument("slug", metavar="PROCESS")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="A .tif file.")
@pass_context
@refusing
def density(context: Context, slug: str, out: Path) -> None:
    """Write how many people's ways pass through each cell, each person once, as GeoTIFF."""
    with context.store.reading() as db:
        row = processes.by_slug(db, slug)
        made = route_density.of(db, row)
    geotiff.write(out, made, f"{row.title}: people in each cell, none of fewer than {row.minimum_people}")
    click.echo(
        f"{np.count_nonzero(made.values)} cells, {made.cell:.0f} m in EPSG:3857, at most {made.values.max()} people"
    )
    click.echo(str(out))


@click.command()
@click.argument("slug", metavar="PROCESS")
@pass_context
@refusing
def publish(context: Context, slug: str) -> None:
    """Publish the process's hexagons as a new, numbered release."""
    with context.store.writing() as db:
        row = processes.by_slug(db, slug)
        index = Index(row)
        index.refresh(db, row)
        made = publication.release(db, row, analysis.hexagons_by_group(index), now=context.now)
        click.echo(f"Release {made.number}: {len(made.cells)} cells.")


@click.command()
@click.argument("slug", metavar="PROCESS")
@click.option("--code", help="The class code of the participant to forget.")
@click.option("--alias", help="The participant's alias, for instance blue.fox.7.")
@click.option("--expired", is_flag=True, help="Erase everything if the process's retention date has passed.")
@pass_context
@refusing
def forget(context: Context, slug: str, code: str | None, alias: str | None, expired: bool) -> None:
    """Erase what people gave: one participant's, or all of a process that is past its retention date."""
    with context.store.writing() as db:
        row = processes.by_slug(db, slug)
        if code and alias:
            count = erasure.forget_participant(db, row, code, alias, context.now)
        elif expired:
            count = erasure.forget_expired(db, row, context.now)
        else:
            raise click.UsageError("Say --code and --alias, or --expired.")
    drop_snapshots(context.config.data_dir, row.id)
    click.echo(f"{count} contributions erased.")


class _DryRun(Exception):
    """Rolls the transaction back."""
