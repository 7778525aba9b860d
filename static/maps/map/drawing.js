// Drawing a line by hand or point by point. One finger draws, two fingers move and zoom the map; moving never draws.

import * as L from "leaflet";
import { distance, simplify } from "../core/lines.js";

const MIN_STEP_PX = 4;
const SLIP_PX = 24;
const SLIP_MS = 350;
const TOLERANCE_PX = 1.6;
const MOST_TOLERANCE_M = 3;

/**
 * A line in hand. `strokes` are arrays of [lon, lat]; together, in order, they are the line.
 * Calls `onChange()` after every stroke and vertex.
 */
export class Drawing {
  constructor(map, { onChange }) {
    this.map = map;
    this.onChange = onChange;
    this.strokes = [];
    this.undone = [];
    this.mode = null;
    this.casing = L.polyline([], { color: "#fff", weight: 11, interactive: false, className: "draft-casing" });
    this.line = L.polyline([], { color: "#1b2430", weight: 6, interactive: false, className: "draft-line" });
    this.ends = L.layerGroup();
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
  start(mode, strokes = []) {
    this.stop();
    this.strokes = strokes;
    this.undone = [];
    this.mode = mode;
    this.casing.addTo(this.map);
    this.line.addTo(this.map);
    this.ends.addTo(this.map);
    this.map.doubleClickZoom.disable();
    if (mode === "freehand") this.#takePointers();
    else this.map.on("click", this.#tap, this);
    this.#redraw();
  }

  /** Let the map go; the strokes stay readable. */
  stop() {
    const container = this.map.getContainer();
    for (const [name, handler] of Object.entries(this.handlers)) container.removeEventListener(name, handler, true);
    container.classList.remove("drawing");
    this.map.off("click", this.#tap, this);
    this.map.dragging.enable();
    this.map.doubleClickZoom.enable();
    this.pointers.clear();
    this.current = null;
    for (const layer of [this.casing, this.line, this.ends]) layer.remove();
    this.mode = null;
  }

  /** Let fingers and mouse move the map for a while; what is drawn stays in view. */
  pause() {
    const { strokes, undone, mode } = this;
    this.stop();
    Object.assign(this, { strokes, undone, mode });
    for (const layer of [this.casing, this.line, this.ends]) layer.addTo(this.map);
    this.#redraw();
  }

  get positions() {
    return this.strokes.flat();
  }

  /** The strokes with the one that the finger is drawing now. */
  get inHand() {
    return this.current ? [...this.strokes, this.current.stroke] : this.strokes;
  }

  /** Add a vertex, for instance where the cross is. */
  add(position) {
    this.strokes.push([position]);
    this.#changed();
  }

  undo() {
    const stroke = this.strokes.pop();
    if (!stroke) return false;
    this.undone.push(stroke);
    this.#redraw();
    this.onChange();
    return true;
  }

  redo() {
    const stroke = this.undone.pop();
    if (!stroke) return false;
    this.strokes.push(stroke);
    this.#redraw();
    this.onChange();
    return true;
  }

  #takePointers() {
    const container = this.map.getContainer();
    this.map.dragging.disable();
    container.classList.add("drawing");
    for (const [name, handler] of Object.entries(this.handlers)) container.addEventListener(name, handler, true);
  }

  #down(event) {
    if (event.target.closest(".leaflet-control") || (event.pointerType === "mouse" && event.button !== 0)) return;
    this.pointers.set(event.pointerId, event);
    if (this.pointers.size > 1) {
      this.#secondFinger();
      return;
    }
    this.current = { id: event.pointerId, stroke: [this.#at(event)], began: event.timeStamp, last: event, moved: 0 };
  }

  /** The hand wants to move the map: a stroke that has hardly begun was a slip, a longer one is finished. */
  #secondFinger() {
    const current = this.current;
    this.current = null;
    if (!current) return;
    const slip = current.moved < SLIP_PX || current.last.timeStamp - current.began < SLIP_MS;
    if (slip) this.#redraw();
    else this.#finish(current);
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
    }
    this.#redraw();
  }

  #up(event) {
    this.pointers.delete(event.pointerId);
    if (!this.current || event.pointerId !== this.current.id) return;
    const current = this.current;
    this.current = null;
    if (current.moved < SLIP_PX / 2) this.#redraw();
    else this.#finish(current);
  }

  #cancel(event) {
    this.pointers.delete(event.pointerId);
    if (this.current?.id === event.pointerId) this.#secondFinger();
  }

  #finish(current) {
    const tolerance = Math.min(this.#metresPerPixel() * TOLERANCE_PX, MOST_TOLERANCE_M);
    this.strokes.push(simplify(current.stroke, tolerance));
    this.#changed();
  }

  #tap(event) {
    this.add([event.latlng.lng, event.latlng.lat]);
  }

  #changed() {
    this.undone = [];
    this.#redraw();
    this.onChange();
  }

  #redraw() {
    const latlngs = [...this.positions, ...(this.current?.stroke ?? [])].map(([x, y]) => [y, x]);
    this.casing.setLatLngs(latlngs);
    this.line.setLatLngs(latlngs);
    this.ends.clearLayers();
    const dots = this.mode === "tap" ? latlngs : latlngs.slice(0, 1);
    for (const at of dots) {
      L.circleMarker(at, { radius: 7, color: "#1b2430", weight: 3, fillColor: "#fff", fillOpacity: 1 }).addTo(this.ends);
    }
  }

  #at(event) {
    const { lng, lat } = this.map.mouseEventToLatLng(event);
    return [lng, lat];
  }

  #metresPerPixel() {
    const centre = this.map.getSize().divideBy(2);
    const a = this.map.containerPointToLatLng(centre);
    const b = this.map.containerPointToLatLng(centre.add([100, 0]));
    return distance([a.lng, a.lat], [b.lng, b.lat]) / 100;
  }
}
