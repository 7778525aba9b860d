"""The store seam: the same promises on both stores."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from app.errors import Unavailable
from app.model import Contribution, Process
from app.store import Store, backup, columns, migrations, next_change, overlapping, upsert, watermark, wkb
from tests import builders as a

SHAPES = {
    "point": shapely.Point(10.123456789012345, 59.9),
    "line": shapely.LineString([(10, 59), (10.5, 59.5), (10.25, 60)]),
    "multi line": shapely.MultiLineString([[(10, 59), (10.1, 59.1)], [(10.2, 59), (10.3, 59.1)]]),
    "polygon with a hole": shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(3, 3), (3, 6), (6, 6), (6, 3)]]),
    "self-crossing line": shapely.LineString([(0, 0), (1, 1), (0, 1), (1, 0)]),
    "empty": shapely.LineString(),
    "none": None,
}


def rows(db: Any, actor: Any, shapes: list[Any]) -> list[int]:
    """Contributions with these geometries, stored as they are; returns their numbers."""
    values = [
        {
            "id": uuid4(),
            "process_id": actor.process_id,
            "arena_id": actor.arena_id,
            "participant_id": actor.participant_id,
            "kind": "place",
            "group": "good",
            "category": "nice",
            "feeling": "good",
            "source": "map",
            "state": "pending",
            "geometry": shape,
            "created_at": a.NOW,
            "changed_at": a.NOW,
            "change": next_change(Contribution),
        }
        for shape in shapes
    ]
    return [
        db.execute(upsert(db, Contribution).values(**value).returning(Contribution.number)).scalar_one()
        for value in values
    ]


def settled(store: Store) -> Any:
    """A participant in a class."""
    with store.writing() as db:
        return a.pupil(db, a.arena(db, a.process(db)))


@pytest.mark.parametrize("name", SHAPES)
def test_a_geometry_comes_back_as_it_was_stored(store: Store, name: str) -> None:
    actor = settled(store)
    with store.writing() as db:
        (number,) = rows(db, actor, [SHAPES[name]])
    with store.reading() as db:
        stored = db.get_one(Contribution, number).geometry
        raw = db.scalar(select(wkb(Contribution.geometry)).where(Contribution.number == number))
    if SHAPES[name] is None:
        assert stored is None
        assert raw is None
    else:
        assert shapely.equals_exact(stored, SHAPES[name], 0)
        assert shapely.equals_exact(shapely.from_wkb(bytes(raw)), SHAPES[name], 0)


def test_an_instant_comes_back_in_utc(store: Store) -> None:
    oslo = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    with store.writing() as db:
        id = a.process(db, now=oslo).id
    with store.reading() as db:
        found = db.get_one(Process, id).created_at
    assert found == oslo
    assert found.tzinfo == UTC


def test_an_instant_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="time zone"), store.writing() as db:
        a.process(db, now=datetime(2026, 6, 1))


def test_a_reader_cannot_write(store: Store) -> None:
    with store.writing() as db:
        id = a.process(db).id
    with pytest.raises((DBAPIError, Unavailable)), store.reading() as db:
        db.execute(update(Process).where(Process.id == id).values(title="other"))
    with store.reading() as db:
        assert db.get_one(Process, id).title == "Borgen"


def test_a_reader_sees_one_snapshot(store: Store) -> None:
    with store.writing() as db:
        id = a.process(db).id
    title = select(Process.title).where(Process.id == id)
    with store.reading() as before:
        assert before.scalar(title) == "Borgen"
        with store.writing() as db:
            db.execute(update(Process).where(Process.id == id).values(title="other"))
        assert before.scalar(title) == "Borgen"
    with store.reading() as after:
        assert after.scalar(title) == "other"


def test_an_error_in_a_writing_block_undoes_all_of_it(store: Store) -> None:
    def fail() -> None:
        with store.writing() as db:
            a.process(db)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    with store.reading() as db:
        assert db.scalar(select(Process.id)) is None


AWKWARD = ["", None, "NULL", 'a "quoted", comma', "two\nlines", "æøå \\N \\x41", "\t"]
TURNED = select(
    Contribution.number, Contribution.id, Contribution.comment, wkb(Contribution.geometry).label("shape")
).order_by(Contribution.number)


def test_columns_are_the_rows_turned_round(store: Store) -> None:
    actor = settled(store)
    with store.writing() as db:
        for number, comment in zip(rows(db, actor, list(SHAPES.values())), AWKWARD, strict=True):
            db.execute(update(Contribution).where(Contribution.number == number).values(comment=comment))
    with store.reading() as db:
        batches = list(columns(db, TURNED, 3))
        plain = db.execute(TURNED).all()
    assert [len(batch["number"]) for batch in batches] == [3, 3, 1]
    found = {name: [value for batch in batches for value in batch[name].to_pylist()] for name in batches[0]}
    assert found["number"] == [row.number for row in plain]
    assert found["id"] == [str(row.id) for row in plain]
    assert found["comment"] == AWKWARD
    assert [shapely.from_wkb(shape) for shape in found["shape"]] == list(SHAPES.values())


def test_columns_belong_to_the_snapshot_of_their_transaction(store: Store) -> None:
    actor = settled(store)
    with store.writing() as db:
        rows(db, actor, [shapely.Point(10, 59)])
    with store.reading() as db:
        assert sum(len(batch["number"]) for batch in columns(db, TURNED, 10)) == 1
        with store.writing() as other:
            rows(other, actor, [shapely.Point(11, 59)])
        assert len(db.scalars(select(Contribution.number)).all()) == 1


def test_columns_that_are_left_half_read_leave_the_store_usable(store: Store) -> None:
    actor = settled(store)
    with store.writing() as db:
        rows(db, actor, [shapely.Point(10, 59)] * 400)
    for _ in range(20):
        with store.reading() as db:
            found = columns(db, TURNED, 2)
            assert len(next(found)["number"]) == 2
            found.close()
    with store.reading() as db:
        assert sum(len(batch["number"]) for batch in columns(db, TURNED, 150)) == 400


def test_twenty_five_writers_at_once_lose_nothing(store: Store) -> None:
    """Read, then write, in one transaction: what SQLite's deferred BEGIN loses."""
    actor = settled(store)

    def write(_: int) -> None:
        with store.writing() as db:
            db.scalar(select(Contribution.id).limit(1))
            rows(db, actor, [shapely.Point(10, 59)])

    with ThreadPoolExecutor(25) as pool:
        list(pool.map(write, range(200)))
    with store.reading() as db:
        assert len(db.scalars(select(Contribution.number)).all()) == 200


def degrees(least: float, most: float) -> st.SearchStrategy[float]:
    """To a tenth of a micrometre: SQLite's R*Tree holds 32-bit floats, to which 1e-184 degrees is nothing at all."""
    return st.floats(least, most).map(lambda value: round(value, 12))


@given(
    points=st.lists(st.tuples(degrees(-10, 10), degrees(-10, 10)), max_size=12),
    box=st.tuples(degrees(-11, 9), degrees(-11, 9), degrees(0, 8), degrees(0, 8)),
)
def test_overlapping_finds_what_a_look_at_every_row_finds(store: Store, points: Any, box: Any) -> None:
    west, south, width, height = box
    bounds = (west, south, west + width, south + height)
    with store.writing() as db:
        actor = a.pupil(db, a.arena(db, a.process(db, slug=f"p{uuid4().hex[:5]}")))
        shapes = [shapely.Point(p) for p in points]
        numbers = rows(db, actor, shapes)
        found = set(
            db.scalars(
                select(Contribution.number).where(
                    Contribution.process_id == actor.process_id, overlapping(Contribution.geometry, bounds)
                )
            )
        )
    wanted = {n for n, shape in zip(numbers, shapes, strict=True) if shapely.box(*bounds).intersects(shape)}
    near = {n for n, shape in zip(numbers, shapes, strict=True) if shapely.box(*bounds).distance(shape) < 1e-5}
    assert wanted <= found <= near


def test_overlapping_follows_a_row_that_moves_and_forgets_one_that_goes(store: Store) -> None:
    actor = settled(store)
    here, there = (9.9, 58.9, 10.1, 59.1), (19.9, 58.9, 20.1, 59.1)

    def found(bounds: Any) -> list[int]:
        with store.reading() as db:
            return list(db.scalars(select(Contribution.number).where(overlapping(Contribution.geometry, bounds))))

    with store.writing() as db:
        (number,) = rows(db, actor, [shapely.Point(10, 59)])
    assert found(here) == [number]
    with store.writing() as db:
        db.execute(update(Contribution).values(geometry=shapely.Point(20, 59)))
    assert (found(here), found(there)) == ([], [number])
    with store.writing() as db:
        db.execute(update(Contribution).values(geometry=None))
    assert found(there) == []


def test_overlapping_uses_the_index(store: Store) -> None:
    actor = settled(store)
    with store.writing() as db:
        rows(db, actor, [shapely.Point(x / 10, 59) for x in range(50)])
        query = select(Contribution.number).where(overlapping(Contribution.geometry, (1, 58, 2, 60)))
        compiled = query.compile(db.get_bind(), compile_kwargs={"literal_binds": True})
        if store.kind == "postgresql":
            db.execute(text("SET LOCAL enable_seqscan = off"))
            plan = "\n".join(db.scalars(text(f"EXPLAIN {compiled}")))
            assert "contribution_geometry_gist" in plan
        else:
            plan = "\n".join(str(row) for row in db.execute(text(f"EXPLAIN QUERY PLAN {compiled}")))
            assert "contribution_geometry_rtree VIRTUAL TABLE INDEX" in plan


def test_no_change_is_missed_when_a_slow_transaction_commits_late(store: Store) -> None:
    """A reader takes the watermark while a writer that began earlier has not committed yet."""
    actor = settled(store)
    wrote, read = threading.Event(), threading.Event()

    def slow() -> None:
        with store.writing() as db:
            rows(db, actor, [shapely.Point(1, 1)])
            wrote.set()
            read.wait(10)

    thread = threading.Thread(target=slow)
    thread.start()
    wrote.wait(10)
    if store.kind == "postgresql":
        with store.writing() as db:
            rows(db, actor, [shapely.Point(2, 2)])
    with store.reading() as db:
        mark = watermark(db, Contribution)
        seen = set(db.scalars(select(Contribution.number)))
    read.set()
    thread.join()
    with store.reading() as db:
        later = set(db.scalars(select(Contribution.number).where(Contribution.change >= mark)))
        everything = set(db.scalars(select(Contribution.number)))
    assert seen | later == everything
    assert len(everything - seen) == 1


def test_nothing_is_read_twice_when_nothing_changed(store: Store) -> None:
    actor = settled(store)
    with store.writing() as db:
        rows(db, actor, [shapely.Point(1, 1), shapely.Point(2, 2)])
    with store.reading() as db:
        mark = watermark(db, Contribution)
        assert db.scalars(select(Contribution.number).where(Contribution.change >= mark)).all() == []


def test_an_update_gets_a_new_change_number(store: Store) -> None:
    actor = settled(store)
    with store.writing() as db:
        (number,) = rows(db, actor, [shapely.Point(1, 1)])
    with store.reading() as db:
        mark = watermark(db, Contribution)
    with store.writing() as db:
        db.execute(update(Contribution).values(comment="hei", change=next_change(Contribution)))
    with store.reading() as db:
        assert list(db.scalars(select(Contribution.number).where(Contribution.change >= mark))) == [number]


def test_an_upsert_of_the_same_id_keeps_one_row(store: Store) -> None:
    actor = settled(store)
    id = UUID(int=7)
    with store.writing() as db:
        for category in ("nice", "fun"):
            values = {
                "process_id": actor.process_id,
                "arena_id": actor.arena_id,
                "participant_id": actor.participant_id,
                "kind": "place",
                "group": "good",
                "category": category,
                "feeling": "good",
                "source": "map",
                "state": "pending",
                "created_at": a.NOW,
                "changed_at": a.NOW,
                "change": next_change(Contribution),
            }
            statement = upsert(db, Contribution).values(id=id, **values)
            db.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"category": category}))
    with store.reading() as db:
        assert db.execute(select(Contribution.id, Contribution.category)).all() == [(id, "fun")]


def test_a_backup_brings_everything_back(store: Store, tmp_path: Path) -> None:
    actor = settled(store)
    with store.writing() as db:
        rows(db, actor, [shapely.Point(10, 59)])
    backup.backup(store, tmp_path / "copy")
    with store.writing() as db:
        db.execute(text("DELETE FROM process"))
    backup.restore(store, tmp_path / "copy")
    with store.writing() as db:
        rows(db, actor, [shapely.Point(11, 59)])
    with store.reading() as db:
        assert db.scalar(select(Process.slug)) == "borgen"
        assert len(db.scalars(select(Contribution.number)).all()) == 2
        found = db.scalars(select(Contribution.number).where(overlapping(Contribution.geometry, (9, 58, 12, 60)))).all()
        assert len(found) == 2


def test_a_store_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    broken = Store(f"sqlite:///{tmp_path / 'folder'}")
    with pytest.raises(Unavailable) as refused, broken.reading() as db:
        db.execute(text("SELECT 1"))
    assert refused.value.code == "store_unavailable"


def test_a_database_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no store for 'mysql'"):
        Store("mysql://localhost/x")


def test_the_store_says_what_it_is(store: Store) -> None:
    assert backup.version(store).startswith(store.kind)
    assert not migrations.pending(store)
