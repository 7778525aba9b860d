"""Counting again: does every figure that pages show hold?"""

from __future__ import annotations

import sys

import click

from app.cli.context import Context, pass_context, refusing
from app.services import processes, recount
from app.services.index import Index


@click.command("check-figures")
@click.argument("slug", metavar="[PROCESS]", required=False)
@pass_context
@refusing
def check_figures(context: Context, slug: str | None) -> None:
    """Count every figure again, one by one; exit code 1 if a page shows another."""
    wrong = 0
    with context.store.reading() as db:
        for process in [processes.by_slug(db, slug)] if slug else processes.every(db):
            index = Index(process)
            index.refresh(db, process)
            found = list(recount.figures(db, process, index, context.today))
            off = [figure for figure in found if not figure.agrees]
            for figure in off:
                click.echo(f"{process.slug}\t{figure.name}\tshown {figure.shown}\tcounted {figure.again}")
            click.echo(f"{process.slug}\t{len(found)} figures, {len(off)} wrong")
            wrong += len(off)
    sys.exit(1 if wrong else 0)
