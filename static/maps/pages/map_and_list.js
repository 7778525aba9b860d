// A map and the list beside it, in step: inputs of the roadmap, or polygons of a plan over what was registered.

import { speak } from "../core/texts.js";
import { addBase } from "../map/base.js";
import { heatLayer, inputLayer } from "../map/planner.js";
import { pageMap } from "../map/registry.js";
import { find, findAll, pageData } from "./dom.js";

const data = pageData();
speak(data);

const map = await pageMap();
const rows = findAll("[data-input]");
const inputs = inputLayer(map, data.inputs, { onPoint: (id) => light(id) });

find("#zoom-in").addEventListener("click", () => map.zoomIn());
find("#zoom-out").addEventListener("click", () => map.zoomOut());
new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
for (const row of rows) {
  for (const name of ["mouseenter", "focusin"]) row.addEventListener(name, () => light(row.dataset.input));
  for (const name of ["mouseleave", "focusout"]) row.addEventListener(name, () => light(null));
}
await addBase(map, data.vector);
for (const template of Object.values(data.heat ?? {})) heatLayer(template).addTo(map).follow("");
if (data.inputs.length > 0) map.fitBounds(inputs.bounds(), { padding: [40, 40], maxZoom: 16 });

function light(id) {
  inputs.light(id);
  for (const row of rows) row.classList.toggle("lit", row.dataset.input === id);
}
