// One thing: what it is, where it is, tell more, move, delete.

import { inside } from "../../core/lines.js";
import { t } from "../../core/texts.js";
import { find, findAll } from "../dom.js";

const WRITING_MS = 700;

export class ItemSheet {
  constructor(page) {
    this.page = page;
    this.id = null;
    this.form = find("#item-form");
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("change", () => this.#keep());
    find("#comment").addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.#keep(), WRITING_MS);
    });
    find("#delete-item").addEventListener("click", () => this.#delete());
    find("#move-item").addEventListener("click", () => this.#explainMoving());
    page.sheets.onLeave("item", () => this.#leave());
    page.items.listen((id) => id !== null && id === this.id && this.#changed());
  }

  open(id) {
    const item = this.page.items.get(id);
    if (!item || item.deleted) return;
    if (this.id !== null) this.#leave();
    this.page.sheets.open("item");
    this.id = id;
    const { kind, mode, feeling, comment } = item.properties;
    this.form.reset();
    for (const part of findAll("[data-for]", this.form)) part.hidden = part.dataset.for !== kind;
    this.#check("mode", mode);
    this.#check("feeling", feeling);
    find("#comment").value = comment ?? "";
    find("#item-title").textContent = this.page.words.look({ properties: { ...item.properties, comment: null } }).label;
    find("#move-item span").textContent = 
      { route: t("Change the line"), area: t("Change the outline") }[kind] ?? t("Move");
    this.#showState();
    this.page.photoPanel?.open(id);
    this.page.layers.choose(item);
    this.page.layers.reveal(item);
    this.page.sheets.hint(t("Saved. You can tell more, move it or go on."));
  }

  /** The map moved it. */
  moved(id, geometry) {
    const before = this.page.items.content(id);
    if (!before) return;
    const wrong = this.#wrong(geometry);
    if (wrong === null) {
      this.page.history.step(id, before, { ...before, geometry });
    } else {
      this.page.sheets.hint(wrong);
      this.page.layers.forget(id);
      this.page.layers.show(this.page.items.present());
    }
    this.page.layers.choose(this.page.items.get(id));
  }

  /** Why it cannot lie there, in words; null if it can. */
  #wrong({ type, coordinates }) {
    if (type === "Polygon") return this.page.areaTool.trouble(coordinates[0].slice(0, -1));
    const positions = type === "Point" ? [coordinates] : coordinates;
    const within = positions.every((position) => inside(this.page.data.area, position));
    return within ? null : t("That is outside the border. Choose a place inside it.");
  }

  /** Undo may have taken it away while its sheet is open. */
  #changed() {
    if (this.page.items.get(this.id)?.deleted) {
      this.id = null;
      this.page.sheets.close();
    } else {
      this.#showState();
    }
  }

  #check(name, value) {
    for (const input of findAll(`input[name=${name}]`, this.form)) input.checked = input.value === value;
  }

  #keep() {
    clearTimeout(this.timer);
    const before = this.id === null ? null : this.page.items.content(this.id);
    if (!before) return;
    const answers = Object.fromEntries(new FormData(this.form));
    const properties = { ...before.properties, comment: answers.comment.trim() };
    if (before.properties.kind === "route") Object.assign(properties, { mode: answers.mode, feeling: answers.feeling });
    for (const name of ["comment", "feeling"]) if (!properties[name]) delete properties[name];
    if (JSON.stringify(properties) === JSON.stringify({ ...before.properties })) return;
    this.page.history.step(this.id, before, { ...before, properties });
  }

  #delete() {
    const before = this.page.items.content(this.id);
    const { id } = this;
    this.id = null;
    if (before) this.page.history.step(id, before, null);
    this.page.sheets.close();
    this.page.receipts.say(t("Deleted. Press Undo to get it back."));
  }

  #explainMoving() {
    const item = this.page.items.get(this.id);
    const shaped = item?.geometry.type !== "Point";
    this.page.sheets.hint(
      shaped
        ? t("Drag a dot, or press plus for one more. Press a dot to take it away.")
        : t("Drag the sticker to its place."),
    );
    document.body.dataset.moving = "true";
    if (shaped) this.page.layers.handles.enter();
  }

  #leave() {
    this.#keep();
    this.id = null;
    delete document.body.dataset.moving;
    this.page.layers.choose(null);
  }

  #showState() {
    const item = this.page.items.get(this.id);
    if (!item) return;
    const line = find("#item-state");
    line.textContent = this.page.receipts.state(item);
    line.dataset.state = item.state;
  }
}
