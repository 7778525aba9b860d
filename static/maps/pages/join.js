// The front page: a code, and in.

import { call } from "../core/api.js";
import { openDatabase } from "../core/database.js";
import { Items } from "../core/items.js";
import { n, speak, t } from "../core/texts.js";
import { find, pageData } from "./dom.js";

const data = pageData();
speak(data);

const form = find("#join");
const field = find("#code");
const trouble = find("#trouble");
const group = find("#group");
const people = find("#head-count");
const button = find("button[type=submit]", form);
let startAnew = false;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  field.removeAttribute("aria-invalid");
  people.removeAttribute("aria-invalid");
  trouble.hidden = true;
  const database = await openDatabase();
  if (!startAnew && (await warnOfUnsent(database))) {
    button.disabled = false;
    return;
  }
  try {
    const body = { code: field.value };
    if (!group.hidden && people.value !== "") body.head_count = people.valueAsNumber;
    const joined = await call("POST", data.urls.join, { body });
    await database.clear();
    const { token, alias, expires, map, head_count } = joined;
    await database.put("session", "current", { token, alias, expires, map, head_count, arena: joined.arena.id });
    if (database.lasting) location.assign(map);
    else show({ title: t("This browser may not keep anything."), step: t("Leave private browsing and try again."), code: "no_memory" });
  } catch (refused) {
    if (refused.code === "head_count_missing" && group.hidden) askHowMany();
    else show(refused);
  }
  button.disabled = false;
});

field.addEventListener("input", () => (group.hidden = true));

find("#anew").addEventListener("click", () => {
  startAnew = true;
  form.requestSubmit();
});

void offerToGoOn();

/** A device that left in the middle of something goes on where it was. */
async function offerToGoOn() {
  const database = await openDatabase();
  const session = await database.get("session", "current");
  if (!session?.map) return;
  const left = find("#go-on");
  find("a", left).href = session.map;
  find("strong", left).textContent = session.alias;
  left.hidden = false;
}

/** What an earlier pupil made here and nobody has received is not thrown away in passing. */
async function warnOfUnsent(database) {
  const items = new Items(database);
  await items.load();
  const count = items.unsent().length;
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
  const away = refused.status === 0 && !refused.title;
  find("b", trouble).textContent = away ? t("We cannot reach the server.") : refused.title;
  find("span", trouble).textContent = away ? t("Check the network and try again.") : refused.step;
  find("small", trouble).textContent = refused.code;
  trouble.hidden = false;
  const wrong = refused.field === "head_count" ? people : field;
  wrong.setAttribute("aria-invalid", "true");
  wrong.focus();
}
