// What a thing is called and looks like, from the process's catalogue.

import { t } from "../../core/texts.js";

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

  /** Whether it is told to an adult and shown to nobody else. */
  sensitive(item) {
    return this.entry(item.properties.group, item.properties.category).sensitive === true;
  }

  /** What it is called, without what was written about it. */
  name(item) {
    return this.look({ properties: { ...item.properties, comment: null, own_name: null } }).label;
  }

  /** {icon, group, label} of an item; of a route also `icons`, one for each stretch. */
  look(item) {
    const { kind, group, category, mode, modes, comment, own_name: ownName } = item.properties;
    if (kind === "route") {
      const way = this.entry("way", category);
      const travel = [mode, ...(modes ?? []).map((change) => change.mode)].map((code) => this.entry("mode", code));
      const label = `${way.word} · ${travel.map((entry) => entry.word).join(" → ")}`;
      return { icon: travel[0].icon, group: "way", label, icons: travel.map((entry) => entry.icon) };
    }
    const { icon, word } = this.entry(group, category);
    const name = kind === "area" ? t("Area: {word}", { word }) : word;
    const said = ownName || comment;
    return { icon, group, label: said ? `${name}: ${said}` : name };
  }
}
