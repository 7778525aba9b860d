"""Comments from social media: a file or a pasted list becomes notes with source and day, and never a name."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from app.errors import Invalid, Refusal, TooLarge
from app.model import Arena
from app.services import methods, notes

MOST_BYTES = 2_000_000
MOST_ROWS = 5_000
FORMULA = ("=", "+", "-", "@", "\t")
COLUMNS = {
    "text": ("text", "tekst", "kommentar", "comment", "innspill", "message"),
    "said_on": ("dato", "date", "dag", "day", "said_on"),
    "source": ("kilde", "kjelde", "source", "kanal", "channel"),
    "kind": ("type", "slag", "kind"),
}


@dataclass(frozen=True)
class Report:
    """Rows that became notes, that had come before, and that were refused with the line they stand on; columns that
    were not read, a profile's name among them; rows whose text begins like a formula and was taken as text.
    """

    taken: int
    known: int
    refused: list[tuple[int, Refusal]]
    left_out: list[str]
    formulas: int


def read(raw: bytes) -> list[list[str]]:
    """Rows of a CSV file in UTF-8 or Latin-1, with semicolons, commas or tabs. Raises Invalid, TooLarge."""
    if len(raw) > MOST_BYTES:
        raise TooLarge("file_too_large", field="file", file="CSV", most=MOST_BYTES // 1_000_000)
    if b"\0" in raw:
        raise Invalid("csv_unreadable", field="file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    first = text.split("\n", 1)[0]
    separator = max(";,\t", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise Invalid("csv_unreadable", field="file") from error
    if len(rows) > MOST_ROWS + 1:
        raise TooLarge("too_many_rows", field="file", most=MOST_ROWS)
    return rows


def bring_in(db: Session, arena: Arena, raw: bytes, *, source: str, now: datetime) -> Report:
    """Each row of the file as a note; the same row again is known. Raises Invalid where no column holds the text."""
    rows = read(raw)
    header = [cell.strip().casefold() for cell in rows[0]] if rows else []
    places = {
        field: next((header.index(name) for name in names if name in header), None) for field, names in COLUMNS.items()
    }
    if places["text"] is None:
        raise Invalid(
            "text_column_missing", field="file", found=", ".join(header[:12]), wanted=", ".join(COLUMNS["text"])
        )
    read_too = {at for at in places.values() if at is not None}
    return _taken(
        db,
        arena,
        [
            {field: row[at].strip() for field, at in places.items() if at is not None and at < len(row)}
            for row in rows[1:]
        ],
        [name for at, name in enumerate(rows[0]) if at not in read_too],
        source,
        now,
    )


def paste(db: Session, arena: Arena, text: str, *, source: str, said_on: str, now: datetime) -> Report:
    """Each paragraph of a pasted text as a note."""
    said = [" ".join(part.split()) for part in text.replace("\r", "").split("\n\n")]
    return _taken(db, arena, [{"text": part, "said_on": said_on} for part in said if part], [], source, now)


def _taken(
    db: Session, arena: Arena, rows: list[dict[str, str]], left_out: list[str], source: str, now: datetime
) -> Report:
    taken = known = formulas = 0
    refused: list[tuple[int, Refusal]] = []
    kinds = methods.of(arena.method).notes
    for line, row in enumerate(rows, 2):
        said: dict[str, Any] = {name: value for name, value in row.items() if value}
        said |= {"kind": said.get("kind", kinds[0]), "said_on": _day(said.get("said_on", ""))}
        said["source"] = said.get("source") or source
        try:
            created = _note(db, arena, said, now)
        except Refusal as refusal:
            refused.append((line, refusal))
            continue
        taken, known = taken + created, known + (not created)
        formulas += said["text"].startswith(FORMULA)
    return Report(taken, known, refused, left_out, formulas)


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


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    """Rows as CSV that a spreadsheet opens with its letters whole and no cell as a formula."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["text"], delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return ("\ufeff" + text.getvalue()).encode()


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
