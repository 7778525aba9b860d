"""Words of many notes with how many notes say each: for a list or a cloud, counted here and sent nowhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib import resources

from app.model import ArenaNote

SHORTEST = 3
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@cache
def silent() -> frozenset[str]:
    """Words that say nothing by themselves, in the languages of staff."""
    text = resources.files("app.services").joinpath("stop_words.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def of(notes: Iterable[ArenaNote], most: int = 40) -> list[tuple[str, int]]:
    """The words that most notes say, once for each note; confidential notes are left out."""
    said: Counter[str] = Counter()
    for note in notes:
        if note.access != "confidential":
            words = {word.casefold() for word in _WORD.findall(note.text or "") if len(word) >= SHORTEST}
            said.update(words - silent())
    return sorted(said.items(), key=lambda each: (-each[1], each[0]))[:most]


def themes(notes: Iterable[ArenaNote]) -> list[tuple[str, int]]:
    """The themes of the notes, the most frequent first."""
    found = Counter(note.theme for note in notes if note.theme and note.access != "confidential")
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))
