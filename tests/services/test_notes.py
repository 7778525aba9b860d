"""What is said in arenas: nothing lost or doubled, nobody named or counted twice, nothing confidential let out."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.errors import Closed, Conflict, Invalid, NotAllowed, NotFound, Refusal, TooLarge
from app.model import Arena, ArenaNote, HeadTap, Process
from app.model.arena import METHODS
from app.model.note import NOTE_KINDS
from app.services import (
    arenas,
    comments,
    erasure,
    heads,
    methods,
    note_inputs,
    notes,
    occasions,
    processes,
    roadmap,
    word_counts,
)
from app.services.actors import Officer
from app.store import Session, Store
from tests import builders as a

WORDS = {"title": "Lys på stien", "theme": "traffic_safety", "realiser": "together"}


def occasion(store: Store, method: str = "conference") -> tuple[Process, Arena, Officer]:
    with store.writing() as db:
        made = a.process(db)
        where = occasions.open_by_staff(db, made, title="Nærmiljøkonferansen", method=method, now=a.NOW)
        return made, where, a.officer(db)


def say(db: Session, where: Arena, text: str = "Lys på stien til skolen", **said: Any) -> UUID:
    id = said.pop("id", None) or uuid4()
    kind = said.pop("kind", methods.of(where.method).notes[0])
    notes.put(db, where, id, {"kind": kind, "text": text, **said}, now=a.NOW)
    return UUID(str(id))


def test_the_table_of_methods_has_every_method_and_says_only_what_the_model_knows() -> None:
    assert tuple(methods.table()) == METHODS
    for method in methods.table().values():
        assert set(method.notes) <= set(NOTE_KINDS)
        assert method.counts in ("once", "meetings", "taps", "joined", "ballots")
        assert method.part in (None, "table", "meeting")
        assert bool(method.notes) != bool(method.allows["kinds"]) or method.name == "workshop", "people draw or talk"
        assert {each.kind for each in method.asks} <= {"text", "number", "yes", "choice"}


def test_a_note_is_stored_once_however_often_it_is_sent(store: Store) -> None:
    _, where, _ = occasion(store)
    id, said = uuid4(), {"kind": "quality", "text": " Marka rett utenfor døra ", "part": 7}
    with store.writing() as db:
        first = notes.put(db, where, id, said, now=a.NOW)
        again = notes.put(db, where, id, said, now=a.NOW + timedelta(minutes=1))
        assert (first.created, again.created) == (True, False)
        assert (again.note.text, again.note.part, again.note.changed_at) == ("Marka rett utenfor døra", 7, a.NOW)
        changed = notes.put(db, where, id, {**said, "text": "Marka"}, now=a.NOW, revision=2)
        late = notes.put(db, where, id, {**said, "text": "gammel"}, now=a.NOW, revision=1)
        assert (changed.note.text, late.note.text) == ("Marka", "Marka")
        assert db.scalar(select(func.count()).select_from(ArenaNote)) == 1


def test_the_same_note_from_many_threads_at_once_is_one(store: Store) -> None:
    _, where, _ = occasion(store)
    ids = [uuid4() for _ in range(10)]

    def send(id: UUID) -> None:
        with store.writing() as db:
            say(db, where, id=id)

    with ThreadPoolExecutor(8) as at_once:
        list(at_once.map(send, ids * 3))
    with store.reading() as db:
        assert {note.id for note in notes.of_arena(db, where)} == set(ids)
        assert db.scalar(select(func.count()).select_from(ArenaNote)) == 10


def test_nobody_changes_a_note_of_another_arena(store: Store) -> None:
    made, where, _ = occasion(store)
    with store.writing() as db:
        id = say(db, where)
        other = occasions.open_by_staff(db, made, title="En annen", method="focus_group", now=a.NOW)
        with pytest.raises(NotAllowed):
            notes.put(db, other, id, {"kind": "need", "text": "Nytt"}, now=a.NOW, revision=2)
        with pytest.raises(NotFound):
            notes.erase(db, other, id, a.NOW)


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"kind": "quality"}, "field_missing", "text"),
        ({"text": "Lys"}, "field_missing", "kind"),
        ({"kind": "answer", "text": "Lys"}, "value_unknown", "kind"),
        ({"kind": "quality", "text": "x" * 2001}, "text_too_long", "text"),
        ({"kind": "quality", "text": 7}, "not_text", "text"),
        ({"kind": "quality", "text": "Lys", "part": 0}, "number_out_of_range", "note_part"),
        ({"kind": "quality", "text": "Lys", "part": "x"}, "number_out_of_range", "note_part"),
        ({"kind": "quality", "text": "Lys", "name": "Kari"}, "field_unknown", "name"),
        ({"kind": "quality", "text": "Lys", "theme": "ukjent"}, "value_unknown", "theme"),
        ({"kind": "quality", "text": "Lys", "said_on": "i går"}, "day_unreadable", "said_on"),
        ({"kind": "quality", "text": "Lys", "said_on": "2999-01-01"}, "day_to_come", "said_on"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(store: Store, said: dict[str, Any], code: str, field: str) -> None:
    _, where, _ = occasion(store)
    with store.writing() as db, pytest.raises(Invalid) as refused:
        notes.put(db, where, uuid4(), said, now=a.NOW)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_closed_arena_takes_nothing_new_but_knows_what_it_has(store: Store) -> None:
    _, where, planner = occasion(store)
    with store.writing() as db:
        id = say(db, where)
        arenas.change_state(db, planner, where, "closed", a.NOW)
        where = db.get_one(Arena, where.id)
        assert not notes.put(db, where, id, {"kind": "quality", "text": "Lys"}, now=a.NOW).created
        with pytest.raises(Closed):
            say(db, where)
        notes.add(db, where, uuid4(), {"kind": "quality", "text": "Fra veggen"}, now=a.NOW)


def test_a_removed_note_leaves_no_word_and_no_device_brings_it_back(store: Store) -> None:
    _, where, _ = occasion(store, "social_media")
    with store.writing() as db:
        id = say(db, where, source="Facebook", said_on="2026-11-01", place="Skolen")
        notes.erase(db, where, id, a.NOW)
        row = db.scalar(select(ArenaNote).where(ArenaNote.id == id))
        assert row is not None
        assert row.deleted
        assert (row.text, row.source, row.place, row.theme, row.said_on) == (None, None, None, None, None)
        notes.put(db, where, id, {"kind": "suggestion", "text": "igjen"}, now=a.NOW, revision=99)
        assert notes.of_arena(db, where) == []
        with pytest.raises(NotFound):
            notes.find(db, where, id)


def test_a_device_takes_back_its_own_note_and_may_undo_that(store: Store) -> None:
    _, where, _ = occasion(store)
    with store.writing() as db:
        id = say(db, where)
        notes.erase(db, where, id, a.NOW, revision=2)
        notes.erase(db, where, id, a.NOW, revision=2)
        assert notes.of_arena(db, where) == []
        notes.put(db, where, id, {"kind": "quality", "text": "Likevel"}, now=a.NOW, revision=3)
        assert [note.text for note in notes.of_arena(db, where)] == ["Likevel"]


def test_a_confidential_note_never_becomes_an_input_and_never_stops_being_one(store: Store) -> None:
    made, where, planner = occasion(store)
    with store.writing() as db:
        secret, plain = say(db, where, confidential=True), say(db, where)
        notes.put(db, where, secret, {"kind": "quality", "text": "Igjen", "confidential": False}, now=a.NOW, revision=2)
        with pytest.raises(Conflict) as refused:
            notes.open_up(db, where, secret, "open")
        assert refused.value.code == "note_confidential"
        with pytest.raises(Conflict) as refused:
            note_inputs.make(db, planner, made, [plain, secret], **WORDS, now=a.NOW)
        assert refused.value.code == "note_confidential"
        assert notes.find(db, where, secret).access == "confidential"
        assert roadmap.inputs(db, made) == []
        assert word_counts.of([notes.find(db, where, secret)]) == []


def test_what_services_say_is_internal_until_staff_open_it(store: Store) -> None:
    made, where, planner = occasion(store, "services_meeting")
    with store.writing() as db:
        id = say(db, where)
        assert notes.find(db, where, id).access == "internal"
        with pytest.raises(Conflict) as refused:
            note_inputs.make(db, planner, made, [id], **WORDS, now=a.NOW)
        assert refused.value.code == "note_internal"
        notes.open_up(db, where, id, "open")
        notes.put(db, where, id, {"kind": "need", "text": "Rettet"}, now=a.NOW, revision=2)
        assert notes.find(db, where, id).access == "open", "what staff decided outlives a correction"
        assert note_inputs.make(db, planner, made, [id], **WORDS, now=a.NOW).kind == "challenge"


def test_an_input_of_notes_counts_the_people_of_each_arena_once(store: Store) -> None:
    made, one, planner = occasion(store)
    with store.writing() as db:
        one = db.get_one(Arena, one.id)
        other = occasions.open_by_staff(db, made, title="Gjestebud hos Ali", method="hosted_dinner", now=a.NOW)
        occasions.describe(db, one, {"head_count": "139", "head_count_method": "counted"}, staff=True)
        occasions.describe(db, other, {"head_count": "8", "head_count_method": "counted"}, staff=True)
        ids = [say(db, one, part=table) for table in (1, 2, 3)] + [say(db, other, place="Skolen")]
        found = note_inputs.make(db, planner, made, ids, **WORDS, now=a.NOW)
        assert roadmap.figures(db, made)[found.id] == (147, 4)
        assert found.kind == "quality"
        assert found.location is not None
        assert found.location.within(made.area)
        assert found.text == "\n".join(["Lys på stien til skolen"] * 4)
        assert notes.inputs_of(db, one) == {key: [found.public_id] for key in ids[:3]}
        notes.erase(db, one, ids[0], a.NOW)
        assert roadmap.figures(db, made)[found.id] == (147, 3)


def test_whoever_drew_in_an_arena_that_is_evidence_counts_once(store: Store) -> None:
    made, _, planner = occasion(store)
    with store.writing() as db:
        drawn, other = a.arena(db, made), a.arena(db, made, "5B")
        a.crowd(db, drawn, a.at(0, 0), 6)
        a.crowd(db, other, a.at(0, 0), 5)
        from app.model import Contribution

        sources = [{"contribution_id": id} for id in db.scalars(select(Contribution.id))] + [{"arena_id": drawn.id}]
        found = roadmap.from_arenas(db, planner, made, None, sources, kind="quality", **WORDS, now=a.NOW)
        assert roadmap.figures(db, made)[found.id][0] == 11


def test_an_input_needs_notes_that_are_there(store: Store) -> None:
    made, where, planner = occasion(store)
    with store.writing() as db:
        for ids, kind in (([], Invalid), ([uuid4()], NotFound), ([say(db, where), uuid4()], NotFound)):
            with pytest.raises(kind):
                note_inputs.make(db, planner, made, ids, **WORDS, now=a.NOW)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=4))
def test_who_comes_to_two_meetings_counts_once(embedded: Store, series: list[tuple[int, int]]) -> None:
    """Against the slow way: names on a list for each meeting."""
    everybody: set[int] = set()
    with embedded.writing() as db:
        made = a.process(db, slug=f"p{uuid4().hex[:8]}", prefix=uuid4().hex[:6].upper())
        where = occasions.open_by_staff(db, made, title="Idrett", method="focus_group", now=a.NOW)
        for number, (new, old) in enumerate(series, 1):
            old = min(old, len(everybody))
            there = set(list(everybody)[:old]) | set(range(len(everybody), len(everybody) + new))
            came_again = len(there & everybody)
            everybody |= there
            occasions.meet(
                db,
                where,
                number=str(number),
                held_on="2026-11-01",
                present=str(len(there)),
                seen_before=str(came_again),
            )
        found = heads.of_process(db, made)[where.id]
        assert found.people == len(everybody)
        assert found.visits == sum(row.present for row in occasions.meetings(db, where))


def test_more_cannot_have_come_again_than_had_come(store: Store) -> None:
    made, where, _ = occasion(store, "focus_group")
    with store.writing() as db:
        occasions.meet(db, where, number="1", held_on="", present="7", seen_before="")
        for present, again in (("9", "8"), ("3", "4")):
            with pytest.raises(Invalid) as refused:
                occasions.meet(db, where, number="2", held_on="", present=present, seen_before=again)
            assert refused.value.code == "more_returned_than_came"
        occasions.meet(db, where, number="2", held_on="", present="6", seen_before="5")
        occasions.meet(db, where, number="2", held_on="", present="6", seen_before="4")
        assert heads.of_process(db, made)[where.id].people == 9
        with pytest.raises(Invalid):
            occasions.meet(db, where, number="3", held_on="", present="", seen_before="")


def test_taps_count_visits_and_the_busiest_day_counts_people(store: Store) -> None:
    made, where, _ = occasion(store, "open_centre")
    days = {"2026-11-20": [1, 1, 1, -1], "2026-11-21": [1, 1, 1, 1, 1], "2026-11-22": [-1]}
    with store.writing() as db:
        for day, taps in days.items():
            for change in taps:
                id = uuid4()
                assert notes.tap(db, where, id, change, day, a.NOW)
                assert not notes.tap(db, where, id, change, day, a.NOW)
        assert notes.tap(db, where, uuid4(), 1, "2999-01-01", a.NOW), "a clock that runs ahead is put right"
        assert list(heads.by_day(db, where).values()) == [2, 5, 0, 1]
        assert heads.of_process(db, made)[where.id] == heads.Heads(5, 8, "taps")
        for wrong in (2, 0, True, "1", None):
            with pytest.raises(Invalid):
                notes.tap(db, where, uuid4(), wrong, "2026-11-20", a.NOW)
        conference = occasions.open_by_staff(db, made, title="Konferanse", method="conference", now=a.NOW)
        with pytest.raises(Closed):
            notes.tap(db, conference, uuid4(), 1, "2026-11-20", a.NOW)
        assert db.scalar(select(func.count()).select_from(HeadTap)) == 11


def test_a_dinner_is_refunded_up_to_the_limit_and_only_staff_say_so(store: Store) -> None:
    _made, where, _ = occasion(store, "hosted_dinner")
    with store.writing() as db:
        where = db.get_one(Arena, where.id)
        occasions.describe(db, where, {"refund_kr": "1000", "refund_state": "paid"}, staff=False)
        assert where.details == {"refund_kr": 1000}
        for wrong in ("1001", "-1", "999,50", "1e3"):
            with pytest.raises(Invalid) as refused:
                occasions.describe(db, where, {"refund_kr": wrong}, staff=False)
            assert (refused.value.code, refused.value.field) == ("refund_over_limit", "refund_kr")
        occasions.describe(db, where, {"refund_state": "approved"}, staff=True)
        assert where.details == {"refund_kr": 1000, "refund_state": "approved"}
        occasions.describe(db, where, {"refund_kr": ""}, staff=False)
    with store.reading() as db:
        assert db.get_one(Arena, where.id).details == {"refund_state": "approved"}


def test_an_arena_that_something_rests_on_is_not_deleted(store: Store) -> None:
    made, where, planner = occasion(store)
    with store.writing() as db:
        note_inputs.make(db, planner, made, [say(db, where)], **WORDS, now=a.NOW)
        with pytest.raises(Conflict) as refused:
            occasions.delete(db, where)
        assert refused.value.code == "arena_has_inputs"
        drawn = a.arena(db, made)
        a.place(db, a.pupil(db, drawn), a.at(0, 0))
        with pytest.raises(Conflict) as refused:
            occasions.delete(db, drawn)
        assert refused.value.code == "arena_has_contributions"
        empty = occasions.open_by_staff(db, made, title="Avlyst", method="focus_group", now=a.NOW)
        say(db, empty, kind="need")
        occasions.delete(db, empty)
        assert {row.id for row in arenas.in_process(db, made)} == {where.id, drawn.id}


def test_a_host_opens_what_its_link_is_for_and_nothing_else(store: Store) -> None:
    made, _, _ = occasion(store)
    with store.writing() as db:
        for method in ("hosted_dinner", "services_meeting"):
            token = arenas.create_host_link(db, made, label="Ali", method=method, now=a.NOW)
            by = arenas.host(db, token, a.NOW)
            if methods.of(method).hosted:
                assert occasions.open_by_host(db, by, title="Hos Ali", now=a.NOW).method == method
            else:
                with pytest.raises(NotAllowed):
                    occasions.open_by_host(db, by, title="Soneledere", now=a.NOW)


def test_a_host_link_used_twice_at_once_opens_one_occasion(store: Store) -> None:
    made, _, _ = occasion(store)
    with store.writing() as db:
        token = arenas.create_host_link(db, made, label="Ali", method="hosted_dinner", now=a.NOW)

    def press(_: int) -> UUID:
        with store.writing() as db:
            return occasions.open_by_host(db, arenas.host(db, token, a.NOW), title="Hos Ali", now=a.NOW).id

    with ThreadPoolExecutor(4) as at_once:
        assert len(set(at_once.map(press, range(8)))) == 1


LATIN = (
    'Navn;Dato;Kommentar\r\nKari Nordmann;24.11.2026;Vi mangler lys på stien\r\n\r\nOla;1.11.2026;=HYPERLINK("x")\r\n'
)


def test_a_latin_1_file_with_semicolons_and_a_formula_comes_in_without_names(store: Store) -> None:
    _, where, _ = occasion(store, "social_media")
    now = a.NOW + timedelta(days=30)
    with store.writing() as db:
        found = comments.bring_in(db, where, LATIN.encode("latin-1"), "k.csv", source="Med hjerte for Borgen", now=now)
        assert (found.taken, found.known) == (1, 0)
        assert [(row, refusal.code) for row, refusal in found.refused] == [(4, "cell_formula")]
        assert found.left_out == ["Navn"]
        rows = notes.of_arena(db, where)
        assert [(row.text, str(row.said_on)) for row in rows] == [("Vi mangler lys på stien", "2026-11-24")]
        assert {row.source for row in rows} == {"Med hjerte for Borgen"}
        assert "Kari" not in str([vars(row) for row in rows])
        again = comments.bring_in(db, where, LATIN.encode("latin-1"), "k.csv", source="Med hjerte for Borgen", now=now)
        assert (again.taken, again.known) == (0, 1)
        notes.erase(db, where, rows[0].id, now)
        comments.bring_in(db, where, LATIN.encode("latin-1"), "k.csv", source="Med hjerte for Borgen", now=now)
        assert notes.of_arena(db, where) == [], "what an author wanted gone stays gone"


def test_rows_that_cannot_be_used_are_named_and_the_others_come_in(store: Store) -> None:
    _, where, _ = occasion(store, "social_media")
    raw = "text,date,type\nLys,2026-11-01,\n,2026-11-01,\nBenk,31.02.2026,\nSti,,ros\nGjerde,,quality\n".encode(
        "utf-8-sig"
    )
    with store.writing() as db:
        found = comments.bring_in(db, where, raw, "k.csv", source="Facebook", now=a.NOW)
        assert found.taken == 2
        assert [(line, refusal.code) for line, refusal in found.refused] == [
            (3, "field_missing"),
            (4, "day_unreadable"),
            (5, "value_unknown"),
        ]


@pytest.mark.parametrize(
    ("raw", "kind", "code"),
    [
        (b"navn;dato\nKari;1.1.2026", Invalid, "text_column_missing"),
        (b"", Invalid, "sheet_empty"),
        (b"PK\x03\x04\x00\x00", Invalid, "sheet_empty"),
        (b"text\n" + b"x\n" * 5_002, TooLarge, "sheet_too_large"),
        (b"x" * 2_000_001, TooLarge, "file_too_large"),
    ],
)
def test_a_file_that_is_no_list_of_comments_is_refused(
    store: Store, raw: bytes, kind: type[Refusal], code: str
) -> None:
    _, where, _ = occasion(store, "social_media")
    with store.writing() as db, pytest.raises(kind) as refused:
        comments.bring_in(db, where, raw, "k.csv", source="", now=a.NOW)
    assert refused.value.code == code


def test_a_pasted_text_is_a_note_for_each_paragraph(store: Store) -> None:
    _, where, _ = occasion(store, "social_media")
    with store.writing() as db:
        pasted = "Vi trenger\nen benk.\r\n\r\n\r\nOg lys.\n"
        assert comments.paste(db, where, pasted, source="Facebook", said_on="2026-11-01", now=a.NOW).taken == 2
        assert [row.text for row in notes.of_arena(db, where)] == ["Vi trenger en benk.", "Og lys."]


@given(st.lists(st.text("lys benk sti æøå-,.1 ", max_size=30), max_size=12))
def test_the_words_of_a_cloud_are_counted_once_a_note(texts: list[str]) -> None:
    rows = [ArenaNote(text=text, access="open") for text in texts]
    slow: Counter[str] = Counter()
    for text in texts:
        cut = "".join(sign if sign.isalpha() or sign == "-" else " " for sign in text)
        words = {word for word in cut.split() if "-" not in word}
        slow.update(word for word in words if len(word) >= 3 and word not in word_counts.silent())
    found = {word: count for word, count in word_counts.of(rows, 1000) if "-" not in word}
    for word, count in slow.items():
        assert found[word] >= count


def test_themes_of_a_process_are_those_of_its_catalogue(store: Store) -> None:
    made, where, _ = occasion(store)
    with store.writing() as db:
        theme = next(iter(processes.catalogue(db, made.id)["theme"]))
        for _ in range(2):
            say(db, where, theme=theme)
        say(db, where, theme=theme, confidential=True)
        assert word_counts.themes(notes.of_arena(db, where)) == [(theme, 2)]


def test_past_the_retention_date_no_note_has_a_word_left(store: Store) -> None:
    made, where, _ = occasion(store)
    with store.writing() as db:
        say(db, where, place="Skolen")
        here = db.get_one(Process, made.id)
        here.retention = a.NOW.date() - timedelta(days=1)
        erasure.forget_expired(db, here, a.NOW)
        (row,) = db.scalars(select(ArenaNote))
        db.refresh(row)
        assert (row.text, row.place, row.deleted) == (None, None, True)
        assert notes.of_arena(db, where) == []
