"""The teacher's pages: what they show, to whom, in which language; streams; and the way back for a lost device."""

from __future__ import annotations

import json
import re
import threading
import time
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from app.model import Arena, Contribution, Participant, Process
from app.services import arenas, moderation
from app.store import Store
from app.web import live
from app.web.streams import STREAMS, Live
from tests import builders as a
from tests.conftest import Clock
from tests.web.test_pages import BOKMAL, ENGLISH, NYNORSK, page, visible

WAY = a.along((-2000, 40), (-1200, 300), (-600, 100), (0, 0))
PLACE = {"kind": "place", "group": "activity", "category": "play"}


@pytest.fixture
def room(store: Store) -> dict[str, str]:
    """A class with a pupil who wrote something, and the addresses of its teacher's pages."""
    return furnished(store)


@pytest.fixture
def light_room(embedded: Store) -> dict[str, str]:
    return furnished(embedded)


def furnished(store: Store) -> dict[str, str]:
    with store.writing() as db:
        made = a.process(db)
        by, token = a.host(db, made)
        where = a.school_class(db, by)
        who = a.pupil(db, where)
        said = a.place(db, who, a.at(200, 200), comment="<b>en benk</b>", own_name="hulen")
        a.place(db, who, a.at(200, 260), group="bad", category="mean")
        a.route(db, who, WAY)
        code = str(where.join_code)
    base = f"/vert/{token}/klasse/{where.id}"
    return {
        "start": f"/vert/{token}/",
        "class": base,
        "pupils": f"{base}/elever",
        "work": f"{base}/arbeid",
        "held": f"{base}/arbeid?vis=holdt",
        "slips": f"{base}/lapper",
        "names": f"{base}/dyrenavn",
        "figures": f"{base}/tall",
        "stream": f"{base}/strom",
        "wall": f"/tavle/{code}",
        "lesson plan": "/undervisning",
        "key": f"{base}/elev/{who.participant_id}/ny-nokkel",
        "code": code,
        "said": str(said),
        "alias": who.alias,
        "token": token,
    }


PAGES = ("start", "class", "work", "held", "slips", "names", "wall", "lesson plan")


@pytest.mark.parametrize("name", PAGES)
def test_no_teachers_page_mixes_languages(light: FlaskClient, light_room: dict[str, str], name: str) -> None:
    for language, foreign in (("nb", (ENGLISH, NYNORSK)), ("nn", (ENGLISH, BOKMAL)), ("en", (BOKMAL, NYNORSK))):
        html = page(light, light_room[name], language)
        assert f'<html lang="{language}"' in html
        said = visible(html).replace("Skolen", "")
        for other in foreign:
            assert not other.findall(said), (language, other.findall(said))


@pytest.mark.parametrize("name", PAGES)
def test_what_a_child_wrote_is_text_on_every_teachers_page(
    light: FlaskClient, light_room: dict[str, str], name: str
) -> None:
    assert "<b>en benk" not in page(light, light_room[name])


@pytest.mark.parametrize(
    "name", [name for name in PAGES if name not in ("wall", "lesson plan")] + ["pupils", "figures"]
)
def test_a_link_that_is_not_valid_opens_none_of_it(light: FlaskClient, light_room: dict[str, str], name: str) -> None:
    path = light_room[name].replace(light_room["token"], "somebody-else")
    assert light.get(path, headers={"Accept": "text/html"}).status_code == 401


@pytest.mark.parametrize("name", ["class", "pupils", "work", "slips", "names", "figures", "stream"])
def test_another_teachers_class_does_not_exist(light: FlaskClient, embedded: Store, name: str) -> None:
    here = furnished(embedded)
    with embedded.writing() as db:
        made = a.process(db, "annen")
        _, token = a.host(db, made, "Annen skole")
    assert light.get(here[name].replace(here["token"], token)).status_code == 404
    for path, data in ((f"{here['work']}/{here['said']}", {"verdict": "hide"}), (here["key"], {})):
        assert light.post(path.replace(here["token"], token), data=data).status_code == 404


def test_no_teachers_page_says_where_anything_is(light: FlaskClient, light_room: dict[str, str]) -> None:
    for name in ("class", "pupils", "work", "names", "figures"):
        text = light.get(light_room[name]).get_data(as_text=True)
        assert not re.search(r"\b1[01]\.\d{3,}|\b59\.\d{3,}", text), name


# The class


def test_a_class_says_whether_it_is_practice_and_how_pupils_start(client: FlaskClient, store: Store) -> None:
    here = furnished(store)
    for form, practice, guided in (
        ({"practice": "yes", "way": "free"}, True, False),
        ({"way": "guided"}, False, True),
        ({}, False, True),
    ):
        answer = client.post(here["start"], data={"school": "Skolen", "grade": "4", "group_name": "4A", **form})
        assert answer.status_code == 302
        with store.reading() as db:
            found = db.scalars(select(Arena).where(Arena.grade == 4)).all()
            assert any(one.practice is practice and one.allows["guided"] is guided for one in found)
            assert all(one.allows["kinds"] == ["route", "place"] for one in found)


def test_the_start_page_keeps_what_was_chosen_when_something_is_missing(
    light: FlaskClient, light_room: dict[str, str]
) -> None:
    form = {"school": "Skolen", "grade": "", "group_name": "4A", "practice": "yes", "way": "free"}
    text = light.post(light_room["start"], data=form).get_data(as_text=True)
    assert re.search(r'value="free" checked', text)
    assert re.search(r'name="practice" value="yes"[^>]*checked', text)


def test_beginning_for_real_is_one_button_that_asks_once(client: FlaskClient, store: Store) -> None:
    here = furnished(store)
    client.post(here["start"], data={"school": "S", "grade": "4", "group_name": "Ø", "practice": "yes"})
    with store.reading() as db:
        (arena,) = db.scalars(select(Arena).where(Arena.practice)).all()
    base = f"/vert/{here['token']}/klasse/{arena.id}"
    joined = client.post("/api/v1/join", json={"code": arena.join_code}).get_json()
    assert joined["arena"]["practice"] is True
    head = {"Authorization": f"Bearer {joined['token']}"}
    assert client.get("/api/v1/me", headers=head).status_code == 200
    assert "Øving" in page(client, base)
    assert 'id="ask-real"' in page(client, base)
    assert client.post(f"{base}/pa-ordentlig").status_code == 302
    assert 'id="ask-real"' not in page(client, base)
    refused = client.get("/api/v1/me", headers=head)
    assert (refused.status_code, refused.get_json()["code"]) == (401, "practice_over")
    body = {"type": "Feature", "geometry": a.wire(a.at(10, 10)), "properties": PLACE}
    late = client.put(f"/api/v1/contributions/{uuid4()}", json=body, headers=head)
    assert late.get_json()["code"] == "practice_over"
    assert client.post("/api/v1/join", json={"code": arena.join_code}).get_json()["arena"]["practice"] is False


# The list


def test_what_needs_an_adult_comes_first(light: FlaskClient, light_room: dict[str, str]) -> None:
    text = page(light, light_room["work"])
    assert text.index("noen er slemme") < text.index("en benk") < text.index("data-id", text.index("en benk"))
    assert page(light, light_room["held"]).count("data-id") == 2


def test_hiding_is_undone_from_the_same_page(client: FlaskClient, room: dict[str, str], store: Store) -> None:
    path = f"{room['work']}/{room['said']}"
    answer = client.post(path, data={"verdict": "hide", "alias": "rev"})
    assert "skjult=" in answer.location
    assert "alias=rev" in answer.location
    text = page(client, answer.location)
    assert "undo-bar" in text
    assert state_of(store, room["said"]) == "hidden"
    client.post(path, data={"verdict": "put_back"})
    assert state_of(store, room["said"]) == "pending"
    text = page(client, room["work"])
    assert text.count("læreren") == 2
    client.post(path, data={"verdict": "erase"})
    assert state_of(store, room["said"]) == "erased"
    assert "en benk" not in page(client, room["work"])
    assert client.post(path, data={"verdict": "hide"}).status_code == 404
    assert client.post(path, data={"verdict": "release"}).status_code == 404


def state_of(store: Store, id: str) -> str:
    with store.reading() as db:
        return next(state for key, state in db.execute(select(Contribution.id, Contribution.state)) if str(key) == id)


@pytest.mark.parametrize(
    "typed", ["blå rev 7", "blå  REV 7", "BLUE FOX 7", "blue.fox.7", "blå rev", "fox 7", "rev", "7", "bl re 7"]
)
def test_a_pupil_is_found_by_animal_name_in_any_language(light: FlaskClient, embedded: Store, typed: str) -> None:
    here = named(embedded, "blue.fox.7", "blue.fox.17", "green.bear.3")
    text = visible(page(light, f"{here['work']}?alias={typed}", "nn"))
    assert "blå rev 7" in text
    assert "grøn bjørn 3" not in text


@pytest.mark.parametrize("typed", ["gul rev 7", "rev 70", "🦊", "' OR 1=1 --", "%"])
def test_nobody_is_found_who_is_not_there(light: FlaskClient, embedded: Store, typed: str) -> None:
    here = named(embedded, "blue.fox.7")
    answer = light.get(here["work"], query_string={"alias": typed})
    assert answer.status_code == 200
    assert "Ingen i denne klassen" in answer.get_data(as_text=True)


def named(store: Store, *aliases: str) -> dict[str, str]:
    here = furnished(store)
    with store.writing() as db:
        arena = db.scalars(select(Arena).where(Arena.join_code == here["code"])).one()
        for alias in aliases:
            who = a.pupil(db, arena)
            db.get_one(Participant, who.participant_id).alias = alias
    return here


# A tablet died


def test_a_lost_pupil_types_a_one_time_code_and_goes_on(client: FlaskClient, room: dict[str, str]) -> None:
    joined = client.post("/api/v1/join", json={"code": room["code"]}).get_json()
    old = {"Authorization": f"Bearer {joined['token']}"}
    body = {"type": "Feature", "geometry": a.wire(a.at(10, 10)), "properties": PLACE}
    assert client.put(f"/api/v1/contributions/{uuid4()}", json=body, headers=old).status_code == 201
    button = r'action="([^"]+ny-nokkel)"[^<]*<[^<]*<[^<]*aria-label="[^"]*' + joined["alias"]
    (path,) = re.findall(button, pupils(client, room))
    text = page_of(client.post(path))
    code = re.findall(r'class="big-code" aria-label="([^"]+)"', text)[0].replace(" ", "")
    assert len(code) == 8
    assert client.get("/api/v1/me", headers=old).status_code == 200
    back = client.post("/api/v1/join", json={"code": f"{code[:4]} {code[4:]}".lower()})
    assert back.status_code == 201
    found = back.get_json()
    assert (found["alias"], found["returning"]) == (joined["alias"], True)
    assert found["arena"]["id"] == joined["arena"]["id"]
    new = {"Authorization": f"Bearer {found['token']}"}
    assert len(client.get("/api/v1/contributions", headers=new).get_json()["features"]) == 1
    assert client.get("/api/v1/me", headers=old).get_json()["code"] == "token_unknown"
    assert client.post("/api/v1/join", json={"code": code}).get_json()["code"] == "code_unknown"


def pupils(client: FlaskClient, room: dict[str, str]) -> str:
    return client.get(room["pupils"]).get_data(as_text=True)


def page_of(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def test_a_one_time_code_is_not_kept_by_anyone_on_the_way(light: FlaskClient, light_room: dict[str, str]) -> None:
    answer = light.post(light_room["key"])
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.status_code == 200


def test_a_one_time_code_is_over_after_a_quarter_of_an_hour(
    light: FlaskClient, light_room: dict[str, str], clock: Clock
) -> None:
    text = page_of(light.post(light_room["key"]))
    code = re.findall(r'class="big-code" aria-label="([^"]+)"', text)[0].replace(" ", "")
    clock.now += timedelta(minutes=15)
    assert light.post("/api/v1/join", json={"code": code}).get_json()["code"] == "code_unknown"


def test_guessing_one_time_codes_is_slowed_down(light: FlaskClient, light_room: dict[str, str]) -> None:
    answers = [light.post("/api/v1/join", json={"code": "BBBBBBBB"}).status_code for _ in range(62)]
    assert answers[0] == 404
    assert answers[-1] == 429


def test_a_pupil_of_a_class_that_is_not_mine_gets_no_key_from_me(
    light: FlaskClient, light_room: dict[str, str]
) -> None:
    path = re.sub(r"elev/[^/]+", f"elev/{uuid4()}", light_room["key"])
    assert light.post(path).status_code == 404


# Sheets


def test_there_are_as_many_slips_as_asked_for(light: FlaskClient, light_room: dict[str, str]) -> None:
    for asked, made in (("7", 7), ("0", 1), ("400", 40), ("x", 24), ("", 24)):
        text = page(light, f"{light_room['slips']}?antall={asked}")
        assert text.count('class="slip"') == made
    assert f"{light_room['code'][:3]} {light_room['code'][3:]}" in text
    assert "Dyrenavnet mitt:" in text


def test_the_sheet_of_animal_names_has_no_other_names(light: FlaskClient, light_room: dict[str, str]) -> None:
    text = page(light, light_room["names"])
    assert "en benk" not in text
    assert "hulen" not in text
    assert len(re.findall(r"<th scope=\"row\">", text)) == 1


def test_the_lesson_plan_is_forty_five_minutes_and_three_lessons(light: FlaskClient) -> None:
    text = page(light, "/undervisning")
    spans = [(int(x), int(y)) for x, y in re.findall(r'class="minutes">(\d+)–(\d+)', text)]
    assert spans[0][0] == 0
    assert spans[-1][1] == 45
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    for code in ("SAF1-03", "NOR1-05", "NAT1-03"):
        assert code in text
    assert "bundet" in text


# The wall and the streams


def test_the_wall_shows_code_and_figures_and_nothing_private(client: FlaskClient, room: dict[str, str]) -> None:
    html = page(client, room["wall"])
    assert room["token"] not in html
    assert "/vert/" not in html
    text = visible(html)
    for private in ("benk", "hulen", "rev", "Holdt tilbake"):
        assert private not in text
    told = client.get(f"{room['wall']}/tall").get_json()
    assert set(told) == {"joined", "finished", "routes", "places", "held", "people", "state", "practice"}
    assert client.get("/tavle/XXXXXX").status_code == 404


def events(answer: Any, count: int) -> list[dict[str, Any]]:
    found = []
    for chunk in answer.response:
        text = chunk.decode() if isinstance(chunk, bytes) else chunk
        found += [json.loads(line[6:]) for line in text.split("\n") if line.startswith("data: ")]
        if len(found) >= count:
            break
    answer.close()
    return found


@pytest.mark.parametrize("name", ["stream", "wall"])
def test_a_stream_tells_every_change(client: FlaskClient, room: dict[str, str], name: str) -> None:
    path = room["stream"] if name == "stream" else f"{room['wall']}/strom"
    answer = client.get(path, buffered=False)
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["X-Accel-Buffering"] == "no"
    pupil = client.application.test_client()
    threading.Timer(0.3, lambda: pupil.post("/api/v1/join", json={"code": room["code"]})).start()
    told = events(answer, 2)
    assert [one["joined"] for one in told] == [1, 2]
    assert told[0]["held"] == 2


def test_the_boards_of_a_worker_leave_threads_for_the_pupils(client: FlaskClient, room: dict[str, str]) -> None:
    """More boards than places get 204 and poll; a place that is given back is taken again."""
    held = [client.get(room["stream"], buffered=False) for _ in range(STREAMS)]
    assert [answer.status_code for answer in held] == [200] * STREAMS
    assert client.get(room["stream"]).status_code == 204
    assert client.get(room["figures"]).status_code == 200
    held[0].close()
    again = client.get(room["stream"], buffered=False)
    assert again.status_code == 200
    for answer in (*held, again):
        answer.close()


def test_a_stream_ends_by_itself(client: FlaskClient, room: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "STREAM_SECONDS", 1.5)
    started = time.monotonic()
    text = client.get(room["stream"]).get_data(as_text=True)
    assert time.monotonic() - started < 4
    assert text.startswith("retry:")
    assert text.count("data:") == 1


def test_however_many_look_a_class_is_asked_once_a_second() -> None:
    asked = []
    shared = Live()
    key = uuid4()

    def read() -> dict[str, Any]:
        asked.append(1)
        return {"joined": len(asked)}

    threads = [threading.Thread(target=lambda: shared.figures(key, read)) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


def test_a_board_is_counted_in_one_statement(light_app: Flask, embedded: Store) -> None:
    here = furnished(embedded)
    with embedded.reading() as db:
        arena = db.scalars(select(Arena).where(Arena.join_code == here["code"])).one()
        said: list[str] = []
        event.listen(embedded.engine, "before_cursor_execute", lambda *args: said.append(args[2]))
        board = arenas.board_of(db, arena.id)
    assert (board.joined, board.routes, board.places, board.held) == (1, 1, 2, 2)
    assert len([one for one in said if one.startswith("SELECT")]) == 1


@pytest.mark.rule(48)
def test_rule_48_lists_print_on_a4(light: FlaskClient) -> None:
    """Dates, numbers and sheets print on A4: the sheets' style says so and hides what is for the screen."""
    html = page(light, "/undervisning")
    style = light.get(re.findall(r'href="([^"]+teacher\.css)"', html)[0]).get_data(as_text=True)
    printed = style[style.index("@media print") :]
    assert "size: A4" in printed
    assert ".on-screen" in printed


@pytest.mark.rule(50)
def test_rule_50_a_teacher_is_told_what_happened_the_next_step_and_a_code(
    light: FlaskClient, light_room: dict[str, str], embedded: Store
) -> None:
    with embedded.writing() as db:
        made = db.scalars(select(Process)).one()
        moderation.decide(db, a.officer(db), made, UUID(light_room["said"]), "hidden", now=a.NOW)
    answer = light.post(
        f"{light_room['work']}/{light_room['said']}",
        data={"verdict": "put_back"},
        headers={"Accept": "text/html", "Accept-Language": "nn"},
    )
    assert answer.status_code == 403
    text = visible(answer.get_data(as_text=True))
    assert "Kommunen har skjult dette." in text
    assert "Spør kommunen" in text
    assert "hidden_by_staff" in answer.get_data(as_text=True)
