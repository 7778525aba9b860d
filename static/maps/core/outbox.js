// Sends what the server does not know, each thing on its own, until it has a receipt. A thing's id is made here, so a
// retry is the same PUT; what changes while it is on its way is sent once more. Waits are measured, never read off the
// device's clock.

const FIRST_WAIT_MS = 1500;
const LONGEST_WAIT_MS = 12000;
const PAUSED_WAIT_MS = 8000;
const LONGEST_ASKED_MS = 120000;
const SILENT_TRIES = 2;

export class Outbox {
  #items;
  #send;
  #alone;
  #timer = null;
  #running = false;
  #again = false;
  #wait = FIRST_WAIT_MS;
  #notBefore = 0;
  #fails = new Map();

  /**
   * `send(item)` PUTs or DELETEs and gives the server's answer; it throws api.Refused. `alone(work)` runs work while no
   * other tab sends.
   */
  constructor(items, send, { alone = async (work) => work() } = {}) {
    this.#items = items;
    this.#send = send;
    this.#alone = alone;
    this.onRefused = () => {};
    this.onReceived = () => {};
  }

  /** Try now: something changed, or the network is back. Only `asked` (by a person) overrides the server's Retry-After. */
  wake({ asked = false } = {}) {
    this.#wait = FIRST_WAIT_MS;
    if (asked) this.#notBefore = 0;
    void this.#run();
  }

  stop() {
    clearTimeout(this.#timer);
    this.stopped = true;
  }

  async #run() {
    this.#again = true;
    if (this.#running || this.stopped) return;
    clearTimeout(this.#timer);
    this.#running = true;
    let wait = this.#notBefore - performance.now();
    while (wait <= 0 && this.#again && !this.stopped) {
      this.#again = false;
      wait = await this.#alone(() => this.#round()).catch((error) => this.#stumbled(error));
    }
    this.#running = false;
    if (wait > 0 && !this.stopped) this.#timer = setTimeout(() => void this.#run(), wait);
  }

  /** What should not happen is told, and the next round comes all the same. */
  #stumbled(error) {
    reportError(error);
    return LONGEST_WAIT_MS;
  }

  /** Everything that is unsent, once each; how long to wait before the next round, 0 if there is nothing left to do. */
  async #round() {
    const tried = new Set();
    let wait = 0;
    let silent = 0;
    for (let item = this.#next(tried); item && !this.stopped; item = this.#next(tried)) {
      tried.add(key(item));
      await this.#items.refresh(item.id);
      const refused = await this.#try(item.id);
      if (!refused) silent = 0;
      else if (refused.passing || stops(refused)) wait = Math.max(wait, this.#pause(refused));
      if (refused && (stops(refused) || (refused.retryAfter && refused.passing))) break;
      if (refused?.status === 0 && ++silent >= SILENT_TRIES) break;
    }
    if (wait > 0) this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
    return wait;
  }

  /** What has failed least comes first: a thing that cannot get through holds up no other. */
  #next(tried) {
    const fails = (item) => this.#fails.get(item.id) ?? 0;
    const waiting = this.#items.unsent().filter((each) => each.state !== "refused" && !tried.has(key(each)));
    return waiting.sort((a, b) => fails(a) - fails(b))[0];
  }

  /** Send one; null if that is done with, else how it was refused. */
  async #try(id) {
    const item = this.#items.get(id);
    if (!item || item.revision <= item.sent) return null;
    const { revision } = item;
    await this.#items.mark(id, { state: "sending" });
    try {
      const received = receipt(item, await this.#send(item));
      const unchanged = this.#items.get(id)?.revision === revision;
      this.#fails.delete(id);
      this.#wait = FIRST_WAIT_MS;
      await this.#items.mark(id, { ...received, sent: revision, state: unchanged ? "received" : "device" });
      this.onReceived();
      return null;
    } catch (refused) {
      if (refused.passing === undefined) throw refused;
      this.#fails.set(id, (this.#fails.get(id) ?? 0) + 1);
      const problem = { code: refused.code, title: refused.title, step: refused.step };
      await this.#items.mark(id, { state: refused.passing || stops(refused) ? "device" : "refused", problem });
      this.onRefused(refused, item);
      return refused;
    }
  }

  /** How long this refusal asks for, spread so that a class does not come back all at once. */
  #pause(refused) {
    if (refused.retryAfter) {
      const asked = Math.min(refused.retryAfter * 1000, LONGEST_ASKED_MS) * (1 + Math.random() / 10);
      this.#notBefore = performance.now() + asked;
      return asked;
    }
    return (stops(refused) ? PAUSED_WAIT_MS : this.#wait) * (0.75 + Math.random() / 2);
  }
}

/** The arena or the key is the trouble, not the drawing: keep it and try again later. */
export function stops(refused) {
  return refused.status === 401 || ["arena_closed", "arena_paused", "process_closed"].includes(refused.code);
}

function key(item) {
  return `${item.id}:${item.revision}`;
}

/** What the answer acknowledges. An answer without a receipt is none: something on the way made it up or cut it. */
function receipt(item, answer) {
  if (item.deleted) return {};
  const { received_at: receivedAt, short_id: shortId } = answer?.properties ?? {};
  if (!receivedAt || !shortId) throw { status: 0, code: "cut_short", title: "", step: "", passing: true };
  return { receivedAt, shortId, stored: answer.geometry, problem: null };
}
