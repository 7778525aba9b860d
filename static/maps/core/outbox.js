// Sends what the server does not know, each thing on its own, until it has a receipt. A thing's id is made here, so a
// retry is the same PUT; what changes while it is on its way is sent once more.

const FIRST_WAIT_MS = 1500;
const LONGEST_WAIT_MS = 30000;
const PAUSED_WAIT_MS = 8000;

export class Outbox {
  #items;
  #send;
  #timer = null;
  #running = false;
  #wait = FIRST_WAIT_MS;

  /** `send(item)` PUTs or DELETEs and gives the server's answer; it throws api.Refused. */
  constructor(items, send) {
    this.#items = items;
    this.#send = send;
    this.onRefused = () => {};
  }

  /** Try now: something changed, or the network is back. */
  wake() {
    clearTimeout(this.#timer);
    this.#wait = FIRST_WAIT_MS;
    void this.#run();
  }

  stop() {
    clearTimeout(this.#timer);
    this.stopped = true;
  }

  async #run() {
    if (this.#running || this.stopped) return;
    this.#running = true;
    let wait = null;
    const tried = new Set();
    for (;;) {
      const item = this.#items.unsent().find((each) => each.state !== "refused" && !tried.has(key(each)));
      if (!item || this.stopped) break;
      tried.add(key(item));
      wait = (await this.#try(item)) ?? wait;
    }
    this.#running = false;
    if (wait !== null && !this.stopped) {
      this.#timer = setTimeout(() => void this.#run(), wait);
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
    }
  }

  /** How long to wait before the next round, or null if this one is done with. */
  async #try(item) {
    const { id, revision } = item;
    await this.#items.mark(id, { state: "sending" });
    try {
      const answer = await this.#send(item);
      const unchanged = this.#items.get(id)?.revision === revision;
      await this.#items.mark(id, { ...receipt(answer), sent: revision, state: unchanged ? "received" : "device" });
      this.#wait = FIRST_WAIT_MS;
      return null;
    } catch (refused) {
      const notes = { code: refused.code, title: refused.title, step: refused.step };
      await this.#items.mark(id, { state: refused.passing || stops(refused) ? "device" : "refused", problem: notes });
      this.onRefused(refused, item);
      if (stops(refused)) return PAUSED_WAIT_MS;
      if (!refused.passing) return null;
      return refused.retryAfter ? refused.retryAfter * 1000 : this.#wait;
    }
  }
}

/** The arena or the key is the trouble, not the drawing: keep it and try again later. */
function stops(refused) {
  return refused.status === 401 || ["arena_closed", "arena_paused", "process_closed"].includes(refused.code);
}

function key(item) {
  return `${item.id}:${item.revision}`;
}

function receipt(answer) {
  if (!answer) return {};
  const { received_at: receivedAt, short_id: shortId } = answer.properties;
  return { receivedAt, shortId, stored: answer.geometry, problem: null };
}
