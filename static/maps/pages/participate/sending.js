// How this page's things reach the server: the outbox, the other tabs, and when to try again.

import { call, upload } from "../../core/api.js";
import { keepOffline } from "../../core/offline.js";
import { Outbox } from "../../core/outbox.js";
import { Photos } from "../../core/photos.js";
import { t } from "../../core/texts.js";

const PATIENCE_MS = 12000;

/** The page's outbox; it sends under the session the page has at that moment. */
export function outboxFor(page) {
  const outbox = new Outbox(page.items, (item) => send(page, item), { alone: (work) => page.tabs.alone(work) });
  addEventListener("online", () => outbox.wake());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void resume(page));
  addEventListener("pageshow", (event) => event.persisted && void resume(page));
  page.tabs.listen((message) => void heard(page, message));
  page.database.onTrouble = (trouble) => room(page, trouble);
  return outbox;
}

/** The photos beside the page's things; each goes after the thing it belongs to. */
export function photosFor(page) {
  const photos = new Photos(page.database, page.items, (photo) => sendPhoto(page, photo));
  addEventListener("online", () => photos.wake());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && photos.wake());
  return photos;
}

/** What the device cannot do is said at once; what it keeps for working offline is fetched when there is time. */
export function watchDevice(page) {
  if (!page.database.lasting) {
    page.notices.set("memory", t("This browser keeps nothing when you leave. Stay on this page until you see the ticks."));
  }
  const visited = [location.pathname, page.data.vector, page.data.network, page.data.gazetteer].filter(Boolean);
  void keepOffline({
    visited,
    onNews: (takeOver) =>
      page.notices.set("upgrade", t("There is a newer Snarvei. What you made stays."), {
        label: t("Load it"),
        act: takeOver,
      }),
  });
}

function room(page, trouble) {
  if (trouble === null) {
    page.notices.clear("full");
    return;
  }
  page.notices.set(
    "full",
    t("This device is full. What you make now is sent at once, but stay on this page until you see the ticks."),
    { label: t("Save a copy"), act: () => page.list.download() },
  );
  page.outbox.wake();
}

async function send(page, item) {
  const url = `${page.data.urls.contributions}/${item.id}`;
  const { token } = page.session;
  if (item.deleted) return remove(`${url}?revision=${item.revision}`, token);
  const body = { type: "Feature", revision: item.revision, geometry: item.geometry, properties: item.properties };
  return call("PUT", url, { body, token, timeout: PATIENCE_MS });
}

async function sendPhoto(page, photo) {
  const url = `${page.data.urls.contributions}/${photo.item}/photos/${photo.id}`;
  const { token } = page.session;
  return photo.deleted ? remove(url, token) : upload(url, photo.blob, { token });
}

/** Deleting what never arrived, or what an adult has taken over, is done already. */
async function remove(url, token) {
  try {
    return await call("DELETE", url, { token, timeout: PATIENCE_MS });
  } catch (refused) {
    if (["contribution_unknown", "photo_unknown", "not_yours"].includes(refused.code)) return null;
    throw refused;
  }
}

async function heard(page, { item, session, left }) {
  if (item) await page.items.refresh(item);
  if (session) await renewed(page);
  if (left) leave(page);
}

/** Back from another app, a closed lid or the browser's own keeping: is this still the same participant's device? */
async function resume(page) {
  if (document.body.dataset.finished) return;
  await renewed(page);
  page.outbox.wake();
}

async function renewed(page) {
  const kept = await page.database.get("session", "current");
  if (kept?.token === page.session.token) return;
  if (kept?.arena === page.session.arena && kept.since === page.session.since) page.session = kept;
  else leave(page);
}

/** Somebody finished or joined anew in another tab: nothing of the one before may stay on the screen. */
function leave(page) {
  page.outbox.stop();
  location.replace(page.data.urls.front);
}
