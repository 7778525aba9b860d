// The guided lesson: one step at a time, or all tools at once; how far one has come; and the intro that comes before.

import { n, t } from "../../core/texts.js";
import { element, find, findAll } from "../dom.js";

export class Lesson {
  constructor(page) {
    this.page = page;
    this.steps = findAll("[data-step]").map((part) => ({
      part,
      name: part.dataset.step,
      kind: part.dataset.kind,
      groups: part.dataset.groups.split(" "),
    }));
    this.state = { step: 0, free: !page.data.guided, intro: false };
    this.cards = findAll("[data-card]");
    for (const step of this.steps) find(".lesson-action", step.part).addEventListener("click", () => this.#act(step));
    find("#step-back").addEventListener("click", () => this.#go(this.state.step - 1));
    find("#step-next").addEventListener("click", () => this.#next());
    find("#switch-mode").addEventListener("click", () => this.#switch());
    find("#intro-next")?.addEventListener("click", () => this.#turn(1));
    find("#intro-back")?.addEventListener("click", () => this.#turn(-1));
    find("#map-holder").addEventListener("pointerdown", () => this.#touched(), { capture: true });
    page.sheets.onLeave("welcome", () => this.#introduced());
    page.sheets.onChange = () => this.#sheetChanged();
    page.items.listen(() => this.show());
  }

  get guided() {
    return !this.state.free && this.steps.length > 0;
  }

  get step() {
    return this.steps[this.state.step];
  }

  /** Whether anything has been made in this step. */
  get begun() {
    return this.#made(this.step) > 0;
  }

  /** What an earlier page of this pupil left. */
  async restore() {
    Object.assign(this.state, await this.page.database.get("session", "lesson"));
    this.state.step = Math.max(0, Math.min(this.state.step, this.steps.length - 1));
  }

  /** The intro the first time, then the step or the tools. */
  begin() {
    if (this.state.intro) this.page.sheets.rest();
    else this.introduce();
    this.show();
  }

  introduce() {
    this.card = 0;
    if (this.cards.length > 0) this.#showCard();
    this.page.sheets.toggle("welcome");
  }

  /** The hint when nothing is in hand. */
  restHint() {
    if (this.page.data.residents) return t("Choose My way, Place or Area.");
    if (!this.guided) return t("Choose My way or Stickers.");
    if (this.begun) return t("Good. Make one more, or go to the next step.");
    return t("Press {action}.", { action: find(".lesson-action span", this.step.part).textContent });
  }

  #sheetChanged() {
    this.show();
    queueMicrotask(() => {
      this.#showFirstAction();
      this.page.speech.readPresent();
    });
  }

  show() {
    const { guided } = this;
    const { present } = this.page.sheets;
    if (guided) document.body.dataset.guided = "true";
    else delete document.body.dataset.guided;
    find("#lesson").hidden = !guided || present !== null;
    this.#showProgress();
    if (guided) this.#showStep();
    this.#showFirstAction();
  }

  #showStep() {
    const { step } = this;
    const made = this.#made(step);
    for (const each of this.steps) each.part.hidden = each !== step;
    const action = find(".lesson-action", step.part);
    action.classList.toggle("primary", made === 0);
    this.#word(find("span", action), action, made > 0);
    const last = this.state.step === this.steps.length - 1;
    find("#step-back").disabled = this.state.step === 0;
    const next = find("#step-next");
    next.classList.toggle("primary", made > 0);
    find(".word", next).textContent = last ? t("Finished") : made > 0 ? t("Next") : t("Skip");
  }

  /** The first word of the action is the template's; after something is made it says that there may be more. */
  #word(span, action, again) {
    action.dataset.first ??= span.textContent;
    span.textContent = again ? action.dataset.again : action.dataset.first;
  }

  #showProgress() {
    const counts = this.page.items.counts();
    const made = [n("{n} way", "{n} ways", counts.route), n("{n} place", "{n} places", counts.place)].join(", ");
    const { step } = this.state;
    const line = find("#progress");
    const shown = JSON.stringify([this.guided, step, made, this.steps.map((each) => this.#made(each) > 0)]);
    if (line.dataset.shown === shown) return;
    line.dataset.shown = shown;
    const where = t("Step {n} of {all}", { n: step + 1, all: this.steps.length });
    const between = element("span", { class: "between" }, " · ");
    const parts = this.guided ? [element("b", {}, where), between] : [];
    line.replaceChildren(...parts, element("span", { class: "made" }, made));
    const dots = this.guided ? this.steps.map((each, index) => this.#dot(each, index)) : [];
    find("#dots").replaceChildren(...dots);
  }

  #dot(step, index) {
    const done = this.#made(step) > 0;
    const present = index === this.state.step;
    return element("span", { class: "dot", "data-done": done, "data-present": present }, done ? "✓" : String(index + 1));
  }

  /** Written on the map, large, until it is done for the first time. */
  #showFirstAction() {
    const text = this.#firstAction();
    const sign = find("#first-action");
    sign.hidden = text === null;
    if (text !== null) sign.textContent = text;
  }

  #firstAction() {
    const { present } = this.page.sheets;
    const counts = this.page.items.counts();
    if (present === "drawing" && counts.route === 0 && !this.page.routeTool.canUndo) {
      const freehand = document.body.dataset.mode === "freehand";
      return freehand ? t("Put your finger on the map and draw your way") : t("Tap the map where your way starts");
    }
    if (present === "placing" && counts.place === 0) return t("Tap the map where it is");
    if (present !== null || counts.route + counts.place > 0) return null;
    if (this.page.data.residents) return t("Choose My way, Place or Area");
    if (!this.guided) return t("Choose My way or Stickers");
    return this.step.kind === "route" ? t("Draw your way here") : t("Put a sticker here");
  }

  /** Nothing covers what is being drawn. */
  #touched() {
    if (this.page.sheets.present === "drawing") find("#first-action").hidden = true;
  }

  #act(step) {
    if (step.kind === "route") this.page.sheets.open("route");
    else this.page.stickerTool.open(step.groups, find(".lesson-title", step.part).textContent);
  }

  #next() {
    if (this.state.step === this.steps.length - 1) find("#tool-finish").click();
    else this.#go(this.state.step + 1);
  }

  #go(step) {
    this.state.step = step;
    this.#keep();
    this.show();
    this.page.sheets.rest();
    find("#lesson .sheet-body").scrollTop = 0;
    find(".lesson-title", this.step.part).focus();
    this.page.speech.readPresent();
  }

  #switch() {
    this.page.sheets.close();
    this.state.free = this.guided;
    this.#keep();
    this.show();
    this.page.sheets.rest();
    this.page.speech.readPresent();
  }

  #turn(by) {
    this.card += by;
    this.#showCard();
    find("h2", this.cards[this.card]).focus();
    this.page.speech.readPresent();
  }

  #showCard() {
    const last = this.card === this.cards.length - 1;
    this.cards.forEach((card, index) => (card.hidden = index !== this.card));
    find("#intro-back").disabled = this.card === 0;
    find("#intro-next").hidden = last;
    find("#sheet-welcome .skip-words").hidden = last;
    find("#sheet-welcome .start-words").hidden = !last;
    const close = find("#sheet-welcome [data-close]");
    close.classList.toggle("primary", last);
    close.classList.toggle("quiet", !last);
    find("#sheet-welcome .sheet-body").scrollTop = 0;
  }

  #introduced() {
    this.state.intro = true;
    this.#keep();
  }

  #made(step) {
    const belongs = ({ kind, group }) => kind === step.kind && (kind === "route" || step.groups.includes(group));
    return this.page.items.present().filter((item) => belongs(item.properties)).length;
  }

  #keep() {
    void this.page.database.put("session", "lesson", { ...this.state });
  }
}
