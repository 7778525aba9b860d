// A field one types a name into and chooses from what fits: the ARIA 1.2 pattern of a combobox with a list.

import { Search } from "../../core/search.js";
import { n, t } from "../../core/texts.js";
import { element, find, findAll } from "../dom.js";
import { capital } from "./wording.js";

const SAYING_MS = 400;
const GROUPS = [
  ["places", (entry) => !["street", "crossing"].includes(entry.kind)],
  ["streets", (entry) => entry.kind === "street"],
  ["crossings", (entry) => entry.kind === "crossing"],
];

const searches = new WeakMap();

/** One index for all the boxes of a page. */
function searchOf(gazetteer) {
  if (!searches.has(gazetteer)) {
    const ranked = [...gazetteer.places].sort((a, b) => (b.kind === "school") - (a.kind === "school"));
    searches.set(gazetteer, new Search([...ranked, ...gazetteer.streets, ...gazetteer.crossings]));
  }
  return searches.get(gazetteer);
}

export class SearchBox {
  #chosen = null;
  #active = -1;

  /** The box `id` of the page; `onChange(entry or null)` when something is chosen or no longer is. */
  constructor(page, id, onChange) {
    Object.assign(this, { page, id, onChange });
    this.search = searchOf(page.wording.gazetteer);
    this.input = find(`#${id}`);
    this.list = find(`#${id}-list`);
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("click", () => this.#show());
    this.input.addEventListener("blur", () => this.#left());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  get chosen() {
    return this.#chosen;
  }

  /** Choose an entry without the person's doing, or none. */
  set(entry) {
    this.#chosen = entry;
    this.input.value = entry ? this.page.wording.label(entry) : "";
    this.complain(null);
    this.#close();
  }

  /** Say what is wrong with it, or that nothing is. */
  complain(text) {
    const line = find(`#${this.id}-trouble`);
    line.hidden = text === null;
    line.textContent = text ?? "";
    if (text === null) this.input.removeAttribute("aria-invalid");
    else this.input.setAttribute("aria-invalid", "true");
  }

  #typed() {
    if (this.#chosen) {
      this.#chosen = null;
      this.onChange(null);
    }
    this.#show();
  }

  #show() {
    const asked = this.#chosen ? "" : this.input.value;
    const { found, count } = this.search.find(asked);
    this.shown = [];
    const groups = GROUPS.map(([name, fits]) => this.#group(name, found.filter(fits))).filter(Boolean);
    this.list.replaceChildren(...(groups.length > 0 ? groups : [this.#nothing()]));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.#mark(-1);
    this.input.closest(".search-box").scrollIntoView({ block: "nearest" });
    this.#say(this.shown.length, count);
  }

  #group(name, entries) {
    if (entries.length === 0) return null;
    const title = { places: t("Places"), streets: t("Streets"), crossings: t("Crossings") }[name];
    const id = `${this.id}-${name}`;
    const head = element("div", { class: "option-group", id, role: "presentation" }, title);
    return element("div", { role: "group", "aria-labelledby": id }, head, ...entries.map((entry) => this.#option(entry)));
  }

  #option(entry) {
    const number = this.shown.push(entry) - 1;
    const kind = kinds()[entry.kind];
    const made = element("div", { role: "option", class: "option", id: `${this.id}-${number}`, "aria-selected": "false" });
    made.append(this.page.wording.label(entry), kind ? element("small", {}, ` ${kind}`) : "");
    made.addEventListener("click", () => this.#choose(number));
    return made;
  }

  #nothing() {
    const text = t("Nothing has that name here. Try the name of a street or a school.");
    return element("div", { role: "option", class: "option none", "aria-disabled": "true", "aria-selected": "false" }, text);
  }

  #say(shown, count) {
    clearTimeout(this.timer);
    const text =
      shown === 0
        ? t("Nothing has that name here. Try the name of a street or a school.")
        : shown < count
          ? n("{n} found, {shown} shown. Use the arrow keys.", "{n} found, {shown} shown. Use the arrow keys.", count, { shown })
          : n("{n} found. Use the arrow keys.", "{n} found. Use the arrow keys.", count);
    this.timer = setTimeout(() => !this.list.hidden && (find("#search-said").textContent = text), SAYING_MS);
  }

  #key(event) {
    const open = !this.list.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!open) this.#show();
      const count = this.shown.length;
      if (count > 0) this.#mark(this.#active < 0 ? (step > 0 ? 0 : count - 1) : (this.#active + step + count) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open && this.#active >= 0) this.#choose(this.#active);
      else if (open && this.shown.length === 1) this.#choose(0);
      else if (!open) this.#show();
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      this.#close();
    }
  }

  #mark(number) {
    this.#active = number;
    for (const option of findAll(".option", this.list)) option.setAttribute("aria-selected", "false");
    const option = number < 0 ? null : find(`#${this.id}-${number}`);
    if (!option) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  #choose(number) {
    const entry = this.shown[number];
    this.set(entry);
    this.page.sheets.hint(t("Chosen: {place}.", { place: capital(this.page.wording.spoken(entry)) }));
    this.onChange(entry);
  }

  /** What was typed and fits one name alone is that name. */
  #left() {
    if (!this.#chosen && this.input.value.trim() && this.shown?.length === 1) this.#choose(0);
    this.#close();
  }

  #close() {
    clearTimeout(this.timer);
    find("#search-said").textContent = "";
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.#mark(-1);
  }
}

function kinds() {
  return {
    school: t("school"),
    sports_hall: t("sports hall"),
    park: t("park"),
    building: t("building"),
    water: t("water"),
    forest: t("forest"),
    street: "",
    crossing: "",
  };
}
