// A place: where it is, what one wants to say about it, which sticker, what it is called.

import { t } from "../../core/texts.js";
import { find, findAll } from "../dom.js";
import { ListForm } from "./list_form.js";
import { SearchBox } from "./search_box.js";
import { middleOf } from "./wording.js";

export class PlaceForm extends ListForm {
  constructor(page, kind = "place") {
    super(page, kind);
    this.box = new SearchBox(page, `${kind}-where`, () => this.changed());
    this.problem = find(`#${kind}-problem`);
  }

  stops() {
    return this.box.chosen ? [this.box.chosen.key] : [];
  }

  putStops([key]) {
    this.box.set(key ? this.page.wording.gazetteer.find(key) : null);
    this.problem.hidden = true;
  }

  /** Only the stickers of the chosen group; where a thing that is changed lies now. */
  show() {
    const group = find("input[name=group]:checked", this.form)?.value;
    for (const tray of findAll("[data-stickers]", this.form)) {
      const chosen = tray.dataset.stickers === group;
      tray.hidden = !chosen;
      tray.disabled = !chosen;
    }
    const { before } = this;
    const now = find(`#${this.kind}-now`);
    now.hidden = before === null;
    if (!before) return;
    const where = this.page.wording.where(middleOf(before.geometry)) ?? t("on the map");
    now.textContent = t("Now: {place}. Choose another one only if it is wrong.", { place: where });
  }

  /** Content of the place, or null and the first thing that is missing said and focused. */
  made(before) {
    const { chosen } = this.box;
    if (!chosen && (!before || this.box.input.value.trim())) {
      this.box.complain(t("Choose a name from the list that opens when you type."));
      this.box.input.focus();
      return null;
    }
    const { answers } = this;
    if (!answers.group) return this.#stop("group", this.unsaid);
    if (!answers.category) return this.#stop("category", t("Choose a sticker."));
    const geometry = chosen ? this.geometry(chosen.at) : before.geometry;
    const trouble = chosen ? this.trouble(geometry) : null;
    if (trouble) return this.#stop("reach", trouble);
    this.problem.hidden = true;
    return { properties: { ...answers, kind: this.kind, ...(chosen ? { source: "list" } : {}) }, geometry };
  }

  get unsaid() {
    return t("Choose what you want to say about the place.");
  }

  /** What is kept of the chosen position. */
  geometry(at) {
    return { type: "Point", coordinates: at };
  }

  /** Why that cannot be kept, in words with the next step, or null. */
  trouble() {
    return null;
  }

  #stop(name, text) {
    this.problem.hidden = false;
    find("span", this.problem).textContent = text;
    const inputs = findAll(`input[name=${name}]:enabled`, this.form);
    (inputs.find((each) => each.checked) ?? inputs[0])?.focus();
    return null;
  }
}
