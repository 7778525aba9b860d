"""A sheet of paper from print to photo and back: drawn things must land where they were drawn."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace
from functools import cache
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
import segno
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gis import neighbourhood, printing, rectify, sheet
from gis.crs import WGS84, project
from gis.sheet import Sheet

OWNER = b"a process's id"
PENS = ("line", "circle", "smile", "triangle", "star")
WORDS = printing.Words(
    title="Kart på papir",
    process="Prøveøya",
    number="Ark",
    scale="1:5000",
    north="N",
    source="Oppdiktet",
    line="Tegn på kartet.",
    pens=[(shape, "blå", "Veien min") for shape in PENS],
    steps_title="Slik gjør dere",
    steps=["Skriv ut.", "Ŋ og æøå " * 30],
)
DPI = 150
FARTHEST_M = 10.0
PEN = (20, 60, 230)


@cache
def town() -> neighbourhood.Neighbourhood:
    return neighbourhood.make(children_per_class=1)


def around_school(paper: str = "A4", scale: int = 5000, *, upright: bool = False) -> Sheet:
    return sheet.around(paper, scale, town().school.x, town().school.y, OWNER, upright=upright)


def pdf_of(of: Sheet) -> bytes:
    features = [printing.Feature(p["kind"], p["name"], p["geometry"]) for p in town().places]
    address = f"https://snarvei.eksempel.no/papir/{sheet.number(of)}"
    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix_iter(border=3)]
    return printing.pdf(of, features, town().area, rows, WORDS)


@cache
def printed(of: Sheet) -> np.ndarray:
    """The first page as a printer makes it."""
    page = pypdfium2.PdfDocument(pdf_of(of))[0]
    return np.asarray(page.render(scale=DPI / 72).to_pil().convert("RGB"))


def spots(of: Sheet) -> np.ndarray:
    """Places all over the map, longitude and latitude."""
    left, top, right, bottom = of.frame
    x, y = np.meshgrid(np.linspace(left + 9, right - 9, 4), np.linspace(top + 9, bottom - 9, 3))
    return of.to_ground(np.column_stack([x.ravel(), y.ravel()]))


def drawn_on(of: Sheet, where: np.ndarray) -> np.ndarray:
    """The printed sheet with a coloured dot at each place and a line through all of them."""
    picture = printed(of).copy()
    pixels = of.to_paper(where) * DPI / 25.4
    cv2.polylines(picture, [np.round(pixels).astype(np.int32)], False, (90, 190, 90), 3, cv2.LINE_AA)
    for x, y in pixels:
        cv2.circle(picture, (round(x * 16), round(y * 16)), 12 * 16, PEN, -1, cv2.LINE_AA, shift=4)
    return picture


def photographed(picture: np.ndarray, *, angle: float, tilt: Any, grain: float, blur: float, shadow: float) -> Any:
    """As a phone sees a sheet on a table: turned, from aside, grainy, not quite sharp, half in shadow."""
    height, width = picture.shape[:2]
    side = int(1.35 * np.hypot(width, height))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    turned = np.radians(angle)
    turn = np.array([[np.cos(turned), np.sin(turned)], [-np.sin(turned), np.cos(turned)]])
    there = (corners - [width / 2, height / 2]) @ turn * 1.1 + side / 2 + np.array(tilt) * side
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), there.astype(np.float32))
    seen = cv2.warpPerspective(picture, matrix, (side, side), flags=cv2.INTER_AREA, borderValue=(120, 105, 90))
    x, y = np.meshgrid(np.linspace(0, 1, side), np.linspace(0, 1, side))
    light = 1 - shadow * (1 / (1 + np.exp(-14 * (x + 0.6 * y - 0.8)))) - 0.15 * y
    lit = cv2.GaussianBlur(seen, (0, 0), blur).astype(np.float32) * light[..., None].astype(np.float32)
    lit += np.random.default_rng(7).normal(0, grain, lit.shape).astype(np.float32)
    return np.clip(lit, 0, 255).astype(np.uint8)


def traced(straight: np.ndarray, of: Sheet) -> np.ndarray:
    """Where the pen's dots are in the straightened map, as an adult would click them: longitude and latitude."""
    red, green, blue = (straight[..., band].astype(int) for band in range(3))
    pen = ((blue - red > 60) & (blue - green > 50)).astype(np.uint8)
    _, _, stats, centres = cv2.connectedComponentsWithStats(cv2.morphologyEx(pen, cv2.MORPH_OPEN, np.ones((5, 5))))
    found = (centres[stats[:, cv2.CC_STAT_AREA] < pen.size / 50] + 0.5) / straight.shape[1::-1]
    left, top, right, bottom = of.frame
    return of.to_ground(found * [right - left, bottom - top] + [left, top])


def farthest_m(where: np.ndarray, found: np.ndarray) -> float:
    """How far each place is from the nearest one that was traced, at most, on the ground."""
    metres = [project(shapely.multipoints(each), WGS84, neighbourhood.EPSG) for each in (where, found)]
    return max(shapely.distance(point, metres[1]) for point in shapely.get_parts(metres[0]))


def back(photo: np.ndarray, of: Sheet) -> np.ndarray:
    """The photo straightened the way the service does it."""
    found = rectify.marks(photo)
    assert found.family == of.family
    return rectify.straightened(photo, found, of).picture


FLAT = {"tilt": np.zeros((4, 2)), "grain": 3.0, "blur": 0.8, "shadow": 0.0}
tilts = st.lists(st.floats(-0.055, 0.055), min_size=8, max_size=8).map(lambda v: np.array(v).reshape(4, 2))


@settings(max_examples=12)
@given(
    angle=st.floats(-180, 180),
    tilt=tilts,
    grain=st.floats(0, 12),
    blur=st.floats(0.4, 1.8),
    shadow=st.floats(0, 0.6),
    upright=st.booleans(),
)
def test_what_is_drawn_on_a_sheet_comes_back_within_ten_metres(
    angle: float, tilt: Any, grain: float, blur: float, shadow: float, upright: bool
) -> None:
    of = around_school(upright=upright)
    where = spots(of)
    photo = photographed(drawn_on(of, where), angle=angle, tilt=tilt, grain=grain, blur=blur, shadow=shadow)
    found = traced(back(photo, of), of)
    assert len(found) == len(where)
    assert farthest_m(where, found) < FARTHEST_M


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_sheet_may_lie_upside_down_or_on_its_side(angle: int) -> None:
    of = around_school()
    where = spots(of)
    photo = photographed(drawn_on(of, where), angle=angle, **FLAT)
    assert farthest_m(where, traced(back(photo, of), of)) < 2.5


@pytest.mark.parametrize(("paper", "scale"), [("A4", 2500), ("A4", 10_000), ("A3", 5000), ("A3", 10_000)])
def test_every_paper_and_scale_comes_back(paper: str, scale: int) -> None:
    of = around_school(paper, scale)
    where = spots(of)
    tilt = np.array([[0.04, 0.02], [-0.03, 0.03], [0.0, -0.04], [0.03, 0.0]])
    photo = photographed(drawn_on(of, where), angle=174, tilt=tilt, grain=5, blur=1, shadow=0.4)
    assert farthest_m(where, traced(back(photo, of), of)) < FARTHEST_M


def covered(picture: np.ndarray, of: Sheet, *positions: int) -> np.ndarray:
    """A thumb on some of the marks."""
    hidden = picture.copy()
    for corners in of.marks()[list(positions)] * DPI / 25.4:
        (left, top), (right, bottom) = corners.min(0).astype(int), corners.max(0).astype(int)
        hidden[top - 4 : bottom + 4, left + 10 : right + 4] = (214, 170, 140)
    return hidden


@pytest.mark.parametrize("position", range(4))
def test_three_marks_are_enough_and_the_missing_one_is_named(position: int) -> None:
    of = around_school()
    where = spots(of)
    tilt = np.array([[0.03, 0.02], [-0.02, 0.03], [0.0, -0.03], [0.03, 0.0]])
    photo = photographed(covered(drawn_on(of, where), of, position), angle=12, **{**FLAT, "tilt": tilt})
    found = rectify.marks(photo)
    assert found.missing == (sheet.CORNERS[position],)
    straight = rectify.straightened(photo, found, of)
    assert farthest_m(where, traced(straight.picture, of)) < FARTHEST_M


@pytest.mark.parametrize(("hidden", "left"), [((0, 2), 2), ((0, 1, 2, 3), 0)])
def test_fewer_than_three_marks_are_refused_with_their_number(hidden: tuple[int, ...], left: int) -> None:
    of = around_school()
    with pytest.raises(rectify.Unreadable) as refused:
        rectify.marks(covered(printed(of), of, *hidden))
    assert (refused.value.code, refused.value.facts) == ("marks_missing", {"found": left})


def test_a_folded_sheet_is_refused_rather_than_traced_in_the_wrong_place() -> None:
    of = around_school()
    picture = printed(of)
    height, width = picture.shape[:2]
    squeezed = cv2.resize(picture[:, width // 2 :], (int(width * 0.38), height), interpolation=cv2.INTER_AREA)
    folded = np.hstack([picture[:, : width // 2], squeezed])
    with pytest.raises(rectify.Unreadable, match="sheet_bent"):
        rectify.straightened(folded, rectify.marks(folded), of)


@pytest.mark.parametrize("angle", [0, 35, 180])
def test_the_code_of_the_sheet_is_read_from_the_photo(angle: int) -> None:
    of = around_school()
    photo = photographed(printed(of), angle=angle, **FLAT)
    assert rectify.address(photo, rectify.marks(photo)) == f"https://snarvei.eksempel.no/papir/{sheet.number(of)}"


def test_the_marks_are_those_of_the_dictionary() -> None:
    known = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_50)
    for id, bits in enumerate(sheet.MARKERS):
        picture = cv2.aruco.generateImageMarker(known, id, sheet.CELLS)[1:-1, 1:-1].ravel() > 127
        assert bits == int("".join(str(int(bit)) for bit in picture), 2)


@given(
    paper=st.sampled_from(list(sheet.PAPERS)),
    scale=st.sampled_from(sheet.SCALES),
    longitude=st.floats(-180, 180),
    latitude=st.floats(-84, 84),
    upright=st.booleans(),
)
def test_a_number_says_all_about_its_sheet(
    paper: str, scale: int, longitude: float, latitude: float, upright: bool
) -> None:
    of = sheet.around(paper, scale, longitude, latitude, OWNER, upright=upright)
    assert sheet.read_number(sheet.number(of).lower().replace("-", " "), OWNER) == of


def test_a_mistyped_number_or_anothers_is_hardly_ever_taken() -> None:
    number = sheet.number(around_school())
    wrong = [
        number[:place] + sign + number[place + 1 :]
        for place, old in enumerate(number)
        for sign in sheet.ALPHABET
        if old not in (sign, "-")
    ]
    taken = [each for each in wrong if sheet.read_number(each, OWNER)]
    assert len(taken) / len(wrong) < 0.02
    others = [sheet.read_number(number, str(owner).encode()) for owner in range(300)]
    assert len([found for found in others if found]) < 6
    for text in ("", "AAAA", number[:-1], number + "2", "0000-0000-0000"):
        assert sheet.read_number(text, OWNER) is None


@given(st.sampled_from(["A4", "A3"]), st.floats(0, 1), st.floats(0, 1))
def test_paper_and_ground_are_each_others_way_back(paper: str, u: float, v: float) -> None:
    of = around_school(paper)
    left, top, right, bottom = of.frame
    mm = np.array([[left + u * (right - left), top + v * (bottom - top)]])
    assert np.allclose(of.to_paper(of.to_ground(mm)), mm, atol=1e-6)


def test_a_millimetre_is_as_long_on_the_ground_as_the_scale_says() -> None:
    of = around_school(scale=5000)
    line = project(
        shapely.LineString(of.to_ground(np.array([[100.0, 90.0], [200.0, 90.0]]))), WGS84, neighbourhood.EPSG
    )
    assert line.length == pytest.approx(500, rel=0.01)


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_the_whole_area_lies_inside_its_sheet(paper: str) -> None:
    of = sheet.covering(paper, town().area.bounds, OWNER)
    assert shapely.box(*of.bounds()).contains(town().area)
    larger = sheet.SCALES[sheet.SCALES.index(of.scale) - 1]
    assert not shapely.box(*replace(of, scale=larger).bounds()).contains(town().area)


def test_the_pdf_embeds_its_font_and_says_what_must_be_said() -> None:
    of = around_school()
    body = pdf_of(of)
    document = pypdfium2.PdfDocument(body)
    assert len(document) == 2
    said = document[0].get_textpage().get_text_bounded()
    for text in ("Kart på papir", "Prøveøya skole", sheet.number(of), "1:5000", "200 m", "N", "Oppdiktet"):
        assert text in said
    assert "Ŋ og æøå" in document[1].get_textpage().get_text_bounded()
    assert b"/FontFile2" in body
    assert len(body) < 200_000


def test_black_and_white_is_enough_to_tell_kinds_apart() -> None:
    """Water, wood, park, school and open ground each print with a pattern of their own."""
    of = around_school("A3", 5000)
    grey = cv2.cvtColor(printed(of), cv2.COLOR_RGB2GRAY)
    colourful = (printed(of).max(axis=2).astype(int) - printed(of).min(axis=2)) > 40
    left, top, right, bottom = (int(mm * DPI / 25.4) for mm in of.frame)
    assert not colourful[top:bottom, left:right].any(), "the map itself has no colour"
    dark = {}
    for kind in ("forest", "park", "school"):
        (geometry,) = [p["geometry"] for p in town().places if p["kind"] == kind]
        x, y = of.to_paper(np.array(shapely.get_coordinates(shapely.centroid(geometry))))[0] * DPI / 25.4
        dark[kind] = float((grey[int(y) - 20 : int(y) + 20, int(x) - 20 : int(x) + 20] < 200).mean())
    assert all(share > 0.01 for share in dark.values()), dark


def file_of(picture: np.ndarray, format: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, format, **options)
    return out.getvalue()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_photos_of_every_kind_are_opened_and_nothing_but_the_picture_is_kept(format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (59.0, 54.0, 30.0)
    data = file_of(printed(around_school()), format, exif=exif)
    opened = rectify.opened(data)
    height, width = printed(around_school()).shape[:2]
    assert opened.shape == (width, height, 3), "turned as the camera was held"
    again = rectify.encoded(opened)
    assert b"Exif" not in again
    assert dict(Image.open(io.BytesIO(again)).getexif()) == {}


def test_pictures_that_cannot_be_used_each_have_a_code() -> None:
    good = file_of(printed(around_school()))
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9'/></svg>"
    bomb = file_of(np.zeros((9000, 9500), np.uint8), "PNG")
    huge = _png_that_says_it_is(60_000, 60_000)
    wrong = {
        "picture_type": [svg, b"GIF89a" + b"\0" * 40, b"%PDF-1.4", b"\0" * 4000],
        "picture_cut_short": [good[: len(good) // 2]],
        "picture_too_many_pixels": [bomb, huge],
        "picture_too_small": [file_of(np.zeros((90, 120, 3), np.uint8))],
    }
    for code, files in wrong.items():
        for data in files:
            with pytest.raises(rectify.Unreadable) as refused:
                rectify.opened(data)
            assert refused.value.code == code


@given(st.binary(max_size=400), st.integers(0, 3000))
def test_no_bytes_do_worse_than_a_refusal(noise: bytes, at: int) -> None:
    good = file_of(printed(around_school())[:600, :600])
    for data in (noise, good[:at] + noise, good[:at] + noise + good[at + len(noise) :]):
        with contextlib.suppress(rectify.Unreadable):
            assert rectify.opened(data).dtype == np.uint8


def _png_that_says_it_is(width: int, height: int) -> bytes:
    import struct
    import zlib

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )
