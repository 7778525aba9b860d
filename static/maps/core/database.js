// What this device keeps: the session, the drawings and the lines in hand. IndexedDB where the browser has it; else the
// tab's own memory. Every call succeeds: what finds no room is kept in memory and told through `onTrouble`.

import { jot, jotted, strike, strikeAll } from "./last_words.js";

const NAME = "snarvei";
const VERSION = 3;
const STORES = ["items", "session", "photos", "notes"];
const PARTICIPANTS = ["items", "session", "photos"];
const OPENING_MS = 4000;
const HANDED = "snarvei:";

/** Open the device's memory; `lasting` is false where nothing survives the tab. */
export async function openDatabase() {
  try {
    const database = new Lasting(await opened());
    await database.catchUp();
    return database;
  } catch {
    return new Passing();
  }
}

function opened() {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("the browser does not answer")), OPENING_MS);
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const missing = STORES.filter((store) => !request.result.objectStoreNames.contains(store));
      missing.forEach((store) => request.result.createObjectStore(store));
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
}

class Lasting {
  lasting = true;
  onTrouble = () => {};
  #db;
  #unkept = new Map();

  constructor(db) {
    this.#db = db;
  }

  /** Whether something is in memory only, because the device had no room for it. */
  get full() {
    return this.#unkept.size > 0;
  }

  async all(store) {
    const kept = await this.#run(store, "readonly", async (s) => zip(await done(s.getAllKeys()), await done(s.getAll())));
    const found = new Map(kept);
    for (const { store: of, key, value } of this.#unkept.values()) if (of === store) found.set(key, value);
    return [...found.values()].filter((value) => value !== null);
  }

  async get(store, key) {
    const unkept = this.#unkept.get(`${store}/${key}`);
    if (unkept) return unkept.value ?? undefined;
    return this.#run(store, "readonly", (s) => done(s.get(key)));
  }

  put(store, key, value, { last } = {}) {
    return this.update(store, key, () => value, { blind: true, last });
  }

  remove(store, key) {
    return this.update(store, key, () => null, { blind: true });
  }

  /** Take in what an earlier page of this participant could only write down; another's last words are nobody's. */
  async catchUp() {
    const notes = Object.entries(jotted());
    if (notes.length === 0) return;
    const { since } = (await this.get("session", "current")) ?? {};
    for (const [at, { value, whose }] of notes) {
      const [store, key] = at.split("/");
      const known = (stored) => (stored?.revision >= value.revision ? undefined : value);
      if (since && whose === since) await this.update(store, key, known);
      strike(at, value);
    }
  }

  /**
   * Read, change and write as one step, also between tabs. `change(value or undefined)` gives the new value, null to
   * remove it, or undefined to leave it. `blind` does not read first. `last`, the participant's mark, is for a page that is
   * about to go: the value is written down beside the memory as well.
   */
  async update(store, key, change, { blind = false, last = null } = {}) {
    const at = `${store}/${key}`;
    let value;
    let asked = false;
    const decide = (stored) => {
      const unkept = this.#unkept.get(at);
      value = change(unkept ? (unkept.value ?? undefined) : stored);
      asked = true;
      if (last) jot(at, value, last);
    };
    try {
      await this.#run(store, "readwrite", async (s) => {
        if (blind) decide();
        else decide(await done(s.get(key)));
        if (value === null) s.delete(key);
        else if (value !== undefined) s.put(value, key);
        s.transaction.commit?.();
      });
      if (last) strike(at, value);
      const waiting = this.full;
      this.#unkept.delete(at);
      if (waiting) this.#tryAgain();
    } catch (error) {
      if (!asked) decide(undefined);
      if (value !== undefined) this.#unkept.set(at, { store, key, value });
      this.onTrouble("full", error);
    }
    return value;
  }

  /** The page may go before the memory has this: it is written down beside it until the memory has come that far. */
  async onItsWay(store, key, value, whose) {
    const at = `${store}/${key}`;
    jot(at, value, whose);
    await this.get(store, key);
    if (!this.#unkept.has(at)) strike(at, value);
  }

  /** A participant leaves; notes that were written on this device belong to nobody who does. */
  async clear() {
    for (const [at, { store }] of this.#unkept) if (PARTICIPANTS.includes(store)) this.#unkept.delete(at);
    strikeAll();
    for (const store of PARTICIPANTS) await this.#run(store, "readwrite", (s) => done(s.clear()));
  }

  /** What waits in memory is tried again when something else found room. */
  #tryAgain() {
    const waiting = this.#unkept.values().next().value;
    if (!waiting) this.onTrouble(null);
    else void this.update(waiting.store, waiting.key, () => waiting.value, { blind: true });
  }

  /** A connection that the browser has closed is opened once more. */
  async #run(store, mode, action) {
    try {
      return await within(this.#db, store, mode, action);
    } catch (error) {
      if (error?.name !== "InvalidStateError") throw error;
      this.#db = await opened();
      return within(this.#db, store, mode, action);
    }
  }
}

async function within(db, store, mode, action) {
  const transaction = db.transaction(store, mode);
  const over = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = (event) => reject(event.target.error);
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
  });
  const [result] = await Promise.all([action(transaction.objectStore(store)), over]);
  return result;
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function zip(keys, values) {
  return keys.map((key, index) => [key, values[index]]);
}

/** The tab's memory: it lasts over a reload where the browser has session storage, else for the page alone. */
class Passing {
  lasting = false;
  full = false;
  onTrouble = () => {};
  #stores;

  constructor() {
    const left = JSON.parse(recalled() ?? "{}");
    this.#stores = Object.fromEntries(STORES.map((store) => [store, new Map(left[store] ?? [])]));
  }

  async all(store) {
    return [...this.#stores[store].values()];
  }

  async get(store, key) {
    return this.#stores[store].get(key);
  }

  put(store, key, value) {
    return this.update(store, key, () => value);
  }

  remove(store, key) {
    return this.update(store, key, () => null);
  }

  async update(store, key, change) {
    const value = structuredClone(change(this.#stores[store].get(key)));
    if (value === null) this.#stores[store].delete(key);
    else if (value !== undefined) this.#stores[store].set(key, value);
    this.#recall();
    return value;
  }

  async onItsWay() {}

  async clear() {
    for (const store of PARTICIPANTS) this.#stores[store].clear();
    this.#recall();
  }

  #recall() {
    recall(JSON.stringify(Object.fromEntries(STORES.map((store) => [store, [...this.#stores[store]]]))));
  }
}

/** The name of a tab outlives one step from page to page; it is emptied as soon as it has been read. */
function recalled() {
  const handed = self.name.startsWith(HANDED) ? self.name.slice(HANDED.length) : null;
  if (handed !== null) self.name = "";
  try {
    return handed ?? sessionStorage.getItem(NAME);
  } catch {
    return handed;
  }
}

let text = null;

function recall(all) {
  text = all;
  try {
    sessionStorage.setItem(NAME, all);
  } catch {
    return false;
  }
  return true;
}

/** Hand what only memory holds to the next page of this tab, where the browser keeps nothing at all. */
export function handOver() {
  if (text !== null && !recall(text)) self.name = HANDED + text;
}
