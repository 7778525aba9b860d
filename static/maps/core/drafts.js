// The line in hand, kept for each tab. A tab that is gone leaves its line to the next one.

export class Drafts {
  #database;
  #tabs;

  constructor(database, tabs) {
    this.#database = database;
    this.#tabs = tabs;
  }

  /** Keep `{mode, answers, strokes, …}`; `last` as for the database's `update`. */
  keep(draft, { last } = {}) {
    const { id: tab } = this.#tabs;
    return this.#database.put("session", this.#key(tab), { ...structuredClone(draft), tab }, { last });
  }

  forget() {
    return this.#database.remove("session", this.#key(this.#tabs.id));
  }

  /** What this tab, or one that is gone, left unfinished; null if nothing. It is this tab's from now on. */
  async take() {
    const left = await unfinished(this.#database);
    const living = await this.#tabs.living();
    const mine = left.find((draft) => draft.tab === this.#tabs.id) ?? left.find((draft) => !living.has(draft.tab));
    if (!mine) return null;
    if (mine.tab !== this.#tabs.id) {
      await this.keep(mine);
      await this.#database.remove("session", this.#key(mine.tab));
    }
    return mine;
  }

  #key(tab) {
    return tab ? `draft-${tab}` : "draft";
  }
}

/** Every line that somebody on this device was drawing. */
export async function unfinished(database) {
  const kept = await database.all("session");
  return kept.filter((each) => Array.isArray(each.strokes) && each.strokes.length > 0);
}
