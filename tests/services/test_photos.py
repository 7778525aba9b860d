"""Photos and areas of residents: what is taken, what is stored of it, who sees it, and that it goes away."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from app.errors import Closed, Conflict, Invalid, NotAllowed, NotFound, TooLarge
from app.model import Contribution, Photo
from app.model.photo import PHOTO_STATES
from app.services import analysis, arenas, contributions, erasure, participants, photos, processes, publication
from app.services.actors import Pupil
from app.services.index import Index, Selection
from app.store import Session, Store
from gis import privacy
from tests import builders as a
from tests import pictures


def resident(db: Session) -> Pupil:
    return a.pupil(db, a.open_map(db, a.process(db)))


def keep(db: Session, actor: Pupil, beside: UUID, body: bytes | None = None, id: UUID | None = None) -> UUID:
    body = body or pictures.jpeg()
    id = id or uuid4()
    photos.save(db, actor, beside, id, photos.clean(body), mark=photos.mark(actor, body), now=a.NOW)
    return id


def test_of_a_photo_from_a_phone_only_the_picture_is_kept() -> None:
    sent = pictures.from_a_phone()
    assert all(secret in sent for secret in (b"Exif", b"Telefonmerke", b"taken at home", b"secret place"))
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)
    kept = photos.clean(sent).body
    for secret in (b"Exif", b"Telefonmerke", b"taken at home", b"secret place", b"2026", b"http", b"ICC", b"Photoshop"):
        assert secret not in kept
    image = Image.open(io.BytesIO(kept))
    assert dict(image.getexif()) == {}
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_photo_is_turned_as_it_was_held() -> None:
    kept = Image.open(io.BytesIO(photos.clean(pictures.from_a_phone(640, 480, orientation=6)).body))
    assert kept.size == (480, 640)
    top, bottom = kept.getpixel((240, 20)), kept.getpixel((240, 620))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 150 > top[2]
    assert bottom[2] > 150 > bottom[0]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_large_photo_of_any_kind_becomes_a_jpeg_of_at_most_1600_pixels(format: str) -> None:
    kept = photos.clean(pictures.encoded(pictures.picture(4000, 3000), format))
    image = Image.open(io.BytesIO(kept.body))
    assert (image.format, image.size, (kept.width, kept.height)) == ("JPEG", (1600, 1200), (1600, 1200))


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1"])
def test_every_way_of_writing_colours_can_be_read(mode: str) -> None:
    image = pictures.picture().convert(mode)
    kept = photos.clean(pictures.encoded(image, "JPEG" if mode == "CMYK" else "PNG"))
    assert Image.open(io.BytesIO(kept.body)).mode == "RGB"


@pytest.mark.parametrize(("body", "code"), pictures.NOT_PHOTOS.values(), ids=pictures.NOT_PHOTOS)
def test_what_is_no_photo_is_refused_with_a_reason(body: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        photos.clean(body)
    assert (refused.value.code, refused.value.field) == (code, "photo")


def test_more_bytes_than_a_photo_needs_are_refused_unread() -> None:
    with pytest.raises(TooLarge, match="photo_too_large"):
        photos.clean(pictures.jpeg() + bytes(photos.MOST_BYTES))


@given(st.data())
def test_damaged_files_are_refused_and_never_break_anything(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(_WHOLE)))
    for _ in range(data.draw(st.integers(1, 12))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(bytes(body[: data.draw(st.integers(1, len(body)))])) in ("a photo", "photo_unreadable", *_OTHER)


def outcome(body: bytes) -> str:
    try:
        return "a photo" if photos.clean(body).body.startswith(b"\xff\xd8\xff") else "not a JPEG"
    except Invalid as refused:
        return refused.code


_OTHER = ("photo_type", "photo_animated", "photo_too_many_pixels", "photo_heic")
_WHOLE = [pictures.encoded(pictures.picture(64, 48), format) for format in ("JPEG", "PNG", "WEBP")]


def test_the_same_photo_again_stores_nothing_new(store: Store) -> None:
    with store.writing() as db:
        actor = resident(db)
        beside, id = a.place(db, actor, a.at(10, 10), "bad", "crossing"), uuid4()
        body = pictures.jpeg()
        clean, mark = photos.clean(body), photos.mark(actor, body)
        first = photos.save(db, actor, beside, id, clean, mark=mark, now=a.NOW)
        again = photos.save(db, actor, beside, id, clean, mark=mark, now=a.NOW + timedelta(hours=1))
        assert (first.created, again.created, again.row.changed_at) == (True, False, a.NOW)
        other = pictures.jpeg(100, 100)
        changed = photos.save(
            db, actor, beside, id, photos.clean(other), mark=photos.mark(actor, other), now=a.NOW + timedelta(hours=1)
        )
        assert (changed.created, changed.row.width) == (False, 100)
        assert len(db.scalars(select(Photo)).all()) == 1


def test_a_photo_waits_for_its_contribution(store: Store) -> None:
    with store.writing() as db:
        actor = resident(db)
        with pytest.raises(Conflict, match="contribution_awaited"):
            keep(db, actor, uuid4())
        beside = a.place(db, actor, a.at(10, 10), "bad", "crossing")
        contributions.erase(db, actor, beside, a.NOW)
        with pytest.raises(Conflict, match="contribution_awaited"):
            keep(db, actor, beside)


def test_nobody_lays_a_photo_beside_what_another_made(store: Store) -> None:
    with store.writing() as db:
        arena = a.open_map(db, a.process(db))
        mine, other = a.pupil(db, arena), a.pupil(db, arena)
        beside = a.place(db, mine, a.at(10, 10), "bad", "crossing")
        id = keep(db, mine, beside)
        own = a.place(db, other, a.at(20, 10), "bad", "crossing")
        for target, photo in ((beside, uuid4()), (beside, id), (own, id)):
            with pytest.raises(NotAllowed, match="not_yours"):
                keep(db, other, target, id=photo)
        with pytest.raises(NotAllowed, match="not_yours"):
            photos.take_back(db, other, beside, id, a.NOW)


def test_a_class_of_children_takes_no_photos(embedded: Store) -> None:
    with embedded.writing() as db:
        actor = a.pupil(db, a.arena(db, a.process(db)))
        beside = a.place(db, actor, a.at(10, 10))
        with pytest.raises(NotAllowed, match="photos_not_allowed"):
            keep(db, actor, beside)


def test_a_closed_map_takes_no_more_photos_but_knows_those_it_has(embedded: Store) -> None:
    with embedded.writing() as db:
        actor = resident(db)
        beside = a.place(db, actor, a.at(10, 10), "bad", "crossing")
        id = keep(db, actor, beside)
        closed = a.again(actor, arena_state="closed")
        assert keep(db, closed, beside, id=id) == id
        with pytest.raises(Closed, match="arena_closed"):
            keep(db, closed, beside)


def test_there_is_room_for_so_many_photos_and_no_more(store: Store) -> None:
    with store.writing() as db:
        actor = resident(db)
        beside = a.place(db, actor, a.at(10, 10), "bad", "crossing")
        kept = [keep(db, actor, beside) for _ in range(photos.MOST_OF_A_THING)]
        with pytest.raises(Conflict, match="photos_too_many"):
            keep(db, actor, beside)
        photos.take_back(db, actor, beside, kept[0], a.NOW)
        keep(db, actor, beside)


def test_a_photo_is_seen_by_nobody_until_a_person_released_it(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        actor, planner = a.pupil(db, a.open_map(db, made)), a.officer(db)
        beside = a.place(db, actor, a.at(10, 10), "bad", "crossing")
        id = keep(db, actor, beside)
        assert photos.released(db, [beside]) == []
        assert photos.waiting(db, made) == 1
        assert photos.decide(db, planner, made, id, "released", now=a.NOW)
        assert not photos.decide(db, planner, made, id, "released", now=a.NOW)
        assert photos.released(db, [beside]) == [id]
        photos.decide(db, planner, made, id, "hidden", now=a.NOW, reason="Et ansikt")
        assert photos.released(db, [beside]) == []
        log = [(row.present, row.wanted, row.reason) for row in photos.history(db, id)]
        assert log == [("pending", "released", None), ("released", "hidden", "Et ansikt")]
        assert {row.actor for row in photos.history(db, id)} == {planner.label}


def test_a_released_photo_disappears_with_a_hidden_contribution(embedded: Store) -> None:
    from app.services import moderation

    with embedded.writing() as db:
        made = a.process(db)
        actor, planner = a.pupil(db, a.open_map(db, made)), a.officer(db)
        beside = a.place(db, actor, a.at(10, 10), "bad", "crossing")
        id = keep(db, actor, beside)
        photos.decide(db, planner, made, id, "released", now=a.NOW)
        moderation.decide(db, planner, made, beside, "hidden", now=a.NOW)
        assert photos.released(db, [beside]) == []


def test_another_municipality_has_no_such_photo(embedded: Store) -> None:
    with embedded.writing() as db:
        actor = resident(db)
        id = keep(db, actor, a.place(db, actor, a.at(10, 10), "bad", "crossing"))
        elsewhere = a.process(db, "annet", municipality="0301")
        with pytest.raises(NotFound, match="photo_unknown"):
            photos.for_officer(db, elsewhere, id)
        with pytest.raises(NotFound, match="photo_unknown"):
            photos.decide(db, a.officer(db, "0301"), elsewhere, id, "released", now=a.NOW)


def bodies(db: Session) -> list[tuple[str, bytes | None]]:
    return [(state, body) for state, body in db.execute(select(Photo.state, Photo.body).order_by(Photo.number))]


def test_taking_a_contribution_back_erases_its_photos_and_its_return_can_bring_them(store: Store) -> None:
    with store.writing() as db:
        actor = resident(db)
        beside = a.place(db, actor, a.at(10, 10), "bad", "crossing")
        id = keep(db, actor, beside)
        contributions.erase(db, actor, beside, a.NOW)
        assert bodies(db) == [("erased", None)]
        assert [(row.wanted, row.actor) for row in photos.history(db, id)] == [("erased", actor.label)]
        a.place(db, actor, a.at(10, 10), "bad", "crossing", id=beside)
        keep(db, actor, beside, id=id)
        ((state, body),) = bodies(db)
        assert (state, body is not None) == ("pending", True)


def test_forgetting_a_person_erases_the_photos(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        arena = a.open_map(db, made)
        actor = a.pupil(db, arena)
        keep(db, actor, a.place(db, actor, a.at(10, 10), "bad", "crossing"))
        erasure.forget_participant(db, made, arena.join_code or "", actor.alias, a.NOW)
        assert bodies(db) == [("erased", None)]


def test_retention_erases_the_photos(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db, retention=a.NOW.date() - timedelta(days=1))
        actor = a.pupil(db, a.open_map(db, made))
        keep(db, actor, a.place(db, actor, a.at(10, 10), "bad", "crossing"))
        erasure.forget_expired(db, made, a.NOW)
        assert bodies(db) == [("erased", None)]


@pytest.mark.parametrize("present", list(PHOTO_STATES))
@pytest.mark.parametrize("wanted", photos.VERDICTS)
def test_every_step_between_states_is_in_the_table_or_refused(embedded: Store, present: str, wanted: str) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        actor, planner = a.pupil(db, a.open_map(db, made)), a.officer(db)
        beside = a.place(db, actor, a.at(10, 10), "bad", "crossing")
        id = keep(db, actor, beside)
        if present == "erased":
            photos.take_back(db, actor, beside, id, a.NOW)
            with pytest.raises(NotFound, match="photo_unknown"):
                photos.decide(db, planner, made, id, wanted, now=a.NOW)
            return
        photos.decide(db, planner, made, id, present, now=a.NOW)
        assert photos.decide(db, planner, made, id, wanted, now=a.NOW) is (present != wanted)


# Residents and their words


def test_a_resident_is_a_number_and_not_an_animal(embedded: Store) -> None:
    with embedded.writing() as db:
        alias = resident(db).alias
    kind, _, number = alias.partition(".")
    assert (kind, len(number)) == ("entry", 4)
    assert set(number) <= set(arenas.ALPHABET)


def test_the_catalogue_gets_words_for_residents_once(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        a.open_map(db, made)
        version = made.version
        a.open_map(db, made, "Et kart til")
        assert made.version == version
        entries = processes.catalogue(db, made.id)
        assert (entries["activity"]["den"].audience, entries["way"]["to_work"].audience) == ("children", "residents")
        scary = entries["bad"]["scary"]
        assert scary.audience is None
        assert scary.adult_words is not None
        assert (scary.words["nb"], scary.adult_words["nb"]) == ("skummelt", "utrygt")


def test_every_entry_for_residents_has_three_words_and_an_icon() -> None:
    children = {(entry["group"], entry["code"]) for entry in processes.starter_catalogue()}
    for group, entries in processes.residents_catalogue().items():
        for code, entry in entries.items():
            assert {"nb", "nn", "en"} <= set(entry), (group, code)
            assert (group, code) in children or "icon" in entry, (group, code)


# Areas


def test_an_area_is_stored_on_a_coarse_lattice(store: Store) -> None:
    with store.writing() as db:
        actor = resident(db)
        id = a.area(db, actor, a.square(13.7, 511.1, 113))
        stored = db.scalar(select(Contribution.geometry).where(Contribution.id == id))
    corners = shapely.get_coordinates(a.metres(stored)) + a.CENTRE
    assert abs(corners / privacy.LATTICE - (corners / privacy.LATTICE).round()).max() < 0.01


def test_drawing_the_same_plot_many_times_tells_no_more(embedded: Store) -> None:
    with embedded.writing() as db:
        actor = resident(db)
        ids = [a.area(db, actor, a.square(1003 + n * 0.4, 507, 95)) for n in range(8)]
        stored = [db.scalar(select(Contribution.geometry).where(Contribution.id == id)) for id in ids]
    assert len({shapely.to_wkb(shapely.normalize(shapely.set_precision(g, 1e-7))) for g in stored}) <= 2


@pytest.mark.parametrize(
    ("outline", "code"),
    [
        (a.square(0, 0, 45), "area_too_small"),
        (a.square(0, 0, 2300), "area_too_large"),
        (a.along((0, 0), (900, 0)).buffer(0.00004, cap_style="flat"), "area_too_small"),
        (shapely.Polygon([*a.along((0, 0), (300, 300), (300, 0), (0, 300)).coords]), "area_not_simple"),
        (a.square(4000, 0, 400), "outside_area"),
    ],
    ids=["a plot", "half a town", "a sliver", "a bow", "across the border"],
)
def test_areas_that_are_none_are_refused(embedded: Store, outline: shapely.Polygon, code: str) -> None:
    with embedded.writing() as db:
        actor = resident(db)
        with pytest.raises(Invalid, match=code):
            a.area(db, actor, outline)
        assert db.scalar(select(Contribution.id)) is None


@given(
    x=st.floats(-800, 800),
    y=st.floats(-800, 800),
    wide=st.floats(51, 900),
    high=st.floats(51, 900),
    turn=st.floats(0, 90),
)
def test_what_is_kept_of_an_area_is_valid_and_near_it(
    x: float, y: float, wide: float, high: float, turn: float
) -> None:
    drawn = shapely.affinity.rotate(shapely.box(x, y, x + wide, y + high), turn)
    kept = privacy.generalise_area(drawn)
    assert kept is not None
    assert kept.is_valid
    assert shapely.hausdorff_distance(drawn, kept) <= privacy.LATTICE * 1.5


def test_areas_count_in_figures_and_hexagons_and_are_handed_over(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        arena = a.open_map(db, made)
        for _ in range(5):
            a.area(db, a.pupil(db, arena), a.square(500, 500, 300))
        index = Index(made)
        index.refresh(db, made)
        assert index.figures(index.rows(Selection(kinds=frozenset({"area"})))) == (5, 5)
        layer = analysis.hexagon_layer(index, made, Selection())
        cells = list(layer.batches(a.EPSG))
        assert {people for batch in cells for people in batch.columns["people"]} == {5}
        handed = publication.contributions(db, made, "area")
        assert sum(len(batch.geometry) for batch in handed.batches(4326)) == 5


def test_a_wide_area_lifts_nobodys_single_place_over_the_threshold(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        arena = a.open_map(db, made)
        for _ in range(4):
            a.area(db, a.pupil(db, arena), a.square(500, 500, 300))
        a.place(db, a.pupil(db, arena), a.at(500, 500), "good", "nature")
        index = Index(made)
        index.refresh(db, made)
        _, people, _ = index.hexagons(Selection())
        assert people.max() == 4
        for _ in range(4):
            a.place(db, a.pupil(db, arena), a.at(500, 500), "good", "nature")
        index.refresh(db, made)
        assert index.hexagons(Selection())[1].max() == 9


def test_nobody_is_told_when_a_map_is_not_open_yet(embedded: Store) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        made.phase = "preparing"
        with pytest.raises(Closed, match="process_closed"):
            a.open_map(db, made)


def test_a_map_is_closed_by_the_planner_and_takes_nobody(embedded: Store) -> None:
    with embedded.writing() as db:
        arena, planner = a.open_map(db, a.process(db)), a.officer(db)
        assert arenas.change_state(db, planner, arena, "closed", a.NOW)
        with pytest.raises(Closed, match="arena_closed"):
            participants.join(db, arena.join_code or "", a.NOW, valid=timedelta(days=1))
