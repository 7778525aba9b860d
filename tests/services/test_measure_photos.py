"""Photos of a measure: cleaned, told in words, one of each kind showing, everyone's only when both are released."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.errors import Conflict, Invalid, NotFound
from app.model import MeasurePhoto, Process
from app.model.measure import MEASURE_PHOTOS
from app.services import answers, erasure, measure_photos, measures, photos
from app.store import Session, Store
from tests import builders as a
from tests import pictures
from tests.services.test_answers import Scene

PICTURE = photos.clean(pictures.jpeg(64, 48))


class Desk:
    """A measure and its planner; photos are named by their words."""

    def __init__(self, db: Session, *, public: bool = True) -> None:
        self.db, self.scene = db, Scene(db, 6)
        self.row = self.scene.measure(self.scene.input, public=public, quick="lamp")
        self.made: Process = self.scene.made

    def lay(self, kind: str = "before", alt: str = "Mørk sti", photo: photos.Clean | None = PICTURE) -> MeasurePhoto:
        return measure_photos.lay(
            self.db, self.scene.planner, self.made, self.row.public_id, kind, photo, alt=alt, now=a.NOW
        )

    def decide(self, photo: UUID, verdict: str) -> None:
        measure_photos.decide(self.db, self.scene.planner, self.made, self.row.public_id, photo, verdict, a.NOW)

    def erase(self, photo: UUID) -> None:
        measure_photos.erase(self.db, self.scene.planner, self.made, self.row.public_id, photo, a.NOW)

    def shown(self) -> list[tuple[str, str, str]]:
        """What staff see: kind, words and state."""
        (told,) = measures.told(self.db, self.made, [self.row])
        return [(photo.kind, photo.alt, photo.state) for photo in told.photos]

    def public(self) -> list[UUID]:
        return [photo.id for each in answers.of_process(self.db, self.made).measures for photo in each.photos]

    def logged(self, *fields: str) -> list[Any]:
        lines = measures.history(self.db, self.row)
        return [line.changes[name] for line in lines for name in fields if name in line.changes]


def test_a_photo_waits_for_staff_and_is_told_with_its_words(store: Store) -> None:
    with store.writing() as db:
        desk = Desk(db)
        after, before = desk.lay("after", " Lys \n sti "), desk.lay("before")
        assert desk.shown() == [("before", "Mørk sti", "pending"), ("after", "Lys sti", "pending")]
        assert (after.width, after.height) == (64, 48)
        assert desk.public() == []
        assert measure_photos.for_officer(db, desk.made, before.id) == PICTURE.body
        for unreleased in (before, after):
            with pytest.raises(NotFound, match="photo_unknown"):
                measure_photos.for_everyone(db, desk.made, unreleased.id)


@pytest.mark.parametrize("measure_released", [False, True])
@pytest.mark.parametrize("verdict", photos.VERDICTS)
def test_everyone_sees_it_only_when_both_it_and_its_measure_are_released(
    embedded: Store, measure_released: bool, verdict: str
) -> None:
    with embedded.writing() as db:
        desk = Desk(db, public=measure_released)
        photo = desk.lay()
        desk.decide(photo.id, verdict)
        if measure_released and verdict == "released":
            assert desk.public() == [photo.id]
            assert measure_photos.for_everyone(db, desk.made, photo.id) == PICTURE.body
            measures.release(db, desk.scene.planner, desk.made, desk.row.public_id, False, a.NOW)
        assert desk.public() == []
        with pytest.raises(NotFound):
            measure_photos.for_everyone(db, desk.made, photo.id)


def test_a_new_photo_takes_the_place_of_the_old_one_until_that_is_put_back(store: Store) -> None:
    with store.writing() as db:
        desk = Desk(db)
        first = desk.lay(alt="Den første")
        desk.decide(first.id, "released")
        second = desk.lay(alt="Den andre")
        assert desk.shown() == [("before", "Den andre", "pending")]
        assert desk.public() == [], "what replaces a released photo is looked at anew"
        desk.decide(first.id, "pending")
        assert desk.shown() == [("before", "Den første", "pending")]
        assert {photo.id: photo.state for photo in measure_photos.of_measure(db, desk.row)} == {
            first.id: "pending",
            second.id: "hidden",
        }
        assert desk.logged("photo_before") == [
            [None, "pending"],
            ["pending", "released"],
            ["released", "hidden"],
            [None, "pending"],
            ["pending", "hidden"],
            ["hidden", "pending"],
        ]


def test_its_words_are_mended_without_a_new_photo(store: Store) -> None:
    with store.writing() as db:
        desk = Desk(db)
        photo = desk.lay()
        desk.decide(photo.id, "released")
        desk.lay(alt="Mørk sti ved bekken", photo=None)
        desk.lay(alt="Mørk sti ved bekken", photo=None)
        assert desk.shown() == [("before", "Mørk sti ved bekken", "released")]
        assert desk.logged("alt") == [["Mørk sti", "Mørk sti ved bekken"]]


def test_erased_it_is_gone_and_the_log_keeps_that_there_was_one(store: Store) -> None:
    with store.writing() as db:
        desk = Desk(db)
        photo = desk.lay()
        desk.erase(photo.id)
        assert measure_photos.of_measure(db, desk.row) == []
        assert desk.logged("photo_before") == [[None, "pending"], ["pending", None]]
        for gone in (photo.id, uuid4()):
            for act in (desk.erase, lambda id: desk.decide(id, "released")):
                with pytest.raises(NotFound, match="photo_unknown"):
                    act(gone)


@pytest.mark.parametrize(
    ("given_", "code", "field"),
    [
        ({"kind": "during"}, "value_unknown", "kind"),
        ({"kind": ""}, "field_missing", "kind"),
        ({"alt": " \n"}, "field_missing", "alt"),
        ({"alt": "x" * 201}, "text_too_long", "alt"),
        ({"photo": None}, "photo_empty", "photo"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_kept(
    embedded: Store, given_: dict[str, Any], code: str, field: str
) -> None:
    with embedded.writing() as db:
        desk = Desk(db)
        with pytest.raises(Invalid) as refused:
            desk.lay(**given_)
        assert (refused.value.code, refused.value.field) == (code, field)
        assert measure_photos.of_measure(db, desk.row) == []


def test_a_verdict_that_is_none_is_refused(embedded: Store) -> None:
    with embedded.writing() as db:
        desk = Desk(db)
        photo = desk.lay()
        with pytest.raises(Invalid, match="value_unknown"):
            desk.decide(photo.id, "erased")
        assert desk.shown() == [("before", "Mørk sti", "pending")]


def test_there_is_room_for_so_many_and_no_more(embedded: Store) -> None:
    with embedded.writing() as db:
        desk = Desk(db)
        first = desk.lay()
        for _ in range(measure_photos.MOST - 1):
            desk.lay()
        with pytest.raises(Conflict, match="photos_too_many"):
            desk.lay("after")
        desk.erase(first.id)
        desk.lay("after")


def test_another_process_has_no_photo_of_this_one(embedded: Store) -> None:
    with embedded.writing() as db:
        desk = Desk(db)
        photo = desk.lay()
        desk.decide(photo.id, "released")
        other = a.process(db, "holmen", prefix="HOLMEN")
        for read in (measure_photos.for_officer, measure_photos.for_everyone):
            with pytest.raises(NotFound):
                read(db, other, photo.id)


def test_after_the_retention_date_only_what_was_released_is_left(store: Store) -> None:
    with store.writing() as db:
        desk = Desk(db)
        kept, replaced = desk.lay(), desk.lay("after", "Byttet ut")
        desk.lay("after", "Venter")
        desk.decide(kept.id, "released")
        assert replaced.state == "hidden"
        desk.made.retention = a.NOW.date().replace(day=1)
        erasure.forget_expired(db, desk.made, a.NOW)
        assert [photo.id for photo in measure_photos.of_measure(db, desk.row)] == [kept.id]


def test_what_is_kept_is_a_picture_and_nothing_else(embedded: Store) -> None:
    with embedded.writing() as db:
        desk = Desk(db)
        photo = desk.lay(photo=photos.clean(pictures.from_a_phone()))
        body = measure_photos.for_officer(db, desk.made, photo.id)
    assert dict(Image.open(io.BytesIO(body)).getexif()) == {}
    assert b"Telefonmerke" not in body


ACTS = st.lists(st.tuples(st.sampled_from(("lay", *photos.VERDICTS, "erase")), st.integers(0, 9)), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_staff_do_one_of_each_kind_shows_at_most(embedded: Store, acts: list[tuple[str, int]]) -> None:
    """Beside a list that says which one shows, kept by the rule alone."""
    with embedded.writing() as db:
        desk = Desk(db)
        there: dict[UUID, str] = {}
        showing: dict[str, UUID | None] = dict.fromkeys(MEASURE_PHOTOS)
        for act, number in acts:
            kind = MEASURE_PHOTOS[number % 2]
            chosen = sorted(there)[number % len(there)] if there else None
            if act == "lay":
                id = desk.lay(kind).id
                there[id], showing[kind] = kind, id
            elif chosen is not None and act == "erase":
                desk.erase(chosen)
                kind = there.pop(chosen)
                showing[kind] = None if showing[kind] == chosen else showing[kind]
            elif chosen is not None:
                desk.decide(chosen, act)
                kind, hidden = there[chosen], act == "hidden"
                showing[kind] = (None if showing[kind] == chosen else showing[kind]) if hidden else chosen
            (told,) = measures.told(db, desk.made, [desk.row])
            assert {photo.kind: photo.id for photo in told.photos} == {k: v for k, v in showing.items() if v}
        db.rollback()
