"""Finding inputs: every filter against a slow, plain one; words, numbers, stems; pages; the chart's figures."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.model import RoadmapInput
from app.model.roadmap import INPUT_KINDS, REALISERS
from app.services import roadmap, roadmap_chart, roadmap_search, roadmap_tags
from app.services.roadmap_search import PER_PAGE, Query
from app.store import Session, Store
from tests import builders as a

TITLES = ("Lys på stien", "Flere lyskryss ved skolen", "Økt trygghet", "Sykkelveg langs Storgata", "Benker i parken")


def filled(db: Session, many: int = 40) -> Any:
    made = a.process(db)
    for n in range(many):
        a.wanted(
            db,
            made,
            f"{TITLES[n % 5]} {n}",
            text="Gatelyktene er mørke" if n % 7 == 0 else None,
            theme=("traffic_safety", "play_and_meeting")[n % 2],
            kind=INPUT_KINDS[n % 3],
            realiser=REALISERS[n // 2 % 3],
            status=("heard", "considered", "planned", "merged")[n % 4],
            location=a.at(n * 30, 0) if n % 2 else None,
            tags=("natt",) if n % 5 == 0 else (),
        )
    return made


def titles(db: Session, made: Any, **asked: Any) -> list[str]:
    return [row.title for row in roadmap_search.search(db, made, Query(**asked)).rows]


def slowly(db: Session, made: Any, query: Query) -> list[RoadmapInput]:
    """The same, row by row."""
    tags = roadmap_tags.tags_of(db, roadmap.inputs(db, made))
    school = shapely.Point(a.CENTRE)

    def fits(row: RoadmapInput) -> bool:
        words = re.findall(r"\w+", f"{row.title} {row.text or ''}".lower())
        where = None if row.location is None else a.project(row.location, 4326, a.EPSG)
        return all(
            (
                all(any(word.startswith(term) for word in words) for term in query.text.lower().split()),
                not query.themes or row.theme in query.themes,
                not query.kinds or row.kind in query.kinds,
                not query.realisers or row.realiser in query.realisers,
                row.status in query.statuses if query.statuses else row.status != "merged",
                not query.tag or query.tag in tags.get(row.id, []),
                query.placed is None or query.placed is (row.location is not None),
                not query.near or (where is not None and where.distance(school) <= query.within),
            )
        )

    return [row for row in roadmap.inputs(db, made) if fits(row)]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"text": "lys"},
        {"text": "LYS skolen"},
        {"text": "økt"},
        {"text": "gatelykt mørk"},
        {"themes": ("play_and_meeting",)},
        {"kinds": ("quality", "challenge")},
        {"realisers": ("together",)},
        {"realisers": ("together", "residents"), "placed": True},
        {"statuses": ("merged",)},
        {"statuses": ("heard", "planned"), "tag": "natt"},
        {"placed": False, "text": "benker"},
        {"near": "skolen", "within": 250},
        {"tag": "finnes ikke"},
    ],
    ids=str,
)
def test_every_filter_lets_through_what_a_slow_one_does(store: Store, asked: dict[str, Any]) -> None:
    with store.writing() as db:
        made = filled(db)
    with store.reading() as db:
        query = Query(**asked)
        found = roadmap_search.search(db, made, query)
        wanted = slowly(db, made, query)
        assert [row.public_id for row in found.rows] == [row.public_id for row in wanted]
        assert found.total == len(wanted)
        everyone = slowly(db, made, replace(query, realisers=()))
        assert found.realisers == {each: sum(row.realiser == each for row in everyone) for each in REALISERS}
        if asked != {"tag": "finnes ikke"}:
            assert len(wanted) > 0
            assert not asked or len(wanted) < len(slowly(db, made, Query()))


def test_a_slice_of_the_chart_opens_as_many_rows_as_it_says(store: Store) -> None:
    with store.writing() as db:
        made = filled(db)
    with store.reading() as db:
        for query in (Query(), Query(text="lys"), Query(placed=True)):
            chart = roadmap_chart.chart(roadmap_search.search(db, made, query).realisers)
            for each in chart.slices:
                assert roadmap_search.search(db, made, replace(query, realisers=(each.realiser,))).total == each.count
            joint = roadmap_search.search(db, made, replace(query, realisers=roadmap_chart.TOGETHER))
            assert joint.total == chart.joint.count


@pytest.mark.parametrize("asked", ["BORGEN-0003", "borgen-0003", "3"])
def test_an_input_is_found_by_its_id_and_by_its_number(store: Store, asked: str) -> None:
    with store.writing() as db:
        made = a.process(db)
        for _ in range(4):
            a.wanted(db, made)
        assert [row.number for row in roadmap_search.search(db, made, Query(text=asked)).rows] == [3]
        assert len(roadmap_search.search(db, made, Query(text="BORGEN-")).rows) == 4


def test_words_are_found_by_their_norwegian_stem_where_the_store_knows_them(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        a.wanted(db, made, "Bedre belysning", text="Husene og gatene er mørke")
        for asked in ("belysn", "gatene", "hus", "og mørk"):
            assert titles(db, made, text=asked) == ["Bedre belysning"], asked
        stemmed = ["Bedre belysning"] if store.kind == "postgresql" else []
        assert titles(db, made, text="belysningen") == stemmed
        assert titles(db, made, text="huset") == stemmed


def test_words_that_were_changed_are_found_as_they_are_now(store: Store) -> None:
    with store.writing() as db:
        made = a.process(db)
        row = a.wanted(db, made, "Gammel tittel")
        row.title = "Ny overskrift"
        db.flush()
        assert titles(db, made, text="gammel") == []
        assert titles(db, made, text="overskrift") == ["Ny overskrift"]
        db.delete(row)
        db.flush()
        assert titles(db, made, text="overskrift") == []


@pytest.mark.parametrize("typed", ["'", '"', "lys OR", "lys:* & !sti", "NEAR(lys)", "lys*", "--", "%", "\\", "lys\x00"])
def test_what_is_typed_is_words_and_never_a_language(store: Store, typed: str) -> None:
    with store.writing() as db:
        made = a.process(db)
        a.wanted(db, made, "Lys på stien")
        a.wanted(db, made, "Benker")
        assert "Benker" not in titles(db, made, text=typed)


def test_pages_hold_each_input_once(embedded: Store) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        for _ in range(2 * PER_PAGE + 1):
            a.wanted(db, made)
        pages = [roadmap_search.search(db, made, Query(page=n)) for n in (1, 2, 3)]
        numbers = [row.number for page in pages for row in page.rows]
        assert numbers == list(range(2 * PER_PAGE + 1, 0, -1))
        assert {page.pages for page in pages} == {3}
        assert [roadmap_search.search(db, made, Query(page=n)).page for n in (-5, 99)] == [1, 3]


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"kinds": ("dragon",)}, "value_unknown", "kind"),
        ({"realisers": ("me",)}, "value_unknown", "realiser"),
        ({"statuses": ("lost",)}, "value_unknown", "status"),
        ({"within": 7}, "value_unknown", "radius"),
        ({"near": "Atlantis"}, "place_unknown", "place"),
        ({"text": "x" * 201}, "text_too_long", "text"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_by_name(
    embedded: Store, asked: dict[str, Any], code: str, field: str
) -> None:
    with embedded.writing() as db:
        made = a.process(db)
        with pytest.raises(Invalid) as refused:
            roadmap_search.search(db, made, Query(**asked))
    assert (refused.value.code, refused.value.field) == (code, field)


def test_another_process_is_not_searched(store: Store) -> None:
    with store.writing() as db:
        a.wanted(db, a.process(db, slug="giske"))
        made = a.process(db)
        assert roadmap_search.search(db, made, Query(text="lys")).total == 0
        assert roadmap_search.search(db, made, Query()).total == 0


def test_the_borgen_shares_come_out_of_their_rows() -> None:
    chart = roadmap_chart.chart({"municipality": 114, "residents": 184, "together": 160})
    assert [each.percent for each in chart.slices] == [25, 40, 35]
    assert (chart.total, chart.joint.count, chart.joint.percent) == (458, 344, 75)


@given(st.lists(st.integers(0, 10_000), min_size=3, max_size=3))
def test_whole_per_cents_add_up_and_none_is_a_per_cent_away(counts: list[int]) -> None:
    percents = roadmap_chart.whole_percents(dict(zip(REALISERS, counts, strict=True)))
    assert sum(percents.values()) == (100 if sum(counts) else 0)
    for name, count in zip(REALISERS, counts, strict=True):
        assert abs(percents[name] * sum(counts) - 100 * count) < max(sum(counts), 1)
        assert count or not percents[name]
