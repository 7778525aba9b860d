"""Where something is, in words: what a name of the gazetteer stands for, and which name lies nearest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from sqlalchemy.orm import Session

from app.model import Process
from app.services import gazetteer
from gis.crs import WGS84, project


@dataclass(frozen=True)
class Names:
    """Names as people choose them, namesakes told apart, and the point or line (WGS 84) that each stands for: places
    first, then streets, then crossings.
    """

    labels: list[str]
    shapes: np.ndarray
    crossings: int

    def find(self, called: str) -> shapely.Geometry | None:
        """What has that name, or a name of which that is an unmistakable part."""
        wanted = " ".join(called.split()).casefold()
        folded = [label.casefold() for label in self.labels]
        if wanted in folded:
            return self.shapes[folded.index(wanted)]
        meant = [n for n, label in enumerate(folded) if wanted and wanted in label]
        return self.shapes[meant[0]] if len(meant) == 1 else None

    def nearest(self, points: np.ndarray, epsg: int) -> list[str]:
        """For each point (metres) the place or street that lies nearest; "" where nothing has a name."""
        shapes = project(self.shapes[: len(self.shapes) - self.crossings], WGS84, epsg)
        if not len(shapes):
            return [""] * len(points)
        return [self.labels[n] for n in shapely.STRtree(shapes).nearest(points)]


def names(db: Session, process: Process) -> Names:
    listed = gazetteer.listing(db, process)
    unit, streets = listed["unit"], listed["streets"]
    places = [(_label(name, near), shapely.Point(x * unit, y * unit)) for _, name, near, x, y in listed["places"]]
    lines = [(_label(name, near), _street(parts, unit)) for name, near, _, _, parts in streets]
    meetings = [
        (_label(f"{streets[a][0]} × {streets[b][0]}", near), shapely.Point(x * unit, y * unit))
        for a, b, near, x, y in listed["crossings"]
    ]
    every = [*places, *lines, *meetings]
    return Names([label for label, _ in every], np.array([shape for _, shape in every], dtype=object), len(meetings))


def _label(name: str, near: str) -> str:
    return f"{name} ({near})" if near else name


def _street(parts: list[list[int]], unit: float) -> shapely.Geometry:
    """Its parts are positions, each after the first as the difference from the one before."""
    lines = [np.cumsum(np.reshape(part, (-1, 2)), axis=0) * unit for part in parts]
    return shapely.multilinestrings([shapely.linestrings(line) for line in lines if len(line) > 1])
