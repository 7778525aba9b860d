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
const button = find("button[type=submit]", form);
let startAnew = false;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  field.removeAttribute("aria-invalid");
  trouble.hidden = true;
  const database = await openDatabase();
  if (!startAnew && (await warnOfUnsent(database))) {
    button.disabled = false;
    return;
  }
  try {
    const joined = await call("POST", data.urls.join, { body: { code: field.value } });
    await database.clear();
    const { token, alias, expires, map, returning } = joined;
    const { id: arena, practice } = joined.arena;
    await database.put("session", "current", { token, alias, expires, map, arena, practice, returning });
    if (database.lasting) location.assign(map);
    else show({ title: t("This browser may not keep anything."), step: t("Leave private browsing and try again."), code: "no_memory" });
  } catch (refused) {
    show(refused);
  }
  button.disabled = false;
});

find("#anew").addEventListener("click", () => {
  startAnew = true;
  form.requestSubmit();
});

find("#for-real").hidden = location.hash !== "#for-real";
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

function show(refused) {
  const away = refused.status === 0 && !refused.title;
  find("b", trouble).textContent = away ? t("We cannot reach the server.") : refused.title;
  find("span", trouble).textContent = away ? t("Check the network and try again.") : refused.step;
  find("small", trouble).textContent = refused.code;
  trouble.hidden = false;
  field.setAttribute("aria-invalid", "true");
  field.focus();
}
