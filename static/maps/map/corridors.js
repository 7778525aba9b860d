// Corridors on the map: the ground they take, a line as wide as their count class, and how many people go there.

import * as L from "leaflet";

// Told apart by width and dashes, also in grey; dark is few. As in style/flow.css.
const CLASSES = [
  { color: "#14285a", weight: 3, dashArray: "3 7" },
  { color: "#00566b", weight: 5, dashArray: "12 7" },
  { color: "#008c8c", weight: 7, dashArray: null },
  { color: "#78be78", weight: 10, dashArray: null },
  { color: "#fae650", weight: 13, dashArray: null },
];
const INK = "#1b2430";

/** Shows `corridors` ({id, label, level, line, ground}); they can be pointed at and chosen. */
export class CorridorLayer {
  constructor(map, corridors, { onChoose, onPoint }) {
    Object.assign(this, { map, lit: new Set() });
    this.shapes = new Map();
    for (const corridor of [...corridors].reverse()) this.shapes.set(corridor.id, shape(corridor).addTo(map));
    for (const [id, each] of this.shapes) {
      each.on("click", () => onChoose(id));
      each.on("mouseover", () => onPoint(id));
      each.on("mouseout", () => onPoint(null));
    }
    this.labels = new Labels(map, corridors);
    map.on("zoomend", () => this.draw());
    this.draw();
  }

  /** The chosen one and the one pointed at stand out; the number of the chosen one is there for sure. */
  light(chosen, pointed) {
    this.lit = new Set([chosen, pointed]);
    this.labels.lay(chosen);
    this.draw();
  }

  /** Lines are thinner where the map is small. */
  draw() {
    const scale = Math.min(1, Math.max(0.4, (this.map.getZoom() - 9) / 6));
    for (const [id, each] of this.shapes) {
      const lit = this.lit.has(id);
      const { ground, edge, casing, line, weight } = each.parts;
      ground.setStyle({ fillOpacity: lit ? 0.7 : 0.3 });
      line.setStyle({ weight: weight * scale });
      casing.setStyle({ weight: weight * scale + (lit ? 7 : 2) });
      edge.setStyle({ weight: weight * scale + (lit ? 13 : 4) });
      edge.eachLayer((path) => path.getElement().classList.toggle("lit", lit));
      if (lit) each.bringToFront();
    }
  }

  reveal(id) {
    this.map.fitBounds(this.shapes.get(id).getBounds(), { maxZoom: 17, padding: [60, 60] });
  }

  revealAll() {
    const bounds = L.latLngBounds([...this.shapes.values()].map((each) => each.getBounds()));
    if (bounds.isValid()) this.map.fitBounds(bounds, { maxZoom: 17, padding: [30, 30], animate: false });
  }
}

function shape({ line, ground, level }) {
  const { weight, ...style } = CLASSES[level];
  const drawn = (more) => L.geoJSON(line, { style: { lineCap: "round", ...more } });
  const parts = {
    weight,
    ground: L.geoJSON(ground, { style: { stroke: false, fillColor: style.color } }),
    edge: drawn({ color: INK, className: "corridor-edge" }),
    casing: drawn({ color: "#fff" }),
    line: drawn({ ...style, lineCap: "butt" }),
  };
  const group = L.featureGroup([parts.ground, parts.edge, parts.casing, parts.line]);
  return Object.assign(group, { parts });
}

/** A layer of heat tiles under the corridors. */
export function flowHeat(template, query) {
  return L.tileLayer(`${template}?${query}`, { pane: "overlayPane", maxZoom: 20, opacity: 0.85, className: "heat" });
}

/** Numbers at the middle of the lines, the most people first, none over another. */
class Labels {
  constructor(map, corridors) {
    Object.assign(this, { map, first: null });
    this.markers = new Map(corridors.map((corridor) => [corridor.id, marker(corridor)]));
    this.group = L.layerGroup().addTo(map);
    map.on("zoomend", () => this.lay(this.first));
    this.lay(null);
  }

  lay(first) {
    this.first = first;
    const taken = [];
    for (const id of [...this.markers.keys()].sort((a, b) => (b === first) - (a === first))) {
      const found = this.markers.get(id);
      const at = this.map.latLngToLayerPoint(found.getLatLng());
      const free = taken.every((other) => Math.abs(other.x - at.x) > 58 || Math.abs(other.y - at.y) > 26);
      if (free) taken.push(at);
      this.group[free ? "addLayer" : "removeLayer"](found);
    }
  }
}

function marker({ label, line }) {
  const middle = line.coordinates[Math.floor(line.coordinates.length / 2)];
  const text = document.createElement("span");
  text.textContent = label;
  const icon = L.divIcon({ html: text, className: "flow-label", iconSize: [0, 0] });
  return L.marker(L.GeoJSON.coordsToLatLng(middle), { icon, interactive: false, keyboard: false });
}
