"""Cards for tables: every word is on paper and inside its card, and each square leads to its own table."""

from __future__ import annotations

import cv2
import numpy as np
import pypdfium2
import pytest
import segno

from gis import table_cards
from gis.table_cards import Card, Words

ADDRESS = "https://snarvei.eksempel.kommune.no/notater/HPJZVQ?part={}"
STEPS = ["Pek med kameraet på ruten, eller skriv adressen nedenfor.", "Skriv ned det som blir sagt. " * 3, "Hake."]
WORDS = Words("Bordkort", "Prøveøya", "Nærmiljøkonferansen på Borgen", "HPJ ZVQ", STEPS)


def card(table: int) -> Card:
    rows = [list(row) for row in segno.make(ADDRESS.format(table), error="m", micro=False).matrix_iter(border=3)]
    return Card(f"Bord {table}", ADDRESS.format(table), rows)


def document(tables: int, words: Words = WORDS) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(table_cards.pdf(words, [card(n) for n in range(1, tables + 1)]))


def halves(page: pypdfium2.PdfPage, scale: float = 3.0) -> list[np.ndarray]:
    """The two cards of a page as pictures."""
    picture = np.asarray(page.render(scale=scale).to_pil().convert("RGB"))
    middle = len(picture) // 2
    return [picture[:middle], picture[middle:]]


def above_the_address_is_paper(dark: np.ndarray) -> bool:
    """Whether the steps end before the line with the address begins."""
    rows = [round(mm / table_cards.CARD_H * len(dark)) for mm in (131.0, 133.0)]
    return not dark[slice(*rows)].any()


@pytest.mark.parametrize(("tables", "pages"), [(1, 1), (2, 1), (5, 3), (20, 10)])
def test_two_cards_share_a_page_and_each_square_leads_to_its_table(tables: int, pages: int) -> None:
    pdf = document(tables)
    assert len(pdf) == pages
    found = [
        cv2.QRCodeDetector().detectAndDecode(np.ascontiguousarray(half))[0] for page in pdf for half in halves(page)
    ]
    assert found[:tables] == [ADDRESS.format(n) for n in range(1, tables + 1)]
    assert "".join(found[tables:]) == ""


def test_every_word_is_on_each_card() -> None:
    said = " ".join(document(2)[0].get_textpage().get_text_bounded().split())
    for text in ("Prøveøya", WORDS.title, "HPJ ZVQ", STEPS[0], STEPS[1].strip()):
        assert said.count(text) == 2, text
    for n in (1, 2):
        assert f"Bord {n}" in said
        assert ADDRESS.format(n).removeprefix("https://") in said


def test_the_longest_words_stay_inside_their_card() -> None:
    steps = ["Skriv ned alt som blir sagt ved bordet. " * 3] * 2 + ["Hake. " * 14]
    long = Words("x", "Kommune " * 30, "Konferanse " * 8, "WWW WWW", steps)
    pdf = pypdfium2.PdfDocument(table_cards.pdf(long, [card(200)] * 2))
    for half in halves(pdf[0], scale=2.0):
        dark = (half < 128).any(axis=2)
        assert dark[20:-4, 20:-20].sum() == dark[4:-4].sum() > 0
        column = dark[:, : int(table_cards.EDGE / 210 * dark.shape[1] - 2)]
        assert not column[4:-4].any()
        assert above_the_address_is_paper(dark)
