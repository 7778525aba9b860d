"""The machine words that participants read too, in all their languages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

GROUPS = {"activity": _("Activity"), "good": _("Good"), "bad": _("Not good"), "wish": _("Wish")}
PUBLIC_GROUPS = {**GROUPS, "way": _("Ways")}
INPUT_ANSWERS = {
    "heard": _("The municipality has heard it."),
    "considered": _("The municipality is looking at it."),
    "planned": _("It is planned."),
    "done": _("It is done."),
    "declined": _("The answer was no."),
}
MEASURE_ANSWERS = {
    "proposed": _("Somebody has suggested to do this. Nothing is decided yet."),
    "adopted": _("It has been decided: this will be done."),
    "started": _("The work has begun."),
    "postponed": _("It has to wait."),
    "done": _("It is done."),
    "rejected": _("The answer was no."),
}
MEASURE_PHOTOS = {"before": _("Before"), "after": _("After")}
FIELDS = {
    "alias": _("alias"),
    "category": _("category"),
    "code": _("class code"),
    "comment": _("comment"),
    "company": _("company"),
    "feeling": _("feeling"),
    "field": _("field"),
    "frequency": _("how often"),
    "geometry": _("drawing"),
    "group": _("group"),
    "head_count": _("how many you are"),
    "kind": _("kind"),
    "mode": _("mode of travel"),
    "modes": _("stretches of the way"),
    "own_name": _("own name for the place"),
    "photo": _("photo"),
    "preferred_mode": _("preferred mode of travel"),
    "revision": _("version"),
    "season": _("season"),
    "source": _("source"),
}

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
