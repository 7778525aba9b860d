"""Plans as other programs write them: every polygon that touches the area, or the reason why there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from gis.crs import WGS84, project
from gis.formats import plans
from gis.geojson import Unusable
from tests import builders as a

AREA = project(shapely.box(*(c - 4000 for c in a.CENTRE), *(c + 4000 for c in a.CENTRE)), a.EPSG, WGS84)


def written(
    path: Path, shapes: list[Any], *, epsg: int = WGS84, names: list[Any] | None = None, swapped: bool = False
) -> Path:
    """A file in its own coordinate system, written by GDAL; ``shapes`` are in WGS 84."""
    moved = project(np.array(shapes, dtype=object), WGS84, epsg)
    if swapped:
        moved = shapely.transform(moved, lambda xy: xy[:, ::-1])
    fields = {"navn": np.array(names, dtype=object)} if names else {}
    kinds = {shape.geom_type for shape in shapes}
    pyogrio.raw.write(
        path,
        shapely.to_wkb(moved),
        list(fields.values()),
        list(fields),
        geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
        crs=f"EPSG:{epsg}",
    )
    return path


def without_system(path: Path) -> Path:
    with pytest.warns(UserWarning, match="crs"):
        pyogrio.raw.write(
            path, shapely.to_wkb(np.array([a.square(0, 0, 50)])), [], [], geometry_type="Polygon", crs=None
        )
    return path


@pytest.mark.parametrize("suffix", [".gpkg", ".gml", ".geojson"])
@pytest.mark.parametrize("epsg", [4326, 25832, 25833])
def test_the_same_plan_in_every_format_and_system(tmp_path: Path, suffix: str, epsg: int) -> None:
    if (suffix, epsg) == (".geojson", 25833):
        epsg = 25832
    path = written(tmp_path / f"plan{suffix}", [a.square(0, 0, 200)], epsg=epsg, names=["Skoletomta"])
    found = plans.read(path, AREA)
    assert found.names == ["Skoletomta"]
    assert a.metres(found.geometry[0]).area == pytest.approx(40_000, rel=0.001)
    assert shapely.intersection(found.geometry[0], a.square(0, 0, 200)).area > 0.99 * found.geometry[0].area
    assert (found.repaired, found.outside, found.clipped, found.swapped) == (0, 0, False, False)


@pytest.mark.parametrize("epsg", [4326, 25833])
def test_axes_the_wrong_way_round_are_turned_and_told(tmp_path: Path, epsg: int) -> None:
    found = plans.read(written(tmp_path / "plan.gpkg", [a.square(0, 0, 200)], epsg=epsg, swapped=True), AREA)
    assert found.swapped
    assert shapely.intersection(found.geometry[0], a.square(0, 0, 200)).area > 0.99 * found.geometry[0].area


def test_a_hole_stays_a_hole(tmp_path: Path) -> None:
    ring = shapely.difference(a.square(0, 0, 400), a.square(0, 0, 200))
    found = plans.read(written(tmp_path / "plan.gpkg", [ring]), AREA)
    assert a.metres(found.geometry[0]).area == pytest.approx(120_000, rel=0.001)
    assert not shapely.contains(found.geometry[0], a.at(0, 0))


def test_an_outline_that_crosses_itself_is_mended_and_told(tmp_path: Path) -> None:
    bow = shapely.Polygon([a.at(x, y) for x, y in ((0, 0), (200, 200), (200, 0), (0, 200))])
    found = plans.read(written(tmp_path / "plan.gpkg", [bow, a.square(0, 0, 50)], names=["Sløyfa", "Hel"]), AREA)
    assert found.repaired == 1
    assert all(shapely.is_valid(found.geometry))
    assert a.metres(found.geometry[0]).area == pytest.approx(20_000, rel=0.001)


def test_the_whole_country_is_cut_at_the_border_and_told(tmp_path: Path) -> None:
    found = plans.read(written(tmp_path / "plan.gpkg", [shapely.box(4, 57, 31, 72)]), AREA)
    assert found.clipped
    assert shapely.equals_exact(shapely.normalize(found.geometry[0]), shapely.normalize(AREA), 1e-9)


def test_what_lies_elsewhere_is_counted_and_names_that_occur_twice_are_numbered(tmp_path: Path) -> None:
    shapes = [a.square(0, 0, 50), a.square(100, 0, 50), a.square(9000, 0, 50), a.square(200, 0, 50)]
    found = plans.read(written(tmp_path / "plan.gpkg", shapes, names=["B1", "B1", "B2", None]), AREA)
    assert found.outside == 1
    assert found.names == ["B1 (1)", "B1 (2)", "(1)"]


def test_every_layer_with_areas_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "plan.gpkg", [a.square(0, 0, 50)])
    for layer, shape in (("veg", a.along((0, 0), (50, 0))), ("mer", a.square(100, 0, 50))):
        pyogrio.raw.write(
            path, shapely.to_wkb(np.array([shape])), [], [], layer=layer, geometry_type=shape.geom_type,
            crs="EPSG:4326", append=True,
        )  # fmt: skip
    assert len(plans.read(path, AREA).geometry) == 2


def test_what_cannot_be_used_says_why(tmp_path: Path) -> None:
    (tmp_path / "brev.gml").write_text("Kjære kommune")
    (tmp_path / "plan.docx").write_text("")
    many = [a.square(3 * n % 90, n // 30, 1) for n in range(plans.MOST + 1)]
    cases = {
        "plan_without_area": written(tmp_path / "linjer.gpkg", [a.along((0, 0), (50, 0))]),
        "plan_elsewhere": written(tmp_path / "borte.gpkg", [a.square(20_000, 0, 50)]),
        "plan_too_many": written(tmp_path / "mange.gpkg", many),
        "crs_missing": without_system(tmp_path / "uten.gpkg"),
        "file_unreadable": tmp_path / "brev.gml",
        "file_type": tmp_path / "plan.docx",
        "file_missing": tmp_path / "finnes_ikke.gml",
    }
    found = {}
    for code, path in cases.items():
        with pytest.raises(Unusable) as refused:
            plans.read(path, AREA)
        found[code] = refused.value.code
    assert found == {code: code for code in cases}


def test_nothing_is_written_beside_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "plan.gml", [a.square(0, 0, 50)])
    (tmp_path / "plan.xsd").unlink(missing_ok=True)
    before = sorted(tmp_path.iterdir())
    plans.read(path, AREA)
    assert sorted(tmp_path.iterdir()) == before
