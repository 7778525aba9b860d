"""Fields as people fill them: lines, prose, one of several words, numbers, days; each refusal names its field."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from app.errors import Invalid


def line(value: str, field: str, most: int) -> str:
    """In one line. Raises Invalid: field_missing, text_too_long."""
    value = " ".join(value.split())
    if not value:
        raise Invalid("field_missing", field=field)
    if len(value) > most:
        raise Invalid("text_too_long", field=field, most=most)
    return value


def prose(value: Any, field: str, most: int, *, required: bool = False) -> str | None:
    """In composed form, with its line breaks and no other control signs; None for nothing. Raises Invalid: not_text,
    field_missing, text_too_long.
    """
    if value is not None and not isinstance(value, str):
        raise Invalid("not_text", field=field)
    try:
        (value or "").encode("utf-8")
    except UnicodeEncodeError as error:
        raise Invalid("not_text", field=field) from error
    composed = unicodedata.normalize("NFC", value or "")
    kept = "".join(c for c in composed if c == "\n" or unicodedata.category(c) != "Cc").strip()
    if required and not kept:
        raise Invalid("field_missing", field=field)
    if len(kept) > most:
        raise Invalid("text_too_long", field=field, most=most)
    return kept or None


def one_of(said: Mapping[str, Any], field: str, offered: Iterable[str], *, required: bool = False) -> str | None:
    """The word under that name, None for none. Raises Invalid: field_missing, value_unknown."""
    value = said.get(field)
    if value is None or value == "":
        if required:
            raise Invalid("field_missing", field=field)
        return None
    words = tuple(offered)
    if not isinstance(value, str) or value not in words:
        raise Invalid("value_unknown", field=field, offered=", ".join(words))
    return value


def chosen(value: str, field: str, offered: Iterable[str]) -> str:
    """A word that must be one of these. Raises Invalid: field_missing, value_unknown."""
    return one_of({field: value}, field, offered, required=True) or ""


def whole(value: Any, field: str, low: int, high: int, *, refusal: str = "number_out_of_range") -> int:
    """A number, or the digits of one. Raises Invalid with the code ``refusal``."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value.strip()) < 12:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Invalid(refusal, field=field, low=low, high=high)
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


def day(value: Any, field: str, *, latest: date | None = None) -> date | None:
    """As a date field sends it, ``2016-02-29``; None for nothing. Raises Invalid: day_unreadable, day_to_come."""
    if value is None or value == "":
        return None
    try:
        found = date.fromisoformat(value.strip())
    except (AttributeError, ValueError):
        raise Invalid("day_unreadable", field=field, given=str(value)[:20]) from None
    if latest is not None and found > latest:
        raise Invalid("day_to_come", field=field)
    return found


def needed_day(value: str, field: str) -> date:
    """As ``day``; nothing is refused too: field_missing."""
    found = day(value.strip(), field)
    if found is None:
        raise Invalid("field_missing", field=field)
    return found
