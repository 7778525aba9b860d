"""The doors of notes: behind a code, behind a host's link, and at the planner's desk."""

from __future__ import annotations

import re
import threading
from io import BytesIO
from typing import Any
from uuid import uuid4

import cv2
import numpy as np
import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.model import Arena, ArenaNote, HeadTap, Process, SheetPhoto
from app.services import arenas, notes, occasions
from app.store import Store
from tests import builders as a
from tests import pictures
from tests.gis.test_table_cards import above_the_address_is_paper

NOTE = {"kind": "quality", "text": "Marka rett utenfor døra", "part": 7, "revision": 1}
JSON = {"Accept": "application/json"}


def occasion(store: Store, method: str = "conference") -> tuple[Process, Arena]:
    with store.writing() as db:
        made = a.process(db)
        a.officer(db)
        return made, occasions.open_by_staff(db, made, title="Konferansen", method=method, now=a.NOW)


def signed_in(client: FlaskClient) -> FlaskClient:
    client.post("/plan/logg-inn", data={"username": "planlegger", "password": a.PASSWORD})
    return client


def link(store: Store, made: Process, method: str) -> str:
    with store.writing() as db:
        return arenas.create_host_link(db, made, label="Ali", method=method, now=a.NOW)


def stored(store: Store, model: Any = ArenaNote) -> int:
    with store.reading() as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


def test_a_note_is_received_once_and_taken_back_by_its_device(client: FlaskClient, store: Store) -> None:
    _, where = occasion(store)
    address = f"/notater/{where.join_code}/{uuid4()}"
    first, again = (client.put(address, json=NOTE) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert set(first.get_json()["properties"]) == {"received_at", "short_id"}
    assert client.put(address, json={**NOTE, "text": "Marka", "revision": 2}).status_code == 200
    assert stored(store) == 1
    assert client.delete(f"{address}?revision=3").status_code == 204
    with store.reading() as db:
        assert notes.of_arena(db, where) == []


def test_the_page_of_a_code_shows_no_note_of_anyone(client: FlaskClient, store: Store) -> None:
    _, where = occasion(store)
    client.put(f"/notater/{where.join_code}/{uuid4()}", json=NOTE)
    page = client.get(f"/notater/{where.join_code}")
    assert page.status_code == 200
    assert NOTE["text"] not in page.text
    assert client.get(f"/notater/{(where.join_code or '').lower()}").status_code == 302
    assert client.get("/notater/NESTEN").status_code == 404


def test_a_code_of_a_class_is_no_door_for_notes(client: FlaskClient, store: Store) -> None:
    with store.writing() as db:
        code = a.arena(db, a.process(db)).join_code
    assert client.get(f"/notater/{code}").status_code == 404
    assert client.put(f"/notater/{code}/{uuid4()}", json=NOTE, headers=JSON).get_json()["code"] == "code_unknown"


def test_the_code_of_a_conference_leads_from_the_map_to_its_notes(client: FlaskClient, store: Store) -> None:
    _, where = occasion(store)
    assert client.get(f"/kart/{where.join_code}").location.endswith(f"/notater/{where.join_code}")


def test_who_guesses_codes_is_stopped_and_twenty_tables_are_not(light: FlaskClient, embedded: Store) -> None:
    _, where = occasion(embedded)
    for _ in range(100):
        assert light.put(f"/notater/{where.join_code}/{uuid4()}", json=NOTE).status_code == 201
    codes = [light.put(f"/notater/FEIL{n:02}/{uuid4()}", json=NOTE).status_code for n in range(70)]
    assert codes[0] == 404
    assert codes[-1] == 429


def test_a_closed_arena_says_so_in_words_for_adults(client: FlaskClient, store: Store) -> None:
    _, where = occasion(store)
    with store.writing() as db:
        arenas.change_state(db, None, where, "closed", a.NOW)
    refused = client.put(f"/notater/{where.join_code}/{uuid4()}?lang=en", json=NOTE, headers=JSON)
    assert refused.status_code == 409
    assert refused.get_json()["code"] == "arena_closed"
    assert "class" not in refused.get_json()["title"]


def test_taps_are_counted_once_each(client: FlaskClient, store: Store) -> None:
    _, where = occasion(store, "open_centre")
    ids = [uuid4() for _ in range(5)]
    said = {"change": 1, "counted_on": "2026-11-20"}
    codes = [client.put(f"/notater/{where.join_code}/hoder/{id}", json=said).status_code for id in ids * 2]
    assert codes == [201] * 5 + [200] * 5
    assert stored(store, HeadTap) == 5


def test_what_cannot_be_read_is_refused_and_stores_nothing(client: FlaskClient, store: Store) -> None:
    _, where = occasion(store)
    address = f"/notater/{where.join_code}"
    for body, code in (
        (b"[]", "not_json"),
        (b"{", "not_json"),
        (b'{"kind": "quality", "text": "x", "revision": -1}', "value_unknown"),
        (b'{"kind": "quality", "text": "x", "guest": "Kari"}', "field_unknown"),
        (b'{"kind": "quality", "text": "\\ud800"}', "not_text"),
    ):
        assert client.put(f"{address}/{uuid4()}", data=body, headers=JSON).get_json()["code"] == code
    assert client.put(f"{address}/nei", json=NOTE, headers=JSON).get_json()["code"] == "value_unknown"
    assert stored(store) == 0


def test_a_host_opens_a_dinner_and_writes_down_who_came(client: FlaskClient, store: Store) -> None:
    made, _ = occasion(store)
    token = link(store, made, "hosted_dinner")
    assert client.get(f"/vert/{token}/").location.endswith("/anledning")
    page = client.get(f"/vert/{token}/anledning")
    assert page.status_code == 200
    opened = client.post(f"/vert/{token}/anledning", data={"title": "Hos Ali"}).location
    assert client.post(f"/vert/{token}/anledning", data={"title": "Hos Ali"}).location == opened
    said = {"head_count": "8", "head_count_method": "counted", "invited": "9", "refund_kr": "950", "language": "so"}
    assert client.post(opened, data=said).status_code == 302
    assert "950" in client.get(opened).text
    refused = client.post(opened, data={**said, "refund_kr": "1001"}, headers={"Accept-Language": "en"})
    assert refused.status_code == 422
    assert "refund_over_limit" in refused.text
    assert 'value="1001"' in refused.text, "what was typed is still there"
    assert 'name="refund_state"' not in refused.text
    assert client.get(f"/vert/{token}/klasse/{opened.rsplit('/', 1)[1]}").location == opened
    assert client.post(f"/vert/{token}/anledning", data={"title": " "}).status_code == 422
    kit = client.get(f"{opened}/vertspakke.pdf")
    assert kit.mimetype == "application/pdf"
    assert kit.data.startswith(b"%PDF")


def test_a_host_link_used_twice_at_once_opens_one_dinner(app: Flask, store: Store) -> None:
    made, _ = occasion(store)
    token = link(store, made, "hosted_dinner")
    together, found = threading.Barrier(4), []

    def press() -> None:
        together.wait()
        found.append(app.test_client().post(f"/vert/{token}/anledning", data={"title": "Hos Ali"}).location)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_a_refund_is_never_public(client: FlaskClient, store: Store) -> None:
    """Whatever the service shows to those who are not signed in and hold no host's link."""
    made, where = occasion(store, "hosted_dinner")
    with store.writing() as db:
        here = db.get_one(Arena, where.id)
        occasions.describe(db, here, {"refund_kr": "987", "refund_state": "declined", "invited": "654"}, staff=True)
    places = [
        f"/notater/{where.join_code}",
        f"/k/{where.join_code}",
        "/",
        f"/p/{made.slug}",
        "/ogc/",
        "/ogc/collections",
    ]
    places += [f"/aapen/{where.join_code}", f"/ogc/collections/{made.slug}/items", "/personvern"]
    for path in places:
        answer = client.get(path, follow_redirects=True)
        assert not re.search(r"\b(987|654)\b|declined|refund", answer.text), path
    joined = client.post("/api/v1/join", json={"code": where.join_code})
    assert "987" not in str(joined.get_json()["arena"])


def test_a_planner_runs_an_arena_from_note_to_input(client: FlaskClient, store: Store) -> None:
    made, _ = occasion(store)
    signed_in(client)
    opened = client.post(f"/plan/{made.slug}/arenaer/ny", data={"method": "focus_group", "title": "Idrett"}).location
    assert client.post(f"{opened}/notat", data={"kind": "need", "text": "Flere haller", "part": "1"}).status_code == 302
    met = {"number": "1", "held_on": "2026-11-01", "present": "7", "seen_before": ""}
    assert client.post(f"{opened}/mote", data=met).status_code == 302
    refused = client.post(f"{opened}/mote", data={**met, "number": "2", "seen_before": "8"})
    assert refused.status_code == 422
    page = client.get(opened)
    assert "Flere haller" in page.text
    (id,) = re.findall(r'name="note" value="([^"]+)"', page.text)
    words = {"title": "Flere haller", "theme": "traffic_safety", "realiser": "together", "note": id}
    assert client.post(f"{opened}/innspill", data={**words, "note": ""}).status_code == 404
    assert client.post(f"{opened}/innspill", data={k: v for k, v in words.items() if k != "note"}).status_code == 422
    made_input = client.post(f"{opened}/innspill", data=words).location
    assert "Flere haller" in client.get(made_input).text
    assert made_input.rsplit("/", 1)[1] in client.get(opened).text
    kept = client.post(f"{opened}/slett")
    assert kept.status_code == 409
    assert "arena_has_inputs" in kept.text
    empty = client.post(f"/plan/{made.slug}/arenaer/ny", data={"method": "committee", "title": "Avlyst"}).location
    assert client.post(f"{empty}/slett").location.endswith("/arenaer")
    assert client.get(empty).status_code == 404
    assert client.get(f"/plan/{made.slug}/arenaer").text.count("Idrett") == 1


def test_a_confidential_note_stays_inside(client: FlaskClient, store: Store) -> None:
    made, where = occasion(store, "services_meeting")
    signed_in(client)
    home = f"/plan/{made.slug}/arenaer/{where.id}"
    client.post(f"{home}/notat", data={"kind": "need", "text": "Om en familie", "confidential": "yes"})
    client.post(f"{home}/notat", data={"kind": "need", "text": "Om flere"})
    with store.reading() as db:
        secret, inside = (note.id for note in notes.of_arena(db, where))
    words = {"title": "Nei", "theme": "traffic_safety", "realiser": "together"}
    for id, code in ((secret, "note_confidential"), (inside, "note_internal")):
        refused = client.post(f"{home}/innspill", data={**words, "note": str(id)})
        assert refused.status_code == 409
        assert code in refused.text
    assert client.post(f"{home}/notat/{secret}/tilgang", data={"access": "open"}).status_code == 409
    assert client.post(f"{home}/notat/{inside}/tilgang", data={"access": "open"}).status_code == 302
    assert client.post(f"{home}/innspill", data={**words, "note": str(inside)}).status_code == 302
    table = client.get(f"{home}/notater.csv")
    assert "Om flere" in table.text
    assert "Om en familie" not in table.text


def test_comments_come_in_from_a_file_and_go_at_the_authors_wish(client: FlaskClient, store: Store) -> None:
    made, where = occasion(store, "social_media")
    signed_in(client)
    home = f"/plan/{made.slug}/arenaer/{where.id}"
    raw = "Navn;Dato;Kommentar\nKari Nordmann;1.11.2026;Vi mangler lys på stien\nOla;i går;Benk\nPer;1.11.2026;=1+1\n"
    raw += "Per;1.11.2026;+1 for benk\n"
    sent = {"source": "Med hjerte for Borgen", "file": (BytesIO(raw.encode("latin-1")), "kommentarer.csv")}
    page = client.post(f"{home}/kommentarer", data=sent)
    assert page.status_code == 200
    assert "Vi mangler lys på stien" in page.text
    assert "Kari" not in page.text
    assert "Med hjerte for Borgen" in page.text
    assert "=1+1" not in page.text
    assert "'+1 for benk" in client.get(f"{home}/notater.csv").text
    with store.reading() as db:
        first, _ = notes.of_arena(db, where)
    assert client.post(f"{home}/notat/{first.id}/slett").status_code == 302
    assert "Vi mangler lys" not in client.get(home).text
    wrong = client.post(f"{home}/kommentarer", data={"file": (BytesIO(b"navn;dato\nx;y"), "x.csv")})
    assert wrong.status_code == 422
    assert "text_column_missing" in wrong.text
    assert client.post(f"{home}/kommentarer", data={"pasted": "Lys\n\nBenk", "source": "Facebook"}).status_code == 200
    with store.reading() as db:
        assert len(notes.of_arena(db, where)) == 3


@pytest.mark.parametrize("path", ["", "/notat", "/mote", "/slett", "/innspill", "/kommentarer", "/ny-tilstand"])
def test_nobody_changes_an_arena_without_signing_in(client: FlaskClient, store: Store, path: str) -> None:
    made, where = occasion(store)
    assert client.post(f"/plan/{made.slug}/arenaer/{where.id}{path}", data={"state": "closed"}).status_code == 401


def test_minutes_keep_needs_apart_from_proposals_meeting_by_meeting(client: FlaskClient, store: Store) -> None:
    made, where = occasion(store, "focus_group")
    with store.writing() as db:
        said = [(2, "need", "Varme"), (1, "suggestion", "Hall"), (1, "need", "Plass"), (1, "need", "Mer plass")]
        for part, kind, text in said:
            notes.add(db, where, uuid4(), {"kind": kind, "text": text, "part": part}, now=a.NOW)
        secret = {"kind": "need", "text": "Om en familie", "confidential": True}
        notes.add(db, where, uuid4(), secret, now=a.NOW)
    signed_in(client)
    page = client.get(f"/plan/{made.slug}/arenaer/{where.id}/referat", headers={"Accept-Language": "en"}).text
    order = [
        page.index(word)
        for word in ("Meeting 1", "Need<", "Plass", "Mer plass", "Suggestion<", "Hall", "Meeting 2", "Varme")
    ]
    assert order == sorted(order)
    assert "Om en familie" not in page


def test_a_committee_reads_its_questions_and_answers_behind_a_link(client: FlaskClient, store: Store) -> None:
    made, _ = occasion(store)
    token = link(store, made, "committee")
    home = client.post(f"/vert/{token}/anledning", data={"title": "Ad hoc-utvalget"}).location
    code = re.findall(r"/notater/(\w{6})", client.get(home).text)[0]
    for kind, text in (("question", "Hva koster lyset?"), ("answer", "To hundre tusen.")):
        client.put(f"/notater/{code}/{uuid4()}", json={"kind": kind, "text": text, "part": 1})
    page = client.get(f"{home}/referat").text
    assert page.index("Hva koster lyset?") < page.index("To hundre tusen.")
    assert (
        client.get(f"/vert/{link(store, made, 'committee')}/anledning/{home.rsplit('/', 1)[1]}/referat").status_code
        == 404
    )


def test_a_photo_of_a_sheet_is_kept_once_without_its_position_and_for_staff_alone(
    client: FlaskClient, store: Store
) -> None:
    made, _ = occasion(store)
    token = link(store, made, "hosted_dinner")
    home = client.post(f"/vert/{token}/anledning", data={"title": "Hos Ali"}).location
    for _n in range(2):
        sent = {"photo": (BytesIO(pictures.from_a_phone()), "ark.jpg")}
        assert client.post(f"{home}/ark", data=sent).status_code == 302
    refused = client.post(f"{home}/ark", data={"photo": (BytesIO(b"%PDF-1.7"), "ark.pdf")})
    assert refused.status_code == 422
    assert "photo_type" in refused.text
    assert client.post(f"{home}/ark", data={}).status_code == 422
    desk = f"/plan/{made.slug}/arenaer/{home.rsplit('/', 1)[1]}"
    with store.reading() as db:
        (photo,) = db.scalars(select(SheetPhoto))
    assert client.get(f"{desk}/ark/{photo.id}").status_code == 302
    signed_in(client)
    shown = client.get(f"{desk}/ark/{photo.id}")
    assert shown.mimetype == "image/jpeg"
    assert b"Exif" not in shown.data
    assert str(photo.id) in client.get(desk).text
    assert client.post(f"{desk}/ark/{photo.id}/slett").status_code == 302
    assert client.get(f"{desk}/ark/{photo.id}").status_code == 404


def test_a_long_list_of_comments_is_taken_in_whole(client: FlaskClient, store: Store) -> None:
    made, where = occasion(store, "social_media")
    signed_in(client)
    raw = "tekst;dato\n" + "".join(f"Kommentar nummer {n} om lys på stien{'.' * 500};1.11.2026\n" for n in range(400))
    sent = {"source": "Facebook", "file": (BytesIO(raw.encode()), "kommentarer.csv")}
    assert client.post(f"/plan/{made.slug}/arenaer/{where.id}/kommentarer", data=sent).status_code == 200
    assert stored(store) == 400
    home, said = f"/plan/{made.slug}/arenaer/{where.id}", {"CONTENT_LENGTH": "2200000"}
    huge = client.post(f"{home}/kommentarer", data={"source": "Facebook"}, environ_overrides=said)
    assert huge.status_code == 413
    assert "file_too_large" in huge.text


def decoded(pdf: bytes) -> list[str]:
    """What the squares of a PDF's pages say, two cards on a page; a camera, too, looks from more than one distance."""
    found = [_read(page, card) for page in pypdfium2.PdfDocument(pdf) for card in (0, 1)]
    return [address for address in found if address]


def _read(page: pypdfium2.PdfPage, card: int) -> str:
    for scale in (3.0, 2.0, 4.0, 2.5, 3.5):
        picture = np.asarray(page.render(scale=scale).to_pil().convert("RGB"))
        right = np.array_split(np.array_split(picture, 2)[card], 2, axis=1)[1]
        for reader in (cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()):
            said = reader.detectAndDecode(np.ascontiguousarray(right))[0]
            if said:
                return str(said)
    return ""


def test_every_table_of_a_conference_has_a_card_that_opens_it(client: FlaskClient, store: Store) -> None:
    made, where = occasion(store)
    home = f"/plan/{made.slug}/arenaer/{where.id}"
    assert client.get(f"{home}/bordkort.pdf?bord=3").status_code == 302, "not signed in"
    assert f'action="{home}/bordkort.pdf"' in signed_in(client).get(home).text
    answer = client.get(f"{home}/bordkort.pdf?bord=3")
    assert answer.mimetype == "application/pdf"
    found = decoded(answer.data)
    assert found == [f"http://localhost/notater/{where.join_code}?part={n}" for n in (1, 2, 3)]
    for address in found:
        assert client.get(address).status_code == 200
    token = link(store, made, "conference")
    with store.writing() as db:
        own = occasions.open_by_host(db, arenas.host(db, token, a.NOW), title="Vår konferanse", now=a.NOW)
    cards = client.get(f"/vert/{token}/anledning/{own.id}/bordkort.pdf?bord=1")
    assert decoded(cards.data) == [f"http://localhost/notater/{own.join_code}?part=1"]
    assert (
        f'action="/vert/{token}/anledning/{own.id}/bordkort.pdf"'
        in client.get(f"/vert/{token}/anledning/{own.id}").text
    )


@pytest.mark.parametrize(("sprak", "word"), [("nb", "Bord 1"), ("nn", "Bord 1"), ("en", "Table 1"), ("", "Bord 1")])
def test_the_cards_speak_the_language_that_was_chosen(
    light: FlaskClient, embedded: Store, sprak: str, word: str
) -> None:
    made, where = occasion(embedded)
    answer = signed_in(light).get(f"/plan/{made.slug}/arenaer/{where.id}/bordkort.pdf?bord=1&sprak={sprak}")
    page = pypdfium2.PdfDocument(answer.data)[0]
    assert word in page.get_textpage().get_text_bounded()
    picture = np.asarray(page.render(scale=2.0).to_pil().convert("L"))
    assert above_the_address_is_paper(np.array_split(picture, 2)[0] < 128)
    assert "language=" not in answer.headers.get("Set-Cookie", ""), "the planner's own language stays"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 422, "number_out_of_range"),
        ("bord=0", 422, "number_out_of_range"),
        ("bord=201", 422, "number_out_of_range"),
        ("bord=mange", 422, "number_out_of_range"),
        ("bord=2&sprak=xx", 422, "value_unknown"),
    ],
)
def test_cards_that_cannot_be_made_are_refused(
    light: FlaskClient, embedded: Store, query: str, status: int, code: str
) -> None:
    made, where = occasion(embedded)
    answer = signed_in(light).get(f"/plan/{made.slug}/arenaer/{where.id}/bordkort.pdf?{query}")
    assert (answer.status_code, code in answer.text) == (status, True)


@pytest.mark.parametrize("method", ["hosted_dinner", "focus_group", "social_media"])
def test_where_nobody_sits_at_tables_there_are_no_cards(light: FlaskClient, embedded: Store, method: str) -> None:
    made, where = occasion(embedded, method)
    home = f"/plan/{made.slug}/arenaer/{where.id}"
    assert signed_in(light).get(f"{home}/bordkort.pdf?bord=1").status_code == 404
    assert "bordkort" not in light.get(home).text
