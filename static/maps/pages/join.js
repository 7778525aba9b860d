// The front page: a code, and in; or on with what this device still holds.

import { call } from "../core/api.js";
import { handOver, openDatabase } from "../core/database.js";
import { unfinished } from "../core/drafts.js";
import { Items } from "../core/items.js";
import { keepOffline } from "../core/offline.js";
import { Tabs } from "../core/tabs.js";
import { n, speak, t } from "../core/texts.js";
import { find, pageData } from "./dom.js";
import { GoOn } from "./join/go_on.js";

const data = pageData();
speak(data);

const form = find("#join");
const field = find("#code");
const trouble = find("#trouble");
const group = find("#group");
const people = find("#head-count");
const button = find("button[type=submit]", form);
const opening = openDatabase().then((opened) => (database = opened));
let database = null;
let answered = null;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  field.removeAttribute("aria-invalid");
  people?.removeAttribute("aria-invalid");
  trouble.hidden = true;
  try {
    await opening;
    if (answered !== null || !(await warnOfUnsent())) await join();
  } catch (refused) {
    if (refused.status === undefined) throw refused;
    if (refused.code === "head_count_missing" && group?.hidden) askHowMany();
    else show(refused);
  } finally {
    button.disabled = false;
  }
});

field.addEventListener("input", () => group && (group.hidden = true));

for (const [id, answer] of [
  ["#mine", "mine"],
  ["#anew", "anew"],
]) {
  find(id).addEventListener("click", () => {
    answered = answer;
    form.requestSubmit();
  });
}

find("#for-real")?.toggleAttribute("hidden", location.hash !== "#for-real");
const emptied = () => {
  find("#unsent").hidden = true;
  field.focus();
};
await opening;
await new GoOn(database, emptied).offer();
document.body.dataset.ready = "true";
void keepOffline();

async function join() {
  const earlier = await database.get("session", "current");
  const mine = answered === "mine";
  const body = { code: field.value, ...(mine && earlier ? { token: earlier.token } : {}) };
  if (group?.hidden === false && people.value !== "") body.head_count = people.valueAsNumber;
  const joined = await call("POST", data.urls.join, { body });
  const { token, alias, expires, map, returning, head_count } = joined;
  const { id: arena, practice } = joined.arena;
  const session = { token, alias, expires, map, arena, practice, returning, head_count };
  if (mine && earlier?.arena === session.arena) await goOn(earlier, session);
  else await startClean(session);
  handOver();
  location.assign(map);
}

async function startClean(session) {
  await database.clear();
  await database.put("session", "current", { ...session, since: crypto.randomUUID() });
  (await Tabs.open()).tell({ session: true });
}

/** The same class once more: what was received stays, what was not is sent under the key there is now. */
async function goOn(earlier, session) {
  await database.put("session", "current", { ...earlier, ...session });
  if (earlier.alias !== session.alias) {
    const items = new Items(database);
    await items.load();
    await items.adopt();
  }
}

/** What an earlier pupil made here and nobody has received is not thrown away in passing. */
async function warnOfUnsent() {
  const items = new Items(database);
  await items.load();
  const count = items.unsent().length + (await unfinished(database)).length;
  const warning = find("#unsent");
  find("b", warning).textContent = n(
    "{n} thing on this device has not been sent.",
    "{n} things on this device have not been sent.",
    count,
  );
  warning.hidden = count === 0;
  return count > 0;
}

/** Some arenas take groups: one adult joins for many children. */
function askHowMany() {
  group.hidden = false;
  people.value = "";
  people.focus();
}

function show(refused) {
  answered = null;
  const away = refused.status === 0 && !refused.title;
  find("b", trouble).textContent = away ? t("We cannot reach the server.") : refused.title;
  find("span", trouble).textContent = away ? t("Check the network and try again.") : refused.step;
  find("small", trouble).textContent = refused.code;
  trouble.hidden = false;
  const wrong = refused.field === "head_count" ? people : field;
  wrong.setAttribute("aria-invalid", "true");
  wrong.focus();
}
