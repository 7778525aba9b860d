// Sheets for the printer.

import { find } from "./dom.js";

find("#print").addEventListener("click", () => print());
