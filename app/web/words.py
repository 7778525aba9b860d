"""The domain's machine words as staff read them; one table each, used by every page."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from app.web import participants_words

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
KINDS = {"place": _("Places"), "route": _("Ways"), "area": _("Drawn areas")}
LAYERS = {
    "places": _("Places"),
    "routes": _("Ways"),
    "drawn_areas": _("Drawn areas"),
    "areas": _("Areas"),
    "corridors": _("Corridors"),
    "hexagons": _("Hexagons"),
    "roadmap_inputs": _("Roadmap inputs"),
    "segments": _("Street figures"),
    "crossings": _("Crossings"),
    "desire_lines": _("Short cuts"),
}
PHOTOS = {"pending": _("To be looked at"), "released": _("Released"), "hidden": _("Hidden")}
MODERATION = {"pending": _("To be read"), "released": _("Released"), "hidden": _("Hidden")}
FIELDS = {
    **participants_words.FIELDS,
    "area": _("area"),
    "arena": _("class"),
    "bbox": _("bounds"),
    "by": _("One area for each"),
    "created": _("made from"),
    "crs": _("coordinate system"),
    "file": _("file"),
    "filter": _("filter"),
    "format": _("format"),
    "grade": _("grade"),
    "group_name": _("class or group"),
    "into": _("the other input"),
    "label": _("school or host"),
    "lat": _("latitude"),
    "layer": _("layer"),
    "lon": _("longitude"),
    "merged_in": _("merged into this"),
    "merged_into": _("merged into"),
    "network": _("street network"),
    "method": _("What counts as an area"),
    "number": _("sheet number"),
    "own_id": _("own number"),
    "paper": _("paper"),
    "part": _("part of the map"),
    "picture": _("picture"),
    "plan": _("plan"),
    "place": _("place"),
    "radius": _("distance"),
    "realiser": _("who can realise it"),
    "reason": _("reason"),
    "school": _("school"),
    "split": _("split off"),
    "split_from": _("split from"),
    "state": _("state"),
    "status": _("status"),
    "tags": _("tags"),
    "text": _("text"),
    "theme": _("theme"),
    "title": _("title"),
    "verdict": _("decision"),
}


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        group_words=participants_words.GROUPS,
        public_group_words=participants_words.PUBLIC_GROUPS,
        states=ARENA_STATES,
        realiser_words=REALISERS,
        status_words=INPUT_STATES,
        kind_words=INPUT_KINDS,
        method_words=METHODS,
        layer_words=LAYERS,
        moderation_words=MODERATION,
        photo_words=PHOTOS,
        field_words=FIELDS,
    )
