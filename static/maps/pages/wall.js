// The classroom's wall: the same figures, large.

import { Live } from "../core/live.js";
import { speak, t } from "../core/texts.js";
import { find, findAll, pageData } from "./dom.js";

const data = pageData();
speak(data);
let { state, practice } = data;

new Live(data, {
  tell: (figures) => {
    if (figures.state !== state || figures.practice !== practice) location.reload();
    ({ state, practice } = figures);
    for (const count of findAll("[data-count]")) count.textContent = String(figures[count.dataset.count]);
  },
  lost: (away) => {
    find("#contact").textContent = away ? t("No contact with the server. The figures are the last we got.") : "";
  },
}).start();

const full = find("#full-screen");
full.hidden = !document.fullscreenEnabled;
full.addEventListener("click", () => void document.documentElement.requestFullscreen());
document.addEventListener("fullscreenchange", () => {
  full.hidden = document.fullscreenElement !== null;
});
