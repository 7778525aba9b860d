// An area: what it lies round, and how far it reaches from there.

import { inside, rounded } from "../../core/lines.js";
import { circle, polygon } from "../../core/rings.js";
import { t } from "../../core/texts.js";
import { find } from "../dom.js";
import { PlaceForm } from "./place_form.js";

export class AreaForm extends PlaceForm {
  constructor(page) {
    super(page, "area");
  }

  /** The name in the middle and the metres from it. */
  stops() {
    const [key] = super.stops();
    return key ? [key, this.#reach] : [];
  }

  putStops([key, reach]) {
    super.putStops([key]);
    if (reach) find(`[name=reach][value="${reach}"]`, this.form).checked = true;
  }

  get answers() {
    const { reach, ...given } = super.answers;
    return given;
  }

  /** How far it reaches is asked together with what it lies round. */
  show() {
    super.show();
    find("#area-reach").hidden = this.before !== null && !this.box.chosen;
  }

  get unsaid() {
    return t("Choose what you want to say about the area.");
  }

  geometry(at) {
    return polygon(rounded(circle(at, Number(this.#reach))));
  }

  trouble({ coordinates: [ring] }) {
    const within = ring.every((position) => inside(this.page.data.area, position));
    return within ? null : t("A part of this area lies outside the border. Choose a shorter distance, or another name.");
  }

  get #reach() {
    return find("[name=reach]:checked", this.form).value;
  }
}
