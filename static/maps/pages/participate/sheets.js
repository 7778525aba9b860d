// One sheet at a time over the map; focus goes to its heading and back to where it came from.

import { find, findAll } from "../dom.js";

export class Sheets {
  constructor(page) {
    this.page = page;
    this.present = null;
    this.from = null;
    this.leaving = new Map();
    this.onChange = () => {};
    for (const button of findAll("[data-close]")) button.addEventListener("click", () => this.close());
  }

  /** `leave` runs when the sheet is closed or another one opens. */
  onLeave(name, leave) {
    this.leaving.set(name, leave);
  }

  open(name) {
    if (this.present === name) return;
    const earlier = this.present;
    if (earlier === null) this.from = document.activeElement;
    this.#hide(name);
    const sheet = find(`[data-sheet=${name}]`);
    sheet.hidden = false;
    this.present = name;
    document.body.dataset.open = name;
    this.#press();
    find("h2", sheet)?.focus();
    this.onChange();
  }

  toggle(name) {
    if (this.present === name) this.close();
    else this.open(name);
  }

  close() {
    if (this.present === null) return;
    this.#hide(null);
    this.present = null;
    delete document.body.dataset.open;
    this.#press();
    this.onChange();
    this.rest();
    if (this.from?.isConnected) this.from.focus();
    this.from = null;
  }

  /** Esc steps back: out of a tool first, then out of the sheet. */
  escape() {
    this.close();
  }

  /** Nothing in hand: say what can be done. */
  rest() {
    this.hint(this.page.lesson.restHint());
  }

  hint(text) {
    find("#hint").textContent = text;
  }

  #hide(following) {
    if (this.present === null) return;
    const earlier = this.present;
    find(`[data-sheet=${earlier}]`).hidden = true;
    this.leaving.get(earlier)?.(following);
  }

  #press() {
    const tools = { route: ["route", "drawing"], stickers: ["stickers", "placing"], area: ["area", "area-drawing"], list: ["list"], finish: ["finish"] };
    for (const [tool, sheets] of Object.entries(tools)) {
      find(`#tool-${tool}`)?.setAttribute("aria-pressed", String(sheets.includes(this.present)));
    }
  }
}
