// Notes on a phone: written down, kept on the device, sent until received; and people counted with one tap.

import { call } from "../core/api.js";
import { openDatabase } from "../core/database.js";
import { Items } from "../core/items.js";
import { keepOffline } from "../core/offline.js";
import { Outbox } from "../core/outbox.js";
import { Tabs } from "../core/tabs.js";
import { n, speak, t } from "../core/texts.js";
import { clock, element, find, findAll, pageData } from "./dom.js";

const PATIENCE_MS = 12000;
const DAY_MS = 24 * 60 * 60 * 1000;
const data = pageData();
const DRAFT = `note-${data.code}`;
speak(data);

const form = find("#note");
const database = await openDatabase();
const tabs = await Tabs.open();
const items = new Items(database, tabs, "notes");
const outbox = new Outbox(items, send, { alone: (work) => tabs.alone(work) });
let editing = null;

items.listen(show);
tabs.listen(({ item }) => item && void items.refresh(item));
addEventListener("online", () => outbox.wake());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && outbox.wake());
form.addEventListener("submit", save);
form.addEventListener("input", () => void database.put("session", DRAFT, { editing, said: written() }));
find("#cancel").addEventListener("click", cancel);
find("#tap-more")?.addEventListener("click", () => tap(1));
find("#tap-less")?.addEventListener("click", () => tap(-1));

await items.load();
await restore();
await forgetOld();
outbox.wake();
document.body.dataset.ready = "true";
if (!database.lasting) say(t("This browser keeps nothing when you leave. Stay on this page until you see the ticks."));
void keepOffline({ visited: [location.pathname] });

async function send(item) {
  const { code, change, counted_on, ...said } = item.properties;
  const url = (change ? data.tap : data.put).replace("CODE", code).replace("ID", item.id);
  const options = { timeout: PATIENCE_MS };
  if (!item.deleted) return call("PUT", url, { body: change ? { change, counted_on } : { ...said, revision: item.revision }, ...options });
  try {
    return await call("DELETE", `${url}?revision=${item.revision}`, options);
  } catch (refused) {
    if (refused.code === "note_unknown") return null;
    throw refused;
  }
}

function save(event) {
  event.preventDefault();
  const said = written();
  const missing = !said.text;
  find("#problem").hidden = !missing;
  find("#problem").textContent = missing ? t("Write down what was said first.") : "";
  form.text.setAttribute("aria-invalid", String(missing));
  if (missing) return form.text.focus();
  const change = items.change(editing ?? crypto.randomUUID(), { properties: { code: data.code, ...said }, geometry: null });
  void database.remove("session", DRAFT);
  begin(null);
  return change.then(() => outbox.wake());
}

/** Write a new note, or change one. The table and the kind stay as they were. */
function begin(item) {
  editing = item?.id ?? null;
  const said = item?.properties ?? { part: form.part?.value, kind: form.kind.value };
  form.reset();
  fill(said);
  find("#cancel").hidden = !item;
  find("#note-title").textContent = item ? t("Change the note") : t("New note");
  form.text.focus();
}

function fill(said) {
  for (const [name, value] of Object.entries(said)) {
    if (name === "confidential") form.confidential.checked = true;
    else if (form[name] && value) form[name].value = value;
  }
}

function written() {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim() !== ""));
}

function cancel() {
  void database.remove("session", DRAFT);
  begin(null);
}

/** What was being written when the page was left; else the table that the address names. */
async function restore() {
  const draft = await database.get("session", DRAFT);
  const part = new URLSearchParams(location.search).get("part");
  if (draft?.editing && items.get(draft.editing)) begin(items.get(draft.editing));
  fill(draft?.said ?? { part });
}

function tap(change) {
  const properties = { code: data.code, change, counted_on: today() };
  void items.change(crypto.randomUUID(), { properties, geometry: null }).then(() => outbox.wake());
}

/** What was received on an earlier day leaves the device: it may be anyone's. */
async function forgetOld() {
  const old = ({ properties, sent, revision, born }) =>
    sent >= revision && (properties.change ? properties.counted_on !== today() : Date.now() - born > DAY_MS);
  for (const item of items.present().filter(old)) await items.drop(item.id);
}

function today() {
  return new Intl.DateTimeFormat("sv-SE").format(new Date());
}

function show() {
  const here = items.present().filter(({ properties }) => properties.code === data.code);
  const written = here.filter(({ properties }) => !properties.change).reverse();
  const taps = here.filter(({ properties }) => properties.counted_on === today());
  const counter = find("#tap-count");
  if (counter) counter.textContent = String(taps.reduce((sum, { properties }) => sum + properties.change, 0));
  if (!keepsFocus()) find("#mine").replaceChildren(...written.map(row));
  find("#none").hidden = written.length > 0;
  const waiting = items.unsent().length;
  say(waiting ? n("{n} is on this device and is sent by itself.", "{n} are on this device and are sent by themselves.", waiting) : received(written.length));
}

/** A list that is drawn anew takes the focus away; the states are then only told. */
function keepsFocus() {
  const list = find("#mine");
  if (!list.contains(document.activeElement)) return false;
  for (const { id } of items.present()) {
    const told = find(`[data-id="${id}"] .note-state`, list);
    if (told) told.textContent = state(items.get(id));
  }
  return findAll("li", list).every((each) => items.get(each.dataset.id) && !items.get(each.dataset.id).deleted);
}

function received(count) {
  return count ? n("{n} note received.", "{n} notes received.", count) : "";
}

function row(item) {
  const { kind, part, text } = item.properties;
  const button = (word, onclick) => element("button", { type: "button", class: "button quiet", "aria-label": `${word}: ${text.slice(0, 40)}`, onclick }, word);
  const word = find(`input[name=kind][value="${kind}"] + span`)?.textContent ?? kind;
  return element(
    "li",
    { "data-id": item.id },
    element("p", { class: "note-head" }, element("span", { class: "note-kind" }, word), part ? ` ${part}` : "", " ", element("span", { class: "note-state" }, state(item))),
    element("p", { dir: "auto" }, text),
    element("div", { class: "note-acts" }, button(t("Change"), () => begin(items.get(item.id))), button(t("Delete"), () => takeBack(item.id))),
  );
}

function takeBack(id) {
  if (editing === id) begin(null);
  form.text.focus();
  void items.change(id, null).then(() => outbox.wake());
}

function state(item) {
  if (item.state === "received") return `✓ ${t("received")} ${clock(item.receivedAt, data.language)}`;
  if (item.state === "refused") return `${item.problem?.title ?? ""} ${item.problem?.step ?? ""}`;
  return item.problem?.step ? `${t("on this device")}. ${item.problem.title}` : t("on this device");
}

function say(text) {
  find("#receipt").textContent = text;
}
