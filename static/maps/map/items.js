// The participant's own things on the map: stickers as markers, routes as cased lines with their mode's pictogram.

import * as L from "leaflet";
import { at, pieces } from "../core/lines.js";
import { areaLayer } from "./area_layer.js";
import { Handles } from "./handles.js";

// Stretches differ by dash and by pictogram, never by colour.
const DASHES = [null, "16 10", "5 10", "20 8 5 8"];

/** An icon of the sprite as an element; `group` gives it shape and colour. */
export function sticker(sprite, icon, group, size = 40) {
  const element = document.createElement("span");
  element.className = `sticker sticker-${group}`;
  element.innerHTML =
    `<svg width="${size}" height="${size}" aria-hidden="true" focusable="false">` +
    `<use href="${sprite}#${icon}"></use></svg>`;
  return element;
}

export class ItemLayers {
  /** `look(item)` gives {icon, group, label}; `onChoose(id)` when one is tapped; `onMove(id, geometry)` when dragged. */
  constructor(map, { sprite, look, onChoose, onMove }) {
    Object.assign(this, { map, sprite, look, onChoose, onMove });
    this.layers = new Map();
    this.chosen = null;
    this.group = L.layerGroup().addTo(map);
    this.handles = new Handles(map, {
      onMove: (line) => this.onMove(this.chosen, this.handles.closed ? ring(line) : { type: "LineString", coordinates: line }),
    });
  }

  /** Draw these items and nothing else. */
  show(items) {
    const wanted = new Set(items.map((item) => item.id));
    for (const [id, layer] of this.layers) {
      if (!wanted.has(id)) {
        layer.remove();
        this.layers.delete(id);
      }
    }
    for (const item of items) this.#draw(item);
  }

  /** Draw this one afresh at the next `show`. */
  forget(id) {
    this.layers.get(id)?.remove();
    this.layers.delete(id);
  }

  /** Mark one as chosen (null for none); it can then be dragged or, for a route, reshaped by its handles. */
  choose(item) {
    if (this.chosen !== (item?.id ?? null)) this.handles.clear();
    this.chosen = item?.id ?? null;
    for (const [id, layer] of this.layers) {
      layer.getElement?.()?.classList.toggle("chosen", id === this.chosen);
      if (layer.dragging) layer.dragging[id === this.chosen ? "enable" : "disable"]();
      layer.eachLayer?.((part) => part.getElement()?.classList.toggle("chosen", id === this.chosen));
    }
    const { type, coordinates } = item?.geometry ?? {};
    if (type === "LineString") this.handles.show(coordinates);
    if (type === "Polygon") this.handles.show(coordinates[0].slice(0, -1), { closed: true });
  }

  /** Bring it into view above the sheet. */
  reveal(item) {
    this.map.invalidateSize({ pan: false });
    const bounds = L.geoJSON(item.geometry).getBounds();
    if (this.map.getBounds().contains(bounds)) return;
    if (item.geometry.type === "Point") this.map.panTo(bounds.getCenter());
    else this.map.fitBounds(bounds, { padding: [40, 40], maxZoom: this.map.getZoom() });
  }

  #draw(item) {
    const drawn = JSON.stringify([item.geometry, item.properties]);
    const earlier = this.layers.get(item.id);
    if (earlier?.drawn === drawn) {
      this.#mark(earlier, item.state);
      return;
    }
    earlier?.remove();
    const layer = { Point: () => this.#place(item), Polygon: () => this.#area(item) }[item.geometry.type]?.() ?? this.#route(item);
    layer.drawn = drawn;
    this.layers.set(item.id, layer.addTo(this.group));
    this.#mark(layer, item.state);
    if (item.id === this.chosen) this.choose(item);
  }

  /** Show how sending goes without touching what a finger may be holding. */
  #mark(layer, state) {
    for (const part of layer.getLayers?.() ?? [layer]) {
      const element = part.getElement();
      if (element) element.dataset.state = state;
    }
  }

  #place(item) {
    const [x, y] = item.geometry.coordinates;
    const { icon, group, label } = this.look(item);
    const html = sticker(this.sprite, icon, group);
    const marker = L.marker([y, x], {
      icon: L.divIcon({ html, className: "sticker-marker", iconSize: [48, 48], iconAnchor: [24, 24] }),
      title: label,
      alt: label,
      keyboard: true,
    });
    marker.on("click keypress", (event) => this.#chosenBy(event, item.id));
    marker.on("dragend", () => {
      const { lng, lat } = marker.getLatLng();
      this.onMove(item.id, { type: "Point", coordinates: [lng, lat] });
    });
    return marker;
  }

  #route(item) {
    const { label, icons } = this.look(item);
    const { type, coordinates } = item.geometry;
    const cuts = (item.properties.modes ?? []).map((change) => change.from);
    const stretches = type === "LineString" ? pieces(coordinates, cuts) : coordinates;
    const latlngs = stretches.map((positions) => L.GeoJSON.coordsToLatLngs(positions));
    const casing = L.polyline(latlngs, { color: "#fff", weight: 10, opacity: 1, className: "route-casing" });
    const lines = latlngs.map((each, i) =>
      L.polyline(each, { color: "#1b2430", weight: 5, dashArray: cuts.length > 0 ? DASHES[i % 4] : null, className: "route-line" }),
    );
    const badges = icons.map((icon, i) => this.#badge(stretches[i] ?? stretches[0], icon, label));
    for (const part of [casing, ...lines]) part.on("click", (event) => this.#chosenBy(event, item.id));
    for (const badge of badges) badge.on("click keypress", (event) => this.#chosenBy(event, item.id));
    return L.layerGroup([casing, ...lines, ...badges]);
  }

  #badge(positions, icon, label) {
    const [x, y] = at(positions, 0.5);
    const html = sticker(this.sprite, icon, "way", 28);
    const divIcon = L.divIcon({ html, className: "route-badge", iconSize: [40, 40], iconAnchor: [20, 20] });
    return L.marker([y, x], { icon: divIcon, title: label, alt: label, keyboard: true });
  }

  #area(item) {
    const { icon, group, label } = this.look(item);
    const badge = sticker(this.sprite, icon, group, 28);
    return areaLayer(item, { group, label, badge, choose: (event) => this.#chosenBy(event, item.id) });
  }

  #chosenBy(event, id) {
    if (event.type === "keypress" && !["Enter", " "].includes(event.originalEvent?.key)) return;
    L.DomEvent.stop(event);
    this.onChoose(id);
  }
}

function ring(corners) {
  return { type: "Polygon", coordinates: [[...corners, corners[0]]] };
}
