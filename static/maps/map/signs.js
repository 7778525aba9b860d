// Signs on a chosen line where one changes how to travel: each slides along the line, by finger or by arrow keys.

import * as L from "leaflet";
import { at, fractionAt } from "../core/lines.js";
import { sticker } from "./items.js";

const STEP = 0.02;
const STEPS = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP };

export class Signs {
  /** `onSlide(number, fraction)` when a sign has come to another place on the line. */
  constructor(map, { sprite, onSlide }) {
    Object.assign(this, { map, sprite, onSlide });
    this.group = L.layerGroup().addTo(map);
    this.marks = [];
  }

  /** `changes` are {from, icon, label}. */
  show(line, changes) {
    this.clear();
    this.line = line;
    this.marks = changes.map((change, number) => this.#sign(change, number));
  }

  clear() {
    this.group.clearLayers();
    this.marks = [];
  }

  /** Show a sign elsewhere while its slider is being pulled. */
  slide(number, fraction) {
    const [x, y] = at(this.line, fraction);
    this.marks[number]?.setLatLng([y, x]);
  }

  #sign({ from, icon, label }, number) {
    const [x, y] = at(this.line, from);
    const html = sticker(this.sprite, icon, "way", 32);
    const options = { className: "sign", html, iconSize: [48, 48], iconAnchor: [24, 54] };
    const mark = L.marker([y, x], { icon: L.divIcon(options), draggable: true, title: label, alt: label, zIndexOffset: 500 });
    mark.addTo(this.group);
    const here = () => fractionAt(this.line, [mark.getLatLng().lng, mark.getLatLng().lat]);
    mark.on("drag", () => this.slide(number, here()));
    mark.on("dragend", () => this.onSlide(number, here()));
    mark.getElement().setAttribute("aria-label", label);
    mark.getElement().addEventListener("keydown", (event) => {
      if (!(event.key in STEPS)) return;
      event.preventDefault();
      event.stopPropagation();
      this.onSlide(number, from + STEPS[event.key]);
    });
    return mark;
  }
}
