"""The language of an answer: asked for, remembered, or the browser's; and the texts the browser side needs."""

from __future__ import annotations

from datetime import date as day
from functools import cache
from gettext import c2py
from importlib import resources
from typing import Any

from babel.dates import format_date as babel_date
from babel.dates import format_datetime as babel_moment
from babel.dates import get_timezone
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from flask import Flask, Response, current_app, g, request
from flask_babel import Babel, gettext

from app.services.participants import ANIMALS, COLOURS

LANGUAGES = {"nb": "bokmål", "nn": "nynorsk", "en": "English"}
TRANSLATED = {
    "se": "davvisámegiella",
    "so": "Soomaali",
    "ar": "العربية",
    "pl": "polski",
    "uk": "українська",
}
PARTICIPANTS = {**LANGUAGES, **TRANSLATED}
PARTICIPANT_ROOMS = (
    None,
    "participate",
    "public",
    "happened",
    "gazetteer",
    "residents",
    "photos",
    "basemap",
    "networks",
)
RIGHT_TO_LEFT = frozenset({"ar"})
COOKIE = "language"
_PLURALS = 200


def install(app: Flask) -> None:
    Babel(app, locale_selector=current)
    app.after_request(_remember)
    app.jinja_env.filters.update(date=date, moment=moment, number=number, alias=alias)
    app.context_processor(_shown)


def offered() -> dict[str, str]:
    """The languages of the room this request is for: participants have more than staff."""
    return PARTICIPANTS if request.blueprint in PARTICIPANT_ROOMS else LANGUAGES


def current() -> str:
    """The language of this request."""
    if "language" not in g:
        asked, kept = request.args.get("lang"), request.cookies.get(COOKIE)
        g.language = next((code for code in (asked, kept) if code in offered()), None) or _preferred()
    return str(g.language)


def _shown() -> dict[str, Any]:
    language = current()
    return {
        "language": language,
        "languages": offered(),
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "machine_made": language in TRANSLATED,
    }


def _preferred() -> str:
    default = str(current_app.config["BABEL_DEFAULT_LOCALE"])
    wanted = [tag.lower().split("-")[0] for tag, _ in request.accept_languages]
    spoken = {"no": "nb", **{code: code for code in offered()}}
    return next((spoken[tag] for tag in wanted if tag in spoken), default)


def _remember(response: Response) -> Response:
    asked = request.args.get("lang")
    if asked in PARTICIPANTS and asked != request.cookies.get(COOKIE):
        response.set_cookie(COOKIE, asked, max_age=365 * 86400, samesite="Lax", httponly=True, secure=request.is_secure)
    return response


def date(value: Any) -> str:
    """``23. november 2026``, also of a day that was kept as ``2026-11-23``."""
    return babel_date(day.fromisoformat(value) if isinstance(value, str) else value, "long", locale=current())


def moment(value: Any) -> str:
    """``10:32 24. nov.``, by the clock on the wall."""
    zone = get_timezone(current_app.config["BABEL_DEFAULT_TIMEZONE"])
    return babel_moment(value, "HH:mm d. MMM", tzinfo=zone, locale=current())


def number(value: float) -> str:
    """``1 250``"""
    return format_decimal(value, locale=current())


def alias(code: str) -> str:
    """A pseudonym's code in words: ``blue.fox.7`` is "blå rev 7", ``entry.4F2A`` is "Bidrag 4F2A"."""
    colour, _, rest = code.partition(".")
    animal, _, figure = rest.partition(".")
    if colour == "entry":
        return str(gettext("Contribution %(number)s", number=rest))
    if colour not in COLOURS or animal not in ANIMALS:
        return code
    return f"{gettext(colour)} {gettext(animal)} {figure}"


@cache
def browser_texts(language: str) -> dict[str, Any]:
    """``{"texts": {msgid: text or [plural forms]}, "plural": "100…"}`` of every message used below static/.

    ``plural[n]`` is the index of the form for n < 200 (for more, of ``100 + n % 100``): no rule is evaluated there.
    """
    path = resources.files("app").joinpath("texts", language, "LC_MESSAGES", "messages.po")
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    texts: dict[str, Any] = {}
    for message in catalogue:
        if message.id and any(place.startswith("static/") for place, _ in message.locations):
            key = message.id[0] if isinstance(message.id, tuple | list) else message.id
            said = message.string
            texts[str(key)] = list(said) if isinstance(said, tuple | list) else said
    form = c2py(catalogue.plural_expr)
    forms = "".join(str(form(n)) for n in range(_PLURALS))
    return {"texts": texts, "plural": forms}
