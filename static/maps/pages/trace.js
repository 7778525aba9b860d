// Tracing a sheet of paper: a pseudonym for each sheet, its photo under the map, and then the participant's own page.

import { call, straighten } from "../core/api.js";
import { openDatabase } from "../core/database.js";
import { Items } from "../core/items.js";
import { speak, t } from "../core/texts.js";
import { pageMap } from "../map/registry.js";
import { Underlay } from "../map/underlay.js";
import { find, pageData } from "./dom.js";

const BYTES_IN_MB = 1024 * 1024;
const NARROW_PX = 700;
const data = pageData();
speak(data);

const database = await openDatabase();
const session = await database.get("session", "current");
if (session?.paper && session.arena === data.arena.id) await trace();
else await askToStart();

/** One sheet, one pseudonym: its zones are cut for it alone. */
async function askToStart() {
  const sheet = find("#sheet-start");
  sheet.hidden = false;
  document.body.dataset.open = "start";
  find("#hint").textContent = t("Start a sheet, then choose its photo.");
  find("#start-title").focus();
  const items = new Items(database);
  await items.load();
  const unsent = find("#start-unsent");
  if (session && items.unsent().length > 0) {
    unsent.hidden = false;
    find("a", unsent).href = session.map;
  }
  find("#start-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void start(sheet);
  });
}

async function start(sheet) {
  const field = find("#head-count");
  const body = { code: data.code };
  if (field && field.value !== "") body.head_count = field.valueAsNumber;
  try {
    const { token, alias, expires, map, head_count } = await call("POST", data.urls.join, { body });
    await database.clear();
    await database.put("session", "current", { token, alias, expires, map, head_count, arena: data.arena.id, paper: true });
    await database.put("session", "lesson", { step: 0, free: true, intro: true });
    sheet.hidden = true;
    delete document.body.dataset.open;
    await trace();
  } catch (refused) {
    say(find("#start-trouble"), refused);
    field?.setAttribute("aria-invalid", "true");
  }
}

async function trace() {
  await import("./participate.js");
  const underlay = new Underlay(await pageMap(), t("Photo of the sheet"));
  const panel = find("#paper-panel");
  panel.hidden = false;
  panel.open = true;
  const kept = await database.get("session", "sheet");
  if (kept) lay(underlay, kept);
  let file = null;
  find("#picture").addEventListener("change", (event) => {
    [file] = event.target.files;
    event.target.value = "";
    find("#number").value = "";
    if (file) void send(underlay, file);
  });
  find("#number-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (file) void send(underlay, file);
  });
  find("#strength").addEventListener("input", (event) => underlay.strengthen(event.target.valueAsNumber / 100));
}

async function send(underlay, file) {
  const trouble = find("#picture-trouble");
  const state = find("#picture-state");
  trouble.hidden = true;
  if (file.size > data.most_mb * BYTES_IN_MB) {
    say(trouble, {
      title: t("The picture is larger than {most} MB.", { most: data.most_mb }),
      step: t("Take it with a lower resolution, or save it as JPEG."),
      code: "picture_too_large",
    });
    return;
  }
  state.textContent = t("Straightening the photo …");
  try {
    const sheet = await straighten(data.straighten, file, find("#number").value);
    find("#number-form").hidden = true;
    await database.put("session", "sheet", sheet);
    lay(underlay, sheet);
    state.textContent = sheet.missing
      ? t("Sheet {number} lies under the map. One black square was not seen, so look twice at that corner.", sheet)
      : t("Sheet {number} lies under the map. Draw the same on top.", sheet);
    if (!sheet.missing && innerWidth < NARROW_PX) find("#paper-panel").open = false;
  } catch (refused) {
    state.textContent = "";
    say(trouble, refused);
    find("#number-form").hidden = refused.field !== "number";
    if (refused.field === "number") find("#number").focus();
  }
}

function lay(underlay, { picture, bounds }) {
  find("#strength-field").hidden = false;
  underlay.show(URL.createObjectURL(picture), bounds, find("#strength").valueAsNumber / 100);
}

function say(trouble, refused) {
  const away = refused.status === 0 && !refused.title;
  find("b", trouble).textContent = away ? t("We cannot reach the server.") : (refused.title ?? "");
  find("span", trouble).textContent = away ? t("Check the network and try again.") : (refused.step ?? "");
  find("small", trouble).textContent = refused.code ?? "";
  trouble.hidden = false;
}
