"""Collects the texts of the code into ``app/texts``: new ones are added empty, unused ones leave."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("nb", "nn", "en")
KEYWORDS = ("_", "lazy_gettext", "t", "n:1,2")


def main() -> int:
    babel = str(Path(sys.executable).with_name("pybabel"))
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        keywords = [part for keyword in KEYWORDS for part in ("-k", keyword)]
        _run(babel, "extract", "-F", "babel.cfg", *keywords, "--no-wrap", "--sort-by-file", "-o", str(template), ".")
        for language in LANGUAGES:
            options = ("--no-wrap", "--no-fuzzy-matching", "--ignore-obsolete")
            _run(babel, "update", "-i", str(template), "-d", "app/texts", "-l", language, *options)
            _tidy(language)
    _run(babel, "compile", "-d", "app/texts")
    return 0


def _tidy(language: str) -> None:
    """English is its own translation; headers carry no dates that change without a reason."""
    path = ROOT / "app" / "texts" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    missing = []
    for message in catalogue:
        if message.id and language == "en":
            message.string = message.id
        elif message.id and not (message.string if isinstance(message.string, str) else all(message.string)):
            missing.append(message.id)
    catalogue.header_comment = "# Texts of Snarvei."
    catalogue.project, catalogue.version = "Snarvei", "1"
    catalogue.last_translator = catalogue.copyright_holder = "Snarvei"
    catalogue.language_team, catalogue.msgid_bugs_address = language, ""
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 11, 23, tzinfo=UTC)
    with path.open("wb") as file:
        write_po(file, catalogue, width=0, sort_by_file=True, include_lineno=False)
    for message_id in missing:
        print(f"{language}: no translation of {message_id!r}")


def _run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
