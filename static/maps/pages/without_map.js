// The participant's page without a map: the same things, the same outbox, chosen from lists.

import { call } from "../core/api.js";
import { openDatabase } from "../core/database.js";
import { Gazetteer } from "../core/gazetteer.js";
import { History } from "../core/history.js";
import { Items } from "../core/items.js";
import { networkAt } from "../core/network.js";
import { Tabs } from "../core/tabs.js";
import { speak, t } from "../core/texts.js";
import { find, findAll, pageData } from "./dom.js";
import { Finish } from "./participate/finish.js";
import { Notices } from "./participate/notices.js";
import { Receipts } from "./participate/receipts.js";
import { Rejoin } from "./participate/rejoin.js";
import { outboxFor, watchDevice } from "./participate/sending.js";
import { Words } from "./participate/words.js";
import { AreaForm } from "./without_map/area_form.js";
import { MyThings } from "./without_map/my_things.js";
import { Panels } from "./without_map/panels.js";
import { PlaceForm } from "./without_map/place_form.js";
import { WayForm } from "./without_map/way_form.js";
import { Wording } from "./without_map/wording.js";

const data = pageData();
speak(data);

const database = await openDatabase();
const session = await database.get("session", "current");
if (!session || session.arena !== data.arena.id) location.replace(`${data.urls.front}k/${data.code}`);
else await start();

async function start() {
  const page = { data, database, session, words: new Words(data) };
  page.tabs = await Tabs.open();
  page.items = new Items(database, page.tabs);
  page.notices = new Notices();
  page.outbox = outboxFor(page);
  page.sheets = new Panels(page);
  page.history = new History((id, content) => {
    void page.items.change(id, content);
    page.outbox.wake();
  });
  page.receipts = new Receipts(page);
  page.finish = new Finish(page);
  page.wording = new Wording(page.words, await gazetteer());
  page.things = new MyThings(page);
  page.list = page.things;
  page.rejoin = new Rejoin(page);
  connect(page);
  await page.items.load();
  page.outbox.wake();
  await offer(page);
  watchDevice(page);
  addEventListener("pagehide", () => document.body.dataset.finished || page.items.hurry(session.since));
}

async function gazetteer() {
  try {
    return new Gazetteer(await call("GET", data.gazetteer));
  } catch {
    return null;
  }
}

/** Ways follow the streets from the moment these are here. */
async function streets(page) {
  page.network = data.network ? await networkAt(data.network) : null;
  if (page.network) page.forms.route?.show();
}

/** Open the forms, or say that there is nothing to choose from and what to do. */
async function offer(page) {
  const { gazetteer: names } = page.wording;
  const trouble = find("#no-names");
  trouble.hidden = names !== null && !names.empty;
  find("[data-why=empty]", trouble).hidden = names === null;
  find("[data-why=away]", trouble).hidden = names !== null;
  find("#again").addEventListener("click", () => location.reload());
  const buttons = findAll("[data-open-form]");
  for (const button of buttons) button.hidden = !trouble.hidden;
  if (!trouble.hidden) return;
  page.forms = {};
  if (find("#route-form")) page.forms.route = new WayForm(page);
  if (find("#place-form")) page.forms.place = new PlaceForm(page);
  if (find("#area-form")) page.forms.area = new AreaForm(page);
  for (const form of Object.values(page.forms)) await form.restore();
  for (const button of buttons) button.disabled = false;
  void streets(page);
  page.things.show();
}

function connect(page) {
  find("#who").textContent = session.alias;
  find("#undo").addEventListener("click", () => step(page, "undo"));
  find("#redo").addEventListener("click", () => step(page, "redo"));
  page.history.onChange = () => {
    find("#undo").disabled = !page.history.canUndo;
    find("#redo").disabled = !page.history.canRedo;
  };
  document.addEventListener("keydown", (event) => keys(page, event));
}

function step(page, direction) {
  const done = page.history[direction]();
  if (!done) return;
  const item = page.items.get(done.id);
  const said = direction === "undo" ? t("Undone.") : t("Done again.");
  page.sheets.hint(item ? `${said} ${page.wording.title(item)}` : said);
}

function keys(page, event) {
  const writing = event.target.matches("input:not([type=radio]), textarea");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !writing) {
    event.preventDefault();
    step(page, event.shiftKey ? "redo" : "undo");
  } else if (event.key === "Escape") {
    page.sheets.escape();
  }
}
