"""Drawing by touch, pen, mouse and keyboard: smooth, along the streets, reshaped by handles, and never by accident."""

from __future__ import annotations

import heapq
import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from gis import network
from tests.maps.conftest import DESK, TABLET, Fingers, Served, join, on_device, on_map, received
from tests.maps.test_core import run
from tests.maps.test_participate import own_class, reach, stored, things

__all__ = ["own_class", "run"]
pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
REPORT = Path(__file__).resolve().parents[2] / "var" / "drawing.json"
EXAMPLES = settings(max_examples=40)
LATITUDE = 60.0
METRE = (1 / (111_320 * math.cos(math.radians(LATITUDE))), 1 / 111_320)


def report(**figures: float) -> None:
    """What was measured, for people: printed, and kept in var/."""
    print(figures)
    earlier = json.loads(REPORT.read_text()) if REPORT.exists() else {}
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps({**earlier, **figures}, indent=2) + "\n")


def degrees(metres: list[tuple[float, float]]) -> list[list[float]]:
    return [[10 + x * METRE[0], LATITUDE + y * METRE[1]] for x, y in metres]


def metric(line: list[list[float]]) -> Any:
    return shapely.LineString([((x - 10) / METRE[0], (y - LATITUDE) / METRE[1]) for x, y in line])


@st.composite
def hands(draw: st.DrawFn) -> list[list[list[float]]]:
    """Strokes as a hand makes them: it turns, trembles and rests, on a map at some zoom."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    metres_a_pixel = 156_543 * math.cos(math.radians(LATITUDE)) / 2 ** draw(st.integers(15, 19))
    start = np.zeros(2)
    made = []
    for _ in range(draw(st.integers(1, 4))):
        size = draw(st.integers(2, 250))
        heading = np.cumsum(rng.normal(0, draw(st.sampled_from([0.02, 0.1, 0.3])), size)) + rng.uniform(0, 6.3)
        step = rng.gamma(2, draw(st.sampled_from([1.0, 2.0, 5.0])), size)
        path = start + np.cumsum(np.column_stack([np.cos(heading), np.sin(heading)]) * step[:, None], axis=0)
        path = np.rint(path + rng.normal(0, 0.7, path.shape))
        start = path[-1]
        made.append(degrees([tuple(p) for p in path * metres_a_pixel]))
    return made


@EXAMPLES
@given(strokes=hands())
def test_a_hand_drawn_route_lies_where_the_hand_went_and_has_few_vertices(run: Any, strokes: Any) -> None:
    """Only a scribble of kilometres, that needs more vertices than a route may have, lies farther away."""
    smooth = "x.flatMap((raw) => m.stroke(raw))"
    kept, needed = run("lines", f"[m.economical({smooth}), m.simplify({smooth}, 2.2).length]", strokes)
    drawn, route = metric([p for raw in strokes for p in raw]), metric(kept)
    assert len(kept) <= 200
    away = shapely.hausdorff_distance(drawn, route, densify=0.05) if drawn.length else 0
    assert away <= 5.0 or (needed > 200 and drawn.length > 4_000)


def test_a_scribble_is_drawn_coarser_rather_than_with_too_many_vertices(run: Any) -> None:
    rng = np.random.default_rng(1)
    scribble = degrees([tuple(p) for p in rng.uniform(0, 300, (4000, 2))])
    assert len(run("lines", "m.economical(m.stroke(x))", scribble)) <= 200


def test_trembling_is_smoothed_away(run: Any) -> None:
    rng = np.random.default_rng(2)
    trembling = [(x, 40 * math.sin(x / 60) + rng.normal(0, 1.2)) for x in range(0, 400, 4)]
    line = metric(run("lines", "m.smoothed(x, 2)", degrees(trembling)))
    turned = np.abs(np.diff(np.unwrap(np.arctan2(*np.diff(shapely.get_coordinates(line), axis=0).T[::-1]))))
    before = np.abs(np.diff(np.unwrap(np.arctan2(*np.diff(np.array(trembling), axis=0).T[::-1]))))
    assert turned.sum() < before.sum() / 3


def test_a_moved_point_takes_its_neighbours_along_and_leaves_the_rest(run: Any) -> None:
    line = degrees([(x, 0) for x in range(0, 100, 10)])
    (up,) = degrees([(50, 20)])
    moved = metric(run("lines", "m.reshaped(x[0], 2, 5, 8, x[1])", [line, up]))
    heights = [round(y) for _, y in moved.coords]
    assert heights == [0, 0, 0, 7, 13, 20, 13, 7, 0, 0]


def test_a_line_is_cut_into_stretches_and_found_again(run: Any) -> None:
    line = degrees([(0, 0), (100, 0), (100, 100)])
    cut = run("lines", "m.pieces(x, [0.25, 0.5, 0.9])", line)
    assert [round(metric(piece).length) for piece in cut] == [50, 50, 80, 20]
    assert run("lines", "m.fractionAt(x, m.at(x, 0.37))", line) == pytest.approx(0.37, abs=1e-3)


# Following the street


def town(side: int, seed: int = 1, share: float = 0.8) -> network.Network:
    """A town of bent streets, about 1.5 side² stretches."""
    rng = np.random.default_rng(seed)
    c, r = np.meshgrid(np.arange(side), np.arange(side))
    xy = np.column_stack([c.ravel(), r.ravel()]) * 75.0 + rng.normal(0, 14, (side * side, 2))
    t = np.linspace(0, 1, 9)[:, None]
    lines = []
    for n in range(side * side):
        for other, there in ((n + 1, n % side + 1 < side), (n + side, n + side < side * side)):
            if there and rng.random() < share:
                a, b = xy[n], xy[other]
                normal = np.array([-(b - a)[1], (b - a)[0]])
                bent = a + t * (b - a) + np.sin(np.pi * t * rng.choice([1, 2])) * normal * rng.normal(0, 0.12)
                lines.append(shapely.LineString(degrees([tuple(p) for p in bent])))
    return network.build(np.array(lines, dtype=object))


def wires(made: network.Network) -> list[int]:
    return list(network.encode(made))


def metres_of(made: network.Network) -> np.ndarray:
    """Length of each stretch on the browser's own plane."""
    middle = made.nodes[0] * network.UNIT
    scale = np.array([math.cos(math.radians(middle[1])), 1]) * 111_320
    return np.asarray(shapely.length(shapely.transform(made.lines(), lambda xy: (xy - middle) * scale)))


def dijkstra(made: network.Network, start: int) -> dict[int, float]:
    """The slow, plain one."""
    size = metres_of(made)
    beside: dict[int, list[tuple[int, float]]] = {}
    for (a, b), metres in zip(made.edges.tolist(), size, strict=True):
        beside.setdefault(a, []).append((b, metres))
        beside.setdefault(b, []).append((a, metres))
    best, queue = {start: 0.0}, [(0.0, start)]
    while queue:
        cost, node = heapq.heappop(queue)
        for other, metres in beside.get(node, []) if cost == best[node] else []:
            if cost + metres < best.get(other, math.inf):
                best[other] = cost + metres
                heapq.heappush(queue, (best[other], other))
    return best


ROUTES = """(() => {
    const n = new m.Network(Uint8Array.from(x.bytes));
    const at = (p) => n.nearest(p, 0.5);
    const all = x.pairs.map(([a, b]) => [at(a), at(b)]);
    return all.map(([a, b]) => { const w = n.way(a, b); return w && [w.metres, w.positions]; });
})()"""


@EXAMPLES
@given(seed=st.integers(0, 10_000), share=st.sampled_from([0.5, 0.7, 1.0]))
def test_the_way_along_the_streets_is_the_shortest(run: Any, seed: int, share: float) -> None:
    made = town(6, seed, share)
    rng = np.random.default_rng(seed)
    pairs = rng.integers(len(made.nodes), size=(12, 2)).tolist()
    spots = made.nodes * network.UNIT
    wanted = [dijkstra(made, a).get(b) for a, b in pairs]
    asked = {"bytes": wires(made), "pairs": [[spots[a].tolist(), spots[b].tolist()] for a, b in pairs]}
    for found, metres, (a, b) in zip(run("network", ROUTES, asked), wanted, pairs, strict=True):
        if metres is None:
            assert found is None
            continue
        assert found[0] == pytest.approx(metres, abs=0.01)
        assert found[1][0] == pytest.approx(spots[a].tolist(), abs=1e-6)
        assert found[1][-1] == pytest.approx(spots[b].tolist(), abs=1e-6)
        if len(found[1]) > 1:
            assert metric(found[1]).length == pytest.approx(metres, rel=0.005, abs=0.05)


def test_the_browser_reads_what_the_server_wrote(run: Any) -> None:
    made = town(5)
    read = "((n) => [[...n.x], [...n.y], [...n.length], n.middle])(new m.Network(Uint8Array.from(x)))"
    x, y, lengths, middle = run("network", read, wires(made))
    xy = shapely.get_coordinates(made.lines())
    scale = math.cos(math.radians(middle[1])) * 111_320
    assert np.abs(np.array(x) / scale + middle[0] - xy[:, 0]).max() < 1e-9
    assert np.abs(np.array(y) / 111_320 + middle[1] - xy[:, 1]).max() < 1e-9
    assert np.array(lengths) == pytest.approx(metres_of(made), abs=0.01)


@pytest.mark.parametrize("content", [[], [1, 2, 3], [83, 78, 87, 49], [83, 78, 87, 49, 200, 200, 200, 1, 9]])
def test_other_bytes_are_no_network(run: Any, content: list[int]) -> None:
    tried = "(() => { try { new m.Network(Uint8Array.from(x)); return 'read'; } catch (e) { return e.name; } })()"
    assert run("network", tried, content) == "RangeError"


FOLLOW = "m.follow(new m.Network(Uint8Array.from(x.bytes)), x.from, x.to, 30)"
CORNER = [[(0, 0), (200, 0)], [(200, 0), (200, 200)], [(900, 0), (900, 90)]]


@pytest.mark.parametrize(
    ("start", "goal", "metres"),
    [
        ((20, 8), (208, 150), 180 + 150),
        ((20, 100), (150, 120), 0),
        ((20, 100), (100, 9), 0),
        (None, (100, 9), 0),
        ((20, 8), (905, 50), 0),
        ((20, 8), (120, 5), 100),
    ],
    ids=["round the corner", "no street near", "from a field", "the first", "not connected", "one street"],
)
def test_a_stretch_follows_the_street_where_there_is_one(run: Any, start: Any, goal: Any, metres: float) -> None:
    made = network.build(np.array([shapely.LineString(degrees(line)) for line in CORNER], dtype=object))
    from_ = start and degrees([start])[0]
    found = run("network", FOLLOW, {"bytes": wires(made), "from": from_, "to": degrees([goal])[0]})
    if metres:
        assert metric(found).length == pytest.approx(metres, abs=2)
    else:
        assert len(found) == 1


def test_a_town_of_twenty_thousand_stretches_is_small_and_quick(run: Any) -> None:
    import brotli

    made = town(115)
    data = network.encode(made)
    packed = len(brotli.compress(data, quality=4))
    assert len(made.edges) > 19_000
    assert packed < 300_000
    rng = np.random.default_rng(3)
    pairs = [[spot.tolist() for spot in made.nodes[rng.integers(len(made.nodes), size=2)] * 1e-6] for _ in range(60)]
    timed = """(() => {
        const began = performance.now();
        const n = new m.Network(Uint8Array.from(x.bytes));
        const loaded = performance.now() - began;
        const took = x.pairs.map(([a, b]) => {
            const start = performance.now();
            n.way(n.nearest(a, 30), n.nearest(b, 30));
            return performance.now() - start;
        }).sort((a, b) => a - b);
        return { loaded, median: took[30], worst: took[59] };
    })()"""
    found = run("network", timed, {"bytes": list(data), "pairs": pairs})
    report(
        network_edges=len(made.edges),
        network_bytes=len(data),
        network_bytes_brotli=packed,
        network_read_ms=round(found["loaded"], 1),
        route_median_ms=round(found["median"], 2),
        route_worst_ms=round(found["worst"], 2),
    )
    assert found["worst"] < 1000


# With fingers, pen, mouse and keys


def begin(page: Page, mode: str = "tap") -> None:
    page.click("#tool-route")
    page.click(f"[data-draw={mode}]")
    page.wait_for_timeout(250)


def vertices(page: Page) -> list[list[float]]:
    """The line that is being drawn, as the device keeps it."""
    kept = on_device(page, "session", "(session) => session.getAll()")
    drafts = [each["strokes"] for each in kept if "strokes" in each]
    assert len(drafts) <= 1
    return [vertex for strokes in drafts for stroke in strokes for vertex in stroke]


SCHOOL_STREET = ((0.2, 0.3), (0.8, 0.75))


@pytest.mark.rule(14)
def test_the_line_follows_the_street_and_a_short_cut_does_not(served: Served, visit: Visit, own_class: str) -> None:
    page = join(visit(served.url, size=TABLET), served, own_class)
    begin(page)
    expect(page.locator("#follow-street")).to_have_attribute("aria-pressed", "true")
    page.touchscreen.tap(*on_map(page, *SCHOOL_STREET[0]))
    page.touchscreen.tap(*on_map(page, *SCHOOL_STREET[1]))
    along = vertices(page)
    page.click("#follow-street")
    page.touchscreen.tap(*on_map(page, 0.3, 0.75))
    cut = vertices(page)
    assert len(cut) == len(along) + 1
    made = network.build(_demo_ways())
    streets = shapely.union_all(made.lines())
    assert all(shapely.distance(streets, shapely.Point(p)) * 111_320 < 1 for p in along)
    assert metric_at(along).length > 1.05 * math.dist(*(metric_at(along).coords[i] for i in (0, -1)))
    page.click("#undo")
    assert len(vertices(page)) == len(along)
    page.click("#undo")
    assert len(vertices(page)) == 1
    page.keyboard.press("Control+y")
    assert len(vertices(page)) == len(along)
    page.click("#save-route")
    received(page, 1)


def _demo_ways() -> Any:
    from gis import neighbourhood

    return neighbourhood.make(children_per_class=0).ways


def metric_at(line: list[list[float]]) -> Any:
    """Metres on a plane right for the line's own latitude."""
    scale = math.cos(math.radians(line[0][1])) * 111_320
    return shapely.LineString([(x * scale, y * 111_320) for x, y in line])


def test_without_a_network_points_are_joined_straight(served: Served, visit: Visit) -> None:
    page = visit(served.url, size=TABLET)
    page.route("**/network/**", lambda route: route.fulfill(status=503, body="busy"))
    join(page, served)
    begin(page)
    for point in SCHOOL_STREET:
        page.touchscreen.tap(*on_map(page, *point))
    expect(page.locator("#follow-street")).to_be_hidden()
    assert len(vertices(page)) == 2


def test_the_choice_to_follow_the_street_survives_a_reload(served: Served, visit: Visit) -> None:
    page = join(visit(served.url, size=TABLET), served)
    begin(page)
    page.touchscreen.tap(*on_map(page, 0.3, 0.3))
    page.click("#follow-street")
    page.touchscreen.tap(*on_map(page, 0.6, 0.6))
    page.reload()
    expect(page.locator("#follow-street")).to_have_attribute("aria-pressed", "false")
    assert len(vertices(page)) == 2


@pytest.mark.rule(5)
def test_the_map_opens_at_the_school_and_asks_for_no_position(served: Served, visit: Visit) -> None:
    page = visit(served.url)
    page.add_init_script("navigator.geolocation.getCurrentPosition = () => { window.asked = true; }")
    join(page, served)
    begin(page)
    page.click("#follow-street")
    page.click("#point-here")
    (middle,) = vertices(page)
    school = page.evaluate(
        "() => JSON.parse(document.getElementById('page-data').textContent).arena.location.coordinates"
    )
    assert metric([middle, school]).length < 150
    assert page.evaluate("() => window.asked ?? false") is False


@pytest.mark.rule(13)
def test_whoever_draws_with_a_finger_may_aim_with_the_cross_and_go_back(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    begin(page, "freehand")
    Fingers(page).drag(on_map(page, 0.3, 0.2), on_map(page, 0.5, 0.4))
    drawn = vertices(page)
    expect(page.locator("#cross")).to_be_hidden()
    page.click("[data-switch=tap]")
    expect(page.locator("#cross")).to_be_visible()
    page.click("#follow-street")
    page.click("#point-here")
    assert vertices(page)[:-1] == drawn
    page.click("[data-switch=freehand]")
    Fingers(page).drag(on_map(page, 0.5, 0.5), on_map(page, 0.7, 0.8))
    assert len(vertices(page)) > len(drawn) + 2
    page.click("#undo")
    page.click("#undo")
    assert vertices(page) == drawn


@pytest.mark.rule(13)
def test_the_line_to_the_cross_shows_before_it_is_drawn(served: Served, visit: Visit) -> None:
    page = join(visit(served.url, size=TABLET), served)
    begin(page)
    page.click("#follow-street")
    page.click("#point-here")
    ahead = page.locator("path.draft-next")
    assert ahead.get_attribute("d") in (None, "M0 0")
    page.locator(".leaflet-container").focus()
    page.keyboard.press("ArrowRight")
    expect(ahead).to_have_attribute("d", re.compile(r"^M-?\d+ -?\d+L"))
    page.wait_for_timeout(400)
    page.click("#point-here")
    assert ahead.get_attribute("d") == "M0 0"
    assert len(vertices(page)) == 2


@pytest.mark.rule(16)
def test_too_far_away_the_map_comes_closer_and_says_so(served: Served, visit: Visit) -> None:
    """At the start, and when one has zoomed out since."""
    page = join(visit(served.url), served)
    for _ in range(3):
        page.click("#zoom-out")
        page.wait_for_timeout(350)
    begin(page, "freehand")
    expect(page.locator("#hint")).to_contain_text("zoomet")
    page.wait_for_timeout(400)
    page.click("#zoom-out")
    page.wait_for_timeout(400)
    Fingers(page).drag(on_map(page, 0.4, 0.3), on_map(page, 0.5, 0.6))
    expect(page.locator("#hint")).to_contain_text("zoomet")
    assert vertices(page) == []
    page.wait_for_timeout(400)
    Fingers(page).drag(on_map(page, 0.4, 0.3), on_map(page, 0.5, 0.6))
    assert len(vertices(page)) >= 2


class Pen:
    """A stylus, through the browser's own input."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)

    def send(self, type: str, x: float, y: float) -> None:
        held = 0 if type == "mouseReleased" else 1
        event = {"type": type, "x": x, "y": y, "button": "left", "buttons": held, "clickCount": 1, "pointerType": "pen"}
        self.session.send("Input.dispatchMouseEvent", event)

    def draw(
        self, start: tuple[float, float], goal: tuple[float, float], palm: Callable[[], None] | None = None
    ) -> None:
        self.send("mousePressed", *start)
        for step in range(1, 13):
            t = step / 12
            self.send("mouseMoved", start[0] + t * (goal[0] - start[0]), start[1] + t * (goal[1] - start[1]))
            if step == 6 and palm:
                palm()
        self.send("mouseReleased", *goal)


def test_a_mouse_draws_while_its_button_is_held(served: Served, visit: Visit) -> None:
    page = join(visit(served.url, size=DESK, touch=False), served)
    begin(page, "freehand")
    page.mouse.move(*on_map(page, 0.3, 0.3))
    page.mouse.down()
    page.mouse.move(*on_map(page, 0.6, 0.5), steps=20)
    page.mouse.up()
    drawn = vertices(page)
    page.mouse.move(*on_map(page, 0.2, 0.8), steps=10)
    assert len(drawn) >= 2
    assert vertices(page) == drawn


def test_with_a_pen_the_palm_never_draws_and_fingers_move_the_map(served: Served, visit: Visit) -> None:
    page = join(visit(served.url, size=TABLET), served)
    begin(page, "freehand")
    pen, fingers = Pen(page), Fingers(page)
    resting = [on_map(page, 0.8, 0.8), on_map(page, 0.82, 0.78)]

    def palm() -> None:
        fingers.send("touchStart", resting[0])
        fingers.send("touchMove", resting[1])
        fingers.send("touchEnd")

    pen.draw(on_map(page, 0.2, 0.2), on_map(page, 0.6, 0.6), palm)
    expect(page.locator("#hint")).to_contain_text("Pennen tegner")
    drawn = vertices(page)
    west, east = drawn[0][0], drawn[-1][0]
    assert len(drawn) >= 2
    assert all(west - 1e-9 <= x <= east + 1e-9 for x, _ in drawn)
    name = page.locator(".place-name-school span")
    before = name.bounding_box()
    fingers.drag(on_map(page, 0.5, 0.5), on_map(page, 0.6, 0.6))
    page.wait_for_timeout(400)
    after = name.bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] - before["x"] > 30
    assert vertices(page) == drawn
    pen.draw(on_map(page, 0.3, 0.3), on_map(page, 0.5, 0.7))
    assert len(vertices(page)) > len(drawn)


@pytest.mark.rule(9)
def test_a_pinch_in_the_middle_of_drawing_zooms_and_never_draws(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    begin(page, "freehand")
    fingers = Fingers(page)
    middle = on_map(page, 0.5, 0.5)
    fingers.send("touchStart", (middle[0] - 20, middle[1]))
    fingers.send("touchStart", (middle[0] - 20, middle[1]), (middle[0] + 20, middle[1]))
    for step in range(1, 11):
        fingers.send("touchMove", (middle[0] - 20 - 8 * step, middle[1]), (middle[0] + 20 + 8 * step, middle[1]))
    fingers.send("touchEnd")
    page.wait_for_timeout(500)
    assert vertices(page) == []
    expect(page.locator(".ink")).to_have_count(0)


@pytest.mark.rule(11)
def test_a_cancelled_line_comes_back_with_undo(served: Served, visit: Visit) -> None:
    page = join(visit(served.url), served)
    begin(page, "freehand")
    Fingers(page).drag(on_map(page, 0.3, 0.2), on_map(page, 0.5, 0.7))
    drawn = vertices(page)
    page.click("#drop-route")
    assert vertices(page) == []
    page.click("#undo")
    assert vertices(page) == drawn
    page.click("#save-route")
    assert len(things(page)) == 1


def drawn_way(page: Page) -> list[list[float]]:
    begin(page, "freehand")
    Fingers(page).drag(*(on_map(page, *f) for f in ((0.2, 0.2), (0.4, 0.5), (0.7, 0.55), (0.85, 0.9))), steps=25)
    page.click("#save-route")
    page.wait_for_timeout(700)
    return shape(page)


def shape(page: Page) -> list[list[float]]:
    (item,) = things(page)
    found: list[list[float]] = item["geometry"]["coordinates"]
    return found


def middle_of(page: Page, selector: str, nth: int = 0) -> tuple[float, float]:
    box = page.locator(selector).nth(nth).bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 48
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.rule(15)
def test_a_point_is_added_dragged_and_taken_away_again(served: Served, visit: Visit) -> None:
    page = join(visit(served.url, size=TABLET), served)
    before = drawn_way(page)
    handles = page.locator(".handle").count()
    page.touchscreen.tap(*middle_of(page, ".handle-plus"))
    expect(page.locator(".handle")).to_have_count(handles + 1)
    x, y = middle_of(page, ".handle.chosen")
    Fingers(page).drag((x, y), (x + 60, y - 40))
    page.wait_for_timeout(300)
    bent = shape(page)
    assert metric_at(bent).length > metric_at(before).length * 1.02
    page.touchscreen.tap(*middle_of(page, ".handle.chosen"))
    page.touchscreen.tap(*middle_of(page, ".handle-bin"))
    page.wait_for_timeout(300)
    assert metric_at(shape(page)).length < metric_at(bent).length
    for _ in range(3):
        page.click("#undo")
    assert shape(page) == before


def test_moving_one_point_leaves_the_rest_of_the_line_as_it_was(served: Served, visit: Visit) -> None:
    page = join(visit(served.url, size=TABLET), served)
    begin(page)
    for point in ((0.15, 0.3), (0.85, 0.75)):
        page.touchscreen.tap(*on_map(page, *point))
    page.click("#save-route")
    page.wait_for_timeout(700)
    before = shape(page)
    x, y = middle_of(page, ".handle", page.locator(".handle").count() - 1)
    Fingers(page).drag((x, y), (x - 30, y - 30))
    page.wait_for_timeout(300)
    after = shape(page)
    assert after[-1] != before[-1]
    half = len(before) // 2
    assert after[:half] == before[:half]


def test_a_line_is_reshaped_by_keys_alone(served: Served, visit: Visit) -> None:
    page = join(visit(served.url, size=DESK, touch=False), served)
    begin(page)
    page.click("#follow-street")
    page.locator(".map").focus()
    for _ in range(3):
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(400)
    reach(page, "#save-route")
    page.keyboard.press("Enter")
    before = shape(page)
    reach(page, "#move-item")
    page.keyboard.press("Enter")
    expect(page.locator(".handle").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(200)
    moved = shape(page)
    assert moved[0][1] > before[0][1]
    expect(page.locator(".handle").first).to_be_focused()
    reach(page, ".handle-plus")
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    expect(page.locator(".handle.chosen")).to_be_focused()
    assert len(shape(page)) == len(moved) + 1
    page.keyboard.press("Delete")
    page.wait_for_timeout(200)
    assert len(shape(page)) == len(moved)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+y")
    page.wait_for_timeout(200)
    assert len(shape(page)) == len(moved) + 1


def test_a_child_says_where_it_changed_to_the_bus(served: Served, visit: Visit, own_class: str) -> None:
    page = join(visit(served.url), served, own_class)
    drawn_way(page)
    page.locator("[data-mode=bus].change-to").scroll_into_view_if_needed()
    page.click("[data-mode=bus].change-to")
    expect(page.locator(".sign")).to_have_count(1)
    expect(page.locator(".change-words")).to_contain_text("buss")
    (item,) = things(page)
    assert item["properties"]["modes"] == [{"from": 0.5, "mode": "bus"}]
    expect(page.locator("path.route-line")).to_have_count(2)
    expect(page.locator("#item-title")).to_contain_text("→")
    x, y = middle_of(page, ".sign")
    Fingers(page).drag((x, y), (x + 50, y + 60))
    page.wait_for_timeout(300)
    (moved,) = things(page)
    assert 0.5 < moved["properties"]["modes"][0]["from"] < 1
    page.locator(".change input").press("ArrowLeft")
    page.wait_for_timeout(200)
    (slid,) = things(page)
    assert slid["properties"]["modes"][0]["from"] < moved["properties"]["modes"][0]["from"]
    expect(page.locator(".change input")).to_be_focused()
    received(page, 1)
    (row,) = stored(served, page)
    told = [row.mode, *(change["mode"] for change in row.modes or [])]
    assert told in (["walk", "bus"], ["walk"], ["bus"]), "what lies on the piece that was cut off is not kept"
    page.click(".change .round")
    page.click("#undo")
    expect(page.locator(".sign")).to_have_count(1)
    page.click("#sheet-item [data-close]")
    expect(page.locator(".sign")).to_have_count(0)
    expect(page.locator(".route-badge")).to_have_count(2)


def test_a_sign_slides_along_the_line_with_the_keys(served: Served, visit: Visit) -> None:
    page = join(visit(served.url, size=TABLET), served)
    drawn_way(page)
    page.click("[data-mode=bus].change-to")
    page.locator(".sign").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".sign")).to_be_focused()
    (item,) = things(page)
    assert item["properties"]["modes"][0]["from"] == 0.52


FRAMES = """(() => new Promise((done) => {
    const stamps = [];
    const tick = (at) => {
        stamps.push(at);
        if (at - stamps[0] < 3000) requestAnimationFrame(tick);
        else done(stamps);
    };
    requestAnimationFrame(tick);
}))()"""

SEED = """(async ([routes, places]) => {
    const open = await new Promise((done) => {
        const asked = indexedDB.open('snarvei');
        asked.onsuccess = () => done(asked.result);
    });
    const store = open.transaction('items', 'readwrite').objectStore('items');
    const put = (properties, geometry, n) => {
        const id = crypto.randomUUID();
        const receipt = { state: 'received', receivedAt: '2026-11-24T10:00Z', shortId: 'ABCDEF', stored: geometry };
        const kept = { revision: 1, sent: 1, deleted: false, problem: null, ...receipt };
        store.put({ id, born: n, properties, geometry, ...kept }, id);
    };
    const way = { kind: 'route', category: 'to_school', mode: 'walk', source: 'map' };
    const place = { kind: 'place', group: 'good', category: 'nice', source: 'map' };
    routes.forEach((line, n) => put(way, { type: 'LineString', coordinates: line }, n));
    places.forEach((at, n) => put(place, { type: 'Point', coordinates: at }, 1000 + n));
    await new Promise((done) => (store.transaction.oncomplete = done));
    open.close();
})"""


def test_drawing_stays_fluent_with_two_hundred_things_on_a_slow_device(served: Served, visit: Visit) -> None:
    """Four times slower than this machine. The figure is reported; only a standstill fails."""
    from gis import neighbourhood

    town_ = neighbourhood.make(children_per_class=20)
    drawn = [thing for child in town_.children for thing in child.drawn]
    lines = [shapely.get_coordinates(d.geometry).tolist() for d in drawn if d.kind == "route"][:100]
    spots = [[d.geometry.x, d.geometry.y] for d in drawn if d.kind == "place"][:100]
    page = join(visit(served.url, size=TABLET), served)
    page.evaluate(SEED, [lines, spots])
    page.reload()
    expect(page.locator("path.route-line")).to_have_count(100)
    begin(page, "freehand")
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    resting = frames(page, None)
    drawing = frames(page, Fingers(page))
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    report(frames_at_rest=round(resting, 1), frames_while_drawing=round(drawing, 1), things_on_the_map=200)
    assert drawing > 10


def frames(page: Page, fingers: Fingers | None) -> float:
    """Frames a second over three seconds, at rest or while a finger draws."""
    page.evaluate(f"window.framed = {FRAMES}")
    if fingers:
        centre = on_map(page, 0.5, 0.5)
        fingers.send("touchStart", centre)
        began = page.evaluate("performance.now()")
        step = 0
        while page.evaluate("performance.now()") - began < 2800:
            step += 1
            angle, away = step / 9, 40 + step % 150
            fingers.send("touchMove", (centre[0] + away * math.cos(angle), centre[1] + away * math.sin(angle)))
        fingers.send("touchEnd")
    stamps = np.array(page.evaluate("window.framed"))
    return float(1000 / np.diff(stamps).mean())
