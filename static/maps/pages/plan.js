// The planner's bench: filters in the address, map and list in step, one area's card beside them.

import { call, fragment } from "../core/api.js";
import { n, speak, t } from "../core/texts.js";
import { addBase } from "../map/base.js";
import { addHatch, AreaLayer, classEdges, heatLayer, hexagonLayer } from "../map/planner.js";
import { pageMap } from "../map/registry.js";
import { element, find, findAll, pageData } from "./dom.js";
import { HeatScale } from "./plan/heat_scale.js";

const FOLLOW_MS = 3000;
const INSTEAD = { place: "difference", difference: "place" };
const data = pageData();
speak(data);

const state = { areas: [], chosen: null, pointed: null, hexagons: null, edition: null };
const form = find("#filters");
const map = await pageMap();
const areaLayer = new AreaLayer(map, { onChoose: (id) => choose(id), onPoint: (id) => point(id) });
const layers = Object.fromEntries(Object.entries(data.heat).map(([kind, address]) => [kind, heatLayer(address)]));
const scales = Object.keys(layers).map((kind) => new HeatScale(kind, data.scales[kind], data.minimum));

fillForm();
connect();
const legend = find(".legend details");
if (matchMedia("(max-width: 60rem)").matches) legend.open = false;
showLegend();
await addBase(map, data.vector);
await refresh();
const wanted = new URLSearchParams(location.search).get("area");
if (wanted) await choose(wanted);
else areaLayer.revealAll();
setInterval(() => document.visibilityState === "visible" && void refresh({ quietly: true }), FOLLOW_MS);

/** The filter as a query, without what is empty. */
function query() {
  const wanted = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== "") wanted.append(name, value);
  return wanted;
}

function fillForm() {
  const asked = new URLSearchParams(location.search);
  for (const field of form.elements) {
    if (!field.name) continue;
    if (field.type === "checkbox") field.checked = asked.getAll(field.name).includes(field.value);
    else if (asked.has(field.name)) field.value = asked.get(field.name);
  }
}

function connect() {
  form.addEventListener("change", () => filtered());
  form.addEventListener("reset", () => setTimeout(filtered, 0));
  form.addEventListener("submit", (event) => event.preventDefault());
  find("#in-view").addEventListener("change", () => showList());
  find("#zoom-in").addEventListener("click", () => map.zoomIn());
  find("#zoom-out").addEventListener("click", () => map.zoomOut());
  map.on("moveend", () => showList());
  map.on("moveend", () => showHeat());
  map.getContainer().setAttribute("aria-label", t("Map of the areas. The list beside it holds the same."));
  map.getContainer().setAttribute("role", "application");
  for (const box of findAll("[data-layer]")) box.addEventListener("change", () => showLayer(box));
  for (const box of findAll("[data-layer]")) showLayer(box);
  document.addEventListener("keydown", (event) => event.key === "Escape" && state.chosen && closeCard());
  find("#compute").addEventListener("submit", (event) => computing(event.currentTarget));
  find("#card").addEventListener("click", (event) => showNamed(event));
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
}

/** The answer is the page itself, anew; until it comes the button says that it works. */
function computing(asked) {
  const button = find("button", asked);
  button.disabled = true;
  find("#computing").textContent = t("Computing the areas. It can take a few seconds …");
  addEventListener("pageshow", () => (button.disabled = false), { once: true });
}

/** Another area that the card names is shown without leaving the page. */
function showNamed(event) {
  const named = event.target.closest("[data-show-area]");
  if (!named || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  void choose(named.dataset.showArea);
}

function filtered() {
  const asked = query();
  if (state.chosen) asked.set("area", state.chosen);
  history.replaceState(null, "", asked.size > 0 ? `?${asked}` : location.pathname);
  void refresh();
}

/** Fetch what the filter lets through; `quietly` redraws only if the data changed. */
async function refresh({ quietly = false } = {}) {
  const asked = query().toString();
  let answer;
  try {
    answer = await call("GET", `${data.areas}?${asked}`);
  } catch (refused) {
    if (!quietly) find("#totals").textContent = refused.title || t("We cannot reach the server.");
    return;
  }
  if (asked !== query().toString() || (quietly && answer.edition === state.edition)) return;
  state.edition = answer.edition;
  state.areas = answer.areas;
  showTotals(answer.totals);
  areaLayer.show(state.areas);
  areaLayer.light(state.chosen, state.pointed);
  for (const layer of Object.values(layers)) layer.follow(`${asked}&g=${answer.edition}`);
  showHeat();
  await showHexagons();
  showList();
  showFilterCount();
}

function showTotals({ people, registrations }) {
  find("#totals").textContent =
    people === null
      ? t("Fewer than {n} children under this filter.", { n: data.minimum })
      : `${n("{n} child", "{n} children", people)}, ${n("{n} registration", "{n} registrations", registrations)}`;
}

function showFilterCount() {
  const count = [...query()].filter(([name]) => name !== "group").length;
  find("#filter-count").textContent = String(count);
  find("#filter-count").hidden = count === 0;
}

async function showHexagons() {
  state.hexagons?.remove();
  state.hexagons = null;
  if (!find("[data-layer=hexagons]").checked) return;
  const collection = await call("GET", `${data.hexagons}?${query()}`);
  state.hexagons = hexagonLayer(collection, data.minimum).addTo(map);
  addHatch(map);
  state.hexagons.bringToBack();
}

function showLayer(box) {
  const name = box.dataset.layer;
  find(`[data-key=${name}]`).hidden = !box.checked;
  const instead = box.checked && name in INSTEAD ? find(`[data-layer=${INSTEAD[name]}]`) : null;
  if (instead?.checked) {
    instead.checked = false;
    showLayer(instead);
  }
  if (name in layers) showHeatLayer(name, box.checked);
  else if (name === "areas") areaLayer.group[box.checked ? "addTo" : "remove"](map);
  else void showHexagons();
}

function showHeatLayer(kind, shown) {
  layers[kind][shown ? "addTo" : "remove"](map);
  showHeat();
}

/** What the colours on the map stand for, and where a picture of them is. */
function showHeat() {
  if (state.edition === null) return;
  const asked = query();
  asked.set("z", map.getZoom());
  asked.set("g", state.edition);
  const shown = scales.filter(({ kind }) => map.hasLayer(layers[kind]));
  for (const scale of shown) void scale.show(asked.toString());
  asked.set("bbox", map.getBounds().toBBoxString());
  const link = find("#heat-picture");
  link.hidden = shown.length === 0;
  if (shown.length > 0) link.href = `${data.pictures[shown[0].kind]}?${asked}`;
}

function showLegend() {
  const edges = classEdges(data.minimum);
  const rows = edges.map((low, index) => {
    const high = edges[index + 1];
    const words = high ? `${low}–${high - 1}` : t("{n} or more", { n: low });
    return element("li", {}, element("span", { class: `swatch class-${index}` }), words);
  });
  const few = t("fewer than {n} children", { n: data.minimum });
  rows.unshift(element("li", {}, element("span", { class: "swatch hatched" }), few));
  find("#hexagon-classes").replaceChildren(...rows);
}

function showList() {
  const only = find("#in-view").checked;
  const shown = state.areas.filter((area) => !only || areaLayer.inView(area.id));
  const focused = document.activeElement?.dataset?.area;
  find("#area-count").textContent = String(shown.length);
  find("#areas").replaceChildren(...shown.map((area) => element("li", {}, row(area))));
  if (focused) find(`.area-row[data-area="${focused}"]`)?.focus({ preventScroll: true });
  const none = find("#no-areas");
  none.hidden = shown.length > 0;
  none.textContent =
    state.areas.length > 0
      ? t("No area lies in this part of the map. Zoom out to see them all.")
      : t("Areas appear here when enough children have marked the same place. Compute them again when a class has finished.");
}

function row(area) {
  const told = area.category ? [area.category] : area.categories.slice(0, 2).map((entry) => entry.category);
  const words = told.map((code) => word(area.group, code));
  const count = area.people === null ? `< ${data.minimum}` : String(area.people);
  const button = element(
    "button",
    { type: "button", class: `area-row sticker-${area.group}`, "data-area": area.id, "aria-expanded": String(area.id === state.chosen) },
    element("span", { class: `shape shape-${area.group}`, "aria-hidden": "true" }),
    element(
      "span",
      { class: "words" },
      words.join(", "),
      element("span", { class: "fine" }, area.id, area.inputs.length > 0 ? ` · ${t("in the roadmap")}: ${area.inputs.join(", ")}` : ""),
    ),
    element("span", { class: "count" }, count, element("span", { class: "unit" }, t("children"))),
  );
  button.addEventListener("click", () => void choose(area.id));
  for (const [name, id] of [["focus", area.id], ["mouseenter", area.id], ["blur", null], ["mouseleave", null]]) {
    button.addEventListener(name, () => point(id));
  }
  return button;
}

function word(group, code) {
  return data.catalogue[group]?.find((entry) => entry.code === code)?.word ?? code;
}

function point(id) {
  state.pointed = id;
  areaLayer.light(state.chosen, id);
  for (const button of findAll(".area-row")) button.classList.toggle("lit", button.dataset.area === id);
}

async function choose(id) {
  state.chosen = id;
  const card = find("#card");
  card.hidden = false;
  if (matchMedia("(max-width: 110rem)").matches) legend.open = false;
  card.replaceChildren(element("p", { class: "empty" }, t("Fetching {id} …", { id })));
  try {
    const html = await fragment(`${data.area_card.replace("ID", id)}?${query()}`);
    card.innerHTML = html;
    find("h2", card).focus({ preventScroll: true });
    find("[data-close-card]", card).addEventListener("click", () => closeCard());
  } catch {
    card.replaceChildren(element("p", { class: "problem", role: "alert" }, t("We cannot show {id}. Try again.", { id })));
  }
  map.invalidateSize({ pan: false });
  const gone = find(".card-body", card)?.dataset.outline;
  areaLayer.mark(gone ? JSON.parse(gone) : null);
  areaLayer.reveal(id);
  areaLayer.light(id, null);
  remember();
  showList();
}

function closeCard() {
  const id = state.chosen;
  state.chosen = null;
  find("#card").hidden = true;
  areaLayer.mark(null);
  areaLayer.light(null, null);
  remember();
  showList();
  find(`.area-row[data-area="${id}"]`)?.focus();
}

function remember() {
  const asked = query();
  if (state.chosen) asked.set("area", state.chosen);
  history.replaceState(null, "", asked.size > 0 ? `?${asked}` : location.pathname);
}
