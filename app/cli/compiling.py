"""Compiling the inner loops of maps and figures once, after installing, so that no visitor waits for it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from app.cli.context import Context, pass_context
from app.model import Process
from app.services import analysis, comparisons, demo, exports, flow, processes, publication, streets, vector_tiles
from app.services.index import Index, Indexes, Selection
from app.store import Session, Store, binary_copy, migrations
from gis.morton import unit

ZOOM = 14


@click.command("compile")
@pass_context
def compile_loops(context: Context) -> None:
    """Compile what counts and draws, once after each installation; a minute, and later starts do not repeat it."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/compiling.sqlite")
        migrations.upgrade(store)
        with store.writing() as db:
            process = demo.create(db, "compiling", context.now)
            Indexes(Path(folder)).get(db, process, context.now)
        with store.writing() as db:
            process = processes.by_slug(db, demo.SLUG)
            _used(db, process, Indexes(Path(folder)).get(db, process, context.now), Path(folder), context)
        store.dispose()
    binary_copy.arrays(b"", {"number": pa.int64(), "id": pa.string(), "text": pa.string()}, frozenset({"id"}))
    click.echo("Compiled.")


def _used(db: Session, process: Process, index: Index, folder: Path, context: Context) -> None:
    """Everything compiled, once, on what the demo holds."""
    everything, bad = Selection(), Selection(groups=frozenset({"bad"}))
    middle = process.area.centroid
    x, y = (int(part[0] * (1 << ZOOM)) for part in unit(np.array([middle.x]), np.array([middle.y])))
    tile = ZOOM, x, y
    streets.of(db, process, index)
    flow.of(db, process, index, everything)
    comparisons.of(db, process, index, everything, bad)
    for kind in analysis.HEAT:
        analysis.heat_picture(index, everything, kind, process.area.bounds)
        for size in (256, 512):
            analysis.heat_tile(index, everything, kind, *tile, size=size)
    for by, method in (("category", "dbscan"), ("group", "hdbscan")):
        analysis.find_areas(index, by=by, method=method)
    publication.release(db, process, analysis.hexagons_by_group(index), now=context.now)
    cache = vector_tiles.TileCache(1_000_000)
    for kind in ("place", "route"):
        vector_tiles.overview_tile(cache, index, process, everything, kind, *tile)
    vector_tiles.release_tile(cache, db, process, 1, *tile)
    path = folder / "all.gpkg"
    exports.export(db, process, index, layers=(), format="gpkg", epsg=25832, path=path, now=context.now)
