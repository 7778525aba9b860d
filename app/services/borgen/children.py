"""Children of the fixture: five classes with devices, a kindergarten on paper, and the areas they agree on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import shapely

from app.model import Area
from app.services import analysis, arenas, contributions, demo, moderation, participants, publication
from app.services.borgen.story import Story, told
from app.services.index import Index, Selection
from gis.crs import WGS84, project
from gis.geojson import plain
from gis.neighbourhood import EPSG, Neighbourhood

SCHOOL = "Prøveborgen skole"
SITTINGS = 3


def classes(story: Story, town: Neighbourhood) -> None:
    """As in the small demo, long ago; all of them are over."""
    host = story.host(SCHOOL, "school_class", 330, town.school)
    for arena, day in demo.classes(story.db, story.process, town, host, SCHOOL, story.ago(306), story.seed):
        arenas.change_state(story.db, host, arena, "closed", day + timedelta(hours=1))


def kindergarten(story: Story, town: Neighbourhood) -> None:
    """Each group drew on one sheet of paper, which an adult traced; the whole group stands behind it."""
    said, at = told("arenas")["kindergarten"], story.ago(told("arenas")["kindergarten"]["ago"])
    host = story.host(said["title"], "kindergarten", said["ago"] + 1, town.school)
    arena = arenas.open_class(story.db, host, grade=None, group_name="på papir", school=said["title"], now=at)
    arena.head_count, arena.head_count_method = sum(many for _, many in said["groups"]), "class_list"
    middle = project(town.school, WGS84, EPSG)
    for name, many in said["groups"]:
        joined = participants.join(story.db, arena.join_code or "", at, valid=timedelta(days=1), head_count=many)
        actor = participants.authenticate(story.db, joined.token, at)
        for nth, (group, category, called, comment) in enumerate(said["said"]):
            answers = {"kind": "place", "group": group, "category": category, "source": "paper"}
            answers |= {"own_name": called, "comment": comment}
            contributions.save(
                story.db, actor, story.id(name, nth), _beside(middle, nth, story.rng), answers, now=at, rng=story.rng
            )
        participants.finish(story.db, actor, at)
    arenas.change_state(story.db, host, arena, "closed", at + timedelta(hours=2))


def areas(story: Story) -> list[tuple[Area, dict[str, Any]]]:
    """Comments read and released, hexagons published, areas derived; those that become inputs, each with its words."""
    story.db.flush()
    for sitting in range(SITTINGS):
        waiting, _ = moderation.queue(story.db, story.process, state="pending")
        at = story.ago(295 - sitting)
        for item in waiting:
            if not item.sensitive:
                moderation.decide(*story.at, item.contribution.id, "released", now=at)
    story.db.flush()
    index = Index(story.process)
    index.refresh(story.db, story.process)
    publication.release(story.db, story.process, analysis.hexagons_by_group(index), now=story.ago(289))
    derived = analysis.derive_areas(story.db, story.process, index, story.ago(290))
    figures = analysis.area_figures(index, derived, Selection())
    found: dict[str, tuple[Area, dict[str, Any]]] = {}
    for words in told("plan")["child"]:
        for area in derived:
            first = [entry["category"] for entry in figures[area.id].categories][:1]
            if area.group == words["group"] and first == [words["category"]] and area.public_id not in found:
                found[area.public_id] = area, words
                break
    return list(found.values())


def _beside(middle: Any, nth: int, rng: np.random.Generator) -> Any:
    """About the same spot for every group, some metres from the next."""
    x, y = 60 + 35 * nth + rng.normal(0, 6), -90 + rng.normal(0, 6)
    return plain(project(shapely.Point(middle.x + x, middle.y + y), EPSG, WGS84))
