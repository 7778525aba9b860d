// A group that draws together: how many walk along, and changing it when somebody comes or goes.

import { call } from "../../core/api.js";
import { n } from "../../core/texts.js";
import { find } from "../dom.js";

export class Group {
  constructor(page) {
    this.page = page;
    const form = find("#group-form");
    if (!form) return;
    find("#group-count").value = page.session.head_count ?? "";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#change();
    });
    this.#show();
  }

  async #change() {
    const { data, session, database } = this.page;
    const field = find("#group-count");
    const said = find("#group-said");
    field.removeAttribute("aria-invalid");
    try {
      const body = { head_count: field.value === "" ? null : field.valueAsNumber };
      session.head_count = (await call("PUT", data.urls.me, { body, token: session.token })).head_count;
      await database.put("session", "current", session);
      said.textContent = n("Now you are {n} child.", "Now you are {n} children.", session.head_count);
      this.#show();
    } catch (refused) {
      field.setAttribute("aria-invalid", "true");
      said.textContent = `${refused.title} ${refused.step} (${refused.code})`;
    }
  }

  /** The number beside the pseudonym. */
  #show() {
    const { session } = this.page;
    const count = n("{n} child", "{n} children", session.head_count ?? 1);
    find("#who").textContent = `${session.alias} · ${count}`;
  }
}
