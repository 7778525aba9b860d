"""The roadmap's filter: read from the address, written into addresses, and as chips that can be taken away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from app.services.roadmap_search import Query
from app.web.words import INPUT_KINDS, INPUT_STATES, REALISERS

PLACED = {"yes": True, "no": False}
MANY = {"theme": "themes", "kind": "kinds", "who": "realisers", "status": "statuses"}
ONE = {"q": "text", "tag": "tag", "near": "near"}


def asked() -> Query:
    """The filter in the address of this request; what is not a number is as if it were not there."""
    args = request.args
    many = {name: tuple(value for value in args.getlist(short) if value) for short, name in MANY.items()}
    one = {name: args.get(short, "").strip() for short, name in ONE.items()}
    within, page = args.get("within", Query.within, int), args.get("page", 1, int)
    return Query(**many, **one, placed=PLACED.get(args.get("placed", "")), within=within, page=page)  # type: ignore[arg-type]


def address(slug: str, query: Query, endpoint: str = "roadmap.list_page") -> str:
    """The address that shows just this; everything that is as usual is left out."""
    given: dict[str, Any] = {short: getattr(query, name) for short, name in (MANY | ONE).items()}
    given["placed"] = next((word for word, placed in PLACED.items() if placed is query.placed), "")
    given["within"] = query.within if query.near and query.within != Query.within else ""
    given["page"] = query.page if query.page > 1 else ""
    return url_for(endpoint, slug=slug, **{name: value for name, value in given.items() if value})


def chips(slug: str, query: Query, themes: dict[str, str]) -> list[tuple[str, str]]:
    """What the filter asks, each in words with the address without it."""
    words: dict[str, Any] = {
        "themes": themes,
        "kinds": INPUT_KINDS,
        "realisers": REALISERS,
        "statuses": INPUT_STATES,
    }
    first = replace(query, page=1)
    found = [(query.text, replace(first, text=""))] if query.text else []
    for name, known in words.items():
        values: tuple[str, ...] = getattr(query, name)
        for value in values:
            rest = tuple(each for each in values if each != value)
            found.append((str(known.get(value, value)), replace(first, **{name: rest})))  # type: ignore[arg-type]
    if query.tag:
        found.append((f"#{query.tag}", replace(first, tag="")))
    if query.placed is not None:
        found.append((_("has a place") if query.placed else _("has no place"), replace(first, placed=None)))
    if query.near:
        near = _("within %(n)s metres of %(place)s", n=query.within, place=query.near)
        found.append((near, replace(first, near="", within=Query.within)))
    return [(word, address(slug, without)) for word, without in found]
