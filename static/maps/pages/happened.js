// What happened: marks what this device's own child said, where it still holds its key.

import { Refused, call } from "../core/api.js";
import { openDatabase } from "../core/database.js";
import { find, findAll, pageData } from "./dom.js";

const data = pageData();

async function mark() {
  const database = await openDatabase();
  const session = await database.get("session", "current");
  if (!session) return;
  const { answers } = await call("GET", data.mine, { token: session.token });
  const said = new Set(Object.values(answers).flatMap((each) => each.map((answer) => answer.input)));
  for (const item of findAll("[data-input]")) {
    const mine = said.has(item.dataset.input);
    find(".mine", item).hidden = !mine;
    if (mine) item.hidden = false;
  }
}

mark().catch((error) => {
  if (!(error instanceof Refused)) throw error;
});
