// Two rounds or two groups on one map: where they differ for certain, in step with the table beside it.

import { call } from "../core/api.js";
import { speak, t } from "../core/texts.js";
import { addBase } from "../map/base.js";
import { DifferenceLayer } from "../map/differences.js";
import { pageMap } from "../map/registry.js";
import { find, findAll, pageData } from "./dom.js";

const data = pageData();
speak(data);

const map = await pageMap();
const rows = findAll("[data-cell]");
let layer = null;

find("#zoom-in").addEventListener("click", () => map.zoomIn());
find("#zoom-out").addEventListener("click", () => map.zoomOut());
if (matchMedia("(max-width: 60rem)").matches) find(".legend details").open = false;
new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
for (const row of rows) {
  for (const name of ["mouseenter", "focusin"]) row.addEventListener(name, () => light(row.dataset.cell));
  for (const name of ["mouseleave", "focusout"]) row.addEventListener(name, () => light(null));
  find("button", row).addEventListener("click", () => layer?.reveal(row.dataset.cell));
}
await addBase(map, data.vector);
await show();

async function show() {
  try {
    const collection = await call("GET", `${data.hexagons}${location.search}`);
    layer = new DifferenceLayer(map, collection, { onPoint: (cell) => light(cell) });
    if (collection.features.length > 0) map.fitBounds(layer.bounds, { padding: [40, 40], maxZoom: 16, animate: false });
  } catch (refused) {
    find("#hint").hidden = false;
    find("#hint").textContent = refused.title || t("We cannot reach the server.");
  }
}

function light(cell) {
  layer?.light(cell);
  for (const row of rows) row.classList.toggle("lit", row.dataset.cell === cell);
}
