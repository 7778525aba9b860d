// My things as a list: what each is, where it is, and a way to it without the map.

import { t } from "../../core/texts.js";
import { sticker } from "../../map/items.js";
import { element, find } from "../dom.js";

export class List {
  constructor(page) {
    this.page = page;
    find("#tool-list").addEventListener("click", () => {
      page.sheets.toggle("list");
      this.#show();
    });
    page.items.listen(() => page.sheets.present === "list" && this.#show());
  }

  #show() {
    const { page } = this;
    const items = page.items.present();
    find("#list-empty").hidden = items.length > 0;
    find("#things").replaceChildren(...items.map((item) => this.#row(item)));
  }

  #row(item) {
    const { page } = this;
    const { icon, group, label } = page.words.look(item);
    const open = element("button", { type: "button", class: "thing", onclick: () => page.itemSheet.open(item.id) });
    const state = element("span", { class: "item-state", "data-state": item.state }, page.receipts.state(item));
    open.append(
      sticker(page.data.urls.icons, icon, group, 32),
      element("span", { class: "thing-words" }, element("b", {}, label), state),
    );
    const again = element("button", { type: "button", class: "button quiet", onclick: () => this.#again(item) }, t("Try again"));
    return element("li", {}, open, item.state === "refused" ? again : null);
  }

  #again(item) {
    void this.page.items.mark(item.id, { state: "device" });
    this.page.outbox.wake();
  }
}
