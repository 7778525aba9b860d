// What this device still holds: go on with it, or throw it away with a second tap.

import { unfinished } from "../../core/drafts.js";
import { Items } from "../../core/items.js";
import { forgetVisited } from "../../core/offline.js";
import { Tabs } from "../../core/tabs.js";
import { n } from "../../core/texts.js";
import { find } from "../dom.js";

export class GoOn {
  /** `emptied` is called when what was here has been thrown away. */
  constructor(database, emptied) {
    Object.assign(this, { database, emptied });
    find("#discard").addEventListener("click", () => this.#ask(true));
    find("#keep").addEventListener("click", () => this.#ask(false));
    find("#discard-yes").addEventListener("click", () => void this.#discard());
  }

  /** A device that left in the middle of something goes on where it was, and says what is there. */
  async offer() {
    const session = await this.database.get("session", "current");
    if (!session?.map) return;
    const left = find("#go-on");
    find("a", left).href = session.map;
    find("strong", left).textContent = session.alias;
    find("#left-here").textContent = await this.#whatIsHere();
    left.hidden = false;
  }

  async #whatIsHere() {
    const items = new Items(this.database);
    await items.load();
    const counts = items.counts();
    const unsent = items.unsent().length;
    const drawing = (await unfinished(this.database)).length;
    const said = [n("{n} way", "{n} ways", counts.route), n("{n} place", "{n} places", counts.place)];
    if (counts.area > 0) said.push(n("{n} area", "{n} areas", counts.area));
    if (drawing > 0) said.push(n("{n} line that is not finished", "{n} lines that are not finished", drawing));
    if (unsent > 0) said.push(n("{n} thing is not sent yet", "{n} things are not sent yet", unsent));
    return said.join(" · ");
  }

  #ask(asking) {
    find("#discard-sure").hidden = !asking;
    find("#discard").hidden = asking;
    find(asking ? "#keep" : "#discard").focus();
  }

  async #discard() {
    await this.database.clear();
    await forgetVisited();
    (await Tabs.open()).tell({ left: true });
    find("#go-on").hidden = true;
    this.emptied();
  }
}
