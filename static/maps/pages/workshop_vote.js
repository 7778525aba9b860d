// Dots on a phone: kept on the device with every tap, sent when there is network, and counted once.

import { call } from "../core/api.js";
import { n, speak, t } from "../core/texts.js";
import { find, findAll, pageData } from "./dom.js";

const AGAIN_MS = 4000;
const data = pageData();
speak(data);
const KEY = `snarvei:workshop:${data.code}`;

const mine = remembered() ?? { people: 0, dots: {}, revision: 0, received: 0, token: null };
const inputs = new Set(data.inputs);
for (const id of Object.keys(mine.dots)) if (!inputs.has(id)) delete mine.dots[id];
let sending = false;
let waiting = null;

find("#begin").addEventListener("submit", (event) => {
  event.preventDefault();
  const people = find("#people");
  people.setAttribute("aria-invalid", String(!people.checkValidity()));
  if (!people.reportValidity()) return;
  mine.people = people.valueAsNumber;
  keep();
  begin();
  find(".join-main h1").focus();
});

for (const row of findAll("[data-input]")) {
  find(".dot-more", row).addEventListener("click", () => give(row.dataset.input, 1));
  find(".dot-less", row).addEventListener("click", () => give(row.dataset.input, -1));
  find(".dot-offer", row).addEventListener("submit", (event) => {
    event.preventDefault();
    void offer(row.dataset.input, event.target);
  });
}
addEventListener("online", () => void send());
if (mine.people) begin();
document.body.dataset.ready = "true";

function begin() {
  find("#begin").hidden = true;
  find("#voting").hidden = false;
  show();
  void send();
}

function give(id, change) {
  const now = mine.dots[id] ?? 0;
  if (now + change < 0 || left() - change < 0) return;
  mine.dots[id] = now + change;
  mine.revision += 1;
  keep();
  show();
  void send();
}

function left() {
  const given = Object.values(mine.dots).reduce((sum, count) => sum + count, 0);
  return mine.people * data.dots - given;
}

function show() {
  const free = left();
  find("#left").textContent = n("{n} dot left", "{n} dots left", free);
  for (const row of findAll("[data-input]")) {
    const count = mine.dots[row.dataset.input] ?? 0;
    find(".dot-count", row).value = String(count);
    find(".dot-less", row).disabled = count === 0;
    find(".dot-more", row).disabled = free === 0;
  }
  const received = mine.received === mine.revision;
  find("#sent").textContent = received
    ? mine.revision
      ? t("Received. You can still move your dots.")
      : ""
    : t("Kept on this phone; sent as soon as there is network.");
}

async function send() {
  if (sending || !mine.people || mine.received === mine.revision) return;
  sending = true;
  clearTimeout(waiting);
  try {
    await join();
    while (mine.received !== mine.revision) {
      const { revision, dots } = mine;
      await call("PUT", data.ballot, { token: mine.token, body: { revision, dots } });
      mine.received = revision;
      keep();
    }
    trouble(null);
  } catch (refused) {
    if (refused.status === undefined) throw refused;
    if (refused.status === 401) mine.token = null;
    trouble(refused.passing ? null : refused);
    waiting = setTimeout(() => void send(), AGAIN_MS);
  } finally {
    sending = false;
    show();
  }
}

async function join() {
  if (mine.token) return;
  const { token } = await call("POST", data.urls.join, { body: { code: data.code, head_count: mine.people } });
  mine.token = token;
  keep();
}

async function offer(id, form) {
  const told = find("[role=status]", form);
  const body = { input: id, name: form.elements.name.value, words: form.elements.words.value };
  try {
    await join();
    await call("POST", data.offers, { token: mine.token, body });
    told.textContent = t("Thank you. The municipality answers.");
    form.elements.name.removeAttribute("aria-invalid");
  } catch (refused) {
    if (refused.status === undefined) throw refused;
    told.textContent = refused.passing
      ? t("No network now. What you wrote stands here; try again in a moment.")
      : `${refused.title} ${refused.step}`;
    form.elements.name.setAttribute("aria-invalid", String(refused.field === "name"));
  }
}

function trouble(refused) {
  const box = find("#trouble");
  box.hidden = refused === null;
  if (refused === null) return;
  find("b", box).textContent = refused.title;
  find("span", box).textContent = refused.step;
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify(mine));
  } catch {
    // A phone that keeps nothing still votes while the page is open.
  }
}
