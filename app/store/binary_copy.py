"""What PostgreSQL's COPY sends in binary, as Arrow arrays: no text in between, no object for a value.

(PostgreSQL, COPY, "Binary Format": a header; for each row a count of fields, for each field its length, -1 for NULL,
and its bytes, those of numbers with the highest first; at the end the count -1.)
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numba import njit

_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER = len(_SIGNATURE) + 8
_FIRST_DAY = 10_957
_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)


def arrays(block: bytes, types: Mapping[str, pa.DataType], ids: frozenset[str]) -> dict[str, pa.Array]:
    """Whole rows of a COPY as columns by name: whole numbers, dates, text and bytes. Those named in ``ids`` are UUIDs
    and become text.
    """
    data = np.frombuffer(block, np.uint8)
    starts, lengths = _fields(data, _HEADER if block.startswith(_SIGNATURE) else 0, len(types))
    return {
        name: _array(data, starts[nth], lengths[nth], type, name in ids)
        for nth, (name, type) in enumerate(types.items())
    }


def _array(data: np.ndarray, starts: np.ndarray, lengths: np.ndarray, type: pa.DataType, is_id: bool) -> pa.Array:
    null = lengths < 0
    if not pa.types.is_integer(type) and not pa.types.is_date(type):
        offsets, content = _texts(data, starts, lengths) if is_id else _contents(data, starts, lengths)
        valid = pa.py_buffer(np.packbits(~null, bitorder="little")) if null.any() else None
        return pa.Array.from_buffers(type, len(starts), [valid, pa.py_buffer(offsets), pa.py_buffer(content)])
    numbers = _numbers(data, starts, lengths)
    if pa.types.is_date(type):
        return pa.array((numbers + _FIRST_DAY).astype(np.int32), pa.int32(), mask=null).cast(type)
    return pa.array(numbers, type, mask=null)


@njit(cache=True, nogil=True)
def _number(data: np.ndarray, at: int, length: int) -> int:
    found = np.int64(-1 if length and data[at] & 128 else 0)
    for nth in range(length):
        found = found << 8 | np.int64(data[at + nth])
    return int(found)


@njit(cache=True, nogil=True)
def _fields(data: np.ndarray, at: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the fields of each column begin, and how long they are: (columns, rows)."""
    rows, here = 0, at
    while here < len(data) and _number(data, here, 2) == width:
        here += 2
        for _ in range(width):
            here += 4 + max(_number(data, here, 4), 0)
        rows += 1
    starts, lengths = np.empty((width, rows), np.int64), np.empty((width, rows), np.int64)
    for row in range(rows):
        at += 2
        for nth in range(width):
            lengths[nth, row] = _number(data, at, 4)
            starts[nth, row] = at + 4
            at += 4 + max(lengths[nth, row], 0)
    return starts, lengths


@njit(cache=True, nogil=True)
def _numbers(data: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    found = np.zeros(len(starts), np.int64)
    for row in range(len(starts)):
        found[row] = _number(data, starts[row], max(lengths[row], 0))
    return found


@njit(cache=True, nogil=True)
def _contents(data: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    offsets = np.zeros(len(starts) + 1, np.int32)
    for row in range(len(starts)):
        offsets[row + 1] = offsets[row] + max(lengths[row], 0)
    content = np.empty(offsets[-1], np.uint8)
    for row in range(len(starts)):
        content[offsets[row] : offsets[row + 1]] = data[starts[row] : starts[row] + max(lengths[row], 0)]
    return offsets, content


@njit(cache=True, nogil=True)
def _texts(data: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """UUIDs as RFC 9562 writes them."""
    offsets = np.zeros(len(starts) + 1, np.int32)
    for row in range(len(starts)):
        offsets[row + 1] = offsets[row] + (36 if lengths[row] == 16 else 0)
    content = np.full(offsets[-1], ord("-"), np.uint8)
    for row in range(len(starts)):
        at = offsets[row]
        for nth in range(16 if lengths[row] == 16 else 0):
            at += nth in (4, 6, 8, 10)
            byte = data[starts[row] + nth]
            content[at], content[at + 1] = _DIGITS[byte >> 4], _DIGITS[byte & 15]
            at += 2
    return offsets, content
