// Reads aloud what one touches, with a voice that lives on this device; where there is none, nothing offers it.

import { find, findAll } from "../dom.js";

// Written forms that the voices of another may read.
const ALSO = { nb: ["no"], nn: ["no", "nb"] };

export class Speech {
  constructor(page) {
    this.page = page;
    this.on = false;
    this.voice = null;
    this.button = find("#read-aloud");
    this.button.addEventListener("click", () => this.#switch());
    const spoken = globalThis.speechSynthesis;
    spoken?.addEventListener?.("voiceschanged", () => this.#choose());
    document.addEventListener("focusin", (event) => this.#readTouched(event.target));
    document.addEventListener("change", (event) => this.#readTouched(event.target));
    addEventListener("pagehide", () => spoken?.cancel());
    this.#choose();
  }

  async restore() {
    this.on = (await this.page.database.get("session", "aloud")) === true;
    this.#show();
  }

  /** The open sheet's heading and the hint (of the intro, the whole card); otherwise the step or the hint. */
  readPresent() {
    const { lesson, sheets } = this.page;
    const { present } = sheets;
    const sheet = present === null ? null : find(`[data-sheet=${present}]`);
    if (present === "welcome") this.say(...this.#words(sheet, "h2, .steps li, .promise"));
    else if (sheet) this.say(...this.#words(sheet, "h2, .kind-word"), find("#hint").textContent);
    else if (lesson.guided && !lesson.begun) this.say(...this.#words(lesson.step.part, ".lesson-title, .lesson-say"));
    else this.say(find("#hint").textContent);
  }

  /** Say these, after one another; what is being said stops. */
  say(...texts) {
    const text = texts.map((each) => each.trim()).filter(Boolean).join(". ").replace(/([.?]+)\. /g, "$1 ");
    if (!this.on || !this.voice || text === "") return;
    const said = new SpeechSynthesisUtterance(text);
    said.voice = this.voice;
    said.lang = this.voice.lang;
    speechSynthesis.cancel();
    speechSynthesis.speak(said);
  }

  #words(within, selector) {
    return findAll(selector, within)
      .filter((part) => part.checkVisibility())
      .map((part) => part.textContent);
  }

  #readTouched(target) {
    const touched = target.closest?.(".choice, .tray-item, .tab, .thing");
    if (touched) this.say(touched.textContent.replace(/\s+/g, " "));
  }

  /** Voices of the network would send the words away: only those of the device will do. */
  #choose() {
    const { language } = this.page.data;
    const wanted = [language, ...(ALSO[language] ?? [])];
    const voices = (globalThis.speechSynthesis?.getVoices() ?? []).filter((voice) => voice.localService);
    const speaks = (code) => voices.find((voice) => voice.lang.toLowerCase().split(/[-_]/)[0] === code);
    this.voice = wanted.map(speaks).find(Boolean) ?? null;
    this.#show();
  }

  #show() {
    this.button.hidden = this.voice === null;
    this.button.setAttribute("aria-pressed", String(this.on));
  }

  #switch() {
    this.on = !this.on;
    void this.page.database.put("session", "aloud", this.on);
    this.#show();
    if (this.on) this.readPresent();
    else speechSynthesis.cancel();
  }
}
