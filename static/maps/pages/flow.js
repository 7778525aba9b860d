// Corridors: the map and the list beside it in step; one of them chosen, in the address.

import { speak, t } from "../core/texts.js";
import { addBase } from "../map/base.js";
import { CorridorLayer, flowHeat } from "../map/corridors.js";
import { pageMap } from "../map/registry.js";
import { find, findAll, pageData } from "./dom.js";

const data = pageData();
speak(data);

const asked = new URLSearchParams(location.search);
const state = { chosen: null, pointed: null };
const form = find(".flow-filters");
const map = await pageMap();
const rows = findAll("[data-corridor]");
const legend = find(".legend details");
if (matchMedia("(max-width: 60rem)").matches) legend.open = false;
const corridors = new CorridorLayer(map, data.corridors, { onChoose: choose, onPoint: point });

connect();
await addBase(map, data.vector);
corridors.revealAll();
const wanted = asked.get("corridor");
if (rows.some((row) => row.dataset.corridor === wanted)) choose(wanted);

function connect() {
  form.addEventListener("change", () => form.requestSubmit());
  find("#zoom-in").addEventListener("click", () => map.zoomIn());
  find("#zoom-out").addEventListener("click", () => map.zoomOut());
  map.getContainer().setAttribute("aria-label", t("Map of the corridors. The list beside it holds the same."));
  map.getContainer().setAttribute("role", "application");
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
  document.addEventListener("keydown", (event) => event.key === "Escape" && choose(null));
  for (const row of rows) {
    row.addEventListener("click", () => choose(row.dataset.corridor === state.chosen ? null : row.dataset.corridor));
    for (const name of ["mouseenter", "focus"]) row.addEventListener(name, () => point(row.dataset.corridor));
    for (const name of ["mouseleave", "blur"]) row.addEventListener(name, () => point(null));
  }
  const filter = new URLSearchParams(asked);
  filter.delete("corridor");
  const layer = flowHeat(data.heat, filter);
  find("#heat").addEventListener("change", ({ target }) => {
    find("#heat-key").hidden = !target.checked;
    layer[target.checked ? "addTo" : "remove"](map);
  });
}

function point(id) {
  state.pointed = id;
  light();
}

function choose(id) {
  state.chosen = id;
  light();
  if (id) asked.set("corridor", id);
  else asked.delete("corridor");
  history.replaceState(null, "", asked.size > 0 ? `?${asked}` : location.pathname);
  if (!id) return;
  find(`[data-corridor="${id}"]`).scrollIntoView({ block: "nearest" });
  if (matchMedia("(max-width: 60rem)").matches) find(".bench-map").scrollIntoView({ block: "nearest" });
  corridors.reveal(id);
}

function light() {
  corridors.light(state.chosen, state.pointed);
  for (const row of rows) {
    row.setAttribute("aria-pressed", String(row.dataset.corridor === state.chosen));
    row.classList.toggle("lit", row.dataset.corridor === state.pointed);
  }
}
