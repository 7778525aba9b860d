// One line for what somebody has to know now, the most pressing first, with at most one thing to press.

import { find } from "../dom.js";

const PRESSING = ["token", "full", "upgrade", "server", "memory"];

export class Notices {
  #present = new Map();

  constructor() {
    this.line = find("#trouble-line");
    this.button = find("#trouble-act");
    this.button.addEventListener("click", () => this.act?.());
  }

  /** `action` is {label, act}. The same again changes nothing, so that it is read out once. */
  set(kind, text, action = null) {
    this.#present.set(kind, { text, action });
    this.#show();
  }

  clear(kind) {
    if (this.#present.delete(kind)) this.#show();
  }

  #show() {
    const shown = this.#present.get(PRESSING.find((kind) => this.#present.has(kind)));
    this.line.hidden = !shown;
    this.button.hidden = !shown?.action;
    this.act = shown?.action?.act ?? null;
    if (shown && this.line.textContent !== shown.text) this.line.textContent = shown.text;
    if (shown?.action) this.button.textContent = shown.action.label;
  }
}
