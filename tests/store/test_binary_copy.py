from __future__ import annotations

import struct
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from app.store import binary_copy

TYPES = {"number": pa.int64(), "on": pa.date32(), "id": pa.string(), "text": pa.string(), "shape": pa.binary()}
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.dates(date(1900, 1, 1), date(2200, 1, 1)),
        st.none() | st.uuids(),
        st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        st.none() | st.binary(max_size=40),
    ),
    max_size=12,
)


def sent(value: Any, width: int = 8) -> bytes:
    if value is None:
        return struct.pack(">i", -1)
    if isinstance(value, int):
        content = value.to_bytes(width, "big", signed=True)
    elif isinstance(value, date):
        content = ((value - date(2000, 1, 1)) // timedelta(days=1)).to_bytes(4, "big", signed=True)
    else:
        content = value.bytes if isinstance(value, UUID) else value.encode() if isinstance(value, str) else value
    return struct.pack(">i", len(content)) + content


@given(ROWS)
def test_what_was_sent_is_what_is_found(rows: list[tuple[Any, ...]]) -> None:
    block = HEADER + b"".join(struct.pack(">h", 5) + b"".join(map(sent, row)) for row in rows) + struct.pack(">h", -1)
    found = binary_copy.arrays(block, TYPES, frozenset({"id"}))
    assert list(found) == list(TYPES)
    for array, type in zip(found.values(), TYPES.values(), strict=True):
        array.validate(full=True)
        assert array.type == type
    turned = zip(*(array.to_pylist() for array in found.values()), strict=True)
    assert list(turned) == [(*row[:2], row[2] and str(row[2]), *row[3:]) for row in rows]


@given(st.lists(st.none() | st.integers(-(2**15), 2**15 - 1), max_size=20))
def test_narrow_numbers_keep_their_sign(numbers: list[int | None]) -> None:
    block = b"".join(struct.pack(">h", 1) + sent(number, 2) for number in numbers)
    assert binary_copy.arrays(block, {"n": pa.int64()}, frozenset())["n"].to_pylist() == numbers
