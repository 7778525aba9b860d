"""Answers as small whole numbers: a column of codes and the values they stand for, in step with what is appended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute


def _no_codes() -> np.ndarray:
    return np.zeros(0, np.uint8)


@dataclass
class Column:
    """A categorical column: ``codes[row]`` points into ``values``. Codes are as narrow as the values allow."""

    codes: np.ndarray = field(default_factory=_no_codes)
    values: dict[Any, int] = field(default_factory=dict)

    def encode(self, values: pa.Array) -> np.ndarray:
        coded = values.dictionary_encode(null_encoding="encode")
        known = [self.values.setdefault(value, len(self.values)) for value in coded.dictionary.to_pylist()]
        return np.array(known, _narrowest(len(self.values)))[coded.indices.to_numpy()]

    def among(self, chosen: frozenset[Any]) -> np.ndarray:
        """Which rows have one of these values."""
        passes = np.zeros(len(self.values), bool)
        passes[[self.values[value] for value in chosen if value in self.values]] = True
        return passes[self.codes]


@dataclass
class Ids:
    """A column of very many different ids: the same as ``Column``, its values in one array."""

    codes: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint32))
    values: pa.StringArray = field(default_factory=lambda: pa.array([], pa.string()))

    def encode(self, ids: pa.Array) -> np.ndarray:
        coded = ids.dictionary_encode()
        known = compute.index_in(coded.dictionary, self.values)
        new = compute.filter(coded.dictionary, compute.is_null(known))
        first = len(self.values)
        self.values = pa.concat_arrays([self.values, new]) if len(new) else self.values
        codes = known.fill_null(0).to_numpy().astype(np.uint32)
        codes[known.is_null().to_numpy(zero_copy_only=False)] = first + np.arange(len(new), dtype=np.uint32)
        return np.asarray(codes[coded.indices.to_numpy()], np.uint32)


def _narrowest(values: int) -> type[np.unsignedinteger[Any]]:
    return np.uint8 if values <= 1 << 8 else np.uint16 if values <= 1 << 16 else np.uint32
