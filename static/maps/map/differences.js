// Where two groups differ: cells in two colours with a pattern each, so that neither rests on its colour alone.

import * as L from "leaflet";
import { addHatch } from "./planner.js";

const COLOURS = { first: "#542788", second: "#b35806" };
const SPACE = "http://www.w3.org/2000/svg";
const STYLES = {
  first: { color: COLOURS.first, weight: 2, fillColor: "url(#difference-first)", fillOpacity: 0.8 },
  second: { color: COLOURS.second, weight: 2, fillColor: "url(#difference-second)", fillOpacity: 0.8 },
  same: { color: "#77716a", weight: 1, fillColor: "#ffffff", fillOpacity: 0.35 },
  few: { color: "#77716a", weight: 0.5, fillColor: "url(#hatch-few)", fillOpacity: 0.35 },
};

/** The cells of a collection by their difference; `onPoint(cell or null)` when one is pointed at. */
export class DifferenceLayer {
  constructor(map, collection, { onPoint }) {
    this.map = map;
    this.shapes = new Map();
    const plainest = ["few", "same", "first", "second"];
    const sorted = collection.features.slice().sort(
      (a, b) => plainest.indexOf(a.properties.difference) - plainest.indexOf(b.properties.difference),
    );
    this.layer = L.geoJSON(
      { type: "FeatureCollection", features: sorted },
      {
        style: ({ properties }) => STYLES[properties.difference],
        onEachFeature: ({ properties }, shape) => {
          this.shapes.set(properties.cell, { shape, style: STYLES[properties.difference] });
          shape.on("mouseover", () => onPoint(properties.cell, properties));
          shape.on("mouseout", () => onPoint(null, null));
        },
      },
    ).addTo(map);
    addHatch(map);
    addPatterns(map);
  }

  light(cell) {
    for (const [key, { shape, style }] of this.shapes) {
      if (key === cell) shape.setStyle({ color: "#1b2430", weight: 6 }).bringToFront();
      else if (this.lit === key) shape.setStyle(style);
    }
    this.lit = cell;
  }

  reveal(cell) {
    const found = this.shapes.get(cell);
    if (found) this.map.fitBounds(found.shape.getBounds(), { maxZoom: 16, padding: [60, 60] });
  }

  /** Everything that differs, or everything. */
  get bounds() {
    const found = [...this.shapes.values()];
    const certain = found.filter(({ style }) => style === STYLES.first || style === STYLES.second);
    return L.featureGroup((certain.length > 0 ? certain : found).map(({ shape }) => shape)).getBounds();
  }
}

/** Stripes for the first, dots for the second. */
function addPatterns(map) {
  const svg = map.getPanes().overlayPane.querySelector("svg");
  if (!svg) return;
  const defs = made("defs", {});
  for (const [name, colour] of Object.entries(COLOURS)) {
    const pattern = made("pattern", { id: `difference-${name}`, width: 8, height: 8, patternUnits: "userSpaceOnUse" });
    pattern.append(made("rect", { width: 8, height: 8, fill: colour, "fill-opacity": 0.35 }));
    const mark = name === "first" ? { y: 0, width: 8, height: 3 } : { cx: 4, cy: 4, r: 2.2 };
    pattern.append(made(name === "first" ? "rect" : "circle", { ...mark, fill: colour }));
    defs.append(pattern);
  }
  svg.prepend(defs);
}

function made(tag, attributes) {
  const found = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
  return found;
}
