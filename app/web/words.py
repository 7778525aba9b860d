"""The domain's machine words as staff read them; one table each, used by every page."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from app.web import notes_words, participants_words

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
OFFER_STATES = {"pending": _("waits for an answer"), "accepted": _("accepted"), "declined": _("declined")}
PHOTOS = {"pending": _("To be looked at"), "released": _("Released"), "hidden": _("Hidden")}
MODERATION = {"pending": _("To be read"), "released": _("Released"), "hidden": _("Hidden")}
FIELDS = {
    **participants_words.FIELDS,
    **notes_words.FIELDS,
    "area": _("area"),
    "answer": _("answer"),
    "arena": _("class"),
    "bbox": _("bounds"),
    "by": _("One area for each"),
    "campaign": _("solution hunt"),
    "case": _("which case it belongs to"),
    "channel": _("where it is told"),
    "created": _("made from"),
    "deadline": _("deadline"),
    "decision": _("decision"),
    "crs": _("coordinate system"),
    "dots": _("dots"),
    "due_on": _("due day"),
    "ends_on": _("last day"),
    "expectation": _("what people can expect"),
    "file": _("file"),
    "filter": _("filter"),
    "focus_area": _("focus area"),
    "format": _("format"),
    "goal": _("goal"),
    "grade": _("grade"),
    "group_name": _("class or group"),
    "indicator": _("indicator"),
    "held_on": _("date"),
    "input": _("input"),
    "inputs": _("inputs"),
    "into": _("the other input"),
    "label": _("school or host"),
    "lat": _("latitude"),
    "layer": _("layer"),
    "name": _("name"),
    "lon": _("longitude"),
    "merged_in": _("merged into this"),
    "merged_into": _("merged into"),
    "network": _("street network"),
    "offer": _("offer"),
    "measure": _("measure"),
    "measures": _("measures"),
    "method": _("What counts as an area"),
    "number": _("sheet number"),
    "owner": _("owner"),
    "own_id": _("own number"),
    "paper": _("paper"),
    "people": _("people"),
    "part": _("part of the map"),
    "partner": _("partner"),
    "picture": _("picture"),
    "plan": _("plan"),
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
    "source": _("source"),
    "spokesperson": _("spokesperson"),
    "starts_on": _("first day"),
    "section": _("section"),
    "sender": _("sender"),
    "split": _("split off"),
    "split_from": _("split from"),
    "state": _("state"),
    "status": _("status"),
    "story": _("what people said"),
    "tags": _("tags"),
    "target_group": _("to whom"),
    "target_groups": _("whom we want to reach"),
    "text": _("text"),
    "theme": _("theme"),
    "title": _("title"),
    "unit": _("unit"),
    "value": _("value"),
    "verdict": _("decision"),
    "what": _("what is told"),
    "year": _("year"),
    "wanted_effect": _("wanted effect"),
}


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        asked_words=notes_words.ASKED,
        access_words=notes_words.ACCESS,
        note_kind_words=notes_words.NOTE_KINDS,
        part_words=notes_words.PARTS,
        refund_states=notes_words.REFUND_STATES,
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
        offer_words=OFFER_STATES,
        photo_words=PHOTOS,
        field_words=FIELDS,
    )
