// Opens the participant's page without network. The server writes before this file what the build holds:
//   BUILD, FILES (addresses of its static files), FRONT (the front page).
// What it answers: static files of this build; the front page, the map pages and the pages for notes one has opened; base maps one has looked at.
// What it never touches: the API, and every page of teachers and planners.

const SHELL = `snarvei-shell-${BUILD}`;
const PAGES = `snarvei-visited-pages-${BUILD}`;
const MAPS = "snarvei-visited-maps";
const MOST_MAPS = 600;
const PATIENCE_MS = 5000;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data.takeOver) self.skipWaiting();
  if (event.data.keep) event.waitUntil(keep(event.data.keep));
});
self.addEventListener("fetch", (event) => {
  const answer = answered(event.request);
  if (answer) event.respondWith(answer);
});

async function install() {
  const shell = await caches.open(SHELL);
  await shell.addAll(FILES);
  await shell.put(FRONT, await asked(FRONT));
  await renew();
}

/** The map pages that an earlier build kept, as this build makes them. */
async function renew() {
  const pages = await caches.open(PAGES);
  for (const name of await others(/^snarvei-visited-pages-/)) {
    for (const { url } of await (await caches.open(name)).keys()) {
      const answer = await asked(url).catch(() => null);
      if (answer?.ok && !answer.redirected) await pages.put(url, answer);
    }
  }
}

async function activate() {
  for (const name of await others(/^snarvei-(shell|visited-pages)-/)) await caches.delete(name);
  await self.clients.claim();
}

async function others(pattern) {
  return (await caches.keys()).filter((name) => pattern.test(name) && name !== SHELL && name !== PAGES);
}

function answered(request) {
  const { method, mode, url } = request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin) return null;
  if (mode === "navigate") return isPage(pathname) ? page(request, pathname) : null;
  if (pathname.startsWith("/static/")) return file(url);
  return pathname.startsWith("/basemap/") ? map(url) : null;
}

function isPage(pathname) {
  return pathname === FRONT || pathname.startsWith("/k/") || isKept(pathname);
}

function isKept(pathname) {
  return pathname.startsWith("/kart/") || pathname.startsWith("/notater/");
}

/** The server's own page, or the one kept when the network is away or too slow. */
async function page(request, pathname) {
  const kept = await keptPage(pathname);
  try {
    const answer = await (kept ? soon(fetch(request)) : fetch(request));
    if (isKept(pathname) && worthKeeping(answer)) {
      await (await caches.open(PAGES)).put(pathname, answer.clone());
    }
    return answer.status >= 502 && kept ? kept : answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function keptPage(pathname) {
  if (isKept(pathname)) return (await caches.open(PAGES)).match(pathname);
  return (await caches.open(SHELL)).match(FRONT);
}

async function file(url) {
  return (await (await caches.open(SHELL)).match(url)) ?? fetch(url);
}

async function map(url) {
  const maps = await caches.open(MAPS);
  const kept = await maps.match(url);
  if (kept) return kept;
  const answer = await fetch(url);
  if (worthKeeping(answer)) await keepMap(maps, url, answer.clone());
  return answer;
}

/** The oldest leaves when there are too many, or no room; a map that cannot be kept is still shown. */
async function keepMap(maps, url, answer) {
  try {
    await maps.put(url, answer);
    const kept = await maps.keys();
    for (const old of kept.slice(0, Math.max(kept.length - MOST_MAPS, 0))) await maps.delete(old);
  } catch {
    await caches.delete(MAPS);
  }
}

/** What the page had loaded before this worker was there. */
async function keep(addresses) {
  for (const address of addresses) {
    const { href, pathname } = new URL(address, self.location.origin);
    if (isPage(pathname)) await page(pageRequest(href), pathname).catch(() => null);
    else if (pathname.startsWith("/basemap/")) await map(href).catch(() => null);
  }
}

function worthKeeping(answer) {
  return answer.status === 200 && answer.type === "basic" && !answer.redirected;
}

function pageRequest(url) {
  return new Request(url, { headers: { Accept: "text/html" }, credentials: "same-origin", cache: "no-store" });
}

function asked(url) {
  return fetch(pageRequest(url));
}

function soon(answer) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error("too slow")), PATIENCE_MS);
  });
  return Promise.race([answer, late]);
}
