// Stickers: drag one onto the map, or tap it and then tap the place, or put it at the cross.

import { inside } from "../../core/lines.js";
import { t } from "../../core/texts.js";
import { sticker } from "../../map/items.js";
import { find, findAll } from "../dom.js";

const DRAG_PX = 10;
const STICKER_GROUPS = ["activity", "good", "bad", "wish"];

export class StickerTool {
  constructor(page) {
    this.page = page;
    this.inHand = null;
    find("#tool-stickers")?.addEventListener("click", () => this.#toggle());
    for (const button of findAll(".tray-item")) {
      button.addEventListener("click", () => !this.dragged && this.#take(button));
      button.addEventListener("pointerdown", (event) => this.#mayDrag(event, button));
    }
    this.#tabs();
    find("#place-here").addEventListener("click", () => this.atCross());
    find("#back-to-tray").addEventListener("click", () => page.sheets.open("stickers"));
    page.sheets.onLeave("placing", () => this.#putDown());
  }

  /** Place what is in hand where the cross is. */
  atCross() {
    if (!this.inHand) return false;
    this.#place(this.page.map.getCenter());
    return true;
  }

  /** The tray with the stickers of these groups alone. */
  open(groups, title) {
    const tabs = findAll("[role=tab]");
    for (const tab of tabs) tab.hidden = !groups.includes(tab.id.slice("tab-".length));
    find("[role=tablist]").hidden = groups.length < 2;
    const present = tabs.find((tab) => tab.getAttribute("aria-selected") === "true");
    if (present?.hidden) tabs.find((tab) => !tab.hidden)?.click();
    find("#stickers-title").textContent = title;
    this.page.sheets.open("stickers");
  }

  #toggle() {
    const { sheets } = this.page;
    if (["placing", "stickers"].includes(sheets.present)) sheets.close();
    else this.open(STICKER_GROUPS, t("Stickers"));
  }

  #take(button) {
    const { group, category, icon } = button.dataset;
    const { page } = this;
    page.layers.choose(null);
    page.sheets.open("placing");
    this.inHand = { group, category };
    find("#placing-title").replaceChildren(
      sticker(page.data.urls.icons, icon, group, 32),
      document.createTextNode(page.words.entry(group, category).word),
    );
    page.map.on("click", this.#tapped, this);
    page.map.getContainer().classList.add("placing");
    page.sheets.hint(t("Tap the map where it is."));
    page.map.getContainer().focus();
  }

  #putDown() {
    this.inHand = null;
    this.page.map.off("click", this.#tapped, this);
    this.page.map.getContainer().classList.remove("placing");
  }

  #tapped(event) {
    this.#place(event.latlng);
  }

  #place({ lng, lat }) {
    const { page } = this;
    if (!inside(page.data.area, [lng, lat])) {
      page.sheets.hint(t("That is outside the border. Choose a place inside it."));
      return;
    }
    const id = crypto.randomUUID();
    const geometry = { type: "Point", coordinates: [Number(lng.toFixed(6)), Number(lat.toFixed(6))] };
    const properties = { kind: "place", ...this.inHand, source: page.source };
    page.history.step(id, null, { properties, geometry });
    page.itemSheet.open(id);
  }

  /** Follow the pointer from the tray to the map. */
  #mayDrag(down, button) {
    if (down.pointerType === "mouse" && down.button !== 0) return;
    this.dragged = false;
    let ghost = null;
    const move = (event) => {
      if (event.pointerId !== down.pointerId) return;
      const away = Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY);
      if (!ghost && away > DRAG_PX) {
        ghost = sticker(this.page.data.urls.icons, button.dataset.icon, button.dataset.group, 44);
        ghost.classList.add("ghost");
        document.body.append(ghost);
        this.dragged = true;
        find("#sheet-stickers").classList.add("see-through");
      }
      if (ghost) ghost.style.transform = `translate(${event.clientX}px, ${event.clientY}px) translate(-50%, -50%)`;
    };
    const end = (event) => {
      if (event.pointerId !== down.pointerId) return;
      for (const name of ["pointermove", "pointerup", "pointercancel"]) removeEventListener(name, name === "pointermove" ? move : end);
      ghost?.remove();
      find("#sheet-stickers").classList.remove("see-through");
      if (ghost && event.type === "pointerup") this.#dropped(event, button);
      setTimeout(() => (this.dragged = false), 0);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  }

  #dropped(event, button) {
    const { map } = this.page;
    const box = map.getContainer().getBoundingClientRect();
    const sheet = find("#sheet-stickers").getBoundingClientRect();
    const over = (r) => event.clientX >= r.left && event.clientX <= r.right && event.clientY >= r.top && event.clientY <= r.bottom;
    if (!over(box) || over(sheet)) return;
    this.inHand = { group: button.dataset.group, category: button.dataset.category };
    this.#place(map.mouseEventToLatLng(event));
    this.inHand = null;
  }

  /** Tabs as the ARIA practice wants them: arrows move, one tab stop. */
  #tabs() {
    const tabs = findAll("[role=tab]");
    const choose = (tab) => {
      for (const each of tabs) {
        const chosen = each === tab;
        each.setAttribute("aria-selected", String(chosen));
        each.tabIndex = chosen ? 0 : -1;
        find(`#${each.getAttribute("aria-controls")}`).hidden = !chosen;
      }
    };
    for (const tab of tabs) {
      tab.addEventListener("click", () => choose(tab));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const shown = tabs.filter((each) => !each.hidden);
        const following = shown[(shown.indexOf(tab) + step + shown.length) % shown.length];
        choose(following);
        following.focus();
      });
    }
  }
}
