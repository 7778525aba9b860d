"""QGIS layer styles (QML): the colours and shapes of the web map, so that municipal GIS opens a readable map.

Written for QGIS 3: https://docs.qgis.org, "QML — The QGIS Style File Format".
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

INK = "27,36,48,255"


@dataclass(frozen=True)
class Symbol:
    """``value`` of the classifying field, what the legend says, an RGB colour, and a QGIS marker name for points."""

    value: str
    label: str
    colour: tuple[int, int, int]
    marker: str = "circle"


@dataclass(frozen=True)
class Style:
    """``geometry``: point, line or polygon. ``field``: classified by its values, or graduated if ``ranges`` is given.

    ``ranges``: (lower, upper, label, colour) for a number.
    """

    geometry: str
    field: str
    symbols: tuple[Symbol, ...] = ()
    ranges: tuple[tuple[float, float, str, tuple[int, int, int]], ...] = ()
    label_field: str | None = None


def qml(style: Style) -> str:
    """The style as a QML document."""
    root = ElementTree.Element("qgis", version="3.28.0", styleCategories="Symbology|Labeling")
    if style.ranges:
        renderer = ElementTree.SubElement(root, "renderer-v2", type="graduatedSymbol", attr=style.field)
        parent = ElementTree.SubElement(renderer, "ranges")
        for number, (low, high, label, _) in enumerate(style.ranges):
            attributes = {
                "lower": str(low),
                "upper": str(high),
                "symbol": str(number),
                "label": label,
                "render": "true",
            }
            ElementTree.SubElement(parent, "range", attributes)
        colours = [Symbol("", label, colour) for _, _, label, colour in style.ranges]
    else:
        renderer = ElementTree.SubElement(root, "renderer-v2", type="categorizedSymbol", attr=style.field)
        parent = ElementTree.SubElement(renderer, "categories")
        for number, symbol in enumerate(style.symbols):
            attributes = {"value": symbol.value, "symbol": str(number), "label": symbol.label, "render": "true"}
            ElementTree.SubElement(parent, "category", attributes, type="string")
        colours = list(style.symbols)
    symbols = ElementTree.SubElement(renderer, "symbols")
    for number, symbol in enumerate(colours):
        _symbol(symbols, str(number), style.geometry, symbol)
    if style.label_field:
        _labels(root, style.label_field)
    ElementTree.SubElement(root, "layerGeometryType").text = str({"point": 0, "line": 1, "polygon": 2}[style.geometry])
    declaration = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
    return declaration + ElementTree.tostring(root, encoding="unicode")


def _symbol(parent: ElementTree.Element, name: str, geometry: str, symbol: Symbol) -> None:
    kind, layer_class = {
        "point": ("marker", "SimpleMarker"),
        "line": ("line", "SimpleLine"),
        "polygon": ("fill", "SimpleFill"),
    }[geometry]
    element = ElementTree.SubElement(parent, "symbol", name=name, type=kind, alpha="1", clip_to_extent="1")
    layer = ElementTree.SubElement(element, "layer", {"class": layer_class, "enabled": "1", "pass": "0", "locked": "0"})
    options = ElementTree.SubElement(layer, "Option", type="Map")
    for key, value in _options(geometry, symbol).items():
        ElementTree.SubElement(options, "Option", name=key, value=value, type="QString")


def _options(geometry: str, symbol: Symbol) -> dict[str, str]:
    colour = ",".join(str(band) for band in symbol.colour)
    if geometry == "point":
        return {
            "color": f"{colour},255",
            "name": symbol.marker,
            "outline_color": INK,
            "outline_width": "0.3",
            "size": "3.2",
            "size_unit": "MM",
        }
    if geometry == "line":
        return {"line_color": f"{colour},200", "line_width": "0.7", "line_width_unit": "MM", "capstyle": "round"}
    return {
        "color": f"{colour},110",
        "outline_color": f"{colour},255",
        "outline_width": "0.5",
        "outline_width_unit": "MM",
        "style": "solid",
    }


def _labels(root: ElementTree.Element, field: str) -> None:
    labeling = ElementTree.SubElement(root, "labeling", type="simple")
    settings = ElementTree.SubElement(labeling, "settings")
    text = {"fieldName": field, "fontSize": "9", "textColor": INK, "isExpression": "0"}
    style = ElementTree.SubElement(settings, "text-style", text)
    buffer = {"bufferDraw": "1", "bufferSize": "0.8", "bufferColor": "255,255,255,255"}
    ElementTree.SubElement(style, "text-buffer", buffer)
