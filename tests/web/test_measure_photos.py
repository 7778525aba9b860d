"""Photos of a measure through the service's doors: laid by staff, refused with a reason, and who may see them when."""

from __future__ import annotations

import io
import re
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.model import MeasurePhoto
from app.services import measures, photos, processes, staff
from app.store import Session, Store
from tests import builders as a
from tests import pictures
from tests.services.test_answers import Scene

MEASURE = "/plan/borgen/tiltak/BORGEN-T001"
ALT = "Stien under trærne ligger i mørke"


def desk(client: FlaskClient, store: Store) -> str:
    """A planner signed in, a public measure that a public input led to; the code of a class of six."""
    with store.writing() as db:
        scene = Scene(db, 6)
        scene.release(scene.input)
        scene.measure(scene.input, quick="lamp")
        code = scene.classes[0].join_code or ""
    client.post("/plan/logg-inn", data={"username": "planlegger", "password": a.PASSWORD})
    return code


def lay(client: FlaskClient, kind: str = "before", body: bytes | None = None, alt: str | None = ALT) -> Any:
    photo = (io.BytesIO(pictures.from_a_phone() if body is None else body), "IMG_1234.jpg")
    form = {"photo": photo, **({} if alt is None else {"alt": alt})}
    return client.post(f"{MEASURE}/bilder/{kind}", data=form, content_type="multipart/form-data")


def ids(store: Store) -> list[str]:
    with store.reading() as db:
        return [str(id) for id in db.scalars(select(MeasurePhoto.id).order_by(MeasurePhoto.kind.desc()))]


def decide(client: FlaskClient, id: str, **form: str) -> Any:
    return client.post(f"{MEASURE}/bilde/{id}", data=form)


def pages(code: str) -> tuple[str, ...]:
    return "/p/borgen/svar", f"/dette-skjedde/{code}"


def planner(db: Session) -> tuple[Any, Any]:
    return staff.sign_in(db, "planlegger", a.PASSWORD), processes.by_slug(db, "borgen")


def test_before_and_after_stand_on_the_pages_of_everyone_once_released(client: FlaskClient, store: Store) -> None:
    code = desk(client, store)
    for kind in ("after", "before"):
        assert lay(client, kind, alt=f"{ALT} {kind}").location == f"{MEASURE}#photos"
    page = client.get(MEASURE).text
    for id in ids(store):
        assert f"/plan/borgen/tiltak/bilde/{id}.jpg" in page
        assert client.get(f"/p/borgen/tiltak/{id}.jpg").status_code == 404
    for address in pages(code):
        assert "before-after" not in client.get(address).text
    for id in ids(store):
        assert decide(client, id, verdict="released").status_code == 302
    for address in pages(code):
        shown = re.findall(r'<img src="([^"]+)"[^>]* alt="([^"]+)"><figcaption>(\w+)<', client.get(address).text)
        assert [(alt, word) for _, alt, word in shown] == [(f"{ALT} before", "Før"), (f"{ALT} after", "Etter")]
        assert ("Strakstiltak" in client.get(address).text) == address.endswith("svar")
        for picture, _, _ in shown:
            assert client.get(picture).mimetype == "image/jpeg"


def test_what_everyone_gets_is_a_clean_picture_that_caches_ask_for_again(client: FlaskClient, store: Store) -> None:
    desk(client, store)
    lay(client)
    (id,) = ids(store)
    decide(client, id, verdict="released")
    answer = client.get(f"/p/borgen/tiltak/{id}.jpg")
    assert answer.data.startswith(b"\xff\xd8\xff")
    for secret in (b"Exif", b"Telefonmerke", b"secret place"):
        assert secret not in answer.data
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    again = client.get(f"/p/borgen/tiltak/{id}.jpg", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    own = client.get(f"/plan/borgen/tiltak/bilde/{id}.jpg")
    assert (own.data, own.headers["Cache-Control"]) == (answer.data, "private, no-store")


@pytest.mark.parametrize("how", ["photo hidden", "photo put back", "photo erased", "measure withdrawn"])
def test_what_is_withdrawn_is_there_for_nobody_else(light: FlaskClient, embedded: Store, how: str) -> None:
    code = desk(light, embedded)
    lay(light)
    (id,) = ids(embedded)
    decide(light, id, verdict="released")
    known = light.get(f"/p/borgen/tiltak/{id}.jpg").headers["ETag"]
    form = {
        "photo hidden": {"verdict": "hidden"},
        "photo put back": {"verdict": "pending"},
        "photo erased": {"erase": "1"},
    }
    if how in form:
        assert decide(light, id, **form[how]).status_code == 302
    else:
        with embedded.writing() as db:
            officer, made = planner(db)
            measures.release(db, officer, made, "BORGEN-T001", False, a.NOW)
    assert light.get(f"/p/borgen/tiltak/{id}.jpg", headers={"If-None-Match": known}).status_code == 404
    for address in pages(code):
        assert id not in light.get(address).text
    assert light.get(f"/plan/borgen/tiltak/bilde/{id}.jpg").status_code == (404 if how == "photo erased" else 200)


@pytest.mark.parametrize("name", pictures.NOT_PHOTOS)
def test_what_is_no_photo_is_refused_beside_the_form_and_what_was_typed_stays(
    light: FlaskClient, embedded: Store, name: str
) -> None:
    desk(light, embedded)
    body, code = pictures.NOT_PHOTOS[name]
    answer = lay(light, body=body)
    assert answer.status_code == 422
    assert code in answer.text
    assert ALT in answer.text
    assert ids(embedded) == []


def test_a_photo_that_is_too_large_is_refused_by_its_own_limit(light: FlaskClient, embedded: Store) -> None:
    """The body is put together by hand, which leaves no file of the client's own open."""
    desk(light, embedded)
    for size, code in ((photos.MOST_BYTES + 1, "photo_too_large"), (photos.MOST_BYTES + 200_000, "file_too_large")):
        head = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
        body = head + b"\xff\xd8\xff" + bytes(size - 3) + b"\r\n--x--\r\n"
        answer = light.post(f"{MEASURE}/bilder/before", data=body, content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 413
        assert code in answer.text
    assert ids(embedded) == []


@pytest.mark.parametrize("alt", [None, "", " \n "])
def test_without_words_there_is_no_photo(light: FlaskClient, embedded: Store, alt: str | None) -> None:
    desk(light, embedded)
    answer = lay(light, alt=alt)
    assert answer.status_code == 422
    assert "field_missing" in answer.text
    assert "hva bildet viser" in answer.text
    assert re.search(r'id="alt-before"[^>]*aria-invalid="true"', answer.text)
    assert ids(embedded) == []


def test_a_kind_that_is_none_and_a_measure_that_is_none_are_refused(light: FlaskClient, embedded: Store) -> None:
    desk(light, embedded)
    answer = lay(light, "during")
    assert (answer.status_code, "value_unknown" in answer.text) == (422, True)
    gone = light.post("/plan/borgen/tiltak/BORGEN-T999/bilder/before", data={"alt": ALT})
    assert (gone.status_code, "measure_unknown" in gone.text) == (404, True)
    assert decide(light, str(uuid4()), verdict="released").status_code == 404
    assert light.get(f"/p/borgen/tiltak/{uuid4()}.jpg").status_code == 404
    assert ids(embedded) == []


def test_a_photo_is_replaced_put_back_and_its_words_mended(light: FlaskClient, embedded: Store) -> None:
    desk(light, embedded)
    lay(light, alt="Den første")
    (first,) = ids(embedded)
    lay(light, alt="Den andre")
    page = light.get(MEASURE).text
    assert 'alt="Den andre"' in page
    assert "Bilder som er tatt bort" in page
    decide(light, first, verdict="pending")
    assert 'alt="Den første"' in light.get(MEASURE).text
    mended = light.post(f"{MEASURE}/bilder/before", data={"alt": "Mendet"})
    assert mended.status_code == 302
    assert 'alt="Mendet"' in light.get(MEASURE).text


def test_strangers_lay_and_release_nothing(light: FlaskClient, embedded: Store) -> None:
    desk(light, embedded)
    lay(light)
    (id,) = ids(embedded)
    light.post("/plan/logg-ut")
    assert lay(light).status_code == 401
    assert decide(light, id, verdict="released").status_code == 401
    assert light.get(f"/plan/borgen/tiltak/bilde/{id}.jpg").status_code == 302
    assert light.get(f"/p/borgen/tiltak/{id}.jpg").status_code == 404
    assert ids(embedded) == [id]


def test_a_form_of_another_site_lays_no_photo(light_app: Flask, embedded: Store) -> None:
    client = light_app.test_client()
    desk(client, embedded)
    light_app.config["WTF_CSRF_ENABLED"] = True
    answer = lay(client)
    assert (answer.status_code, "form_expired" in answer.text) == (400, True)
    assert ids(embedded) == []


def test_another_municipalitys_planner_comes_to_no_photo(light: FlaskClient, embedded: Store) -> None:
    desk(light, embedded)
    lay(light)
    (id,) = ids(embedded)
    with embedded.writing() as db:
        a.officer(db, "1532", "giskeplan")
    light.post("/plan/logg-inn", data={"username": "giskeplan", "password": a.PASSWORD})
    assert light.get(f"/plan/borgen/tiltak/bilde/{id}.jpg").status_code in (403, 404)
    assert lay(light).status_code in (403, 404)
    assert decide(light, id, verdict="released").status_code in (403, 404)
