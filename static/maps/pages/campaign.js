// The counter of a solution hunt, asked for every few seconds.

import { call } from "../core/api.js";
import { findAll, pageData } from "./dom.js";

const EVERY_MS = 5000;
const data = pageData();

async function ask() {
  try {
    const figures = await call("GET", data.poll);
    for (const count of findAll("[data-count]")) {
      const figure = figures[count.dataset.count];
      count.textContent = figure === null ? "–" : figure.toLocaleString(data.language);
    }
  } catch (refused) {
    if (refused.status === undefined) throw refused;
  }
}

setInterval(() => void ask(), EVERY_MS);
