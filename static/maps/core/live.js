// Figures that follow the server: by server-sent events while there is a place, otherwise by asking now and then.

import { call } from "./api.js";

const ASK_MS = 2000;
const TRY_AGAIN_MS = 60000;
const SILENT_MS = 9000;

export class Live {
  #source = null;
  #heard = 0;
  #tried = 0;

  /** `tell(figures)` gets the latest; `lost(away)` whether the server cannot be reached. */
  constructor({ stream, poll }, { tell, lost }) {
    Object.assign(this, { stream, poll, tell, lost });
  }

  start() {
    this.#listen();
    this.timer = setInterval(() => void this.#look(), ASK_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.#source?.close();
    this.#source = null;
  }

  #listen() {
    if (typeof EventSource === "undefined") return;
    this.#tried = Date.now();
    this.#source?.close();
    this.#source = new EventSource(this.stream);
    this.#source.onmessage = (event) => this.#told(JSON.parse(event.data));
    this.#source.onopen = () => this.#alive();
    // Without a place (204) or a server the browser gives up: the asking below goes on.
    this.#source.onerror = () => {
      if (this.#source?.readyState === EventSource.CLOSED) this.#source = null;
    };
  }

  /** Ask, unless the stream speaks; try the stream anew once a minute. */
  async #look() {
    const open = this.#source?.readyState === EventSource.OPEN;
    if (open && Date.now() - this.#heard < SILENT_MS) return;
    if (!this.#source && Date.now() - this.#tried > TRY_AGAIN_MS) this.#listen();
    try {
      this.#told(await call("GET", this.poll));
    } catch (refused) {
      this.lost(true, refused);
    }
  }

  #told(figures) {
    this.#alive();
    this.tell(figures);
  }

  #alive() {
    this.#heard = Date.now();
    this.lost(false);
  }
}
