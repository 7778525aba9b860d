// Big handles on a chosen line: drag one and the line follows; a plus adds one; a chosen one can be taken away. With keys:
// Tab from one to the next, arrows move, Enter adds or chooses, Delete takes away.

import * as L from "leaflet";
import { at, handles, pieces, reshaped } from "../core/lines.js";
import { t } from "../core/texts.js";

const MOST_HANDLES = 24;
const APART_PX = 80;
const TOO_NEAR_PX = 44;
const GAP_PX = 200;
const ROOM_FOR_PLUS_PX = 104;
const STEP_PX = 12;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Handles {
  /** `onMove(coordinates)` when the line has another shape. */
  constructor(map, { onMove }) {
    Object.assign(this, { map, onMove });
    this.group = L.layerGroup().addTo(map);
    this.line = null;
    this.added = new Set();
    this.chosen = null;
    this.reachable = false;
    map.on("zoomend", () => this.line && this.show(this.line, this));
  }

  /** Handles on these positions (`closed`: the corners of an outline, the first not repeated); on the same line again, what was added and chosen stays. */
  show(line, { closed = false } = {}) {
    this.line = line;
    this.closed = closed;
    this.group.clearLayers();
    this.shown = this.#shown(line);
    this.marks = this.shown.map((index, nth) => this.#handle(index, nth));
    for (let nth = 0; nth + 1 < this.shown.length; nth += 1) this.#plus(nth);
    const nth = this.shown.findIndex((index) => key(line[index]) === this.chosen);
    if (nth >= 0) this.#choose(nth);
    else this.chosen = null;
  }

  clear() {
    this.group.clearLayers();
    this.line = null;
    this.added.clear();
    this.chosen = null;
    this.reachable = false;
  }

  /** Let the keyboard in: the handles become stops of the Tab key, and the first has the focus. */
  enter() {
    if (!this.line) return;
    this.reachable = true;
    this.show(this.line, this);
    this.marks[0].getElement().focus();
  }

  /** Which positions have a handle: few enough for fingers, near enough that the rest of the line stays, and each that
   *  was added by hand.
   */
  #shown(line) {
    const pixels = line.map(([x, y]) => this.map.latLngToLayerPoint([y, x]));
    const run = [0];
    for (let i = 1; i < pixels.length; i += 1) run.push(run[i - 1] + pixels[i].distanceTo(pixels[i - 1]));
    const most = Math.max(3, Math.min(MOST_HANDLES, Math.round(run.at(-1) / APART_PX)));
    const wanted = new Set(handles(line, most));
    line.forEach((position, index) => this.added.has(key(position)) && wanted.add(index));
    return this.#filled(this.#thinned([...wanted].sort((a, b) => a - b), pixels), pixels, run);
  }

  /** Without those a finger could not tell apart. */
  #thinned(sorted, pixels) {
    const last = pixels.length - 1;
    let before = 0;
    return sorted.filter((index) => {
      const near = (other) => pixels[index].distanceTo(pixels[other]) < TOO_NEAR_PX;
      const fits = index === 0 || index === last || this.added.has(key(this.line[index])) || !(near(before) || near(last));
      if (fits) before = index;
      return fits;
    });
  }

  /** With one more in the middle of every long gap that has a position there. */
  #filled(indices, pixels, run) {
    const made = [indices[0]];
    for (const next of indices.slice(1)) {
      const before = made.at(-1);
      const middle = (run[before] + run[next]) / 2;
      const inner = run.slice(before + 1, next).map((at, i) => [Math.abs(at - middle), before + 1 + i]);
      const [, nearest] = inner.sort((a, b) => a[0] - b[0])[0] ?? [];
      const apart = (other) => pixels[nearest].distanceTo(pixels[other]) >= TOO_NEAR_PX;
      const fits = run[next] - run[before] > GAP_PX && nearest !== undefined && apart(before) && apart(next);
      if (fits) made.push(...this.#filled([before, nearest], pixels, run).slice(1), ...this.#filled([nearest, next], pixels, run).slice(1));
      else made.push(next);
    }
    return made;
  }

  /** An outline needs three corners, a line two ends. */
  get #least() {
    return this.closed ? 3 : 2;
  }

  #handle(index, nth) {
    const words = t("Point {n} of {m}. Arrow keys move it, Delete takes it away.", { n: nth + 1, m: this.shown.length });
    const mark = this.#mark(this.line[index], "handle", words, true);
    mark.on("dragend", () => this.#moved(nth, mark.getLatLng()));
    mark.on("click", (event) => this.#press(event, () => this.#choose(nth)));
    this.#keys(mark, {
      Enter: () => this.#choose(nth),
      " ": () => this.#choose(nth),
      Delete: () => this.#remove(nth),
      Backspace: () => this.#remove(nth),
      ...Object.fromEntries(Object.entries(ARROWS).map(([name, step]) => [name, () => this.#push(nth, step)])),
    });
    return mark;
  }

  /** In the middle between two handles that leave room for it. */
  #plus(nth) {
    const between = this.line.slice(this.shown[nth], this.shown[nth + 1] + 1);
    const ends = [between[0], between.at(-1)].map(([x, y]) => this.map.latLngToLayerPoint([y, x]));
    if (ends[0].distanceTo(ends[1]) < ROOM_FOR_PLUS_PX) return;
    const mark = this.#mark(at(between, 0.5), "handle-plus", t("Add a point here"), true);
    mark.on("dragend", () => this.#moved(this.#add(nth), mark.getLatLng()));
    mark.on("click", (event) => this.#press(event, () => this.#added(nth)));
    this.#keys(mark, { Enter: () => this.#added(nth), " ": () => this.#added(nth) });
  }

  #mark([x, y], name, words, draggable) {
    const icon = L.divIcon({ className: name, iconSize: [48, 48], iconAnchor: [24, 24] });
    const mark = L.marker([y, x], { icon, draggable, keyboard: this.reachable, title: words, alt: words, autoPanOnFocus: false });
    mark.addTo(this.group);
    if (this.reachable) mark.getElement().setAttribute("aria-label", words);
    else mark.getElement().setAttribute("aria-hidden", "true");
    return mark;
  }

  #press(event, act) {
    L.DomEvent.stop(event);
    act();
  }

  #keys(mark, acts) {
    mark.getElement().addEventListener("keydown", (event) => {
      const act = acts[event.key];
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    });
  }

  /** Offer to take this one away; an end only while others are left. */
  #choose(nth) {
    this.bin?.remove();
    for (const [i, mark] of this.marks.entries()) mark.getElement().classList.toggle("chosen", i === nth);
    this.chosen = key(this.line[this.shown[nth]]);
    if (this.reachable) this.marks[nth].getElement().focus();
    if (this.shown.length <= this.#least) return;
    const beside = this.map.latLngToLayerPoint(this.marks[nth].getLatLng()).add([0, -56]);
    const { lng, lat } = this.map.layerPointToLatLng(beside);
    this.bin = this.#mark([lng, lat], "handle-bin", t("Take the point away"), false);
    this.bin.setZIndexOffset(1000);
    this.bin.on("click", (event) => this.#press(event, () => this.#remove(nth)));
    this.#keys(this.bin, { Enter: () => this.#remove(nth), " ": () => this.#remove(nth) });
  }

  #push(nth, [dx, dy]) {
    const pixel = this.map.latLngToLayerPoint(this.marks[nth].getLatLng()).add([dx * STEP_PX, dy * STEP_PX]);
    this.#moved(nth, this.map.layerPointToLatLng(pixel));
  }

  #moved(nth, { lng, lat }) {
    const index = this.shown[nth];
    const to = [Number(lng.toFixed(6)), Number(lat.toFixed(6))];
    if (this.added.delete(key(this.line[index]))) this.added.add(key(to));
    if (this.chosen !== null || this.reachable) this.chosen = key(to);
    const line = reshaped(this.line, this.shown[nth - 1] ?? index, index, this.shown[nth + 1] ?? index, to);
    this.onMove(line);
  }

  /** Put a position in the middle after this handle; the line keeps its shape. The new handle's number. */
  #add(nth) {
    const [low, high] = [this.shown[nth], this.shown[nth + 1]];
    const [before, after] = pieces(this.line.slice(low, high + 1), [0.5]);
    const here = before.at(-1).map((number) => Number(number.toFixed(6)));
    this.line = [...this.line.slice(0, low), ...before.slice(0, -1), here, ...after.slice(1), ...this.line.slice(high + 1)];
    this.added.add(key(here));
    const index = low + before.length - 1;
    const longer = before.length + after.length - 1 - (high - low + 1);
    this.shown = [...this.shown.slice(0, nth + 1), index, ...this.shown.slice(nth + 1).map((i) => i + longer)];
    return nth + 1;
  }

  #added(nth) {
    const made = this.#add(nth);
    this.chosen = key(this.line[this.shown[made]]);
    this.onMove(this.line);
  }

  /** Straight from the handle before to the one after; at an end the line gets shorter. */
  #remove(nth) {
    if (this.shown.length <= this.#least) return;
    const low = this.shown[nth - 1];
    const high = this.shown[nth + 1];
    this.added.delete(key(this.line[this.shown[nth]]));
    const neighbour = this.line[low ?? high];
    const line = [...(low === undefined ? [] : this.line.slice(0, low + 1)), ...(high === undefined ? [] : this.line.slice(high))];
    this.chosen = this.reachable ? key(neighbour) : null;
    this.onMove(line);
  }
}

function key([x, y]) {
  return `${x.toFixed(6)},${y.toFixed(6)}`;
}
