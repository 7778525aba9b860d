"""Comments from social media: a file or a pasted list becomes notes with source and day, and never a name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from app.errors import Invalid, Refusal
from app.model import Arena
from app.services import methods, notes, sheets

COLUMNS = {
    "text": ("text", "tekst", "kommentar", "comment", "innspill", "message"),
    "said_on": ("dato", "date", "dag", "day", "said_on"),
    "source": ("kilde", "kjelde", "source", "kanal", "channel"),
    "kind": ("type", "slag", "kind"),
}


@dataclass(frozen=True)
class Report:
    """Rows that became notes, that had come before, and that were refused with the row they stand on; columns that were
    not read, a profile's name among them.
    """

    taken: int
    known: int
    refused: list[tuple[int, Refusal]]
    left_out: list[str]


def bring_in(db: Session, arena: Arena, raw: bytes, called: str, *, source: str, now: datetime) -> Report:
    """Each row of a spreadsheet as a note; the same row again is known. Raises what ``sheets.read`` does, and Invalid
    where no column holds the text.
    """
    sheet = sheets.read(raw, called)
    names = {column.casefold(): column for column in sheet.columns}
    places = {
        field: next((names[name] for name in offered if name in names), None) for field, offered in COLUMNS.items()
    }
    if places["text"] is None:
        found, wanted = ", ".join(sheet.columns[:12]), ", ".join(COLUMNS["text"])
        raise Invalid("text_column_missing", field="file", found=found, wanted=wanted)
    rows = [
        (number, {field: row[column] for field, column in places.items() if column}, places["text"] in formulas)
        for number, row, formulas in zip(sheet.numbers, sheet.rows, sheet.formulas, strict=True)
    ]
    return _taken(db, arena, rows, [name for name in sheet.columns if name not in places.values()], source, now)


def paste(db: Session, arena: Arena, text: str, *, source: str, said_on: str, now: datetime) -> Report:
    """Each paragraph of a pasted text as a note."""
    said = [" ".join(part.split()) for part in text.replace("\r", "").split("\n\n")]
    rows = [(number, {"text": part, "said_on": said_on}, False) for number, part in enumerate(filter(None, said), 1)]
    return _taken(db, arena, rows, [], source, now)


def _taken(
    db: Session,
    arena: Arena,
    rows: list[tuple[int, dict[str, str], bool]],
    left_out: list[str],
    source: str,
    now: datetime,
) -> Report:
    """``rows``: the number of each, what it says, and whether its text is a formula."""
    taken = known = 0
    refused: list[tuple[int, Refusal]] = []
    kinds = methods.of(arena.method).notes
    for number, row, formula in rows:
        said: dict[str, Any] = {name: value for name, value in row.items() if value}
        said |= {"kind": said.get("kind", kinds[0]), "said_on": _day(said.get("said_on", ""))}
        said["source"] = said.get("source") or source
        try:
            if formula:
                raise Invalid("cell_formula", field="text")
            created = _note(db, arena, said, now)
        except Refusal as refusal:
            refused.append((number, refusal))
        else:
            taken, known = taken + created, known + (not created)
    return Report(taken, known, refused, left_out)


def _note(db: Session, arena: Arena, said: dict[str, Any], now: datetime) -> bool:
    """Its id is made of what it says: the same file again makes nothing new, nor brings back what was removed."""
    mark = hashlib.sha256(
        "\x1f".join(str(said.get(name, "")) for name in ("text", "source", "said_on")).encode()
    ).hexdigest()
    id = uuid5(UUID(int=arena.id.int), mark)
    if notes.known(db, id):
        return False
    return notes.add(db, arena, id, said, now=now).created


def _day(text: str) -> str:
    """ISO; a Norwegian 24.11.2026 turned round."""
    parts = text.split(".")
    if len(parts) == 3 and all(part.isdigit() for part in parts):
        return f"{parts[2]:0>4}-{parts[1]:0>2}-{parts[0]:0>2}"
    return text[:10]
