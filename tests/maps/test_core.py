"""The pure modules of the browser side, run where they run: in the browser."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.maps.conftest import DESK, Served

pytestmark = pytest.mark.browser


@pytest.fixture
def run(served: Served, visit: Callable[..., Page]) -> Callable[[str, str, Any], Any]:
    """``run("lines", "m => m.length(x)", x)``: a module of core/ and an expression over it."""
    page = visit(served.url, size=DESK, touch=False)
    build = re.search(r"/static/(\w+)/", page.content())
    assert build is not None

    def evaluate(module: str, expression: str, x: Any = None) -> Any:
        address = f"/static/{build[1]}/maps/core/{module}.js"
        return page.evaluate(
            f"async ([address, x]) => {{ const m = await import(address); return ({expression}); }}", [address, x]
        )

    return evaluate


def test_length_is_in_metres(run: Any) -> None:
    degree = run("lines", "m.length(x)", [[10, 60], [10, 61]])
    assert degree == pytest.approx(111_320, rel=0.01)
    assert run("lines", "m.length(x)", [[10, 60], [11, 60]]) == pytest.approx(
        degree * math.cos(math.radians(60)), rel=0.01
    )
    assert run("lines", "m.length(x)", [[10, 60]]) == 0


@pytest.mark.parametrize("tolerance", [1, 5, 20])
def test_simplifying_stays_within_its_tolerance(run: Any, tolerance: float) -> None:
    line = [[10 + i * 2e-5, 60 + 1e-4 * math.sin(i / 3)] for i in range(120)]
    kept = run("lines", f"m.simplify(x, {tolerance})", line)
    assert kept[0] == line[0]
    assert kept[-1] == line[-1]
    assert len(kept) < len(line)
    import shapely

    def metric(points: list[list[float]]) -> Any:
        return shapely.LineString(
            [((x - 10) * 111_320 * math.cos(math.radians(60)), (y - 60) * 111_320) for x, y in points]
        )

    assert metric(line).hausdorff_distance(metric(kept)) <= tolerance * 1.02


def test_handles_are_few_and_the_ends_stay(run: Any) -> None:
    line = [[10 + i * 1e-4, 60 + 1e-3 * math.sin(i)] for i in range(300)]
    kept = run("lines", "m.handles(x, 24)", line)
    assert len(kept) <= 24
    assert (kept[0], kept[-1]) == (0, 299)
    assert kept == sorted(set(kept))


@pytest.mark.parametrize(("point", "wanted"), [([1, 1], True), ([5, 5], False), ([11, 1], False), ([25, 25], True)])
def test_inside_respects_holes_and_parts(run: Any, point: list[float], wanted: bool) -> None:
    area = {
        "type": "MultiPolygon",
        "coordinates": [
            [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]], [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]],
            [[[20, 20], [30, 20], [30, 30], [20, 30], [20, 20]]],
        ],
    }
    assert run("lines", "m.inside(x[0], x[1])", [area, point]) is wanted


def test_history_goes_back_and_forth(run: Any) -> None:
    said = run(
        "history",
        """(() => {
            const told = [];
            const h = new m.History((id, content) => told.push([id, content]));
            h.step('a', null, 1); h.step('a', 1, 2); h.undo(); h.undo(); h.undo(); h.redo(); h.step('b', null, 3);
            return [told, h.canUndo, h.canRedo];
        })()""",
    )
    assert said == [[["a", 1], ["a", 2], ["a", 1], ["a", None], ["a", 1], ["b", 3]], True, False]


def test_texts_fill_in_names_and_choose_forms(run: Any) -> None:
    said = run(
        "texts",
        """(() => {
            const texts = {'Hi {name}': 'Hei {name}', '{n} way': ['{n} vei', '{n} veier']};
            m.speak({texts, plural: '101' + '1'.repeat(197)});
            const ways = [1, 1000].map((n) => m.n('{n} way', '{n} ways', n));
            return [m.t('Hi {name}', {name: '<b>'}), ...ways, m.t('Unknown')];
        })()""",
    )
    assert said == ["Hei <b>", "1 vei", "1000 veier", "Unknown"]


OUTBOX = """(async () => {
    const { Items } = await import(address.replace('outbox', 'items'));
    const memory = new Map();
    const database = {
        all: async () => [...memory.values()],
        get: async (_, id) => memory.get(id),
        update: async (_, id, change) => {
            const value = structuredClone(change(memory.get(id)));
            if (value === null) memory.delete(id);
            else if (value !== undefined) memory.set(id, value);
            return value;
        },
    };
    const items = new Items(database);
    await items.load();
    const sent = [];
    const outbox = new m.Outbox(items, async (item) => {
        sent.push([item.id, item.deleted ? null : item.properties.n]);
        await new Promise((r) => setTimeout(r, 20));
        if (x.fail === item.id && sent.length < 3) throw { status: 503, passing: true, code: 'x', retryAfter: 0.05 };
        return { properties: { received_at: '2026', short_id: 'A' }, geometry: null };
    });
    const put = (id, n) => {
        void items.change(id, n === null ? null : { properties: { kind: 'place', n }, geometry: {} });
        outbox.wake();
    };
    for (const [id, n, wait] of x.story) { put(id, n); await new Promise((r) => setTimeout(r, wait)); }
    await new Promise((r) => setTimeout(r, 900));
    return { sent, states: items.present().map((i) => [i.id, i.state]), kept: [...memory.keys()].sort() };
})()"""


@pytest.mark.parametrize(
    ("story", "fail", "sent", "states"),
    [
        ([["a", 1, 0], ["b", 2, 0]], None, [["a", 1], ["b", 2]], [["a", "received"], ["b", "received"]]),
        ([["a", 1, 5], ["a", 2, 0]], None, [["a", 1], ["a", 2]], [["a", "received"]]),
        ([["a", 1, 60], ["a", None, 0]], None, [["a", 1], ["a", None]], []),
        ([["a", 1, 0], ["b", 2, 0]], "a", [["a", 1], ["b", 2], ["a", 1]], [["a", "received"], ["b", "received"]]),
    ],
    ids=["in turn", "changed on its way", "deleted", "one fails, the other goes on"],
)
def test_the_outbox_sends_each_thing_until_it_has_a_receipt(
    run: Any, story: Any, fail: Any, sent: Any, states: Any
) -> None:
    found = run("outbox", OUTBOX, {"story": story, "fail": fail})
    assert found["sent"] == sent
    assert found["states"] == states
    assert found["kept"] == [id for id, _ in states]
