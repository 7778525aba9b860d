from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.services import fields


@given(st.integers(-(10**6), 10**6), st.sampled_from([",", "."]), st.integers(0, 99))
def test_a_figure_is_read_with_comma_or_point_and_spaces(whole: int, mark: str, hundredths: int) -> None:
    written = f"{whole:,}".replace(",", "\u202f") + f"{mark}{hundredths:02}"
    assert fields.number(written, "value") == float(f"{whole}.{hundredths:02}")


@given(st.text(max_size=30))
def test_any_text_is_taken_in_one_line_or_refused_by_its_field(value: str) -> None:
    wanted = " ".join(value.split())
    if 1 <= len(wanted) <= 20:
        assert fields.line(value, "title", 20) == wanted
        return
    with pytest.raises(Invalid) as refused:
        fields.line(value, "title", 20)
    assert (refused.value.code, refused.value.field) == ("text_too_long" if wanted else "field_missing", "title")


@pytest.mark.parametrize("value", ["", "٣", "1.0", 1.0, True, None, "-1", "11"])
def test_what_is_no_whole_number_within_bounds_is_refused(value: object) -> None:
    with pytest.raises(Invalid, match="number_out_of_range"):
        fields.whole(value, "dots", 0, 10)


def test_days_are_days_of_the_calendar() -> None:
    assert fields.needed_day(" 2016-02-29 ", "due_on") == date(2016, 2, 29)
    for value, code in (("2015-02-29", "day_unreadable"), ("29.02.2016", "day_unreadable"), (" ", "field_missing")):
        with pytest.raises(Invalid, match=code):
            fields.needed_day(value, "due_on")
