"""How many people's ways pass through each cell: against counting one by one, and as GDAL reads the file."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from sqlalchemy import select, update

from app.cli import main
from app.model import Contribution, Participant, Process
from app.services import route_density
from app.services.index import Selection
from app.store import Session, Store
from gis import density
from gis.crs import WGS84, project_xy
from gis.raster import Raster, Window
from tests import builders as a
from tests.services.test_flow import MAIN, K, town


def one_by_one(db: Session, process: Process, window: Window) -> np.ndarray:
    """A set of people for every cell."""
    there: dict[tuple[int, int], set[str]] = defaultdict(set)
    heads: dict[str, int] = {}
    rows = db.execute(
        select(Contribution.geometry, Contribution.participant_id, Participant.head_count)
        .join(Participant, Participant.id == Contribution.participant_id)
        .where(Contribution.kind == "route", Contribution.state.in_(["pending", "released"]), ~Participant.practice)
    )
    for shape, person, head_count in rows:
        heads[str(person)] = head_count
        _, codes = density.crossed(np.array([shape]), window.level)
        for x, y in zip(*density.deinterleave(codes), strict=True):
            there[int(y) - window.top, int(x) - window.left].add(str(person))
    counts = {at: sum(heads[person] for person in people) for at, people in there.items()}
    found = np.zeros((window.rows, window.columns), int)
    for (row, column), people in counts.items():
        if people >= process.minimum_people and 0 <= row < window.rows and 0 <= column < window.columns:
            found[row, column] = people
    return found


def made(db: Session, process: Process) -> tuple[Raster, Window]:
    window = Window.covering(process.area.bounds, route_density.LEVEL)
    return route_density.of(db, process), window


def test_each_person_counts_once_in_a_cell_and_few_people_nowhere(store: Store) -> None:
    with store.writing() as db:
        process = town(db)
        db.execute(
            update(Participant).where(Participant.id == db.scalar(select(Participant.id).limit(1))).values(head_count=9)
        )
    with store.reading() as db:
        found, window = made(db, process)
        wanted = one_by_one(db, process, window)
    assert np.array_equal(found.values, wanted)
    assert wanted.max() > K
    assert set(np.unique(wanted)) & set(range(1, K)) == set()


def test_it_is_what_the_index_counts(store: Store) -> None:
    with store.writing() as db:
        process = town(db)
    with store.reading() as db:
        found, window = made(db, process)
        view = a.index(db, process).view(Selection(kinds=frozenset({"route"})), "route")
    counted = window.filled(*view.counts(window.level)).values
    assert np.array_equal(np.where(counted >= K, counted, 0), found.values)


def test_without_ways_every_cell_is_empty(store: Store) -> None:
    process, _, _ = a.settled(store)
    with store.reading() as db:
        assert not route_density.of(db, process).values.any()


def test_gdal_reads_the_file_where_it_lies(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.writing() as db:
        process = town(db)
    monkeypatch.setenv("DATABASE_URL", store.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SNARVEI_DATA_DIR", str(tmp_path))
    path = tmp_path / "ways.tif"
    said = CliRunner().invoke(main, ["density", process.slug, "--out", str(path)], catch_exceptions=False)
    assert said.exit_code == 0, said.output
    with store.reading() as db:
        found, _ = made(db, process)
    about = json.loads(subprocess.run(["gdalinfo", "-json", str(path)], capture_output=True, check=True).stdout)
    assert about["size"] == list(found.values.shape[::-1])
    assert about["geoTransform"] == pytest.approx([found.west, found.cell, 0, found.north, 0, -found.cell])
    assert about["stac"]["proj:epsg"] == 3857 if "stac" in about else "3857" in about["coordinateSystem"]["wkt"]
    assert about["bands"][0]["type"] == "Int32"
    assert about["bands"][0]["noDataValue"] == 0
    grid = ["gdal_translate", "-q", "-of", "XYZ", str(path), "/vsistdout/"]
    text = subprocess.run(grid, capture_output=True, check=True, text=True).stdout
    x, y, values = np.loadtxt(text.splitlines()).T
    assert np.array_equal(values.reshape(found.values.shape), found.values)
    lon, lat = project_xy(x, y, 3857, WGS84)
    there = shapely.dwithin(shapely.points(lon, lat)[values > 0], a.along(*MAIN), 0.1)
    assert there.all()
    assert f"at most {found.values.max()} people" in said.output
