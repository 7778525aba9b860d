// What the planner sees on the map: heat tiles, hexagons, areas, roadmap inputs.

import * as L from "leaflet";

export const GROUP_COLOURS = { activity: "#0072b2", good: "#009e73", bad: "#d55e00", wish: "#cc79a7" };
export const REALISER_COLOURS = { municipality: "#00566b", residents: "#cc79a7", together: "#009e73" };
const REALISER_DASHES = { residents: "10 6", together: "2 7" };
const PLAN_COLOUR = "#1b2430";
const DASHES = { activity: null, good: "12 5", bad: "3 6", wish: "12 5 3 5" };
const GONE = { color: "#1b2430", weight: 3, dashArray: "2 8", fill: false };
const RAMP = ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"];
const HATCH = "hatch-few";

/** Class edges of the hexagons: as many times the smallest group. */
export function classEdges(minimum) {
  return [1, 2, 4, 8, 16].map((times) => times * minimum);
}

/** A layer of heat tiles whose address follows the filter. */
export function heatLayer(template) {
  const layer = L.tileLayer("", { pane: "overlayPane", maxZoom: 20, opacity: 0.85, className: "heat" });
  layer.follow = (query) => layer.setUrl(`${template}?${query}`);
  return layer;
}

/** Hexagons coloured by class; those of too few people are hatched. */
export function hexagonLayer(collection, minimum) {
  const edges = classEdges(minimum);
  return L.geoJSON(collection, {
    interactive: false,
    style: ({ properties }) => {
      if (properties.withheld) return { color: "#77716a", weight: 1, fillColor: `url(#${HATCH})`, fillOpacity: 0.9 };
      const level = edges.filter((edge) => properties.people >= edge).length - 1;
      return { color: "#fff", weight: 1, fillColor: RAMP[level], fillOpacity: 0.6 };
    },
  });
}

/** The hatch pattern, once in each map's SVG. */
export function addHatch(map) {
  const svg = map.getPanes().overlayPane.querySelector("svg");
  if (!svg || svg.querySelector(`#${HATCH}`)) return;
  const space = "http://www.w3.org/2000/svg";
  const pattern = document.createElementNS(space, "pattern");
  const attributes = { id: HATCH, width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  for (const [name, value] of Object.entries(attributes)) pattern.setAttribute(name, value);
  const line = document.createElementNS(space, "rect");
  for (const [name, value] of Object.entries({ width: 2.5, height: 8, fill: "#77716a" })) line.setAttribute(name, value);
  pattern.append(line);
  const defs = document.createElementNS(space, "defs");
  defs.append(pattern);
  svg.prepend(defs);
}

/** Outlines that can be pointed at, chosen by pointer or key, and lit from the list. */
export class AreaLayer {
  constructor(map, { onChoose, onPoint }) {
    Object.assign(this, { map, onChoose, onPoint });
    this.group = L.layerGroup().addTo(map);
    this.shapes = new Map();
  }

  show(areas) {
    this.group.clearLayers();
    this.shapes.clear();
    for (const area of areas) {
      const colour = GROUP_COLOURS[area.group];
      const style = { color: colour, weight: 4, dashArray: DASHES[area.group], fillColor: colour, fillOpacity: 0.12 };
      const casing = L.geoJSON(area.geometry, { interactive: false, style: { color: "#fff", weight: 7, fill: false } });
      const shape = L.geoJSON(area.geometry, { style });
      shape.on("click", () => this.onChoose(area.id));
      shape.on("mouseover", () => this.onPoint(area.id));
      shape.on("mouseout", () => this.onPoint(null));
      shape.bindTooltip(area.id, { direction: "center", className: "area-name" });
      L.layerGroup([casing, shape]).addTo(this.group);
      this.shapes.set(area.id, { shape, casing, style, bounds: shape.getBounds() });
    }
  }

  /** Thick casing for the chosen one, a little light for the one pointed at. */
  light(chosen, pointed) {
    for (const [id, { shape, casing, style }] of this.shapes) {
      const lit = id === chosen || id === pointed;
      casing.setStyle(lit ? { color: "#1b2430", weight: 10 } : { color: "#fff", weight: 7 });
      shape.setStyle({ ...style, fillOpacity: lit ? 0.32 : 0.12 });
    }
  }

  /** The outline of an area that is gone, until another is marked; none if there is none to mark. */
  mark(geometry) {
    this.marked?.remove();
    this.marked = geometry ? L.geoJSON(geometry, { interactive: false, style: GONE }).addTo(this.map) : null;
    if (geometry) this.map.fitBounds(this.marked.getBounds(), { maxZoom: 17, padding: [60, 60] });
  }

  reveal(id) {
    const found = this.shapes.get(id);
    if (found) this.map.fitBounds(found.bounds, { maxZoom: 17, padding: [60, 60] });
  }

  revealAll() {
    const bounds = L.latLngBounds([...this.shapes.values()].map((each) => each.bounds));
    if (bounds.isValid()) this.map.fitBounds(bounds, { maxZoom: 17, padding: [40, 40], animate: false });
  }

  inView(id) {
    return this.map.getBounds().intersects(this.shapes.get(id).bounds);
  }
}

/** Roadmap inputs in the colour of who can realise them, named by their ids; a plan's polygons, which have neither. */
export function inputLayer(map, inputs, { onPoint }) {
  const shapes = new Map();
  for (const input of inputs) {
    const colour = REALISER_COLOURS[input.realiser] ?? PLAN_COLOUR;
    const dashArray = REALISER_DASHES[input.realiser];
    const style = { color: colour, weight: 4, fillColor: colour, fillOpacity: 0.25, dashArray };
    const pointToLayer = (_, at) => L.circleMarker(at, { radius: 9 });
    const shape = L.geoJSON(input.geometry, { style, pointToLayer }).addTo(map);
    shape.bindTooltip(input.url ? `${input.id} ${input.title}` : input.title, { direction: "top" });
    if (input.url) shape.on("click", () => location.assign(input.url));
    shape.on("mouseover", () => onPoint(input.id));
    shape.on("mouseout", () => onPoint(null));
    shapes.set(input.id, shape);
  }
  return {
    shapes,
    light: (id) => shapes.forEach((shape, each) => shape.setStyle({ fillOpacity: each === id ? 0.6 : 0.25 })),
    bounds: () => L.featureGroup([...shapes.values()]).getBounds(),
  };
}
