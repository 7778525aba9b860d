// A residents' map that is not open now: what this device still holds can be looked at, saved or thrown away.

import { openDatabase } from "../core/database.js";
import { speak } from "../core/texts.js";
import { find, pageData } from "./dom.js";
import { GoOn } from "./join/go_on.js";

speak(pageData());
await new GoOn(await openDatabase(), () => find("h1").focus()).offer();
document.body.dataset.ready = "true";
