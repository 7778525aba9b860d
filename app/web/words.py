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
MEASURE_STATES = {
    "proposed": _("proposed"),
    "adopted": _("adopted"),
    "started": _("under way"),
    "postponed": _("postponed"),
    "done": _("done"),
    "rejected": _("dropped"),
}
PRIORITIES = {"high": _("high"), "medium": _("medium"), "low": _("low")}
QUICK_FIXES = {"lamp": _("lamp"), "bush": _("bush"), "snow": _("snow"), "other": _("something else")}
PARTNERS = {"pending": _("asked"), "accepted": _("takes part"), "declined": _("said no")}
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
    "measures": _("Measures"),
    "segments": _("Street figures"),
    "crossings": _("Crossings"),
    "desire_lines": _("Short cuts"),
}
PHOTOS = {"pending": _("To be looked at"), "released": _("Released"), "hidden": _("Hidden")}
MODERATION = {"pending": _("To be read"), "released": _("Released"), "hidden": _("Hidden")}
FIELDS = {
    **participants_words.FIELDS,
    "area": _("area"),
    "answer": _("answer"),
    "arena": _("class"),
    "bbox": _("bounds"),
    "by": _("One area for each"),
    "created": _("made from"),
    "deadline": _("deadline"),
    "decision": _("decision"),
    "crs": _("coordinate system"),
    "filter": _("filter"),
    "focus_area": _("focus area"),
    "format": _("format"),
    "goal": _("goal"),
    "grade": _("grade"),
    "group_name": _("class or group"),
    "held_on": _("date"),
    "input": _("input"),
    "inputs": _("inputs"),
    "label": _("school or host"),
    "layer": _("layer"),
    "network": _("street network"),
    "measure": _("measure"),
    "measures": _("measures"),
    "method": _("What counts as an area"),
    "number": _("sheet number"),
    "owner": _("owner"),
    "paper": _("paper"),
    "part": _("part of the map"),
    "partner": _("partner"),
    "picture": _("picture"),
    "plan": _("plan"),
    "place": _("place"),
    "priority": _("priority"),
    "public": _("for everyone"),
    "quick": _("quick fix"),
    "radius": _("distance"),
    "realiser": _("who can realise it"),
    "reason": _("reason"),
    "partners": _("partners"),
    "reply": _("reply"),
    "resources": _("resources"),
    "school": _("school"),
    "section": _("section"),
    "sender": _("sender"),
    "state": _("state"),
    "status": _("status"),
    "text": _("text"),
    "theme": _("theme"),
    "title": _("title"),
    "verdict": _("decision"),
    "wanted_effect": _("wanted effect"),
}


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        group_words=participants_words.GROUPS,
        public_group_words=participants_words.PUBLIC_GROUPS,
        states=ARENA_STATES,
        realiser_words=REALISERS,
        status_words=INPUT_STATES,
        kind_words=INPUT_KINDS,
        measure_words=MEASURE_STATES,
        priority_words=PRIORITIES,
        quick_words=QUICK_FIXES,
        partner_words=PARTNERS,
        method_words=METHODS,
        layer_words=LAYERS,
        moderation_words=MODERATION,
        photo_words=PHOTOS,
        field_words=FIELDS,
    )
