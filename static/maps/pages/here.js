// What happens here: point at the map, draw round a place or name one, and the page answers under an address of its own.

import { crosses } from "../core/rings.js";
import { speak, t } from "../core/texts.js";
import { AreaDrawing } from "../map/area_drawing.js";
import { addBase } from "../map/base.js";
import { heatLayer, inputLayer } from "../map/planner.js";
import { pageMap } from "../map/registry.js";
import { find, findAll, pageData } from "./dom.js";

const MOST_CORNERS = 150;
const FILTERS = ["kind", "group", "mode", "grade", "arena", "from", "to"];
const data = pageData();
speak(data);

const form = find("#ask");
const map = await pageMap();
const drawing = new AreaDrawing(map, {
  onChange: () => showCorners(),
  onCrossing: () => say(t("That line would cross the outline. Choose another corner.")),
});
let active = false;

connect();
say(t("Click on the map to see what happens there."));
if (data.outline) {
  const outline = { id: "outline", title: t("The outline"), geometry: data.outline };
  map.fitBounds(inputLayer(map, [outline], { onPoint: () => {} }).bounds(), { padding: [40, 40], maxZoom: 17 });
}
await addBase(map, data.vector);
for (const template of Object.values(data.heat)) heatLayer(template).addTo(map).follow(filter());

function connect() {
  find("#zoom-in").addEventListener("click", () => map.zoomIn());
  find("#zoom-out").addEventListener("click", () => map.zoomOut());
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
  map.getContainer().setAttribute("role", "application");
  map.getContainer().setAttribute("aria-label", t("Map. Click on a place, or write its name in the form above."));
  map.on("click", ({ latlng }) => !active && go({ at: `${short(latlng.lng)},${short(latlng.lat)}` }));
  find("#draw").addEventListener("click", () => draw(true));
  find("#draw-cancel").addEventListener("click", () => draw(false));
  find("#draw-undo").addEventListener("click", () => drawing.undo());
  find("#draw-cross").addEventListener("click", () => {
    const { lng, lat } = map.getCenter();
    drawing.add([lng, lat]);
  });
  find("#draw-done").addEventListener("click", () => go({ wkt: text(drawing.ring) }));
  find("#place").addEventListener("input", forget);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go({});
  });
}

/** A place that is named takes the place of one that was pointed at. */
function forget() {
  for (const hidden of findAll("input[type=hidden]", form)) hidden.remove();
}

/** What is chosen in the form, and what was pointed at instead of a named place. */
function go(pointed) {
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const replaced = Object.keys(pointed).length > 0 && ["place", "wkt", "at"].includes(name);
    if (value !== "" && !replaced) asked.append(name, value);
  }
  for (const [name, value] of Object.entries(pointed)) asked.set(name, value);
  location.assign(`?${asked}`);
}

function filter() {
  const asked = new URLSearchParams(location.search);
  for (const name of [...asked.keys()]) if (!FILTERS.includes(name)) asked.delete(name);
  return asked.toString();
}

function draw(wanted) {
  active = wanted;
  find("#draw").hidden = wanted;
  for (const name of ["done", "cross", "undo", "cancel"]) find(`#draw-${name}`).hidden = !wanted;
  find(".bench-map").classList.toggle("outlining", wanted);
  if (wanted) {
    drawing.start("tap", "way");
    showCorners();
    map.getContainer().focus();
  } else {
    drawing.stop();
    say(t("Click on the map to see what happens there."));
    find("#draw").focus();
  }
}

function showCorners() {
  const { ring } = drawing;
  const most = ring.length > MOST_CORNERS;
  const crossing = ring.length > 2 && crosses(ring, { closed: true });
  find("#draw-done").disabled = ring.length < 3 || crossing || most;
  find("#draw-undo").disabled = !drawing.canUndo;
  if (most) say(t("An outline has at most {n} corners. Undo some of them.", { n: MOST_CORNERS }));
  else if (crossing) say(t("The outline would cross itself. Press Undo, or choose another corner."));
  else if (ring.length < 3) say(t("Click on the corners of the place, one after the other."));
  else say(t("Click on more corners, or press Show what happens."));
}

function say(words) {
  find("#hint").textContent = words;
}

function text(ring) {
  const positions = [...ring, ring[0]].map(([x, y]) => `${short(x)} ${short(y)}`);
  return `POLYGON((${positions.join(",")}))`;
}

/** Five decimals are a metre. */
function short(degrees) {
  return Number(degrees.toFixed(5));
}
