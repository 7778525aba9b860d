"""The solution hunt of the fixture: its period, its arenas and its communication plan."""

from __future__ import annotations

from app.services import arenas, campaigns
from app.services.borgen.story import Story, told

OUTSIDE = ("conference", "committee", "services_meeting", "workshop")


def hold(story: Story) -> None:
    said = told("arenas")["hunt"]
    hunt = campaigns.open_hunt(
        story.db,
        story.process,
        title=said["title"],
        expectation=said["expectation"],
        starts_on=story.day(said["from"]),
        ends_on=story.day(said["to"]),
        target_groups=said["groups"],
        now=story.ago(said["from"] + 10),
    )
    rows = arenas.in_process(story.db, story.process)
    campaigns.choose_arenas(story.db, story.process, hunt, [row.id for row in rows if row.method not in OUTSIDE])
    for what, channel, group, spokesperson, days, done in said["tasks"]:
        words = {"what": what, "channel": channel, "target_group": group, "spokesperson": spokesperson}
        task = campaigns.add_task(story.db, story.process, hunt.id, due_on=story.day(days), **words)
        if done:
            campaigns.tick(story.db, story.process, task.id, True, story.ago(days).date())
    campaigns.publish(story.db, story.process, hunt.id, True)
