"""The refusals of the roadmap: code: (what happened, the next step)."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

ROADMAP_PROBLEMS: dict[str, tuple[LazyString, LazyString]] = {
    "cell_formula": (
        _("The column %(field)s holds a formula, which is never worked out here."),
        _("Copy the cell, paste it as values only, and save the file again."),
    ),
    "cell_unknown": (
        _("We do not know what “%(given)s” stands for in the column for %(field)s."),
        _("Write one of these: %(offered)s."),
    ),
    "import_refused": (
        _("%(refused)s rows cannot be taken as they are, so nothing was stored."),
        _("Mend the rows below in the file, or choose other columns, and try again."),
    ),
    "input_merged": (
        _("This input was merged into another."),
        _("Work on that one, or undo the merging first."),
    ),
    "input_there": (
        _("The number %(own_id)s of the file is in the roadmap already, as %(input)s, with other words."),
        _("Change the words of that input, or give the row another number."),
    ),
    "merge_into_itself": (_("An input cannot be merged into itself."), _("Choose another input.")),
    "merge_ring": (
        _("%(into)s was itself merged into this one, so they would go round in a ring."),
        _("Undo that merging first, or choose another input."),
    ),
    "not_merged": (_("This is not merged, or was not split."), _("Load the page again to see how it is.")),
    "own_id_twice": (
        _("The number %(own_id)s stands twice in the file, with different words."),
        _("Give each row its own number."),
    ),
    "place_outside": (
        _("The place lies outside the area this is about."),
        _("Check that latitude and longitude are in the right columns, in degrees."),
    ),
    "place_unreadable": (
        _("Latitude and longitude must be two numbers."),
        _("Write degrees, for instance 59,8340 and 10,4350, or leave both empty."),
    ),
    "sheet_column_missing": (
        _("The file has no column %(column)s for %(field)s."),
        _("It has these: %(found)s. Choose one of them."),
    ),
    "sheet_empty": (
        _("The file %(file)s has no rows."),
        _("Put names of columns in one row, and each input in a row below."),
    ),
    "sheet_too_large": (_("The file %(file)s has too many rows."), _("Take at most %(most)s at a time.")),
    "sheet_unreadable": (
        _("The file %(file)s cannot be read as a spreadsheet."),
        _("Open it in Excel or LibreOffice, save it as CSV or XLSX and try once more."),
    ),
    "split_too_late": (
        _("What is promised, done or answered cannot be split."),
        _("Set it back to being looked at first, with a reason that everyone will read."),
    ),
    "title_not_mapped": (
        _("No column gives the title or the text."),
        _("Choose the column that holds what was said."),
    ),
    "too_many_tags": (_("That is too many tags."), _("Use at most %(most)s, with commas between.")),
    "undo_too_late": (
        _("It was changed after that, so it cannot be undone."),
        _("Change the words by hand; both versions are in the history."),
    ),
}
