"""Drawn pictures of quick fixes, before and after: a street nobody lives in, in plain shapes."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 960, 640
GROUND = 430
NIGHT, DAY, ROAD, GRASS = (24, 32, 54), (190, 214, 228), (110, 112, 116), (122, 158, 104)
DARK, MURKY = (40, 54, 50), (54, 58, 70)
LIT, SNOW, BUSH, POST, SIGN = (255, 226, 150), (240, 244, 248), (52, 96, 58), (60, 60, 64), (196, 60, 52)


def of(what: str, when: str) -> bytes:
    """A PNG of a quick fix (``QUICK_FIXES``) ``before`` or ``after``."""
    image = Image.new("RGB", (WIDTH, HEIGHT), NIGHT if what == "lamp" else DAY)
    draw = ImageDraw.Draw(image)
    ground, road = {"lamp": (DARK, MURKY), "snow": (SNOW, ROAD)}.get(what, (GRASS, ROAD))
    draw.rectangle((0, GROUND, WIDTH, HEIGHT), fill=ground)
    draw.polygon([(400, GROUND), (560, GROUND), (860, HEIGHT), (100, HEIGHT)], fill=road)
    done = when == "after"
    if what == "lamp":
        _lamp(draw, done)
    elif what == "snow" and not done:
        draw.polygon([(390, 440), (570, 440), (840, HEIGHT), (120, HEIGHT)], fill=SNOW)
    elif what == "bush":
        draw.rectangle((690, 250, 704, 520), fill=POST)
        draw.polygon([(697, 190), (755, 290), (639, 290)], fill=SIGN)
        size = 60 if done else 210
        draw.ellipse((700 - size, 520 - 2 * size, 700 + size, 540), fill=BUSH)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _lamp(draw: ImageDraw.ImageDraw, lit: bool) -> None:
    if lit:
        draw.ellipse((430, 470, 930, 620), fill=(150, 140, 110))
    draw.rectangle((684, 170, 696, 520), fill=POST)
    draw.rectangle((664, 150, 716, 176), fill=LIT if lit else POST)
