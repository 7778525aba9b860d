"""Indicators: figures as people write them, replaced not doubled, told with their change, never about too few."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import Conflict, Invalid, NotFound
from app.model import Process
from app.services import indicators
from app.store import Session, Store
from tests import builders as a


def settled(db: Session) -> tuple[Process, Any]:
    process = a.process(db, minimum_people=5)
    return process, indicators.add(
        db, process, name="Trygg på vei hjem", unit="%", source="Ungdata 2024", story="«Det er mørkt.»", now=a.NOW
    )


def put(db: Session, process: Process, row: Any, **more: Any) -> Any:
    asked = {"place": "Borgen", "own": True, "year": "2015", "value": "61,5", **more}
    return indicators.measure(db, process, row.id, **asked)


@pytest.mark.parametrize(
    ("written", "value"),
    [("61,5", 61.5), ("61.5", 61.5), ("1 234", 1234.0), ("1\u00a0234,5", 1234.5), ("−3", -3.0), ("0", 0.0)],
)
def test_numbers_are_read_as_people_write_them(store: Store, written: str, value: float) -> None:
    with store.writing() as db:
        process, row = settled(db)
        assert put(db, process, row, value=written).value == value


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"value": "mange"}, "number_unreadable", "value"),
        ({"value": "nan"}, "number_unreadable", "value"),
        ({"value": "1e999"}, "number_unreadable", "value"),
        ({"year": "15"}, "number_out_of_range", "year"),
        ({"year": "i fjor"}, "number_out_of_range", "year"),
        ({"people": "-1"}, "number_out_of_range", "people"),
        ({"place": "  "}, "field_missing", "place"),
        ({"place": "x" * 81}, "text_too_long", "place"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    store: Store, wrong: dict[str, str], code: str, field: str
) -> None:
    with store.writing() as db:
        process, row = settled(db)
        put(db, process, row)
        with pytest.raises(Invalid) as refused:
            put(db, process, row, **wrong)
        assert (refused.value.code, refused.value.field) == (code, field)
        (card,) = indicators.cards(db, process)
        assert card.latest == {"Borgen": (2015, 61.5)}


def test_the_same_place_and_year_is_replaced(store: Store) -> None:
    with store.writing() as db:
        process, row = settled(db)
        put(db, process, row)
        put(db, process, row, value="70")
        (card,) = indicators.cards(db, process)
        assert (card.years, card.latest) == ([2015], {"Borgen": (2015, 70.0)})


def test_a_card_has_its_own_place_first_every_year_and_the_change(store: Store) -> None:
    with store.writing() as db:
        process, row = settled(db)
        for place, own, year, value in (
            ("Asker", False, "2015", "80"),
            ("Borgen", True, "2015", "61,5"),
            ("Borgen", True, "2024", "74"),
            ("Norge", False, "2024", "85"),
        ):
            put(db, process, row, place=place, own=own, year=year, value=value)
        (card,) = indicators.cards(db, process)
    assert list(card.rows) == ["Borgen", "Asker", "Norge"]
    told = {place: [cell and cell.value for cell in cells] for place, cells in card.rows.items()}
    assert told == {"Borgen": [61.5, 74.0], "Asker": [80.0, None], "Norge": [None, 85.0]}
    assert card.change == 12.5
    assert card.own == {"Borgen"}


def test_a_value_about_too_few_people_is_told_to_nobody(store: Store) -> None:
    with store.writing() as db:
        process, row = settled(db)
        put(db, process, row, year="2015", people="4")
        put(db, process, row, year="2024", people="5")
        indicators.publish(db, process, row.id, True)
        for public in (False, True):
            (card,) = indicators.cards(db, process, public=public)
            assert [cell and cell.value for cell in card.rows["Borgen"]] == [None, 61.5]
            assert card.change is None


def test_only_what_is_shown_to_everyone_is_public(store: Store) -> None:
    with store.writing() as db:
        process, row = settled(db)
        assert indicators.cards(db, process, public=True) == []
        indicators.publish(db, process, row.id, True)
        assert [card.indicator.name for card in indicators.cards(db, process, public=True)] == ["Trygg på vei hjem"]
        indicators.publish(db, process, row.id, False)
        assert indicators.cards(db, process, public=True) == []


def test_a_name_is_taken_once_and_another_process_has_its_own(store: Store) -> None:
    with store.writing() as db:
        process, row = settled(db)
        with pytest.raises(Conflict, match="already_taken"):
            indicators.add(db, process, name=" Trygg  på vei hjem ", unit="%", source="SSB", now=a.NOW)
        other = a.process(db, slug="andre")
        indicators.add(db, other, name="Trygg på vei hjem", unit="%", source="SSB", now=a.NOW)
        with pytest.raises(NotFound):
            indicators.measure(db, other, row.id, place="X", own=True, year="2015", value="1")
        value = put(db, process, row)
        with pytest.raises(NotFound):
            indicators.remove(db, other, value.id)
        indicators.remove(db, process, value.id)
        assert indicators.cards(db, process)[0].years == []
