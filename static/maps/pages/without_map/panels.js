// One thing at a time: a form, or the list of what one has made. What the map page calls a sheet.

import { find } from "../dom.js";
import { Sheets } from "../participate/sheets.js";

export class Panels extends Sheets {
  open(name) {
    super.open(name);
    find("#home").hidden = true;
    find(`[data-sheet=${name}]`).scrollIntoView({ block: "start" });
  }

  close() {
    find("#home").hidden = false;
    super.close();
  }

  /** What was said last stays. */
  rest() {}
}
