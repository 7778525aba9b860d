// Several tabs of one participant: each tells the others what it changed, and only one sends at a time.

const CHANNEL = "snarvei";
const SENDING = "snarvei-sending";
const TAB = "snarvei-tab-";
const HANDING_OVER_MS = 500;

export class Tabs {
  #channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(CHANNEL) : null;
  #locks = globalThis.navigator.locks ?? null;

  /** This tab's id: the same after a reload, another one in a copy of the tab. */
  static async open() {
    const tabs = new Tabs();
    const earlier = remembered();
    tabs.id = earlier !== null && (await tabs.#hold(earlier)) ? earlier : crypto.randomUUID();
    if (tabs.id !== earlier) await tabs.#hold(tabs.id);
    remember(tabs.id);
    return tabs;
  }

  tell(message) {
    this.#channel?.postMessage(message);
  }

  listen(listener) {
    if (this.#channel) this.#channel.onmessage = (event) => listener(event.data);
  }

  /** Do `work` while no other tab sends. */
  async alone(work) {
    return this.#locks ? this.#locks.request(SENDING, work) : work();
  }

  /** The ids of the tabs that are open now, this one among them. */
  async living() {
    const { held = [] } = this.#locks ? await this.#locks.query() : {};
    const names = held.map((lock) => lock.name).filter((name) => name.startsWith(TAB));
    return new Set([this.id, ...names.map((name) => name.slice(TAB.length))]);
  }

  /** Hold the id as long as the page lives; the page that a reload replaces may take a moment to let go. */
  #hold(id) {
    if (!this.#locks) return Promise.resolve(true);
    return new Promise((resolve) => {
      const held = () => {
        resolve(true);
        return new Promise(() => {});
      };
      const signal = AbortSignal.timeout(HANDING_OVER_MS);
      this.#locks.request(TAB + id, { signal }, held).catch((refused) => {
        if (refused.name === "SecurityError") this.#locks = null;
        resolve(this.#locks === null);
      });
    });
  }
}

function remembered() {
  try {
    return sessionStorage.getItem("tab");
  } catch {
    return null;
  }
}

function remember(id) {
  try {
    sessionStorage.setItem("tab", id);
  } catch {
    return false;
  }
  return true;
}
