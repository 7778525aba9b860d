// Nothing in hand is lost when the page goes: what is half written or half drawn is kept as soon as it may disappear, and
// the answers of a sheet that has not been used yet come back.

import { findAll } from "../dom.js";

const OWN = ["item-form", "rejoin-form"];

/** Start keeping; resolves when what an earlier page left is in its fields again. */
export async function keepEverything(page) {
  addEventListener("pagehide", () => hurry(page));
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && hurry(page));
  const forms = findAll("form[id]").filter((form) => !OWN.includes(form.id));
  const answers = (await page.database.get("session", "answers")) ?? {};
  for (const form of forms) {
    for (const [name, value] of Object.entries(answers[form.id] ?? {})) restore(form, name, value);
    form.addEventListener("change", () => {
      answers[form.id] = Object.fromEntries(new FormData(form));
      void page.database.put("session", "answers", answers);
    });
  }
}

/** Everything here is asked for before the browser takes the page away; there may be no later. */
function hurry(page) {
  if (document.body.dataset.finished) return;
  const { since } = page.session;
  page.itemSheet.flush();
  page.items.hurry(since);
  page.routeTool.keepDraft({ last: since });
}

function restore(form, name, value) {
  for (const field of findAll("input, select, textarea", form).filter((each) => each.name === name)) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
    else field.value = value;
  }
}
