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
    this.#showTitle(item);
    find("#move-item span").textContent = kind === "route" ? t("Change the line") : t("Move");
    this.#showState();
    this.page.stretches.show(item);
    this.page.layers.choose(item);
    this.page.layers.reveal(item);
    this.page.sheets.hint(t("Saved. You can tell more, move it or go on."));
  }

  /** The map moved it. */
  moved(id, geometry) {
    const before = this.page.items.content(id);
    if (!before) return;
    const positions = geometry.type === "Point" ? [geometry.coordinates] : geometry.coordinates;
    if (positions.every((position) => inside(this.page.data.area, position))) {
      this.page.history.step(id, before, { ...before, geometry });
    } else {
      this.page.sheets.hint(t("That is outside the border. Choose a place inside it."));
      this.page.layers.forget(id);
      this.page.layers.show(this.page.items.present());
    }
    this.page.layers.choose(this.page.items.get(id));
  }

  /** Undo may have taken it away while its sheet is open. */
  #changed() {
    if (this.page.items.get(this.id)?.deleted) {
      this.id = null;
      this.page.sheets.close();
    } else {
      this.#showState();
      this.#showTitle(this.page.items.get(this.id));
      this.page.stretches.show(this.page.items.get(this.id));
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
    const route = item?.properties.kind === "route";
    this.page.sheets.hint(
      route
        ? t("Drag a dot. A plus gives one more. Press a dot to take it away.")
        : t("Drag the sticker to its place."),
    );
    document.body.dataset.moving = "true";
    if (route) this.page.layers.handles.enter();
  }

  #leave() {
    this.#keep();
    this.id = null;
    delete document.body.dataset.moving;
    this.page.stretches.hide();
    this.page.layers.choose(null);
  }

  #showTitle(item) {
    const title = find("#item-title");
    const { label } = this.page.words.look({ properties: { ...item.properties, comment: null } });
    if (title.textContent !== label) title.textContent = label;
  }

  #showState() {
    const item = this.page.items.get(this.id);
    if (!item) return;
    const line = find("#item-state");
    line.textContent = this.page.receipts.state(item);
    line.dataset.state = item.state;
  }
}
