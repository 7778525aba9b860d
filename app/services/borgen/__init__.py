"""The Borgen fixture: a whole invented participation, from children's stickers to a plan of 203 measures. All of it
goes through the same doors as everyone's, and all of it follows from a seed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.errors import Conflict
from app.model import Process
from app.services import demo
from app.services.borgen import children, gatherings, hunt, inputs, life, plan, workshops
from app.services.borgen.story import Story
from app.services.borgen.wishes import Wishes
from gis import neighbourhood

SLUG = "borgen-oppdiktet"
TITLE = "Borgen (oppdiktet demo)"
PREFIX = "BOR"
TOWN = "Prøveborgen"
BEGAN = 400
SEED = 20261126


def create(db: Session, secret_key: str, now: datetime, *, seed: int = SEED, per_class: int = 24) -> Process:
    """Build it, with days counted back from ``now``. Raises Conflict where it is already."""
    if demo.exists(db, SLUG):
        raise Conflict("already_taken", field="process")
    town = neighbourhood.make(seed, per_class, TOWN)
    process = demo.begin(db, town, slug=SLUG, prefix=PREFIX, title=TITLE, now=now - timedelta(days=BEGAN))
    story = Story.begin(db, process, demo.planner(db, secret_key, now), now, seed, secret_key)
    wishes = Wishes.draw(story.rng)
    children.classes(story, town)
    children.kindergarten(story, town)
    areas = children.areas(story)
    said = gatherings.hold(story, wishes)
    made = inputs.make(story, wishes, areas, said)
    workshops.hold(story, made)
    plan.make(story, made)
    hunt.hold(story)
    life.measure(story)
    workshops.offers(story, made)
    return process
