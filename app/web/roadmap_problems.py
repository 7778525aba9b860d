"""The refusals of the roadmap: code: (what happened, the next step)."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

ROADMAP_PROBLEMS: dict[str, tuple[LazyString, LazyString]] = {
    "input_merged": (
        _("This input was merged into another."),
        _("Work on that one, or undo the merging first."),
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
    "too_many_tags": (_("That is too many tags."), _("Use at most %(most)s, with commas between.")),
}
