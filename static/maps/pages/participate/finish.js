// Finished: everything has a receipt, then the device is emptied for the next one.

import { call } from "../../core/api.js";
import { forgetVisited } from "../../core/offline.js";
import { n, t } from "../../core/texts.js";
import { find } from "../dom.js";

const TRIES = 3;

export class Finish {
  constructor(page) {
    this.page = page;
    find("#tool-finish").addEventListener("click", () => {
      page.sheets.toggle("finish");
      this.#show();
    });
    find("#finish-now").addEventListener("click", () => this.#finish());
    find("#finish-look").addEventListener("click", () => page.list.open());
    page.items.listen(() => page.sheets.present === "finish" && this.#show());
    page.photos?.listen(() => page.sheets.present === "finish" && this.#show());
  }

  #show() {
    const { items } = this.page;
    const counts = items.counts();
    const unsent = items.unsent().length + (this.page.photos?.unsent().length ?? 0);
    find("#finish-what").textContent = this.#made(counts);
    const wait = find("#finish-wait");
    wait.hidden = unsent === 0;
    find("span", wait).textContent = this.#waiting(unsent, counts.refused);
    find("#finish-copy-line").hidden = unsent === 0;
    find("#finish-now").disabled = unsent > 0;
    if (unsent > counts.refused) {
      this.page.outbox.wake();
      this.page.photos?.wake();
    }
  }

  #waiting(unsent, refused) {
    if (refused > 0) {
      return n(
        "{n} thing was not taken. Look at it in My things: try again, change it or delete it.",
        "{n} things were not taken. Look at them in My things: try again, change them or delete them.",
        refused,
      );
    }
    return n(
      "{n} thing is only on this device. We try to send it now. Wait for the tick.",
      "{n} things are only on this device. We try to send them now. Wait for the tick.",
      unsent,
    );
  }

  #made(counts) {
    const ways = n("{n} way", "{n} ways", counts.route);
    const places = n("{n} place", "{n} places", counts.place);
    if (counts.area === 0) return t("You made {ways} and {places}.", { ways, places });
    const areas = n("{n} area", "{n} areas", counts.area);
    return t("You made {ways}, {places} and {areas}.", { ways, places, areas });
  }

  async #finish() {
    const { items, outbox, sheets } = this.page;
    const said = this.#made(items.counts());
    find("#finish-now").disabled = true;
    await this.#tell();
    if (items.unsent().length + (this.page.photos?.unsent().length ?? 0) > 0) {
      this.#show();
      return;
    }
    outbox.stop();
    this.page.photos?.stop();
    document.body.dataset.finished = "true";
    await this.#empty();
    find("#thanks-what").textContent = said;
    sheets.open("thanks");
    sheets.hint(t("Finished."));
  }

  /** The teacher's board hears of it, if the network lets it. */
  async #tell() {
    const { data, session } = this.page;
    for (let left = TRIES; left > 0; left -= 1) {
      const refused = await call("POST", data.urls.finish, { token: session.token }).then(() => null, (error) => error);
      if (!refused?.passing) return;
    }
  }

  async #empty() {
    const { database, items, tabs } = this.page;
    await database.clear();
    try {
      sessionStorage.clear();
    } catch {
      self.name = "";
    }
    items.clear();
    tabs.tell({ left: true });
    await forgetVisited();
  }
}
