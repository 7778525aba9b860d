// What the colours of the heat stand for at this zoom and under this filter: numbers along the ramp, and a sentence.

import { call } from "../../core/api.js";
import { t } from "../../core/texts.js";
import { element, find } from "../dom.js";

const MEANINGS = {
  place: (metres) => t("About how many children are within {m} m.", { m: metres }),
  route: (metres) => t("About how many children go there, within {m} m.", { m: metres }),
  difference: (metres) => t("About how many more children, within {m} m.", { m: metres }),
};

/** One heat layer's legend: `show(query)` asks for its numbers and writes them below its ramp. */
export class HeatScale {
  constructor(kind, address, minimum) {
    Object.assign(this, { kind, address, minimum, asked: null });
    this.ticks = find(`[data-ticks=${kind}]`);
    this.meaning = find(`[data-meaning=${kind}]`);
  }

  async show(query) {
    if (query === this.asked) return;
    this.asked = query;
    let scale;
    try {
      scale = await call("GET", `${this.address}?${query}`);
    } catch {
      if (query === this.asked) this.write([], t("We cannot reach the server."));
      return;
    }
    if (query !== this.asked) return;
    const none = t("Nowhere as many as {n} children under this filter.", { n: this.minimum });
    this.write(scale.ticks, scale.ticks.length > 0 ? MEANINGS[this.kind](number(scale.metres)) : none);
  }

  write(ticks, words) {
    this.ticks.replaceChildren(...(this.kind === "difference" ? bothSides(ticks) : ticks).map(tick));
    this.meaning.textContent = words;
  }
}

/** From the middle of the ramp to both its ends; the words at the ends say of which there are more. */
function bothSides(ticks) {
  const few = ticks.length > 2 ? [ticks[0], ticks.at(-1)] : ticks;
  const sides = few.map(({ at, people }) => [{ at: (1 - at) / 2, people }, { at: (1 + at) / 2, people }]);
  return sides.flat().sort((a, b) => a.at - b.at);
}

function tick({ at, people }) {
  const item = element("li", {}, number(people), element("span", { class: "unseen" }, ` ${t("children")}`));
  item.style.insetInlineStart = `${100 * at}%`;
  item.style.translate = `${-100 * at}%`;
  return item;
}

function number(value) {
  return value.toLocaleString(document.documentElement.lang);
}
