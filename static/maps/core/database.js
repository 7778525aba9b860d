// What this device keeps: the session, the drawings and the one in hand. IndexedDB, or memory where that is refused.

const NAME = "snarvei";
const VERSION = 2;
const STORES = ["items", "session", "photos"];

/** Open the device's memory; `lasting` is false where nothing survives the page. */
export async function openDatabase() {
  try {
    const db = await new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, VERSION);
      request.onupgradeneeded = () => {
        const missing = STORES.filter((store) => !request.result.objectStoreNames.contains(store));
        missing.forEach((store) => request.result.createObjectStore(store));
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return lastingDatabase(db);
  } catch {
    return passingDatabase();
  }
}

function lastingDatabase(db) {
  const run = (store, mode, action) =>
    new Promise((resolve, reject) => {
      const transaction = db.transaction(store, mode);
      const request = action(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  db.onversionchange = () => db.close();
  return {
    lasting: true,
    all: (store) => run(store, "readonly", (s) => s.getAll()),
    get: (store, key) => run(store, "readonly", (s) => s.get(key)),
    put: (store, key, value) => run(store, "readwrite", (s) => s.put(value, key)),
    remove: (store, key) => run(store, "readwrite", (s) => s.delete(key)),
    clear: async () => {
      for (const store of STORES) await run(store, "readwrite", (s) => s.clear());
    },
  };
}

function passingDatabase() {
  const stores = Object.fromEntries(STORES.map((store) => [store, new Map()]));
  return {
    lasting: false,
    all: async (store) => [...stores[store].values()],
    get: async (store, key) => stores[store].get(key),
    put: async (store, key, value) => void stores[store].set(key, structuredClone(value)),
    remove: async (store, key) => void stores[store].delete(key),
    clear: async () => STORES.forEach((store) => stores[store].clear()),
  };
}
