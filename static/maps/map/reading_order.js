// What stands on the map in the order it was made, for whoever goes from one to the next with the Tab key; and what each
// is called there.

export class ReadingOrder {
  #describe = null;
  #items = [];

  /** Over map/items.js's layers. */
  constructor(layers) {
    this.layers = layers;
  }

  /** From now on a thing is called `describe(item)`. */
  name(describe) {
    this.#describe = describe;
    this.keep(this.#items);
  }

  /** Put the elements of these items (oldest first) in that order; what has the focus keeps it. */
  keep(items) {
    this.#items = items;
    const elements = items.map((item) => this.#element(item)).filter(Boolean);
    const parent = elements[0]?.parentElement;
    if (!parent) return;
    const present = [...parent.children].filter((each) => elements.includes(each));
    if (present.every((each, i) => each === elements[i])) return;
    const held = document.activeElement;
    parent.append(...elements);
    if (elements.includes(held)) held.focus({ preventScroll: true });
  }

  #element(item) {
    const layer = this.layers.layers.get(item.id);
    const parts = layer?.getLayers?.() ?? [layer];
    const element = parts.map((part) => part?.getElement?.()).find((each) => each?.tabIndex === 0 && each.closest(".leaflet-marker-pane"));
    if (element && this.#describe) {
      const name = this.#describe(item);
      if (element.getAttribute("aria-label") !== name) element.setAttribute("aria-label", name);
    }
    return element;
  }
}
