"""Staff, processes, moderation and the demo."""

from __future__ import annotations

from typing import Any
from uuid import uuid5

import pytest
import shapely
from sqlalchemy import func, select

from app.errors import Conflict, Invalid, NotFound, Unauthenticated
from app.model import Area, Arena, CatalogueEntry, Contribution, ModerationLog, Participant, Process, Staff
from app.model.contribution import MODERATION_STATES
from app.services import demo, moderation, processes, roadmap, staff
from app.store import Store
from app.web.language import LANGUAGES, PARTICIPANTS
from gis import neighbourhood, privacy
from gis.crs import project
from tests import builders as a


def test_a_password_is_kept_as_an_argon2id_hash(store: Store) -> None:
    with store.writing() as db:
        a.officer(db)
        row = db.scalars(select(Staff)).one()
    assert row.password_hash.startswith("$argon2id$")
    assert a.PASSWORD not in row.password_hash


@pytest.mark.parametrize(("name", "password"), [("planlegger", "wrong"), ("nobody", a.PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_are_told_the_same(embedded: Store, name: str, password: str) -> None:
    with embedded.writing() as db:
        a.officer(db)
        with pytest.raises(Unauthenticated) as refused:
            staff.sign_in(db, name, password)
    assert refused.value.code == "sign_in_failed"


def test_a_deactivated_account_is_no_account(store: Store) -> None:
    with store.writing() as db:
        who = a.officer(db)
        assert staff.sign_in(db, " Planlegger ", a.PASSWORD) == who
        db.scalars(select(Staff)).one().active = False
        db.flush()
        with pytest.raises(Unauthenticated):
            staff.officer(db, who.staff_id)
        with pytest.raises(Unauthenticated):
            staff.sign_in(db, "planlegger", a.PASSWORD)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": " "}, "username"),
        ({"password": "short"}, "password"),
        ({"role": "king"}, "role"),
        ({"municipality": "Asker"}, "municipality"),
    ],
)
def test_an_account_that_cannot_be_made_is_refused_by_field(
    embedded: Store, change: dict[str, str], field: str
) -> None:
    wanted = {"username": "x", "password": a.PASSWORD, "municipality": "3203", "role": "planner", **change}
    with embedded.writing() as db, pytest.raises(Invalid) as refused:
        staff.create(db, now=a.NOW, **wanted)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_name_is_taken_once_and_a_password_can_be_set_anew(store: Store) -> None:
    with store.writing() as db:
        a.officer(db)
        with pytest.raises(Conflict):
            a.officer(db)
        staff.set_password(db, "planlegger", "another good password")
        assert staff.sign_in(db, "planlegger", "another good password")
        with pytest.raises(NotFound):
            staff.set_password(db, "nobody", "another good password")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "Borgen!"}, "slug"),
        ({"prefix": "b"}, "prefix"),
        ({"municipality": "1"}, "municipality"),
        ({"export_epsg": 3857}, "export_epsg"),
        ({"minimum_people": 2}, "minimum_people"),
        ({"minimum_people": 11}, "minimum_people"),
        ({"area": shapely.Polygon()}, "area"),
        ({"area": shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])}, "area"),
        ({"area": shapely.Point(0, 0)}, "area"),
    ],
)
def test_a_process_that_cannot_be_made_is_refused_by_field(embedded: Store, change: dict[str, Any], field: str) -> None:
    with embedded.writing() as db, pytest.raises(Invalid) as refused:
        a.process(db, **change)
    assert refused.value.field == field


def test_a_process_starts_with_the_catalogue_in_every_language_of_those_who_read_it(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        rows = db.scalars(select(CatalogueEntry).where(CatalogueEntry.process_id == made.id)).all()
    assert len(rows) == len(processes.starter_catalogue()) >= 70
    for row in rows:
        languages = LANGUAGES if row.group == "theme" else PARTICIPANTS
        assert set(row.words) == set(languages)
        assert all(row.words.values())
    assert {row.group for row in rows} == {"activity", "good", "bad", "wish", "way", "mode", "company", "theme"}


def test_another_municipalitys_process_does_not_exist(store: Store) -> None:
    with store.writing() as db:
        a.process(db)
        theirs = a.officer(db, municipality="1532")
        with pytest.raises(NotFound) as refused:
            processes.for_officer(db, theirs, "borgen")
        assert processes.of_officer(db, theirs) == []
    assert refused.value.code == "process_unknown"


def test_the_same_slug_is_taken_once(embedded: Store) -> None:
    with embedded.writing() as db:
        a.process(db)
        with pytest.raises(Invalid):
            a.process(db)


@pytest.mark.parametrize("present", [s for s in MODERATION_STATES if s != "erased"])
@pytest.mark.parametrize("verdict", moderation.VERDICTS)
def test_every_decision_follows_the_table_and_is_logged(embedded: Store, present: str, verdict: str) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        id = a.place(db, a.pupil(db, a.arena(db, made)), a.at(0, 0), comment="x")
        row = db.scalars(select(Contribution)).one()
        row.state = present
        db.flush()
        changed = moderation.decide(db, a.officer(db), made, id, verdict, now=a.NOW, reason="fordi")
        lines = moderation.history(db, id)
    assert changed == (present != verdict)
    assert [(line.present, line.wanted, line.reason) for line in lines] == (
        [(present, verdict, "fordi")] if changed else []
    )


def test_what_is_erased_or_elsewhere_cannot_be_decided(embedded: Store) -> None:
    from app.services import contributions

    with embedded.writing() as db:
        made, other = a.process(db), a.process(db, slug="giske")
        actor = a.pupil(db, a.arena(db, made))
        id = a.place(db, actor, a.at(0, 0))
        planner = a.officer(db)
        with pytest.raises(NotFound):
            moderation.decide(db, planner, other, id, "hidden", now=a.NOW)
        with pytest.raises(Invalid):
            moderation.decide(db, planner, made, id, "erased", now=a.NOW)
        contributions.erase(db, actor, id, a.NOW)
        with pytest.raises(NotFound):
            moderation.decide(db, planner, made, id, "released", now=a.NOW)
        assert len(db.scalars(select(ModerationLog)).all()) == 1


def test_the_reading_list_holds_what_says_something_the_sensitive_first(embedded: Store) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        actor = a.pupil(db, a.arena(db, made))
        a.place(db, actor, a.at(0, 0))
        mean = a.place(db, actor, a.at(0, 0), group="bad", category="mean")
        said = a.place(db, actor, a.at(0, 0), comment="hei")
        found, total = moderation.queue(db, made, state="pending")
        assert [item.contribution.id for item in found] == [mean, said]
        assert total == moderation.waiting(db, made) == 2


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The demo, made once on the embedded store."""
    from app.store import migrations

    store = Store(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'x.sqlite'}")
    migrations.upgrade(store)
    with store.writing() as db:
        assert demo.empty(db)
        demo.create(db, "k" * 32, a.NOW)
    yield store
    store.dispose()


def test_the_demo_is_labelled_and_has_five_classes_of_children(shown: Store) -> None:
    with shown.reading() as db:
        made = db.scalars(select(Process)).one()
        assert made.demo
        assert "oppdiktet" in made.title
        assert db.scalar(select(func.count()).select_from(Arena)) == 5
        assert db.scalar(select(func.count()).select_from(Participant)) == 120
        kinds = dict(db.execute(select(Contribution.kind, func.count()).group_by(Contribution.kind)).all())
    assert kinds["route"] > 150
    assert kinds["place"] > 500


def test_the_demos_children_were_masked_like_everyone(shown: Store) -> None:
    town = neighbourhood.make()
    checked = 0
    with shown.reading() as db:
        made = processes.by_slug(db, demo.SLUG)
        stored = dict(db.execute(select(Contribution.id, Contribution.geometry)).all())
    for number, (_, name) in enumerate(neighbourhood.CLASSES):
        for position, child in enumerate(c for c in town.children if c.school_class == number):
            for nth, drawn in enumerate(child.drawn):
                kept = stored[uuid5(made.id, f"{demo.SCHOOL} {name}:{position}:{nth}")]
                if drawn.kind == "route" and kept is not None:
                    home = project(shapely.Point(drawn.geometry.coords[0]), 4326, neighbourhood.EPSG)
                    assert project(kept, 4326, neighbourhood.EPSG).distance(home) >= privacy.FLOOR - 0.2
                    checked += 1
    assert checked > 100


def test_the_demo_has_areas_and_a_roadmap(shown: Store) -> None:
    with shown.reading() as db:
        made = processes.by_slug(db, demo.SLUG)
        assert db.scalar(select(func.count()).select_from(Area)) >= 10
        inputs = roadmap.inputs(db, made)
        assert len(inputs) == 3
        assert {row.realiser for row in inputs} == {"municipality", "residents", "together"}
        assert all(roadmap.figures(db, made)[row.id][0] >= 5 for row in inputs)


def test_the_demos_keys_follow_from_the_installations_secret(shown: Store) -> None:
    with shown.reading() as db:
        keys = demo.keys(db, "k" * 32)
        assert keys is not None
        assert demo.keys(db, "another secret") is None
        assert staff.sign_in(db, keys.username, keys.password).municipality == demo.MUNICIPALITY
    with pytest.raises(Conflict), shown.writing() as db:
        demo.create(db, "k" * 32, a.NOW)
