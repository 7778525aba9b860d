// My way: choose, draw, done.

import { economical, inside, length, rounded } from "../../core/lines.js";
import { follow, networkAt } from "../../core/network.js";
import { t } from "../../core/texts.js";
import { CLOSE_ENOUGH, Drawing } from "../../map/drawing.js";
import { find, findAll } from "../dom.js";

const SHORTEST_M = 10;
const NEAR_STREET = { px: 36, least_m: 12, most_m: 60 };

export class RouteTool {
  constructor(page) {
    this.page = page;
    this.network = null;
    this.following = true;
    this.dropped = null;
    this.drawing = new Drawing(page.map, {
      onChange: () => this.#changed(),
      onFar: (latlng) => this.#closer(latlng),
      onPen: () => page.sheets.hint(t("The pen draws. Fingers move the map.")),
      reach: (from, to) => this.#reach(from, to),
    });
    find("#tool-route")?.addEventListener("click", () => this.#toggle());
    for (const button of findAll("[data-draw]")) {
      button.addEventListener("click", () => this.#begin(button.dataset.draw, this.#answers(), []));
    }
    find("#save-route").addEventListener("click", () => this.finish());
    find("#drop-route").addEventListener("click", () => this.#drop());
    find("#point-here").addEventListener("click", () => this.atCross());
    find("#move-map").addEventListener("click", (event) => this.#moveMap(event.currentTarget));
    find("#follow-street").addEventListener("click", () => this.#follow(!this.following));
    for (const button of findAll("[data-switch]")) button.addEventListener("click", () => this.#switch(button.dataset.switch));
    page.sheets.onLeave("drawing", () => this.finish({ closing: true }));
  }

  get active() {
    return this.page.sheets.present === "drawing";
  }

  get canUndo() {
    return this.active ? this.drawing.strokes.length > 0 : this.dropped?.depth === this.page.history.depth;
  }

  get canRedo() {
    return this.active && this.drawing.undone.length > 0;
  }

  /** A stretch less; or the line back that was cancelled last. */
  undo() {
    if (this.active) return this.drawing.undo();
    if (!this.canUndo) return false;
    const { mode, answers, strokes } = this.dropped;
    this.#begin(mode, answers, strokes);
    this.#changed();
    this.page.sheets.hint(t("Here is the way you were drawing. Go on, or press The way is done."));
    return true;
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
    const draft = await this.page.drafts.take();
    if (!draft) return;
    this.following = draft.following ?? true;
    this.#begin(draft.mode, draft.answers, draft.strokes);
    this.page.sheets.hint(t("Here is the way you were drawing. Go on, or press The way is done."));
  }

  /** Keep the line in hand, with the stroke that the finger is drawing. */
  keepDraft({ last } = {}) {
    if (!this.answers) return;
    const { mode, answers, following, drawing } = this;
    void this.page.drafts.keep({ mode, answers, following, strokes: drawing.inHand }, { last });
  }

  /** Keep the line as a route, if it is one. */
  finish({ closing = false } = {}) {
    const line = rounded(economical(this.drawing.positions));
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
    void this.#loadNetwork();
  }

  #answers() {
    return Object.fromEntries(new FormData(find("#route-form")));
  }

  #begin(mode, answers, strokes) {
    this.dropped = null;
    this.answers = answers;
    this.page.layers.choose(null);
    this.page.sheets.open("drawing");
    void this.#loadNetwork();
    this.#use(mode, strokes);
    if (this.page.map.getZoom() < CLOSE_ENOUGH[mode]) this.#closer(this.page.map.getCenter());
  }

  /** Draw in this way from now on. */
  #use(mode, strokes, undone = []) {
    this.mode = mode;
    this.drawing.start(mode, strokes, undone);
    document.body.dataset.mode = mode;
    find("#sheet-drawing").dataset.mode = mode;
    this.#show();
    this.page.sheets.hint(this.#explained());
    this.page.map.getContainer().focus();
  }

  #explained() {
    if (this.mode === "freehand") return t("Draw your way. Two fingers move the map.");
    if (this.network && this.following) return t("Tap where your way goes. The line follows the street.");
    return t("Tap where your way goes, point by point.");
  }

  /** From finger to points and back, in the middle of a line. */
  #switch(mode) {
    const { strokes, undone } = this.drawing;
    this.#use(mode, strokes, undone);
    if (mode === "tap") this.page.sheets.hint(t("Move the map until the cross is on your way, then press Point at the cross."));
    this.keepDraft();
  }

  #moveMap(button) {
    const moving = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(moving));
    const { strokes, undone } = this.drawing;
    if (moving) {
      this.drawing.pause();
      this.page.sheets.hint(t("Now one finger moves the map. Press Move the map again to go on drawing."));
    } else {
      this.drawing.start(this.mode, strokes, undone);
      this.page.sheets.hint(t("Draw your way. Two fingers move the map."));
    }
  }

  #follow(following) {
    this.following = following;
    this.#show();
    this.page.sheets.hint(
      following
        ? t("The line follows the street to where you tap.")
        : t("The line goes straight to where you tap. Good for short cuts."),
    );
    this.keepDraft();
  }

  /** Along the streets where there are some, if the child wants that for this stretch. */
  #reach(from, to) {
    if (!this.network || !this.following || this.mode !== "tap") return [to];
    const { px, least_m: least, most_m: most } = NEAR_STREET;
    const tolerance = Math.max(least, Math.min(most, px * this.drawing.metresPerPixel));
    return follow(this.network, from, to, tolerance);
  }

  /** Too far away to hit a street: come closer, and say why. */
  #closer(latlng) {
    this.page.map.setZoomAround(latlng, CLOSE_ENOUGH[this.mode]);
    this.page.sheets.hint(t("We zoomed in a little, so that you can hit the streets. Draw now."));
  }

  async #loadNetwork() {
    const { network: address } = this.page.data;
    if (!address || this.network) return;
    const explained = this.#explained();
    this.network = await networkAt(address);
    if (!this.network || !this.active) return;
    this.#show();
    if (find("#hint").textContent === explained) this.page.sheets.hint(this.#explained());
  }

  #changed() {
    const { positions } = this.drawing;
    const last = positions.at(-1);
    if (last && !inside(this.page.data.area, last)) {
      this.page.sheets.hint(t("That is outside the border. Press Undo and stay inside it."));
    }
    this.keepDraft();
    this.#show();
  }

  #show() {
    const freehand = this.mode === "freehand";
    find("#save-route").disabled = this.drawing.positions.length < 2;
    find("#move-map").setAttribute("aria-pressed", "false");
    find("#move-map").hidden = !freehand;
    find("#point-here").hidden = freehand;
    find("#follow-street").hidden = freehand || this.network === null;
    find("#follow-street").setAttribute("aria-pressed", String(this.following));
    for (const button of findAll("[data-switch]")) button.hidden = button.dataset.switch === this.mode;
    this.page.showUndo();
  }

  /** Cancelling can be undone, too. */
  #drop() {
    const { mode, answers } = this;
    const { strokes } = this.drawing;
    this.#forget();
    if (strokes.length > 0) this.dropped = { mode, answers, strokes, depth: this.page.history.depth };
    this.page.sheets.close();
    this.page.showUndo();
    if (this.dropped) this.page.receipts.say(t("The line is gone. Press Undo to get it back."));
  }

  #forget() {
    this.answers = null;
    delete document.body.dataset.mode;
    this.drawing.stop();
    this.drawing.strokes = [];
    this.drawing.undone = [];
    void this.page.drafts.forget();
    this.page.showUndo();
  }
}
