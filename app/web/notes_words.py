"""The words of occasions: kinds of notes, what the methods ask, and ways of counting people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

NOTE_KINDS = {
    "quality": _("quality"),
    "challenge": _("challenge"),
    "need": _("need"),
    "suggestion": _("suggestion"),
    "question": _("question"),
    "answer": _("answer"),
}
ACCESS = {"open": _("open"), "internal": _("internal"), "confidential": _("confidential")}
PARTS = {"table": _("Table or group"), "meeting": _("Meeting number")}
REFUND_STATES = {
    "asked": _("asked for"),
    "approved": _("approved"),
    "paid": _("paid"),
    "declined": _("declined"),
}
COUNTED = {
    "joined": _("joined with the code"),
    "ballots": _("gave dots"),
    "once": _("not told how"),
    "class_list": _("class list"),
    "counted": _("counted there"),
    "estimated": _("estimated"),
    "meetings": _("counted in each meeting, those who came again left out"),
    "taps": _("counted at the door, the busiest day"),
}
# What the methods ask (methods.toml), as the forms and the refusals call it.
ASKED = {
    "place": _("place"),
    "target_group": _("target group"),
    "language": _("language"),
    "invited": _("how many were invited"),
    "refund_kr": _("groceries to be refunded, in kroner"),
    "refund_state": _("refund"),
    "opening_hours": _("opening hours"),
    "about": _("what it is about"),
    "leader": _("who leads it"),
    "interviewer": _("interviewer"),
    "interpreter": _("language of the interpreter"),
    "consent": _("They have said yes to our writing it down"),
    "workbooks": _("workbooks handed in"),
    "not_here": _("who was not here"),
    "plans": _("the services' own plans"),
    "channel": _("channel"),
    "partners": _("whom it talked with"),
}
FIELDS = {
    **ASKED,
    "access": _("access"),
    "change": _("tap"),
    "counted_on": _("day"),
    "file": _("file"),
    "held_on": _("day"),
    "notes": _("notes"),
    "note_part": _("table or meeting"),
    "present": _("how many were there"),
    "said_on": _("day"),
    "seen_before": _("how many had been there before"),
}
