"""The ``snarvei`` command: everything an operations engineer does without a browser."""

from __future__ import annotations

import gc

import click

from app import config as configuration
from app.cli import aggregate, checking, compiling, handing_over, roadmap, running, setting_up, streets
from app.cli.context import Context


@click.group()
@click.version_option(package_name="snarvei")
@click.pass_context
def main(context: click.Context) -> None:
    """Snarvei: children's tracks and residents' voices on a map."""
    gc.freeze()  # geometries come and go by the thousand, and each time the collector would walk all modules anew
    try:
        context.obj = Context(configuration.load())
        context.call_on_close(context.obj.close)
    except configuration.SettingError as error:
        raise click.ClickException(str(error)) from error


for command in (
    compiling.compile_loops,
    running.migrate,
    running.make_demo,
    running.serve,
    running.backup_store,
    running.restore_store,
    running.doctor,
    checking.check_figures,
    setting_up.process,
    setting_up.arena,
    setting_up.staff_group,
    streets.network,
    roadmap.roadmap,
    handing_over.import_files,
    handing_over.export_file,
    handing_over.density,
    handing_over.publish,
    handing_over.forget,
    aggregate.partition,
    aggregate.aggregate,
):
    main.add_command(command)
