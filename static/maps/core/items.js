// The participant's things on this device. An item is
//   {id, properties, geometry, deleted, revision, sent, state, receivedAt, shortId, problem}
// `revision` grows with every change; `sent` is the revision the server has acknowledged. state is one of STATES.

export const STATES = ["device", "sending", "received", "refused"];

export class Items {
  #database;
  #items = new Map();
  #listeners = new Set();

  constructor(database) {
    this.#database = database;
  }

  /** Read what an earlier page left; what was being sent then is unsent. */
  async load() {
    for (const item of await this.#database.all("items")) {
      if (item.state === "sending") item.state = "device";
      this.#items.set(item.id, item);
    }
    this.#tell();
  }

  get(id) {
    return this.#items.get(id);
  }

  /** What is on the map, oldest first. */
  present() {
    return [...this.#items.values()].filter((item) => !item.deleted).sort((a, b) => a.born - b.born);
  }

  /** What the server does not know yet, in the order it was made. */
  unsent() {
    return [...this.#items.values()].filter((item) => item.revision > item.sent).sort((a, b) => a.born - b.born);
  }

  /** Set an item's content (null deletes it) and mark it unsent. */
  change(id, content) {
    const earlier = this.#items.get(id);
    const item = earlier ?? { id, born: Date.now(), revision: 0, sent: 0, receivedAt: null, shortId: null };
    if (content) Object.assign(item, structuredClone(content));
    item.deleted = content === null;
    item.revision += 1;
    item.state = "device";
    item.problem = null;
    this.#items.set(id, item);
    return this.#keep(item);
  }

  /** Note how sending goes; never touches what was drawn. */
  mark(id, notes) {
    const item = this.#items.get(id);
    if (!item) return Promise.resolve();
    Object.assign(item, notes);
    if (item.deleted && item.sent >= item.revision) {
      this.#items.delete(id);
      this.#tell();
      return this.#database.remove("items", id);
    }
    return this.#keep(item);
  }

  /** The content that undo puts back: a copy, or null if there is nothing. */
  content(id) {
    const item = this.#items.get(id);
    if (!item || item.deleted) return null;
    return structuredClone({ properties: item.properties, geometry: item.geometry });
  }

  counts() {
    const counts = { device: 0, sending: 0, received: 0, refused: 0, route: 0, place: 0, area: 0 };
    for (const item of this.#items.values()) {
      if (item.deleted && item.sent >= item.revision) continue;
      counts[item.state] += 1;
      if (!item.deleted) counts[item.properties.kind] += 1;
    }
    return counts;
  }

  listen(listener) {
    this.#listeners.add(listener);
  }

  clear() {
    this.#items.clear();
    this.#tell();
  }

  #keep(item) {
    this.#tell(item.id);
    return this.#database.put("items", item.id, structuredClone(item));
  }

  #tell(id = null) {
    for (const listener of this.#listeners) listener(id);
  }
}
