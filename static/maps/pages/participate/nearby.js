// Things on the map are called by what they are near, for whoever hears the map instead of seeing it.

import { call } from "../../core/api.js";
import { Gazetteer } from "../../core/gazetteer.js";
import { Wording } from "../without_map/wording.js";

/** Fetch the names and tell the map's reading order; without them things are called by what they are. */
export async function nameThings(page) {
  let gazetteer = null;
  try {
    gazetteer = new Gazetteer(await call("GET", page.data.gazetteer));
  } catch {
    gazetteer = null;
  }
  const wording = new Wording(page.words, gazetteer);
  page.order.name((item) => wording.marker(item));
}
