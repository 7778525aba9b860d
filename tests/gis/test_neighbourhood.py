"""The invented neighbourhood: the same from the same seed, whole, and nowhere near anyone."""

from __future__ import annotations

import pytest
import shapely

from gis import neighbourhood
from gis.crs import project


@pytest.fixture(scope="module")
def town() -> neighbourhood.Neighbourhood:
    return neighbourhood.make(children_per_class=6)


def test_the_same_seed_makes_the_same_children(town: neighbourhood.Neighbourhood) -> None:
    again = neighbourhood.make(children_per_class=6)
    assert [d.geometry.wkb for c in town.children for d in c.drawn] == [
        d.geometry.wkb for c in again.children for d in c.drawn
    ]
    other = neighbourhood.make(seed=1, children_per_class=6)
    assert other.children[0].drawn[0].geometry != town.children[0].drawn[0].geometry


def test_there_are_five_classes_a_school_a_hall_and_a_park(town: neighbourhood.Neighbourhood) -> None:
    assert {child.school_class for child in town.children} == set(range(5))
    kinds = {place["kind"] for place in town.places}
    assert {"school", "sports_hall", "park", "street", "water", "building", "path"} <= kinds


def test_everything_lies_inside_the_area(town: neighbourhood.Neighbourhood) -> None:
    assert all(shapely.covers(town.area, drawn.geometry) for child in town.children for drawn in child.drawn)


def test_children_walk_along_the_streets(town: neighbourhood.Neighbourhood) -> None:
    streets = shapely.union_all([p["geometry"] for p in town.places if p["kind"] in ("street", "path")])
    near = shapely.buffer(project(streets, 4326, neighbourhood.EPSG), 45)
    routes = [d.geometry for c in town.children for d in c.drawn if d.kind == "route"]
    lengths = [project(r, 4326, neighbourhood.EPSG) for r in routes]
    assert sum(r.intersection(near).length for r in lengths) > 0.9 * sum(r.length for r in lengths)


def test_it_lies_in_the_sea(town: neighbourhood.Neighbourhood) -> None:
    """West of Lista: the nearest land is more than ten kilometres away."""
    centre = town.area.centroid
    assert 6.0 < centre.x < 6.6
    assert centre.y < 58.05
