// One thing: what it is, where it is, tell more, move, delete.

import { inside } from "../../core/lines.js";
import { t } from "../../core/texts.js";
import { find, findAll } from "../dom.js";

const WRITING_MS = 400;
const MUST = ["mode"];
const MAY = {
  route: ["preferred_mode", "feeling", "company", "season", "frequency", "comment"],
  place: ["company", "season", "own_name", "comment"],
  area: ["season", "own_name", "comment"],
};

export class ItemSheet {
  constructor(page) {
    this.page = page;
    this.id = null;
    this.form = find("#item-form");
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("change", () => this.#keep());
    for (const field of findAll("textarea, input[type=text]", this.form)) {
      field.addEventListener("input", () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.#keep(), WRITING_MS);
      });
    }
    for (const input of findAll("input[type=radio]", this.form)) {
      input.addEventListener("click", () => this.#again(input));
      input.addEventListener("keydown", (event) => {
        if (event.key !== " " || !input.checked) return;
        event.preventDefault();
        this.#again(input);
      });
    }
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
    const { kind } = item.properties;
    this.#fill(item.properties);
    this.#showTitle(item);
    find("#item-sensitive").hidden = !this.page.words.sensitive(item);
    find("#move-item span").textContent = { route: t("Change the line"), area: t("Change the outline") }[kind] ?? t("Move");
    this.#showState();
    this.page.photoPanel?.open(id);
    this.page.stretches.show(item);
    this.page.layers.choose(item);
    this.page.layers.reveal(item);
    this.page.sheets.hint(t("Saved. You can tell more, move it or go on."));
    this.page.speech.readPresent();
  }

  /** Keep what is half written: the page may be about to go. */
  flush() {
    if (this.id !== null) this.#keep();
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
      this.#showTitle(this.page.items.get(this.id));
      this.page.stretches.show(this.page.items.get(this.id));
    }
  }

  /** The answers as they are; the few first questions in sight, the rest folded away. */
  #fill(properties) {
    const { kind } = properties;
    this.form.reset();
    for (const part of findAll("[data-for]", this.form)) part.hidden = part.dataset.for !== kind;
    find(kind === "route" ? "#item-more" : "#item-first").append(find("#item-words"));
    find("#tell-more").open = false;
    find("#sheet-item .sheet-body").scrollTop = 0;
    for (const field of findAll("input, textarea", this.form)) {
      const value = properties[field.name] ?? "";
      if (field.type === "radio") field.checked = field.value === value;
      else field.value = value;
    }
    this.#remember();
  }

  /** A chosen answer that is pressed again is taken back, unless one must be given. */
  #again(input) {
    if (input.dataset.chosen === "true" && !MUST.includes(input.name)) {
      input.checked = false;
      this.#keep();
    }
    this.#remember();
  }

  #remember() {
    for (const each of findAll("input[type=radio]", this.form)) each.dataset.chosen = String(each.checked);
  }

  #keep() {
    clearTimeout(this.timer);
    const before = this.id === null ? null : this.page.items.content(this.id);
    if (!before) return;
    const answers = Object.fromEntries(new FormData(this.form));
    const { kind } = before.properties;
    const properties = { ...before.properties };
    if (kind === "route" && answers.mode) properties.mode = answers.mode;
    for (const name of MAY[kind] ?? []) {
      const value = answers[name]?.trim();
      if (value) properties[name] = value;
      else delete properties[name];
    }
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
        ? t("Drag a dot. A plus gives one more. Press a dot to take it away.")
        : t("Drag the sticker to its place."),
    );
    document.body.dataset.moving = "true";
    if (shaped) this.page.layers.handles.enter();
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
    const label = this.page.words.name(item);
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
