"""Another way of travelling from here on: checked as it comes, and cut together with the line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.errors import Invalid
from gis import stretches
from gis.crs import WGS84, project

MOST = 8


def checked(value: Any, offered: Iterable[str]) -> list[stretches.Change]:
    """``[{"from": fraction, "mode": code}, …]`` as growing fractions between 0 and 1. Raises Invalid."""
    if value is None:
        return []
    known = list(offered)
    if not isinstance(value, list) or len(value) > MOST:
        raise Invalid("stretches_not_usable", field="modes", most=MOST)
    found = [_change(each, known) for each in value]
    if any(b[0] <= a[0] for a, b in zip([(0.0, ""), *found], found, strict=False)):
        raise Invalid("stretches_not_usable", field="modes", most=MOST)
    return found


def after_masking(
    drawn: Any, stored: Any, mode: str, changes: list[stretches.Change], epsg: int
) -> tuple[str, list[dict[str, Any]] | None]:
    """Mode and modes as they may be stored beside the stored line (both lines in WGS 84)."""
    if not changes or stored is None:
        return mode, None
    first, kept = stretches.kept(project(drawn, WGS84, epsg), project(stored, WGS84, epsg), mode, changes)
    return first, [{"from": fraction, "mode": word} for fraction, word in kept] or None


def _change(value: Any, known: list[str]) -> stretches.Change:
    if not isinstance(value, dict) or set(value) != {"from", "mode"}:
        raise Invalid("stretches_not_usable", field="modes", most=MOST)
    start, mode = value["from"], value["mode"]
    if not isinstance(start, int | float) or isinstance(start, bool) or not 0 < start < 1:
        raise Invalid("stretches_not_usable", field="modes", most=MOST)
    if not isinstance(mode, str) or mode not in known:
        raise Invalid("value_unknown", field="modes", offered=", ".join(known))
    return float(start), mode
