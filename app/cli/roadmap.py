"""The roadmap's inputs from a spreadsheet."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from app.cli.context import Context, pass_context, refusing, said
from app.errors import Invalid
from app.services import processes, roadmap_imports, sheets


@click.group()
def roadmap() -> None:
    """The roadmap's inputs."""


@roadmap.command("import")
@click.argument("slug", metavar="PROCESS")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", required=True, type=click.Path(path_type=Path), help="TOML file; see docs/import.md.")
@click.option("--dry-run", is_flag=True, help="Report, and store nothing.")
@pass_context
@refusing
def import_rows(context: Context, slug: str, file: Path, mapping: Path, dry_run: bool) -> None:
    """Store the rows of a CSV or XLSX file as inputs; all or none."""
    if not file.is_file():
        raise Invalid("file_missing", field="file", file=file.name)
    sheet, chosen = sheets.read(file.read_bytes(), file.name), roadmap_imports.read_mapping(mapping)
    with suppress(_DryRun), context.store.writing() as db:
        process = processes.by_slug(db, slug)
        roadmap_imports.alone(db, process)
        report = roadmap_imports.tried(db, process, sheet, chosen, file.name)
        click.echo(
            f"{file.name}: {report.rows} rows, {len(report.drafts)} new, {len(report.known)} there already, "
            f"{len(report.refused)} not taken"
        )
        for row, refusal in report.refused:
            click.echo(f"{row}\t{refusal.field}\t{said(refusal)}")
        if dry_run:
            raise _DryRun
        for public_id in roadmap_imports.store(db, None, process, report, context.now):
            click.echo(public_id)
    click.echo("Nothing was stored: this was a dry run." if dry_run else "Stored.")


class _DryRun(Exception):
    """Rolls the transaction back."""
