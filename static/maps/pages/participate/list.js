// My things as a list: what each is, where it is, and what can be done with it without the map.

import { t } from "../../core/texts.js";
import { sticker } from "../../map/items.js";
import { element, find } from "../dom.js";
import { saveCopy } from "./copy.js";

export class List {
  constructor(page) {
    this.page = page;
    find("#tool-list").addEventListener("click", () => {
      page.sheets.toggle("list");
      this.#show();
    });
    for (const id of ["#save-copy", "#finish-copy"]) find(id).addEventListener("click", () => this.download());
    page.items.listen(() => page.sheets.present === "list" && this.#show());
  }

  open() {
    this.page.sheets.open("list");
    this.#show();
  }

  download() {
    saveCopy(this.page);
  }

  #show() {
    const { items } = this.page;
    const unsent = items.unsent();
    const waiting = new Set(unsent.map((item) => item.id));
    const rows = [...unsent, ...items.present().filter((item) => !waiting.has(item.id))];
    find("#list-empty").hidden = rows.length > 0;
    find("#copy").hidden = rows.length === 0;
    const focus = document.activeElement?.dataset?.for;
    find("#things").replaceChildren(...rows.map((item) => this.#row(item, waiting.has(item.id))));
    if (focus) find(`[data-for="${focus}"]`)?.focus();
  }

  #row(item, waiting) {
    const { page } = this;
    const { icon, group, label } = page.words.look(item);
    const state = element("span", { class: "item-state", "data-state": item.state }, page.receipts.state(item));
    const words = element("span", { class: "thing-words" }, element("b", {}, label), state);
    const face = [sticker(page.data.urls.icons, icon, group, 32), words];
    const open = item.deleted
      ? element("div", { class: "thing gone" }, ...face)
      : element("button", { type: "button", class: "thing", onclick: () => page.itemSheet.open(item.id), "data-for": item.id }, ...face);
    const row = element("li", {}, open);
    if (item.rival) row.append(...this.#rivals(item));
    if (waiting) row.append(element("div", { class: "thing-actions" }, ...this.#actions(item)));
    return row;
  }

  #actions(item) {
    const button = (text, act) => this.#button(item, text, act);
    const retry = button(t("Try again"), () => this.#again(item));
    if (!item.deleted) return [retry, button(t("Delete"), () => this.#delete(item))];
    if (item.state !== "refused") return [retry];
    return [retry, button(t("Take it off the list"), () => this.page.items.drop(item.id))];
  }

  #rivals(item) {
    const { items, outbox } = this.page;
    const settle = (other) => void items.settle(item.id, { other }).then(() => outbox.wake());
    return [
      element("p", { class: "thing-note" }, t("You changed this in two windows. Both are kept.")),
      element(
        "div",
        { class: "thing-actions" },
        this.#button(item, t("Keep this one"), () => settle(false)),
        this.#button(item, t("Take the other one"), () => settle(true)),
      ),
    ];
  }

  #button(item, text, act) {
    return element("button", { type: "button", class: "button quiet", onclick: act, "data-for": `${item.id} ${text}` }, text);
  }

  #delete(item) {
    const { history, items, receipts } = this.page;
    const before = items.content(item.id);
    if (before) history.step(item.id, before, null);
    receipts.say(t("Deleted. Press Undo to get it back."));
  }

  #again(item) {
    void this.page.items.mark(item.id, { state: "device" });
    this.page.outbox.wake({ asked: true });
  }
}
