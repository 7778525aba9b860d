"""The kit of a host: every word is on paper, inside the page, and its square leads to the notes."""

from __future__ import annotations

import cv2
import numpy as np
import pypdfium2
import segno

from gis import kit

ADDRESS = "https://snarvei.example/notater/HPJZVQ"
WORDS = kit.Words(
    title="Vertspakke",
    process="Prøveøya",
    invitation=kit.Card("Velkommen til bords", ["Vi spiser sammen. " * 6], ["Dag", "Sted"]),
    thanks=kit.Card("Takk", ["Det du sa, er skrevet ned."]),
    steps_title="Slik gjør du",
    steps=["Inviter åtte. " * 8, "Spis først."],
    questions_title="Spørsmål",
    questions=["Hva er bra?", "Hva mangler?"],
    note="Uten navn.",
    address=ADDRESS,
    address_help="Skriv her på telefonen.",
)


def document() -> pypdfium2.PdfDocument:
    rows = [list(row) for row in segno.make(ADDRESS, error="m", micro=False).matrix_iter(border=3)]
    return pypdfium2.PdfDocument(kit.pdf(WORDS, rows))


def test_the_kit_is_four_pages_with_every_word() -> None:
    pages = [page.get_textpage().get_text_bounded() for page in document()]
    assert len(pages) == 4
    assert pages[0].count("Velkommen til bords") == 4
    assert pages[0].count("Sted") == 4
    assert pages[1].count("Takk") == 4
    assert ADDRESS in pages[2]
    for question in WORDS.questions:
        assert question in pages[3]


def test_nothing_is_drawn_at_the_edge_of_the_paper() -> None:
    for page in list(document())[2:]:
        picture = np.asarray(page.render(scale=1.0).to_pil().convert("L"))
        inside = picture[20:-20, 20:-20]
        assert (picture < 128).sum() == (inside < 128).sum() > 0


def test_its_square_leads_to_the_notes() -> None:
    picture = np.asarray(document()[2].render(scale=3.0).to_pil().convert("RGB"))
    found, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    assert found == ADDRESS
