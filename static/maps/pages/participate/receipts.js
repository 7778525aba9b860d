// The line that says where everything is: on this device, on its way, received. What is not sent opens the list.

import { n, t } from "../../core/texts.js";
import { clock, find } from "../dom.js";

const SAYING_MS = 4000;

export class Receipts {
  constructor(page) {
    this.page = page;
    page.items.listen(() => this.#show());
    page.photos?.listen(() => this.#show());
    page.outbox.onRefused = (refused) => this.#refused(refused);
    page.outbox.onReceived = () => page.notices.clear("token");
    find("#unsent-count").addEventListener("click", () => page.list.open());
  }

  /** A short remark in the hint line. */
  say(text) {
    this.page.sheets.hint(text);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.page.sheets.present === null && this.page.sheets.rest(), SAYING_MS);
  }

  /** Where one thing is, in words. */
  state(item) {
    const { language } = this.page.data;
    if (item.deleted) return t("Deleted here. The server has not been told yet.");
    if (item.state === "received") {
      const time = clock(item.receivedAt, language);
      const kept = item.stored === null ? ` ${t("It lay near a home, so only your answers are kept, not the line.")}` : "";
      return t("Received ✓ {time}, number {id}", { time, id: item.shortId }) + kept;
    }
    if (item.state === "sending") return t("Sending …");
    if (item.state === "refused") return `${item.problem.title} ${item.problem.step} (${item.problem.code})`;
    return t("On this device, not sent yet");
  }

  #show() {
    const counts = this.page.items.counts();
    const made = [
      n("{n} way", "{n} ways", counts.route),
      n("{n} place", "{n} places", counts.place),
      ...(counts.area > 0 ? [n("{n} area", "{n} areas", counts.area)] : []),
    ].join(", ");
    const where = [];
    if (counts.received > 0) where.push(n("{n} received ✓", "{n} received ✓", counts.received));
    if (counts.sending > 0) where.push(n("{n} being sent", "{n} being sent", counts.sending));
    if (counts.device > 0) where.push(n("{n} on this device", "{n} on this device", counts.device));
    if (counts.refused > 0) where.push(n("{n} needs your help", "{n} need your help", counts.refused));
    const photos = this.page.photos?.unsent().length ?? 0;
    if (photos > 0) where.push(n("{n} photo on this device", "{n} photos on this device", photos));
    const line = find("#receipt");
    const text = where.length > 0 ? `${made} · ${where.join(" · ")}` : t("What you make is kept here and sent at once.");
    if (line.textContent !== text) line.textContent = text;
    line.dataset.state = counts.refused > 0 ? "refused" : counts.device + counts.sending + photos > 0 ? "device" : "received";
    if (counts.device + counts.refused === 0) this.page.notices.clear("server");
    this.#count(counts.device + counts.sending + counts.refused);
  }

  /** The counter comes when something waits, not at every stroke that is sent in a moment. */
  #count(unsent) {
    const button = find("#unsent-count");
    clearTimeout(this.counting);
    const show = () => {
      button.hidden = unsent === 0;
      button.textContent = n("{n} not sent", "{n} not sent", unsent);
    };
    if (unsent === 0 || !button.hidden) show();
    else this.counting = setTimeout(show, 1000);
  }

  #refused(refused) {
    const { notices, rejoin } = this.page;
    if (refused.status === 401) {
      rejoin.offer(refused);
      return;
    }
    const away = refused.status === 0 || !refused.title;
    notices.set(
      "server",
      away
        ? t("No contact with the server. Go on: everything is kept here and sent by itself.")
        : `${refused.title} ${refused.step} (${refused.code})`,
    );
  }
}
