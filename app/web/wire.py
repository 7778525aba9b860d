"""The wire format: JSON in, strictly; GeoJSON Features and plain mappings out."""

from __future__ import annotations

import json
from typing import Any, NoReturn
from uuid import UUID

from flask import request

from app.errors import Invalid
from app.model import Arena, CatalogueEntry, Process
from app.services import arenas
from gis.geojson import feature, plain


def read_object() -> dict[str, Any]:
    """The JSON object in the body. NaN and Infinity are not JSON. Raises Invalid("not_json")."""
    try:
        value = json.loads(request.get_data(cache=False), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Invalid("not_json") from error
    if not isinstance(value, dict):
        raise Invalid("not_json")
    return value


def read_feature() -> tuple[Any, dict[str, Any], int | None]:
    """Geometry, properties and the device's ``revision`` (None from devices that do not count) of the Feature in the
    body.
    """
    value = read_object()
    properties = value.get("properties")
    if value.get("type") != "Feature" or not isinstance(properties, dict):
        raise Invalid("not_json")
    return value.get("geometry"), properties, read_revision(value.get("revision"))


def read_revision(value: Any) -> int | None:
    """Raises Invalid for what is no count."""
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 31:
        raise Invalid("value_unknown", field="revision", offered="0, 1, 2 …")
    return value


def read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid("value_unknown", field="id", offered="UUID") from error


WORDS = (
    "kind",
    "group",
    "category",
    "feeling",
    "mode",
    "modes",
    "preferred_mode",
    "company",
    "season",
    "frequency",
    "own_name",
    "comment",
    "source",
)


def contribution(row: Any) -> dict[str, Any]:
    """A participant's own contribution as it is stored: the geometry is the masked one, or None if nothing was left."""
    properties = {name: getattr(row, name) for name in WORDS if getattr(row, name) is not None}
    properties |= {
        "state": row.state,
        "received_at": row.changed_at.isoformat(timespec="seconds"),
        "short_id": short_id(row.id),
    }
    found = dict(feature(row.geometry, properties, id=str(row.id)))
    return found if row.revision is None else {**found, "revision": row.revision}


def short_id(id: UUID) -> str:
    """What a child can read out to a teacher."""
    return id.hex[:6].upper()


def catalogue(
    entries: dict[str, dict[str, CatalogueEntry]], language: str, audience: str | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Groups of ``{"code", "icon", "word"}`` in the order shown, for ``audience`` what it is offered; and
    ``"sensitive": true`` where an adult is told.
    """
    return {
        group: [
            _entry(entry, _word(entry, language, audience))
            for entry in found.values()
            if audience is None or entry.audience in (None, audience)
        ]
        for group, found in entries.items()
    }


def _entry(entry: CatalogueEntry, word: str) -> dict[str, Any]:
    return {"code": entry.code, "icon": entry.icon, "word": word} | ({"sensitive": True} if entry.sensitive else {})


def _word(entry: CatalogueEntry, language: str, audience: str | None) -> str:
    words = (entry.adult_words if audience == "residents" else None) or entry.words
    return str(words.get(language) or words["nb"])


def audience(row: Arena) -> str:
    """Whose words an arena speaks."""
    return "residents" if arenas.for_residents(row) else "children"


def arena(row: Arena, process: Process) -> dict[str, Any]:
    """What a participant's device needs to know of its arena."""
    return {
        "id": str(row.id),
        "title": row.title,
        "state": row.state,
        "allows": row.allows,
        "practice": row.practice,
        "largest_group": arenas.largest_group(row),
        "process": {"title": process.title, "demo": process.demo},
        "location": plain(row.location),
    }


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
