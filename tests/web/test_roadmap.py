"""The roadmap's pages: a filter in the address, a chart whose figures open their rows, a spreadsheet, both versions."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from app.services import roadmap_tags
from app.services.roadmap_search import PER_PAGE
from app.store import Store
from tests import builders as a
from tests.web.test_pages import page, signed_in

URL = "/plan/borgen/veikart"
WORDS = {"title": "Lys", "theme": "traffic_safety", "realiser": "together", "version": "1"}


@pytest.fixture
def planner(light: FlaskClient, embedded: Store) -> FlaskClient:
    with embedded.writing() as db:
        made = a.process(db)
        a.officer(db)
        for realiser, many in (("municipality", 3), ("residents", 4), ("together", 1)):
            for n in range(many):
                a.wanted(db, made, f"Lys nummer {n}", realiser=realiser, location=a.at(50 * n, 0) if n else None)
        a.wanted(db, made, "=1+1", text="-5 grader", tags=("natt", "@vinter"), theme="other")
    return signed_in(light)


def listed(html: str) -> list[str]:
    return re.findall(r'<tr data-input="([^"]+)"', html)


def test_every_figure_of_the_chart_opens_as_many_rows(planner: FlaskClient) -> None:
    for where in (URL, f"{URL}?q=lys", f"{URL}?placed=no"):
        html = page(planner, where)
        slices = re.findall(r'<a href="([^"]+)" data-slice="(\w+)"[^>]*>\s*(\d+)', html)
        assert [name for _, name, _ in slices] == ["municipality", "residents", "together", "all", "joint"]
        for href, name, count in slices:
            opened = page(planner, href.replace("&amp;", "&"))
            assert len(listed(opened)) == int(count), name


def test_the_joint_share_is_explained(planner: FlaskClient) -> None:
    html = page(planner, f"{URL}?q=lys", "en")
    shares = [int(each) for each in re.findall(r'class="figure">(\d+) %', html)]
    assert shares == [38, 50, 12, 100]
    assert "<b>62 %</b>" in html
    assert "residents (50 %) or several together (12 %)" in html


def test_the_list_and_the_map_show_the_same_rows(planner: FlaskClient) -> None:
    html = page(planner, f"{URL}?placed=yes")
    on_map = re.findall(r'"id": ?"(BORGEN-\d+)"', html)
    assert sorted(on_map) == sorted(listed(html))
    assert len(on_map) == 5


def test_empty_parts_of_the_filter_leave_the_address(planner: FlaskClient) -> None:
    found = planner.get(f"{URL}?q=lys&theme=&who=together&who=residents&within=250&placed=")
    assert found.headers["Location"] == f"{URL}?who=together&who=residents&q=lys"


def test_each_part_of_the_filter_can_be_taken_away(planner: FlaskClient) -> None:
    where = (
        f"{URL}?q=lys&who=together&placed=no&near=Skolen&within=500&status=heard&kind=challenge&theme=traffic_safety"
    )
    html = page(planner, where)
    chips = re.search(r'(?s)<ul class="filter-chips".*?</ul>', html)
    assert chips is not None
    hrefs = [each.replace("&amp;", "&") for each in re.findall(r'href="([^"]+)"', chips[0])]
    assert len(hrefs) == 8
    parts = set(where.partition("?")[2].split("&"))
    gone = [parts - set(href.partition("?")[2].split("&")) for href in hrefs[:-1]]
    assert sorted(len(each) for each in gone) == [1, 1, 1, 1, 1, 1, 2]
    assert hrefs[-1] == URL


def test_what_fits_nothing_says_what_to_do_next(planner: FlaskClient) -> None:
    assert "Ingenting i veikartet passer" in page(planner, f"{URL}?q=drage")
    found = planner.get(f"{URL}?near=Atlantis", headers={"Accept-Language": "nb"})
    assert found.status_code == 422
    assert 'value="Atlantis"' in found.get_data(as_text=True)


def test_a_long_roadmap_is_turned_page_by_page(planner: FlaskClient, embedded: Store) -> None:
    with embedded.writing() as db:
        from app.services import processes

        for _ in range(PER_PAGE):
            a.wanted(db, processes.by_slug(db, "borgen"), "Benk")
    first = page(planner, f"{URL}?q=benk")
    assert 'rel="next"' not in first
    first = page(planner, URL)
    second = page(planner, f"{URL}?page=2")
    assert f'href="{URL}?page=2"' in first
    assert 'rel="prev"' in second
    assert len(set(listed(first)) | set(listed(second))) == PER_PAGE + 9
    assert set(listed(first)) & set(listed(second)) == set()


def test_the_spreadsheet_holds_the_same_rows_and_no_formula(planner: FlaskClient) -> None:
    found = planner.get(f"{URL}/veikart.csv?theme=other")
    assert found.mimetype == "text/csv"
    (row,) = csv.DictReader(io.StringIO(found.data.decode("utf-8-sig")), delimiter=";")
    assert (row["title"], row["text"], row["tags"]) == ("'=1+1", "'-5 grader", "'@vinter, natt")
    assert (row["people"], row["lat"]) == ("", "")
    everything = planner.get(f"{URL}/veikart.csv").data.decode("utf-8-sig")
    assert everything.count("BORGEN-0") == 9


def test_two_who_edit_at_once_see_both_versions_and_neither_is_lost(planner: FlaskClient) -> None:
    where = f"{URL}/BORGEN-0001"
    assert planner.post(where, data={**WORDS, "title": "Den første", "tags": "b, A,b"}).status_code == 302
    found = planner.post(
        where, data={**WORDS, "title": "Den andre", "text": "Mine ord", "tags": ""}, headers={"Accept-Language": "en"}
    )
    html = found.get_data(as_text=True)
    assert found.status_code == 409
    table = re.search(r'(?s)<table class="both">.*?</table>', html)
    assert table is not None
    for words in ("Den første", "Den andre", "Mine ord", "a, b"):
        assert words in table[0]
    assert 'value="Den andre"' in html
    assert ">Mine ord</textarea>" in html
    assert 'name="version" value="2"' in html
    assert planner.post(where, data={**WORDS, "title": "Den andre", "version": "2"}).status_code == 302
    html = page(planner, where, "en")
    assert "Den første → Den andre" in html


def test_every_edit_is_in_the_history_with_what_stood_there_before(planner: FlaskClient, embedded: Store) -> None:
    where = f"{URL}/BORGEN-0001"
    planner.post(where, data={**WORDS, "theme": "other", "kind": "quality", "tags": "Vinter"})
    planner.post(f"{where}/status", data={"status": "considered", "reason": "Vi ser på det"})
    html = page(planner, where, "en")
    lines: Any = re.search(r'(?s)<ol class="history">.*?</ol>', html)
    for words in ("challenge → quality", "heard → being looked at", "Vi ser på det", "vinter", "Lys nummer 0 → Lys"):
        assert words in lines[0], words


@pytest.mark.parametrize(("tags", "code"), [("x" * 41, "40"), (",".join("abcdefghijk"), "10")])
def test_too_many_or_too_long_tags_are_refused(planner: FlaskClient, tags: str, code: str) -> None:
    found = planner.post(f"{URL}/BORGEN-0001", data={**WORDS, "tags": tags}, headers={"Accept-Language": "nb"})
    assert found.status_code == 422
    assert code in found.get_data(as_text=True)
    assert f'value="{tags}"' in found.get_data(as_text=True)


def test_tags_lead_to_what_else_has_them(planner: FlaskClient) -> None:
    html = page(planner, f"{URL}/BORGEN-0009")
    assert f'href="{URL}?tag={quote("natt")}"' in html
    assert listed(page(planner, f"{URL}?tag=natt")) == ["BORGEN-0009"]
    assert roadmap_tags.split_tags(" Natt ,, natt,\u00c5s ") == ["natt", "ås"]
