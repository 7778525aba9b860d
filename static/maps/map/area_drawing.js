// Drawing an area: the corners or the loop of a line in hand, closed as one looks on. It never crosses itself: what
// would make it cross is taken away again at once.

import * as L from "leaflet";
import { crosses, distinct, loop } from "../core/rings.js";
import { Drawing } from "./drawing.js";

const MOST_CORNERS = 400;

export class AreaDrawing {
  /** `onChange()` after every corner and stroke; `onCrossing()` when one was refused because it would cross. */
  constructor(map, { onChange, onCrossing }) {
    Object.assign(this, { map, onChange, onCrossing });
    this.line = new Drawing(map, { onChange: () => this.#changed() });
    this.shape = L.polygon([], { weight: 0, interactive: false, className: "draft-area" });
    this.closing = L.polyline([], { weight: 3, interactive: false, className: "draft-closing" });
    this.count = 0;
  }

  /** Begin, or go on with what an earlier page left. `mode` is "tap" or "freehand". */
  start(mode, group, strokes = []) {
    this.mode = mode;
    this.group = group;
    this.shape.setStyle({ fillColor: `url(#hatch-${group})`, fillOpacity: 1 });
    this.closing.addTo(this.map);
    this.shape.addTo(this.map);
    this.#restart(strokes);
    this.#redraw();
  }

  stop() {
    this.line.stop();
    for (const layer of [this.shape, this.closing]) layer.remove();
  }

  /** Let fingers and mouse move the map for a while. */
  pause() {
    this.line.pause();
  }

  /** A corner, for instance where the cross is. */
  add(position) {
    this.line.add(position);
  }

  undo() {
    return this.line.undo();
  }

  redo() {
    return this.line.redo();
  }

  get strokes() {
    return this.line.strokes;
  }

  get canUndo() {
    return this.line.strokes.length > 0;
  }

  get canRedo() {
    return this.line.undone.length > 0;
  }

  /** The corners, in order. */
  get ring() {
    return distinct(this.line.positions).slice(0, MOST_CORNERS);
  }

  #changed() {
    const { strokes } = this.line;
    const grew = strokes.length > this.count && this.line.undone.length === 0;
    this.count = strokes.length;
    if (grew && !this.#accepted(strokes)) {
      this.#restart(strokes.slice(0, -1));
      this.#redraw();
      this.onCrossing();
      return;
    }
    this.#redraw();
    this.onChange();
  }

  /** A first loop by hand may overshoot where it closes; nothing else may cross. */
  #accepted(strokes) {
    if (this.mode !== "freehand" || strokes.length > 1) return !crosses(distinct(strokes.flat()));
    const ring = loop(distinct(strokes[0]));
    if (ring) this.#restart([ring]);
    return ring !== null;
  }

  #restart(strokes) {
    this.line.start(this.mode, strokes);
    this.count = strokes.length;
  }

  #redraw() {
    const latlngs = this.ring.map(([x, y]) => [y, x]);
    this.shape.setLatLngs(latlngs.length > 2 ? latlngs : []);
    this.closing.setLatLngs(latlngs.length > 2 ? [latlngs.at(-1), latlngs[0]] : []);
    const wrong = latlngs.length > 2 && crosses(this.ring, { closed: true });
    this.closing.getElement()?.classList.toggle("crossing", wrong);
  }
}
