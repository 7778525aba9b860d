"""The page of plan conflicts: a file in, figures and sentences out, nothing kept; refusals beside the form."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.model import Contribution
from app.services import conflicts
from app.store import Store
from tests import builders as a
from tests.web.test_pages import signed_in

URL = "/plan/borgen/plankonflikt"
SQUARE = a.square(0, 0, 300)


def plan(*shapes: Any) -> bytes:
    features = [
        {"type": "Feature", "geometry": a.wire(shape), "properties": {"navn": f"BLK{n}"}}
        for n, shape in enumerate(shapes, 1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.fixture
def planner(light: FlaskClient, embedded: Store) -> FlaskClient:
    with embedded.writing() as db:
        where = a.arena(db, a.process(db))
        for actor in a.crowd(db, where, a.at(0, 0), 6, group="bad", category="dark"):
            a.route(db, actor, a.along((-900, 0), (0, 0)))
        a.officer(db)
    return signed_in(light)


def sent(client: FlaskClient, body: bytes, name: str = "Detaljplan Myra.geojson", language: str = "nb") -> Any:
    """Written by hand: the client's own forms leave large temporary files open."""
    head = f'--b\r\nContent-Disposition: form-data; name="plan"; filename="{name}"\r\n\r\n'.encode()
    return client.post(
        URL,
        data=head + body + b"\r\n--b--\r\n",
        content_type="multipart/form-data; boundary=b",
        headers={"Accept-Language": language},
    )


def test_a_plan_is_answered_with_figures_and_sentences(planner: FlaskClient) -> None:
    answer = sent(planner, plan(SQUARE, a.square(2000, 2000, 100)))
    assert answer.status_code == 200
    html = answer.get_data(as_text=True)
    text = re.search(r"(?s)<textarea[^>]*readonly[^>]*>(.*?)</textarea>", html)
    assert text is not None
    for words in ("10 hektar", "Veier gjennom den: 6, av 6 personer.", "Ikke bra: mørkt (6).", "færre enn 5 personer"):
        assert words in text[1].replace("\xa0", " ")
    assert "Detaljplan Myra.geojson" in html
    assert html.index("BLK1") < html.index("BLK2")


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_answer_speaks_one_language(planner: FlaskClient, language: str) -> None:
    html = sent(planner, plan(SQUARE), language=language).get_data(as_text=True)
    assert f'<html lang="{language}"' in html
    said = re.search(r"(?s)<textarea[^>]*readonly[^>]*>(.*?)</textarea>", html)
    assert said is not None
    first = {"nb": "Planen dekker", "nn": "Planen dekkjer", "en": "The plan covers"}[language]
    assert said[1].startswith(first)


@pytest.mark.parametrize(
    ("body", "name", "status", "said"),
    [
        (b"", "", 422, "Velg en fil med planens områder"),
        (b"Hei", "brev.gml", 422, "brev.gml"),
        (b"Hei", "plan.docx", 422, "plan.docx"),
        (plan(a.along((0, 0), (9, 9))), "linje.geojson", 422, "linje.geojson"),
        (plan(a.square(90_000, 0, 100)), "borte.geojson", 422, "borte.geojson"),
        (b"x" * (conflicts.MOST_MB * 1_000_000 + 1), "stor.gpkg", 413, "høyst 20 MB"),
    ],
)
def test_what_cannot_be_used_is_explained_beside_the_form(
    planner: FlaskClient, body: bytes, name: str, status: int, said: str
) -> None:
    answer = sent(planner, body, name)
    html = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert said in html
    assert 'role="alert"' in html
    assert 'name="plan"' in html


def test_a_plan_of_some_megabytes_comes_through_and_nothing_is_kept(planner: FlaskClient, embedded: Store) -> None:
    body = plan(SQUARE)
    padded = body[:-1] + b', "about": "' + b"x" * 5_000_000 + b'"}'
    assert sent(planner, padded).status_code == 200
    with embedded.reading() as db:
        assert db.scalar(select(func.count()).select_from(Contribution)) == 12


def test_another_municipality_and_a_stranger_see_nothing(
    planner: FlaskClient, embedded: Store, light_app: Flask
) -> None:
    with embedded.writing() as db:
        a.officer(db, municipality="0301", username="nabo")
    neighbour = signed_in(light_app.test_client(), "nabo")
    assert sent(neighbour, plan(SQUARE)).status_code == 404
    assert sent(light_app.test_client(), plan(SQUARE)).status_code in (302, 401)


def test_a_forged_request_is_refused(planner: FlaskClient, light_app: Flask) -> None:
    light_app.config["WTF_CSRF_ENABLED"] = True
    assert sent(planner, plan(SQUARE)).status_code == 400
