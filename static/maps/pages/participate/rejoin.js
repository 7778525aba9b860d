// The key is over in the middle of a lesson: the class code once more, and everything goes on where it was.

import { call } from "../../core/api.js";
import { t } from "../../core/texts.js";
import { find } from "../dom.js";

export class Rejoin {
  constructor(page) {
    this.page = page;
    this.field = find("#rejoin-code");
    find("#rejoin-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  /** Say what has happened and offer the way back, without taking anything out of the hand. */
  offer(refused) {
    const { notices, sheets } = this.page;
    notices.set("token", `${refused.title || t("Your time with this code is over.")} ${t("Everything you made is still here.")}`, {
      label: t("Type the class code again"),
      act: () => sheets.open("rejoin"),
    });
  }

  async #submit() {
    const { page } = this;
    const trouble = find("#rejoin-trouble");
    trouble.hidden = true;
    try {
      const body = { code: this.field.value, token: page.session.token };
      const joined = await call("POST", page.data.urls.join, { body });
      if (joined.arena.id !== page.session.arena) throw { title: t("That is the code of another class."), step: "" };
      await this.#goOn(joined);
    } catch (refused) {
      if (refused instanceof TypeError) throw refused;
      const away = refused.status === 0;
      trouble.textContent = away ? t("We cannot reach the server.") : `${refused.title} ${refused.step}`.trim();
      trouble.hidden = false;
      this.field.focus();
    }
  }

  async #goOn(joined) {
    const { page } = this;
    const { token, alias, expires } = joined;
    const stranger = alias !== page.session.alias;
    page.session = { ...page.session, token, alias, expires };
    await page.database.put("session", "current", page.session);
    page.tabs.tell({ session: true });
    if (stranger) await page.items.adopt();
    find("#who").textContent = alias;
    page.notices.clear("token");
    page.sheets.close();
    page.receipts.say(t("You are back. What was not sent is sent now."));
    page.outbox.wake({ asked: true });
  }
}
