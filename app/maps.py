"""Maps, declared with folium once for every page: base maps, bounds and overlays. Leaflet itself is served by us.

Only the parts of folium's output that draw are used (its ``html`` and ``script``); its page header, which would forbid
zooming and name third-party hosts, never is. The script runs as an ES module with our copy of Leaflet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import folium
from flask_babel import gettext
from folium.template import Template
from markupsafe import Markup

from app.config import Config
from app.model import Arena, Process
from gis.geojson import plain

MAX_ZOOM = 19


class Map(folium.Map):
    """A Leaflet map without folium's header, its CDN links or its size; the page's style sheet lays it out."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            const {{ this.get_name() }} = L.map(
                {{ this.get_name()|tojson }},
                {
                    center: {{ this.location|tojson }},
                    crs: L.CRS.{{ this.crs }},
                    ...{{this.options|tojavascript}}
                }
            );
        {% endmacro %}
        """
    )


@dataclass(frozen=True)
class Shown:
    """What a page puts where its map is, and in its script."""

    name: str
    html: Markup
    script: Markup


def participant_map(process: Process, arena: Arena, config: Config) -> Shown:
    """Opens at the school, not at the world."""
    where = arena.location if arena.location is not None else process.area.centroid
    map = _map(process, config, (where.centroid.y, where.centroid.x), zoom=16)
    return _shown(map)


def planner_map(process: Process, config: Config) -> Shown:
    """Opens on the whole area."""
    west, south, east, north = process.area.bounds
    map = _map(process, config, ((south + north) / 2, (west + east) / 2), zoom=14)
    fit = folium.FitBounds([(south, west), (north, east)], padding=(8, 8))
    fit.options["animate"] = (
        False  # an animation that is still running ends where it was going, whatever the page did since
    )
    fit.add_to(map)
    return _shown(map)


def _map(process: Process, config: Config, centre: tuple[float, float], zoom: int) -> Map:
    map = Map(
        location=list(centre),
        zoom_start=zoom,
        tiles=None,
        zoom_control=False,
        max_zoom=MAX_ZOOM,
        world_copy_jump=False,
    )
    for name, _, attribution in config.basemaps:
        if process.basemap in (None, name):
            folium.TileLayer(
                f"/basemap/{name}/{{z}}/{{x}}/{{y}}", attr=attribution, name=name, max_zoom=MAX_ZOOM, overlay=False
            ).add_to(map)
            break
    _border(process).add_to(map)
    return map


def _border(process: Process) -> folium.GeoJson:
    """The area's border as a soft mask of everything outside it."""
    shape: dict[str, Any] = plain(process.area) or {}
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    world = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]]
    mask = {"type": "Polygon", "coordinates": [world, *(rings[0] for rings in polygons)]}
    style = {
        "fillColor": "#1b2430",
        "fillOpacity": 0.1,
        "color": "#1b2430",
        "weight": 2,
        "dashArray": "6 6",
        "interactive": False,
    }
    return folium.GeoJson(
        {"type": "Feature", "properties": {}, "geometry": mask},
        name=gettext("Border"),
        style_function=lambda feature: style,
        control=False,
        interactive=False,
    )


def _shown(map: Map) -> Shown:
    root: Any = map.get_root()
    root.render()
    return Shown(map.get_name(), Markup(root.html.render()), Markup(root.script.render()))  # noqa: S704
