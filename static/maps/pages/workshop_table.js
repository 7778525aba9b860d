// The planner's table of a workshop: the shelf's form goes to the input that is chosen.

import { find } from "./dom.js";

const form = find("#shelve");
form?.addEventListener("submit", () => {
  form.action = find("#shelve-input").value;
});
