"""Whole numbers as varints, the way Protocol Buffers and the street network's file write them, in arrays."""

from __future__ import annotations

import numpy as np


class Unreadable(ValueError):
    """The bytes are not what they should be."""


def packed(numbers: np.ndarray) -> bytes:
    """Whole numbers from 0, seven bits a byte, the lowest first; the highest bit says that more follow."""
    if not len(numbers):
        return b""
    widths = sizes(numbers)
    ends = np.cumsum(widths)
    out = np.empty(int(ends[-1]), dtype=np.uint8)
    for k in range(int(widths.max())):
        has = widths > k
        more = np.where(widths[has] > k + 1, 0x80, 0)
        out[(ends - widths)[has] + k] = ((numbers[has] >> (7 * k)) & 0x7F) | more
    return out.tobytes()


def varint(number: int) -> bytes:
    """One whole number from 0."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def sizes(numbers: np.ndarray) -> np.ndarray:
    """How many bytes each number takes."""
    widths = np.ones(len(numbers), dtype=np.int64)
    for k in range(1, -(-int(numbers.max(initial=0)).bit_length() // 7)):
        widths += numbers >= (1 << (7 * k))
    return widths


def unpacked(data: bytes) -> np.ndarray:
    """What ``packed`` was given. Raises Unreadable."""
    raw = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(raw < 0x80)
    if not len(raw) or raw[-1] >= 0x80:
        raise Unreadable
    widths = np.diff(ends, prepend=-1)
    if widths.max() > 9:
        raise Unreadable
    numbers = np.zeros(len(ends), dtype=np.int64)
    for k in range(int(widths.max())):
        has = widths > k
        numbers[has] |= (raw[(ends - widths + 1)[has] + k].astype(np.int64) & 0x7F) << (7 * k)
    return numbers


def zigzag(numbers: np.ndarray) -> np.ndarray:
    """Whole numbers as numbers from 0, near 0 where they were: 0, -1, 1, -2 … become 0, 1, 2, 3 …"""
    return np.asarray((numbers << 1) ^ (numbers >> 63))


def unzigzag(numbers: np.ndarray) -> np.ndarray:
    return np.asarray((numbers >> 1) ^ -(numbers & 1))
