// A drawn area on the map: outline, hatch and badge say its group, each without the colour.

import * as L from "leaflet";
import { middle } from "../core/rings.js";

const DASHES = { good: null, bad: "12 7", wish: "2 9", activity: "16 5 3 5" };

/** The layers of an area `item`; `badge` is its sticker as an element, `choose(event)` when it is tapped. */
export function areaLayer(item, { group, label, badge, choose }) {
  const ring = item.geometry.coordinates[0];
  const latlngs = L.GeoJSON.coordsToLatLngs(ring, 0);
  const casing = L.polygon(latlngs, { color: "#fff", weight: 9, fill: false, className: "area-casing" });
  const outline = L.polygon(latlngs, {
    weight: 4,
    dashArray: DASHES[group],
    fillColor: `url(#hatch-${group})`,
    fillOpacity: 1,
    className: `area-line area-${group}`,
  });
  const [x, y] = middle(ring.slice(0, -1));
  const marker = L.marker([y, x], {
    icon: L.divIcon({ html: badge, className: "route-badge", iconSize: [40, 40], iconAnchor: [20, 20] }),
    title: label,
    alt: label,
    keyboard: true,
  });
  outline.on("click", choose);
  marker.on("click keypress", choose);
  return L.layerGroup([casing, outline, marker]);
}
