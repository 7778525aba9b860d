// A place: where it is, what one wants to say about it, which sticker, what it is called.

import { t } from "../../core/texts.js";
import { find, findAll } from "../dom.js";
import { ListForm } from "./list_form.js";
import { SearchBox } from "./search_box.js";

export class PlaceForm extends ListForm {
  constructor(page) {
    super(page, "place");
    this.box = new SearchBox(page, "place-where", () => this.changed());
  }

  stops() {
    return this.box.chosen ? [this.box.chosen.key] : [];
  }

  putStops([key]) {
    this.box.set(key ? this.page.wording.gazetteer.find(key) : null);
    find("#place-problem").hidden = true;
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
    const now = find("#place-now");
    now.hidden = before === null;
    if (!before) return;
    const where = this.page.wording.where(before.geometry.coordinates) ?? t("on the map");
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
    const problem = find("#place-problem");
    problem.hidden = Boolean(answers.group && answers.category);
    if (!problem.hidden) {
      const missing = answers.group ? "category" : "group";
      find("span", problem).textContent = missing === "group" ? t("Choose what you want to say about the place.") : t("Choose a sticker.");
      find(`fieldset:not([disabled]) input[name=${missing}], input[name=${missing}]:enabled`, this.form)?.focus();
      return null;
    }
    const geometry = chosen ? { type: "Point", coordinates: chosen.at } : before.geometry;
    return { properties: { ...answers, kind: "place", ...(chosen ? { source: "list" } : {}) }, geometry };
  }
}
