"""Street networks that drawing can follow."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.context import Context, pass_context, refusing
from app.services import networks, processes


@click.group()
def network() -> None:
    """Street networks that drawing can follow."""


@network.command("import")
@click.argument("slug", metavar="PROCESS")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--layer", help="The layer to read; of an OpenStreetMap file its lines are taken.")
@click.option("--where", help="COLUMN=VALUE that picks rows of the file.")
@click.option("--no-names", is_flag=True, help="Do not add the streets' names to the gazetteer.")
@pass_context
@refusing
def network_import(
    context: Context, slug: str, file: Path, layer: str | None, where: str | None, no_names: bool
) -> None:
    """Take the streets of a GeoPackage, GeoJSON, Shapefile or OpenStreetMap file (.osm, .pbf)."""
    with context.store.writing() as db:
        row = processes.by_slug(db, slug)
        report = networks.run(db, row, file, layer=layer, where=where, names=not no_names, now=context.now)
    click.echo(report.summary)
