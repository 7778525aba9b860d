"""The gazetteer as a list: what is in it, what is not, where streets cross, and how two of one name are told apart."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest
import shapely
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.services import demo, gazetteer, processes
from app.store import Session, Store
from gis.crossings import crossings
from gis.naming import together
from tests import builders as a


def named(kind: str, name: str, geometry: Any) -> dict[str, Any]:
    return {"kind": kind, "name": name, "geometry": geometry, "public_destination": False}


def listed(db: Session, *places: dict[str, Any]) -> dict[str, Any]:
    """The list of a process with these places beside its school."""
    made = a.process(db)
    processes.add_named_places(db, made, list(places))
    return gazetteer.listing(db, made)


def where(entry: list[Any], found: dict[str, Any]) -> np.ndarray:
    """An entry's position in metres from the centre."""
    x, y = (value * found["unit"] for value in entry[-2:])
    return np.array(a.metres(shapely.Point(x, y)).coords[0])


def test_places_streets_and_crossings_are_listed_on_both_stores(store: Store) -> None:
    with store.writing() as db:
        found = listed(
            db,
            named("park", "Lekeparken", a.at(500, 500)),
            named("street", "Storgata", a.along((-300, 0), (300, 0))),
            named("street", "Furuveien", a.along((100, -200), (100, 200))),
        )
    assert [entry[:3] for entry in found["places"]] == [["park", "Lekeparken", ""], ["school", "Skolen", ""]]
    assert [entry[0] for entry in found["streets"]] == ["Furuveien", "Storgata"]
    ((first, second, near, *_),) = found["crossings"]
    assert (found["streets"][first][0], found["streets"][second][0], near) == ("Furuveien", "Storgata", "")
    assert np.hypot(*(where(found["crossings"][0], found) - [100, 0])) < 2
    assert json.loads(json.dumps(found)) == found


def test_a_street_is_where_its_middle_is_and_keeps_its_shape(embedded: Store) -> None:
    with embedded.writing() as db:
        bent = a.along((0, 0), (200, 0), (200, 100))
        found = listed(db, named("street", "Bakken", bent))
    name, near, x, y, parts = found["streets"][0]
    middle = shapely.Point(x * found["unit"], y * found["unit"])
    assert (name, near) == ("Bakken", "")
    assert shapely.distance(a.metres(bent), a.metres(middle)) < 2
    line = np.cumsum(np.array(parts[0]).reshape(-1, 2), axis=0) * found["unit"]
    assert shapely.hausdorff_distance(a.metres(shapely.LineString(line)), a.metres(bent)) < 3


def test_pieces_of_one_street_are_one_and_far_apart_they_are_two_that_say_what_is_near(embedded: Store) -> None:
    with embedded.writing() as db:
        found = listed(
            db,
            named("street", "Skoleveien", a.along((0, 100), (100, 100))),
            named("street", "Skoleveien", a.along((250, 100), (400, 100))),
            named("street", "Skoleveien", a.along((0, 3000), (100, 3000))),
            named("park", "Nordparken", a.at(0, 2900)),
        )
    assert [entry[:2] for entry in found["streets"]] == [["Skoleveien", "Skolen"], ["Skoleveien", "Nordparken"]]


def test_a_place_outside_the_area_is_not_offered_and_a_street_only_inside(embedded: Store) -> None:
    with embedded.writing() as db:
        found = listed(
            db,
            named("park", "Langt unna", a.at(9000, 0)),
            named("street", "Langveien", a.along((0, 50), (9000, 50))),
            named("street", "Utenfor", a.along((5000, 0), (6000, 0))),
        )
    assert [entry[1] for entry in found["places"]] == ["Skolen"]
    ((name, _, x, y, _),) = found["streets"]
    assert name == "Langveien"
    assert a.metres(shapely.Point(x * found["unit"], y * found["unit"])).x == pytest.approx(2000, abs=5)


def test_a_house_with_a_number_and_what_has_no_name_are_never_listed(embedded: Store) -> None:
    with embedded.writing() as db:
        found = listed(
            db,
            named("building", "Storgata 14B", a.at(10, 300)),
            named("building", "", a.at(10, 320)),
            named("building", "Biblioteket", a.at(10, 340)),
        )
    assert [entry[1] for entry in found["places"]] == ["Biblioteket", "Skolen"]


def test_streets_that_nearly_touch_cross_and_two_carriageways_cross_once() -> None:
    lines = np.array(
        [
            shapely.LineString([(0, 0), (100, 0)]),
            shapely.LineString([(0, 10), (100, 10)]),
            shapely.LineString([(50, 2.5), (50, 200)]),
            shapely.LineString([(50, 300), (50, 400)]),
        ]
    )
    first, second, points = crossings(lines, np.array([0, 0, 1, 2]))
    assert list(zip(first, second, strict=True)) == [(0, 1)]
    assert points[0].distance(shapely.Point(50, 5)) < 6


def test_streets_that_share_a_stretch_cross_there_and_nothing_crosses_itself() -> None:
    loop = shapely.LineString([(0, 0), (100, 0), (100, 100), (50, -50)])
    first, _, points = crossings(np.array([loop, shapely.LineString([(20, 0), (60, 0)])]), np.array([0, 1]))
    assert len(first) == 1
    assert points[0].distance(shapely.LineString([(20, 0), (60, 0)])) < 1e-6
    assert len(crossings(np.array([loop, loop]), np.array([3, 3]))[2]) == 0
    assert len(crossings(np.array([], dtype=object), np.array([], dtype=int))[2]) == 0


@given(st.lists(st.tuples(*[st.integers(0, 60)] * 4), min_size=2, max_size=14), st.integers(1, 4))
def test_every_crossing_lies_on_both_its_streets(ends: list[tuple[int, ...]], streets: int) -> None:
    lines = np.array([shapely.LineString([(p, q), (r + 61, s)]) for p, q, r, s in ends])
    of = np.arange(len(lines)) % streets
    for one, other, point in zip(*crossings(lines, of), strict=True):
        assert one < other
        assert shapely.distance(lines[of == one], point).min() <= 3
        assert shapely.distance(lines[of == other], point).min() <= 3


@given(st.lists(st.integers(0, 100), min_size=1, max_size=25), st.integers(1, 20))
def test_what_lies_together_is_one_however_it_is_ordered(xs: list[int], within: int) -> None:
    points = shapely.points(xs, 0)
    groups = together(["same"] * len(xs), points, within)
    gaps = np.diff(np.sort(xs)) > within
    assert len(set(groups.tolist())) == gaps.sum() + 1


def test_an_empty_gazetteer_is_an_empty_list(embedded: Store, light: FlaskClient) -> None:
    from sqlalchemy import delete

    from app.model import NamedPlace

    with embedded.writing() as db:
        made = a.process(db)
        db.execute(delete(NamedPlace))
    answer = light.get(f"/stedsnavn/{made.slug}/{made.version}.json")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "max-age=86400, public"
    assert answer.json == {"unit": 1e-05, "places": [], "streets": [], "crossings": []}


def test_an_unknown_process_or_code_is_refused_in_words(embedded: Store, light: FlaskClient) -> None:
    assert light.get("/stedsnavn/nix/1.json").status_code == 404
    assert light.get("/uten-kart/XXXXXX").status_code == 404
    with embedded.writing() as db:
        code = a.arena(db, a.process(db)).join_code or ""
    assert light.get(f"/uten-kart/{code.lower()}").headers["Location"] == f"/uten-kart/{code}"
    assert light.get(f"/uten-kart/{code}").status_code == 200


def test_the_demos_streets_of_one_name_are_told_apart(embedded: Store) -> None:
    with embedded.writing() as db:
        made = demo.create(db, "k" * 32, a.NOW, per_class=1)
        found = gazetteer.listing(db, made)
    twice = [entry[1] for entry in found["streets"] if entry[0] == "Bjørkeveien"]
    assert len(set(twice)) == 2
    assert all(twice)
    assert len(found["crossings"]) >= 60


def test_twenty_thousand_names_are_listed_in_seconds(embedded: Store) -> None:
    """A large municipality: 140 by 140 streets. The figure is printed, not asserted tightly."""
    grid = np.linspace(-3900, 3900, 140)
    streets = [named("street", f"Vei {n}", a.along((x, y), (x + 55, y))) for n, (x, y) in enumerate(_cells(grid))]
    with embedded.writing() as db:
        made = a.process(db)
        processes.add_named_places(db, made, streets)
        db.flush()
        began = time.perf_counter()
        found = gazetteer.listing(db, made)
        took = time.perf_counter() - began
    print(f"{len(found['streets'])} streets, {len(found['crossings'])} crossings in {took:.1f} s")
    assert len(found["streets"]) == 19_600
    assert took < 60


def _cells(grid: np.ndarray) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x in grid for y in grid]
