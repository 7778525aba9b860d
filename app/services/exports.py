"""Handing over: the gate's layers as files for municipal GIS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import shapely
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.model import Process
from app.model.catalogue import STICKER_GROUPS
from app.services import analysis, area_history, flow, measures, processes, publication, roadmap, streets
from app.services.index import Index
from gis.crs import EXPORT
from gis.formats.styles import Style, Symbol
from gis.formats.writing import FORMATS, geojson, geopackage
from gis.layer import Layer

LAYERS = (
    *("places", "routes", "drawn_areas", "areas", "corridors", "hexagons", "roadmap_inputs", "measures"),
    *streets.LAYERS,
)
KIND_OF_LAYER = {layer: kind for kind, layer in publication.CONTRIBUTION_LAYERS.items()}
COLOURS = {
    "activity": (0, 114, 178),
    "good": (0, 158, 115),
    "bad": (213, 94, 0),
    "wish": (204, 121, 167),
    "way": (27, 36, 48),
}
MARKERS = {"activity": "circle", "good": "pentagon", "bad": "triangle", "wish": "star"}
WORDS = {"activity": "Aktivitet", "good": "Bra", "bad": "Ikke bra", "wish": "Ønske", "way": "Veg"}
MODE_COLOURS = {
    "walk": (0, 114, 178),
    "cycle": (0, 158, 115),
    "car": (213, 94, 0),
    "bus": (204, 121, 167),
}
STANDINGS = {
    "proposed": ("Foreslått", (90, 90, 90)),
    "adopted": ("Vedtatt", (0, 114, 178)),
    "started": ("I gang", (0, 86, 107)),
    "postponed": ("Utsatt", (204, 121, 167)),
    "done": ("Gjort", (0, 158, 115)),
    "rejected": ("Forkastet", (27, 36, 48)),
}
RAMP = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))


@dataclass(frozen=True)
class Exported:
    """The file and how many rows each layer has."""

    path: Path
    rows: dict[str, int]


def check(layers: tuple[str, ...], format: str, epsg: int) -> None:
    """Raises Invalid naming what cannot be had. No layers means all of them."""
    if format not in FORMATS:
        raise Invalid("value_unknown", field="format", offered=", ".join(FORMATS))
    if set(layers) - set(LAYERS):
        raise Invalid("value_unknown", field="layer", offered=", ".join(LAYERS))
    if len(layers) != 1 and format == "geojson":
        raise Invalid("one_layer_a_file", field="layer", offered=", ".join(LAYERS))
    if epsg not in EXPORT:
        raise Invalid("crs_not_offered", field="crs", offered=", ".join(map(str, EXPORT)))


def counted(layers: tuple[str, ...]) -> bool:
    """Whether these layers need a refreshed index."""
    return not layers or bool({"areas", "corridors", "hexagons", *streets.LAYERS} & set(layers))


def export(
    db: Session,
    process: Process,
    index: Index,
    *,
    layers: tuple[str, ...],
    format: str,
    epsg: int,
    path: Path,
    now: datetime,
) -> Exported:
    """Write layers (all of them if none is named) to a new file at ``path``; what is there is replaced at the end."""
    check(layers, format, epsg)
    if set(layers) & set(streets.LAYERS):
        streets.required(db, process)
    part = path.with_name(path.name + ".part." + format)
    part.unlink(missing_ok=True)
    try:
        if format == "geojson":
            rows = {layers[0]: geojson(part, _layer(db, process, index, layers[0]), epsg)}
        else:
            made = (_layer(db, process, index, name) for name in layers or LAYERS)
            about = describe(process, epsg, now)
            rows = geopackage(part, made, epsg, styles=styles(process), about=about)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Exported(path, rows)


def counts(db: Session, process: Process) -> dict[str, int]:
    """Rows of each layer, for the dialog that offers them."""
    found = {layer: publication.count(db, process, kind) for kind, layer in publication.CONTRIBUTION_LAYERS.items()}
    found["areas"] = len(analysis.current_areas(db, process))
    found["roadmap_inputs"] = len(roadmap.inputs(db, process))
    found["measures"] = len(measures.of_process(db, process))
    return found


def describe(process: Process, epsg: int, now: datetime) -> dict[str, str]:
    """The sheet that goes with every file."""
    return {
        "prosess": process.title,
        "kommune": process.municipality,
        "tatt ut": f"{now:%Y-%m-%d %H:%M} UTC",
        "koordinatsystem": f"EPSG:{epsg}",
        "utvalg": "alt som teller; skjulte og slettede bidrag er ikke med",
        "maskering": "endene av veier er kuttet før lagring der de kan peke på et hjem",
        "minste antall barn": str(process.minimum_people),
        "kommentarer": "bare de som er lest og frigitt",
        "syntetisk": "ja, oppdiktede data" if process.demo else "nei",
    }


def _layer(db: Session, process: Process, index: Index, name: str) -> Layer:
    if name in KIND_OF_LAYER:
        return publication.contributions(db, process, KIND_OF_LAYER[name])
    if name == "areas":
        current = analysis.current_areas(db, process)
        return analysis.area_layer(index, current, area_history.of(db, current))
    if name == "corridors":
        return flow.layer(db, process, index)
    if name == "hexagons":
        return publication.hexagons(process, analysis.hexagons_by_group(index))
    if name in streets.LAYERS:
        return streets.layer(db, process, index, name)
    if name == "measures":
        return _measures(db, process)
    return publication.roadmap_inputs(process, roadmap.inputs(db, process), roadmap.figures(db, process))


def _measures(db: Session, process: Process) -> Layer:
    told = measures.of_process(db, process)
    grounds = [[row.location for row in each.inputs if row.location is not None] for each in told]
    said: dict[str, list[Any]] = {
        "reason": [each.reason for each in told],
        "inputs": [", ".join(row.public_id for row in each.inputs) for each in told],
    }
    places = [shapely.union_all(each) if each else None for each in grounds]
    return publication.measures([each.row for each in told], places, said)


def styles(process: Process) -> dict[str, Style]:
    """What QGIS shows at first: the web map's colours and shapes."""
    groups = tuple(
        Symbol(group, WORDS[group], COLOURS[group], MARKERS.get(group, "circle")) for group in STICKER_GROUPS
    )
    modes = tuple(
        Symbol(entry["code"], entry["nb"], MODE_COLOURS.get(entry["code"], (90, 90, 90)))
        for entry in processes.starter_catalogue()
        if entry["group"] == "mode"
    )
    realisers = (
        Symbol("municipality", "Kommunen", (0, 86, 107)),
        Symbol("residents", "Innbyggerne", (204, 121, 167)),
        Symbol("together", "Sammen", (0, 158, 115)),
    )
    standings = tuple(Symbol(state, word, colour) for state, (word, colour) in STANDINGS.items())
    return {
        "places": Style("point", "group", groups),
        "routes": Style("line", "mode", modes),
        "drawn_areas": Style("polygon", "group", groups),
        "areas": Style("polygon", "group", groups, label_field="public_id"),
        "corridors": Style("polygon", "people", ranges=tuple(_classes(process.minimum_people)), label_field="people"),
        "hexagons": people_style(process.minimum_people),
        "roadmap_inputs": Style("polygon", "realiser", realisers, label_field="public_id"),
        "measures": Style("polygon", "status", standings, label_field="public_id"),
        "segments": Style("line", "people", ranges=tuple(_classes(process.minimum_people)), label_field="people"),
        "crossings": Style("point", "people", ranges=tuple(_classes(process.minimum_people)), label_field="rank"),
        "desire_lines": Style("line", "people", ranges=tuple(_classes(process.minimum_people)), label_field="people"),
    }


def people_style(minimum: int) -> Style:
    """Cells by how many people were there."""
    return Style("polygon", "people", ranges=tuple(_classes(minimum)))


def _classes(minimum: int) -> Iterator[tuple[float, float, str, tuple[int, int, int]]]:
    edges = [minimum, 2 * minimum, 4 * minimum, 8 * minimum, 16 * minimum, 1_000_000]
    for low, high, colour in zip(edges, edges[1:], RAMP, strict=False):
        last = high == edges[-1]
        yield (
            float(low),
            float(high if last else high - 1),
            f"{low} eller flere" if last else f"{low}–{high - 1}",
            colour,
        )
