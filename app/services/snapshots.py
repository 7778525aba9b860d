"""Arrays in one file that many processes read without reading it: mapped into memory, replaced as a whole."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np

_MAGIC = b"SNI1"
_ALIGNED = 64


def write(path: Path, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
    """Arrays by name and facts that JSON can say, readable to the owner only. Who has the earlier file keeps it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    shapes = [[name, array.dtype.str, array.shape] for name, array in kept.items()]
    head = json.dumps({"facts": facts, "arrays": shapes}).encode()
    with NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        try:
            file.write(_MAGIC + len(head).to_bytes(8, "little") + head)
            for array in kept.values():
                file.write(bytes(-file.tell() % _ALIGNED))
                file.write(array.data)
            file.close()
            os.replace(file.name, path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
    """What ``write`` was given, as maps of the file (changes to them stay here); None if there is none to be used."""
    try:
        whole = np.asarray(np.memmap(path, np.uint8, "c"))
        first = len(_MAGIC) + 8
        if whole[: len(_MAGIC)].tobytes() != _MAGIC:
            return None
        at = first + int.from_bytes(whole[len(_MAGIC) : first].tobytes(), "little")
        head = json.loads(whole[first:at].tobytes())
        arrays = {}
        for name, kind, shape in head["arrays"]:
            at += -at % _ALIGNED
            size = int(np.prod(shape)) * np.dtype(kind).itemsize
            arrays[name] = whole[at : at + size].view(kind).reshape(shape)
            at += size
    except (OSError, ValueError, KeyError):
        return None
    return arrays, head["facts"]
