// What the form for a place and the form for a way share: new or change, a draft that survives the page, keep, cancel.

import { t } from "../../core/texts.js";
import { find } from "../dom.js";

const LATER_MS = 300;
const TEXTS = ["comment", "own_name"];

export class ListForm {
  #id = null;

  /** `kind` is the contribution's kind and the panel's name. A form has `stops()`, `putStops(keys)`, `made(before)`. */
  constructor(page, kind) {
    Object.assign(this, { page, kind });
    this.form = find(`#${kind}-form`);
    find(`[data-open-form=${kind}]`)?.addEventListener("click", () => this.add());
    find(`#cancel-${kind}`).addEventListener("click", () => this.#cancel());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#keep();
    });
    for (const name of ["input", "change"]) this.form.addEventListener(name, () => this.changed());
    page.sheets.onLeave(kind, () => void this.#draft());
    addEventListener("pagehide", () => void this.#draft({ last: page.session.since }));
  }

  /** The thing that is being changed, or null for a new one. */
  get before() {
    return this.#id === null ? null : this.page.items.content(this.#id);
  }

  /** A new one, or the one that was left half done. */
  add() {
    if (this.#id !== null) this.#empty();
    this.page.sheets.open(this.kind);
    this.show();
  }

  /** Change this one. */
  edit(id) {
    this.#empty();
    this.#id = id;
    this.#fill(this.before.properties);
    this.page.sheets.open(this.kind);
    this.show();
  }

  /** What an earlier page left half done. */
  async restore() {
    const draft = await this.page.database.get("session", this.#key);
    if (!draft) return;
    if (draft.id && !this.page.items.content(draft.id)) return;
    this.#id = draft.id;
    this.#fill(draft.answers);
    this.putStops(draft.stops);
    this.page.sheets.open(this.kind);
    this.show();
    this.page.sheets.hint(t("Here is what you had begun. Go on, or press Cancel."));
  }

  /** Something in the form changed. */
  changed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.#draft(), LATER_MS);
    this.show();
  }

  /** The answers given, without empty ones. */
  get answers() {
    const given = [...new FormData(this.form)].map(([name, value]) => [name, value.trim()]);
    return Object.fromEntries(given.filter(([, value]) => value !== ""));
  }

  get #key() {
    return `list-${this.kind}`;
  }

  /** Keep it, unless the form says what is missing. */
  #keep() {
    const { before } = this;
    const content = this.made(before);
    if (!content) return;
    const id = this.#id ?? crypto.randomUUID();
    content.properties = cleared({ ...before?.properties, ...this.asked(), ...content.properties });
    this.#forget();
    this.page.things.expect(id);
    this.page.history.step(id, before, content);
    this.page.sheets.close();
    this.page.things.say(id, t("Kept on this device."));
  }

  /** Every question of this form unanswered, so that taking an answer back takes it away. */
  asked() {
    return Object.fromEntries([...this.form.elements].filter((each) => each.name).map((each) => [each.name, ""]));
  }

  #fill(answers) {
    for (const each of this.form.elements) {
      if (!each.name) continue;
      const tray = each.closest("[data-stickers]");
      if (tray && tray.dataset.stickers !== answers.group) continue;
      if (each.type === "radio") each.checked = each.value === (answers[each.name] ?? (each.defaultChecked ? each.value : ""));
      else if (TEXTS.includes(each.name)) each.value = answers[each.name] ?? "";
    }
    const told = ["company", "season", "preferred_mode"].some((name) => answers[name]);
    find("details", this.form).open = told;
  }

  #cancel() {
    this.#forget();
    this.page.sheets.close();
    this.page.sheets.hint(t("Nothing was kept of that."));
  }

  #empty() {
    this.#id = null;
    this.form.reset();
    this.putStops([]);
    find("details", this.form).open = false;
  }

  #forget() {
    clearTimeout(this.timer);
    this.#empty();
    void this.page.database.remove("session", this.#key);
  }

  /** Nothing that was begun is lost; what was not begun is no draft. */
  async #draft({ last } = {}) {
    clearTimeout(this.timer);
    const begun = this.#id !== null || this.stops().length > 0 || TEXTS.some((name) => this.answers[name]);
    if (!begun) return;
    const draft = { id: this.#id, answers: this.answers, stops: this.stops() };
    await this.page.database.put("session", this.#key, draft, { last });
  }
}

function cleared(properties) {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== ""));
}
