"""The roadmap workshop of the fixture, and who offers to help."""

from __future__ import annotations

from datetime import timedelta

from app.model import Offer
from app.services import arenas, local_committee, participants, workshop
from app.services.borgen.inputs import Made
from app.services.borgen.story import Story, told

ACCEPTED = 0.55
LATER = 14


def hold(story: Story, made: list[Made]) -> None:
    """Groups give dots and sign up, three matters belong elsewhere, and it closes."""
    said = told("arenas")["workshop"]
    at = story.ago(said["ago"])
    chosen = story.some([each.row for each in made if each.row.kind == "suggestion"], said["inputs"])
    ids = [row.public_id for row in chosen]
    arena = workshop.open_workshop(
        story.db, story.process, title=said["title"], dots=said["dots"], public_ids=ids, now=at
    )
    for number, case in enumerate(said["shelved"]):
        workshop.shelve(story.db, story.process, arena, ids[number], case)
    table = ids[len(said["shelved"]) :]
    for number, many in enumerate(said["groups"]):
        joined = participants.join(story.db, arena.join_code or "", at, valid=timedelta(days=1), head_count=many)
        actor = participants.authenticate(story.db, joined.token, at)
        given: dict[str, int] = {}
        for _ in range(said["dots"] * many):
            liked = table[int(len(table) * story.rng.random() ** 1.6)]
            given[liked] = given.get(liked, 0) + 1
        workshop.cast(story.db, actor, given, revision=1, now=at + timedelta(minutes=20 + number))
        if number < len(table) // 2:
            name, words = _helper(story)
            _answer(story, workshop.offer(story.db, actor, table[number], name, words, at + timedelta(hours=1)))
        participants.finish(story.db, actor, at + timedelta(hours=2))
    arenas.change_state(story.db, story.officer, arena, "closed", at + timedelta(hours=3))


def offers(story: Story, made: list[Made]) -> None:
    """Later, on the page where everyone may offer help."""
    waiting = local_committee.tasks(story.db, story.process, public=True)
    for task in story.some(waiting, LATER):
        name, words = _helper(story)
        public_id = task.input.public_id
        _answer(story, local_committee.offer_help(story.db, story.process, public_id, name, words, story.ago(20)))


def _helper(story: Story) -> tuple[str, str]:
    said = told("plan")["partners"]
    return story.one(said["names"]), story.one(said["words"])


def _answer(story: Story, row: Offer) -> None:
    if story.rng.random() < ACCEPTED:
        workshop.answer_offer(story.db, story.process, row.id, "accepted")
