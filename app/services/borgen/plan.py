"""The thematic plan of the fixture: measures, what the council said to each, the hearing, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.model import Measure, PlanVersion
from app.model.measure import PRIORITIES
from app.services import answers, measure_photos, measures, photos, roadmap, thematic_plans
from app.services.borgen import pictures
from app.services.borgen.inputs import Made
from app.services.borgen.story import Story, told

ENDS = {"proposed": 28, "adopted": 62, "started": 44, "done": 31, "postponed": 14, "rejected": 24}
ON_THE_WAY = {
    "adopted": ("adopted",),
    "started": ("adopted", "started"),
    "done": ("adopted", "started", "done"),
    "postponed": ("adopted", "postponed"),
    "rejected": ("rejected",),
}
OF_INPUT = {"adopted": "planned", "started": "planned", "postponed": "planned", "done": "done", "rejected": "declined"}
PLAN = "Temaplan for gode lokalsamfunn"
LATE_ONES = 5
WRITTEN, HEARING, COUNCIL, FIRST_STEP, SHOWN = 175.0, 160.0, 118.0, 100.0, 5.0
FURTHER, DECLINED, ALSO_PUBLIC = 0.3, 0.12, 0.4


@dataclass
class Planned:
    """A measure, the inputs it answers, the one it is called after first, and where it will end."""

    row: Measure
    of: list[Made]
    end: str


def make(story: Story, made: list[Made]) -> None:
    """Measures are written, sent on hearing, decided on and followed; inputs follow them."""
    planned = list(_written(story, made))
    draft = thematic_plans.freeze(*story.at, f"{PLAN}: høringsutkast", story.ago(HEARING))
    _hearing(story, draft)
    planned += _late(story, made, planned)
    for each in planned:
        _partners(story, each.row)
        _step(story, each, 0, COUNCIL)
    thematic_plans.freeze(*story.at, f"{PLAN}: vedtatt", story.ago(COUNCIL - 1))
    for each in planned:
        for nth in range(1, len(ON_THE_WAY.get(each.end, ()))):
            _step(story, each, nth, FIRST_STEP - 35 * nth - story.rng.integers(25))
    followed = {other.row.public_id for each in planned for other in each.of}
    _photos(story, planned)
    _follow(story, planned)
    _decide_others(story, [each for each in made if each.row.public_id not in followed])


def _written(story: Story, made: list[Made]) -> Iterator[Planned]:
    """One measure after the other, most of them for several inputs about the same."""
    ends = [end for end, many in ENDS.items() for _ in range(many)]
    refused = next((each for each in made if each.refused), None)
    ends.remove("rejected")
    order = ["rejected", *story.some(ends, len(ends))]
    for (lead, more), end in zip(_chosen(story, made, refused), order[: len(order) - LATE_ONES], strict=False):
        yield _one(story, lead, more, end, WRITTEN)


def _late(story: Story, made: list[Made], planned: list[Planned]) -> list[Planned]:
    """Those that the hearing brought in."""
    taken = {each.row.public_id for one in planned for each in one.of}
    there = {end: many - sum(each.end == end for each in planned) for end, many in ENDS.items()}
    ends = [end for end, many in there.items() for _ in range(many)]
    waiting = [each for each in made if each.measure and each.row.public_id not in taken]
    return [_one(story, lead, [], end, HEARING - 30) for lead, end in zip(waiting, ends, strict=False)]


def _chosen(story: Story, made: list[Made], refused: Made | None) -> Iterable[tuple[Made, list[Made]]]:
    """The children's areas first, then as chance has it; an input is behind one measure only."""
    candidates = [each for each in made if each.measure]
    leads = [each for each in candidates if each.subject < 0]
    leads.sort(key=lambda each: each is not refused)
    waiting = story.some([each for each in candidates if each.subject >= 0], len(candidates))
    taken: set[str] = set()
    for lead in [*leads, *waiting]:
        if lead.row.public_id in taken:
            continue
        alike = [each for each in waiting if each.subject == lead.subject and each.row.public_id not in taken]
        many = int(story.rng.integers(1, 3)) if story.rng.random() < FURTHER else 0
        more = [each for each in alike if each is not lead][:many]
        taken |= {each.row.public_id for each in [lead, *more]}
        yield lead, more


def _one(story: Story, lead: Made, more: list[Made], end: str, days: float) -> Planned:
    words = told("plan")
    row, theme = lead.row, lead.row.theme
    form = {
        "title": lead.measure or "",
        "focus_area": words["focus_areas"][theme],
        "goal": words["goals"][theme],
        "wanted_effect": words["effects"][theme],
        "owner": story.one(words["owners"][row.realiser]),
        "resources": story.one(words["resources"]["said"]),
        "plan": PLAN,
        "priority": story.one(PRIORITIES),
        "quick": lead.quick if end != "rejected" else "",
        "deadline": story.day(_deadline(story, end)),
    }
    if end not in ("proposed", "rejected"):
        form["decision"] = "Vedtatt av kommunestyret sammen med temaplanen"
    inputs = [each.row.public_id for each in [lead, *more]]
    made = measures.create(*story.at, inputs, form, story.ago(days))
    return Planned(made, [lead, *more], end)


def _deadline(story: Story, end: str) -> float:
    """Days ago; what is under way is late now and then."""
    if end in ("started", "adopted") and story.rng.random() < 0.14:
        return float(story.rng.integers(3, 60))
    return -float(story.rng.integers(20, 700))


def _hearing(story: Story, draft: PlanVersion) -> None:
    for number, said in enumerate(told("plan")["hearing"]):
        day = story.ago(HEARING - 8 - 2 * number).date()
        section = said["section"]
        row = thematic_plans.receive(
            story.db, draft, section=section, sender=said["sender"], text=said["text"], today=day
        )
        if "reply" in said:
            thematic_plans.reply(story.db, draft, row.number, said["reply"])


def _partners(story: Story, row: Measure) -> None:
    """Asked, and what they answered."""
    for name in story.some(told("plan")["partners"]["names"], int(story.rng.integers(0, 3))):
        state = story.one(("pending", "accepted", "accepted", "declined"))
        for each in ("pending", state):
            measures.set_partner(*story.at, row.public_id, name, each, story.ago(COUNCIL + 10))


def _step(story: Story, planned: Planned, nth: int, days: float) -> None:
    """The next one on its way, with the sentence everyone reads; released with the first."""
    way = ON_THE_WAY.get(planned.end, ())
    if nth >= len(way):
        return
    reason = planned.of[0].refused if way[nth] == "rejected" else ""
    at = story.ago(days)
    measures.take_step(
        *story.at,
        planned.row.public_id,
        way[nth],
        reason=reason or story.one(told("plan")["reasons"][way[nth]]["said"]),
        held_on=at.date().isoformat(),
        version=planned.row.version,
        now=at,
        today=at.date(),
    )
    if nth == 0:
        measures.release(*story.at, planned.row.public_id, True, at + timedelta(hours=1))


def _photos(story: Story, planned: list[Planned]) -> None:
    """Of one quick fix of each kind: how it was, and how it became where it is done."""
    for what, words in told("plan")["photos"].items():
        begun = [each for each in planned if each.row.quick == what and each.end in ("done", "started", "adopted")]
        if not begun:
            continue
        each = min(begun, key=lambda each: ("done", "started", "adopted").index(each.end))
        row, days_of = each.row, {"before": COUNCIL, "after": SHOWN}
        for when in days_of if each.end == "done" else ("before",):
            at, photo = story.ago(days_of[when]), photos.clean(pictures.of(what, when))
            laid = measure_photos.lay(*story.at, row.public_id, when, photo, alt=words[when], now=at)
            measure_photos.decide(*story.at, row.public_id, laid.id, "released", at)


def _follow(story: Story, planned: list[Planned]) -> None:
    """Inputs move with the measures that answer them, and are public where those are."""
    for each in planned:
        wanted = OF_INPUT.get(each.end)
        for input in each.of:
            _move(story, input, wanted or "considered", 60)
            if wanted:
                answers.release_input(*story.at, input.row.public_id, True, story.ago(COUNCIL - 2))


def _decide_others(story: Story, others: list[Made]) -> None:
    """Those no measure answers: some are looked at, some declined with a reason, some still wait."""
    for each in others:
        chance = story.rng.random()
        if chance < DECLINED + FURTHER:
            _move(story, each, "declined" if chance < DECLINED else "considered", 80)
        if chance < DECLINED or story.rng.random() < ALSO_PUBLIC:
            answers.release_input(*story.at, each.row.public_id, True, story.ago(75))


def _move(story: Story, each: Made, wanted: str, days: float) -> None:
    """By every state on the way, each with its sentence."""
    way = {"considered": 1, "planned": 2, "done": 3}.get(wanted, 0)
    states = ("considered", "planned", "done")[:way] or (wanted,)
    for nth, state in enumerate(states):
        said: Any = told("plan")["reasons"]["input_done" if state == "done" else state]["said"]
        roadmap.change_status(
            *story.at,
            each.row.public_id,
            state,
            reason=said[0] if each.refused else story.one(said),
            now=story.ago(days - 10 * nth),
        )
