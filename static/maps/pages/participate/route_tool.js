// My way: choose, draw, done.

import { inside, length, rounded } from "../../core/lines.js";
import { t } from "../../core/texts.js";
import { Drawing } from "../../map/drawing.js";
import { find, findAll } from "../dom.js";

const SHORTEST_M = 10;

export class RouteTool {
  constructor(page) {
    this.page = page;
    this.drawing = new Drawing(page.map, { onChange: () => this.#changed() });
    find("#tool-route")?.addEventListener("click", () => this.#toggle());
    for (const button of findAll("[data-draw]")) {
      button.addEventListener("click", () => this.#begin(button.dataset.draw, this.#answers(), []));
    }
    find("#save-route").addEventListener("click", () => this.finish());
    find("#drop-route").addEventListener("click", () => this.#drop());
    find("#point-here").addEventListener("click", () => this.atCross());
    find("#move-map").addEventListener("click", (event) => this.#moveMap(event.currentTarget));
    page.sheets.onLeave("drawing", () => this.finish({ closing: true }));
  }

  get active() {
    return this.page.sheets.present === "drawing";
  }

  get canUndo() {
    return this.active && this.drawing.strokes.length > 0;
  }

  get canRedo() {
    return this.active && this.drawing.undone.length > 0;
  }

  undo() {
    return this.active && this.drawing.undo();
  }

  redo() {
    return this.active && this.drawing.redo();
  }

  /** A vertex where the cross is, for keys and for thumbs that hide what they touch. */
  atCross() {
    if (!this.active) return false;
    const { lng, lat } = this.page.map.getCenter();
    this.drawing.add([lng, lat]);
    return true;
  }

  /** What an earlier page left unfinished goes on. */
  async restore() {
    const draft = await this.page.database.get("session", "draft");
    if (!draft || draft.strokes.length === 0) return;
    this.#begin(draft.mode, draft.answers, draft.strokes);
    this.page.sheets.hint(t("Here is the way you were drawing. Go on, or press The way is done."));
  }

  /** Keep the line as a route, if it is one. */
  finish({ closing = false } = {}) {
    const line = rounded(this.drawing.positions);
    const { answers } = this;
    if (!answers) return;
    if (line.length < 2 || length(line) < SHORTEST_M) {
      if (closing) this.#forget();
      else this.page.sheets.hint(t("Draw the line a little longer."));
      return;
    }
    this.#forget();
    const id = crypto.randomUUID();
    const geometry = { type: "LineString", coordinates: line };
    this.page.history.step(id, null, { properties: { kind: "route", ...answers, source: this.page.source }, geometry });
    if (!closing) this.page.itemSheet.open(id);
  }

  #toggle() {
    if (this.active) this.page.sheets.close();
    else this.page.sheets.toggle("route");
  }

  #answers() {
    return Object.fromEntries(new FormData(find("#route-form")));
  }

  #begin(mode, answers, strokes) {
    this.answers = answers;
    this.mode = mode;
    this.page.layers.choose(null);
    this.page.sheets.open("drawing");
    this.drawing.start(mode, strokes);
    this.#show();
    const freehand = mode === "freehand";
    find("#move-map").hidden = !freehand;
    find("#point-here").hidden = freehand;
    document.body.dataset.mode = mode;
    this.page.sheets.hint(
      freehand
        ? t("Draw your way. Two fingers move the map.")
        : t("Tap where your way goes, point by point."),
    );
    this.page.map.getContainer().focus();
  }

  #moveMap(button) {
    const moving = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(moving));
    const { strokes } = this.drawing;
    if (moving) {
      this.drawing.pause();
      this.page.sheets.hint(t("Now one finger moves the map. Press Move the map again to go on drawing."));
    } else {
      this.drawing.start(this.mode, strokes);
      this.page.sheets.hint(t("Draw your way. Two fingers move the map."));
    }
  }

  #changed() {
    const { positions } = this.drawing;
    const last = positions.at(-1);
    if (last && !inside(this.page.data.area, last)) {
      this.page.sheets.hint(t("That is outside the border. Press Undo and stay inside it."));
    }
    void this.page.database.put("session", "draft", {
      mode: this.mode,
      answers: this.answers,
      strokes: this.drawing.strokes,
    });
    this.#show();
  }

  #show() {
    find("#save-route").disabled = this.drawing.positions.length < 2;
    find("#move-map").setAttribute("aria-pressed", "false");
    this.page.showUndo();
  }

  #drop() {
    this.#forget();
    this.page.sheets.close();
  }

  #forget() {
    this.answers = null;
    delete document.body.dataset.mode;
    this.drawing.stop();
    this.drawing.strokes = [];
    this.drawing.undone = [];
    void this.page.database.remove("session", "draft");
    this.page.showUndo();
  }
}
