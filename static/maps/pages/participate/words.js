// What a thing is called and looks like, from the process's catalogue.

export class Words {
  constructor(data) {
    this.entries = new Map();
    for (const [group, entries] of Object.entries(data.catalogue)) {
      for (const entry of entries) this.entries.set(`${group}/${entry.code}`, entry);
    }
  }

  entry(group, code) {
    return this.entries.get(`${group}/${code}`) ?? { icon: "activity-other", word: code };
  }

  /** {icon, group, label} of an item; of a route also `icons`, one for each stretch. */
  look(item) {
    const { kind, group, category, mode, modes, comment } = item.properties;
    if (kind === "route") {
      const way = this.entry("way", category);
      const travel = [mode, ...(modes ?? []).map((change) => change.mode)].map((code) => this.entry("mode", code));
      const label = `${way.word} · ${travel.map((entry) => entry.word).join(" → ")}`;
      return { icon: travel[0].icon, group: "way", label, icons: travel.map((entry) => entry.icon) };
    }
    const { icon, word } = this.entry(group, category);
    return { icon, group, label: comment ? `${word}: ${comment}` : word };
  }
}
