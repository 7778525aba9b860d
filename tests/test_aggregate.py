"""``snarvei partition`` and ``aggregate``: every scheduler gives the same, refuses in words, and can be stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from pydoc import locate
from time import sleep
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from click.testing import CliRunner, Result

from app.cli import main, schedulers
from app.errors import Refusal
from app.services import aggregation
from app.store import Store
from gis.sums import Sums, tree
from tests import builders as a
from tests.registrations import Registration, partitioned, table, write

HERE = shapely.Point(10.4, 59.8)


@pytest.fixture
def command(tmp_path: Path) -> Any:
    """``command("aggregate", …)``, without a database to be had."""

    def run(*arguments: str, url: str = "sqlite:////nowhere/x.sqlite") -> Result:
        return CliRunner().invoke(main, arguments, env={"DATABASE_URL": url, "SNARVEI_DATA_DIR": str(tmp_path)})

    return run


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thousand registrations of a hundred people over five towns, in seven files."""
    rng = np.random.default_rng(4)
    rows = []
    for number in range(1_000):
        lon, lat = rng.choice([(10.4, 59.8), (12.0, 63.5), (23.7, 70.7)]) + rng.normal(0, 0.01, 2)
        way = shapely.LineString([(lon, lat), (lon + 0.004, lat), (lon + 0.004, lat + 0.002)])
        shape, kind = (way, "route") if number % 10 == 0 else (shapely.Point(lon, lat), "place")
        rows.append(Registration(int(rng.integers(0, 100)), shape, kind))
    return partitioned(tmp_path_factory.mktemp("nation") / "all", rows, 7)


@pytest.fixture(scope="session")
def running() -> Iterator[str]:
    """The address of a Dask cluster that somebody else runs."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
        yield cluster.scheduler_address


def rows(path: Path) -> Any:
    found = pq.read_table(path)
    return [found[name].to_pylist() for name in ("cell", "people", "registrations", "withheld")]


@pytest.mark.parametrize("grid", [("--width", "500"), ("--level", "13")])
def test_every_scheduler_gives_the_same(
    command: Any, folder: Path, running: str, tmp_path: Path, grid: tuple[str, str]
) -> None:
    found = {}
    for name in ("single", "processes:2", "local:1", running):
        out = tmp_path / f"{len(found)}.parquet"
        done = command("aggregate", str(folder), "--out", str(out), *grid, "--scheduler", name)
        assert done.exit_code == 0, done.output
        assert "registrations\t1000\n" in done.stdout
        assert done.stdout.endswith(f"{out}\n")
        assert done.stderr.split("\n") == [*(f"{n} of 7 partitions counted" for n in range(1, 8)), ""]
        found[name] = rows(out)
    single = found.pop("single")
    assert any(single[1])
    assert all(other == single for other in found.values())


def test_a_process_goes_from_the_store_through_files_into_gdal(
    command: Any, store_url: str, store: Store, tmp_path: Path
) -> None:
    with store.writing() as db:
        a.crowd(db, a.arena(db, a.process(db)), a.at(300, 300), 7)
    done = command("partition", "borgen", "--out", str(tmp_path / "parts"), "--partitions", "2", url=store_url)
    assert (done.exit_code, done.stdout) == (0, f"partitions\t2\nregistrations\t7\n{tmp_path / 'parts'}\n")
    out = tmp_path / "out.gpkg"
    done = command("aggregate", str(tmp_path / "parts"), "--out", str(out), "--width", "1000", "--crs", "EPSG:25832")
    assert (done.exit_code, done.stdout) == (0, f"cells\t1\nwithheld\t0\nregistrations\t7\n{out}\n")
    meta, found = pyogrio.read_arrow(out, layer="cells")
    assert meta["crs"] == "EPSG:25832"
    assert found["people"].to_pylist() == [7]
    told = subprocess.run(["ogrinfo", "-so", out, "cells"], capture_output=True, text=True, check=True).stdout
    assert "Feature Count: 1" in told
    none = command("aggregate", str(tmp_path / "parts"), "--out", str(out), "--group", "wish", "--kind", "place")
    assert none.stdout.startswith("cells\t0\n")


def test_files_of_others_are_partitioned_first(command: Any, tmp_path: Path) -> None:
    loose = tmp_path / "loose"
    loose.mkdir()
    for n in range(2):
        write(loose / f"{n}.parquet", table([Registration(who, HERE) for who in range(6)]))
    out, parts = tmp_path / "out.parquet", tmp_path / "parts"
    refused = command("aggregate", str(loose), "--out", str(out))
    assert (refused.exit_code, refused.stderr.strip()[-21:]) == (2, "(partitions_unmarked)")
    assert "snarvei partition --files" in refused.stderr
    assert command("partition", "--files", str(loose), "--out", str(parts)).exit_code == 0
    assert command("aggregate", str(parts), "--out", str(out)).exit_code == 0
    assert rows(out)[1:3] == [[6], [12]]
    assert command("partition", "--out", str(parts)).exit_code == 2
    assert command("partition", "borgen", "--files", str(loose), "--out", str(parts)).exit_code == 2


def refusal(command: Any, *arguments: str) -> str:
    """The code of a refusal that is one line."""
    found = command("aggregate", *arguments)
    assert found.exit_code == 2, found.output
    (line,) = [line for line in found.stderr.splitlines() if "partitions counted" not in line]
    return str(line.rsplit("(", 1)[1].rstrip(")"))


def test_what_cannot_be_done_is_refused_before_anything_is_counted(command: Any, folder: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out.gpkg")
    assert refusal(command, str(tmp_path / "nix"), "--out", out) == "file_missing"
    (tmp_path / "empty").mkdir()
    assert refusal(command, str(tmp_path / "empty"), "--out", out) == "partitions_none"
    assert refusal(command, str(folder), "--out", str(tmp_path / "out.xlsx")) == "file_type"
    assert refusal(command, str(folder), "--out", str(tmp_path / "nix" / "out.gpkg")) == "file_missing"
    assert refusal(command, str(folder), "--out", out, "--crs", "EPSG:4326") == "crs_not_offered"
    assert refusal(command, str(folder), "--out", out, "--crs", "utm33") == "crs_not_offered"
    assert refusal(command, str(folder), "--out", out, "--minimum", "2") == "minimum_out_of_range"
    for name in ("dask", "processes:0", "processes:many", "local:-1", "single:2", ""):
        assert refusal(command, str(folder), "--out", out, "--scheduler", name) == "value_unknown"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty"]


@pytest.mark.parametrize("where", ["single", "processes:2", "running"])
def test_a_file_that_turns_out_broken_is_named_and_nothing_is_written(
    command: Any, where: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    broken = partitioned(tmp_path / "parts", [Registration(n, HERE) for n in range(40)], 4)
    path = broken / "part-0002.parquet"
    path.write_bytes(path.read_bytes().replace(shapely.to_wkb(HERE)[:9], b"\x01\x07\x00\x00\x00\x01\x00\x00\x00"))
    content = pq.read_table(path)
    assert content["geometry"][0].as_py() != shapely.to_wkb(HERE)
    scheduler = request.getfixturevalue("running") if where == "running" else where
    found = command("aggregate", str(broken), "--out", str(tmp_path / "out.gpkg"), "--scheduler", scheduler)
    assert found.exit_code == 2
    assert "parts/part-0002.parquet" in found.stderr
    assert found.stderr.strip().endswith("(column_not_usable)")
    assert [each.name for each in tmp_path.iterdir()] == ["parts"]


def test_a_cluster_that_does_not_answer_or_lacks_dask_is_refused(
    command: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = str(tmp_path / "out.gpkg")
    monkeypatch.setattr(schedulers, "PATIENCE", 1)
    for address in ("tcp://127.0.0.1:9", "tcp://nowhere.invalid:8786", "tcp://x", "tls://127.0.0.1:9", "tcp:"):
        assert refusal(command, str(folder), "--out", out, "--scheduler", address) == "scheduler_unreachable"
    monkeypatch.setitem(sys.modules, "distributed", None)
    for name in ("local:1", "tcp://127.0.0.1:9"):
        assert refusal(command, str(folder), "--out", out, "--scheduler", name) == "dask_missing"


def test_a_cluster_without_workers_or_with_another_version_is_refused(
    command: Any, folder: Path, running: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import LocalCluster

    out = str(tmp_path / "out.gpkg")
    monkeypatch.setattr(schedulers, "PATIENCE", 1)
    with LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as idle:
        address = idle.scheduler_address
        assert refusal(command, str(folder), "--out", out, "--scheduler", address) == "scheduler_unreachable"
    monkeypatch.setattr("importlib.metadata.version", Other())
    assert refusal(command, str(folder), "--out", out, "--scheduler", running) == "scheduler_differs"


class Other:
    """Another version here; in a worker it is the real function."""

    def __call__(self, _: str) -> str:
        return "another"

    def __reduce__(self) -> Any:
        return locate, ("importlib.metadata.version",)


def test_a_file_that_workers_cannot_see_is_refused_as_that(command: Any, folder: Path, running: str) -> None:
    files = aggregation.files([folder])
    elsewhere = aggregation.Source((*files, folder / "part-9999.parquet"))
    with schedulers.opened(running) as cluster, pytest.raises(Refusal) as refused:
        aggregation.summed(elsewhere, aggregation.Squares(10), {}, cluster)
    assert (refused.value.code, refused.value.facts) == ("file_not_shared", {"file": "all/part-9999.parquet"})


def dies(path: Path) -> Sums:
    os._exit(1)


@pytest.mark.parametrize("name", ["processes:1", "local:1"])
def test_workers_that_die_are_told_of(name: str) -> None:
    with schedulers.opened(name) as scheduler, pytest.raises(Refusal, match="scheduler_lost"):
        list(scheduler.each(dies, [Path("x")] * 20))


def one(path: Path) -> Sums:
    return Sums(np.array([1], np.uint64), np.array([1]), np.array([1]), 1)


@pytest.mark.parametrize("name", ["single", "processes:2", "local:2"])
def test_no_more_files_are_begun_than_there_are_hands(name: str) -> None:
    """Files are drawn as results are taken: what is in memory does not grow with how many there are."""
    drawn = count()
    files = (Path(str(next(drawn))) for _ in range(40))
    most = 0

    def watched(results: Iterator[Any]) -> Iterator[Any]:
        nonlocal most
        for taken, result in enumerate(results, 1):
            begun = int(repr(drawn)[6:-1])
            most = max(most, begun - taken)
            yield result

    with schedulers.opened(name) as scheduler:
        found = tree(watched(scheduler.each(one, files)), scheduler.added)  # type: ignore[arg-type]
        assert scheduler.sums(found).people.tolist() == [40]
    assert most <= 4


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command as a terminal would start it: a process group of its own."""
    program = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
    process = subprocess.Popen(
        program, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


@pytest.mark.parametrize("name", ["single", "processes:2", "local:2"])
def test_ctrl_c_ends_it_at_once_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    many = partitioned(tmp_path / "parts", [Registration(n, HERE) for n in range(2_000)], 900)
    out = tmp_path / "out.gpkg"
    with started("aggregate", str(many), "--out", str(out), "--scheduler", name) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "90 of 900 partitions counted\n"
        os.killpg(process.pid, signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait() == 1
    assert "900 of 900" not in rest
    assert "Traceback" not in rest.partition("Aborted!")[0], "what a library says while it is torn down is not ours"
    assert "Aborted!" in rest
    assert [path.name for path in tmp_path.iterdir()] == ["parts"]
    for _ in range(100):
        if not alive(process.pid):
            break
        sleep(0.1)
    assert not alive(process.pid)


def alive(group: int) -> bool:
    """Whether any process of a group is there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
