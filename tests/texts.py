"""Collects the texts of the code into ``app/texts``: new ones are added empty, unused ones leave.

Staff read three languages; participants read more, whose catalogues hold only what stands on a participant's pages.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from copy import deepcopy
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from app.web.language import LANGUAGES, PARTICIPANTS

ROOT = Path(__file__).resolve().parents[1]
KEYWORDS = ("_", "lazy_gettext", "t", "n:1,2")
PARTICIPANT_ROOMS = (
    "app/maps.py",
    "app/templates/_parts.html",
    "app/templates/layout.html",
    "app/templates/problem.html",
    "app/templates/participate/*",
    "app/templates/public/*",
    "app/web/participants_problems.py",
    "app/web/participants_words.py",
    "app/web/basemap.py",
    "static/maps/core/*",
    "static/maps/map/*",
    "static/maps/pages/happened*",
    "static/maps/pages/join*",
    "app/web/language.py",
    "static/maps/pages/participate*",
    "static/maps/pages/without_map*",
)


def main() -> int:
    template = _extracted()
    for language in PARTICIPANTS:
        catalogue = _present(language)
        catalogue.update(deepcopy(template), no_fuzzy_matching=True)  # a new message is taken over as it is, not copied
        catalogue.obsolete.clear()
        if language not in LANGUAGES:
            for message in [m for m in catalogue if m.id and not for_participants(m)]:
                catalogue.delete(message.id, message.context)
        for message_id in _untranslated(catalogue, language):
            print(f"{language}: no translation of {message_id!r}")
        _write(catalogue, language)
    subprocess.run([_babel(), "compile", "-d", "app/texts"], cwd=ROOT, check=True, capture_output=True)
    return 0


def for_participants(message: Message) -> bool:
    """Whether a text stands on a participant's page."""
    return any(on_participants_page(file) for file, _ in message.locations)


def on_participants_page(file: str) -> bool:
    return any(fnmatch(file, room) for room in PARTICIPANT_ROOMS)


def path_of(language: str) -> Path:
    return ROOT / "app" / "texts" / language / "LC_MESSAGES" / "messages.po"


def _extracted() -> Catalog:
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        keywords = [part for keyword in KEYWORDS for part in ("-k", keyword)]
        command = [_babel(), "extract", "-F", "babel.cfg", *keywords, "--no-wrap", "-o", str(template), "."]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        with template.open("rb") as file:
            return read_po(file)


def _present(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _untranslated(catalogue: Catalog, language: str) -> list[str]:
    """English is its own translation."""
    missing = []
    for message in catalogue:
        if message.id and language == "en":
            message.string = message.id
        elif message.id and not (message.string if isinstance(message.string, str) else all(message.string)):
            missing.append(str(message.id))
    return missing


def _write(catalogue: Catalog, language: str) -> None:
    """Headers carry no dates that change without a reason."""
    catalogue.fuzzy = False
    catalogue.header_comment = "# Texts of Snarvei."
    catalogue.project, catalogue.version = "Snarvei", "1"
    catalogue.last_translator = catalogue.copyright_holder = "Snarvei"
    catalogue.language_team, catalogue.msgid_bugs_address = language, ""
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 11, 23, tzinfo=UTC)
    path_of(language).parent.mkdir(parents=True, exist_ok=True)
    with path_of(language).open("wb") as file:
        write_po(file, catalogue, width=0, sort_by_file=True, include_lineno=False)


def _babel() -> str:
    return str(Path(sys.executable).with_name("pybabel"))


if __name__ == "__main__":
    sys.exit(main())
