"""Setting up: processes and their areas, arenas and their links, accounts of staff."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Any

import click

from app.cli.context import Context, pass_context, refusing
from app.services import analysis, arenas, exports, imports, processes, staff
from app.services.index import Index


@click.group()
def process() -> None:
    """Participation processes."""


@process.command("create")
@click.argument("slug")
@click.option("--title", required=True)
@click.option("--prefix", required=True, help="Two to six capitals; begins every permanent id.")
@click.option("--municipality", required=True, help="Municipality number, four digits.")
@click.option("--area", required=True, type=click.Path(path_type=Path), help="A file with the polygon of the area.")
@click.option("--where", default=None, help="COLUMN=VALUE that picks rows of the area file.")
@click.option("--margin", default=0.0, help="Metres to widen the area by, for instance over the shore.")
@click.option("--crs", default=25832, show_default=True, help="EPSG code for metres and exports.")
@click.option("--minimum-people", default=5, show_default=True, help="The smallest group anyone may see.")
@pass_context
@refusing
def process_create(context: Context, slug: str, area: Path, where: str | None, margin: float, **details: Any) -> None:
    """Create a process whose area is read from a file."""
    shape = imports.area(area, where, margin, details["crs"])
    with context.store.writing() as db:
        made = processes.create(
            db,
            slug=slug,
            title=details["title"],
            prefix=details["prefix"],
            municipality=details["municipality"],
            area=shape,
            export_epsg=details["crs"],
            minimum_people=details["minimum_people"],
            now=context.now,
        )
        click.echo(f"{made.slug}: {made.title}")


@process.command("list")
@pass_context
def process_list(context: Context) -> None:
    """Every process, with how much it holds."""
    with context.store.reading() as db:
        for row in processes.every(db):
            counted = ", ".join(f"{name} {count}" for name, count in exports.counts(db, row).items())
            click.echo(f"{row.slug}\t{row.municipality}\t{row.title}\t{counted}")


@process.command("areas")
@click.argument("slug")
@click.option("--by", type=click.Choice(analysis.BY), default="group", show_default=True)
@click.option("--method", type=click.Choice(analysis.METHODS), default="dbscan", show_default=True)
@pass_context
@refusing
def process_areas(context: Context, slug: str, by: str, method: str) -> None:
    """Compute the areas anew; one that is still there keeps its permanent id.

    --by category makes areas of each category of stickers; --method hdbscan parts a dense town and finds scattered
    places.
    """
    with context.store.writing() as db:
        row = processes.by_slug(db, slug)
        index = Index(row)
        index.refresh(db, row)
        for area in analysis.derive_areas(db, row, index, context.now, by=by, method=method):
            click.echo("\t".join(filter(None, (area.public_id, area.group, area.category))))


@click.group()
def arena() -> None:
    """Arenas and the links that open them."""


@arena.command("link")
@click.argument("slug")
@click.option("--label", required=True, help="The school or host the link is for.")
@pass_context
@refusing
def arena_link(context: Context, slug: str, label: str) -> None:
    """Make a host link; its address is printed once and kept nowhere."""
    with context.store.writing() as db:
        token = arenas.create_host_link(db, processes.by_slug(db, slug), label=label, now=context.now)
    click.echo(f"{context.address}/vert/{token}/")


@arena.command("list")
@click.argument("slug")
@pass_context
@refusing
def arena_list(context: Context, slug: str) -> None:
    """The arenas of a process."""
    with context.store.reading() as db:
        for row in arenas.in_process(db, processes.by_slug(db, slug)):
            click.echo(f"{row.title}\t{row.method}\t{row.state}\t{row.join_code or '-'}")


@click.group("staff")
def staff_group() -> None:
    """Accounts of a municipality's staff."""


@staff_group.command("create")
@click.argument("username")
@click.option("--municipality", required=True)
@click.option("--role", default="planner", show_default=True)
@pass_context
@refusing
def staff_create(context: Context, username: str, municipality: str, role: str) -> None:
    """Create an account; the password is asked for, or read from standard input."""
    password = _password()
    with context.store.writing() as db:
        staff.create(db, username=username, password=password, municipality=municipality, role=role, now=context.now)


@staff_group.command("password")
@click.argument("username")
@pass_context
@refusing
def staff_password(context: Context, username: str) -> None:
    """Set a new password."""
    password = _password()
    with context.store.writing() as db:
        staff.set_password(db, username, password)


def _password() -> str:
    return getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
