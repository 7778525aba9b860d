// The wall of a workshop: the list as it stands, asked for every other second.

import { call } from "../core/api.js";
import { n, speak, t } from "../core/texts.js";
import { element, find, pageData } from "./dom.js";

const EVERY_MS = 2000;
const SHOWN = 10;
const SVG = "http://www.w3.org/2000/svg";
const BAR = { class: "bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" };
const data = pageData();
speak(data);

const list = find("#list");

async function ask() {
  try {
    show(await call("GET", data.poll));
    find("#contact").textContent = "";
  } catch (refused) {
    if (refused.status === undefined) throw refused;
    find("#contact").textContent = t("No contact with the server. The figures are the last we got.");
  }
  setTimeout(() => void ask(), EVERY_MS);
}

function show({ ranked, ballots, people, state }) {
  const given = ranked.filter((each) => each.dots > 0).slice(0, SHOWN);
  const most = Math.max(1, ...given.map((each) => each.dots));
  find("#none").hidden = given.length > 0;
  find("#counts").textContent = [
    n("{n} ballot", "{n} ballots", ballots),
    n("{n} person", "{n} people", people),
    state === "open" ? t("The vote is open") : state === "paused" ? t("The vote is paused") : t("The vote is closed"),
  ].join(" · ");
  list.replaceChildren(...given.map((each) => row(each, most)));
}

function row({ id, title, dots, place, shared }, most) {
  return element(
    "li",
    { value: String(place) },
    element("b", { class: "wall-place" }, shared ? t("{place}, shared", { place }) : String(place)),
    element("span", { class: "wall-title" }, title, " ", element("small", {}, id)),
    element("span", { class: "wall-dots" }, n("{n} dot", "{n} dots", dots)),
    bar(dots / most),
  );
}

function bar(share) {
  const drawn = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries(BAR)) drawn.setAttribute(name, value);
  const filled = drawn.appendChild(document.createElementNS(SVG, "rect"));
  filled.setAttribute("width", String(share * 100));
  filled.setAttribute("height", "4");
  return drawn;
}

await ask();
document.body.dataset.ready = "true";

const full = find("#full-screen");
full.hidden = !document.fullscreenEnabled;
full.addEventListener("click", () => void document.documentElement.requestFullscreen());
document.addEventListener("fullscreenchange", () => {
  full.hidden = document.fullscreenElement !== null;
});
