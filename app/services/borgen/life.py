"""Life in the fixture's area: indicators measured three times, and the same figures of places beside it."""

from __future__ import annotations

from app.services import indicators
from app.services.borgen.story import Story, told

OWN = "Borgen"
BESIDE = ("Kommunen", "Landet")


def measure(story: Story) -> None:
    """Every one is public; a figure about too few is put in too, and told to nobody."""
    for said in told("arenas")["indicator"]:
        words = {name: said.get(name, "") for name in ("name", "unit", "source", "story")}
        row = indicators.add(story.db, story.process, **words, now=story.ago(90))
        values = [(OWN, True, year, value, str(people)) for year, value, people in said["own"]]
        values += [
            (place, False, year, value, "")
            for year, both in said["beside"]
            for place, value in zip(BESIDE, both, strict=True)
        ]
        for place, own, year, value, people in values:
            indicators.measure(
                story.db, story.process, row.id, place=place, own=own, year=str(year), value=str(value), people=people
            )
        indicators.publish(story.db, story.process, row.id, True)
