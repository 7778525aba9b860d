// The participant's page: my way, stickers, my things, finished.

import { openDatabase } from "../core/database.js";
import { Drafts } from "../core/drafts.js";
import { History } from "../core/history.js";
import { Items } from "../core/items.js";
import { Photos } from "../core/photos.js";
import { Tabs } from "../core/tabs.js";
import { speak, t } from "../core/texts.js";
import { addBase } from "../map/base.js";
import { ItemLayers } from "../map/items.js";
import { ReadingOrder } from "../map/reading_order.js";
import { pageMap } from "../map/registry.js";
import { find, pageData } from "./dom.js";
import { AreaTool } from "./participate/area_tool.js";
import { bringBack } from "./participate/bring_back.js";
import { Finish } from "./participate/finish.js";
import { Group } from "./participate/group.js";
import { ItemSheet } from "./participate/item_sheet.js";
import { keepEverything } from "./participate/keeping.js";
import { Lesson } from "./participate/lesson.js";
import { List } from "./participate/list.js";
import { nameThings } from "./participate/nearby.js";
import { Notices } from "./participate/notices.js";
import { PhotoPanel } from "./participate/photo.js";
import { Practice } from "./participate/practice.js";
import { Receipts } from "./participate/receipts.js";
import { Rejoin } from "./participate/rejoin.js";
import { RouteTool } from "./participate/route_tool.js";
import { outboxFor, photosFor, watchDevice } from "./participate/sending.js";
import { Sheets } from "./participate/sheets.js";
import { Speech } from "./participate/speech.js";
import { StickerTool } from "./participate/sticker_tool.js";
import { Stretches } from "./participate/stretches.js";
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
  page.tabs = await Tabs.open();
  page.items = new Items(database, page.tabs);
  page.drafts = new Drafts(database, page.tabs);
  page.notices = new Notices();
  page.showUndo = () => showUndo(page);
  page.outbox = outboxFor(page);
  page.photos = photosFor(page);
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
  page.stretches = new Stretches(page);
  page.itemSheet = new ItemSheet(page);
  page.routeTool = new RouteTool(page);
  page.stickerTool = new StickerTool(page);
  page.areaTool = find("#tool-area") ? new AreaTool(page) : null;
  page.photoPanel = find("#photos") ? new PhotoPanel(page) : null;
  page.list = new List(page);
  page.finish = new Finish(page);
  page.rejoin = new Rejoin(page);
  page.lesson = new Lesson(page);
  page.speech = new Speech(page);
  page.order = new ReadingOrder(page.layers);
  page.items.listen(() => {
    page.layers.show(page.items.present());
    page.order.keep(page.items.present());
  });
  await Promise.all([page.lesson.restore(), page.speech.restore()]);
  connect(page);
  page.group = new Group(page);
  await bringBack(page);
  await page.items.load();
  await page.photos.load();
  await keepEverything(page);
  await page.routeTool.restore();
  await page.areaTool?.restore();
  page.outbox.wake();
  page.photos.wake();
  new Practice(page).start();
  await addBase(map, data.vector);
  await nameThings(page);
  watchDevice(page);
}

function connect(page) {
  const { map } = page;
  find("#who").textContent = session.alias;
  for (const alias of document.querySelectorAll(".alias")) alias.textContent = session.alias;
  find("#zoom-in").addEventListener("click", () => map.zoomIn());
  find("#zoom-out").addEventListener("click", () => map.zoomOut());
  find("#help").addEventListener("click", () => page.lesson.introduce());
  find("#undo").addEventListener("click", () => undo(page));
  find("#redo").addEventListener("click", () => redo(page));
  page.history.onChange = page.showUndo;
  document.addEventListener("keydown", (event) => keys(page, event));
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(find("#map-holder"));
  map.getContainer().setAttribute("aria-label", t("Map. Arrow keys move it, plus and minus zoom."));
  map.getContainer().setAttribute("role", "application");
  page.lesson.begin();
}

function undo(page) {
  if (page.routeTool.undo() || page.areaTool?.undo()) return;
  const step = page.history.undo();
  if (step) page.receipts.say(t("Undone."));
}

function redo(page) {
  if (page.routeTool.redo() || page.areaTool?.redo()) return;
  const step = page.history.redo();
  if (step) page.receipts.say(t("Done again."));
}

function showUndo(page) {
  find("#undo").disabled = !(page.routeTool.canUndo || page.areaTool?.canUndo || page.history.canUndo);
  find("#redo").disabled = !(page.routeTool.canRedo || page.areaTool?.canRedo || page.history.canRedo);
}

function keys(page, event) {
  const writing = event.target.matches("input[type=text], textarea");
  const letter = event.ctrlKey || event.metaKey ? event.key.toLowerCase() : "";
  if (["z", "y"].includes(letter) && !writing) {
    event.preventDefault();
    (event.shiftKey || letter === "y" ? redo : undo)(page);
  } else if (event.key === "Escape") {
    page.sheets.escape();
  } else if ((event.key === "Enter" || event.key === " ") && event.target === page.map.getContainer()) {
    event.preventDefault();
    page.routeTool.atCross() || page.areaTool?.atCross() || page.stickerTool.atCross();
  }
}
