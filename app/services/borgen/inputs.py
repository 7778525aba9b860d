"""Inputs of the fixture: from a spreadsheet, from children's areas, from notes; some split, some merged, all kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.model import Area, RoadmapInput
from app.services import note_inputs, roadmap, roadmap_imports, roadmap_merging, sheets, whereabouts
from app.services.borgen.gatherings import Said
from app.services.borgen.story import Story
from app.services.borgen.wishes import QUOTA, TWICE, Wish, Wishes
from app.services.roadmap_merging import Part

FILE = "innspill-fra-velforeningene.csv"
COLUMNS = ["Nr", "Tittel", "Tekst", "Tema", "Type", "Hvem", "Stikkord", "Bredde", "Lengde"]
LOCATED, TAGGED = 0.6, 0.7
MADE, SPLIT, MERGED = 260.0, 205.0, 200.0


@dataclass(frozen=True)
class Made:
    """An input and what a measure about it is called; ``refused`` is why the council will say no to it."""

    row: RoadmapInput
    measure: str | None
    quick: str = ""
    subject: int = -1
    refused: str = ""


def make(story: Story, wishes: Wishes, areas: list[tuple[Area, dict[str, Any]]], said: Said) -> list[Made]:
    """As many of each realiser as ``QUOTA`` says, in the order of their numbers, then those that were merged."""
    part = wishes.take("together", 1)[0]
    left = dict(QUOTA)
    for realiser in [words["realiser"] for _, words in areas] + [wish.realiser for wish in [*said.wishes, part]]:
        left[realiser] -= 1
    made = _of_file(story, [wish for realiser, many in left.items() for wish in wishes.take(realiser, many)])
    made += [_of_area(story, area, words) for area, words in areas]
    made += [_of_notes(story, wish, said, number) for number, wish in enumerate(said.wishes)]
    made.append(_split(story, made, part))
    for wish, row in _twice(said, made):
        _merge(story, wish, row, said)
    return made


def _of_file(story: Story, wishes: list[Wish]) -> list[Made]:
    """Rows that associations had collected before, as their spreadsheet has them."""
    names = whereabouts.names(story.db, story.process)
    wishes = story.some(wishes, len(wishes))
    rows = [[number, *_cells(story, wish, names)] for number, wish in enumerate(wishes, 1)]
    sheet = sheets.read(sheets.written(COLUMNS, rows), FILE)
    report = roadmap_imports.tried(story.db, story.process, sheet, roadmap_imports.guess(sheet), FILE)
    ids = roadmap_imports.store(*story.at, report, story.ago(MADE + 60))
    return [_made(roadmap.find(story.db, story.process, id), wish) for id, wish in zip(ids, wishes, strict=True)]


def _cells(story: Story, wish: Wish, names: whereabouts.Names) -> list[object]:
    where = names.find(wish.place) if wish.place and story.rng.random() < LOCATED else None
    point = where.representative_point() if where is not None else None
    place = [round(point.y, 6), round(point.x, 6)] if point is not None else ["", ""]
    return [wish.title, story.one(wish.said), wish.theme, wish.kind, wish.realiser, ", ".join(wish.tags), *place]


def _of_area(story: Story, area: Area, words: dict[str, Any]) -> Made:
    said = {name: words[name] for name in ("title", "text", "theme", "realiser")}
    row = roadmap.from_area(*story.at, area, **said, now=story.ago(MADE))
    return Made(row, words["measure"], refused=words.get("refused", ""))


def _of_notes(story: Story, wish: Wish, said: Said, number: int) -> Made:
    at = story.ago(MADE - 10 - number % 30)
    row = note_inputs.make(
        *story.at,
        said.notes[wish.title],
        title=wish.title,
        theme=wish.theme,
        realiser=wish.realiser,
        kind=wish.kind,
        now=at,
    )
    if story.rng.random() < TAGGED:
        roadmap.edit(
            *story.at,
            row.public_id,
            version=row.version,
            now=at,
            title=row.title,
            theme=row.theme,
            realiser=row.realiser,
            text=row.text,
            tags=", ".join(wish.tags),
        )
    return _made(row, wish)


def _split(story: Story, made: list[Made], wish: Wish) -> Made:
    """Somebody had said two things in one breath."""
    alike = [each.row for each in made if each.row.theme == wish.theme and each.row.realiser == wish.realiser]
    origin = alike[-1]
    row = roadmap_merging.split(
        *story.at,
        origin.public_id,
        Part(wish.title, wish.said[0], wish.theme, wish.kind, wish.realiser),
        title=origin.title,
        text=origin.text,
        version=origin.version,
        now=story.ago(SPLIT),
    )
    return _made(row, wish)


def _twice(said: Said, made: list[Made]) -> list[tuple[Wish, RoadmapInput]]:
    """Those that were said in several arenas: the last of their notes had become an input of its own."""
    rows = {each.row.title: each.row for each in made}
    return [(wish, rows[wish.title]) for wish in said.wishes if len(said.notes[wish.title]) > 1][:TWICE]


def _merge(story: Story, wish: Wish, into: RoadmapInput, said: Said) -> None:
    """The same wish in other words, found to be the same."""
    made = note_inputs.make(
        *story.at,
        said.notes[wish.title][-1:],
        title=wish.other,
        theme=wish.theme,
        realiser=wish.realiser,
        now=story.ago(MERGED + 3),
    )
    roadmap_merging.merge(
        *story.at,
        made.public_id,
        into.public_id,
        version=made.version,
        now=story.ago(MERGED),
    )


def _made(row: RoadmapInput, wish: Wish) -> Made:
    return Made(row, wish.measure, wish.quick, wish.subject)
