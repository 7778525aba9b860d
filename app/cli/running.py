"""Running the service: schema, demo, server, copies, checks."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable
from pathlib import Path

import click

from app import config as configuration
from app.cli.context import Context, pass_context, refusing
from app.services import borgen, demo
from app.services.index import drop_snapshots
from app.store import backup, migrations


@click.command()
@pass_context
def migrate(context: Context) -> None:
    """Bring the database schema up to date."""
    migrations.upgrade(context.store)
    click.echo(f"The schema of {context.store.url.render_as_string(hide_password=True)} is up to date.")


@click.command("demo")
@click.option(
    "--borgen", "whole", is_flag=True, help="The whole Borgen fixture: every method, 458 inputs, 203 measures."
)
@click.option("--if-empty", is_flag=True, help="Only when nothing has been set up yet.")
@click.option("--if-missing", is_flag=True, help="Leave it as it is where it is there already.")
@click.option("--seed", type=int, help="Another seed, other children.")
@pass_context
@refusing
def make_demo(context: Context, whole: bool, if_empty: bool, if_missing: bool, seed: int | None) -> None:
    """Make the labelled, invented demo process."""
    made = borgen if whole else demo
    with context.store.writing() as db:
        if (if_empty and not demo.empty(db)) or (if_missing and demo.exists(db, made.SLUG)):
            return
        made.create(db, configuration.secret_key(context.config), context.now, seed=made.SEED if seed is None else seed)


@click.command()
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


@click.command("backup")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@pass_context
def backup_store(context: Context, path: Path) -> None:
    """Copy the whole database to a file, while the service runs."""
    backup.backup(context.store, path)
    click.echo(str(path))


@click.command("restore")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Replace what is there.")
@pass_context
def restore_store(context: Context, path: Path, yes: bool) -> None:
    """Put a backup back; stop the service first."""
    if not yes:
        raise click.UsageError("This replaces the database. Say --yes.")
    backup.restore(context.store, path)
    migrations.upgrade(context.store)
    drop_snapshots(context.config.data_dir)
    click.echo("Restored.")


@click.command()
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
