// Practice: it says so, and when the teacher begins for real the device starts clean, so that nothing counts by mistake.

import { call } from "../../core/api.js";
import { t } from "../../core/texts.js";
import { find } from "../dom.js";

const ASK_MS = 8000;

export class Practice {
  constructor(page) {
    this.page = page;
  }

  /** Only a device that joined in practice watches. */
  start() {
    if (!this.page.session.practice) return;
    const mark = document.createElement("p");
    mark.className = "demo-mark practice-mark";
    mark.textContent = t("Practice: this does not count");
    find("#map-holder").append(mark);
    this.timer = setInterval(() => void this.#ask(), ASK_MS);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void this.#ask());
  }

  async #ask() {
    const { data, session } = this.page;
    try {
      await call("GET", data.urls.me, { token: session.token });
    } catch (refused) {
      if (refused.code === "practice_over") await this.#over();
    }
  }

  async #over() {
    clearInterval(this.timer);
    const { data, database, items, outbox } = this.page;
    outbox.stop();
    await database.clear();
    sessionStorage.clear();
    items.clear();
    location.replace(`${data.urls.front}k/${data.code}#for-real`);
  }
}
