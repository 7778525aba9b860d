// Photos on this device and on their way. A photo is
//   {id, item, blob, width, height, born, deleted, known, sent, state, problem}
// kept until the device is cleared, so that moving the thing, coming back to it or undoing a deletion never loses it.
// `known` says that the server may have it; `sent` that it has a receipt. Each is sent after the thing it belongs to.

const FIRST_WAIT_MS = 1500;
const LONGEST_WAIT_MS = 30000;

export class Photos {
  #database;
  #items;
  #send;
  #photos = new Map();
  #listeners = new Set();
  #timer = null;
  #running = false;
  #wait = FIRST_WAIT_MS;

  /** `send(photo)` PUTs it, or DELETEs a deleted one; it throws api.Refused. */
  constructor(database, items, send) {
    this.#database = database;
    this.#items = items;
    this.#send = send;
    items.listen((id) => id !== null && this.#itemChanged(id));
  }

  /** Read what an earlier page left; call after the items have been loaded. */
  async load() {
    for (const photo of await this.#database.all("photos")) {
      if (!this.#items.get(photo.item)) {
        await this.#database.remove("photos", photo.id);
        continue;
      }
      if (photo.state === "sending") photo.state = "device";
      this.#photos.set(photo.id, photo);
    }
    this.#tell();
  }

  /** Those beside one thing, in the order they were added; a deleted one stays until the device is cleared. */
  of(item) {
    return [...this.#photos.values()].filter((photo) => photo.item === item).sort((a, b) => a.born - b.born);
  }

  /** What the server does not know yet and could know now. */
  unsent() {
    return [...this.#photos.values()]
      .filter((photo) => this.#present(photo.item) && (photo.deleted ? photo.known : !photo.sent))
      .sort((a, b) => a.born - b.born);
  }

  async add(item, { blob, width, height }) {
    const photo = { id: crypto.randomUUID(), item, blob, width, height, born: Date.now() };
    Object.assign(photo, { deleted: false, known: false, sent: false, state: "device", problem: null });
    this.#photos.set(photo.id, photo);
    await this.#keep(photo);
    this.wake();
    return photo.id;
  }

  /** Take it away, or put it back. */
  async change(id, { deleted }) {
    const photo = this.#photos.get(id);
    Object.assign(photo, { deleted, sent: false, state: "device", problem: null });
    await this.#keep(photo);
    this.wake();
  }

  /** Try now: something changed, or the network is back. */
  wake() {
    clearTimeout(this.#timer);
    this.#wait = FIRST_WAIT_MS;
    void this.#run();
  }

  stop() {
    clearTimeout(this.#timer);
    this.stopped = true;
  }

  listen(listener) {
    this.#listeners.add(listener);
  }

  async #run() {
    if (this.#running || this.stopped) return;
    this.#running = true;
    let wait = null;
    const tried = new Set();
    for (;;) {
      const photo = this.unsent().find((each) => this.#ready(each) && !tried.has(each.id));
      if (!photo || this.stopped) break;
      tried.add(photo.id);
      wait = (await this.#try(photo)) ?? wait;
    }
    this.#running = false;
    if (wait !== null && !this.stopped) {
      this.#timer = setTimeout(() => void this.#run(), wait);
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
    }
  }

  /** How long to wait before the next round, or null if this one is done with. */
  async #try(photo) {
    const { deleted } = photo;
    await this.#keep(Object.assign(photo, { state: "sending", known: true }));
    try {
      await this.#send(photo);
      const same = photo.deleted === deleted;
      if (same) Object.assign(photo, deleted ? { known: false, state: "device" } : { sent: true, state: "received" });
      else photo.state = "device";
      await this.#keep(photo);
      this.#wait = FIRST_WAIT_MS;
      return same ? null : FIRST_WAIT_MS;
    } catch (refused) {
      const later = refused.passing || comesLater(refused);
      const problem = later ? null : { code: refused.code, title: refused.title, step: refused.step };
      await this.#keep(Object.assign(photo, { state: later ? "device" : "refused", problem }));
      if (!later) return null;
      return refused.retryAfter ? refused.retryAfter * 1000 : this.#wait;
    }
  }

  #ready(photo) {
    return photo.state === "device" && this.#items.get(photo.item).sent > 0;
  }

  #present(id) {
    const item = this.#items.get(id);
    return Boolean(item) && !item.deleted;
  }

  /** With a deleted thing the server erases its photos: should the thing come back, they are sent again. */
  #itemChanged(id) {
    const beside = this.of(id);
    if (beside.length === 0) return;
    if (!this.#present(id)) {
      for (const photo of beside.filter((each) => each.sent || each.known)) {
        void this.#keep(Object.assign(photo, { sent: false, known: false, state: "device" }));
      }
    } else if (this.#items.get(id).state === "received" && this.unsent().some((photo) => photo.item === id)) {
      this.wake();
    }
  }

  #keep(photo) {
    this.#tell();
    return this.#database.put("photos", photo.id, { ...photo });
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}

/** Its thing has not arrived, the map is closed or the key is old: the photo is kept and tried again. */
function comesLater(refused) {
  const codes = ["contribution_awaited", "arena_closed", "arena_paused", "process_closed"];
  return refused.status === 401 || codes.includes(refused.code);
}
