// Drawing a line by hand or point by point. One finger draws, two fingers move and zoom the map; moving never draws.
// Once a pen has been seen it alone draws: fingers and the palm move the map.

import * as L from "leaflet";
import { distance, stroke } from "../core/lines.js";
import { Ink } from "./ink.js";

const MIN_STEP_PX = 1;
const SLIP_PX = 24;
const SLIP_MS = 350;

/** Below these a finger is too coarse for the map. */
export const CLOSE_ENOUGH = { freehand: 15, tap: 14 };

/**
 * A line in hand. `strokes` are arrays of [lon, lat]; together, in order, they are the line. `reach(from, to)` gives the
 * positions of a new stretch in point mode (straight there by default). Calls `onChange()` after every stroke and vertex, `onFar(latlng)` instead of
 * drawing when the map is too far away (without it the map is never too far), `onPen()` when a pen is first seen.
 */
export class Drawing {
  constructor(map, { onChange, onFar = null, onPen = () => {}, reach = (from, to) => [to] }) {
    Object.assign(this, { map, onChange, onFar, onPen, reach });
    this.strokes = [];
    this.undone = [];
    this.mode = null;
    this.pen = false;
    this.casing = L.polyline([], { color: "#fff", weight: 11, interactive: false, className: "draft-casing" });
    this.line = L.polyline([], { color: "#1b2430", weight: 6, interactive: false, className: "draft-line" });
    this.next = L.polyline([], { color: "#1b2430", weight: 4, dashArray: "2 9", interactive: false, className: "draft-next" });
    this.ends = L.layerGroup();
    this.ink = new Ink(map.getContainer());
    this.pointers = new Map();
    this.current = null;
    this.handlers = {
      pointerdown: (event) => this.#down(event),
      pointermove: (event) => this.#move(event),
      pointerup: (event) => this.#up(event),
      pointercancel: (event) => this.#cancel(event),
    };
  }

  /** Begin, or go on with what an earlier page left. `mode` is "freehand" or "tap". */
  start(mode, strokes = [], undone = []) {
    this.stop();
    this.strokes = strokes;
    this.undone = undone;
    this.mode = mode;
    this.#add();
    this.map.doubleClickZoom.disable();
    if (mode === "freehand") this.#takePointers();
    else this.map.on({ click: this.#tap, move: this.#aim }, this);
  }

  /** Let the map go; the strokes stay readable. */
  stop() {
    const container = this.map.getContainer();
    for (const [name, handler] of Object.entries(this.handlers)) container.removeEventListener(name, handler, true);
    container.classList.remove("drawing");
    this.map.off({ click: this.#tap, move: this.#aim }, this);
    this.map.dragging.enable();
    this.map.touchZoom.enable();
    this.map.doubleClickZoom.enable();
    this.pointers.clear();
    this.current = null;
    this.ink.clear();
    for (const layer of this.#layers) layer.remove();
    this.mode = null;
  }

  /** Let fingers and mouse move the map for a while; what is drawn stays in view. */
  pause() {
    const { strokes, undone, mode } = this;
    this.stop();
    Object.assign(this, { strokes, undone, mode });
    this.#add();
  }

  get positions() {
    return this.strokes.flat();
  }

  /** Whether the map is near enough to draw on. */
  get close() {
    return this.onFar === null || this.map.getZoom() >= CLOSE_ENOUGH[this.mode];
  }

  /** The strokes with the one that the finger is drawing now. */
  get inHand() {
    return this.current ? [...this.strokes, this.current.stroke] : this.strokes;
  }

  /** Go on to a position, for instance to where the cross is. */
  add(position) {
    if (!this.close) {
      this.onFar(L.latLng(position[1], position[0]));
      return;
    }
    this.strokes.push(this.reach(this.positions.at(-1) ?? null, position));
    this.#changed();
  }

  undo() {
    return this.#turn(this.strokes, this.undone);
  }

  redo() {
    return this.#turn(this.undone, this.strokes);
  }

  /** Metres that a pixel of the screen covers. */
  get metresPerPixel() {
    const centre = this.map.getSize().divideBy(2);
    const a = this.map.containerPointToLatLng(centre);
    const b = this.map.containerPointToLatLng(centre.add([100, 0]));
    return distance([a.lng, a.lat], [b.lng, b.lat]) / 100;
  }

  get #layers() {
    return [this.casing, this.line, this.next, this.ends];
  }

  #turn(from, to) {
    const last = from.pop();
    if (!last) return false;
    to.push(last);
    this.#redraw();
    this.onChange();
    return true;
  }

  #add() {
    for (const layer of this.#layers) layer.addTo(this.map);
    this.#redraw();
  }

  #takePointers() {
    const container = this.map.getContainer();
    this.map.dragging.disable();
    container.classList.add("drawing");
    for (const [name, handler] of Object.entries(this.handlers)) container.addEventListener(name, handler, true);
  }

  #down(event) {
    if (event.target.closest(".leaflet-control") || (event.pointerType === "mouse" && event.button !== 0)) return;
    if (this.#movesMap(event)) return;
    this.pointers.set(event.pointerId, event);
    if (this.pointers.size > 1) {
      this.#secondFinger();
      return;
    }
    const [x, y] = this.#pixel(event);
    this.current = { id: event.pointerId, stroke: [this.#at(event)], began: event.timeStamp, last: event, moved: 0 };
    this.current.far = !this.close;
    if (!this.current.far) this.ink.begin(x, y);
  }

  /** With a pen about, a hand on the glass never draws: it moves the map, and nothing at all while the pen is down. */
  #movesMap(event) {
    if (!this.pen && event.pointerType !== "pen") return false;
    if (event.pointerType !== "touch") {
      if (!this.pen) this.onPen();
      this.pen = true;
      this.map.dragging.disable();
      this.map.touchZoom.disable();
      return false;
    }
    if (!this.current) {
      this.map.dragging.enable();
      this.map.touchZoom.enable();
    }
    return true;
  }

  /** The hand wants to move the map: a stroke that has hardly begun was a slip, a longer one is finished. */
  #secondFinger() {
    const current = this.current;
    this.#drop();
    if (!current || current.far) return;
    const slip = current.moved < SLIP_PX || current.last.timeStamp - current.began < SLIP_MS;
    if (!slip) this.#finish(current);
  }

  #move(event) {
    if (!this.current || event.pointerId !== this.current.id) return;
    event.preventDefault();
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length > 0 ? events : [event]) {
      const step = Math.hypot(each.clientX - this.current.last.clientX, each.clientY - this.current.last.clientY);
      if (step < MIN_STEP_PX) continue;
      this.current.moved += step;
      this.current.stroke.push(this.#at(each));
      this.current.last = each;
      if (!this.current.far) this.ink.to(...this.#pixel(each));
    }
  }

  #up(event) {
    this.pointers.delete(event.pointerId);
    if (!this.current || event.pointerId !== this.current.id) return;
    const current = this.current;
    this.#drop();
    if (current.far) this.onFar(L.latLng(current.stroke[0][1], current.stroke[0][0]));
    else if (current.moved >= SLIP_PX / 2) this.#finish(current);
  }

  #cancel(event) {
    this.pointers.delete(event.pointerId);
    if (this.current?.id === event.pointerId) this.#secondFinger();
  }

  #drop() {
    this.current = null;
    this.box = null;
    this.ink.clear();
  }

  #finish(current) {
    this.strokes.push(stroke(current.stroke));
    this.#changed();
  }

  #tap(event) {
    this.add([event.latlng.lng, event.latlng.lat]);
  }

  /** What a point at the cross would add, while the map is moved to bring the cross there. */
  #aim() {
    const from = this.close ? this.positions.at(-1) : null;
    const { lng, lat } = this.map.getCenter();
    const ahead = from ? [from, ...this.reach(from, [lng, lat])] : [];
    this.next.setLatLngs(ahead.map(([x, y]) => [y, x]));
  }

  #changed() {
    this.undone = [];
    this.#redraw();
    this.onChange();
  }

  #redraw() {
    const latlngs = this.positions.map(([x, y]) => [y, x]);
    this.casing.setLatLngs(latlngs);
    this.line.setLatLngs(latlngs);
    this.next.setLatLngs([]);
    this.ends.clearLayers();
    const dots = this.mode === "tap" ? this.strokes.map((each) => each.at(-1)) : [];
    for (const [x, y] of [...this.positions.slice(0, 1), ...dots]) {
      const style = { radius: 7, color: "#1b2430", weight: 3, fillColor: "#fff", fillOpacity: 1, interactive: false };
      L.circleMarker([y, x], style).addTo(this.ends);
    }
  }

  /** Pixels from the map's corner, which does not move during a stroke. */
  #pixel(event) {
    this.box ??= this.map.getContainer().getBoundingClientRect();
    return [event.clientX - this.box.left, event.clientY - this.box.top];
  }

  #at(event) {
    const { lng, lat } = this.map.containerPointToLatLng(this.#pixel(event));
    return [lng, lat];
  }
}
