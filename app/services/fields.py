"""Fields as people fill them: text, whole numbers, figures, days; each refusal names its field."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from app.errors import Invalid


def text(value: str, field: str, most: int) -> str:
    """In one line. Raises Invalid: field_missing, text_too_long."""
    value = " ".join(value.split())
    if not value:
        raise Invalid("field_missing", field=field)
    if len(value) > most:
        raise Invalid("text_too_long", field=field, most=most)
    return value


def whole(value: Any, field: str, low: int, high: int) -> int:
    """A number, or the digits of one. Raises Invalid: number_out_of_range."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Invalid("number_out_of_range", field=field, low=low, high=high)
    return value


def number(value: str, field: str) -> float:
    """``1 234,5`` as well as ``1234.5``. Raises Invalid: number_unreadable."""
    try:
        found = float("".join(value.split()).replace("−", "-").replace(",", "."))
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Invalid("number_unreadable", field=field, given=value[:20])
    return found


def day(value: str, field: str) -> date:
    """As a date field sends it, ``2016-02-29``. Raises Invalid: field_missing, day_unreadable."""
    if not value.strip():
        raise Invalid("field_missing", field=field)
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise Invalid("day_unreadable", field=field, given=value[:20]) from None
