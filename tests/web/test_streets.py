"""The page of streets, crossings and short cuts: what a planner reads, and what it says when there is nothing yet."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from app.services import networks, processes
from app.store import Session, Store
from tests import builders as a
from tests.services.test_streets import STREETS, pupils, walk
from tests.web.test_pages import signed_in

URL = "/plan/borgen/gater"


def ground(db: Session, *, network: bool = True) -> Any:
    made = a.process(db)
    named = [{"kind": "street", "name": name, "geometry": line} for name, line in STREETS.items()]
    processes.add_named_places(db, made, named)
    if network:
        networks.put(db, made, np.array(list(STREETS.values()), dtype=object), source="test", now=a.NOW)
    a.officer(db)
    return made


def read(client: FlaskClient, language: str = "nb") -> str:
    answer = client.get(URL, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.get_data(as_text=True).replace("\xa0", " ")


def rows(html: str) -> list[str]:
    """The lists' rows in plain words."""
    found = re.findall(r"(?s)<tr data-input.*?</tr>", html)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).replace("&lt;", "<").split()) for row in found]


def drawn(html: str) -> list[dict[str, Any]]:
    block = re.search(r'(?s)<script type="application/json" id="page-data">(.*?)</script>', html)
    assert block is not None
    found: list[dict[str, Any]] = json.loads(block[1])["streets"]
    return found


def test_a_planner_reads_crossings_short_cuts_and_streets(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        made = ground(db)
        actors = pupils(db, made, 9)
        walk(db, actors, (0, 1400), (0, -1400))
        walk(db, actors[:6], (-1400, 400), (-500, 400), (0, 0), mode="cycle")
        for actor in actors[:5]:
            a.place(db, actor, a.at(3, 402), "bad", "crossing")
    html = read(signed_in(light))
    found = rows(html)
    assert found[0] == "1 Skolevegen × Storgata 9 9 5"
    assert re.fullmatch("2 Skolevegen × Strandgata [89] [89] < 5", found[1])
    assert re.fullmatch(r"fra Storgata til Skolen \d+ meter, \d+ min til fots 6", found[2])
    assert any(re.match(r"Skolevegen fra Storgata til Strandgata går 9, mot sør 9 9 < 5 5", row) for row in found[3:])
    assert "9 personer har tegnet veier." in html
    assert [each["said"] for each in drawn(html) if each["id"] == "k1"] == ["Skolevegen × Storgata: 9 personer"]
    listed = set(re.findall(r'data-input="(\w+)"', html))
    assert listed <= {each["id"] for each in drawn(html)}


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_page_speaks_one_language(light: FlaskClient, embedded: Store, language: str) -> None:
    with embedded.writing() as db:
        made = ground(db)
        walk(db, pupils(db, made, 9), (0, 1400), (0, -1400))
    html = read(signed_in(light), language)
    assert f'<html lang="{language}"' in html
    title = {"nb": "Gater, kryss og snarveier", "nn": "Gater, kryss og snarvegar"}
    assert title.get(language, "Streets, crossings and short cuts") in html
    assert {"nb": ">Personer<", "nn": ">Personar<", "en": ">People<"}[language] in html


def test_nothing_of_few_reaches_the_browser(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        made = ground(db)
        walk(db, pupils(db, made, 4), (0, 1400), (0, -1400))
        walk(db, pupils(db, made, 4, "5B"), (-1400, -500), (1400, -700))
    html = read(signed_in(light))
    assert rows(html) == []
    assert drawn(html) == []
    assert "Færre enn 5 personer har tegnet vei langs samme gate så langt." in html


def test_without_a_network_the_page_says_what_it_needs(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        ground(db, network=False)
    html = read(signed_in(light))
    assert "snarvei network import borgen" in html
    assert "leaflet" not in html


def test_nobody_else_reads_it(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        ground(db)
        a.officer(db, municipality="1532", username="annen")
    assert light.get(URL).status_code in (302, 401)
    signed_in(light, "annen")
    assert light.get(URL).status_code == 404


def test_the_files_are_offered(light: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        made = ground(db)
        walk(db, pupils(db, made, 9), (0, 1400), (0, -1400))
    client = signed_in(light)
    assert "Last ned snarveier som GeoJSON" in client.get("/plan/borgen/eksport").get_data(as_text=True)
    with client.get("/plan/borgen/eksport/fil?layer=crossings&format=geojson&crs=4326") as answer:
        (first, *_) = json.loads(answer.data)["features"]
    assert first["properties"] == {
        "rank": 1,
        "name": "Skolevegen × Storgata",
        "people": 9,
        "crossing": 9,
        "unsafe": None,
    }
