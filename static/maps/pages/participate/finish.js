// Finished: everything has a receipt, then the device is emptied for the next one.

import { call } from "../../core/api.js";
import { n, t } from "../../core/texts.js";
import { find } from "../dom.js";

export class Finish {
  constructor(page) {
    this.page = page;
    find("#tool-finish").addEventListener("click", () => {
      page.sheets.toggle("finish");
      this.#show();
    });
    find("#finish-now").addEventListener("click", () => this.#finish());
    page.items.listen(() => page.sheets.present === "finish" && this.#show());
    page.photos.listen(() => page.sheets.present === "finish" && this.#show());
  }

  #show() {
    const { items } = this.page;
    const counts = items.counts();
    const unsent = items.unsent().length + this.page.photos.unsent().length;
    find("#finish-what").textContent = this.#made(counts);
    const wait = find("#finish-wait");
    wait.hidden = unsent === 0;
    find("span", wait).textContent = n(
      "{n} thing is only on this device. We try to send it now. Wait for the tick.",
      "{n} things are only on this device. We try to send them now. Wait for the tick.",
      unsent,
    );
    find("#finish-now").disabled = unsent > 0;
    if (unsent > 0) {
      this.page.outbox.wake();
      this.page.photos.wake();
    }
  }

  #made(counts) {
    const ways = n("{n} way", "{n} ways", counts.route);
    const places = n("{n} place", "{n} places", counts.place);
    if (counts.area === 0) return t("You made {ways} and {places}.", { ways, places });
    const areas = n("{n} area", "{n} areas", counts.area);
    return t("You made {ways}, {places} and {areas}.", { ways, places, areas });
  }

  async #finish() {
    const { database, items, outbox, session, sheets, data } = this.page;
    const said = this.#made(items.counts());
    find("#finish-now").disabled = true;
    outbox.stop();
    this.page.photos.stop();
    await call("POST", data.urls.finish, { token: session.token }).catch(() => null);
    await database.clear();
    sessionStorage.clear();
    items.clear();
    find("#thanks-what").textContent = said;
    sheets.open("thanks");
    sheets.hint(t("Finished."));
    document.body.dataset.finished = "true";
  }
}
