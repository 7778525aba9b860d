// Streets by how many use them, crossings by rank, and dashed where people go and no street does.

import * as L from "leaflet";
import { classEdges } from "./planner.js";

const INK = "#1b2430";
const WHITE = "#fff";
const AMBER = "#ffbf47";
const COLOURS = ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"];
const WIDTHS = [3, 5, 7, 9, 12];
const LIT = 9;
const COUNTS = "street-counts";
const COUNTS_FROM_ZOOM = 15;
const ROOM = { x: 40, y: 24 };

/** What the server found, drawn: `light(id)` marks one, `reveal(id)` goes there, `bounds()` holds all. */
export function streetLayer(map, items, { minimum, onPoint }) {
  const shapes = new Map();
  const level = (people) => Math.max(classEdges(minimum).filter((edge) => people >= edge).length - 1, 0);
  const lines = items.filter((item) => item.kind !== "crossing").sort((a, b) => a.people - b.people);
  lines.sort((a, b) => Number(a.kind === "desire_line") - Number(b.kind === "desire_line"));
  const casings = L.layerGroup().addTo(map);
  for (const item of lines) {
    const dashed = item.kind === "desire_line";
    const width = WIDTHS[level(item.people)] + (dashed ? 3 : 0);
    const plain = { color: dashed ? WHITE : INK, weight: width + (dashed ? 5 : 3) };
    const casing = L.geoJSON(item.geometry, { style: plain, interactive: false }).addTo(dashed ? map : casings);
    const style = dashed ? { color: INK, dashArray: "10 8", lineCap: "butt" } : { color: COLOURS[level(item.people)] };
    const shape = L.geoJSON(item.geometry, { style: { ...style, weight: width } }).addTo(map);
    const light = (lit) => casing.setStyle(lit ? { color: dashed ? AMBER : INK, weight: width + LIT } : plain);
    keep(item, shape, light);
  }
  for (const item of items.filter((each) => each.kind === "crossing")) {
    const mark = L.marker(L.GeoJSON.coordsToLatLng(item.geometry.coordinates), { icon: badge(item), keyboard: false });
    mark.addTo(map);
    keep(item, mark, (lit) => mark.getElement()?.classList.toggle("lit", lit));
  }
  counts(map, lines);

  function keep(item, shape, light) {
    shape.bindTooltip(item.said, { direction: "top", sticky: item.kind !== "crossing" });
    shape.on("mouseover", () => onPoint(item.id)).on("mouseout", () => onPoint(null));
    const bounds = L.geoJSON(item.geometry).getBounds();
    shapes.set(item.id, { light, bounds });
  }

  return {
    light: (id) => shapes.forEach((each, of) => each.light(of === id)),
    reveal: (id) => map.fitBounds(shapes.get(id).bounds, { maxZoom: 17, padding: [60, 60] }),
    bounds: () => [...shapes.values()].reduce((all, each) => all.extend(each.bounds), L.latLngBounds([])),
  };
}

/** A crossing's number in a circle; in a triangle where people marked it as bad. */
function badge(item) {
  const span = document.createElement("span");
  span.textContent = item.number;
  return L.divIcon({ html: span, className: `crossing-mark${item.unsafe ? " marked" : ""}`, iconSize: item.unsafe ? [34, 32] : [28, 28] });
}

/** Figures on the lines, the largest first, none over another. */
function counts(map, lines) {
  map.createPane(COUNTS).style.zIndex = 630;
  map.getPane(COUNTS).style.pointerEvents = "none";
  const group = L.layerGroup().addTo(map);
  const byPeople = [...lines].reverse();
  const write = () => {
    group.clearLayers();
    if (map.getZoom() < COUNTS_FROM_ZOOM) return;
    const taken = [];
    for (const { label, people } of byPeople) {
      const at = L.latLng(label[1], label[0]);
      if (!map.getBounds().contains(at)) continue;
      const { x, y } = map.latLngToContainerPoint(at);
      if (taken.some((other) => Math.abs(other.x - x) < ROOM.x && Math.abs(other.y - y) < ROOM.y)) continue;
      taken.push({ x, y });
      const span = document.createElement("span");
      span.textContent = people;
      const icon = L.divIcon({ html: span, className: "street-count", iconSize: [0, 0] });
      L.marker(at, { icon, pane: COUNTS, interactive: false, keyboard: false }).addTo(group);
    }
  };
  map.on("zoomend moveend", write);
  write();
}
