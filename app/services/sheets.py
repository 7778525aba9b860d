"""Rows of a spreadsheet: CSV as Norwegian offices save it and XLSX in, CSV out. No formula is ever worked out."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import Any

import openpyxl

from app.errors import Invalid, TooLarge

SUFFIXES = (".csv", ".xlsx")
MOST_BYTES = 2_000_000
MOST_UNPACKED = 30_000_000
MOST_ROWS = 5_000
MOST_COLUMNS = 60
DELIMITERS = ";,\t"
LOOKED_AT = 20
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class Sheet:
    """Text by column, row by row; ``numbers`` are the rows' numbers in the file, from 1, and ``formulas`` the columns
    of a row that hold a formula, of which nothing is kept.
    """

    columns: list[str]
    rows: list[dict[str, str]]
    numbers: list[int]
    formulas: list[frozenset[str]]


def read(body: bytes, called: str) -> Sheet:
    """The first table of a file. What stands above the row of names is passed over; a name that is missing (merged
    cells) or comes again is the one before it with a number.

    Raises Invalid: file_type, sheet_unreadable, sheet_empty, zip_unsafe; TooLarge: file_too_large, sheet_too_large.
    """
    called = PurePath(called.replace("\\", "/")).name
    if len(body) > MOST_BYTES:
        raise TooLarge("file_too_large", field="file", file=called, most=MOST_BYTES // 1_000_000)
    suffix = PurePath(called).suffix.lower()
    if suffix not in SUFFIXES:
        raise Invalid("file_type", field="file", file=called, wanted=", ".join(SUFFIXES))
    lines = enumerate(_xlsx(body, called) if suffix == ".xlsx" else _csv(body, called), 1)
    filled = [(number, cells) for number, cells in lines if any(text for text, _ in cells)]
    first = next((at for at, (_, cells) in enumerate(filled) if sum(bool(text) for text, _ in cells) > 1), 0)
    if len(filled) < first + 2:
        raise Invalid("sheet_empty", field="file", file=called)
    if len(filled) - first - 1 > MOST_ROWS:
        raise TooLarge("sheet_too_large", field="file", file=called, most=MOST_ROWS)
    width = max(_width(cells) for _, cells in filled[first:])
    columns = _names([*(text for text, _ in filled[first][1]), *[""] * width][:width])
    return _sheet(columns, filled[first + 1 :])


def written(columns: list[str], rows: Iterable[Iterable[object]]) -> bytes:
    """CSV for spreadsheets: semicolons, UTF-8 with its mark, and no cell that would be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(column) for column in columns])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return codecs.BOM_UTF8 + out.getvalue().encode()


def harmless(cell: object) -> object:
    """A text that begins as a formula does gets an apostrophe before it; numbers stay."""
    if isinstance(cell, str) and cell.lstrip(" \n").startswith(DANGEROUS):
        return f"'{cell}"
    return "" if cell is None else cell


_Line = list[tuple[str, bool]]


def _sheet(columns: list[str], lines: list[tuple[int, _Line]]) -> Sheet:
    rows, formulas = [], []
    for _, cells in lines:
        padded = [*cells, *[("", False)] * (len(columns) - len(cells))]
        rows.append({name: text for name, (text, _) in zip(columns, padded, strict=False)})
        formulas.append(frozenset(name for name, (_, formula) in zip(columns, padded, strict=False) if formula))
    return Sheet(columns, rows, [number for number, _ in lines], formulas)


def _width(cells: _Line) -> int:
    return max((at for at, (text, _) in enumerate(cells, 1) if text), default=0)


def _names(header: list[str]) -> list[str]:
    found: list[str] = []
    left = ""
    for name in header[:MOST_COLUMNS]:
        left = name or left or "–"
        again = sum(each == left or each.startswith(f"{left} (") for each in found)
        found.append(f"{left} ({again + 1})" if again else left)
    return found


def _clean(text: str) -> tuple[str, bool]:
    """A cell's text as it is kept, and whether it is a formula."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\x00", "")).strip()
    return (text, False) if not text.startswith("=") else ("=", True)


def _csv(body: bytes, called: str) -> Iterator[_Line]:
    text = _decoded(body)
    try:
        delimiter = max(DELIMITERS, key=lambda each: _usual_width(text, each))
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [_clean(cell) for cell in row]
    except csv.Error as error:
        raise Invalid("sheet_unreadable", field="file", file=called) from error


def _usual_width(text: str, delimiter: str) -> int:
    """The median number of cells in the first rows; commas in what people said make rows of all widths."""
    rows = islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), LOOKED_AT)
    widths = sorted(len(row) for row in rows if row)
    return widths[len(widths) // 2] if widths else 0


def _decoded(body: bytes) -> str:
    """UTF-8 or UTF-16 with their marks, UTF-8, else what Windows calls Latin 1."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _xlsx(body: bytes, called: str) -> Iterator[_Line]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(each.file_size for each in archive.infolist()) > MOST_UNPACKED:
                raise Invalid("zip_unsafe", field="file", file=called)
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True)
        rows = book.worksheets[0].iter_rows(max_col=MOST_COLUMNS)
        for row in islice(rows, 2 * MOST_ROWS):
            yield [_cell(cell) for cell in row]
        book.close()
    except UNREADABLE as error:
        raise Invalid("sheet_unreadable", field="file", file=called) from error


def _cell(cell: Any) -> tuple[str, bool]:
    value = cell.value
    if value is None:
        return "", False
    if cell.data_type == "f":
        return "=", True
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _clean(str(value))
