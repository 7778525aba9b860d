"""A tiny OpenStreetMap file in its packed form (PBF), written byte by byte: nodes, ways and their tags."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

Way = tuple[list[int], dict[str, str]]
GRANULARITY = 100e-9


def write(path: Path, nodes: list[tuple[float, float]], ways: list[Way]) -> None:
    """Nodes are (lon, lat) and get their position in the list, from 1, as their id; ways name them by it."""
    words = [""]
    for _, tags in ways:
        words += [word for pair in tags.items() for word in pair if word not in words]
    table = b"".join(_bytes(1, word.encode()) for word in dict.fromkeys(words))
    groups = _bytes(2, b"".join(_bytes(1, _node(i + 1, *at)) for i, at in enumerate(nodes)))
    groups += _bytes(2, b"".join(_bytes(3, _way(i + 1, way, words)) for i, way in enumerate(ways)))
    header = _bytes(4, b"OsmSchema-V0.6")
    path.write_bytes(_blob("OSMHeader", header) + _blob("OSMData", _bytes(1, table) + groups))


def _node(id: int, lon: float, lat: float) -> bytes:
    where = [(1, id), (8, round(lat / GRANULARITY)), (9, round(lon / GRANULARITY))]
    return b"".join(_varint(number << 3) + _varint(_zigzag(value)) for number, value in where)


def _way(id: int, way: Way, words: list[str]) -> bytes:
    nodes, tags = way
    steps = [b - a for a, b in zip([0, *nodes], nodes, strict=False)]
    keys, values = ([words.index(word) for word in column] for column in (tags.keys(), tags.values()))
    refs = b"".join(_varint(_zigzag(step)) for step in steps)
    packed = [(2, b"".join(map(_varint, keys))), (3, b"".join(map(_varint, values))), (8, refs)]
    return _varint(1 << 3) + _varint(id) + b"".join(_bytes(number, content) for number, content in packed)


def _blob(kind: str, content: bytes) -> bytes:
    blob = _varint(2 << 3) + _varint(len(content)) + _bytes(3, zlib.compress(content))
    header = _bytes(1, kind.encode()) + _varint(3 << 3) + _varint(len(blob))
    return struct.pack(">I", len(header)) + header + blob


def _bytes(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])
