"""Places and routes as one GeoPackage: ``snarvei export`` and ogr2ogr, each a fresh process, start-up included."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyogrio
import shapely

from benchmarks.ground import Ground
from benchmarks.measuring import Differs, Row, Run, child, pairs, same

EPSG = 25832
PAIRS = 3
TARGET = 0.6
MOST_MIB = 512
PEER = "ogr2ogr straight from PostGIS"
SAMPLE = 500
NEAR_M = 0.001
LAYERS = {"places": ("place", "geometry", "POINT"), "routes": ("route", "ST_Multi(geometry)", "MULTILINESTRING")}
QUERY = """
SELECT c.id, c."group", c.category, coalesce(e.words->>'nb', c.category) AS word, c.feeling, c.mode, c.preferred_mode,
    c.company, c.season, c.frequency, CASE c.state WHEN 'released' THEN c.own_name END AS own_name,
    CASE c.state WHEN 'released' THEN c.comment END AS comment, a.title AS arena, a.grade, c.source,
    c.created_at::date AS registered_on, {shape} AS geom
FROM contribution c JOIN arena a ON a.id = c.arena_id
LEFT JOIN catalogue_entry e ON e.process_id = c.process_id AND e."group" = c."group" AND e.code = c.category
WHERE c.kind = '{kind}' AND c.state IN ('pending', 'released') AND c.geometry IS NOT NULL
    AND NOT coalesce(e.sensitive, false)
"""


def rows(ground: Ground) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="snarvei-bench-") as kept:
        folder = Path(kept)
        peaks: list[float] = []

        def ours() -> float:
            run = _fresh(folder / "ours.gpkg", [_ours(ground, folder / "ours.gpkg")], ground)
            peaks.append(run.peak_mib)
            return run.seconds

        def peer() -> float:
            return _fresh(folder / "peer.gpkg", _peer(ground, folder / "peer.gpkg"), ground).seconds

        peer()
        found = pairs(ours, peer, PAIRS)
        equal = _compared(folder / "ours.gpkg", folder / "peer.gpkg")
        size = (folder / "ours.gpkg").stat().st_size
    more = {"equal": equal, "ours_peak_mib": round(max(peaks)), "most_mib": MOST_MIB, "ours_mb": size // 1_000_000}
    work = f"GeoPackage of {ground.size.places:,} places and {ground.size.routes:,} routes, EPSG:{EPSG}"
    return [Row(work, median(found[0]), PEER, median(found[1]), TARGET, PAIRS, more)]


def _fresh(path: Path, commands: Sequence[Sequence[str]], ground: Ground) -> Run:
    """The programs one after the other, writing to a file that is not there yet."""
    path.unlink(missing_ok=True)
    runs = [child(command, ground.environment) for command in commands]
    return Run(sum(run.seconds for run in runs), max(run.peak_mib for run in runs))


def _ours(ground: Ground, path: Path) -> list[str]:
    layers = [word for layer in LAYERS for word in ("--layer", layer)]
    snarvei = str(Path(sys.executable).with_name("snarvei"))
    return [snarvei, "export", ground.slug, *layers, "--crs", f"EPSG:{EPSG}", "--out", str(path)]


def _peer(ground: Ground, path: Path) -> list[list[str]]:
    program = shutil.which("ogr2ogr")
    if program is None:
        raise RuntimeError("ogr2ogr is missing: install gdal-bin (Debian)")
    commands: list[list[str]] = []
    for layer, (kind, shape, type_) in LAYERS.items():
        source = [f"PG:{ground.libpq}", "-sql", QUERY.format(kind=kind, shape=shape)]
        more = ["-update"] if commands else []
        crs = ["-t_srs", f"EPSG:{EPSG}"]
        commands.append([program, "-q", *more, "-f", "GPKG", str(path), *source, "-nln", layer, "-nlt", type_, *crs])
    return commands


def _compared(ours: Path, peer: Path) -> str:
    """Raises Differs unless both files hold the same rows in the same places, to a millimetre."""
    for layer in LAYERS:
        a, b = (pyogrio.read_info(path, layer=layer, force_total_bounds=True) for path in (ours, peer))
        same(f"rows of {layer}", a["features"], b["features"])
        same(f"columns of {layer}", sorted(a["fields"]), sorted(b["fields"]))
        same(f"geometry of {layer}", a["geometry_type"], b["geometry_type"])
        if not np.allclose(a["total_bounds"], b["total_bounds"], rtol=0, atol=NEAR_M):
            raise Differs(f"bounds of {layer}: {a['total_bounds']} and {b['total_bounds']}")
        _same_rows(layer, ours, peer)
    return f"rows, columns, bounds to 1 mm, and {SAMPLE} rows of each layer in every value"


def _same_rows(layer: str, ours: Path, peer: Path) -> None:
    ids = _read(ours, layer, columns=["id"])["id"]
    picked = ids[np.linspace(0, len(ids) - 1, min(SAMPLE, len(ids))).astype(int)]
    where = "id IN ({})".format(", ".join(f"'{id}'" for id in picked))
    a, b = (_by_id(_read(path, layer, where=where)) for path in (ours, peer))
    for name in a:
        if name != "geometry":
            same(f"{name} of {layer}", a[name], b[name])
    far = shapely.hausdorff_distance(a["geometry"], b["geometry"])
    if not len(far) or float(far.max()) > NEAR_M:
        raise Differs(f"geometry of {layer}: {far} m apart")


def _read(path: Path, layer: str, **how: Any) -> dict[str, Any]:
    about, _, shapes, values = pyogrio.raw.read(path, layer=layer, read_geometry="where" in how, **how)
    found: dict[str, Any] = dict(zip(about["fields"], values, strict=True))
    return found | ({"geometry": shapely.from_wkb(shapes)} if shapes is not None else {})


def _by_id(columns: dict[str, Any]) -> dict[str, Any]:
    """In the order of ids, values as text so that two readers' kinds of nothing are equal."""
    order = np.argsort(columns["id"].astype(str))
    found = {name: values[order] for name, values in columns.items()}
    return {name: v if name == "geometry" else [_text(x) for x in v.tolist()] for name, v in found.items()}


def _text(value: Any) -> str | None:
    missing = value is None or value != value
    return None if missing else f"{value:g}" if isinstance(value, int | float) else str(value)
