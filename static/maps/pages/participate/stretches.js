// "Did you change on the way?": from a place on the line one takes the bus. The sign on the map and the slider are one.

import { t } from "../../core/texts.js";
import { Signs } from "../../map/signs.js";
import { element, find, findAll, icon } from "../dom.js";

const MOST = 4;
const ENDS = [0.02, 0.98];
const APART = 0.01;

export class Stretches {
  constructor(page) {
    this.page = page;
    this.id = null;
    this.signs = new Signs(page.map, {
      sprite: page.data.urls.icons,
      onSlide: (number, fraction) => this.#slid(number, fraction, true),
    });
    for (const button of findAll(".change-to")) button.addEventListener("click", () => this.#add(button.dataset.mode));
  }

  /** The changes of this way; of anything else nothing. */
  show(item) {
    const route = item?.geometry?.type === "LineString";
    find("#stretches").hidden = !route;
    if (!route) {
      this.hide();
      return;
    }
    const { mode, modes = [] } = item.properties;
    const shown = JSON.stringify([item.id, mode, modes, item.geometry]);
    if (shown === this.shown) return;
    Object.assign(this, { id: item.id, shown, modes });
    this.signs.show(item.geometry.coordinates, modes.map((change) => ({ ...change, ...this.#words(change.mode) })));
    find("#changes").replaceChildren(...modes.map((change, number) => this.#row(change, number)));
    const last = modes.at(-1)?.mode ?? mode;
    for (const button of findAll(".change-to")) button.hidden = button.dataset.mode === last || modes.length >= MOST;
  }

  hide() {
    this.id = null;
    this.shown = null;
    this.signs.clear();
  }

  #words(mode) {
    const entry = this.page.words.entry("mode", mode);
    return { icon: entry.icon, word: entry.word, label: t("From here: {mode}", { mode: entry.word }) };
  }

  #row({ from, mode }, number) {
    const words = this.#words(mode);
    const slider = element("input", {
      type: "range",
      min: ENDS[0] * 100,
      max: ENDS[1] * 100,
      step: 1,
      value: Math.round(from * 100),
      "aria-label": t("Where did you change to {mode}?", { mode: words.word }),
      oninput: (event) => this.signs.slide(number, event.target.value / 100),
      onchange: (event) => this.#slid(number, event.target.value / 100, false),
    });
    const away = element("button", {
      type: "button",
      class: "round",
      "aria-label": t("Take away the change to {mode}", { mode: words.word }),
      onclick: () => this.#keep(this.modes.filter((_, i) => i !== number)),
    });
    away.append(icon(this.page.data.urls.icons, "tool-close", 24));
    const named = element("span", { class: "change-words" }, words.label);
    return element("li", { class: "change" }, icon(this.page.data.urls.icons, words.icon, 32), named, slider, away);
  }

  /** In the middle of what is left of the way. */
  #add(mode) {
    const last = this.modes.at(-1)?.from ?? 0;
    this.#keep([...this.modes, { from: rounded((last + 1) / 2), mode }]);
    this.page.sheets.hint(t("Pull the sign to where you changed."));
  }

  #slid(number, fraction, onMap) {
    this.#keep(this.modes.map((change, i) => (i === number ? { ...change, from: rounded(fraction) } : change)));
    const found = onMap ? this.signs.marks[number]?.getElement() : findAll(".change input")[number];
    found?.focus();
  }

  /** In order along the way, none on top of another, and through the history, so that it can be undone. */
  #keep(modes) {
    const before = this.id === null ? null : this.page.items.content(this.id);
    if (!before) return;
    const sorted = modes.toSorted((a, b) => a.from - b.from).filter((change, i, all) => i === 0 || change.from - all[i - 1].from >= APART);
    const properties = { ...before.properties, modes: sorted };
    if (sorted.length === 0) delete properties.modes;
    this.shown = null;
    this.page.history.step(this.id, before, { ...before, properties });
  }
}

function rounded(fraction) {
  return Number(Math.max(ENDS[0], Math.min(ENDS[1], fraction)).toFixed(4));
}
