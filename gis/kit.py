"""A host's kit as PDF: cards that invite and thank, how it is done, and questions with room to write by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from gis.canvas import SOFT, Page, fitted, opened

WIDTH, HEIGHT = 210.0, 297.0
CARD_W, CARD_H = WIDTH / 2, HEIGHT / 2
EDGE = 18.0
QR_MM = 30.0
LINE_MM = 9.0


@dataclass(frozen=True)
class Card:
    """One card, four on a page; ``blanks`` are words with a line after them."""

    title: str
    sentences: Sequence[str]
    blanks: Sequence[str] = ()


@dataclass(frozen=True)
class Words:
    """What stands in the kit; ``address`` is where notes are written, under ``address_help``."""

    title: str
    process: str
    invitation: Card
    thanks: Card
    steps_title: str
    steps: Sequence[str]
    questions_title: str
    questions: Sequence[str]
    note: str
    address: str
    address_help: str


def pdf(words: Words, qr: Sequence[Sequence[int]]) -> bytes:
    """Four pages of A4: invitations, thanks, how it is done, questions. ``qr``: rows of modules, quiet zone and all."""
    canvas, out = opened(words.title, WIDTH, HEIGHT)
    page = Page(canvas, HEIGHT)
    for card in (words.invitation, words.thanks):
        _cards(page, card, words.process)
        canvas.showPage()
    _steps(page, words, qr)
    canvas.showPage()
    _questions(page, words)
    canvas.save()
    return out.getvalue()


def _cards(page: Page, card: Card, process: str) -> None:
    """Four of the same, to be cut apart along the dashes."""
    for cut in (((CARD_W, 0), (CARD_W, HEIGHT)), ((0, CARD_H), (WIDTH, CARD_H))):
        page.stroke(shapely.LineString(cut), 0.2, SOFT, dash=(2, 2))
    for left in (0.0, CARD_W):
        for top in (0.0, CARD_H):
            _card(page, left + 12, top + 22, card, process)


def _card(page: Page, x: float, y: float, card: Card, process: str) -> None:
    wide = CARD_W - 24
    page.text(x, y - 8, fitted(process, 9, wide), 9, colour=SOFT)
    y = page.paragraph(x, y, card.title, 17, wide, heavy=True) + 3
    for sentence in card.sentences:
        y = page.paragraph(x, y, sentence, 11, wide) + 2
    for blank in card.blanks:
        y += LINE_MM
        page.text(x, y - 1, blank, 10)
        page.stroke(shapely.LineString([(x + 24, y), (x + wide, y)]), 0.3)


def _steps(page: Page, words: Words, qr: Sequence[Sequence[int]]) -> None:
    wide = WIDTH - 2 * EDGE
    page.text(EDGE, 22, fitted(words.process, 10, wide), 10, colour=SOFT)
    y = page.paragraph(EDGE, 34, words.steps_title, 20, wide, heavy=True) + 5
    for nth, step in enumerate(words.steps, 1):
        page.text(EDGE, y, str(nth), 14, heavy=True)
        y = page.paragraph(EDGE + 10, y, step, 12, wide - 10) + 3.5
    y += 6
    page.square(EDGE, y, QR_MM, qr)
    below = page.paragraph(EDGE + QR_MM + 6, y + 8, words.address_help, 11, wide - QR_MM - 6)
    page.paragraph(EDGE + QR_MM + 6, below + 2, words.address, 10, wide - QR_MM - 6)


def _questions(page: Page, words: Words) -> None:
    """Each with as many lines as there is room for: photographed or typed in afterwards."""
    wide = WIDTH - 2 * EDGE
    y = page.paragraph(EDGE, 28, words.questions_title, 20, wide, heavy=True) + 1
    y = page.paragraph(EDGE, y, words.note, 10, wide) + 4
    room = (HEIGHT - EDGE - y) / len(words.questions)
    for nth, question in enumerate(words.questions):
        after = page.paragraph(EDGE, y + nth * room + 5, question, 12, wide, heavy=True)
        line = after + 3
        while line < y + (nth + 1) * room - 2:
            page.stroke(shapely.LineString([(EDGE, line), (EDGE + wide, line)]), 0.2, SOFT)
            line += LINE_MM
