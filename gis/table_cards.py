"""Cards for the tables of a meeting as PDF: which table it is, the square that opens it on a phone, and three steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from gis.canvas import SOFT, Page, fitted, opened, wrapped

WIDTH, HEIGHT = 210.0, 297.0
CARD_H = HEIGHT / 2
EDGE = 15.0
QR_MM = 66.0


@dataclass(frozen=True)
class Card:
    """What is another on each table: its name, and where it leads, as text and as rows of a QR code's modules with
    their quiet zone.
    """

    table: str
    address: str
    qr: Sequence[Sequence[int]]


@dataclass(frozen=True)
class Words:
    """What stands on every card."""

    document: str
    process: str
    title: str
    code: str
    steps: Sequence[str]


def pdf(words: Words, cards: Sequence[Card]) -> bytes:
    """Two cards on a page of A4, to be cut apart along the dashes."""
    canvas, out = opened(words.document, WIDTH, HEIGHT)
    page = Page(canvas, HEIGHT)
    for nth, card in enumerate(cards):
        if nth and nth % 2 == 0:
            canvas.showPage()
        if nth % 2 == 0:
            page.stroke(shapely.LineString([(0, CARD_H), (WIDTH, CARD_H)]), 0.2, SOFT, dash=(2, 2))
        _card(page, nth % 2 * CARD_H, words, card)
    canvas.save()
    return out.getvalue()


def _card(page: Page, top: float, words: Words, card: Card) -> None:
    right = WIDTH - EDGE - QR_MM
    wide = right - EDGE - 8
    page.text(EDGE, top + 18, fitted(words.process, 10, wide), 10, colour=SOFT)
    y = top + 27
    for line in _two_lines(words.title, 15, wide):
        page.text(EDGE, y, line, 15, heavy=True)
        y += 7.5
    page.text(EDGE, top + 60, fitted(card.table, 54, wide), 54, heavy=True)
    y = top + 76
    for nth, step in enumerate(words.steps, 1):
        page.text(EDGE, y, str(nth), 13, heavy=True)
        y = page.paragraph(EDGE + 8, y, step, 12, wide - 8) + 2.5
    page.square(right, top + 12, QR_MM, card.qr)
    page.text(right + 5, top + 90, words.code, 26, heavy=True)
    page.text(EDGE, top + CARD_H - 11, fitted(card.address.split("://")[-1], 11, WIDTH - 2 * EDGE), 11, colour=SOFT)


def _two_lines(text: str, size: float, wide: float) -> list[str]:
    lines = wrapped(text, size, wide)
    return [fitted(line, size, wide) for line in (lines[0], " ".join(lines[1:])) if line]
