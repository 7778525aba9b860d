// The participant's things on this device. An item is
//   {id, properties, geometry, deleted, born, revision, sent, state, receivedAt, shortId, problem, rival}
// `revision` grows with every change; `sent` is the revision the server has acknowledged. state is one of STATES.
// `rival` is what another tab had made of the same thing at the same time: nothing is thrown away.

export const STATES = ["device", "sending", "received", "refused"];
const KEPT_NOTES = ["received", "refused"];

export class Items {
  #database;
  #tabs;
  #items = new Map();
  #seen = new Map();
  #writing = new Map();
  #met = new Set();
  #gone = new Map();
  #listeners = new Set();

  #store;

  /** `tabs` (core/tabs.js) hears of every change; without it this page is alone. */
  constructor(database, tabs = null, store = "items") {
    this.#database = database;
    this.#store = store;
    this.#tabs = tabs;
  }

  /** Read what an earlier page left; what was being sent then is unsent. */
  async load() {
    for (const item of await this.#database.all(this.#store)) this.#take(item);
    this.#tell();
  }

  /** Read again what another tab has changed. What is gone from the device and still unsent here is put back. */
  async refresh(id) {
    if (this.#writing.get(id)) return;
    const item = await this.#database.get(this.#store, id).catch(() => null);
    const shown = this.#items.get(id);
    if (item === null || this.#writing.get(id)) return;
    if (item) this.#take(item);
    else if (!shown || shown.deleted || shown.revision <= shown.sent) this.#forget(id);
    else await this.#write(id, () => structuredClone(shown));
    this.#tell(id);
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
    const item = { ...(this.#items.get(id) ?? fresh(id, this.#gone.get(id))), ...structuredClone(content ?? {}) };
    Object.assign(item, { deleted: content === null, revision: item.revision + 1, state: "device", problem: null });
    this.#items.set(id, item);
    this.#tell(id);
    const mine = structuredClone(item);
    return this.#write(id, (stored) => this.#beside(stored, mine));
  }

  /** The page is about to go: what the memory has not confirmed is also written down beside it, in the name of `since`. */
  hurry(since) {
    for (const item of [...this.#items.values()].filter(({ id }) => this.#writing.get(id))) {
      void this.#database.onItsWay(this.#store, item.id, structuredClone(item), since);
    }
  }

  /** Note how sending goes; never touches what was drawn. */
  mark(id, notes) {
    const item = this.#items.get(id);
    if (!item) return Promise.resolve();
    Object.assign(item, notes);
    const over = item.deleted && item.sent >= item.revision;
    if (over) this.#forget(id);
    this.#tell(id);
    if (!over && !KEPT_NOTES.includes(notes.state) && notes.sent === undefined) return Promise.resolve();
    return this.#write(id, (stored) => noted(stored, notes));
  }

  /** Take it off this device alone; what the server has of it stays there. */
  drop(id) {
    this.#forget(id);
    this.#tell(id);
    return this.#write(id, () => null);
  }

  /** Of two versions from two tabs: take the other one instead, or be content with this one. */
  settle(id, { other }) {
    const item = this.#items.get(id);
    if (!item?.rival) return Promise.resolve();
    const { rival } = item;
    item.rival = null;
    const kept = this.#write(id, (stored) => stored && { ...stored, rival: null });
    return other ? this.change(id, rival) : kept.then(() => this.#tell(id));
  }

  /** Under a new name: what was received stays as it was; what was changed since goes as a thing of its own. */
  async adopt() {
    for (const item of this.unsent().filter((each) => each.sent > 0)) {
      const content = this.content(item.id);
      await this.drop(item.id);
      if (content) await this.change(crypto.randomUUID(), content);
    }
    for (const item of this.present().filter((each) => each.sent > 0)) {
      item.settled = true;
      await this.#write(item.id, (stored) => stored && { ...stored, settled: true });
    }
    for (const item of this.unsent()) await this.mark(item.id, { state: "device", problem: null });
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
      if (!item.deleted) counts[item.properties.kind] = (counts[item.properties.kind] ?? 0) + 1;
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

  /** No longer here; should it be put back, its versions are counted on. */
  #forget(id) {
    const item = this.#items.get(id);
    if (item) this.#gone.set(id, item.revision);
    this.#items.delete(id);
  }

  #take(item) {
    if (item.state === "sending") item.state = "device";
    this.#seen.set(item.id, item.revision);
    this.#items.set(item.id, item);
  }

  /** Mine beside what is stored: if another tab changed it since this one looked, its version is kept as the rival. */
  #beside(stored, mine) {
    const seen = this.#seen.get(mine.id) ?? 0;
    const item = { ...mine };
    if (stored) {
      const { sent, receivedAt, shortId, rival } = stored.sent > item.sent ? stored : item;
      Object.assign(item, { sent, receivedAt, shortId, rival });
      item.revision = Math.max(mine.revision, stored.revision + 1);
      if (stored.revision > seen && differs(stored, mine)) {
        meet(item, stored);
        this.#met.add(mine.id);
      }
    }
    this.#seen.set(mine.id, item.revision);
    const shown = this.#items.get(mine.id);
    if (shown) {
      shown.revision = Math.max(shown.revision, item.revision);
      shown.sent = Math.max(shown.sent, item.sent);
      shown.rival = item.rival;
      if (mine.deleted && !item.deleted) Object.assign(shown, contentOf(item), { deleted: false });
    }
    return item;
  }

  async #write(id, change) {
    this.#writing.set(id, (this.#writing.get(id) ?? 0) + 1);
    const value = await this.#database.update(this.#store, id, change);
    this.#writing.set(id, this.#writing.get(id) - 1);
    if (this.#met.delete(id)) this.#tell(id);
    this.#tabs?.tell({ item: id });
  }

  #tell(id = null) {
    for (const listener of this.#listeners) listener(id);
  }
}

function fresh(id, revision = 0) {
  return { id, born: Date.now(), revision, sent: 0, receivedAt: null, shortId: null, rival: null };
}

/** Two tabs changed one thing: the later version stands and the other is kept beside it; what was drawn outlives a deletion. */
function meet(item, stored) {
  if (item.deleted) Object.assign(item, contentOf(stored), { deleted: false });
  else item.rival = contentOf(stored);
}

function contentOf(item) {
  return item.deleted ? null : { properties: item.properties, geometry: item.geometry };
}

function differs(one, other) {
  return JSON.stringify(contentOf(one)) !== JSON.stringify(contentOf(other));
}

/** What is stored with these notes; a change that came meanwhile stays unsent; what is deleted and acknowledged goes. */
function noted(stored, notes) {
  if (!stored) return undefined;
  const item = { ...stored, ...notes };
  if (item.deleted && item.sent >= item.revision) return null;
  if (notes.sent !== undefined) item.state = item.revision > item.sent ? "device" : "received";
  return item;
}
