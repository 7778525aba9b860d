// The participant's page: my way, stickers, my things, finished.

import { call } from "../core/api.js";
import { openDatabase } from "../core/database.js";
import { History } from "../core/history.js";
import { Items } from "../core/items.js";
import { Outbox } from "../core/outbox.js";
import { speak, t } from "../core/texts.js";
import { addBase } from "../map/base.js";
import { ItemLayers } from "../map/items.js";
import { pageMap } from "../map/registry.js";
import { find, pageData } from "./dom.js";
import { Finish } from "./participate/finish.js";
import { Group } from "./participate/group.js";
import { ItemSheet } from "./participate/item_sheet.js";
import { List } from "./participate/list.js";
import { Receipts } from "./participate/receipts.js";
import { RouteTool } from "./participate/route_tool.js";
import { Sheets } from "./participate/sheets.js";
import { StickerTool } from "./participate/sticker_tool.js";
import { Words } from "./participate/words.js";

const data = pageData();
speak(data);

const database = await openDatabase();
const session = await database.get("session", "current");
if (!session || session.arena !== data.arena.id) location.replace(`${data.urls.front}k/${data.code}`);
else await start();

async function start() {
  const map = await pageMap();
  const source = session.paper ? "paper" : "map";
  const page = { data, database, session, map, source, words: new Words(data) };
  page.items = new Items(database);
  page.showUndo = () => showUndo(page);
  page.outbox = new Outbox(page.items, (item) => send(item));
  page.sheets = new Sheets(page);
  page.history = new History((id, content) => {
    void page.items.change(id, content);
    page.outbox.wake();
  });
  page.layers = new ItemLayers(map, {
    sprite: data.urls.icons,
    look: (item) => page.words.look(item),
    onChoose: (id) => page.itemSheet.open(id),
    onMove: (id, geometry) => page.itemSheet.moved(id, geometry),
  });
  page.receipts = new Receipts(page);
  page.itemSheet = new ItemSheet(page);
  page.routeTool = new RouteTool(page);
  page.stickerTool = new StickerTool(page);
  page.list = new List(page);
  page.finish = new Finish(page);
  page.items.listen(() => page.layers.show(page.items.present()));
  connect(page);
  page.group = new Group(page);
  await page.items.load();
  await page.routeTool.restore();
  page.outbox.wake();
  await addBase(map, data.vector);
}

function send(item) {
  const url = `${data.urls.contributions}/${item.id}`;
  const { token } = session;
  if (item.deleted) return remove(url, token);
  const body = { type: "Feature", geometry: item.geometry, properties: item.properties };
  return call("PUT", url, { body, token });
}

/** Deleting what never arrived is done already. */
async function remove(url, token) {
  try {
    return await call("DELETE", url, { token });
  } catch (refused) {
    if (refused.status === 404) return null;
    throw refused;
  }
}

function connect(page) {
  const { map, sheets } = page;
  find("#who").textContent = session.alias;
  for (const alias of document.querySelectorAll(".alias")) alias.textContent = session.alias;
  find("#zoom-in").addEventListener("click", () => map.zoomIn());
  find("#zoom-out").addEventListener("click", () => map.zoomOut());
  find("#help").addEventListener("click", () => sheets.toggle("welcome"));
  find("#undo").addEventListener("click", () => undo(page));
  find("#redo").addEventListener("click", () => redo(page));
  page.history.onChange = page.showUndo;
  addEventListener("online", () => page.outbox.wake());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && page.outbox.wake());
  document.addEventListener("keydown", (event) => keys(page, event));
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(find("#map-holder"));
  map.getContainer().setAttribute("aria-label", t("Map. Arrow keys move it, plus and minus zoom."));
  map.getContainer().setAttribute("role", "application");
  if (sessionStorage.getItem("welcomed") !== session.alias) {
    sessionStorage.setItem("welcomed", session.alias);
    sheets.open("welcome");
  } else {
    sheets.rest();
  }
}

function undo(page) {
  if (page.routeTool.undo()) return;
  const step = page.history.undo();
  if (step) page.receipts.say(t("Undone."));
}

function redo(page) {
  if (page.routeTool.redo()) return;
  const step = page.history.redo();
  if (step) page.receipts.say(t("Done again."));
}

function showUndo(page) {
  find("#undo").disabled = !(page.routeTool.canUndo || page.history.canUndo);
  find("#redo").disabled = !(page.routeTool.canRedo || page.history.canRedo);
}

function keys(page, event) {
  const writing = event.target.matches("input[type=text], textarea");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !writing) {
    event.preventDefault();
    (event.shiftKey ? redo : undo)(page);
  } else if (event.key === "Escape") {
    page.sheets.escape();
  } else if ((event.key === "Enter" || event.key === " ") && event.target === page.map.getContainer()) {
    event.preventDefault();
    page.routeTool.atCross() || page.stickerTool.atCross();
  }
}
