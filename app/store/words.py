"""Full-text search: every term as a word or the beginning of one, with Norwegian stemming where the store has it."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import Boolean

MOST_TERMS = 10
_TERM = re.compile(r"[^\W_]+")


def terms(text: str) -> list[str]:
    """What of a text can be searched for: words and numbers in small letters, the first ``MOST_TERMS``."""
    return _TERM.findall(unicodedata.normalize("NFC", text).lower())[:MOST_TERMS]


class matching(FunctionElement[bool]):
    """``matching(Model.id, ["lys", "sti"])``: the row's text index (``text_index`` of the store) holds every term.

    The terms are ``terms(…)``; there must be at least one. Only the column's table matters.
    """

    type = Boolean()
    inherit_cache = True
    name = "matching"

    def __init__(self, column: ColumnElement[Any] | Any, terms: list[str]) -> None:
        super().__init__(column, *terms)


@compiles(matching, "postgresql")
def _matching_postgresql(element: matching, compiler: Any, **kw: Any) -> str:
    clause, *terms = element.clauses
    asked = [
        f"(to_tsquery('norwegian', {term} || ':*') || to_tsquery('simple', {term} || ':*'))"
        for term in (compiler.process(each, **kw) for each in terms)
    ]
    return f"{clause.table.name}.text_index @@ ({' && '.join(asked)})"


@compiles(matching, "sqlite")
def _matching_sqlite(element: matching, compiler: Any, **kw: Any) -> str:
    clause, *terms = element.clauses
    table = clause.table.name
    asked = " || ' ' || ".join(f"""'"' || {compiler.process(term, **kw)} || '"*'""" for term in terms)
    return f"{table}.rowid IN (SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH ({asked}))"  # noqa: S608
