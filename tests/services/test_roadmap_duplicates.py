"""What may be the same wish: alike in words, not in different places, and never what was merged already."""

from __future__ import annotations

from collections import Counter
from math import log, sqrt

import pytest

from app.services import roadmap_duplicates, roadmap_merging
from app.services.roadmap_duplicates import ALIKE, ALIKE_NEARBY
from app.store import Store
from tests import builders as a

TITLES = (
    "Lys på stien til skolen",
    "Lys på stien mot skolen",
    "Mer lys langs stien",
    "Benker i parken",
    "Flere benker i parken",
    "Svømmehall",
)
NEARLY = "Mer lys langs stien til skolen"


def test_alike_words_are_pointed_out_and_others_are_not(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        rows = [a.wanted(db, made, title) for title in TITLES]
        found = roadmap_duplicates.pairs(db, made)
        assert {(pair.older.title, pair.newer.title) for pair in found} >= {
            (TITLES[0], TITLES[1]),
            (TITLES[3], TITLES[4]),
        }
        assert all("Svømmehall" not in (pair.older.title, pair.newer.title) for pair in found)
        assert [pair.likeness for pair in found] == sorted((pair.likeness for pair in found), reverse=True)
        assert all(pair.older.number < pair.newer.number for pair in found)
        of = roadmap_duplicates.pairs(db, made, rows[1])
        assert of == [pair for pair in found if rows[1] in (pair.older, pair.newer)]


def test_likeness_is_the_cosine_of_rare_trigrams(embedded: Store) -> None:
    """Held against the formula, written out."""
    with embedded.writing() as db:
        made = a.process(db)
        for title in TITLES:
            a.wanted(db, made, title)
        found = {(p.older.number - 1, p.newer.number - 1): p.likeness for p in roadmap_duplicates.pairs(db, made)}
    counts = []
    for title in TITLES:
        text = f" {title} {title} ".casefold()
        counts.append(Counter(text[at : at + 3] for at in range(len(text) - 2)))
    rarity = {gram: log(len(TITLES) / sum(gram in each for each in counts)) + 1 for each in counts for gram in each}
    weights = [{gram: n * rarity[gram] for gram, n in each.items()} for each in counts]
    for one in range(len(TITLES)):
        for other in range(one + 1, len(TITLES)):
            dot = sum(w * weights[other].get(gram, 0) for gram, w in weights[one].items())
            lengths = [sqrt(sum(w * w for w in weights[n].values())) for n in (one, other)]
            cosine = dot / (lengths[0] * lengths[1])
            if cosine >= ALIKE:
                assert found.pop((one, other)) == pytest.approx(cosine)
    assert found == {}


@pytest.mark.parametrize(("metres", "told"), [(0, True), (140, True), (160, False), (600, False)])
def test_somewhat_alike_is_enough_next_to_each_other(embedded: Store, metres: int, told: bool) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        a.wanted(db, made, TITLES[0], location=a.at(0, 0))
        a.wanted(db, made, NEARLY, location=a.at(metres, 0))
        found = roadmap_duplicates.pairs(db, made)
        assert bool(found) is told
        for pair in found:
            assert ALIKE_NEARBY <= pair.likeness < ALIKE
            assert pair.metres == pytest.approx(metres, abs=0.5)


@pytest.mark.parametrize(("metres", "told"), [(490, True), (510, False)])
def test_the_same_words_far_apart_are_two_wishes(embedded: Store, metres: int, told: bool) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        for x in (0, metres):
            a.wanted(db, made, "Lys på stien", location=a.at(x, 0))
        assert bool(roadmap_duplicates.pairs(db, made)) is told


def test_what_was_merged_is_not_pointed_out_again(embedded: Store) -> None:
    with embedded.writing() as db:
        made, planner = a.process(db), a.officer(db)
        assert roadmap_duplicates.pairs(db, made) == []
        first, second = a.wanted(db, made), a.wanted(db, made)
        assert len(roadmap_duplicates.pairs(db, made)) == 1
        roadmap_merging.merge(db, planner, made, second.public_id, first.public_id, version=1, now=a.NOW)
        assert roadmap_duplicates.pairs(db, made) == []


def test_the_newest_are_compared_and_an_old_one_with_them(embedded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roadmap_duplicates, "MOST_COMPARED", 2)
    with embedded.writing() as db:
        made = a.process(db)
        old, _, newest = (a.wanted(db, made, title) for title in ("Lys på stien", "Benk", "Lys på stien"))
        assert roadmap_duplicates.pairs(db, made) == []
        (pair,) = roadmap_duplicates.pairs(db, made, old)
        assert (pair.older, pair.newer) == (old, newest)
