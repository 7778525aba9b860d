// A copy of everything on this device, for the one who helps.

import { backup } from "../../core/backup.js";
import { t } from "../../core/texts.js";
import { element } from "../dom.js";

/** A file made here: nothing is asked of the server. */
export function saveCopy(page) {
  const { items, session, data } = page;
  const file = backup(items.present(), { pupil: session.alias, className: data.arena.title });
  const url = URL.createObjectURL(new Blob([JSON.stringify(file)], { type: "application/geo+json" }));
  const name = `snarvei-${data.code}-${session.alias.replaceAll(" ", "-")}.geojson`;
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  page.receipts.say(t("Your copy is among this device's downloads."));
}
