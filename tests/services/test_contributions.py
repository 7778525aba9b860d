"""Taking contributions: masked before stored, once however often sent, refused with a code, never half stored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from app.errors import Closed, Invalid, NotAllowed, NotFound, Refusal
from app.model import Contribution, ModerationLog, Participant
from app.services import arenas, contributions, participants
from app.services.actors import Pupil
from app.store import Session, Store
from gis import privacy
from tests import builders as a

TO_SCHOOL = [(-1400.0, 300.0), (-700.0, 350.0), (-300.0, 60.0), (0.0, 0.0)]
PLACE = {"kind": "place", "group": "bad", "category": "crossing"}
ROUTE = {"kind": "route", "category": "to_school", "mode": "walk"}


def settled(store: Store) -> Pupil:
    with store.writing() as db:
        return a.pupil(db, a.arena(db, a.process(db)))


def save(
    db: Session, actor: Pupil, geometry: Any, properties: dict[str, Any], id: UUID | None = None, seed: int = 1
) -> Any:
    return contributions.save(db, actor, id or uuid4(), geometry, properties, now=a.NOW, rng=a.rng(seed))


def stored(store: Store) -> list[Contribution]:
    with store.reading() as db:
        return list(db.scalars(select(Contribution).order_by(Contribution.number)))


def test_a_route_is_cut_at_the_home_and_kept_at_the_school(store: Store) -> None:
    actor = settled(store)
    with store.writing() as db:
        a.route(db, actor, a.along(*TO_SCHOOL))
    (row,) = stored(store)
    kept = a.metres(row.geometry)
    assert kept.distance(shapely.Point(TO_SCHOOL[0])) >= privacy.FLOOR - 0.01
    assert kept.distance(shapely.Point(TO_SCHOOL[-1])) < 0.01


@given(
    home=st.tuples(st.floats(-3500, 3500), st.floats(-3500, 3500)),
    way=st.lists(st.tuples(st.floats(-3500, 3500), st.floats(-3500, 3500)), min_size=1, max_size=6),
    seed=st.integers(0, 2**32),
)
def test_nothing_stored_lies_near_the_drawn_home(embedded: Store, home: Any, way: Any, seed: int) -> None:
    with embedded.writing() as db:
        actor = a.pupil(db, a.arena(db, a.process(db, slug=f"p{uuid4().hex[:5]}")))
        line = a.along(home, *way)
        if line.length == 0:
            return
        id = a.route(db, actor, line, seed=seed)
        row = db.execute(select(Contribution.geometry).where(Contribution.id == id)).scalar_one()
    if row is not None and shapely.Point(home).distance(shapely.Point(0, 0)) > 65:
        assert a.metres(row).distance(shapely.Point(home)) >= privacy.FLOOR - 0.05


@given(arrivals=st.lists(st.integers(1, 6), min_size=1, max_size=12), gone=st.sets(st.integers(1, 6), max_size=2))
@example(arrivals=[1, 3, 6, 4], gone={3, 6})
def test_in_whatever_order_versions_arrive_the_newest_stands(
    embedded: Store, arrivals: list[int], gone: set[int]
) -> None:
    """Version n says "n", or is a deletion; the network sends each as often and as late as it likes."""
    with embedded.writing() as db:
        actor = a.pupil(db, a.arena(db, a.process(db, slug=f"p{uuid4().hex[:5]}")))
        id = uuid4()
        for version in arrivals:
            if version not in gone:
                words = PLACE | {"comment": str(version)}
                contributions.save(db, actor, id, a.wire(a.at(1, 1)), words, now=a.NOW, revision=version)
            elif db.scalar(select(Contribution.id).where(Contribution.id == id)):
                contributions.erase(db, actor, id, a.NOW, revision=version)
        row = db.execute(select(Contribution.state, Contribution.comment).where(Contribution.id == id)).one_or_none()
    first = next((n for n, version in enumerate(arrivals) if version not in gone), len(arrivals))
    newest = max(arrivals[first:], default=0)
    if newest == 0:
        assert row is None
    else:
        assert row == (("erased", None) if newest in gone else ("pending", str(newest)))


def test_every_route_of_one_child_is_cut_by_the_same_zone(store: Store) -> None:
    actor = settled(store)
    with store.writing() as db:
        for number, goal in enumerate([(0.0, 0.0), (10.0, 5.0), (-5.0, 10.0)]):
            a.route(db, actor, a.along(TO_SCHOOL[0], (-700, 100.0 * number), goal), seed=number)
        sealed = db.get_one(Participant, actor.participant_id).sealed_zones
    assert len(participants.unseal(sealed, actor.key)) == 1


def test_the_database_alone_cannot_open_the_secret_zones(store: Store) -> None:
    actor = settled(store)
    with store.writing() as db:
        a.route(db, actor, a.along(*TO_SCHOOL))
        row = db.get_one(Participant, actor.participant_id)
    everything = f"{row.sealed_zones!r}{row.digest}{row.id}{row.alias}".encode()
    assert shapely.to_wkb(a.along(*TO_SCHOOL)) not in everything
    from app.services.actors import digest

    with pytest.raises(Refusal):
        participants.unseal(row.sealed_zones, participants.key(row.digest or ""))
    assert digest(row.digest or "") != row.digest


def test_a_short_way_keeps_its_answers_and_no_line(store: Store) -> None:
    actor = settled(store)
    with store.writing() as db:
        a.route(db, actor, a.along((-150, 0), (0, 0)))
    (row,) = stored(store)
    assert row.geometry is None
    assert (row.category, row.mode) == ("to_school", "walk")


def test_a_place_stays_where_it_was_put(store: Store) -> None:
    actor = settled(store)
    with store.writing() as db:
        a.place(db, actor, a.at(100, 100))
    (row,) = stored(store)
    assert a.metres(row.geometry).distance(shapely.Point(100, 100)) < 0.2


def test_the_same_put_again_stores_nothing_new(store: Store) -> None:
    actor = settled(store)
    id = uuid4()
    for expected in (True, False, False):
        with store.writing() as db:
            found = save(db, actor, a.wire(a.along(*TO_SCHOOL)), ROUTE, id)
        assert found.created == expected
    rows = stored(store)
    assert len(rows) == 1


def test_a_retry_answers_what_was_stored_first(store: Store) -> None:
    actor = settled(store)
    id = uuid4()
    found = []
    for seed in (1, 2):
        with store.writing() as db:
            found.append(save(db, actor, a.wire(a.along(*TO_SCHOOL)), ROUTE, id, seed).row.geometry)
    assert shapely.equals_exact(found[0], found[1])


def test_a_changed_comment_keeps_the_cut_where_it_was(store: Store) -> None:
    actor = settled(store)
    id = uuid4()
    found = []
    for seed, comment in ((1, None), (2, "glatt her")):
        answers = {**ROUTE, "comment": comment} if comment else ROUTE
        with store.writing() as db:
            found.append(save(db, actor, a.wire(a.along(*TO_SCHOOL)), answers, id, seed).row)
    assert found[1].comment == "glatt her"
    assert shapely.equals_exact(found[0].geometry, found[1].geometry, 1e-9)


def test_sending_the_masked_line_back_does_not_eat_more_of_it(store: Store) -> None:
    actor = settled(store)
    id = uuid4()
    with store.writing() as db:
        first = save(db, actor, a.wire(a.along(*TO_SCHOOL)), ROUTE, id).row.geometry
    with store.writing() as db:
        second = save(db, actor, a.wire(first), {**ROUTE, "comment": "hei"}, id, seed=9).row.geometry
    assert a.metres(second).length == pytest.approx(a.metres(first).length, abs=0.5)


def test_the_same_put_from_two_sides_at_once_is_stored_once(store: Store) -> None:
    actor = settled(store)
    id = uuid4()

    def put(_: int) -> None:
        with store.writing() as db:
            save(db, actor, a.wire(a.at(10, 10)), PLACE, id)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(24)))
    assert len(stored(store)) == 1


def test_two_routes_from_two_tabs_at_once_share_one_zone(store: Store) -> None:
    actor = settled(store)

    def put(number: int) -> None:
        with store.writing() as db:
            save(db, actor, a.wire(a.along(TO_SCHOOL[0], (-700, 50.0 * number), (0, 0))), ROUTE, seed=number)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(put, range(6)))
    with store.reading() as db:
        sealed = db.get_one(Participant, actor.participant_id).sealed_zones
    assert len(participants.unseal(sealed, actor.key)) == 1


def test_someone_elses_id_is_refused_and_untouched(store: Store) -> None:
    with store.writing() as db:
        where = a.arena(db, a.process(db))
        mine, other = a.pupil(db, where), a.pupil(db, where)
        id = a.place(db, mine, a.at(1, 1))
    for attempt in (
        lambda db: save(db, other, a.wire(a.at(5, 5)), PLACE, id),
        lambda db: contributions.erase(db, other, id, a.NOW),
    ):
        with pytest.raises(NotAllowed) as refused, store.writing() as db:
            attempt(db)
        assert refused.value.code == "not_yours"
    assert a.metres(stored(store)[0].geometry).distance(shapely.Point(1, 1)) < 1


@pytest.mark.parametrize(("state", "code"), [("paused", "arena_paused"), ("closed", "arena_closed")])
def test_a_class_that_is_not_open_takes_no_more(store: Store, state: str, code: str) -> None:
    with store.writing() as db:
        by, _ = a.host(db, a.process(db))
        where = a.school_class(db, by)
        actor = a.pupil(db, where)
        kept = a.place(db, actor, a.at(1, 1), id=UUID(int=1))
        arenas.change_state(db, by, where, state, a.NOW)
    later = a.again(actor, arena_state=state)
    with pytest.raises(Closed) as refused, store.writing() as db:
        a.place(db, later, a.at(2, 2))
    assert refused.value.code == code
    with store.writing() as db:
        receipt = save(db, later, a.wire(a.at(1, 1)), {"kind": "place", "group": "activity", "category": "play"}, kept)
    assert not receipt.created
    assert len(stored(store)) == 1


def test_what_one_takes_back_is_gone_even_after_the_class_closed(store: Store) -> None:
    actor = settled(store)
    with store.writing() as db:
        id = a.place(db, actor, a.at(1, 1), comment="hemmelig", own_name="Krokodillevannet")
    with store.writing() as db:
        contributions.erase(db, a.again(actor, arena_state="closed"), id, a.NOW)
    (row,) = stored(store)
    assert (row.geometry, row.comment, row.own_name, row.digest) == (None, None, None, None)
    assert row.state == "erased"
    with store.reading() as db:
        assert contributions.mine(db, actor) == []
        (line,) = db.scalars(select(ModerationLog)).all()
    assert (line.present, line.wanted, line.actor) == ("pending", "erased", actor.label)


def test_erasing_twice_is_erasing_once(store: Store) -> None:
    actor = settled(store)
    with store.writing() as db:
        id = a.place(db, actor, a.at(1, 1))
    for _ in range(2):
        with store.writing() as db:
            contributions.erase(db, actor, id, a.NOW)
    with store.reading() as db:
        assert len(db.scalars(select(ModerationLog)).all()) == 1
    with pytest.raises(NotFound), store.writing() as db:
        contributions.erase(db, actor, uuid4(), a.NOW)


def test_undoing_a_deletion_brings_it_back(store: Store) -> None:
    actor = settled(store)
    with store.writing() as db:
        id = a.place(db, actor, a.at(1, 1), group="bad", category="crossing")
        contributions.erase(db, actor, id, a.NOW)
    with store.writing() as db:
        save(db, actor, a.wire(a.at(1, 1)), PLACE, id)
    (row,) = stored(store)
    assert row.state == "pending"
    assert row.geometry is not None


@pytest.mark.parametrize(
    ("geometry", "properties", "code", "field"),
    [
        (a.wire(a.at(0, 0)), {}, "field_missing", "kind"),
        (a.wire(a.at(0, 0)), {"kind": "thing"}, "value_unknown", "kind"),
        (a.wire(a.at(0, 0)), {"kind": "place"}, "field_missing", "group"),
        (a.wire(a.at(0, 0)), {**PLACE, "group": "way"}, "value_unknown", "group"),
        (a.wire(a.at(0, 0)), {**PLACE, "category": "dragons"}, "value_unknown", "category"),
        (a.wire(a.at(0, 0)), {**PLACE, "category": ["crossing"]}, "value_unknown", "category"),
        (a.wire(a.at(0, 0)), {**PLACE, "name": "Kari"}, "field_unknown", "name"),
        (a.wire(a.at(0, 0)), {**PLACE, "comment": "x" * 501}, "text_too_long", "comment"),
        (a.wire(a.at(0, 0)), {**PLACE, "comment": "x" * 2_000_000}, "text_too_long", "comment"),
        (a.wire(a.at(0, 0)), {**PLACE, "comment": 7}, "not_text", "comment"),
        (a.wire(a.at(0, 0)), {**PLACE, "comment": "\ud800"}, "not_text", "comment"),
        (a.wire(a.at(0, 0)), {**PLACE, "own_name": "x" * 81}, "text_too_long", "own_name"),
        (a.wire(a.at(0, 0)), {**PLACE, "season": "autumn"}, "value_unknown", "season"),
        (a.wire(a.along((0, 0), (500, 0))), {"kind": "route", "category": "to_school"}, "field_missing", "mode"),
        (a.wire(a.along((0, 0), (500, 0))), {**ROUTE, "mode": "rocket"}, "value_unknown", "mode"),
        (a.wire(a.along((0, 0), (500, 0))), PLACE, "geometry_type", "geometry"),
        (None, PLACE, "geometry_missing", "geometry"),
        (a.wire(a.at(9000, 0)), PLACE, "outside_area", "geometry"),
        (a.wire(a.along((0, 0), (9000, 0))), ROUTE, "outside_area", "geometry"),
        (a.wire(a.along((0, 0), (150_000, 0), (0, 1))), ROUTE, "route_too_long", "geometry"),
        ({"type": "Point", "coordinates": [59.88, 10.78]}, PLACE, "axes_swapped", "geometry"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_field_and_nothing_is_stored(
    embedded: Store, geometry: Any, properties: dict[str, Any], code: str, field: str
) -> None:
    actor = settled(embedded)
    with pytest.raises(Invalid) as refused, embedded.writing() as db:
        save(db, actor, geometry, properties)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert stored(embedded) == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  fint her  ", "fint her"),
        ("<b>hei</b> <script>alert(1)</script>", "<b>hei</b> <script>alert(1)</script>"),
        ("a\x00b\x1bc\nd", "abc\nd"),
        ("blåbærtur 🫐", "blåbærtur 🫐"),
        ("A\u030as", "Ås"),
        ("   ", None),
        ("", None),
    ],
)
def test_words_are_kept_as_written_without_control_signs(store: Store, written: str, kept: str | None) -> None:
    actor = settled(store)
    with store.writing() as db:
        a.place(db, actor, a.at(1, 1), comment=written)
    assert stored(store)[0].comment == kept


def test_an_arena_takes_only_what_its_row_allows(embedded: Store) -> None:
    actor = a.again(settled(embedded), allows={"kinds": ["place"], "groups": ["good"]})
    with pytest.raises(Invalid) as refused, embedded.writing() as db:
        a.route(db, actor, a.along(*TO_SCHOOL))
    assert refused.value.field == "kind"
    with pytest.raises(Invalid) as refused, embedded.writing() as db:
        a.place(db, actor, a.at(0, 0), group="bad", category="crossing")
    assert refused.value.field == "group"


def test_a_self_crossing_way_is_taken_as_it_was_drawn(store: Store) -> None:
    actor = settled(store)
    with store.writing() as db:
        a.route(db, actor, a.along((-2000, 0), (-600, 500), (-600, -500), (-1000, 400), (0, 0)))
    (row,) = stored(store)
    assert not a.metres(row.geometry).is_simple


def test_one_sees_only_ones_own(store: Store) -> None:
    with store.writing() as db:
        where = a.arena(db, a.process(db))
        mine, other = a.pupil(db, where), a.pupil(db, where)
        ids = [a.place(db, mine, a.at(n, 0)) for n in range(3)]
        a.place(db, other, a.at(9, 9))
    with store.reading() as db:
        assert [row.id for row in contributions.mine(db, mine)] == ids


def test_the_time_of_the_first_receipt_is_kept(store: Store) -> None:
    actor = settled(store)
    id = uuid4()
    for minutes, comment in ((0, "a"), (5, "b")):
        with store.writing() as db:
            when = a.NOW + timedelta(minutes=minutes)
            answers = {**PLACE, "comment": comment}
            contributions.save(db, actor, id, a.wire(a.at(0, 0)), answers, now=when, rng=a.rng())
    (row,) = stored(store)
    assert (row.created_at, row.changed_at) == (a.NOW, a.NOW + timedelta(minutes=5))


def test_where_one_changes_to_the_bus_is_kept_relative_to_what_is_kept(store: Store) -> None:
    actor = settled(store)
    changes = [{"from": 0.5, "mode": "bus"}]
    with store.writing() as db:
        a.route(db, actor, a.along((-1000, 0), (0, 0)), modes=changes)
    (row,) = stored(store)
    (change,) = row.modes
    kept = a.metres(row.geometry)
    assert (row.mode, change["mode"]) == ("walk", "bus")
    assert kept.interpolate(change["from"], normalized=True).distance(shapely.Point(-500, 0)) < 1
    assert change["from"] < 0.5


def test_a_change_beside_the_home_is_not_kept(store: Store) -> None:
    """Neither the line nor its stretches tell of the piece that was cut off."""
    actor = settled(store)
    with store.writing() as db:
        a.route(db, actor, a.along((-1000, 0), (0, 0)), modes=[{"from": 0.05, "mode": "bus"}])
    (row,) = stored(store)
    assert (row.mode, row.modes) == ("bus", None)


@pytest.mark.parametrize(
    ("modes", "code"),
    [
        ("bus", "stretches_not_usable"),
        ([{"from": 0, "mode": "bus"}], "stretches_not_usable"),
        ([{"from": 1, "mode": "bus"}], "stretches_not_usable"),
        ([{"from": True, "mode": "bus"}], "stretches_not_usable"),
        ([{"from": "0.5", "mode": "bus"}], "stretches_not_usable"),
        ([{"from": float("nan"), "mode": "bus"}], "stretches_not_usable"),
        ([{"from": 0.5}], "stretches_not_usable"),
        ([{"from": 0.5, "mode": "bus", "at": [10, 60]}], "stretches_not_usable"),
        ([{"from": 0.6, "mode": "bus"}, {"from": 0.5, "mode": "walk"}], "stretches_not_usable"),
        ([{"from": 0.1 + i / 20, "mode": "bus"} for i in range(9)], "stretches_not_usable"),
        ([{"from": 0.5, "mode": "rocket"}], "value_unknown"),
        ([{"from": 0.5, "mode": ["bus"]}], "value_unknown"),
    ],
)
def test_stretches_that_cannot_be_used_are_refused(embedded: Store, modes: object, code: str) -> None:
    actor = settled(embedded)
    with embedded.writing() as db, pytest.raises(Invalid) as refused:
        save(db, actor, a.wire(a.along(*TO_SCHOOL)), {**ROUTE, "modes": modes})
    assert (refused.value.code, refused.value.field) == (code, "modes")
    assert stored(embedded) == []


def test_only_a_way_has_stretches(embedded: Store) -> None:
    actor = settled(embedded)
    with embedded.writing() as db, pytest.raises(Invalid) as refused:
        a.place(db, actor, a.at(50, 50), modes=[{"from": 0.5, "mode": "bus"}])
    assert refused.value.field == "modes"
