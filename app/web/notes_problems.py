"""The refusals of occasions and their notes: code: (what happened, the next step)."""

from __future__ import annotations

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

NOTES_PROBLEMS: dict[str, tuple[LazyString, LazyString]] = {
    "arena_has_contributions": (
        _("Somebody has drawn in this arena."),
        _("Close it instead. What people made stays until the process is over."),
    ),
    "arena_has_inputs": (
        _("Inputs of the roadmap rest on this arena."),
        _("It stays as their source. Close it instead."),
    ),
    "day_to_come": (_("That day has not come yet: %(field)s."), _("Choose today or an earlier day.")),
    "method_not_hosted": (
        _("This method is run by the municipality itself."),
        _("Ask the municipality to open it."),
    ),
    "more_returned_than_came": (
        _("More had been there before than can be."),
        _("Write at most %(most)s: so many had been at an earlier meeting and were here too."),
    ),
    "note_confidential": (
        _("A confidential note stays inside, for good."),
        _("Leave it out, or write down anew what may be known, without what is confidential."),
    ),
    "note_internal": (
        _("An internal note has to be opened before it is used."),
        _("Read it, open it if it points at nobody, and try again."),
    ),
    "note_unknown": (_("We cannot find that note."), _("Load the page again. Perhaps it was taken back.")),
    "notes_missing": (_("No note is chosen."), _("Tick one or several notes, and try again.")),
    "number_out_of_range": (
        _("That number cannot be right: %(field)s."),
        _("Write a whole number from %(low)s to %(high)s."),
    ),
    "refund_over_limit": (
        _("That is more than can be refunded for a dinner."),
        _("Write whole kroner, at most %(high)s."),
    ),
    "sheets_full": (
        _("There are %(most)s photos of sheets here already."),
        _("Ask the municipality to type them out and take them away, then send more."),
    ),
    "taps_not_here": (
        _("In this arena people are not counted one by one."),
        _("Write down how many came on the page of the arena."),
    ),
    "text_column_missing": (
        _("No column of the file holds the comments."),
        _("Call it one of these: %(wanted)s. The file has: %(found)s."),
    ),
}
# Where adults write down what is said, these stand in place of the sentences for a class.
FOR_NOTES: dict[str, tuple[LazyString, LazyString]] = {
    "arena_closed": (
        _("This is closed for notes now."),
        _("What you wrote is kept on this device. Ask whoever runs the meeting to open it again."),
    ),
    "arena_paused": (
        _("There is a pause now."),
        _("What you wrote is kept on this device and is sent when it goes on."),
    ),
    "code_unknown": (_("We cannot find that code."), _("Ask whoever runs the meeting for the code or the link.")),
}
