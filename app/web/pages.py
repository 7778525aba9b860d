"""What every page hands to its script: one block of JSON with its data, its addresses and its texts."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from flask import url_for
from markupsafe import Markup
from xstatic.pkg import leaflet

from app.web.language import browser_texts, current

STATIC = Path(__file__).resolve().parents[2] / "static"
LEAFLET = Path(leaflet.BASE_DIR)
_IMPORTED = re.compile(r"""^(?:import|export)\b[^"';]*["'](\.[^"']+)["']""", re.MULTILINE)
WORKER = "maps/service_worker.js"


@cache
def build() -> str:
    """Changes when any static file does, so that every copy may be kept forever."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def asset(path: str) -> str:
    """The address of a file below static/."""
    return url_for("public.static_file", build=build(), path=path)


@cache
def participant_files() -> tuple[str, ...]:
    """What the participant's pages are made of, below static/; staff's rooms are not for a child's tablet."""
    scripts = (
        "campaign",
        "class",
        "compare",
        "flow",
        "here",
        "map_and_list",
        "plan",
        "print",
        "wall",
        "workshop_table",
        "workshop_vote",
        "workshop_wall",
    )
    layers = ("corridors", "differences", "planner", "streets")
    styles = ("campaign", "flow", "indicators", "measures", "questions", "roadmap", "staff", "teacher", "workshop")
    staff = (
        *(f"pages/{name}.js" for name in scripts),
        *(f"map/{name}.js" for name in layers),
        *(f"style/{name}.css" for name in styles),
    )
    files = [path.relative_to(STATIC).as_posix() for path in sorted(STATIC.rglob("*")) if path.is_file()]
    ours = [name for name in files if not name.endswith((*staff, WORKER)) and "pages/plan/" not in name]
    return (*ours, "leaflet/leaflet.css", "leaflet/leaflet-src.esm.js")


def icon(name: str, size: int = 24) -> Markup:
    """An icon of the sprite; what it means stands beside it in words."""
    address = f"{asset('maps/icons.svg')}#{name}"
    return Markup('<svg class="icon" width="{0}" height="{0}" aria-hidden="true" focusable="false">').format(
        size
    ) + Markup('<use href="{}"></use></svg>').format(address)


@cache
def modules(entry: str) -> tuple[str, ...]:
    """Paths below static/ of a page's script and every module it needs, so that a page can ask for all at once."""
    found: dict[Path, None] = {}
    waiting = [STATIC / "maps" / "pages" / entry]
    while waiting:
        path = waiting.pop(0)
        if path not in found:
            found[path] = None
            waiting += [(path.parent / name).resolve() for name in _IMPORTED.findall(path.read_text())]
    return tuple(path.relative_to(STATIC).as_posix() for path in found)


def page_data(**values: Any) -> dict[str, Any]:
    """The page's data, with the texts and addresses every script may need."""
    urls = {
        "join": url_for("participate.join"),
        "contributions": url_for("participate.get_contributions"),
        "finish": url_for("participate.finish"),
        "me": url_for("participate.me"),
        "front": url_for("participate.join_page"),
        "icons": asset("maps/icons.svg"),
    }
    return {"language": current(), **browser_texts(current()), "urls": urls, **values}
