// My things without a map: what each is, what it is near, where it is on its way; change, delete, and what is announced.

import { t } from "../../core/texts.js";
import { element, find, findAll } from "../dom.js";
import { saveCopy } from "../participate/copy.js";
import { capital } from "./wording.js";

export class MyThings {
  #expected = new Set();

  constructor(page) {
    this.page = page;
    find("#finish-copy").addEventListener("click", () => this.download());
    page.items.listen((id) => {
      this.show();
      if (id !== null) this.#arrived(id);
    });
  }

  /** Back to the list from wherever one is. */
  open() {
    this.page.sheets.close();
    find("#things-title").focus();
  }

  download() {
    saveCopy(this.page);
  }

  /** The receipt of this one will be announced. */
  expect(id) {
    this.#expected.add(id);
  }

  /** "Lekeparken: favourite place. Kept on this device." */
  say(id, what) {
    const item = this.page.items.get(id);
    if (item) this.page.sheets.hint(`${capital(this.page.wording.title(item))}. ${what}`);
  }

  #arrived(id) {
    const item = this.page.items.get(id);
    if (!item || item.deleted || !this.#expected.has(id) || !["received", "refused"].includes(item.state)) return;
    this.#expected.delete(id);
    this.say(id, item.state === "received" ? t("Received ✓") : this.page.receipts.state(item));
  }

  show() {
    const items = this.page.items.present();
    const held = document.activeElement?.dataset.hold;
    find("#things-empty").hidden = items.length > 0;
    find("#things").replaceChildren(...items.map((item) => this.#row(item)));
    if (held) findAll("[data-hold]").find((each) => each.dataset.hold === held)?.focus();
  }

  #row(item) {
    const { page } = this;
    const { icon, group } = page.words.look(item);
    const title = capital(page.wording.title(item));
    const words = element("div", { class: "thing-words" }, element("b", {}, title));
    if (item.properties.comment) words.append(element("span", {}, item.properties.comment));
    words.append(element("span", { class: "item-state", "data-state": item.state }, page.receipts.state(item)));
    const actions = element("div", { class: "thing-actions" });
    if (item.state === "refused") actions.append(this.#button(t("Try again"), "again", item, title, () => this.#again(item)));
    if (page.forms?.[item.properties.kind]) actions.append(this.#button(t("Change"), "edit", item, title, () => page.forms[item.properties.kind].edit(item.id)));
    actions.append(this.#button(t("Delete"), "delete", item, title, () => this.#delete(item.id, title)));
    return element("li", { class: "thing-row" }, sign(page.data.urls.icons, icon, group), words, actions);
  }

  #button(text, what, item, title, onclick) {
    const hidden = element("span", { class: "unseen" }, `: ${title}`);
    return element("button", { type: "button", class: "button", "data-hold": `${what} ${item.id}`, onclick }, text, hidden);
  }

  #delete(id, title) {
    this.page.history.step(id, this.page.items.content(id), null);
    find("#things-title").focus();
    this.page.sheets.hint(`${title}. ${t("Deleted. Press Undo to get it back.")}`);
  }

  #again(item) {
    this.expect(item.id);
    void this.page.items.mark(item.id, { state: "device" });
    this.page.outbox.wake();
  }
}

function sign(sprite, name, group) {
  const span = element("span", { class: `sticker sticker-${group}` });
  span.innerHTML = `<svg width="32" height="32" aria-hidden="true" focusable="false"><use href="${sprite}#${name}"></use></svg>`;
  return span;
}
