// What a thing is called by somebody who does not look at a map: what it is and what it is near.

import { middle } from "../../core/rings.js";
import { t } from "../../core/texts.js";

const NEAR_M = 400;

export class Wording {
  #known = new Map();

  /** `gazetteer` may be null: then things are called by what they are alone. */
  constructor(words, gazetteer) {
    Object.assign(this, { words, gazetteer });
  }

  /** An entry's name, and what is near it where that is needed to know which. */
  label({ kind, name, near }) {
    const [first, second] = name.split(" × ");
    const said = kind === "crossing" ? t("{a} and {b}", { a: first, b: second }) : name;
    return near ? t("{name} near {place}", { name: said, place: near }) : said;
  }

  /** The same inside a sentence. */
  spoken(entry) {
    return entry.kind === "crossing" ? t("the crossing of {streets}", { streets: this.label(entry) }) : this.label(entry);
  }

  /** Where a position is: "Lekeparken", "near Storgata", or null if nothing named is near. */
  where(position) {
    if (!this.gazetteer || this.gazetteer.empty) return null;
    const key = position.join();
    if (!this.#known.has(key)) this.#known.set(key, this.#where(position));
    return this.#known.get(key);
  }

  #where(position) {
    const exact = this.gazetteer.exactly(position);
    if (exact) return this.spoken(exact);
    const { entry, metres } = this.gazetteer.nearest(position);
    return metres <= NEAR_M ? t("near {place}", { place: this.label(entry) }) : null;
  }

  /** "Lekeparken: favourite place" · "to school · walk, from near Storgata to Prøveøya skole" */
  title(item) {
    const label = this.words.name(item);
    if (item.geometry.type === "Point" || item.geometry.type === "Polygon") {
      const where = this.where(middleOf(item.geometry));
      const what = item.properties.own_name ? `${item.properties.own_name}, ${label}` : label;
      return where ? t("{where}: {what}", { where: capital(where), what }) : what;
    }
    if (item.geometry.type !== "LineString") return label;
    const from = this.where(item.geometry.coordinates[0]);
    const to = this.where(item.geometry.coordinates.at(-1));
    return from && to ? t("{what}, from {from} to {to}", { what: label, from, to }) : label;
  }

  /** For a marker on the map: "dangerous to cross, near Storgata". */
  marker(item) {
    const { label } = this.words.look(item);
    const at = item.geometry.type === "Point" ? item.geometry.coordinates : null;
    if (!at) return this.title(item);
    const where = this.where(at);
    return where ? `${capital(label)}, ${where}` : label;
  }
}

/** The position of a place, or the middle of an area. */
export function middleOf({ type, coordinates }) {
  return type === "Polygon" ? middle(coordinates[0].slice(0, -1)) : coordinates;
}

export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
