"""Methods of participation: one table says what an arena of each allows, asks and counts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from app.errors import Invalid


@dataclass(frozen=True)
class Field:
    """Something the form of an arena asks; ``kind`` is text, number, yes or choice. ``refusal`` is the code for a
    number out of range, ``staff`` that only the municipality sets it.
    """

    name: str
    kind: str
    least: int = 0
    most: int = 80
    choices: tuple[str, ...] = ()
    staff: bool = False
    refusal: str = "number_out_of_range"


@dataclass(frozen=True)
class Method:
    """A row of ``methods.toml``; see there."""

    name: str
    counts: str
    notes: tuple[str, ...] = ()
    part: str | None = None
    asks: tuple[Field, ...] = ()
    internal: bool = False
    sourced: bool = False
    hosted: bool = False
    kit: bool = False
    allows: Mapping[str, Any] = field(default_factory=lambda: {"kinds": [], "groups": []})


@cache
def table() -> dict[str, Method]:
    text = resources.files("app.services").joinpath("methods.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    fields = {name: _field(name, **row) for name, row in read["fields"].items()}
    return {name: _method(name, fields, **row) for name, row in read["methods"].items()}


def of(name: str) -> Method:
    """Raises Invalid for ``method``."""
    try:
        return table()[name]
    except KeyError:
        raise Invalid("method_unknown", field="method", offered=", ".join(table())) from None


def hosted() -> list[str]:
    """The methods that a host link may open."""
    return [name for name, method in table().items() if method.hosted]


def _field(name: str, *, choices: tuple[str, ...] = (), **row: Any) -> Field:
    return Field(name, choices=tuple(choices), **row)


def _method(
    name: str, fields: dict[str, Field], *, notes: tuple[str, ...] = (), asks: tuple[str, ...] = (), **row: Any
) -> Method:
    return Method(name, notes=tuple(notes), asks=tuple(fields[each] for each in asks), **row)
