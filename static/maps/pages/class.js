// The teacher's board: figures that rise while the class works, and the list of pupils.

import { fragment } from "../core/api.js";
import { Live } from "../core/live.js";
import { speak, t } from "../core/texts.js";
import { find, findAll, pageData } from "./dom.js";

const LIST_EVERY_MS = 3000;
const data = pageData();
speak(data);
const list = find("#pupils");
let { state, practice } = data;
let last = null;
let listed = 0;
let waiting = null;

function tell(figures) {
  if (figures.state !== state || figures.practice !== practice) location.reload();
  ({ state, practice } = figures);
  for (const count of findAll("[data-count]")) count.textContent = String(figures[count.dataset.count]);
  const said = JSON.stringify(figures);
  if (last !== null && said !== last) renew();
  last = said;
}

/** The list follows, but not more often than it can be read, and not while somebody is in it. */
function renew() {
  clearTimeout(waiting);
  waiting = setTimeout(() => void fetchList(), Math.max(0, LIST_EVERY_MS - (Date.now() - listed)));
}

async function fetchList() {
  if (list.contains(document.activeElement) || find("details[open]", list)) return renew();
  listed = Date.now();
  try {
    list.innerHTML = await fragment(data.pupils);
  } catch {
    renew();
  }
}

new Live(data, {
  tell,
  lost: (away) => {
    find("#contact").textContent = away ? t("No contact with the server. The figures are the last we got.") : "";
  },
}).start();
