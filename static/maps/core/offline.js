// The page without network: a service worker keeps the page, its files and the map one has looked at.

const ADDRESS = "/service-worker.js";
const VISITED = "snarvei-visited";
const LOOK_FOR_NEWS_MS = 10 * 60 * 1000;

const worker = () => globalThis.navigator.serviceWorker;

/** Register it; `onNews(takeOver)` when a newer build waits. `takeOver()` lets it in and loads the page again. */
export async function keepOffline({ visited = [], onNews = () => {} } = {}) {
  try {
    const registration = await worker().register(ADDRESS, { updateViaCache: "none" });
    watch(registration, onNews);
    setInterval(() => registration.update().catch(() => null), LOOK_FOR_NEWS_MS);
    const ready = await worker().ready;
    ready.active?.postMessage({ keep: visited });
  } catch {
    return false;
  }
  return true;
}

function watch(registration, onNews) {
  const news = () => {
    const { waiting } = registration;
    if (waiting && worker().controller) onNews(() => takeOver(waiting));
  };
  news();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", news);
  });
}

function takeOver(waiting) {
  worker().addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.postMessage({ takeOver: true });
}

/** What shows where somebody looked on the map leaves the device with them. */
export async function forgetVisited() {
  try {
    const names = await caches.keys();
    for (const name of names.filter((each) => each.startsWith(VISITED))) await caches.delete(name);
  } catch {
    return false;
  }
  return true;
}
