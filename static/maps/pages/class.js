// The teacher's board: figures that rise while the class works.

import { call } from "../core/api.js";
import { speak, t } from "../core/texts.js";
import { find, findAll, pageData } from "./dom.js";

const EVERY_MS = 2000;
const data = pageData();
speak(data);
let { state } = data;

async function look() {
  if (document.visibilityState !== "visible") return;
  try {
    const figures = await call("GET", data.poll);
    for (const count of findAll("[data-count]")) count.textContent = String(figures[count.dataset.count]);
    find("#contact").textContent = "";
    if (figures.state !== state) location.reload();
    state = figures.state;
  } catch {
    find("#contact").textContent = t("No contact with the server. The figures are the last we got.");
  }
}

setInterval(() => void look(), EVERY_MS);
