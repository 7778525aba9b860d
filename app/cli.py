"""The ``snarvei`` command: everything an operations engineer does without a browser."""

from __future__ import annotations

import getpass
import json
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click
import numpy as np

from app import config as configuration
from app.config import Config
from app.errors import Refusal
from app.services import (
    analysis,
    arenas,
    demo,
    erasure,
    exports,
    imports,
    processes,
    publication,
    staff,
)
from app.services.index import Index
from app.store import Store, backup, migrations


@dataclass
class Context:
    """The settings, and the store that is opened when a command first needs it."""

    config: Config
    _store: Store | None = None

    @property
    def store(self) -> Store:
        if self._store is None:
            self._store = Store(self.config.database_url)
        return self._store

    def close(self) -> None:
        if self._store is not None:
            self._store.dispose()

    @property
    def address(self) -> str:
        """Where people reach the service."""
        return (self.config.public_url or f"http://{self.config.host}:{self.config.port}").rstrip("/")

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)


pass_context = click.make_pass_decorator(Context)


def refusing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Refusals become one line on the error stream and exit code 2."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except Refusal as refusal:
            click.echo(said(refusal), err=True)
            sys.exit(2)

    return wrapped


def said(refusal: Refusal) -> str:
    """A refusal in words, with its code: for a terminal the words are the web's."""
    from app.web import problems
    from app.web.speaking import speaking

    with speaking("nb"):
        words = problems.said(refusal) or ()
    return " ".join((*words, f"({refusal.code})"))


@click.group()
@click.version_option(package_name="snarvei")
@click.pass_context
def main(context: click.Context) -> None:
    """Snarvei: children's tracks and residents' voices on a map."""
    try:
        context.obj = Context(configuration.load())
        context.call_on_close(context.obj.close)
    except configuration.SettingError as error:
        raise click.ClickException(str(error)) from error


@main.command()
@pass_context
def migrate(context: Context) -> None:
    """Bring the database schema up to date."""
    migrations.upgrade(context.store)
    click.echo(f"The schema of {context.store.url.render_as_string(hide_password=True)} is up to date.")


@main.command("demo")
@click.option("--if-empty", is_flag=True, help="Only when nothing has been set up yet.")
@click.option("--seed", default=20261123, show_default=True, help="Another seed, other children.")
@pass_context
@refusing
def make_demo(context: Context, if_empty: bool, seed: int) -> None:
    """Make the labelled, invented demo process."""
    with context.store.writing() as db:
        if not if_empty or demo.empty(db):
            demo.create(db, configuration.secret_key(context.config), context.now, seed=seed)


@main.command()
@pass_context
def serve(context: Context) -> None:
    """Migrate, make the demo if the database is empty, print its keys and serve."""
    from app.web.serving import serve as run

    migrations.upgrade(context.store)
    secret = configuration.secret_key(context.config)
    with context.store.writing() as db:
        if demo.empty(db):
            click.echo("The database is empty: making the invented demo process …")
            demo.create(db, secret, context.now)
    with context.store.reading() as db:
        keys = demo.keys(db, secret)
    context.store.dispose()
    base = context.address
    if keys is not None:
        click.echo(f"Class code: {keys.class_code}")
        click.echo(f"Teacher link: {base}/vert/{keys.host_token}/")
        click.echo(f"Planner sign-in: {base}/plan/logg-inn  name: {keys.username}  password: {keys.password}")
    click.echo(f"Serving on {base}  (stop with Ctrl+C)")
    run(context.config)


@main.group()
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


@main.group()
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


@main.group("staff")
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


@main.command("import")
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


@main.command("export")
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
        index = Index(row)
        if exports.counted(layers):
            index.refresh(db, row)
        epsg = int(code) if code.isdigit() else 0
        made = exports.export(db, row, index, layers=layers, format=format_, epsg=epsg, path=out, now=context.now)
    for name, count in made.rows.items():
        click.echo(f"{name}\t{count}")
    click.echo(str(made.path))


@main.command()
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


@main.command()
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
    click.echo(f"{count} contributions erased.")


@main.command("backup")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@pass_context
def backup_store(context: Context, path: Path) -> None:
    """Copy the whole database to a file, while the service runs."""
    backup.backup(context.store, path)
    click.echo(str(path))


@main.command("restore")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Replace what is there.")
@pass_context
def restore_store(context: Context, path: Path, yes: bool) -> None:
    """Put a backup back; stop the service first."""
    if not yes:
        raise click.UsageError("This replaces the database. Say --yes.")
    backup.restore(context.store, path)
    migrations.upgrade(context.store)
    click.echo("Restored.")


@main.command()
@pass_context
def doctor(context: Context) -> None:
    """Check settings, store and schema; exit code 1 if anything is wrong."""
    wrong = 0
    for name, check in _CHECKS.items():
        try:
            click.echo(f"ok    {name}: {check(context)}")
        except Exception as error:  # noqa: BLE001
            wrong += 1
            click.echo(f"WRONG {name}: {type(error).__name__} {getattr(error, 'code', '')}")
    sys.exit(1 if wrong else 0)


class _DryRun(Exception):
    """Rolls the transaction back."""


def _check_schema(context: Context) -> str:
    if migrations.pending(context.store):
        raise RuntimeError("behind")
    return "up to date"


def _check_write(context: Context) -> str:
    probe = context.config.data_dir / f"probe-{secrets.token_hex(4)}"
    context.config.data_dir.mkdir(parents=True, exist_ok=True)
    probe.touch()
    probe.unlink()
    return str(context.config.data_dir)


_CHECKS: dict[str, Callable[[Context], str]] = {
    "store": lambda context: backup.version(context.store),
    "schema": _check_schema,
    "data folder": _check_write,
    "secret key": lambda context: "set" if configuration.secret_key(context.config) else "",
}


def _password() -> str:
    return getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
