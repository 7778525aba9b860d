"""Arenas of the fixture where things are said: conference, dinners, focus groups, open centre, interviews, services."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.model import Arena
from app.services import arenas, comments, methods, notes, occasions
from app.services.actors import Host
from app.services.borgen.story import Story, told
from app.services.borgen.wishes import Wish, Wishes

FROM_NOTES = {"municipality": 72, "residents": 122, "together": 100}
WEIGHTS = {"conference": 34, "dinner": 24, "focus": 22, "centre": 17, "interviews": 6, "social": 9}
LOOSE = 56
OPEN_DAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Saying:
    """A wish as it was said in one arena; ``part`` is the table or meeting, 0 where there is none."""

    bucket: tuple[str, int]
    kind: str
    text: str
    wish: Wish | None
    part: int = 0


@dataclass
class Said:
    """The wishes that became notes, and the ids of those notes; ``again`` were said a second time in other words."""

    notes: dict[str, list[UUID]] = field(default_factory=dict)
    wishes: list[Wish] = field(default_factory=list)
    again: list[tuple[Wish, UUID]] = field(default_factory=list)

    def keep(self, saying: Saying, id: UUID) -> None:
        if saying.wish is not None:
            self.notes.setdefault(saying.wish.title, []).append(id)


def hold(story: Story, wishes: Wishes) -> Said:
    """Every arena once, with everything that is said in it."""
    taken = [wish for realiser, many in FROM_NOTES.items() for wish in wishes.take(realiser, many)]
    found = Said(wishes=story.some(taken, len(taken)))
    sayings: dict[tuple[str, int], list[Saying]] = {}
    for saying in [*_sayings(story, found.wishes), *_loose(story)]:
        sayings.setdefault(saying.bucket, []).append(saying)
    _conference(story, sayings.pop(("conference", 0)), found)
    for number, dinner in enumerate(told("arenas")["dinner"]):
        _dinner(story, number, dinner, sayings.pop(("dinner", number), []), found)
    for number, group in enumerate(told("arenas")["focus"]):
        _focus_group(story, number, group, sayings.pop(("focus", number), []), found)
    _centre(story, sayings.pop(("centre", 0)), found)
    _interviews(story, sayings.pop(("interviews", 0)), found)
    _services(story, sayings.pop(("services", 0)), found)
    _social(story, sayings.pop(("social", 0)), found)
    _committee(story)
    return found


def _sayings(story: Story, wishes: list[Wish]) -> Iterable[Saying]:
    """Each wish one to three times, elsewhere and in words that nobody used before; some by the services too."""
    names = [name for name, weight in WEIGHTS.items() for _ in range(weight)]
    opened = {wish.title for wish in story.some(wishes, told("arenas")["services"]["opened"])}
    used: set[str] = set()
    for wish in wishes:
        many = 1 + int(story.rng.random() < 0.42) + int(story.rng.random() < 0.22)
        texts = [text for text in wish.said if text not in used]
        for text in story.some(texts, many):
            used.add(text)
            yield Saying(_bucket(story, story.one(names), wish), wish.kind, text, wish)
        if wish.title in opened:
            yield Saying(("services", 0), wish.kind, f"Dette ser vi i tjenesten også: {wish.title}.", wish)


def _bucket(story: Story, name: str, wish: Wish) -> tuple[str, int]:
    groups = told("arenas")["focus"]
    fitting = [number for number, group in enumerate(groups) if wish.theme in group["themes"]]
    if name == "dinner":
        return name, int(story.rng.integers(len(told("arenas")["dinner"])))
    return (name, story.one(fitting)) if name == "focus" else (name, 0)


def _loose(story: Story) -> list[Saying]:
    """What leads to no input: mostly what people are glad of."""
    words = told("words")
    spots = words["where"][words["loose"]["where"]]
    lines = [
        (kind, line.format(w=spot[0]))
        for kind in ("quality", "challenge")
        for line in words["loose"][kind]
        for spot in spots
    ]
    buckets = [("conference", 0), ("conference", 0), ("centre", 0), ("social", 0)]
    buckets += [("dinner", number) for number in range(len(told("arenas")["dinner"]))]
    return [Saying(story.one(buckets), kind, text, None) for kind, text in story.some(lines, LOOSE)]


def _conference(story: Story, sayings: list[Saying], found: Said) -> None:
    said = told("arenas")["conference"]
    arena = _own(story, said["title"], "conference", said["ago"])
    about = {"place": said["place"], "workbooks": str(said["workbooks"]), "not_here": said["not_here"]}
    _write(story, arena, sayings, found, said["ago"], parts=said["tables"])
    _end(story, arena, said["ago"], {**about, "head_count": str(said["people"]), "head_count_method": "counted"})


def _dinner(story: Story, number: int, said: dict[str, Any], sayings: list[Saying], found: Said) -> None:
    """Its host writes it down; the municipality sets what becomes of the refund."""
    host = story.host(said["title"], "hosted_dinner", said["ago"] + 6)
    arena = occasions.open_by_host(story.db, host, title=said["title"], now=story.ago(said["ago"]))
    language = said.get("language", "nb")
    _write(story, arena, sayings, found, said["ago"], language=language)
    form = {
        "place": "Hjemme hos verten",
        "target_group": said["target"],
        "language": language,
        "invited": str(said["invited"]),
        "refund_kr": str(said["kr"]),
        "head_count": str(said["people"]),
        "head_count_method": "counted",
    }
    occasions.describe(story.db, arena, form, staff=False)
    _end(story, arena, said["ago"], {"refund_state": said["state"]}, host)


def _focus_group(story: Story, number: int, said: dict[str, Any], sayings: list[Saying], found: Said) -> None:
    arena = _own(story, said["title"], "focus_group", said["met"][0][0])
    _meetings(story, arena, said["met"])
    _write(story, arena, sayings, found, said["met"][-1][0], parts=len(said["met"]))
    about = {"about": said["title"].split(": ")[1], "leader": "Prosjektlederen", "place": "Grendehuset"}
    _end(story, arena, said["met"][-1][0], about)


def _centre(story: Story, sayings: list[Saying], found: Said) -> None:
    """Its weeks of open days, a tap for each who came in, now and then one too many taken back."""
    said = told("arenas")["centre"]
    arena = _own(story, said["title"], "open_centre", said["ago"])
    start = said["ago"] + story.ago(said["ago"]).weekday()
    days = [start - 7 * week - day for week in range(said["weeks"]) for day in OPEN_DAYS]
    for days_ago in days:
        at = story.ago(days_ago)
        for tap in range(int(story.rng.integers(said["least"], said["most"]))):
            _tap(story, arena, 1, at + timedelta(minutes=12 * tap), days_ago, tap)
        if story.rng.random() < 0.3:
            _tap(story, arena, -1, at + timedelta(hours=5), days_ago, "back")
    for number, saying in enumerate(sayings):
        _write(story, arena, [saying], found, days[number % len(days)], first=number)
    _end(story, arena, days[-1], {"place": "Det gamle postkontoret", "opening_hours": said["hours"]})


def _interviews(story: Story, sayings: list[Saying], found: Said) -> None:
    """One meeting a person; nobody's name, and everybody said yes to being written down."""
    said = told("arenas")["interviews"]
    arena = _own(story, said["title"], "interview", said["ago"])
    _meetings(story, arena, [[said["ago"] - number, 1, 0] for number in range(said["people"])])
    _write(story, arena, sayings, found, said["ago"] - said["people"], parts=said["people"])
    about = {"place": "Helsestasjonen", "target_group": "mødre med små barn", "interviewer": "Helsesykepleier"}
    about |= {"interpreter": said["interpreter"], "consent": "yes"}
    _end(story, arena, said["ago"] - said["people"], about)


def _services(story: Story, sayings: list[Saying], found: Said) -> None:
    """Internal until staff open a note; what is confidential stays so, whatever anybody asks."""
    said = told("arenas")["services"]
    arena = _own(story, said["title"], "services_meeting", said["met"][0][0])
    _meetings(story, arena, said["met"])
    last = story.ago(said["met"][-1][0])
    for number, text in enumerate(said["confidential"]):
        words = {"kind": "challenge", "text": text, "part": 1 + number % 2, "confidential": "yes"}
        notes.put(story.db, arena, story.id("secret", number), words, now=last)
    _write(story, arena, sayings, found, said["met"][-1][0], parts=len(said["met"]))
    for saying in sayings:
        notes.open_up(story.db, arena, story.id(*_mark(saying)), "open")
    _more_internal(story, arena, len(said["met"]))
    _end(story, arena, said["met"][-1][0], {"plans": said["plans"], "target_group": "førstelinja"})


def _more_internal(story: Story, arena: Arena, meetings: int) -> None:
    """What the services see and nobody has opened."""
    subjects = told("words")["subject"]
    for number, subject in enumerate(story.some(subjects, 12)):
        words = {"kind": "challenge", "text": f"Tjenesten ser det samme: {subject['said'][0].format(w='flere steder')}"}
        words |= {"part": str(1 + number % meetings), "theme": subject["theme"]}
        notes.put(story.db, arena, story.id("internal", number), words, now=story.ago(279))


def _social(story: Story, sayings: list[Saying], found: Said) -> None:
    """Pasted as staff paste them: what was said and on which day, never by whom."""
    said = told("arenas")["social"]
    arena = _own(story, said["title"], "social_media", said["ago"])
    by_text = {saying.text: saying for saying in sayings}
    for number, text in enumerate(by_text):
        day = story.day(said["ago"] - number % said["days"])
        comments.paste(
            story.db, arena, text, source=said["source"], said_on=day, now=story.ago(said["ago"] - said["days"] - 1)
        )
    for note in notes.of_arena(story.db, arena):
        found.keep(by_text[note.text or ""], note.id)
    about = {"channel": said["channel"], "head_count": str(said["like"]), "head_count_method": "estimated"}
    _end(story, arena, said["ago"] - said["days"], about)


def _committee(story: Story) -> None:
    said = told("arenas")["committee"]
    arena = _own(story, said["title"], "committee", said["met"][0][0])
    _meetings(story, arena, said["met"])
    for number, pair in enumerate(said["asked"]):
        for kind, text in zip(("question", "answer"), pair, strict=True):
            words = {"kind": kind, "text": text, "part": str(1 + number % len(said["met"]))}
            notes.put(story.db, arena, story.id("committee", number, kind), words, now=story.ago(118))
    _end(story, arena, 118, {"partners": said["partners"], "target_group": "formannskapet", "place": "Rådhuset"})


def _own(story: Story, title: str, method: str, days: float) -> Arena:
    return occasions.open_by_staff(story.db, story.process, title=title, method=method, now=story.ago(days))


def _meetings(story: Story, arena: Arena, met: list[list[int]]) -> None:
    for number, (days, present, before) in enumerate(met, 1):
        form = {"held_on": story.day(days), "present": str(present), "seen_before": str(before)}
        occasions.meet(story.db, arena, number=str(number), **form)


def _tap(story: Story, arena: Arena, change: int, at: Any, days: float, nth: object) -> None:
    notes.tap(story.db, arena, story.id("tap", days, nth), change, at.date().isoformat(), at)


def _write(
    story: Story,
    arena: Arena,
    sayings: list[Saying],
    found: Said,
    days: float,
    *,
    parts: int = 1,
    language: str = "nb",
    first: int = 0,
) -> None:
    """Notes as devices send them, one part after the other."""
    taken = methods.of(arena.method)
    many: Counter[int] = Counter()
    for number, saying in enumerate(sayings, first):
        part = 1 + number % parts
        kind = "need" if saying.kind == "challenge" and "need" in taken.notes else saying.kind
        words = {"kind": kind, "text": saying.text, "language": language, "part": part}
        if saying.wish is not None:
            words |= {"theme": saying.wish.theme, "place": saying.wish.place}
        at = story.ago(days) + timedelta(minutes=2 * many[part], seconds=part)
        notes.put(story.db, arena, story.id(*_mark(saying)), words, now=at)
        found.keep(saying, story.id(*_mark(saying)))
        many[part] += 1


def _mark(saying: Saying) -> tuple[object, ...]:
    return "note", *saying.bucket, saying.text


def _end(story: Story, arena: Arena, days: float, form: dict[str, str], host: Host | None = None) -> None:
    occasions.describe(story.db, arena, form, staff=True)
    arenas.change_state(story.db, host or story.officer, arena, "closed", story.ago(days) + timedelta(hours=8))
