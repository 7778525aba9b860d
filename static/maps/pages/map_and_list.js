// A map and the list beside it, in step: inputs of the roadmap, polygons of a plan over what was registered, or streets.

import { speak } from "../core/texts.js";
import { addBase } from "../map/base.js";
import { heatLayer, inputLayer } from "../map/planner.js";
import { pageMap } from "../map/registry.js";
import { streetLayer } from "../map/streets.js";
import { find, findAll, pageData } from "./dom.js";

const data = pageData();
speak(data);

const map = await pageMap();
const rows = findAll("[data-input]");
const onPoint = (id) => light(id);
const inputs = data.streets
  ? streetLayer(map, data.streets, { minimum: data.minimum, onPoint })
  : inputLayer(map, data.inputs, { onPoint });

find("#zoom-in").addEventListener("click", () => map.zoomIn());
find("#zoom-out").addEventListener("click", () => map.zoomOut());
new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
for (const row of rows) {
  for (const name of ["mouseenter", "focusin"]) row.addEventListener(name, () => light(row.dataset.input));
  for (const name of ["mouseleave", "focusout"]) row.addEventListener(name, () => light(null));
}
for (const button of findAll("[data-reveal]")) {
  button.addEventListener("click", () => inputs.reveal(button.closest("[data-input]").dataset.input));
}
await addBase(map, data.vector);
for (const template of Object.values(data.heat ?? {})) heatLayer(template).addTo(map).follow("");
if (inputs.bounds().isValid()) map.fitBounds(inputs.bounds(), { padding: [40, 40], maxZoom: 16 });

function light(id) {
  inputs.light(id);
  for (const row of rows) row.classList.toggle("lit", row.dataset.input === id);
}
