// An area: say what it is like, draw round it, close it.

import { inside, rounded } from "../../core/lines.js";
import { crosses, polygon, size } from "../../core/rings.js";
import { t } from "../../core/texts.js";
import { AreaDrawing } from "../../map/area_drawing.js";
import { find, findAll } from "../dom.js";

export class AreaTool {
  constructor(page) {
    this.page = page;
    this.answers = null;
    this.drawing = new AreaDrawing(page.map, {
      onChange: () => this.#changed(),
      onCrossing: () => this.#crossed(),
    });
    find("#tool-area").addEventListener("click", () => this.#toggle());
    find("#area-form").addEventListener("change", () => this.#showCategories());
    for (const button of findAll("[data-draw-area]")) {
      button.addEventListener("click", () => this.#begin(button.dataset.drawArea, this.#chosen(), []));
    }
    find("#save-area").addEventListener("click", () => this.finish());
    find("#drop-area").addEventListener("click", () => this.#drop());
    find("#corner-here").addEventListener("click", () => this.atCross());
    find("#move-map-area").addEventListener("click", (event) => this.#moveMap(event.currentTarget));
    page.sheets.onLeave("area-drawing", () => this.finish({ closing: true }));
  }

  get active() {
    return this.page.sheets.present === "area-drawing";
  }

  get canUndo() {
    return this.active && this.drawing.canUndo;
  }

  get canRedo() {
    return this.active && this.drawing.canRedo;
  }

  undo() {
    return this.active && this.drawing.undo();
  }

  redo() {
    return this.active && this.drawing.redo();
  }

  /** A corner where the cross is, for keys and for thumbs that hide what they touch. */
  atCross() {
    if (!this.active) return false;
    const { lng, lat } = this.page.map.getCenter();
    this.drawing.add([lng, lat]);
    return true;
  }

  /** What an earlier page left unfinished goes on. */
  async restore() {
    const draft = await this.page.database.get("session", "area-draft");
    if (!draft || draft.outline.length === 0) return;
    this.#begin(draft.mode, draft.answers, draft.outline);
    this.page.sheets.hint(t("Here is the area you were drawing. Go on, or press Close the area."));
  }

  /** Why a ring cannot be kept, in words with the next step; null if it can. */
  trouble(ring) {
    const { area, residents } = this.page.data;
    if (ring.length < 3) return t("An area needs at least three corners.");
    if (crosses(ring, { closed: true })) return t("The outline would cross itself. Press Undo, or move a corner.");
    if (!ring.every((position) => inside(area, position))) {
      return t("That is outside the border. Press Undo and stay inside it.");
    }
    const metres = size(ring);
    if (metres < residents.smallest_area) {
      return t("The area is too small. Draw at least {n} square metres, or mark a place instead.", {
        n: residents.smallest_area,
      });
    }
    if (metres > residents.largest_area) {
      return t("The area is too large. Draw at most {n} square kilometres at a time.", {
        n: residents.largest_area / 1_000_000,
      });
    }
    return null;
  }

  /** Keep it as an area, if it is one. */
  finish({ closing = false } = {}) {
    const { answers } = this;
    if (!answers) return;
    const ring = rounded(this.drawing.ring);
    const trouble = this.trouble(ring);
    if (trouble) {
      if (closing) this.#putAside(ring, trouble);
      else this.page.sheets.hint(trouble);
      return;
    }
    this.#forget();
    const id = crypto.randomUUID();
    const properties = { kind: "area", ...answers, source: this.page.source };
    this.page.history.step(id, null, { properties, geometry: polygon(ring) });
    if (!closing) this.page.itemSheet.open(id);
  }

  /** Leaving with something that is no area yet: it waits, and Area goes on with it. */
  #putAside(ring, trouble) {
    this.drawing.stop();
    delete document.body.dataset.mode;
    if (ring.length === 0) this.#forget();
    else this.aside = { mode: this.mode, answers: this.answers, strokes: this.drawing.strokes, trouble };
    this.answers = null;
    this.page.showUndo();
  }

  #toggle() {
    if (this.active) {
      this.page.sheets.close();
    } else if (this.aside) {
      const { mode, answers, strokes, trouble } = this.aside;
      this.#begin(mode, answers, strokes);
      this.page.sheets.hint(trouble);
    } else {
      this.page.sheets.toggle("area");
    }
  }

  #chosen() {
    const answers = new FormData(find("#area-form"));
    const group = answers.get("group");
    return { group, category: answers.get(`category-${group}`) };
  }

  #showCategories() {
    const { group } = this.#chosen();
    for (const part of findAll("[data-of-group]")) part.hidden = part.dataset.ofGroup !== group;
  }

  #begin(mode, answers, strokes) {
    Object.assign(this, { mode, answers, aside: null });
    this.page.layers.choose(null);
    this.page.sheets.open("area-drawing");
    this.drawing.start(mode, answers.group, strokes);
    const freehand = mode === "freehand";
    find("#move-map-area").hidden = !freehand;
    find("#corner-here").hidden = freehand;
    document.body.dataset.mode = mode;
    this.#hint();
    this.#show();
    this.page.map.getContainer().focus();
  }

  #hint() {
    const freehand = this.mode === "freehand";
    this.page.sheets.hint(
      freehand
        ? t("Draw all the way round. Two fingers move the map.")
        : t("Tap the corners one after the other, then press Close the area."),
    );
  }

  #moveMap(button) {
    const moving = button.getAttribute("aria-pressed") !== "true";
    if (moving) {
      this.drawing.pause();
      this.page.sheets.hint(t("Now one finger moves the map. Press Move the map again to go on drawing."));
    } else {
      this.drawing.start(this.mode, this.answers.group, this.drawing.strokes);
      this.#hint();
    }
    button.setAttribute("aria-pressed", String(moving));
  }

  #crossed() {
    this.page.sheets.hint(
      this.mode === "freehand"
        ? t("The line crossed itself, so it was taken away. Draw round once, without crossing.")
        : t("That line would cross the outline. Choose another corner."),
    );
    this.#show();
  }

  #changed() {
    const { ring } = this.drawing;
    const trouble = ring.length > 2 ? this.trouble(rounded(ring)) : null;
    if (trouble) this.page.sheets.hint(trouble);
    else this.#hint();
    void this.page.database.put("session", "area-draft", {
      mode: this.mode,
      answers: this.answers,
      outline: this.drawing.strokes,
    });
    this.#show();
  }

  #show() {
    find("#save-area").disabled = this.trouble(rounded(this.drawing.ring)) !== null;
    find("#move-map-area").setAttribute("aria-pressed", "false");
    this.page.showUndo();
  }

  #drop() {
    this.#forget();
    this.page.sheets.close();
  }

  #forget() {
    Object.assign(this, { answers: null, aside: null });
    delete document.body.dataset.mode;
    this.drawing.stop();
    void this.page.database.remove("session", "area-draft");
    this.page.showUndo();
  }
}
