// The process's own gazetteer drawn as a base map: grey, quiet, names on top. It shows under the tiles, so that there is a
// map when no tile server answers.

import * as L from "leaflet";
import { call } from "../core/api.js";

const PANE = "gazetteer";
const NAMES = "names";
const NAMES_FROM_ZOOM = 15.5;
const STYLES = {
  water: { fillColor: "#c9dbe0", fillOpacity: 1, stroke: false },
  forest: { fillColor: "#d9e2d2", fillOpacity: 1, stroke: false },
  park: { fillColor: "#dfe8d6", fillOpacity: 1, color: "#b9c7ad", weight: 1 },
  school: { fillColor: "#eadfca", fillOpacity: 1, color: "#a08a5c", weight: 1.5 },
  sports_hall: { fillColor: "#eadfca", fillOpacity: 1, color: "#a08a5c", weight: 1.5 },
  building: { fillColor: "#d6d1c6", fillOpacity: 1, color: "#bdb7aa", weight: 0.7 },
  other: { fillColor: "#e2ded5", fillOpacity: 1, color: "#a9a396", weight: 1 },
};
const DRAWN = ["water", "forest", "park", "school", "sports_hall", "other", "building"];

/** Draw it on the map; resolves when it is there. A map without it still works. */
export async function addBase(map, url) {
  map.attributionControl?.setPrefix(false);
  map.createPane(PANE).style.zIndex = 150;
  map.createPane(NAMES).style.zIndex = 620;
  map.getPane(NAMES).style.pointerEvents = "none";
  let data;
  try {
    data = await call("GET", url);
  } catch {
    return;
  }
  const renderer = L.canvas({ pane: PANE, padding: 0.3 });
  const of = (kind) => data.features.filter((f) => f.properties.kind === kind);
  const options = { pane: PANE, renderer, interactive: false };
  for (const kind of DRAWN) {
    L.geoJSON(of(kind), { ...options, style: STYLES[kind], pointToLayer: hidden }).addTo(map);
  }
  const streets = of("street");
  L.geoJSON(streets, { ...options, style: { color: "#b9b3a6", weight: 11, lineCap: "round" } }).addTo(map);
  L.geoJSON(streets, { ...options, style: { color: "#ffffff", weight: 8, lineCap: "round" } }).addTo(map);
  const paths = { color: "#9b917b", weight: 2.5, dashArray: "5 6" };
  L.geoJSON(of("path"), { ...options, style: paths }).addTo(map);
  addNames(map, data.features);
  if (data.attribution) map.attributionControl?.addAttribution(data.attribution);
}

/** Each name once, on the middle one of its parts. */
function addNames(map, features) {
  const parts = new Map();
  for (const feature of features.filter((f) => f.properties.name && f.properties.kind !== "path")) {
    const key = `${feature.properties.kind} ${feature.properties.name}`;
    parts.set(key, [...(parts.get(key) ?? []), feature]);
  }
  const group = L.layerGroup();
  for (const named of parts.values()) {
    const { properties, geometry } = named[Math.floor(named.length / 2)];
    const span = document.createElement("span");
    span.textContent = properties.name;
    const icon = L.divIcon({ html: span, className: `place-name place-name-${properties.kind}`, iconSize: [0, 0] });
    L.marker(middle(geometry), { icon, pane: NAMES, interactive: false, keyboard: false }).addTo(group);
  }
  const show = () => (map.getZoom() >= NAMES_FROM_ZOOM ? group.addTo(map) : group.remove());
  map.on("zoomend", show);
  show();
}

function middle(geometry) {
  if (geometry.type === "LineString") {
    const [x, y] = geometry.coordinates[Math.floor(geometry.coordinates.length / 2)];
    return [y, x];
  }
  return L.geoJSON(geometry).getBounds().getCenter();
}

function hidden() {
  return L.layerGroup();
}
