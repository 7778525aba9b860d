"""The domain's machine words as people read them; one table each, used by every page."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

GROUPS = {"activity": _("Activity"), "good": _("Good"), "bad": _("Not good"), "wish": _("Wish")}
PUBLIC_GROUPS = {**GROUPS, "way": _("Ways")}
ARENA_STATES = {"open": _("open"), "paused": _("paused"), "closed": _("closed")}
REALISERS = {
    "municipality": _("the municipality"),
    "residents": _("the residents"),
    "together": _("several together"),
}
INPUT_STATES = {
    "heard": _("heard"),
    "considered": _("being looked at"),
    "planned": _("planned"),
    "done": _("done"),
    "declined": _("no, because"),
    "merged": _("merged with another"),
}
INPUT_KINDS = {"quality": _("quality"), "challenge": _("challenge"), "suggestion": _("suggestion")}
METHODS = {
    "school_class": _("school class"),
    "kindergarten": _("kindergarten"),
    "hosted_dinner": _("hosted dinner"),
    "open_centre": _("open neighbourhood centre"),
    "focus_group": _("focus group"),
    "interview": _("interview"),
    "conference": _("conference"),
    "services_meeting": _("first-line services"),
    "social_media": _("social media"),
    "online_map": _("map on the web"),
    "workshop": _("workshop"),
    "committee": _("committee"),
}
LAYERS = {
    "places": _("Places"),
    "routes": _("Ways"),
    "drawn_areas": _("Drawn areas"),
    "areas": _("Areas"),
    "hexagons": _("Hexagons"),
    "roadmap_inputs": _("Roadmap inputs"),
}
MODERATION = {"pending": _("To be read"), "released": _("Released"), "hidden": _("Hidden")}
FIELDS = {
    "alias": _("alias"),
    "area": _("area"),
    "arena": _("class"),
    "bbox": _("bounds"),
    "category": _("category"),
    "code": _("class code"),
    "comment": _("comment"),
    "company": _("company"),
    "created": _("made from"),
    "crs": _("coordinate system"),
    "feeling": _("feeling"),
    "field": _("field"),
    "filter": _("filter"),
    "format": _("format"),
    "frequency": _("how often"),
    "geometry": _("drawing"),
    "grade": _("grade"),
    "group": _("group"),
    "group_name": _("class or group"),
    "head_count": _("how many you are"),
    "kind": _("kind"),
    "label": _("school or host"),
    "layer": _("layer"),
    "mode": _("mode of travel"),
    "number": _("sheet number"),
    "own_name": _("own name for the place"),
    "paper": _("paper"),
    "part": _("part of the map"),
    "picture": _("picture"),
    "preferred_mode": _("preferred mode of travel"),
    "realiser": _("who can realise it"),
    "reason": _("reason"),
    "school": _("school"),
    "season": _("season"),
    "source": _("source"),
    "state": _("state"),
    "status": _("status"),
    "text": _("text"),
    "theme": _("theme"),
    "title": _("title"),
    "verdict": _("decision"),
}


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        group_words=GROUPS,
        public_group_words=PUBLIC_GROUPS,
        states=ARENA_STATES,
        realiser_words=REALISERS,
        status_words=INPUT_STATES,
        kind_words=INPUT_KINDS,
        method_words=METHODS,
        layer_words=LAYERS,
        moderation_words=MODERATION,
        field_words=FIELDS,
    )


# Pseudonyms: a colour and an animal. Their codes are English, their words are these.
ALIAS_WORDS = (
    _("blue"),
    _("green"),
    _("yellow"),
    _("red"),
    _("grey"),
    _("purple"),
    _("pink"),
    _("orange"),
    _("fox"),
    _("bear"),
    _("elk"),
    _("wolf"),
    _("otter"),
    _("hare"),
    _("cat"),
    _("horse"),
    _("seal"),
    _("whale"),
    _("badger"),
    _("beaver"),
    _("raven"),
    _("salmon"),
    _("frog"),
    _("ant"),
)
