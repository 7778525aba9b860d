// A way: where it begins, what it passes, where it ends; and how one travels there.

import { distance, inside, length, rounded } from "../../core/lines.js";
import { wayThrough } from "../../core/stops.js";
import { t } from "../../core/texts.js";
import { element, find, findAll } from "../dom.js";
import { ListForm } from "./list_form.js";
import { SearchBox } from "./search_box.js";

const SHORTEST_M = 10;
const MOST_STOPS = 30;
const SAMPLE_M = 20;
const STREET_M = 120;

export class WayForm extends ListForm {
  #via = [];
  #prefilled = null;

  constructor(page) {
    super(page, "route");
    this.start = new SearchBox(page, "way-start", () => this.changed());
    this.through = new SearchBox(page, "way-via", (entry) => entry && this.#add(entry));
    this.end = new SearchBox(page, "way-end", () => this.changed());
    for (const input of findAll("[name=category]", this.form)) input.addEventListener("change", () => this.#school());
  }

  add() {
    super.add();
    this.#school();
  }

  /** Keys of the stops in order, "" for a beginning or an end that is not chosen. */
  stops() {
    const keys = [this.start.chosen, ...this.#via, this.end.chosen].map((entry) => entry?.key ?? "");
    const own = keys.some((key) => key !== "" && key !== this.#prefilled);
    return own ? keys : [];
  }

  putStops(keys) {
    const found = keys.map((key) => this.page.wording.gazetteer.find(key));
    this.start.set(found.length > 0 ? found[0] : null);
    this.end.set(found.length > 1 ? found.at(-1) : null);
    this.through.set(null);
    this.#via = found.slice(1, -1).filter(Boolean);
    this.#prefilled = null;
    find("#route-problem").hidden = true;
    this.#list();
  }

  show() {
    const { before } = this;
    const now = find("#way-now");
    now.hidden = before === null;
    if (before) now.textContent = t("Now: {way}. Choose the stops anew only if it is wrong.", { way: this.page.wording.title(before) });
    const entries = this.#entries();
    const summary = find("#way-summary");
    const said = entries ? this.#summary(entries) : "";
    if (summary.textContent !== said) summary.textContent = said;
  }

  made(before) {
    const untouched = before && !this.start.chosen && !this.end.chosen && this.#via.length === 0;
    if (untouched) return { properties: { ...this.answers, kind: "route" }, geometry: before.geometry };
    for (const box of [this.start, this.end]) {
      box.complain(box.chosen ? null : t("Choose a name from the list that opens when you type."));
    }
    const open = [this.start, this.end].find((box) => !box.chosen);
    if (open) {
      open.input.focus();
      return null;
    }
    const line = rounded(this.#line(this.#entries()));
    const wrong = this.#wrong(line);
    find("#route-problem").hidden = wrong === null;
    find("#route-problem span").textContent = wrong ?? "";
    if (wrong) {
      this.start.input.focus();
      return null;
    }
    return {
      properties: { ...this.answers, kind: "route", source: "list" },
      geometry: { type: "LineString", coordinates: line },
    };
  }

  /** To school ends at the school, from school begins there, until one chooses otherwise. */
  #school() {
    const { category } = this.answers;
    const boxes = { to_school: this.end, from_school: this.start };
    const box = boxes[category];
    for (const each of [this.start, this.end]) {
      if (each !== box && this.#prefilled && each.chosen?.key === this.#prefilled) each.set(null);
    }
    const school = this.#nearestSchool();
    if (box && !box.chosen && school && this.before === null) {
      box.set(school);
      this.#prefilled = school.key;
    }
    this.changed();
  }

  #nearestSchool() {
    const schools = this.page.wording.gazetteer.places.filter((each) => each.kind === "school");
    const { location } = this.page.data.arena;
    const at = location?.coordinates;
    if (!at) return schools.length === 1 ? schools[0] : null;
    return schools.sort((a, b) => distance(a.at, at) - distance(b.at, at))[0] ?? null;
  }

  #add(entry) {
    this.through.set(null);
    if (this.#via.length >= MOST_STOPS) {
      this.through.complain(t("That is enough stops for one way."));
      return;
    }
    this.#via.push(entry);
    this.#list();
    this.changed();
    this.page.sheets.hint(t("The way now goes by {place}.", { place: this.page.wording.spoken(entry) }));
  }

  #remove(number) {
    const [entry] = this.#via.splice(number, 1);
    this.#list();
    this.changed();
    this.through.input.focus();
    this.page.sheets.hint(t("The way no longer goes by {place}.", { place: this.page.wording.spoken(entry) }));
  }

  #list() {
    const row = (entry, number) => {
      const name = this.page.wording.label(entry);
      const hidden = element("span", { class: "unseen" }, ` ${name}`);
      const remove = element("button", { type: "button", class: "button quiet", onclick: () => this.#remove(number) }, t("Remove"), hidden);
      return element("li", {}, element("span", {}, name), remove);
    };
    find("#way-stops").replaceChildren(...this.#via.map(row));
    find("#way-stops").hidden = this.#via.length === 0;
  }

  #entries() {
    return this.start.chosen && this.end.chosen ? [this.start.chosen, ...this.#via, this.end.chosen] : null;
  }

  #line(entries) {
    return wayThrough(this.page.wording.gazetteer, entries, (a, b) => this.#streets(a, b));
  }

  /** From one stop to the next along the streets of the process, or null where these do not lead. */
  #streets(a, b) {
    const { network } = this.page;
    const [start, end] = [a, b].map((stop) => network?.nearest(stop, STREET_M));
    const way = start && end && network.way(start, end);
    return way ? [a, ...way.positions, b] : null;
  }

  #summary(entries) {
    const metres = Math.round(length(this.#line(entries)) / 10) * 10;
    const [from, ...others] = entries.map((entry) => this.page.wording.spoken(entry));
    const stops = [from, ...others].join(" → ");
    return t("Your way: {stops}. About {metres} metres.", { stops, metres: metres.toLocaleString(this.page.data.language) });
  }

  #wrong(line) {
    if (line.length < 2 || length(line) < SHORTEST_M) return t("The way begins and ends at the same place. Choose two that differ.");
    const leaves = line.some((at, i) => i > 0 && sampled(line[i - 1], at).some((each) => !inside(this.page.data.area, each)));
    return leaves ? t("A part of this way lies outside the border. Add a stop in between that keeps it inside.") : null;
  }
}

/** Positions along a straight piece, close enough to see where it leaves the area. */
function sampled(a, b) {
  const steps = Math.max(1, Math.ceil(distance(a, b) / SAMPLE_M));
  return Array.from({ length: steps }, (_, i) => [0, 1].map((axis) => a[axis] + ((i + 1) / steps) * (b[axis] - a[axis])));
}
